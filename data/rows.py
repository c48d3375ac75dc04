"""Fields → rows: what each table holds of a record (`data/fields.py`). The way back is `data/stored.py`."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Table

from data import tables
from data.dates import parse_edtf
from data.fields import Fields
from data.tables import table
from data.text import fold, sort_key

Row = dict[str, Any]

TABLES: Mapping[str, Table] = {
    "document": table(tables.Document),
    "person": table(tables.Person),
    "topic": table(tables.Topic),
}
PLAIN: Mapping[str, Sequence[str]] = {
    "document": (
        *("title", "description", "source", "repository", "collection", "rights", "url", "number", "genre"),
        *("classification", "position"),
    ),
    "person": ("name", "kind", "description"),
    "topic": ("name", "kind", "description"),
}
"""The fields that are a column of the same name."""

DATES: Mapping[str, Sequence[str]] = {"document": ("date",), "person": ("birth", "death"), "topic": ()}

PARTS = table(tables.Participation)
DOCUMENT_PEOPLE = table(tables.DocumentPerson)
DOCUMENT_TOPICS = table(tables.DocumentTopic)
LANGUAGES = table(tables.DocumentLanguage)
TEXTS = table(tables.Text)
NAMES = table(tables.Name)
BROADER = table(tables.TopicBroader)
IDENTIFIERS = table(tables.Identifier)
NOTES = table(tables.Note)

OWNED: Mapping[str, Sequence[Table]] = {
    "document": (PARTS, DOCUMENT_PEOPLE, DOCUMENT_TOPICS, LANGUAGES, TEXTS, IDENTIFIERS, NOTES),
    "person": (NAMES, IDENTIFIERS, NOTES),
    "topic": (NAMES, BROADER, IDENTIFIERS, NOTES),
}
"""The tables whose rows belong to a record, come and go with it, and are written anew when it changes."""

_OWNERS = frozenset({"document_id", "person_id", "topic_id"})
"""How tables call their owner whose rows belong to one of several types of records: names, identifiers, notes."""


def extra_of(fields: Fields) -> Fields:
    """The `x_…` fields."""
    return {name: value for name, value in fields.items() if name.startswith("x_")}


def main_row(fields: Fields, id_: int, genre_id: int | None, given_digest: bytes | None) -> Row:
    """The record's own row, by column."""
    return completed(own_row(fields), fields["type"], id_, genre_id, given_digest)


def completed(row: Row, type_: str, id_: int, genre_id: int | None, given_digest: bytes | None) -> Row:
    """An own row with what the store adds to it."""
    genre = {"genre_id": genre_id} if type_ == "document" else {}
    return row | {"id": id_, "given_digest": given_digest} | genre


def own_row(fields: Fields) -> Row:
    """The record's own row, by column, as far as it is made of the record alone."""
    type_ = fields["type"]
    row: Row = {name: fields.get(name) for name in PLAIN[type_]}
    row["key"] = fields["id"]
    row["extra"] = orjson.dumps(extra_of(fields)).decode()
    for name in DATES[type_]:
        row |= _date_columns(type_, name, fields.get(name))
    if type_ == "document":
        row["sort_title"] = sort_key(row["title"])
    else:
        row |= {"kind": fields["kind"].upper(), "folded": fold(row["name"]), "sort_name": sort_key(row["name"])}
    return row


def owned_columns(type_: str, of: Table) -> list[str]:
    """The columns of what `owned_rows` gives of a table: the table's, without its own ids and those of owners of other types."""
    others = _OWNERS - {f"{type_}_id"} if of in (NAMES, IDENTIFIERS, NOTES) else ()
    return [column.name for column in of.c if column.name != "id" and column.name not in others]


def owned_rows(
    fields: Fields, id_: int, people: Mapping[str, int], topics: Mapping[str, int]
) -> Iterator[tuple[Table, list[tuple[Any, ...]]]]:
    """The rows that belong to the record, by table, numbered in its order; in each the values of `owned_columns`.

    `people` and `topics` are the internal ids that it refers to.
    """
    if identifiers := fields.get("identifiers"):
        yield IDENTIFIERS, [(id_, at, *_scheme_and_value(identifier)) for at, identifier in enumerate(identifiers, 1)]
    if notes := fields.get("notes"):
        yield NOTES, [(id_, at, note["kind"].upper(), note["text"]) for at, note in enumerate(notes, 1)]
    if names := fields.get("names"):
        yield NAMES, [(id_, at, *_name_values(name)) for at, name in enumerate(names, 1)]
    if broader := fields.get("broader"):
        yield BROADER, [(id_, topics[key], at) for at, key in enumerate(broader, 1)]
    if fields["type"] == "document":
        yield from _owned_by_document(fields, id_, people, topics)


def _owned_by_document(
    fields: Fields, id_: int, people: Mapping[str, int], topics: Mapping[str, int]
) -> Iterator[tuple[Table, list[tuple[Any, ...]]]]:
    first_places: dict[int, int] = {}
    parts: list[tuple[Any, ...]] = []
    for at, part in enumerate(fields.get("people", ()), 1):
        person_id = people[part["person"]] if "person" in part else None
        if person_id is not None:
            first_places.setdefault(person_id, at)
        parts.append((id_, person_id, at, *_part_values(part)))
    yield PARTS, parts
    yield DOCUMENT_PEOPLE, [(id_, person_id, at) for person_id, at in first_places.items()]
    yield DOCUMENT_TOPICS, [(id_, topics[key], at) for at, key in enumerate(fields.get("topics", ()), 1)]
    yield LANGUAGES, [(id_, language, at) for at, language in enumerate(fields.get("languages", ()), 1)]
    yield TEXTS, [(id_, at, *_text_values(text)) for at, text in enumerate(fields.get("texts", ()), 1)]


def _upper(term: str | None) -> str | None:
    return term and term.upper()


def _part_values(part: Fields) -> tuple[Any, ...]:
    given = part.get
    terms = _upper(given("evidence")), _upper(given("certainty")), _upper(given("basis"))
    return part["role"].upper(), given("label"), given("as"), *terms, given("alternative")


def _text_values(text: Fields) -> tuple[Any, ...]:
    return text["kind"].upper(), text.get("language"), text["body"], text.get("translator")


def _scheme_and_value(identifier: str) -> tuple[str, str]:
    scheme, _, value = identifier.partition(":")
    return scheme, value


def _date_columns(type_: str, name: str, date: str | Fields | None) -> Row:
    days = "" if type_ == "document" else f"{name}_"
    if date is None:
        empty = dict.fromkeys((f"{name}_edtf", f"{name}_label", f"{days}first_day", f"{days}last_day"))
        return {**empty, f"{name}_is_printed": False}
    edtf, label = (date, None) if isinstance(date, str) else (date["edtf"], date["label"])
    parsed = parse_edtf(edtf)
    return {
        f"{name}_edtf": edtf,
        f"{name}_label": label or parsed.label,
        f"{name}_is_printed": label is not None,
        f"{days}first_day": parsed.first_day,
        f"{days}last_day": parsed.last_day,
    }


def _name_values(name: Fields) -> tuple[Any, ...]:
    days = (value for side in ("from", "to") for value in _day_values(name.get(side)))
    return name["name"], fold(name["name"]), name["kind"].upper(), name.get("language"), *days


def _day_values(edtf: str | None) -> tuple[Any, ...]:
    if edtf is None:
        return None, None, None, None
    parsed = parse_edtf(edtf)
    return edtf, parsed.label, parsed.first_day, parsed.last_day
