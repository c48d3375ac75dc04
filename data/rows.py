"""Fields → rows: what each table holds of a record (`data/fields.py`). The way back is `data/stored.py`."""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
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

_DATES_KEPT = 16_384


class _Stored(dict[str | None, str | None]):
    """Terms as tables hold them, in capitals; there are few."""

    def __missing__(self, term: str | None) -> str | None:
        found = self[term] = term and term.upper()
        return found


_STORED = _Stored()


def extra_of(fields: Fields) -> Fields:
    """The `x_…` fields."""
    return {name: fields[name] for name in fields if name[:2] == "x_"}


def main_row(fields: Fields, id_: int, genre_id: int | None, given_digest: bytes | None) -> Row:
    """The record's own row, by column."""
    return completed(own_row(fields), fields["type"], id_, genre_id, given_digest)


def completed(row: Row, type_: str, id_: int, genre_id: int | None, given_digest: bytes | None) -> Row:
    """The own row, to which what the store knows is added."""
    row["id"], row["given_digest"] = id_, given_digest
    if type_ == "document":
        row["genre_id"] = genre_id
    return row


def own_row(fields: Fields) -> Row:
    """The record's own row, by column, as far as it is made of the record alone."""
    type_ = fields["type"]
    row: Row = {name: fields.get(name) for name in PLAIN[type_]}
    row["key"] = fields["id"]
    extra = extra_of(fields)
    row["extra"] = orjson.dumps(extra).decode() if extra else "{}"
    for name in DATES[type_]:
        date = fields.get(name)
        edtf, label = (date["edtf"], date["label"]) if isinstance(date, dict) else (date, None)
        row |= _date_columns(type_, name, edtf, label)
    if type_ == "document":
        row["sort_title"] = sort_key(row["title"])
    else:
        row |= {"kind": _STORED[fields["kind"]], "folded": fold(row["name"]), "sort_name": sort_key(row["name"])}
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
        yield NOTES, [(id_, at, _STORED[note["kind"]], note["text"]) for at, note in enumerate(notes, 1)]
    if names := fields.get("names"):
        yield NAMES, [(id_, at, *_name_values(name)) for at, name in enumerate(names, 1)]
    if broader := fields.get("broader"):
        yield BROADER, [(id_, at, topics[key]) for at, key in enumerate(broader, 1)]
    if fields["type"] == "document":
        yield from _owned_by_document(fields, id_, people, topics)


def _owned_by_document(
    fields: Fields, id_: int, people: Mapping[str, int], topics: Mapping[str, int]
) -> Iterator[tuple[Table, list[tuple[Any, ...]]]]:
    if given := fields.get("people"):
        parts = [(id_, at, *_part_values(part, people)) for at, part in enumerate(given, 1)]
        yield PARTS, parts
        yield DOCUMENT_PEOPLE, _first_places(parts)
    if given := fields.get("topics"):
        yield DOCUMENT_TOPICS, [(id_, at, topics[key]) for at, key in enumerate(given, 1)]
    if given := fields.get("languages"):
        yield LANGUAGES, [(id_, at, language) for at, language in enumerate(given, 1)]
    if given := fields.get("texts"):
        yield TEXTS, [(id_, at, *_text_values(text)) for at, text in enumerate(given, 1)]


def _part_values(part: Fields, people: Mapping[str, int]) -> tuple[Any, ...]:
    get, stored = part.get, _STORED
    person = people[part["person"]] if "person" in part else None
    terms = stored[get("evidence")], stored[get("certainty")], stored[get("basis")]
    return person, stored[part["role"]], get("label"), get("as"), *terms, get("alternative")


def _first_places(parts: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """Each person of a document once, at the place of the first part."""
    first: dict[int, tuple[Any, ...]] = {}
    for part in parts:
        if part[2] is not None and part[2] not in first:
            first[part[2]] = part[:3]
    return list(first.values())


def _text_values(text: Fields) -> tuple[Any, ...]:
    return _STORED[text["kind"]], text.get("language"), text["body"], text.get("translator")


def _scheme_and_value(identifier: str) -> tuple[str, str]:
    scheme, _, value = identifier.partition(":")
    return scheme, value


@lru_cache(maxsize=_DATES_KEPT)
def _date_columns(type_: str, name: str, edtf: str | None, label: str | None) -> Row:
    """What the tables hold of a date; the same for the next record that has it, so nobody may change it."""
    days = "" if type_ == "document" else f"{name}_"
    if edtf is None:
        empty = dict.fromkeys((f"{name}_edtf", f"{name}_label", f"{days}first_day", f"{days}last_day"))
        return {**empty, f"{name}_is_printed": False}
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
    return name["name"], fold(name["name"]), _STORED[name["kind"]], name.get("language"), *days


def _day_values(edtf: str | None) -> tuple[Any, ...]:
    if edtf is None:
        return None, None, None, None
    parsed = parse_edtf(edtf)
    return edtf, parsed.label, parsed.first_day, parsed.last_day
