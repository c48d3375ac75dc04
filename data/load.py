"""The loader: records → store, in one transaction; an upsert by the record's own id.

A field that is given replaces, one that is absent stays. Loading the same file twice changes nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.engine import Connection

from data import tables
from data.check import Entry, StoredIds, check, parse
from data.dates import parse_edtf
from data.errors import RecordError, Rejected
from data.format import AnyRecord, Date, DocumentRecord, Name, TopicRecord, record_adapter
from data.readers import read
from data.search.index import Index
from data.search.words import Words
from data.store import Store
from data.stored import DATES, PLAIN, TABLES, internal_ids, stored_record
from data.tables import table
from data.text import fold, sort_key

Row = dict[str, Any]
OWNED: Mapping[str, Sequence[Table]] = {
    "document": [
        table(model)
        for model in (
            tables.Participation,
            tables.DocumentPerson,
            tables.DocumentTopic,
            tables.DocumentLanguage,
            tables.Text,
            tables.Identifier,
            tables.Note,
        )
    ],
    "person": [table(model) for model in (tables.Name, tables.Identifier, tables.Note)],
    "topic": [table(model) for model in (tables.Name, tables.TopicBroader, tables.Identifier, tables.Note)],
}
"""The tables whose rows belong to a record and are written anew with it."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a load did, in records."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def __str__(self) -> str:
        return f"{self.added} added, {self.changed} changed, {self.unchanged} unchanged"


def load(store: Store, files: Iterable[Path], file_format: str | None = None) -> Report:
    """Loads the records of the files, or nothing: raises Rejected with every fault that was found in them, or StoreError."""
    entries, errors = _parsed(files, file_format)
    with store.writing() as connection:
        refused = frozenset(error.place.record for error in errors if error.place.record)
        errors += check(entries, stored=_stored_ids(connection), refused=refused)
        if errors:
            raise Rejected(errors)
        return Loader(connection, store.words).load([entry.record for entry in entries])


def _parsed(files: Iterable[Path], file_format: str | None) -> tuple[list[Entry], list[RecordError]]:
    entries: list[Entry] = []
    errors: list[RecordError] = []
    for path in files:
        try:
            for raw in read(path, file_format):
                parsed = parse(raw)
                if isinstance(parsed, Entry):
                    entries.append(parsed)
                else:
                    errors += parsed
        except RecordError as error:
            errors.append(error)
    return entries, errors


def _stored_ids(connection: Connection) -> StoredIds:
    topics, links = TABLES["topic"], table(tables.TopicBroader)
    keys = {id_: key for key, id_ in internal_ids(connection, "topic").items()}
    broader: dict[str, list[str]] = {}
    for topic_id, broader_id in connection.execute(select(links.c.topic_id, links.c.broader_id)):
        broader.setdefault(keys[topic_id], []).append(keys[broader_id])
    people = set(connection.execute(select(TABLES["person"].c.key)).scalars())
    return StoredIds(people=people, topics=set(connection.execute(select(topics.c.key)).scalars()), broader=broader)


