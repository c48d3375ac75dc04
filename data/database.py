"""The database file: where it is and whether it is one of ours, connections to it, a copy of it."""

import os
import secrets
import shutil
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, create_engine, event, insert, inspect
from sqlalchemy.dialects import sqlite as sqlite_dialect
from sqlalchemy.engine import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError
from sqlalchemy.pool import NullPool
from sqlmodel import SQLModel

from data import driver
from data.errors import StoreError, StoreForeign, StoreFull, StoreReadOnly, StoreTooNew
from data.faults import translated
from data.search import index
from data.tables import Load, Meta, table

if TYPE_CHECKING:
    import sqlite3
else:
    sqlite3 = driver.found  # the same, or newer


class Compiler(sqlite_dialect.base.SQLiteCompiler):
    """Writes no `OFFSET 0`, which SQLAlchemy's does behind each LIMIT: the database would count it off at each row."""

    def limit_clause(self, select: Any, **kw: Any) -> str:
        if select._offset_clause is not None:  # noqa: SLF001 - what SQLAlchemy's own compilers look at
            return str(super().limit_clause(select, **kw))  # type: ignore[no-untyped-call] # SQLAlchemy's own is not typed
        return f"\n LIMIT {self.process(select._limit_clause, **kw)}"  # noqa: SLF001 - as above


DIALECT = sqlite_dialect.dialect()
DIALECT.statement_compiler = Compiler
VERSION = 5
"""The layout of the tables; a store of a higher one was written by a newer Fonds."""

APPLICATION_ID = 0x464F4E44  # "FOND", in the header of the file
STEMMING = "english"
LOCK_WAIT_SECONDS = 5.0
SETTLE_MAX_MS = 250
PAGE_CACHE_KIB = 16 * 1024  # of a connection that writes: with 2 MiB a large load reads all again and again
READING_CACHE_KIB = 4 * 1024, 32 * 1024  # of each that reads, at least and at most; see `_reading_cache_kib`
STATEMENTS_KEPT = 64  # of each connection; a large one takes some 400 KB


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
    connection.execute(f"PRAGMA cache_size = -{_reading_cache_kib(path)}")
    return connection


def _reading_cache_kib(path: Path) -> int:
    """How many pages a connection that reads keeps: 1/128 of the file.

    To rank hits takes the lengths of documents, some 1/180 of it, in rising order each time: a cache with less room has none of
    them when they are asked for again. Nothing else was faster with more than the least.
    """
    least, most = READING_CACHE_KIB
    file_kib = path.stat().st_size // 1024 if path.exists() else 0
    return min(max(least, file_kib // 128), most)


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
    with translated(path):
        _undo_first_step(path)
    with translated(path), closing(connect(path)) as connection:
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        (count,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return bool(mark == 0 and count == 0)


def _undo_first_step(path: Path) -> None:
    """Takes back what was cut off when the file was made: a connection that only reads could not, and would be refused."""
    if path.with_name(f"{path.name}-journal").exists():
        with closing(sqlite3.connect(path, timeout=LOCK_WAIT_SECONDS)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()


def is_older(path: Path) -> bool:
    """Whether the store there is of a layout before this Fonds. Raises as `identity` does; False if there is none."""
    return not is_blank(path) and identity(path).version < VERSION


def lay_out(connection: Connection, stemming: str) -> None:
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
    """An engine that writes, each transaction alone. Without links, a table that is dropped takes nothing along.

    The database does not look for what the links of a first load lead to: the loader does, nothing is removed yet, and to look
    takes the longer the more there is.
    """
    engine = create_engine(URL.create("sqlite", database=str(path)), module=sqlite3, connect_args={"timeout": wait_seconds})

    @event.listens_for(engine, "connect")
    def settings(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver's own transactions would begin too late
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA cache_size = -{PAGE_CACHE_KIB}")
        connection.execute("PRAGMA synchronous = FULL")  # what was said to be loaded survives a loss of power

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        keeps = keeps_links and _has_loads(connection)
        _begin(connection, keeps_links=keeps)
        if keeps_links and not keeps and _has_loads(connection):  # somebody else loaded while this one waited
            connection.exec_driver_sql("ROLLBACK")
            _begin(connection, keeps_links=True)

    return engine


def _has_loads(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql(f"SELECT EXISTS (SELECT 1 FROM {Load.__tablename__})").scalar_one())  # noqa: S608 - ours


def _begin(connection: Connection, *, keeps_links: bool) -> None:
    connection.exec_driver_sql(f"PRAGMA foreign_keys = {'ON' if keeps_links else 'OFF'}")  # does nothing once it has begun
    connection.exec_driver_sql("BEGIN IMMEDIATE")
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")  # references may point forward; they are checked at the end


def reading_engine_of(path: Path) -> Engine:
    """An engine that only reads, each transaction on a connection of its own."""
    engine = create_engine("sqlite://", module=sqlite3, creator=lambda: connect(path), poolclass=NullPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine
