"""The store: opening or creating a database, checking that it is one of ours, and reading from it.

Writing goes through SQLAlchemy. Reading does not: a statement runs on a plain connection of the database's own driver, taken from
a small pool, because that is several times faster and lets several threads read at once.
"""

import logging
import math
import os
import secrets
import shutil
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from threading import Lock
from time import perf_counter
from typing import TYPE_CHECKING, Any, Self

import orjson
from sqlalchemy import Engine, Select, create_engine, event, func, insert, inspect, select
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, NoSuchModuleError
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from data import driver, journal
from data.cursors import seal
from data.errors import (
    FondsError,
    QueryTooDeep,
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreFull,
    StoreLocked,
    StoreMissing,
    StoreReadOnly,
    StoreTooNew,
    StoreTooOld,
)
from data.journal import Journal
from data.revisions import field_names, put_back
from data.search import index
from data.search.columns import SUBJECTS
from data.search.names import KeptNames, Names
from data.search.nearest import offers
from data.search.passages import passages
from data.search.words import Words
from data.tables import Load, Meta, table

if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = driver.found  # the same, or newer

codes = driver.own
"""Result codes by their names: the same in every SQLite, but not all drivers name all."""

VERSION = 4
"""The layout of the tables; a store of a higher one was written by a newer Fonds."""

APPLICATION_ID = 0x464F4E44  # "FOND", in the header of the file
STEMMING = "english"
LOCK_WAIT_SECONDS = 5.0
SETTLE_MAX_MS = 250
READ_CONNECTIONS = 4
PAGE_CACHE_KIB = 16 * 1024  # of each connection; four times as much, or the file mapped into memory, was not faster
STEPS_BETWEEN_LOOKS = 20_000  # of SQLite's machine: some 0.5 ms
STATEMENTS_KEPT = 64  # of each connection; a large one takes some 400 KB
OFFERS_KEPT = 32


META, LOADS = table(Meta), table(Load)
LOG = logging.getLogger("fonds.store")
Seen = tuple[int, int, int]
"""A file as it was last looked at: its disk, its number there, its time."""


class TookTooLong(Exception):
    """A statement was interrupted, as `Reading` says."""


class Reading:
    """A statement that runs in another thread, and can be stopped from this one; or one that stops itself after `max_seconds`."""

    def __init__(self, max_seconds: float | None = None) -> None:
        self._max_seconds = max_seconds
        self._connection: sqlite3.Connection | None = None
        self._is_stopped = False
        self._lock = Lock()

    @contextmanager
    def on(self, connection: sqlite3.Connection) -> Iterator[None]:
        """The connection that the statement runs on, as long as it does. Raises TookTooLong when it was interrupted."""
        with self._lock:
            if self._is_stopped:
                raise TookTooLong
            self._connection = connection
        until = perf_counter() + (self._max_seconds or 0)
        if self._max_seconds is not None:
            connection.set_progress_handler(lambda: perf_counter() > until, STEPS_BETWEEN_LOOKS)
        try:
            yield
        except sqlite3.OperationalError as error:
            # a function that reads the database itself is interrupted too, and this shows as an error of the function
            is_late = self._max_seconds is not None and perf_counter() > until
            if self._is_stopped or is_late or getattr(error, "sqlite_errorcode", None) == codes.SQLITE_INTERRUPT:
                raise TookTooLong from error
            raise
        finally:
            if self._max_seconds is not None:
                connection.set_progress_handler(None, 0)
            with self._lock:
                self._connection = None

    def stop(self) -> None:
        """Interrupts the statement, if it has begun; keeps it from beginning, if not. May be said again."""
        with self._lock:
            self._is_stopped = True
            if self._connection is not None:
                self._connection.interrupt()


class _Counting:
    """What counts for one store; made, and its library imported, when something is counted for the first time."""

    def __init__(self) -> None:
        self._made: Any = None
        self._lock = Lock()

    def get(self) -> Any:
        from data.search.counts import Counts  # noqa: PLC0415 - NumPy takes longer to import than most commands to run

        with self._lock:
            if self._made is None:
                self._made = Counts()
            return self._made


