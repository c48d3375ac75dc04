"""The writer's statements, compiled once from the tables; rows are dicts by column."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import Connection
from sqlalchemy.sql.selectable import TableClause
from sqlmodel import SQLModel

from data import tables
from data.rows import OWNED, TABLES, owned_columns
from data.statements import Insert, Update
from data.tables import table


class Prepared:
    """For each table that the writer fills a statement that takes many rows."""

    def __init__(self, connection: Connection, touched: TableClause) -> None:
        self._owned = {
            (type_, of): Insert(of, owned_columns(type_, of), connection)
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

    def own(self, type_: str, rows: Iterable[tuple[Table, list[tuple[Any, ...]]]]) -> None:
        """Adds rows that belong to records of a type (`owned_rows`), table after table."""
        by_table: dict[Table, list[tuple[Any, ...]]] = {of: [] for of in OWNED[type_]}
        for of, found in rows:
            by_table[of] += found
        for of, found in by_table.items():
            self._owned[type_, of].run_values(found)


def _columns(of: Table, *left_out: str) -> list[str]:
    return [column.name for column in of.c if column.computed is None and column.name not in left_out]


def _all(model: type[SQLModel], connection: Connection, *left_out: str) -> Insert:
    of = table(model)
    return Insert(of, _columns(of, *left_out), connection)
