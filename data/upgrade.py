"""Bringing a store of an older layout up to the newest: a copy of the file beside it, then the migrations, in one transaction.

`fonds_meta.version` is the one note of a store's layout; Alembic's own is made from it and dropped again. It is read when nobody
else can write any more, so that of two who upgrade one store the second finds it done. Ended midway, it leaves all as it was.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from data.database import STEMMING, VERSION, copy, engine_of, identity, path_of, settle
from data.errors import StoreDamaged, StoreMissing
from data.faults import translated
from data.search import index
from data.search.blocks import Blocks
from data.tables import Meta, table

MIGRATIONS = Path(__file__).parent / "migrations"
META = table(Meta)


@dataclass(frozen=True, slots=True)
class Upgraded:
    """From which layout to which, and where the store as it was is kept; without a copy nothing was to be done."""

    path: Path
    before: int
    after: int = VERSION
    copy: Path | None = None

    def __str__(self) -> str:
        if self.copy is None:
            return f"{self.path} has layout {self.before}, the newest."
        return f"{self.path}: from layout {self.before} to {self.after}. As it was, it is kept as {self.copy}."


def upgrade(url: str, *, now: datetime, stemming: str = STEMMING) -> Upgraded:
    """Brings the store to the newest layout; a layout that had no search gets it with this stemming.

    Raises StoreMissing, StoreForeign, StoreTooNew, StoreLocked, StoreReadOnly; StoreFull if there is no space for the copy or the
    upgrade; StoreDamaged if the tables are not those of its layout.
    """
    path = path_of(url)
    if not path.exists():
        raise StoreMissing(f"There is no store at {path}.", hint="Name it with `--database`.")
    before = identity(path).version
    if before == VERSION:
        return Upgraded(path, before)
    engine = engine_of(path, keeps_links=False)
    copies: list[Path] = []
    try:
        with translated(path), engine.begin() as connection:
            before = connection.execute(select(META.c.version)).scalar_one()
            if before < VERSION:
                beside = path.with_name(f"{path.stem}.layout-{before}.{now:%Y%m%dT%H%M%SZ}{path.suffix}")
                copies.append(copy(path, beside))
                _migrate(path, connection, before, stemming)
                _check_links(path, connection)
    except BaseException:
        for beside in copies:
            beside.unlink(missing_ok=True)  # the store is what this is a copy of
        raise
    else:
        settle(engine)
    finally:
        engine.dispose()
    return Upgraded(path, before, copy=copies[0] if copies else None)


def _migrate(path: Path, connection: Connection, before: int, stemming: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        with translated(path):
            command.stamp(config, str(before))
            command.upgrade(config, "head")
    except DBAPIError as error:
        raise StoreDamaged(
            f"{path} has not the tables of layout {before} ({error.orig}); the store was left as it was.",
            hint="Load its records into a new store.",
        ) from error
    steps = ScriptDirectory.from_config(config).iterate_revisions("head", str(before))
    if any(step.module.REBUILDS for step in steps):
        index.rebuild(connection, stemming)
    else:
        Blocks(connection).write_all()
    connection.exec_driver_sql("DROP TABLE alembic_version")
    connection.execute(update(META).values(version=VERSION))


def _check_links(path: Path, connection: Connection) -> None:
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if broken:
        tables = ", ".join(sorted({str(row[0]) for row in broken}))
        raise StoreDamaged(
            f"{path} has {len(broken)} rows that belong to nothing (in {tables}); it was left as it was.",
            hint="Load its records into a new store.",
        )
