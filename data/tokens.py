"""Tokens: who may write over HTTP. A secret is shown once and kept as its SHA-256 only; without a token in use, writing is off.

The secret has 256 random bits, so a plain hash of it is enough: there is nothing to guess, and no slow hash is needed.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import reduce
from hashlib import sha256
from hmac import compare_digest
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from data.errors import InvalidToken, TokenRefused, WritingOff
from data.store import Store
from data.tables import Token, table

TOKENS = table(Token)
SECRET_BYTES = 32
SECRET_PREFIX = "fonds_"  # noqa: S105 - so that whoever finds one knows what it is
NAME_PATTERN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


class TokenRole(StrEnum):
    """What a token allows: an editor may load, undo, merge and split."""

    EDITOR = "editor"


@dataclass(frozen=True, slots=True)
class Listed:
    """A token as it is listed: without its secret, which nobody has."""

    name: str
    role: str
    created_at: str
    revoked_at: str | None


def add(store: Store, name: str, role: TokenRole, at: datetime) -> str:
    """Makes a token and returns its secret. Raises InvalidToken if the name cannot be one, or is or was in use."""
    if not NAME_PATTERN.fullmatch(name):
        raise InvalidToken(
            f"{name!r} cannot be the name of a token.",
            hint="Up to 64 Latin letters, digits and `. _ @ -`, a letter or digit first.",
        )
    secret = SECRET_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    row = {"name": name, "role": role.value, "hash": _hash(secret), "created_at": _time(at)}
    with store.writing() as connection:
        if connection.execute(select(TOKENS.c.id).where(TOKENS.c.name == name)).first():
            raise InvalidToken(
                f"There is or was a token {name!r}.", hint="Take another name: what it wrote stays under this one in the history."
            )
        connection.execute(insert(TOKENS).values(row))
    return secret


def listed(store: Store) -> list[Listed]:
    """All tokens, also those that were revoked, in the order in which they were made."""
    columns = (TOKENS.c.name, TOKENS.c.role, TOKENS.c.created_at, func.coalesce(TOKENS.c.revoked_at, ""))
    return [Listed(name, role, created, revoked or None) for name, role, created, revoked in _lines(store, columns)]


def revoke(store: Store, name: str, at: datetime) -> None:
    """Ends a token. Raises InvalidToken if there is none of this name in use."""
    with store.writing() as connection:
        mine = (TOKENS.c.name == name, TOKENS.c.revoked_at.is_(None))
        if not connection.execute(update(TOKENS).where(*mine).values(revoked_at=_time(at))).rowcount:
            raise InvalidToken(f"There is no token {name!r} in use.", hint="`fonds token list` names them.")


def holder(store: Store, secret: str | None) -> str:
    """The name of the token that a secret is of. Raises WritingOff if none is in use, TokenRefused if it is of none of them."""
    found = _lines(store, (TOKENS.c.name, TOKENS.c.hash), TOKENS.c.revoked_at.is_(None))
    if not found:
        raise WritingOff("This archive cannot be written over HTTP.", hint="Make a token with `fonds token add NAME`.")
    if secret is None:
        raise TokenRefused("Writing needs a token.", hint="Send it in the header `Authorization: Bearer …`.")
    given = _hash(secret)
    names = [name for name, known in found if compare_digest(known, given)]  # all are compared, whichever it is
    if not names:
        raise TokenRefused("The token is wrong, or was revoked.", hint="`fonds token add NAME` makes another.")
    return names[0]


def _lines(store: Store, columns: Sequence[ColumnElement[Any]], *where: ColumnElement[bool]) -> list[list[str]]:
    """Columns of the tokens, none of which holds a space, read as readers read: nobody who writes keeps them waiting."""
    ordered = select(reduce(lambda line, column: line + " " + column, columns).label("line")).where(*where).order_by(TOKENS.c.id)
    lines = ordered.subquery()
    text = select(func.coalesce(func.aggregate_strings(lines.c.line, "\n"), "")).compile(
        dialect=store.dialect, compile_kwargs={"render_postcompile": True}
    )
    found = store.read(text.string, tuple(text.params[name] for name in text.positiontup or ()))
    return [line.split(" ") for line in found.splitlines()]


def _hash(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _time(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
