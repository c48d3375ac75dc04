"""Statements that are compiled once and run with many rows by the driver's `executemany`: ten times faster than one by one."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Column, bindparam, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import CompilerElement
from sqlalchemy.sql.selectable import TableClause

_COMPILED: dict[tuple[Any, ...], tuple[str, Sequence[str]]] = {}
"""What was compiled in this process, which takes longer than to write a record: what it does, where, in which dialect."""


class _Compiled:
    """A statement of SQLAlchemy Core as the driver takes it, told from others by `facts`; compiled when it is first run."""

    def __init__(
        self, facts: tuple[Any, ...], make: Callable[[], CompilerElement], connection: Connection, **options: Any
    ) -> None:
        self._known = (type(self), *facts, connection.dialect.name)
        self._make, self._options = make, options
        self._connection = connection

    @cached_property
    def _compiled(self) -> tuple[str, Sequence[str]]:
        """Its text, and the names of its parameters in their order."""
        if self._known not in _COMPILED:
            compiled: Any = self._make().compile(dialect=self._connection.dialect, **self._options)
            _COMPILED[self._known] = str(compiled), compiled.positiontup
        return _COMPILED[self._known]

    def run(self, rows: Iterable[Mapping[str, Any]]) -> None:
        """Runs the statement once for each row, a dict by the names; not at all, if there is none."""
        if given := list(rows):
            names = self._compiled[1]
            values = map(itemgetter(*names), given)
            self.run_values([(value,) for value in values] if len(names) == 1 else list(values))

    def run_values(self, rows: list[tuple[Any, ...]]) -> None:
        """The same for rows that are given as the values of the columns, in the order of the table's."""
        if rows:
            self._connection.exec_driver_sql(self._compiled[0], rows)


class Insert(_Compiled):
    """Adds rows to a table: all of `columns` are given with each row."""

    def __init__(self, into: TableClause, columns: Sequence[str], connection: Connection, *, prefix: str | None = None) -> None:
        def make() -> CompilerElement:
            return insert(into).prefix_with(prefix) if prefix else insert(into)

        super().__init__((into.name, *columns, prefix), make, connection, column_keys=list(columns))


class Update(_Compiled):
    """Sets `columns` of the row of a table whose `id` is given."""

    def __init__(self, of: Any, columns: Sequence[str], connection: Connection) -> None:
        def make() -> CompilerElement:
            sets: dict[Any, Any] = {of.c[name]: bindparam(name) for name in columns}
            return update(of).where(of.c.id == bindparam("id")).values(sets)

        super().__init__((of.name, *columns), make, connection)


class Lookup(_Compiled):
    """Finds rows by the values of one column; what is asked for is given as the driver has it."""

    SIZE = 500

    def __init__(self, columns: Sequence[Column[Any]], by: Column[Any], connection: Connection) -> None:
        def make() -> CompilerElement:
            values: list[BindParameter[Any]] = [bindparam(f"value_{at}") for at in range(self.SIZE)]
            return select(*columns).where(by.in_(values))

        super().__init__((by.table.name, by.name, *(column.name for column in columns)), make, connection)

    def of(self, values: Sequence[Any]) -> Iterator[Sequence[Any]]:
        """The rows with one of these values."""
        for start in range(0, len(values), self.SIZE):
            some = tuple(values[start : start + self.SIZE])
            yield from self._connection.exec_driver_sql(self._compiled[0], some + some[-1:] * (self.SIZE - len(some))).all()
