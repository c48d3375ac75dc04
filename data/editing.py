"""One change of the archive as a whole: its row among the loads, its writer, its report; kept at the end, or rolled back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter

from sqlalchemy import insert, update
from sqlalchemy.engine import Connection

from data import tables
from data.changes import Change, changes_of
from data.report import Report
from data.store import Store
from data.tables import table
from data.write import Writer

LOADS = table(tables.Load)


class _Tried(Exception):
    """Ends the transaction of a dry run."""


@dataclass(frozen=True, slots=True)
class Edit:
    """A change that is being made: in one transaction, with a writer, counted in a report."""

    connection: Connection
    writer: Writer
    report: Report
    load_id: int


@dataclass(frozen=True, slots=True)
class Editor:
    """Who changes which store; in a dry run only to see what would come of it. `tell` hears, at the end, of each change."""

    store: Store
    by: str
    dry_run: bool = False
    tell: Callable[[Change], None] | None = None


@contextmanager
def edit(editor: Editor, mode: str, *, undoes: int | None = None) -> Iterator[Edit]:
    """A change from its beginning to its end. What is raised inside takes all of it back, and so does a dry run."""
    start = perf_counter()
    with suppress(_Tried), editor.store.writing(None if editor.dry_run else mode.lower()) as connection:
        row = {"at": now(), "by": editor.by, "mode": mode, "undoes_id": undoes}
        load_id = int(connection.execute(insert(LOADS).values(row)).inserted_primary_key[0])  # type: ignore[index] # of one row
        report = Report(load_id=load_id, mode=mode, is_dry_run=editor.dry_run)
        made = Edit(connection, Writer(connection, editor.store.words, load_id), report, load_id)
        yield made
        made.report.seconds = perf_counter() - start
        counts = {**made.report.counts(), "seconds": made.report.seconds}
        connection.execute(update(LOADS).where(LOADS.c.id == load_id).values(counts))
        if editor.tell:
            for one in changes_of(connection, load_id):
                editor.tell(one)
        if editor.dry_run:
            raise _Tried


def now() -> str:
    """The time as the store keeps it: UTC, to the microsecond."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