@dataclass(frozen=True)
class _Functions:
    """Functions of the database that read it themselves: on the connection that runs the statement, so in its transaction."""

    connection: sqlite3.Connection
    words: Words
    kept: KeptNames
    counting: _Counting = field(default_factory=_Counting)

    def read(self, statement: Select[Any], **values: Any) -> Iterator[tuple[Any, ...]]:
        sql, names = _compiled(statement)
        return iter(self.connection.execute(sql, [values[name] for name in names]))

    def names(self, changes: int) -> Names:
        return self.kept.get(changes, self.read)

    def suggest(self, changes: int, text: str, types: str, most: int) -> str:
        """The names that fit what was typed, as JSON (`Names.suggest`)."""
        return orjson.dumps(self.names(changes).suggest(text, orjson.loads(types), most)).decode()

    def offers(self, changes: int, type_: str, text: str) -> str:
        """The searches that may have been meant, as JSON (`data.search.nearest`)."""
        return orjson.dumps(offers(text, SUBJECTS[type_], self.words, self.names(changes), self.read)).decode()

    def gathered(self, ids: str | None) -> bytes:
        """The ids of a result, packed (`data.search.counts`)."""
        return bytes(self.counting.get().gathered(ids))

    def counted(self, documents: bytes, kind: str, roles: int) -> str:
        """How many of the documents there are of each person, topic, …, as JSON (`data.search.counts`)."""
        return str(self.counting.get().counted(self.connection, documents, kind, roles))

    def spans(self, documents: bytes, unit: str) -> str:
        """How many of the documents there are of each span of time, as JSON (`data.search.counts`)."""
        return str(self.counting.get().spans(self.connection, documents, unit))


@cache
def _compiled(statement: Select[Any]) -> tuple[str, tuple[str, ...]]:
    """The SQL of a statement and the names of its values in their order."""
    compiled = statement.compile(dialect=Store.dialect)
    return compiled.string, tuple(compiled.positiontup or ())


class Store:
    """One database of records. `url` is SQLAlchemy's, as in `sqlite:///fonds.db`.

    The file may be replaced by another (put there under its name) while it is used: `generation` counts the files, and what was
    made with the `secret` or the `words` of one is not good for the next.
    """

    dialect = sqlite_dialect.dialect()
    has_counts = True
    """Whether facets are counted by packed numbers; without, rows are grouped: slower, the same."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.write_wait_max_seconds = LOCK_WAIT_SECONDS
        self.generation = 0
        self._file = str(path.absolute())
        self._idle: deque[sqlite3.Connection] = deque()  # taken and put back in one step, from whatever thread
        self._engine: Engine | None = None
        self._watching = Lock()
        self._watcher: sqlite3.Connection | None = None
        self._watched = (0, 0, 0)
        self._commits = 0
        self._watchers = 0
        self._identity: Identity | None = None
        self._seen: Seen | None = None
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
                engine = engine_of(path)
                with engine.begin() as connection:
                    _lay_out(connection, stemming)
                engine.dispose()
        return cls(path)

    def _look(self) -> "Seen":
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

    def _take_up(self, seen: "Seen") -> None:
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
            self._names, self._counting = KeptNames(), _Counting()
        self._seen = seen

    def _checked(self) -> "Identity":
        """What the file is, after it was seen to be one that this Fonds can use. Leaves it untouched."""
        found = identity(self.path)
        if found.version < VERSION:
            raise StoreTooOld(
                f"{self.path} was written by an older Fonds (layout {found.version}; this one needs {VERSION}).",
                hint="`fonds upgrade` brings it up, after a copy of it.",
            )
        return found

    def _reader(self) -> sqlite3.Connection:
        try:
            return self._idle.pop()
        except IndexError:
            connection = connect(self.path)
            connection.create_function("fonds_seal", 1, lambda text: seal(self.secret, text), deterministic=True)
            connection.create_function("fonds_passages", 3, self._passages, deterministic=True)
            connection.create_function("fonds_put_back", 2, put_back, deterministic=True)
            connection.create_function("fonds_field_names", 2, field_names, deterministic=True)
            connection.create_function("fonds_ln", 1, math.log, deterministic=True)
            functions = _Functions(connection, self.words, self._names, self._counting)
            connection.create_function("fonds_suggest", 4, functions.suggest, deterministic=True)
            connection.create_function("fonds_offers", 3, lru_cache(OFFERS_KEPT)(functions.offers), deterministic=True)
            connection.create_function("fonds_gathered", 1, functions.gathered, deterministic=True)
            connection.create_function("fonds_counted", 3, functions.counted)
            connection.create_function("fonds_spans", 2, functions.spans)
            return connection

    def _passages(self, found: str, column: str, text: str | None) -> str:
        """The passages as JSON."""
        return orjson.dumps(passages(found, column, text, self.words) if text else []).decode()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that only reads, for one statement."""
        seen = self._look()
        connection = self._reader()
        try:
            yield connection
        finally:
            if self._seen == seen and len(self._idle) < READ_CONNECTIONS:
                self._idle.append(connection)
            else:
                connection.close()

    def read(self, sql: str, values: tuple[Any, ...], reading: "Reading | None" = None) -> str:
        """The one text that a statement selects. May be called from any thread. Raises StoreError."""
        with translated(self.path), self.reading() as connection:
            if reading is None:
                (text,) = connection.execute(sql, values).fetchone()
            else:
                with reading.on(connection):
                    (text,) = connection.execute(sql, values).fetchone()
        return str(text)

    def version(self) -> tuple[int, int]:
        """Another one after every commit, by whatever process, and for another file. Raises StoreError."""
        with translated(self.path), self._watching:
            seen = self._look()
            if self._watcher is None or self._watched != seen:
                self._end_watching()
                self._watcher, self._watched = connect(self.path), seen
                self._watchers += 1
            (commits,) = self._watcher.execute("PRAGMA data_version").fetchone()
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
        engine = create_engine("sqlite://", module=sqlite3, creator=lambda: connect(self.path), poolclass=NullPool)
        event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
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
                self._idle.pop().close()
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


