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


def owned_rows(fields: Fields, id_: int, people: Mapping[str, int], topics: Mapping[str, int]) -> Iterator[tuple[Table, Row]]:
    """The rows that belong to the record, numbered in its order; `people` and `topics` are the internal ids it refers to."""
    owner = f"{fields['type']}_id"
    for at, identifier in enumerate(fields.get("identifiers", ()), 1):
        scheme, _, value = identifier.partition(":")
        yield IDENTIFIERS, {owner: id_, "position": at, "scheme": scheme, "value": value}
    for at, note in enumerate(fields.get("notes", ()), 1):
        yield NOTES, {owner: id_, "position": at, "kind": note["kind"].upper(), "text": note["text"]}
    for at, name in enumerate(fields.get("names", ()), 1):
        yield NAMES, {owner: id_, "position": at, **_name_columns(name)}
    for at, key in enumerate(fields.get("broader", ()), 1):
        yield BROADER, {owner: id_, "position": at, "broader_id": topics[key]}
    if owner == "document_id":
        yield from _owned_by_document(fields, id_, people, topics)


def _owned_by_document(
    fields: Fields, id_: int, people: Mapping[str, int], topics: Mapping[str, int]
) -> Iterator[tuple[Table, Row]]:
    first_places: dict[int, int] = {}
    for at, part in enumerate(fields.get("people", ()), 1):
        person_id = people[part["person"]] if "person" in part else None
        if person_id is not None:
            first_places.setdefault(person_id, at)
        yield PARTS, {"document_id": id_, "person_id": person_id, "position": at, **_part_columns(part)}
    for person_id, at in first_places.items():
        yield DOCUMENT_PEOPLE, {"document_id": id_, "person_id": person_id, "position": at}
    for at, key in enumerate(fields.get("topics", ()), 1):
        yield DOCUMENT_TOPICS, {"document_id": id_, "topic_id": topics[key], "position": at}
    for at, language in enumerate(fields.get("languages", ()), 1):
        yield LANGUAGES, {"document_id": id_, "language": language, "position": at}
    for at, text in enumerate(fields.get("texts", ()), 1):
        columns = {"language": text.get("language"), "translator": text.get("translator")}
        yield TEXTS, {"document_id": id_, "position": at, "kind": text["kind"].upper(), "body": text["body"], **columns}


def _upper(term: str | None) -> str | None:
    return term and term.upper()


def _part_columns(part: Fields) -> Row:
    return {
        "role": part["role"].upper(),
        "label": part.get("label"),
        "named_as": part.get("as"),
        "evidence": _upper(part.get("evidence")),
        "certainty": _upper(part.get("certainty")),
        "basis": _upper(part.get("basis")),
        "alternative": part.get("alternative"),
    }


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


def _name_columns(name: Fields) -> Row:
    row: Row = {"name": name["name"], "folded": fold(name["name"]), "kind": name["kind"].upper()}
    row["language"] = name.get("language")
    for side in ("from", "to"):
        edtf = name.get(side)
        parsed = parse_edtf(edtf) if edtf else None
        row[f"{side}_edtf"] = edtf
        row[f"{side}_label"] = parsed and parsed.label
        row[f"{side}_first_day"] = parsed and parsed.first_day
        row[f"{side}_last_day"] = parsed and parsed.last_day
    return row