class Loader:
    """One load, inside a transaction."""

    def __init__(self, connection: Connection, words: Words) -> None:
        self.connection = connection
        self.index = Index(connection, words)
        self.ids = {type_: internal_ids(connection, type_) for type_ in TABLES}
        genres = table(tables.Genre)
        self.genres = dict(connection.execute(select(genres.c.folded, genres.c.id)).all())

    def load(self, records: Sequence[AnyRecord]) -> Report:
        """Writes the records: their own rows first, so that references may point forward, then what belongs to them."""
        known = [record.id in self.ids[record.type] for record in records]
        whole = [self._merged(record) if old else record for record, old in zip(records, known, strict=True)]
        written = [(record, old) for record, old in zip(whole, known, strict=True) if record is not None]
        for record, old in written:
            self._write_row(record, is_new=not old)
        for record, old in written:
            self._write_owned(record, is_new=not old)
        if any(isinstance(record, TopicRecord) for record, _ in written):
            self._write_descent()
        if written:
            self._write_index(written)
        added, changed = known.count(False), sum(old for _, old in written)
        return Report(added, changed, len(records) - added - changed)

    def _write_index(self, written: Sequence[tuple[AnyRecord, bool]]) -> None:
        added, changed = ({type_: list[int]() for type_ in TABLES} for _ in range(2))
        for record, old in written:
            (changed if old else added)[record.type].append(self.ids[record.type][record.id])
        self.index.update(added, changed)

    def _merged(self, record: AnyRecord) -> AnyRecord | None:
        """The stored record with what is given; None if that changes nothing."""
        old = _dumped(stored_record(self.connection, record.type, self.ids[record.type][record.id]))
        new = old | _dumped(record, given_only=True)
        return None if new == old else record_adapter.validate_python(new)

    def _write_row(self, record: AnyRecord, *, is_new: bool) -> None:
        found = TABLES[record.type]
        values = self._row(record)
        if is_new:
            result = self.connection.execute(insert(found).values(values))
            self.ids[record.type][record.id] = result.inserted_primary_key[0]  # type: ignore[index] # an insert of one row has it
        else:
            self.connection.execute(update(found).where(found.c.key == record.id).values(values))

    def _row(self, record: AnyRecord) -> Row:
        row: Row = {name: _plain(getattr(record, name)) for name in PLAIN[record.type]}
        row |= {"key": record.id, "extra": record.extra}
        for name in DATES[record.type]:
            row |= _date_columns(record.type, name, getattr(record, name))
        if isinstance(record, DocumentRecord):
            return row | {"sort_title": sort_key(record.title), "genre_id": self._genre(record.genre)}
        return row | {"folded": fold(record.name), "sort_name": sort_key(record.name)}

    def _genre(self, name: str | None) -> int | None:
        """The id of the term that the genre is a spelling of; a new term, if it is none."""
        if name is None:
            return None
        folded = fold(name)
        if folded not in self.genres:
            result = self.connection.execute(insert(table(tables.Genre)).values(name=name, folded=folded))
            self.genres[folded] = result.inserted_primary_key[0]  # type: ignore[index] # as above
        found: int = self.genres[folded]
        return found

    def _write_owned(self, record: AnyRecord, *, is_new: bool) -> None:
        id_ = self.ids[record.type][record.id]
        column = f"{record.type}_id"
        if not is_new:
            for owned in OWNED[record.type]:
                self.connection.execute(delete(owned).where(owned.c[column] == id_))
        for model, rows in self._owned(record):
            if rows:
                numbered = [{column: id_, "position": i, **row} for i, row in enumerate(rows, start=1)]
                self.connection.execute(insert(table(model)), numbered)

    def _owned(self, record: AnyRecord) -> list[tuple[Any, list[Row]]]:
        """The rows that belong to the record, for each table, in the record's order."""
        identifiers = [dict(zip(("scheme", "value"), item.split(":", 1), strict=True)) for item in record.identifiers]
        owned: list[tuple[Any, list[Row]]] = [
            (tables.Identifier, identifiers),
            (tables.Note, [{"kind": note.kind.value, "text": note.text} for note in record.notes]),
        ]
        if isinstance(record, DocumentRecord):
            return [*owned, *self._owned_by_document(record)]
        owned.append((tables.Name, [_name_row(name) for name in record.names]))
        if isinstance(record, TopicRecord):
            owned.append((tables.TopicBroader, [{"broader_id": self.ids["topic"][key]} for key in record.broader]))
        return owned

    def _owned_by_document(self, record: DocumentRecord) -> list[tuple[Any, list[Row]]]:
        people = self.ids["person"]
        parts = [
            {
                "person_id": people[part.person] if part.person else None,
                "role": part.role.value,
                "label": part.label,
                "named_as": part.as_,
                "evidence": _plain(part.evidence),
                "certainty": _plain(part.certainty),
                "basis": _plain(part.basis),
                "alternative": part.alternative,
            }
            for part in record.people
        ]
        first_places: dict[int, int] = {}
        for place, part in enumerate(parts, start=1):
            if part["person_id"] is not None:
                first_places.setdefault(part["person_id"], place)
        texts = [{"kind": t.kind.value, "language": t.language, "body": t.body, "translator": t.translator} for t in record.texts]
        return [
            (tables.Participation, parts),
            (tables.DocumentPerson, [{"person_id": id_, "position": at} for id_, at in first_places.items()]),
            (tables.DocumentTopic, [{"topic_id": self.ids["topic"][key]} for key in record.topics]),
            (tables.DocumentLanguage, [{"language": language} for language in record.languages]),
            (tables.Text, texts),
        ]

    def _write_descent(self) -> None:
        """Every topic with itself and all topics above it, anew."""
        descent, links, topics = table(tables.TopicDescent), table(tables.TopicBroader), TABLES["topic"]
        self.connection.execute(delete(descent))
        above = select(topics.c.id.label("ancestor_id"), topics.c.id.label("topic_id")).cte("above", recursive=True)
        higher = select(links.c.broader_id, above.c.topic_id).join(above, links.c.topic_id == above.c.ancestor_id)
        closure = above.union(higher)
        self.connection.execute(
            insert(descent).from_select(["ancestor_id", "topic_id"], select(closure.c.ancestor_id, closure.c.topic_id))
        )


def _dumped(record: AnyRecord, *, given_only: bool = False) -> dict[str, Any]:
    whole = record.model_dump(mode="json", by_alias=True)
    wanted = record.model_fields_set | (record.model_extra or {}).keys() | {"type"} if given_only else whole
    return {name: value for name, value in whole.items() if name in wanted}


def _plain(value: Any) -> Any:
    """A term as the text that is kept."""
    return getattr(value, "value", value)


def _date_columns(type_: str, name: str, date: Date | None) -> Row:
    days = "" if type_ == "document" else f"{name}_"
    if date is None:
        empty = dict.fromkeys((f"{name}_edtf", f"{name}_label", f"{days}first_day", f"{days}last_day"))
        return {**empty, f"{name}_is_printed": False}
    parsed = parse_edtf(date.edtf)
    return {
        f"{name}_edtf": date.edtf,
        f"{name}_label": date.label or parsed.label,
        f"{name}_is_printed": date.label is not None,
        f"{days}first_day": parsed.first_day,
        f"{days}last_day": parsed.last_day,
    }


def _name_row(name: Name) -> Row:
    row: Row = {
        "name": name.name,
        "folded": fold(name.name),
        "kind": name.kind.value,
        "language": name.language,
    }
    for side, edtf in (("from", name.from_), ("to", name.to)):
        parsed = parse_edtf(edtf) if edtf else None
        row[f"{side}_edtf"] = edtf
        row[f"{side}_label"] = parsed and parsed.label
        row[f"{side}_first_day"] = parsed and parsed.first_day
        row[f"{side}_last_day"] = parsed and parsed.last_day
    return row
