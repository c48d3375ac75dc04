"""Cursors: a position in an ordered list as opaque text, sealed by the store so that only those given out are taken."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import blake2b
from hmac import compare_digest

SEAL_BYTES = 9


def seal(secret: str, position: str) -> str:
    """The cursor of a position (any text).

    >>> seal("secret", '["Query.documents",7]') == seal("secret", '["Query.documents",7]')
    True
    """
    body = position.encode()
    return urlsafe_b64encode(_stamp(secret, body) + body).rstrip(b"=").decode()


def unseal(secret: str, cursor: str) -> str | None:
    """The position of a cursor; None if this store's secret never sealed it.

    >>> unseal("secret", seal("secret", "[7]"))
    '[7]'
    >>> unseal("another", seal("secret", "[7]")) is None
    True
    """
    try:
        sealed = urlsafe_b64decode(cursor.encode("ascii") + b"=" * (-len(cursor) % 4))
    except ValueError:
        return None
    stamp, body = sealed[:SEAL_BYTES], sealed[SEAL_BYTES:]
    if not compare_digest(stamp, _stamp(secret, body)) or seal(secret, body.decode()) != cursor:
        return None
    return body.decode()


def _stamp(secret: str, body: bytes) -> bytes:
    return blake2b(body, key=secret.encode(), digest_size=SEAL_BYTES).digest()
