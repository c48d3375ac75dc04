"""The writer's statements, compiled once from the tables; rows are dicts by column."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Table
from sqlalchemy.engine import Connection
from sqlalchemy.sql.selectable import TableClause
from sqlmodel import SQLModel

from data import tables
from data.rows import OWNED, TABLES, Row
from data.statements import Insert, Update
from data.tables import table

_OWNERS = frozenset({"document_id", "person_id", "topic_id"})
_SHARED = frozenset({table(tables.Name), table(tables.Identifier), table(tables.Note)})
"""Tables whose rows belong to one of several types of records."""


class Prepared:
    """For each table that the writer fills a statement that takes many rows."""

    def __init__(self, connection: Connection, touched: TableClause) -> None:
        self._owned = {
            (type_, of): Insert(of, _columns(of, "id", *(_OWNERS - {f"{type_}_id"} if of in _SHARED else ())), connection)
            for type_, all_owned in OWNED.items()
            for of in all_owned
        }
        self.insert = {type_: Insert(of, _columns(of), connection) for type_, of in TABLES.items()}
        self.update = {type_: Update(of, _columns(of, "id"), connection) for type_, of in TABLES.items()}
        self.set_digest = {type_: Update(of, ["given_digest"], connection) for type_, of in TABLES.items()}
        self.add_genre = _all(tables.Genre, connection)
        self.revise = _all(tables.Revision, connection, "id")
        self.bury = Insert(table(tables.Tombstone), ["type", "key", "load_id"], connection, prefix="OR REPLACE")
        self.touch = Insert(touched, ["type", "id"], connection, prefix="OR IGNORE")

    def own(self, type_: str, rows: Iterable[tuple[Table, Row]]) -> None:
        """Adds rows that belong to records of a type, table after table."""
        by_table: dict[Table, list[Mapping[str, object]]] = {}
        for of, row in rows:
            by_table.setdefault(of, []).append(row)
        for of, found in by_table.items():
            self._owned[type_, of].run(found)


def _columns(of: Table, *left_out: str) -> list[str]:
    return [column.name for column in of.c if column.computed is None and column.name not in left_out]


def _all(model: type[SQLModel], connection: Connection, *left_out: str) -> Insert:
    of = table(model)
    return Insert(of, _columns(of, *left_out), connection)
