"""What one load gave: each record with its place, in temporary tables, so that memory does not grow with the load."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import orjson
from sqlalchemy import Column, Integer, MetaData, String, Table, delete, exists, select
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable, DropTable

from data.errors import Place
from data.options import Scope
from data.references import Stand
from data.rows import TABLES
from data.statements import Insert, Lookup
from data.stored import BATCH, batched


def _given(type_: str) -> Table:
    return Table(
        f"fonds_given_{type_}",
        MetaData(),
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("number", Integer, nullable=False),
        Column("file", Integer, nullable=False),
        Column("line", Integer),
        Column("row", Integer),
        Column("origins", String),
        prefixes=["TEMPORARY"],
    )


GIVEN = {type_: _given(type_) for type_ in TABLES}

TOLD_LATER = frozenset({"people", "topics", "broader", "name", "date"})
"""The fields of which an error or a warning may be told when all is read."""


class GivenRecord(NamedTuple):
    """A record of a load: its internal id, its number in the load, the number of its file, the line or row there."""

    id: int
    number: int
    file: int
    line: int | None
    row: int | None
    origins: str | None  # `Place.origins` of what may be told of later, as JSON


class Given:
    """The records that a load has given so far."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._files: dict[str, int] = {}
        self._origins: tuple[Mapping[str, str] | None, str | None] = (None, None)
        for given in GIVEN.values():
            connection.execute(CreateTable(given, if_not_exists=True))
            connection.execute(delete(given))
        self._insert = {type_: Insert(given, list(GivenRecord._fields), connection) for type_, given in GIVEN.items()}
        self._by_id = {type_: Lookup(list(given.c), given.c.id, connection) for type_, given in GIVEN.items()}

    def _file(self, name: str) -> int:
        return self._files.setdefault(name, len(self._files))

    def _kept_origins(self, place: Place) -> str | None:
        """What is to be kept of a place's origins. The records of a mapping share them."""
        given, kept = self._origins
        if place.origins is not given:
            found = {path: origin for path, origin in (place.origins or {}).items() if path.partition("[")[0] in TOLD_LATER}
            kept = orjson.dumps(found).decode() if found else None
            self._origins = place.origins, kept
        return kept

    def has(self, scope: Scope) -> bool:
        """Whether any record of the scope was given."""
        found, given = TABLES[scope.type], GIVEN[scope.type]
        inside = select(found.c.id).join(given, given.c.id == found.c.id)
        return bool(self._connection.execute(select(exists(inside.where(scope.condition())))).scalar_one())

    def missing(self, scope: Scope) -> Iterator[list[str]]:
        """The keys of the records of a scope that were not given, in pieces; they may be removed meanwhile."""
        found, given, last = TABLES[scope.type], GIVEN[scope.type], 0
        same = select(given.c.id).where(given.c.id == found.c.id).correlate(found)
        of = select(found.c.id, found.c.key).where(scope.condition(), ~exists(same)).order_by(found.c.id).limit(BATCH)
        while rows := self._connection.execute(of.where(found.c.id > last)).all():
            yield [row.key for row in rows]
            last = rows[-1].id

    def add(self, type_: str, records: Iterable[tuple[int, int, Place]]) -> None:
        """Records of a type that are given: the internal id, the number in the load, the place of each."""
        rows = [(id_, number, self._file(at.file), at.line, at.row, self._kept_origins(at)) for id_, number, at in records]
        self._insert[type_].run_values(rows)

    def among(self, type_: str, ids: Collection[int]) -> dict[int, Place]:
        """Those of the records that were given, with their places."""
        names = list(self._files)
        return {row.id: _place(row, names) for row in self._rows(type_, ids)}

    def stands(self, type_: str, ids: Collection[int]) -> Mapping[int, Stand]:
        """Where records of the load stand, with their own ids: as `data.references` asks."""
        names, found = list(self._files), TABLES[type_]
        keys: dict[int, str] = {}
        for some in batched(ids):
            keys.update(self._connection.execute(select(found.c.id, found.c.key).where(found.c.id.in_(some))).all())
        return {
            row.id: Stand(row.number, replace(_place(row, names), record=keys[row.id]))
            for row in self._rows(type_, ids)
            if row.id in keys
        }

    def _rows(self, type_: str, ids: Collection[int]) -> Iterator[GivenRecord]:
        return (GivenRecord(*row) for row in self._by_id[type_].of(list(ids)))

    def drop(self) -> None:
        for given in GIVEN.values():
            self._connection.execute(DropTable(given))


def _place(row: GivenRecord, names: Sequence[str]) -> Place:
    origins = orjson.loads(row.origins) if row.origins else None
    return Place(names[row.file], row.line, row=row.row, origins=origins)
