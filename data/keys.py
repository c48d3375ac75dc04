"""A record's own id (its key) ↔ the internal number that joins use, also of those yet to come."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from sqlalchemy import Column, Integer, MetaData, String, Table, delete, func, select
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable

from data.rows import TABLES
from data.statements import Insert, Lookup
from data.stored import BATCH, batched, internal_ids

KEYS_REMEMBERED = 200_000
AWAITED_REMEMBERED = 100_000


def _awaited(type_: str) -> Table:
    columns = Column("id", Integer, primary_key=True, autoincrement=False), Column("key", String, nullable=False, unique=True)
    return Table(f"fonds_awaited_{type_}", MetaData(), *columns, prefixes=["TEMPORARY"])


AWAITED = {type_: _awaited(type_) for type_ in TABLES}


class Awaited:
    """The ids of records of a type that were referred to and have not come, with the internal ids that are kept for them.

    The first 100,000 are in memory, others in a temporary table.
    """

    def __init__(self, connection: Connection, type_: str, first_id: int) -> None:
        self._connection = connection
        self._table = AWAITED[type_]
        self._first_id = first_id
        self._ids: dict[str, int] = {}
        self._more = 0  # in the table
        self._is_kept = bytearray()  # by the internal id
        connection.execute(CreateTable(self._table, if_not_exists=True))
        connection.execute(delete(self._table))
        self._insert = Insert(self._table, ["id", "key"], connection)
        self._lookup = Lookup([self._table.c.key, self._table.c.id], self._table.c.key, connection)

    def __len__(self) -> int:
        return len(self._ids) + self._more

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """All of them; more may be asked of the database meanwhile."""
        yield from self._ids.items()
        last, of = 0, select(self._table.c.key, self._table.c.id).order_by(self._table.c.id).limit(BATCH)
        while rows := self._connection.execute(of.where(self._table.c.id > last)).all():
            yield from ((key, id_) for key, id_ in rows)
            last = rows[-1].id

    def has(self, id_: int) -> bool:
        """Whether this internal id is kept for one."""
        at = id_ - self._first_id
        return 0 <= at < len(self._is_kept) and bool(self._is_kept[at])

    def find(self, keys: Iterable[str]) -> dict[str, int]:
        """Those of them that have these ids."""
        wanted = list(keys) if self else []
        found = {key: self._ids[key] for key in wanted if key in self._ids}
        if self._more:
            found.update((key, id_) for key, id_ in self._lookup.of([key for key in wanted if key not in found]))
        return found

    def add(self, ids: Mapping[str, int]) -> None:
        """Ids that are not among them, with new internal ids, in their order."""
        room = max(0, AWAITED_REMEMBERED - len(self._ids))
        pairs = list(ids.items())
        self._ids.update(pairs[:room])
        self._insert.run_values([(id_, key) for key, id_ in pairs[room:]])
        self._more += len(pairs[room:])
        for id_ in ids.values():
            at = id_ - self._first_id
            self._is_kept.extend(bytes(max(0, at + 1 - len(self._is_kept))))
            self._is_kept[at] = 1

    def take(self, keys: Sequence[str]) -> dict[str, int]:
        """Those of them that have these ids, which are awaited no longer."""
        found = self.find(keys)
        gone = [id_ for key, id_ in found.items() if self._ids.pop(key, None) is None]
        for some in batched(gone):
            self._connection.execute(delete(self._table).where(self._table.c.id.in_(some)))
        self._more -= len(gone)
        for id_ in found.values():
            self._is_kept[id_ - self._first_id] = 0
        return found


class Keys:
    """The internal ids of one transaction's writing. A reference to a record that is not there has one kept free for it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ids: dict[str, dict[str, int]] = {type_: {} for type_ in TABLES}
        self._last = {type_: last_id(connection, found) for type_, found in TABLES.items()}
        self._first = {type_: last + 1 for type_, last in self._last.items()}
        self.awaited = {type_: Awaited(connection, type_, first) for type_, first in self._first.items()}

    def is_new(self, type_: str, id_: int) -> bool:
        """Whether the store had no such record when this writing began."""
        return id_ >= self._first[type_]

    def is_awaited(self, type_: str, id_: int) -> bool:
        """Whether the internal id is kept for a record that has not come."""
        return self.awaited[type_].has(id_)

    def find(self, type_: str, keys: Iterable[str]) -> dict[str, int]:
        """The internal ids by key, of those keys that the tables have; they are remembered until `forget`."""
        known = self._ids[type_]
        wanted = dict.fromkeys(keys)
        known.update(internal_ids(self._connection, type_, [key for key in wanted if key not in known]))
        return {key: known[key] for key in wanted if key in known}

    def take(self, type_: str, keys: Sequence[str]) -> list[tuple[int, bool]]:
        """The internal ids of records that are about to be written for the first time, and whether each was awaited."""
        awaited = self.awaited[type_].take(keys)
        known = self._ids[type_]
        for key in keys:
            known[key] = awaited[key] if key in awaited else self._next(type_)
        return [(known[key], key in awaited) for key in keys]

    def refer(self, type_: str, keys: Iterable[str]) -> dict[str, int]:
        """The internal ids to refer to: of the records that are there, or kept for those that are not."""
        wanted = dict.fromkeys(keys)
        found = self.awaited[type_].find(wanted)
        found.update(self.find(type_, (key for key in wanted if key not in found)))
        new = {key: self._next(type_) for key in wanted if key not in found}
        self.awaited[type_].add(new)
        return found | new

    def _next(self, type_: str) -> int:
        self._last[type_] += 1
        return self._last[type_]

    def forget(self) -> None:
        """To be said between batches, so that memory does not grow; awaited ids stay."""
        for type_, known in self._ids.items():
            if type_ == "document" or len(known) > KEYS_REMEMBERED:
                known.clear()

    def drop(self, type_: str, keys: Iterable[str]) -> None:
        """The records with these keys are no longer there."""
        for key in keys:
            self._ids[type_].pop(key, None)


def last_id(connection: Connection, found: Table) -> int:
    """The largest `id` of a table, 0 if it is empty."""
    return int(connection.execute(select(func.coalesce(func.max(found.c.id), 0))).scalar_one())
