"""Taking a load back: what it changed becomes again what it was, unless a later load changed the same.

An undo is a load itself and can be undone. Loads that were taken back, and those that took something back, stand in nobody's way:
together they changed nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import delete, select
from sqlalchemy.engine import Connection, Row

from data import tables
from data.editing import Edit, Editor, edit
from data.errors import AlreadyUndone, Place, RecordError, UndoConflict, UndoRefused, UnknownLoad
from data.report import Report
from data.revisions import restored
from data.standing import LOADS, REVISIONS, redirect, taken_back, without_effect
from data.stored import internal_ids, stored_records
from data.tables import table

BATCH = 500
CONFLICTS_MAX = 1000
NAMED_MAX = 5
DISTINCT = table(tables.Distinct)


def undo(editor: Editor, load_id: int, *, mode: str = "UNDO") -> Report:
    """Takes a load back. Raises UnknownLoad, AlreadyUndone, or UndoRefused with everything that stands in the way."""
    with edit(editor, mode, undoes=load_id) as made:
        _check(made.connection, load_id, made.load_id)
        undoing = Undoing(made, load_id)
        undoing.put_back()
        undoing.remove()
        undoing.finish()
    return made.report


def _check(connection: Connection, load_id: int, own_id: int) -> None:
    """Raises unless there is such a load and it stands."""
    found = connection.execute(select(LOADS.c.mode, LOADS.c.undoes_id).where(LOADS.c.id == load_id, LOADS.c.id != own_id)).first()
    if found is None:
        raise UnknownLoad(f"There is no load {load_id}.", hint="`loads` (in GraphQL) tells which there are.")
    taken = taken_back(connection, before=own_id)
    if load_id in taken:
        raise AlreadyUndone(
            f"Load {load_id} was taken back by load {taken[load_id]} already.",
            hint=f"`fonds undo {taken[load_id]}` makes it again.",
        )
    undone = connection.execute(select(LOADS.c.mode).where(LOADS.c.id == found.undoes_id)).scalar()
    if undone == "DISTINCT":
        raise UndoRefused("That two people are not the same has to be said again.", hint="`fonds distinct A B` says it.")


@dataclass(frozen=True, slots=True)
class _Later:
    """What a later load did to a record."""

    load_id: int
    action: str
    fields: AbstractSet[str]


class Undoing:
    """One undo, inside a transaction."""

    def __init__(self, made: Edit, load_id: int) -> None:
        self.made = made
        self.connection = made.connection
        self.load_id = load_id
        self.ignored = without_effect(made.connection) | {made.load_id}
        self.conflicts: list[RecordError] = []

    def put_back(self) -> None:
        """Writes what the load changed or removed as it was before; what it added is looked at only."""
        for some in self._revisions():
            later = self._later(some)
            self.conflicts += [c for row in some for c in _conflicts(row, later.get((row.type, row.key), ()))]
            if not self.conflicts:
                for type_ in ("document", "person", "topic"):
                    self._put_back(type_, [row for row in some if row.type == type_ and row.action != "ADDED"])
            if len(self.conflicts) >= CONFLICTS_MAX:
                break

    def remove(self) -> None:
        """Removes what the load added: documents first, which refer to the others."""
        if self.conflicts:
            raise _refused(self.conflicts[:CONFLICTS_MAX])
        for type_ in ("document", "person", "topic"):
            for some in self._revisions(REVISIONS.c.type == type_, REVISIONS.c.action == "ADDED"):
                self.made.report.removed += self.made.writer.remove(type_, [row.key for row in some])

    def finish(self) -> None:
        """Brings the rest in step. Raises UndoRefused if others still refer to what would be gone."""
        errors = [fault.error for fault in self.made.writer.faults(most=CONFLICTS_MAX)]
        if errors:
            raise _refused(errors)
        self.made.writer.close()
        self.connection.execute(delete(DISTINCT).where(DISTINCT.c.load_id == self.load_id))
        redirect(self.connection)

    def _revisions(self, *more: Any) -> Iterator[Sequence[Row[Any]]]:
        """The load's revisions, some at a time."""
        last = 0
        statement = select(REVISIONS).where(REVISIONS.c.load_id == self.load_id, *more).order_by(REVISIONS.c.id).limit(BATCH)
        while some := self.connection.execute(statement.where(REVISIONS.c.id > last)).all():
            yield some
            last = some[-1].id

    def _later(self, rows: Sequence[Row[Any]]) -> Mapping[tuple[str, str], list[_Later]]:
        """What later loads that stand did to the records of these revisions."""
        found: dict[tuple[str, str], list[_Later]] = {}
        for type_ in ("document", "person", "topic"):
            keys = [row.key for row in rows if row.type == type_]
            mine = (REVISIONS.c.type == type_, REVISIONS.c.key.in_(keys), REVISIONS.c.load_id > self.load_id)
            later = select(REVISIONS).where(*mine).order_by(REVISIONS.c.id) if keys else None
            for row in self.connection.execute(later) if later is not None else ():
                if row.load_id not in self.ignored:
                    found.setdefault((type_, row.key), []).append(_Later(row.load_id, row.action, _fields(row)))
        return found

    def _put_back(self, type_: str, rows: Sequence[Row[Any]]) -> None:
        ids = internal_ids(self.connection, type_, [row.key for row in rows])
        now = {fields["id"]: fields for _, fields in stored_records(self.connection, type_, list(ids.values()))}
        for row in rows:
            before, after = (orjson.loads(text) if text else {} for text in (row.before, row.after))
            old = now.get(row.key)
            self.made.writer.put(restored(old or {}, before, after), old)
            self.made.report.added += row.action == "REMOVED"
            self.made.report.changed += row.action == "CHANGED"


def _refused(errors: Sequence[RecordError]) -> UndoRefused:
    count = "1 reason" if len(errors) == 1 else f"{len(errors)} reasons"
    return UndoRefused(f"Nothing was undone: {count}.", errors=errors, hint="Undo the later loads first, the last one first.")


def _conflicts(row: Row[Any], later: Iterable[_Later]) -> Iterator[UndoConflict]:
    """What later loads did to the fields that a revision changed."""
    mine = _fields(row) if row.action == "CHANGED" else None
    for one in later:
        both = one.fields if mine is None or one.action != "CHANGED" else one.fields & mine
        if both or mine is None or one.action != "CHANGED":
            yield _conflict(row, one, sorted(both - {"type", "id"}))


def _fields(row: Row[Any]) -> frozenset[str]:
    """The fields that a revision has to do with."""
    return frozenset(name for text in (row.before, row.after) if text for name in orjson.loads(text))


def _conflict(row: Row[Any], later: _Later, fields: Sequence[str]) -> UndoConflict:
    named = ", ".join(f"`{name}`" for name in islice(fields, NAMED_MAX)) + (" …" if len(fields) > NAMED_MAX else "")
    did = {"ADDED": "came anew", "REMOVED": "was removed", "CHANGED": f"was changed in {named}"}[later.action]
    place = Place("the store", record=row.key, path=fields[0] if later.action == "CHANGED" and len(fields) == 1 else None)
    return UndoConflict(
        f"The {row.type} {did} by load {later.load_id} since.",
        place=place,
        fields=fields,
        load_id=later.load_id,
        hint=f"Undo load {later.load_id} first.",
    )
