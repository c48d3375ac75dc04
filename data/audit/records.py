"""Every record read from its rows, checked against the format, and made into rows again: they have to be those that are there."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import Table, delete, func, insert, or_, select, update
from sqlalchemy.engine import Connection

from data import tables
from data.audit.findings import Finding
from data.errors import RecordError
from data.fields import Fields
from data.format import record_adapter
from data.rows import DOCUMENT_PEOPLE, OWNED, TABLES, Row, main_row, owned_columns, owned_rows
from data.stored import internal_ids, stored_records
from data.tables import table
from data.text import fold

BATCH = 500
GENRES, REVISIONS = table(tables.Genre), table(tables.Revision)
ORDERED_BY = {"sort_title", "sort_name", "folded"}


@dataclass(frozen=True, slots=True)
class Different:
    """A record whose rows are not those that it makes: the columns of its own row, and the rows that belong to it."""

    type: str
    key: str
    id: int
    columns: Row = field(default_factory=dict)
    owned: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    wrong: str | None = None

    def findings(self) -> Iterator[Finding]:
        """What that comes to."""
        where = f"{self.type} {self.key}"
        if self.wrong is not None:
            yield Finding("RECORD_WRONG", where, self.wrong)
        codes: dict[str, list[str]] = {}
        for name in self.columns:
            codes.setdefault(_code(name), []).append(name)
        for name in self.owned:
            code = "PEOPLE_STALE" if name == DOCUMENT_PEOPLE.name else "ROWS_STALE"
            codes.setdefault(code, []).append(name)
        for code, names in codes.items():
            yield Finding(code, where, ", ".join(names))


def found(connection: Connection) -> Iterator[Finding]:
    """Every record that is not as it should be."""
    yield from _computed(connection)
    for type_ in TABLES:
        for ids in _batches(connection, type_):
            records = dict(stored_records(connection, type_, ids))
            for different in _differences(connection, type_, records):
                yield from different.findings()
            yield from _changed_since(connection, type_, records)


def renew(connection: Connection) -> None:
    """Makes the rows of records anew where they are not those that the record makes; what a record says stays as it is."""
    _renew_genres(connection)
    for type_, main in TABLES.items():
        for ids in _batches(connection, type_):
            for different in list(_differences(connection, type_, dict(stored_records(connection, type_, ids)))):
                if different.columns:
                    connection.execute(update(main).where(main.c.id == different.id).values(**different.columns))
                for owned in OWNED[type_]:
                    if owned.name in different.owned:
                        connection.execute(delete(owned).where(owned.c[f"{type_}_id"] == different.id))
                        if different.owned[owned.name]:
                            connection.execute(insert(owned), list(different.owned[owned.name]))
    for main in TABLES.values():
        if _computed_columns(main):
            connection.execute(update(main).where(_is_computed_wrong(main)).values(key=main.c.key))


def _batches(connection: Connection, type_: str) -> Iterator[Sequence[int]]:
    """The internal ids of all records of a type, rising."""
    main, last = TABLES[type_], -1
    while ids := connection.execute(select(main.c.id).where(main.c.id > last).order_by(main.c.id).limit(BATCH)).scalars().all():
        yield ids
        last = ids[-1]


def _differences(connection: Connection, type_: str, records: Mapping[int, Fields]) -> Iterator[Different]:
    main = TABLES[type_]
    rows = {row["id"]: dict(row) for row in connection.execute(select(main).where(main.c.id.in_(records))).mappings()}
    owned = _owned(connection, type_, records)
    people, topics = _named(connection, records.values())
    genres = dict(connection.execute(select(GENRES.c.folded, GENRES.c.id)).all()) if type_ == "document" else {}
    for id_, fields in records.items():
        row = rows[id_]
        genre = fields.get("genre") if type_ == "document" else None
        try:
            made = main_row(fields, id_, None if genre is None else genres.get(fold(genre)), row["given_digest"])
            belonging = _by_table(type_, owned_rows(fields, id_, people, topics))
        except (RecordError, ValueError) as error:
            yield Different(type_, fields["id"], id_, wrong=str(error))
            continue
        made["extra"] = orjson.loads(made["extra"])
        columns = {name: value for name, value in made.items() if row[name] != value}
        others = {name: rows for name, rows in belonging.items() if owned[name].get(id_, []) != rows}
        wrong = _wrong(fields)
        if columns or others or wrong:
            yield Different(type_, fields["id"], id_, columns, others, wrong)


def _owned(connection: Connection, type_: str, ids: Iterable[int]) -> dict[str, dict[int, list[Row]]]:
    """The rows that belong to each record, by table, in the record's order, without their own ids."""
    result: dict[str, dict[int, list[Row]]] = {}
    for owned in OWNED[type_]:
        owner = owned.c[f"{type_}_id"]
        columns = [owned.c[name] for name in owned_columns(type_, owned)]
        by_id = result.setdefault(owned.name, {})
        order = (owner, owned.c.position, *owned.primary_key)
        for row in connection.execute(select(*columns).where(owner.in_(ids)).order_by(*order)).mappings():
            by_id.setdefault(row[owner.name], []).append(dict(row))
    return result


