"""Statements that are compiled once and run with many rows by the driver's `executemany`: ten times faster than one by one."""

from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import bindparam, insert, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import CompilerElement
from sqlalchemy.sql.selectable import TableClause


class _Compiled:
    """A statement of SQLAlchemy Core as the driver takes it; rows are dicts by the names of its parameters."""

    def __init__(self, statement: CompilerElement, connection: Connection, **options: Any) -> None:
        compiled: Any = statement.compile(dialect=connection.dialect, **options)
        self._connection = connection
        self._sql = str(compiled)
        self._names: Sequence[str] = compiled.positiontup
        self._values = itemgetter(*self._names)

    def run(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Runs the statement once for each row; not at all, if there is none."""
        values = list(map(self._values, rows))
        if values:
            single = len(self._names) == 1
            self._connection.exec_driver_sql(self._sql, [(value,) for value in values] if single else values)


class Insert(_Compiled):
    """Adds rows to a table: all of `columns` are given with each row."""

    def __init__(self, into: TableClause, columns: Sequence[str], connection: Connection, *, prefix: str | None = None) -> None:
        statement = insert(into)
        super().__init__(statement.prefix_with(prefix) if prefix else statement, connection, column_keys=list(columns))


class Update(_Compiled):
    """Sets `columns` of the row of a table whose `id` is given."""

    def __init__(self, of: Any, columns: Sequence[str], connection: Connection) -> None:
        sets: dict[Any, Any] = {of.c[name]: bindparam(name) for name in columns}
        super().__init__(update(of).where(of.c.id == bindparam("id")).values(sets), connection)
