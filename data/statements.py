"""Statements that are compiled once and run with many rows by the driver's `executemany`: ten times faster than one by one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Column, bindparam, insert, select, update
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
        values = map(self._values, rows)
        self.run_values([(value,) for value in values] if len(self._names) == 1 else list(values))

    def run_values(self, rows: list[tuple[Any, ...]]) -> None:
        """The same for rows that are given as the values of the columns, in the order of the table's."""
        if rows:
            self._connection.exec_driver_sql(self._sql, rows)


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


class Lookup(_Compiled):
    """Finds rows by the values of one column; what is asked for is given as the driver has it."""

    SIZE = 500

    def __init__(self, columns: Sequence[Column[Any]], by: Column[Any], connection: Connection) -> None:
        values: list[BindParameter[Any]] = [bindparam(f"value_{at}") for at in range(self.SIZE)]
        super().__init__(select(*columns).where(by.in_(values)), connection)

    def of(self, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """The rows with one of these values."""
        for start in range(0, len(values), self.SIZE):
            some = tuple(values[start : start + self.SIZE])
            yield from self._connection.exec_driver_sql(self._sql, some + some[-1:] * (self.SIZE - len(some))).all()
