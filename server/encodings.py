"""Compressed answers: zstd, brotli, gzip, as the client likes best; of what it likes alike, the one that is made fastest."""

import gzip
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from importlib import import_module

import brotli

from server.requests import HEADERS_KEPT, weighed

COMPRESSED_MIN_BYTES = 1024
"""A smaller answer is one packet either way."""

_zstd = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")

ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "zstd": partial(_zstd.compress, level=3),
    "br": partial(brotli.compress, quality=4, mode=brotli.MODE_TEXT),
    "gzip": partial(gzip.compress, compresslevel=5, mtime=0),
}


def encoding(accept_encoding: bytes, size_bytes: int) -> str | None:
    """The name of the compression to use for an answer of that size; None if it is to be sent as it is.

    >>> encoding(b"gzip, deflate, br;q=0.5", 9999), encoding(b"*", 9999), encoding(b"gzip;q=0, identity", 9999)
    ('gzip', 'zstd', None)
    >>> encoding(b"gzip", 20), encoding(b"gzip, identity;q=0", 20)
    (None, 'gzip')
    """
    best, is_needed = _liked(accept_encoding)
    return best if is_needed or size_bytes >= COMPRESSED_MIN_BYTES else None


@lru_cache(HEADERS_KEPT)
def _liked(accept_encoding: bytes) -> tuple[str | None, bool]:
    """The compression that is liked best, None if that is none; and whether an answer may not be sent as it is."""
    weights = dict(weighed(accept_encoding))
    others = weights.get("*", 0.0)
    liked = {name: weights.get(name, others) for name in ENCODINGS}
    best = max(liked, key=lambda name: liked[name])
    if not 0 < liked[best] >= weights.get("identity", 0.0):
        return None, False
    return best, weights.get("identity", weights.get("*")) == 0
