"""Rows → fields: what the store holds of records, in the form in which a file would give it; the inverse of `data/rows.py`."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import Select, Table, Text, select, type_coerce
from sqlalchemy.engine import Connection, RowMapping

from data.fields import Fields, whole
from data.rows import BROADER, DATES, DOCUMENT_TOPICS, IDENTIFIERS, LANGUAGES, NAMES, NOTES, PARTS, PLAIN, TABLES, TEXTS

BATCH = 500

_PART = {
    "person": "person",
    "role": "role",
    "as": "named_as",
    **{name: name for name in ("evidence", "certainty", "basis", "alternative", "label")},
}
_NAME = {"name": "name", "kind": "kind", "language": "language", "from": "from_edtf", "to": "to_edtf"}
_NOTE = {"kind": "kind", "text": "text"}
_TEXT = {"kind": "kind", "language": "language", "body": "body", "translator": "translator"}
_TERMS = frozenset({"kind", "role", "evidence", "certainty", "basis"})


def internal_ids(connection: Connection, type_: str, keys: Collection[str]) -> dict[str, int]:
    """The internal ids of those of the records that the store has, by their own."""
    found = TABLES[type_]
    rows = (connection.execute(select(found.c.key, found.c.id).where(found.c.key.in_(some))) for some in batched(keys))
    return {key: id_ for some in rows for key, id_ in some}


def stored_records(connection: Connection, type_: str, ids: Collection[int]) -> Iterator[tuple[int, Fields]]:
    """The internal id and the fields of each record that the store has, in the order of the ids.

    One query for each table and 500 records.
    """
    for some in batched(ids):
        yield from _read(connection, type_, some)


def batched(items: Iterable[Any], size: int = BATCH) -> Iterator[list[Any]]:
    """The items in pieces.

    >>> list(batched([1, 2, 3], 2))
    [[1, 2], [3]]
    """
    rest = iter(items)
    while some := list(islice(rest, size)):
        yield some


def _read(connection: Connection, type_: str, ids: Sequence[int]) -> Iterator[tuple[int, Fields]]:
    main = TABLES[type_]
    columns = [type_coerce(c, Text).label(c.name) if c.name == "extra" else c for c in main.c]
    rows = {row["id"]: row for row in connection.execute(select(*columns).where(main.c.id.in_(ids))).mappings()}
    lists = _lists(connection, type_, ids)
    for id_ in ids:
        if id_ in rows:
            owned = {name: found[id_] for name, found in lists.items() if id_ in found}
            yield id_, whole(_plain(type_, rows[id_]) | owned)


def _plain(type_: str, row: RowMapping) -> Fields:
    dates = {name: _date(row, name) for name in DATES[type_]}
    kind = {} if type_ == "document" else {"kind": row["kind"].lower()}
    plain = {name: row[name] for name in PLAIN[type_]}
    return {"type": type_, "id": row["key"], **plain, **dates, **kind, **orjson.loads(row["extra"])}


def _date(row: RowMapping, name: str) -> str | Fields | None:
    edtf: str | None = row[f"{name}_edtf"]
    return {"edtf": edtf, "label": row[f"{name}_label"]} if row[f"{name}_is_printed"] else edtf


def _lists(connection: Connection, type_: str, ids: Sequence[int]) -> dict[str, dict[int, list[Any]]]:
    """For each list of a type of records: the items of each record, by its internal id."""

    def items(of: Table, statement: Select[Any] | None = None) -> Iterator[tuple[int, RowMapping]]:
        owner = of.c[f"{type_}_id"]
        order = (owner, of.c.position, *of.primary_key)
        found = (select(of) if statement is None else statement).where(owner.in_(ids)).order_by(*order)
        return ((row[owner.name], row) for row in connection.execute(found).mappings())

    lists = {
        "identifiers": _grouped((id_, f"{row['scheme']}:{row['value']}") for id_, row in items(IDENTIFIERS)),
        "notes": _grouped((id_, _item(row, _NOTE)) for id_, row in items(NOTES)),
    }
    if type_ == "document":
        person = TABLES["person"]
        parts = select(PARTS, person.c.key.label("person")).outerjoin(person, person.c.id == PARTS.c.person_id)
        lists |= {
            "languages": _grouped((id_, row["language"]) for id_, row in items(LANGUAGES)),
            "people": _grouped((id_, _item(row, _PART)) for id_, row in items(PARTS, parts)),
            "topics": _grouped((id_, row["key"]) for id_, row in items(DOCUMENT_TOPICS, _keys(DOCUMENT_TOPICS, "topic_id"))),
            "texts": _grouped((id_, _item(row, _TEXT)) for id_, row in items(TEXTS)),
        }
    else:
        lists["names"] = _grouped((id_, _item(row, _NAME)) for id_, row in items(NAMES))
    if type_ == "topic":
        lists["broader"] = _grouped((id_, row["key"]) for id_, row in items(BROADER, _keys(BROADER, "broader_id")))
    return lists


def _keys(links: Table, column: str) -> Select[Any]:
    topic = TABLES["topic"]
    return select(links, topic.c.key).join(topic, topic.c.id == links.c[column])


def _item(row: RowMapping, columns: Mapping[str, str]) -> Fields:
    return {
        name: value.lower() if name in _TERMS else value for name, column in columns.items() if (value := row[column]) is not None
    }


def _grouped(items: Iterator[tuple[int, Any]]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for id_, item in items:
        found.setdefault(id_, []).append(item)
    return found