def path_of(url: str) -> Path:
    """The file that a database URL names. Raises StoreError for a URL that is not of a kind we know."""
    try:
        parsed: URL = make_url(url)
    except (ArgumentError, NoSuchModuleError):
        parsed = URL.create("")
    if parsed.get_backend_name() != "sqlite" or not parsed.database or parsed.database == ":memory:":
        raise StoreError(
            f"{url!r} is not a database that Fonds can use.",
            hint="Write `sqlite:///archive.db` (a path after three slashes).",
        )
    return Path(parsed.database)


def _last_load(connection: Connection) -> int:
    return int(connection.execute(select(func.coalesce(func.max(LOADS.c.id), 0))).scalar_one())


def connect(path: Path) -> sqlite3.Connection:
    """A plain connection that only reads.

    In a folder that cannot be written nobody writes: the file is read without the files of locks beside it.
    """
    folder, log = path.absolute().parent, path.with_name(f"{path.name}-wal")
    is_fixed = not os.access(folder, os.W_OK) and not (log.exists() and log.stat().st_size)
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if is_fixed else ''}",
        uri=True,
        check_same_thread=False,
        timeout=LOCK_WAIT_SECONDS,
        isolation_level=None,
        cached_statements=STATEMENTS_KEPT,
    )
    connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIB}")
    return connection


@dataclass(frozen=True, slots=True)
class Identity:
    """What a file says of itself; a layout without search has no stemming."""

    version: int
    secret: str
    stemming: str


def identity(path: Path) -> Identity:
    """What the file is, of this layout or an older one; it is left untouched. Raises StoreForeign, StoreTooNew, StoreLocked."""
    if path.is_dir():
        raise StoreForeign(f"{path} is a directory.", hint="Name a file: `sqlite:///archive.db`.")
    with translated(path), closing(connect(path)) as connection:
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        if mark != APPLICATION_ID:
            raise StoreForeign(f"{path} is a database, but not one of Fonds.", hint="Name another file with `--database`.")
        connection.row_factory = sqlite3.Row
        has_meta = connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (Meta.__tablename__,)).fetchone()
        row = connection.execute("SELECT * FROM fonds_meta").fetchone() if has_meta else None
    if row is None:
        raise StoreForeign(f"{path} is a store without its tables.", hint="Remove it, and load again.")
    if row["version"] > VERSION:
        raise StoreTooNew(
            f"{path} was written by a newer Fonds (layout {row['version']}; this one knows {VERSION}).", hint="Update Fonds."
        )
    return Identity(row["version"], row["secret"], row["stemming"] if "stemming" in row.keys() else "")  # noqa: SIM118 - a Row has its values


