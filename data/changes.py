"""What one load did to each record, field by field, for a person to read."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import Any, NamedTuple

import orjson
from sqlalchemy import select
from sqlalchemy.engine import Connection

from data import tables
from data.errors import shorten
from data.fields import Fields
from data.rows import TABLES
from data.stored import BATCH
from data.tables import table

CONTEXT_CHARACTERS = 20
SHOWN_MAX_CHARACTERS = 160
SIGNS = {"ADDED": "+", "CHANGED": "~", "REMOVED": "-"}

REVISIONS = table(tables.Revision)


class Change(NamedTuple):
    """What happened to a record: ADDED, CHANGED or REMOVED; its name or title; the fields that differ, before and after."""

    action: str
    type: str
    key: str
    name: str
    before: Fields
    after: Fields

    def lines(self) -> Iterator[str]:
        """The change as lines: the record, and below it each field that changed."""
        yield f"{SIGNS[self.action]} {self.type} {shorten(self.key)} “{shorten(self.name)}”"
        if self.action == "CHANGED":
            for name in self.before:
                yield from (f"    {line}" for line in _field(name, self.before[name], self.after[name]))


def changes_of(connection: Connection, load_id: int) -> Iterator[Change]:
    """What the load did, in the order in which it did it."""
    last = 0
    of = select(REVISIONS).where(REVISIONS.c.load_id == load_id).order_by(REVISIONS.c.id).limit(BATCH)
    while rows := connection.execute(of.where(REVISIONS.c.id > last)).all():
        names = {type_: _names(connection, type_, [row.key for row in rows if row.type == type_]) for type_ in TABLES}
        for row in rows:
            before, after = (orjson.loads(text or "{}") for text in (row.before, row.after))
            name = names[row.type].get(row.key) or before.get("title") or before.get("name") or ""
            yield Change(row.action, row.type, row.key, name, before, after)
        last = rows[-1].id


def _names(connection: Connection, type_: str, keys: Sequence[str]) -> dict[str, str]:
    found = TABLES[type_]
    name = found.c.title if type_ == "document" else found.c.name
    return dict(connection.execute(select(found.c.key, name).where(found.c.key.in_(keys))).all()) if keys else {}


def _field(name: str, before: Any, after: Any) -> Iterator[str]:
    if isinstance(before, list) or isinstance(after, list):
        yield from _items(name, before or [], after or [])
    else:
        yield f"{name}: {' → '.join(_apart(before, after))}"


def _items(name: str, before: list[Any], after: list[Any]) -> Iterator[str]:
    """The items that went and that came; of long lists of the same items in another order only this."""
    gone = [item for item in before if item not in after]
    new = [item for item in after if item not in before]
    if not gone and not new:
        yield f"{name}: other order or number"
    for old, item in zip_longest(gone, new):
        if isinstance(old, dict) and isinstance(item, dict):
            keys = [key for key in {**old, **item} if old.get(key) != item.get(key)]
            told = ", ".join(f"{key} {' → '.join(_apart(old.get(key), item.get(key)))}" for key in keys)
            yield f"{name}[{before.index(old)}]: {told}"
        else:
            yield from (f"{name}: {sign} {_shown(one)}" for sign, one in (("-", old), ("+", item)) if one is not None)


def _apart(before: Any, after: Any) -> tuple[str, str]:
    """Both values; of long texts only what is around their difference.

    >>> _apart("a" * 200 + "1" + "b" * 200, "a" * 200 + "2" + "b" * 200)
    ('“…aaaaaaaaaaaaaaaaaaaa1bbbbbbbbbbbbbbbbbbbb…”', '“…aaaaaaaaaaaaaaaaaaaa2bbbbbbbbbbbbbbbbbbbb…”')
    """
    if not (isinstance(before, str) and isinstance(after, str)) or max(len(before), len(after)) <= SHOWN_MAX_CHARACTERS:
        return _shown(before), _shown(after)
    start = _alike(before, after)
    tail = _alike(before[start:][::-1], after[start:][::-1])
    first, last = max(0, start - CONTEXT_CHARACTERS), max(0, tail - CONTEXT_CHARACTERS)
    cut = (text[first : len(text) - last] for text in (before, after))
    head, foot = "…" if first else "", "…" if last else ""
    one, other = (f"“{head}{shorten(text, SHOWN_MAX_CHARACTERS)}{foot}”" for text in cut)
    return one, other


def _alike(one: str, other: str) -> int:
    """How many characters both begin with."""
    return next((at for at, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]), min(len(one), len(other)))


def _shown(value: Any) -> str:
    if value is None:
        return "—"
    if isinstance(value, str):
        return f"“{shorten(value, SHOWN_MAX_CHARACTERS)}”"
    return shorten(orjson.dumps(value).decode(), SHOWN_MAX_CHARACTERS)
