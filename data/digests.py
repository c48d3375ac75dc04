"""What tells that a record is given as it was given before: nothing of it is looked at again.

`given_digest` of a record is `kept`: the BLAKE2b of what was last given, as canonical JSON; whether that was the whole record, or
a part of one that has other fields too; the BLAKE2b of the line of a file, where it was one. So a line that comes again is known
before it is read, and what comes in other words, or another format, once it is read.
"""

import re
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from sqlalchemy.engine import Connection

from data.readers.raw import Stored
from data.rows import TABLES
from data.statements import Lookup, Update

SIZE_BYTES = 15
WHOLE, PART = b"w", b"p"

_TYPE = rb'"type"\s*:\s*"(' + b"|".join(type_.encode() for type_ in TABLES) + rb')"'
_ID = rb'"id"\s*:\s*"([^"\\]+)"'
_HEAD = re.compile(rb"\{\s*(?:" + _TYPE + rb"\s*,\s*" + _ID + rb"|" + _ID + rb"\s*,\s*" + _TYPE + rb")")
"""How most lines begin; it only says which record to compare them with."""


def digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=SIZE_BYTES).digest()


def kept(said: bytes, line: bytes, *, is_whole: bool) -> bytes:
    """As the store keeps it: digests of the canonical JSON, and of the line, empty if it was none."""
    return said + (WHOLE if is_whole else PART) + line


class Digests:
    """What the store has of the records that are given; for `only_whole` a part of a record is not the same as all of it."""

    def __init__(self, connection: Connection, *, only_whole: bool) -> None:
        self._marks = WHOLE if only_whole else WHOLE + PART
        self._stored = {
            type_: Lookup([found.c.key, found.c.id, found.c.given_digest], found.c.key, connection)
            for type_, found in TABLES.items()
        }
        self._renew = {type_: Update(found, ["given_digest"], connection) for type_, found in TABLES.items()}

    def unchanged(self, lines: Sequence[bytes]) -> list[Stored | None]:
        """Of each line, without reading it, the record that the store has just as it says; None where that is not sure."""
        names = [_name(line) for line in lines]
        keys: dict[str, list[str]] = {type_: [] for type_ in TABLES}
        for type_, key in filter(None, names):
            keys[type_].append(key)
        rows = {type_: {row[0]: row for row in self._stored[type_].of(some)} for type_, some in keys.items()}
        return [name and self._same(rows[name[0]].get(name[1]), name, line) for name, line in zip(names, lines, strict=True)]

    def _same(self, row: Sequence[Any] | None, name: tuple[str, str], line: bytes) -> Stored | None:
        if row is None or row[2] is None or row[2][SIZE_BYTES] not in self._marks or row[2][SIZE_BYTES + 1 :] != digest(line):
            return None
        return Stored(*name, row[1])

    def find(self, type_: str, records: Sequence[tuple[str, bytes, bytes]]) -> dict[str, tuple[int, bool]]:
        """Those of the records (id, digest of the JSON, of the line) that the store has: internal id, whether it says the same.

        What was the same in another line is remembered in this one.
        """
        rows = {row[0]: row for row in self._stored[type_].of([key for key, _, _ in records])}
        found, renewed = {}, []
        for key, said, line in records:
            if key in rows:
                _, id_, stored = rows[key]
                is_same = bool(stored and said) and stored.startswith(said) and stored[SIZE_BYTES] in self._marks
                found[key] = id_, is_same
                if is_same and line and not stored.endswith(line):
                    renewed.append({"id": id_, "given_digest": stored[: SIZE_BYTES + 1] + line})
        self._renew[type_].run(renewed)
        return found


def _name(line: bytes) -> tuple[str, str] | None:
    """Type and id of what the line seems to be."""
    head = _HEAD.match(line)
    if head is None:
        return None
    type_, key, other_key, other_type = head.groups()
    try:
        return (type_ or other_type).decode(), (key or other_key).decode()
    except UnicodeDecodeError:
        return None