def is_blank(path: Path) -> bool:
    """Whether a new store can be made there: no file, an empty one, or what is left of one whose making was cut off."""
    if not path.exists():
        return True
    if not path.is_file():
        return False
    if path.stat().st_size == 0:
        return True
    with translated(path), closing(connect(path)) as connection:
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        (count,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return bool(mark == 0 and count == 0)


def is_older(path: Path) -> bool:
    """Whether the store there is of a layout before this Fonds. Raises as `identity` does; False if there is none."""
    return not is_blank(path) and identity(path).version < VERSION


def _lay_out(connection: Connection, stemming: str) -> None:
    """Makes the tables of an empty store, unless another process was faster."""
    if inspect(connection).has_table(Meta.__tablename__):
        return
    connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
    SQLModel.metadata.create_all(connection)
    row = {"id": 1, "version": VERSION, "secret": secrets.token_hex(16), "stemming": stemming}
    connection.execute(insert(table(Meta)).values(row))
    index.create(connection)


def copy(path: Path, to: Path) -> Path:
    """The whole of a store, as it is now, in another file, which is returned. Raises StoreFull; StoreReadOnly if one is there.

    Others read and write on. Under its name the copy appears when it is whole.
    """
    if to.exists():
        raise StoreReadOnly(f"{to} is there already.", hint="Name a file that is not.")
    part = to.with_name(f"{to.name}.part")
    part.unlink(missing_ok=True)
    with translated(path), closing(connect(path)) as source:
        needed = source.execute("PRAGMA page_count").fetchone()[0] * source.execute("PRAGMA page_size").fetchone()[0]
        if not to.absolute().parent.is_dir():
            raise StoreReadOnly(f"There is no folder {to.absolute().parent}.", hint="Make it, or name another file.")
        free = shutil.disk_usage(to.absolute().parent).free
        if free < needed:
            raise StoreFull(
                f"There is no space for a copy of {path}: {needed:,} bytes are needed, {free:,} are free.",
                hint="Make space first.",
            )
        with translated(to), closing(sqlite3.connect(part)) as target:
            source.backup(target)
    return part.replace(to)


def settle(engine: Engine) -> None:
    """Moves what was committed into the file itself and empties the log beside it, unless somebody reads for longer.

    Those who serve the file see by its time that it has changed; and a file that is put in its place meets no log of another.
    """
    with suppress(sqlite3.Error), closing(engine.raw_connection()) as connection:
        connection.execute(f"PRAGMA busy_timeout = {SETTLE_MAX_MS}")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        connection.execute(f"PRAGMA busy_timeout = {int(LOCK_WAIT_SECONDS * 1000)}")


def engine_of(path: Path, *, keeps_links: bool = True, wait_seconds: float = LOCK_WAIT_SECONDS) -> Engine:
    """An engine that writes, each transaction alone. Without links, a table that is dropped takes nothing along."""
    engine = create_engine(URL.create("sqlite", database=str(path)), module=sqlite3, connect_args={"timeout": wait_seconds})

    @event.listens_for(engine, "connect")
    def settings(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver's own transactions would begin too late
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIB}")  # with 2 MiB a large load reads all again and again
        connection.execute("PRAGMA synchronous = FULL")  # what was said to be loaded survives a loss of power
        connection.execute(f"PRAGMA foreign_keys = {'ON' if keeps_links else 'OFF'}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # references may point forward; they are checked at the end

    return engine


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """The driver's errors as ours."""
    try:
        yield
    except (sqlite3.Error, DBAPIError) as error:
        found = _translation(path, error.orig if isinstance(error, DBAPIError) else error)
        if found is None:
            raise
        raise found from error


def _locked(path: Path) -> StoreError:
    return StoreLocked(f"Another process is writing to {path}.", hint="Try again when it has ended.")


FILE_LIMITS = {codes.SQLITE_IOERR_WRITE, codes.SQLITE_IOERR_SHMSIZE}
"""What the database says when a file may not grow for another reason than a full disk: a limit of the process (`ulimit -f`)."""

TOO_DEEP = ("parser stack overflow", "Expression tree is too large")


def _translation(path: Path, origin: BaseException | None) -> FondsError | None:
    if not isinstance(origin, sqlite3.Error):
        return None
    if str(origin).startswith(TOO_DEEP):
        return QueryTooDeep(
            "The query nests more lists in each other than the database can follow.",
            hint="Ask for the inner lists in another query. Three in each other always work (a search, and each condition "
            "in another, counts as one more); with SQLite 3.46 any number does.",
        )
    code = getattr(origin, "sqlite_errorcode", None)
    if code in FILE_LIMITS:
        return _full(path)
    found = FAULTS.get(code & 0xFF) if code is not None else None
    return found and found(path)


def _full(path: Path) -> StoreError:
    return StoreFull(
        f"{path} cannot grow: the disk is full, or files may not be so large.", hint="Make space; the store is as it was before."
    )


FAULTS: dict[int, Callable[[Path], StoreError]] = {
    codes.SQLITE_BUSY: _locked,
    codes.SQLITE_LOCKED: _locked,
    codes.SQLITE_READONLY: lambda path: StoreReadOnly(
        f"{path} cannot be written.", hint="Check the rights of the file and of its folder."
    ),
    codes.SQLITE_FULL: _full,
    codes.SQLITE_IOERR: lambda path: StoreError(f"The disk failed under {path}.", hint="Check the disk; then `fonds check`."),
    codes.SQLITE_CORRUPT: lambda path: StoreDamaged(
        f"{path} is damaged.", hint="`fonds check` says where; a copy that was made before brings it back."
    ),
    codes.SQLITE_NOTADB: lambda path: StoreForeign(f"{path} is not a database.", hint="Name another file with `--database`."),
    codes.SQLITE_CANTOPEN: lambda path: StoreReadOnly(
        f"{path} cannot be opened.", hint="Check that its folder exists and may be written."
    ),
}
