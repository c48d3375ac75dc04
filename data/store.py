"""The store: opening or creating a database, checking that it is one of ours, and reading from it.

Writing goes through SQLAlchemy. Reading does not: a statement runs on a plain connection of the database's own driver, taken from
a small pool, because that is several times faster and lets several threads read at once.
"""

import logging
import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import Any, Self

from sqlalchemy import Engine, func, select
from sqlalchemy.engine import Connection

from data import driver, journal
from data.database import (
    DIALECT,
    LOCK_WAIT_SECONDS,
    STEMMING,
    VERSION,
    Identity,
    connect,
    engine_of,
    identity,
    is_blank,
    lay_out,
    path_of,
    reading_engine_of,
    settle,
)
from data.errors import StoreLocked, StoreMissing, StoreReadOnly, StoreTooOld
from data.faults import translated, translation
from data.functions import Counting, register
from data.journal import Journal
from data.reading import Brief, Reading, only
from data.search.kept import KeptNames
from data.search.words import Words
from data.tables import Load, Meta, table

READ_CONNECTIONS = 4
LOOK_GOOD_SECONDS = 0.000_25
"""How old a look at the file may be for an answer: to look takes as long as a fifth of the smallest, and more of what follows."""

META, LOADS = table(Meta), table(Load)
LOG = logging.getLogger("fonds.store")
Seen = tuple[int, int, int]
"""A file as it was last looked at: its disk, its number there, its time."""


