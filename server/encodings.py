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


@lru_cache(HEADERS_KEPT)
def encoding(accept_encoding: bytes) -> str | None:
    """The name of the compression to use; None if the answer is to be sent as it is.

    >>> encoding(b"gzip, deflate, br;q=0.5"), encoding(b"*"), encoding(b"gzip;q=0, identity"), encoding(b"")
    ('gzip', 'zstd', None, None)
    """
    weights = dict(weighed(accept_encoding))
    others = weights.get("*", 0.0)
    liked = {name: weights.get(name, others) for name in ENCODINGS}
    best = max(liked, key=lambda name: liked[name])
    return best if liked[best] > 0 and liked[best] >= weights.get("identity", 0.0) else None
