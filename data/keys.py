"""A record's own id (its key) ↔ the internal number that joins use, also of those yet to come."""

from collections.abc import Iterable, Mapping

from sqlalchemy import Table, func, select
from sqlalchemy.engine import Connection

from data.rows import TABLES
from data.stored import internal_ids

KEYS_REMEMBERED = 200_000


class Keys:
    """The internal ids of one transaction's writing. A reference to a record that is not there has one kept free for it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ids: dict[str, dict[str, int]] = {type_: {} for type_ in TABLES}
        self._awaited: dict[str, dict[str, int]] = {type_: {} for type_ in TABLES}
        self._kept: dict[str, set[int]] = {type_: set() for type_ in TABLES}
        self._last = {type_: last_id(connection, found) for type_, found in TABLES.items()}

    @property
    def awaited(self) -> Mapping[str, Mapping[str, int]]:
        """For each type, what was referred to and has not come, with the internal id that is kept for it."""
        return self._awaited

    def is_awaited(self, type_: str, id_: int) -> bool:
        """Whether the internal id is kept for a record that has not come."""
        return id_ in self._kept[type_]

    def find(self, type_: str, keys: Iterable[str]) -> dict[str, int]:
        """The internal ids by key, of those keys that the tables have; they are remembered until `forget`."""
        known = self._ids[type_]
        wanted = dict.fromkeys(keys)
        known.update(internal_ids(self._connection, type_, [key for key in wanted if key not in known]))
        return {key: known[key] for key in wanted if key in known}

    def take(self, type_: str, key: str) -> tuple[int, bool]:
        """The internal id of a record that is about to be written for the first time, and whether it was awaited."""
        id_ = self._awaited[type_].pop(key, None)
        is_awaited = id_ is not None
        if id_ is None:
            id_ = self._last[type_] = self._last[type_] + 1
        self._kept[type_].discard(id_)
        self._ids[type_][key] = id_
        return id_, is_awaited

    def refer(self, type_: str, keys: Iterable[str]) -> dict[str, int]:
        """The internal ids to refer to: of the records that are there, or kept for those that are not."""
        wanted = dict.fromkeys(keys)
        found, awaited = self.find(type_, (key for key in wanted if key not in self._awaited[type_])), self._awaited[type_]
        for key in wanted:
            if key not in found:
                if key not in awaited:
                    self._last[type_] = awaited[key] = self._last[type_] + 1
                    self._kept[type_].add(awaited[key])
                found[key] = awaited[key]
        return found

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
