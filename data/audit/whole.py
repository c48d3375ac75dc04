"""The file as the database sees it, its tables, and its links."""

from collections.abc import Iterator

from sqlalchemy import inspect
from sqlalchemy.engine import Connection
from sqlmodel import SQLModel

from data.audit.findings import Finding
from data.search.columns import SUBJECTS

DAMAGES_TOLD = 100


def missing(connection: Connection) -> Iterator[Finding]:
    """Tables and indexes of the layout that are not there."""
    inspector = inspect(connection)
    there = set(inspector.get_table_names())
    for name in sorted(SQLModel.metadata.tables):
        if name not in there:
            yield Finding("TABLE_MISSING", f"table {name}")
    for subject in SUBJECTS.values():
        if subject.table not in there:
            yield Finding("LOOKUP_MISSING", f"table {subject.table}")
    for table in SQLModel.metadata.sorted_tables:
        known = {index["name"] for index in inspector.get_indexes(table.name)} if table.name in there else set()
        for index in table.indexes if table.name in there else ():
            if index.name not in known:
                yield Finding("LOOKUP_MISSING", f"index {index.name}")


def renew(connection: Connection) -> None:
    """Makes the indexes of tables that are missing."""
    for table in SQLModel.metadata.sorted_tables:
        for index in table.indexes:
            index.create(connection, checkfirst=True)


def damaged(connection: Connection) -> Iterator[Finding]:
    """What the database itself finds wrong with its file."""
    for (message,) in connection.exec_driver_sql(f"PRAGMA integrity_check({DAMAGES_TOLD})"):
        if message != "ok":
            yield Finding("FILE_DAMAGED", "the file", str(message))


def unlinked(connection: Connection) -> Iterator[Finding]:
    """Rows that belong to rows that are not there."""
    for table, row, owner, _ in connection.exec_driver_sql("PRAGMA foreign_key_check"):
        where = f"table {table}" if row is None else f"table {table}, row {row}"  # rows of links have no number
        yield Finding("LINK_BROKEN", where, f"no such row in {owner}")