class Store:
    """One database of records. `url` is SQLAlchemy's (`path_of`).

    The file may be replaced by another (put there under its name) while it is used: `generation` counts the files, and what was
    made with the `secret` or the `words` of one is not good for the next.
    """

    dialect = DIALECT
    has_counts = True
    """Whether facets are counted by packed numbers; without, rows are grouped: slower, the same."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write_wait_max_seconds = LOCK_WAIT_SECONDS
        self.generation = 0
        self._file = str(path.absolute())
        self._idle: deque[tuple[Seen, driver.Connection]] = deque()  # taken and put back in one step, from whatever thread
        self._engine: Engine | None = None
        self._watching = Lock()
        self._watcher: driver.Connection | None = None
        self._watched = (0, 0, 0)
        self._commits = 0
        self._watchers = 0
        self._identity: Identity | None = None
        self._seen: Seen | None = None
        self._good_until = 0.0
        self._looking = Lock()
        self._look()

    @classmethod
    def open(cls, url: str) -> Self:
        """An existing store. Raises StoreMissing, StoreForeign, StoreTooNew or StoreLocked."""
        path = path_of(url)
        if not path.exists():
            raise StoreMissing(
                f"There is no store at {path}.",
                hint="`fonds load FILE…` or `fonds serve` makes one; `--database` names another.",
            )
        return cls(path)

    @classmethod
    def create(cls, url: str, stemming: str = STEMMING) -> Self:
        """A new, empty store whose texts are stemmed so (`data.search.words.STEMMINGS`), or the existing one.

        Raises StoreReadOnly if the folder cannot be written, and as `open` does.
        """
        path = path_of(url)
        if is_blank(path):
            if not path.absolute().parent.is_dir():
                raise StoreReadOnly(f"There is no folder {path.absolute().parent}.", hint="Make it, or name another file.")
            with translated(path):
                engine = engine_of(path, keeps_links=False)
                with engine.begin() as connection:
                    lay_out(connection, stemming)
                engine.dispose()
        return cls(path)

    def _look(self) -> Seen:
        """Sees whether the file is the one that was opened; if not, goes on with what is there now.

        What was committed and moved into the file makes its time another: then it may be of another layout. Raises StoreMissing,
        StoreForeign, StoreTooOld, StoreTooNew while there is nothing that can be used.
        """
        try:
            found = os.stat(self._file)  # noqa: PTH116 - for each read; a Path's takes twice as long
        except OSError:
            self._seen = None
            raise StoreMissing(f"There is no store at {self.path} any more.", hint="Put it back; it will be seen.") from None
        seen = (found.st_dev, found.st_ino, found.st_mtime_ns)
        if seen != self._seen:
            with self._looking:
                if seen != self._seen:
                    self._take_up(seen)
        return seen

    def _looked(self) -> Seen:
        """As `_look`, or what was seen just before."""
        now, seen = perf_counter(), self._seen
        if seen is None or not seen[2] or now > self._good_until:  # without its time the file is to be looked at anew
            seen = self._look()
            self._good_until = now + LOOK_GOOD_SECONDS
        return seen

    def _take_up(self, seen: Seen) -> None:
        self._drop_idle()
        is_another = self._seen is None or self._seen[:2] != seen[:2]
        self._seen = None
        found = self._checked()
        if is_another and self._engine is not None:
            self._engine.dispose()
            self._engine = None
        if is_another or found != self._identity:
            self.generation += 1
            self._identity, self.secret, self.words = found, found.secret, Words(found.stemming)
            self._names, self._counting = KeptNames(), Counting()
        self._seen = seen

    def _checked(self) -> Identity:
        """What the file is, after it was seen to be one that this Fonds can use. Leaves it untouched."""
        found = identity(self.path)
        if found.version < VERSION:
            raise StoreTooOld(
                f"{self.path} was written by an older Fonds (layout {found.version}; this one needs {VERSION}).",
                hint="`fonds upgrade` brings it up, after a copy of it.",
            )
        return found

    def _reader(self, seen: "Seen") -> driver.Connection:
        """An idle connection to the file that was seen; one to another, put back just as that was replaced, is closed."""
        try:
            while True:
                of, connection = self._idle.pop()
                if of == seen:
                    return connection
                connection.close()
        except IndexError:
            connection = connect(self.path)
            register(connection, self.secret, self.words, self._names, self._counting)
            return connection

    @contextmanager
    def reading(self) -> Iterator[driver.Connection]:
        """A connection that only reads, for one statement."""
        seen = self._look()
        connection = self._reader(seen)
        try:
            yield connection
        finally:
            self._put_back(seen, connection)

    def _put_back(self, seen: Seen, connection: driver.Connection) -> None:
        if self._seen == seen and len(self._idle) < READ_CONNECTIONS:
            self._idle.append((seen, connection))
        else:
            connection.close()

    def read(self, sql: str, values: tuple[Any, ...]) -> str:
        """The one text or number that a statement selects, as text. For any thread. Raises StoreError, InvalidCursor."""
        with translated(self.path), self.reading() as connection:
            found = only(connection, sql, values)
        return found.decode() if isinstance(found, bytes) else str(found)

    def answer(self, sql: str, values: tuple[Any, ...], reading: Reading | Brief | None = None) -> bytes:
        """The one text that the statement of a plan selects, in UTF-8. As `read`; and TookTooLong, as the reading says."""
        try:
            seen = self._looked()
            connection = self._reader(seen)
            try:
                text: bytes = (reading.only if reading else only)(connection, sql, values)
            finally:
                self._put_back(seen, connection)
        except driver.Error as error:  # as `translated`, which would take a tenth of a small read
            found = translation(self.path, error)
            if found is None:
                raise
            raise found from error
        return text

    def settle_names(self) -> None:
        """Has the names of people and topics in memory as they are now, for who asks for suggestions next. Raises StoreError."""
        self.read("SELECT fonds_settled(changes) FROM fonds_meta", ())

    def version(self) -> tuple[int, int]:
        """Another one after every commit, by whatever process, and for another file. Raises StoreError."""
        with translated(self.path), self._watching:
            seen = self._look()
            if self._watcher is None or self._watched != seen:
                self._end_watching()
                self._watcher, self._watched = connect(self.path), seen
                self._watchers += 1
            commits = only(self._watcher, "PRAGMA data_version", ())
            if commits != self._commits:
                self._commits, self._seen = commits, (*seen[:2], 0)  # what was committed may be another layout or stemming
                self._look()
        return self._watchers, commits

    def _end_watching(self) -> None:
        if self._watcher is not None:
            self._watcher.close()
            self._watcher = None

    @contextmanager
    def writing(self, doing: str | None = None) -> Iterator[Connection]:
        """One transaction: committed at the end, rolled back by any error. Raises StoreLocked, StoreReadOnly, StoreFull.

        `doing` names a change that is kept as a load ("load of letters.jsonl"): if it is cut off, the next who opens the store is
        told what became of it. StoreMissing if the file was taken away or replaced meanwhile.
        """
        file = self._look()[:2]
        engine = self._engine = self._engine or engine_of(self.path, wait_seconds=self.write_wait_max_seconds)
        is_noted = False
        try:
            with translated(self.path), engine.begin() as connection:
                self._check_still(file)
                is_noted = self._begin(connection, doing)
                yield connection
            settle(engine)
            self._seen = (*file, 0)  # the change may have been of the stemming
            self._check_still(file)
        finally:
            if is_noted:
                journal.clear(self.path)

    def _check_still(self, file: tuple[int, int]) -> None:
        if self._look()[:2] != file:
            raise StoreMissing(f"{self.path} was replaced while it was written to.", hint="Do it again.")

    def _begin(self, connection: Connection, doing: str | None) -> bool:
        """What is to be seen to when nobody else can write any more; whether a note was left."""
        found = connection.execute(select(META.c.version, META.c.secret, META.c.stemming)).one()
        if Identity(*found) != self._identity:
            self._seen = (*self._look()[:2], 0)  # upgraded or indexed anew since it was opened
            self._look()
        last_load = _last_load(connection)
        became = journal.settled(self.path, last_load)
        if became:
            LOG.warning(became)
        if doing is None:
            return False
        journal.write(self.path, Journal(doing, datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), last_load))
        return True

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction that only reads: the archive as it is now, however long it lasts and whoever writes meanwhile."""
        self._look()
        engine = reading_engine_of(self.path)
        with translated(self.path), engine.begin() as connection:
            connection.execute(select(META.c.version)).one()  # it begins with what is read first
            yield connection
        engine.dispose()

    def is_unused(self) -> bool:
        """Whether nothing was ever loaded into it: so it is when the process that made it ended too early."""
        return self.read("SELECT (SELECT changes FROM fonds_meta) = 0 AND NOT EXISTS (SELECT 1 FROM loads)", ()) == "1"

    def discard(self) -> None:
        """Removes a store into which nothing was ever loaded; any other is left. Who waits to write to it is refused."""
        self.close()
        engine = engine_of(self.path)
        with translated(self.path), engine.begin():
            if self.is_unused():
                for path in (self.path, *(self.path.with_name(f"{self.path.name}-{what}") for what in ("wal", "shm", "load"))):
                    path.unlink(missing_ok=True)
        engine.dispose()
        self._drop_idle()

    def unfinished(self) -> str | None:
        """What became of a load that was cut off, told once; None if there was none, or if somebody is writing now."""
        if not journal.place(self.path).exists():
            return None
        engine = engine_of(self.path, wait_seconds=0.0)
        try:
            with translated(self.path), engine.begin() as connection:
                return journal.settled(self.path, _last_load(connection))
        except (StoreLocked, StoreReadOnly):
            return None
        finally:
            engine.dispose()

    def _drop_idle(self) -> None:
        while True:
            try:
                self._idle.pop()[1].close()
            except IndexError:
                break

    def close(self) -> None:
        """Ends all connections; the store may be used again."""
        with self._watching:
            self._end_watching()
        self._drop_idle()
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None


def _last_load(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(LOADS.c.id), 0))).scalar_one())