def _by_table(type_: str, rows: Iterable[tuple[Table, list[tuple[Any, ...]]]]) -> dict[str, list[Row]]:
    columns = {of: owned_columns(type_, of) for of in OWNED[type_]}
    found = {of: [dict(zip(columns[of], row, strict=True)) for row in some] for of, some in rows}
    return {of.name: found.get(of, []) for of in OWNED[type_]}


def _named(connection: Connection, records: Iterable[Fields]) -> tuple[dict[str, int], dict[str, int]]:
    """The internal ids of the people and topics that the records name."""
    people, topics = set[str](), set[str]()
    for fields in records:
        people.update(part["person"] for part in fields.get("people", ()) if "person" in part)
        topics.update(fields.get("topics", ()), fields.get("broader", ()))
    return internal_ids(connection, "person", people), internal_ids(connection, "topic", topics)


def _wrong(fields: Fields) -> str | None:
    try:
        record_adapter.validate_python(fields)
    except ValidationError as error:
        first = error.errors()[0]
        return f"{'.'.join(str(part) for part in first['loc'][1:])}: {first['msg']}"
    return None


def _code(column: str) -> str:
    if column in ORDERED_BY:
        return "ORDER_STALE"
    if column == "genre_id":
        return "GENRE_STALE"
    return "DATE_STALE" if column.endswith(("_day", "_label")) else "ROWS_STALE"


# What the database computes


def _computed_columns(main: Table) -> list[Any]:
    return [c for c in main.c if c.computed is not None]


def _is_computed_wrong(main: Table) -> Any:
    return or_(*(c.is_distinct_from(c.computed.sqltext) for c in _computed_columns(main)))


def _computed(connection: Connection) -> Iterator[Finding]:
    for type_, main in TABLES.items():
        if _computed_columns(main):
            for key in connection.execute(select(main.c.key).where(_is_computed_wrong(main))).scalars():
                yield Finding("ORDER_STALE", f"{type_} {key}", "a sort key")


# Genres


def _renew_genres(connection: Connection) -> None:
    """Has a term for the genre of every document."""
    documents = TABLES["document"]
    for genre in connection.execute(select(GENRES)).mappings().all():
        if genre["folded"] != fold(genre["name"]):
            connection.execute(update(GENRES).where(GENRES.c.id == genre["id"]).values(folded=fold(genre["name"])))
    known = set(connection.execute(select(GENRES.c.folded)).scalars())
    for name in connection.execute(select(documents.c.genre).distinct().where(documents.c.genre.isnot(None))).scalars().all():
        if fold(name) not in known:
            connection.execute(insert(GENRES).values(name=name, folded=fold(name)))
            known.add(fold(name))


# History


def _changed_since(connection: Connection, type_: str, records: Mapping[int, Fields]) -> Iterator[Finding]:
    """Records that differ from what their last change left."""
    by_key = {fields["id"]: fields for fields in records.values()}
    last = (
        select(func.max(REVISIONS.c.id)).where(REVISIONS.c.type == type_, REVISIONS.c.key.in_(by_key)).group_by(REVISIONS.c.key)
    )
    changes = select(REVISIONS.c.key, REVISIONS.c.after).where(REVISIONS.c.id.in_(last), REVISIONS.c.action == "CHANGED")
    for key, after in connection.execute(changes):
        try:
            left: Fields = orjson.loads(after)
        except (orjson.JSONDecodeError, TypeError):
            continue  # told as a revision that cannot be read
        names = [name for name, value in left.items() if by_key[key].get(name) != value]
        if names:
            yield Finding("HISTORY_STALE", f"{type_} {key}", ", ".join(names))
