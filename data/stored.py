"""Rows → records: what the store holds of a record, in the form in which a file would give it."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.engine import Connection, RowMapping

from data import tables
from data.format import AnyRecord, record_adapter
from data.tables import table

TABLES: Mapping[str, Table] = {
    "document": table(tables.Document),
    "person": table(tables.Person),
    "topic": table(tables.Topic),
}
PLAIN = {
    "document": (
        "title",
        "description",
        "source",
        "repository",
        "collection",
        "rights",
        "url",
        "number",
        "genre",
        "classification",
        "position",
    ),
    "person": ("name", "kind", "description"),
    "topic": ("name", "kind", "description"),
}
"""The fields that are a column of the same name."""

DATES = {"document": ("date",), "person": ("birth", "death"), "topic": ()}


def internal_ids(connection: Connection, type_: str) -> dict[str, int]:
    """The internal ids of all records of a type, by their own."""
    found = TABLES[type_]
    return dict(connection.execute(select(found.c.key, found.c.id)).all())


def stored_record(connection: Connection, type_: str, id_: int) -> AnyRecord:
    """The record of a row."""
    found = TABLES[type_]
    row = connection.execute(select(found).where(found.c.id == id_)).mappings().one()
    value = {"type": type_, "id": row["key"], **row["extra"]}
    value |= {name: row[name] for name in PLAIN[type_] if row[name] is not None}
    value |= {name: _date(row, name) for name in DATES[type_] if row[f"{name}_edtf"]}
    value |= _lists(connection, type_, id_)
    return record_adapter.validate_python(value)


def _date(row: RowMapping, name: str) -> dict[str, Any]:
    label = {"label": row[f"{name}_label"]} if row[f"{name}_is_printed"] else {}
    return {"edtf": row[f"{name}_edtf"], **label}


def _lists(connection: Connection, type_: str, id_: int) -> dict[str, Any]:
    owner = f"{type_}_id"

    def rows(model: Any) -> Iterable[RowMapping]:
        found = table(model)
        order = [found.c.position, *(c for c in found.primary_key)]
        return connection.execute(select(found).where(found.c[owner] == id_).order_by(*order)).mappings()

    lists: dict[str, Any] = {
        "identifiers": [f"{row['scheme']}:{row['value']}" for row in rows(tables.Identifier)],
        "notes": [_given(row, kind="kind", text="text") for row in rows(tables.Note)],
    }
    if type_ == "document":
        lists |= {
            "languages": [row["language"] for row in rows(tables.DocumentLanguage)],
            "people": _people(connection, rows(tables.Participation)),
            "topics": _keys(connection, rows(tables.DocumentTopic), "topic_id"),
            "texts": [
                _given(row, kind="kind", language="language", body="body", translator="translator") for row in rows(tables.Text)
            ],
        }
    else:
        lists["names"] = [
            _given(
                row,
                **{
                    "name": "name",
                    "kind": "kind",
                    "language": "language",
                    "from": "from_edtf",
                    "to": "to_edtf",
                },
            )
            for row in rows(tables.Name)
        ]
    if type_ == "topic":
        lists["broader"] = _keys(connection, rows(tables.TopicBroader), "broader_id")
    return {name: items for name, items in lists.items() if items}


def _given(row: RowMapping | dict[str, Any], **columns: str) -> dict[str, Any]:
    return {name: row[column] for name, column in columns.items() if row[column] is not None}


def _keys(connection: Connection, rows: Iterable[RowMapping], column: str) -> list[str]:
    topics = TABLES["topic"]
    ids = [row[column] for row in rows]
    keys = dict(connection.execute(select(topics.c.id, topics.c.key).where(topics.c.id.in_(ids))).all())
    return [keys[id_] for id_ in ids]


def _people(connection: Connection, rows: Iterable[RowMapping]) -> list[dict[str, Any]]:
    parts = list(rows)
    people = TABLES["person"]
    ids = {row["person_id"] for row in parts}
    keys = dict(connection.execute(select(people.c.id, people.c.key).where(people.c.id.in_(ids))).all())
    columns = {name: name for name in ("role", "evidence", "certainty", "basis", "alternative", "label")}
    return [
        _given({**row, "person": keys.get(row["person_id"])}, person="person", **columns, **{"as": "named_as"}) for row in parts
    ]
