"""Loads, revisions, tombstones and redirects against the records."""

from collections.abc import Iterator

import orjson
from sqlalchemy import exists, func, or_, select
from sqlalchemy.engine import Connection

from data import tables
from data.audit.findings import Finding
from data.rows import TABLES
from data.tables import table

REVISIONS, TOMBSTONES, REDIRECTS = table(tables.Revision), table(tables.Tombstone), table(tables.Redirect)
ACTIONS = {"ADDED": (False, False), "CHANGED": (True, True), "REMOVED": (True, False)}
"""Which of `before` and `after` a revision has."""


def found(connection: Connection) -> Iterator[Finding]:
    """What is wrong with the history."""
    for type_ in TABLES:
        yield from _gone(connection, type_)
        yield from _redirected(connection, type_)
        yield from _ended(connection, type_)
    yield from _revisions(connection)


def _gone(connection: Connection, type_: str) -> Iterator[Finding]:
    """Tombstones of records that are there."""
    main = TABLES[type_]
    alive = select(TOMBSTONES.c.key).join(main, main.c.key == TOMBSTONES.c.key).where(TOMBSTONES.c.type == type_)
    for key in connection.execute(alive).scalars():
        yield Finding("TOMBSTONE_FALSE", f"{type_} {key}")


def _redirected(connection: Connection, type_: str) -> Iterator[Finding]:
    """Ids that lead nowhere, to another redirect, or that are records themselves."""
    main, other = TABLES[type_], REDIRECTS.alias()
    mine = select(REDIRECTS.c.key, REDIRECTS.c.target).where(REDIRECTS.c.type == type_)
    there = exists().where(main.c.key == REDIRECTS.c.target)
    again = exists().where(other.c.type == type_, other.c.key == REDIRECTS.c.target)
    itself = exists().where(main.c.key == REDIRECTS.c.key)
    for key, target in connection.execute(mine.where(or_(~there, again, itself))):
        yield Finding("REDIRECT_BROKEN", f"{type_} {key}", f"to {target}")


def _ended(connection: Connection, type_: str) -> Iterator[Finding]:
    """Records whose last revision removed them and that are there, or whose last did not and that are nowhere."""
    main = TABLES[type_]
    last = select(func.max(REVISIONS.c.id)).where(REVISIONS.c.type == type_).group_by(REVISIONS.c.key)
    ends = select(REVISIONS.c.key, REVISIONS.c.action).where(REVISIONS.c.id.in_(last))
    there = exists().where(main.c.key == REVISIONS.c.key)
    merged = exists().where(REDIRECTS.c.type == type_, REDIRECTS.c.key == REVISIONS.c.key)
    for key, _ in connection.execute(ends.where(REVISIONS.c.action == "REMOVED", there)):
        yield Finding("HISTORY_STALE", f"{type_} {key}", "it was removed, but is there")
    for key, _ in connection.execute(ends.where(REVISIONS.c.action != "REMOVED", ~there, ~merged)):
        yield Finding("HISTORY_STALE", f"{type_} {key}", "it was not removed, but is not there")


def _revisions(connection: Connection) -> Iterator[Finding]:
    """Revisions that are not of a known kind, or do not hold what their kind asks for."""
    columns = REVISIONS.c.id, REVISIONS.c.action, REVISIONS.c.before, REVISIONS.c.after
    for id_, action, before, after in connection.execution_options(yield_per=1000).execute(select(*columns)):
        if ACTIONS.get(action) != (_is_object(before), _is_object(after)):
            yield Finding("REVISION_WRONG", f"revision {id_}", str(action))


def _is_object(text: str | None) -> bool | None:
    """Whether there is a JSON object; None if there is something else."""
    if text is None:
        return False
    try:
        return True if isinstance(orjson.loads(text), dict) else None
    except orjson.JSONDecodeError:
        return None
