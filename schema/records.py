"""A stored record in the record format, as SQL: the JSON object that a file would give, without the fields that it has not.

It says the same as `data.stored`, which makes records in Python; a test holds the two together.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, case, cast, func, select

from data import tables
from data.rows import DATES, PLAIN, TABLES
from data.tables import table
from schema.facts import json_text
from schema.functions import inline, join_text, joined, quote

Value = ColumnElement[Any]

TERMS = frozenset({"kind", "role", "evidence", "certainty", "basis"})
"""Fields that are terms of a vocabulary: kept in capitals, written small in a record."""

PART = ("role", "person", "as", "evidence", "certainty", "basis", "alternative", "label")
NOTE = ("kind", "text")
TEXT = ("kind", "language", "body", "translator")
NAME = ("name", "kind", "language", "from", "to")
"""The members of the objects in lists; the first is one that each of them has."""

COLUMNS = {"as": "named_as", "from": "from_edtf", "to": "to_edtf"}
"""Fields whose column is called otherwise."""


def record_json(type_: str, row: Any) -> ColumnElement[str]:
    """The whole record of a row, as JSON."""
    members = [_plain(row, name) for name in PLAIN[type_]]
    members += [_date(row, name, name) for name in DATES[type_]]
    members += _lists(type_, row)
    extra = cast(row.c.extra, Text())
    members.append(case((extra == "{}", inline("")), else_=joined(inline(","), func.substr(extra, 2, func.length(extra) - 2))))
    head = inline(f'{{"type":"{type_}","id":')
    return json_text(joined(head, quote(row.c.key), *members, inline("}")))


def _plain(row: Any, name: str, *, first: bool = False) -> Value:
    """A member of an object, with a comma before it unless it is the first; nothing where the column is null."""
    column = row.c[COLUMNS.get(name, name)]
    value = func.lower(column) if name in TERMS else column
    member = joined(inline(f'"{name}":' if first else f',"{name}":'), quote(value))
    return member if first else case((column.is_(None), inline("")), else_=member)


def _date(row: Any, name: str, prefix: str) -> Value:
    edtf, label = quote(row.c[f"{prefix}_edtf"]), quote(row.c[f"{prefix}_label"])
    whole = joined(inline(f',"{name}":{{"edtf":'), edtf, inline(',"label":'), label, inline("}"))
    bare = joined(inline(f',"{name}":'), edtf)
    known = row.c[f"{prefix}_edtf"].isnot(None)
    return case((and_(known, row.c[f"{prefix}_is_printed"]), whole), (known, bare), else_=inline(""))


def _lists(type_: str, row: Any) -> list[Value]:
    owner = f"{type_}_id"

    def items(name: str, model: Any, fields: Sequence[str] = (), value: Any = None) -> Value:
        found = table(model).alias()
        item = _object(found, fields) if value is None else quote(value(found))
        return _list(name, found, item, found.c[owner] == row.c.id)

    lists = [
        items("identifiers", tables.Identifier, value=lambda found: found.c.scheme + ":" + found.c.value),
        items("notes", tables.Note, NOTE),
    ]
    if type_ != "document":
        lists.append(items("names", tables.Name, NAME))
    if type_ == "topic":
        lists.append(items("broader", tables.TopicBroader, value=lambda found: _key("topic", found.c.broader_id)))
    if type_ == "document":
        lists += [
            items("languages", tables.DocumentLanguage, value=lambda found: found.c.language),
            items("people", tables.Participation, PART),
            items("topics", tables.DocumentTopic, value=lambda found: _key("topic", found.c.topic_id)),
            items("texts", tables.Text, TEXT),
        ]
    return lists


def _key(type_: str, id_: Value) -> Value:
    other = TABLES[type_].alias()
    return select(other.c.key).where(other.c.id == id_).correlate_except(other).scalar_subquery()


def _object(found: Any, fields: Sequence[str]) -> Value:
    parts = [_person(found) if name == "person" else _plain(found, name, first=name == fields[0]) for name in fields]
    return joined(inline("{"), *parts, inline("}"))


def _person(found: Any) -> Value:
    known = found.c.person_id.isnot(None)
    return case((known, joined(inline(',"person":'), quote(_key("person", found.c.person_id)))), else_=inline(""))


def _list(name: str, found: Any, item: Value, *mine: Value) -> Value:
    """A member that is a list; nothing where it is empty."""
    order = [found.c.position, *(found.c[column.name] for column in found.element.primary_key)]
    ordered = select(item.label("item")).select_from(found).where(*mine).order_by(*order).correlate_except(found).subquery()
    items = select(join_text(json_text(ordered.c.item))).correlate_except(ordered).scalar_subquery()
    return func.coalesce(joined(inline(f',"{name}":['), items, inline("]")), inline(""))
