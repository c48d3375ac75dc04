"""What of the history still stands: loads that were not taken back, and merges with the ids that they redirect."""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, Select, and_, delete, func, insert, or_, select
from sqlalchemy.engine import Connection

from data import tables
from data.rows import TABLES
from data.tables import LAST, table

LOADS, REVISIONS = table(tables.Load), table(tables.Revision)
REDIRECTS, TOMBSTONES = table(tables.Redirect), table(tables.Tombstone)
DISTINCT = table(tables.Distinct)


def taken_back(connection: Connection, *, before: int = LAST) -> dict[int, int]:
    """The loads that do not stand, each with the load that took it back. An undo that was itself undone takes nothing back.

    `before` a load: what stood then.
    """
    found: dict[int, int] = {}
    undoing = select(LOADS.c.id, LOADS.c.undoes_id).where(LOADS.c.undoes_id.isnot(None), LOADS.c.id < before)
    undoing = undoing.order_by(LOADS.c.id.desc())
    for by, load in connection.execute(undoing):
        if by not in found:
            found.setdefault(load, by)
    return found


def without_effect(connection: Connection) -> set[int]:
    """The loads that changed nothing in the end: those that were taken back, and those that took something back."""
    undoing = connection.execute(select(LOADS.c.id).where(LOADS.c.undoes_id.isnot(None))).scalars()
    return {*undoing, *taken_back(connection)}


@dataclass(frozen=True, slots=True)
class Merge:
    """A merge that stands: the record that is no longer there, and the one that it was merged into."""

    load_id: int
    type: str
    old: str
    into: str


def merges(connection: Connection) -> Iterator[Merge]:
    """The merges that stand, in the order in which they were made.

    A merge's load first has a revision of the record that was merged into, and one removal.
    """
    gone = taken_back(connection)
    first = select(func.min(REVISIONS.c.id)).where(REVISIONS.c.load_id == LOADS.c.id).correlate(LOADS).scalar_subquery()
    into = REVISIONS.alias()
    removal = and_(REVISIONS.c.load_id == LOADS.c.id, REVISIONS.c.action == "REMOVED")
    found = (
        select(LOADS.c.id, REVISIONS.c.type, REVISIONS.c.key, into.c.key)
        .select_from(LOADS.join(REVISIONS, removal).join(into, into.c.id == first))
        .where(LOADS.c.mode == "MERGE")
        .order_by(LOADS.c.id)
    )
    return (Merge(*row) for row in connection.execute(found).all() if row[0] not in gone)


def apart(one: str | ColumnElement[str], other: str | ColumnElement[str]) -> Select[tuple[int]]:
    """The load that said of two people that they are not the same; also of those who were merged into them since."""
    keys = []
    into = [REDIRECTS.alias(), REDIRECTS.alias()]
    joined: FromClause = DISTINCT
    for redirected, said in zip(into, (DISTINCT.c.key, DISTINCT.c.other), strict=True):
        joined = joined.outerjoin(redirected, and_(redirected.c.type == "person", redirected.c.key == said))
        keys.append(func.coalesce(redirected.c.target, said))
    is_pair = or_(and_(keys[0] == one, keys[1] == other), and_(keys[0] == other, keys[1] == one))
    return select(DISTINCT.c.load_id).select_from(joined).where(is_pair)


def redirect(connection: Connection) -> None:
    """Makes the redirects anew from the merges that stand; where what they lead to is gone, a tombstone says so."""
    made = {(merge.type, merge.old): merge for merge in merges(connection)}
    was = connection.execute(select(REDIRECTS.c.type, REDIRECTS.c.key)).all()
    connection.execute(delete(REDIRECTS))
    for (type_, key), merge in made.items():
        if _is_there(connection, type_, key):
            continue
        target = merge.into
        while (type_, target) in made and not _is_there(connection, type_, target):
            target = made[type_, target].into
        _bury(connection, type_, key, None)
        if _is_there(connection, type_, target):
            row = {"type": type_, "key": key, "target": target, "load_id": merge.load_id}
            connection.execute(insert(REDIRECTS).values(row))
        else:
            _bury(connection, type_, key, _removal(connection, type_, target))
    for type_, key in was:
        if (type_, key) not in made and not _is_there(connection, type_, key):
            _bury(connection, type_, key, _removal(connection, type_, key))


def _is_there(connection: Connection, type_: str, key: str) -> bool:
    found = TABLES[type_]
    return connection.execute(select(found.c.id).where(found.c.key == key)).first() is not None


def _removal(connection: Connection, type_: str, key: str) -> int | None:
    """The last load that removed a record."""
    mine = (REVISIONS.c.type == type_, REVISIONS.c.key == key, REVISIONS.c.action == "REMOVED")
    found: int | None = connection.execute(select(func.max(REVISIONS.c.load_id)).where(*mine)).scalar_one()
    return found


def _bury(connection: Connection, type_: str, key: str, load_id: int | None) -> None:
    """Leaves a tombstone of a load; without one, takes that away which there may be."""
    connection.execute(delete(TOMBSTONES).where(TOMBSTONES.c.type == type_, TOMBSTONES.c.key == key))
    if load_id is not None:
        connection.execute(insert(TOMBSTONES).values(type=type_, key=key, load_id=load_id))
