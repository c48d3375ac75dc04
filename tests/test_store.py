"""The file under a store: replaced, deleted, put back, of another layout, read-only; and what became of a change that was cut off."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from time import sleep

import pytest
from sqlalchemy import insert
from sqlalchemy.engine import Connection

from data import journal
from data.database import connect, is_blank
from data.errors import StoreDamaged, StoreError, StoreForeign, StoreMissing, StoreReadOnly, StoreTooNew, StoreTooOld
from data.journal import Journal
from data.load import load
from data.records import FILES
from data.store import Store
from data.tables import Genre, Load, table

DATA = Path(__file__).parent / "data"
COUNT = "SELECT count(*) FROM documents"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An open store with the nine documents."""
    made = Store.create(f"sqlite:///{tmp_path / 'archive.db'}")
    load(made, FILES)
    yield made
    made.close()


@pytest.fixture
def other(tmp_path: Path) -> Path:
    """Another store, closed: empty, and stemmed as Russian."""
    path = tmp_path / "other.db"
    Store.create(f"sqlite:///{path}", "russian").close()
    return path


def _run(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()


def test_a_file_put_in_the_place_of_an_open_store_is_read_from_then_on(store: Store, other: Path) -> None:
    before = store.generation, store.secret
    assert store.read(COUNT, ()) == "9"
    other.replace(store.path)
    assert store.read(COUNT, ()) == "0"
    assert store.words.stemming == "russian"
    assert store.generation == before[0] + 1
    assert store.secret != before[1]


def test_a_file_copied_over_an_open_store_is_read_from_then_on(store: Store, other: Path) -> None:
    assert store.read(COUNT, ()) == "9"
    shutil.copyfile(other, store.path)
    assert store.read(COUNT, ()) == "0"


def test_while_the_file_is_away_it_is_missing_and_when_it_is_back_it_is_read(store: Store, tmp_path: Path) -> None:
    away = tmp_path / "away.db"
    store.path.rename(away)
    for _ in range(2):
        with pytest.raises(StoreMissing):
            store.read(COUNT, ())
    away.rename(store.path)
    assert store.read(COUNT, ()) == "9"


def test_what_is_put_in_its_place_is_named_as_what_it_is(store: Store, tmp_path: Path, other: Path) -> None:
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(old)) as connection:
        connection.executescript((DATA / "layout-1.sql").read_text(encoding="utf-8"))
    new = tmp_path / "new.db"
    shutil.copyfile(other, new)
    _run(new, "UPDATE fonds_meta SET version = 99")
    foreign = tmp_path / "foreign.db"
    _run(foreign, "CREATE TABLE t (a)")
    (tmp_path / "text.db").write_text("No database at all, but long enough to be looked at. " * 20, encoding="utf-8")
    kinds: list[tuple[str, type[StoreError]]] = [
        ("old.db", StoreTooOld),
        ("new.db", StoreTooNew),
        ("foreign.db", StoreForeign),
        ("text.db", StoreForeign),
    ]
    for name, kind in kinds:
        (tmp_path / name).replace(store.path)
        for _ in range(2):
            with pytest.raises(kind):
                store.read(COUNT, ())
    other.replace(store.path)
    assert store.read(COUNT, ()) == "0"


def test_who_reads_keeps_more_of_a_larger_file_within_bounds(store: Store) -> None:
    store.close()
    for mib, kept_kib in ((16, 4096), (1024, 8192), (8192, 32768)):
        os.truncate(store.path, mib * 2**20)  # takes no room on the disk
        with closing(connect(store.path)) as connection:
            assert connection.execute("PRAGMA cache_size").fetchone() == (-kept_kib,)


def test_a_damaged_file_is_named_as_damaged(store: Store) -> None:
    store.close()
    content = bytearray(store.path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    store.path.write_bytes(content)
    with pytest.raises(StoreDamaged, match="is damaged"):
        store.read(COUNT, ())


def test_a_layout_that_changes_under_an_open_store_is_noticed_before_writing(store: Store) -> None:
    _run(store.path, "UPDATE fonds_meta SET version = 99")
    with pytest.raises(StoreTooNew, match="layout 99"), store.writing():
        pytest.fail("it was written to")


def test_what_was_indexed_anew_by_another_process_is_noticed_before_writing(store: Store) -> None:
    generation = store.generation
    _run(store.path, "UPDATE fonds_meta SET stemming = 'russian'")
    with store.writing():
        assert store.words.stemming == "russian"
    assert store.generation > generation


def test_a_change_to_a_store_that_is_replaced_meanwhile_is_not_said_to_be_done(store: Store, other: Path) -> None:
    def change() -> None:
        with store.writing() as connection:
            connection.execute(insert(table(Genre)).values(name="Letter", folded="letter-2"))
            other.replace(store.path)

    with pytest.raises(StoreMissing, match="was replaced while it was written to"):
        change()
    assert store.read("SELECT count(*) FROM genres", ()) == "0"


def test_a_file_whose_making_was_cut_off_is_taken_for_none(tmp_path: Path) -> None:
    path = tmp_path / "cut.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    assert path.stat().st_size > 0
    assert is_blank(path)
    Store.create(f"sqlite:///{path}").close()
    assert not is_blank(path)


def test_a_store_that_was_made_in_vain_is_taken_back_but_no_other(store: Store, tmp_path: Path) -> None:
    made = Store.create(f"sqlite:///{tmp_path / 'vain.db'}")
    assert made.is_unused()
    made.discard()
    assert not list(tmp_path.glob("vain*"))
    store.discard()
    assert store.read(COUNT, ()) == "9"


def test_who_waits_for_a_store_that_is_taken_back_is_refused_and_loses_nothing(tmp_path: Path) -> None:
    first, second = (Store.create(f"sqlite:///{tmp_path / 'vain.db'}") for _ in range(2))
    with second.writing():  # so that its connection is open
        pass
    first.discard()
    with pytest.raises(StoreMissing):
        load(second, FILES)


def test_two_processes_that_make_one_store_make_one(tmp_path: Path) -> None:
    code = f"from data.store import Store; Store.create('sqlite:///{tmp_path / 'one.db'}')"
    both = [subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True) for _ in range(3)]
    assert [(one.communicate(timeout=60)[1], one.returncode) for one in both] == [("", 0)] * 3
    with closing(sqlite3.connect(tmp_path / "one.db")) as connection:
        assert connection.execute("SELECT count(*) FROM fonds_meta").fetchone() == (1,)


def test_a_store_in_a_folder_that_cannot_be_written_is_read(small_disk: Path) -> None:
    made = Store.create(f"sqlite:///{small_disk / 'fixed.db'}")
    load(made, FILES)
    made.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    fixed = Store.open(f"sqlite:///{small_disk / 'fixed.db'}")
    assert fixed.read(COUNT, ()) == "9"
    assert fixed.unfinished() is None
    fixed.close()


# What became of a change that was cut off


def _note(store: Store, last_load: int) -> None:
    journal.write(store.path, Journal("load of letters.jsonl", "2026-11-25T22:45:00Z", last_load))


def _add_load(store: Store) -> None:
    with store.writing() as connection:
        connection.execute(insert(table(Load)).values(at="2026-11-25T22:45:00.000000Z", by="ann", mode="UPSERT"))


def _last_load(store: Store) -> int:
    return int(store.read("SELECT coalesce(max(id), 0) FROM loads", ()))


def test_a_change_leaves_a_note_while_it_is_under_way_and_none_after(store: Store) -> None:
    with store.writing("load of letters.jsonl"):
        found = journal.read(store.path)
        assert found
        assert (found.doing, found.last_load) == ("load of letters.jsonl", _last_load(store))
    assert not journal.place(store.path).exists()
    with pytest.raises(ZeroDivisionError), store.writing("load of letters.jsonl"):
        raise ZeroDivisionError
    assert not journal.place(store.path).exists()


def test_a_load_that_was_cut_off_is_told_once_with_what_became_of_it(store: Store) -> None:
    _note(store, _last_load(store))
    assert store.unfinished() == (
        "The load of letters.jsonl that began at 2026-11-25T22:45:00Z was cut off: the store is as before it."
    )
    assert store.unfinished() is None
    _note(store, _last_load(store))
    note = journal.read(store.path)
    journal.clear(store.path)
    _add_load(store)
    assert note
    journal.write(store.path, note)
    told = store.unfinished()
    assert told
    assert told.endswith("was cut off: it was done, and the store is as after it.")


def test_who_writes_next_tells_of_a_load_that_was_cut_off(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    _note(store, _last_load(store))
    _add_load(store)
    assert "the store is as before it" in caplog.text
    assert not journal.place(store.path).exists()


def test_of_a_load_that_is_under_way_nothing_is_told(store: Store) -> None:
    with store.writing("load of letters.jsonl"):
        assert store.unfinished() is None
        assert journal.place(store.path).exists()


def test_a_note_that_was_cut_off_itself_is_of_a_change_that_never_began(store: Store) -> None:
    journal.place(store.path).write_bytes(b'{"doing": "load of le')
    assert store.unfinished() is None
    assert not journal.place(store.path).exists()


def test_a_second_writer_that_waits_in_vain_leaves_the_note_of_the_first(store: Store) -> None:
    with store.writing("load of letters.jsonl"):
        code = f"""
from data.store import Store
store = Store.open('sqlite:///{store.path}')
try:
    with store.writing('load of others.jsonl'): pass
except Exception as error:
    print(error.code)
"""
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        found = journal.read(store.path)
    assert found
    assert found.doing == "load of letters.jsonl"
    assert done.stdout == "STORE_LOCKED\n"


def test_every_commit_and_every_other_file_is_another_version_and_nothing_else_is(store: Store, other: Path) -> None:
    first = store.version()
    assert store.version() == first
    _run(store.path, "UPDATE fonds_meta SET changes = changes + 1")
    second = store.version()
    assert second != first
    assert store.version() == second
    shutil.copyfile(other, store.path)
    third = store.version()
    assert third != second
    assert store.version() == third


def test_what_another_process_indexed_anew_is_noticed_although_somebody_still_reads_what_was_before(store: Store) -> None:
    store.version()
    with store.snapshot():
        _run(store.path, "UPDATE fonds_meta SET stemming = 'russian'")
        store.version()
        assert store.words.stemming == "russian"


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreReadOnly, match="There is no folder"):
        Store.create(f"sqlite:///{tmp_path / 'nowhere' / 'new.db'}")


def test_a_store_whose_making_was_cut_off_in_its_first_step_is_made_again(tmp_path: Path) -> None:
    cut = tmp_path / "cut.db"
    with closing(sqlite3.connect(tmp_path / "whole.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("CREATE TABLE half (made)")
        connection.execute("INSERT INTO half SELECT hex(randomblob(1000)) FROM json_each(?)", [str([0] * 200)])
        for end in ("", "-journal"):
            shutil.copy(f"{tmp_path / 'whole.db'}{end}", f"{cut}{end}")
    assert cut.stat().st_size > 0
    with closing(sqlite3.connect(f"{cut.as_uri()}?mode=ro", uri=True)) as connection, pytest.raises(sqlite3.OperationalError):
        connection.execute("SELECT * FROM half").fetchone()
    assert is_blank(cut)
    store = Store.create(f"sqlite:///{cut}")
    assert store.is_unused()
    store.close()


QUICKENED = """
import ctypes, sys
from data import driver
assert driver.quicken()
connection = driver.found.connect(":memory:")
connection.execute("CREATE TABLE letters (title)")
module = "pysqlite3._sqlite3" if driver.found is not driver.own else "_sqlite3"
print(ctypes.CDLL(sys.modules[module].__file__).sqlite3_memory_used())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="where the database can be told so")
def test_in_a_server_the_database_does_not_count_its_memory() -> None:
    done = subprocess.run([sys.executable, "-c", QUICKENED], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"


def _keeps_links(connection: Connection) -> bool:
    return bool(connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one())


def test_links_are_kept_from_the_first_load_on_also_by_who_waited_for_it(other: Path) -> None:
    first, second = Store.open(f"sqlite:///{other}"), Store.open(f"sqlite:///{other}")
    waiting, seen = Event(), list[bool]()

    def write_second() -> None:
        waiting.set()
        with second.writing() as connection:
            seen.append(_keeps_links(connection))

    thread = Thread(target=write_second)
    with first.writing() as connection:
        assert not _keeps_links(connection)
        connection.execute(insert(table(Load)).values(at="2026", by="a", mode="UPSERT"))
        thread.start()
        waiting.wait()
        sleep(0.3)  # it has looked, and waits for this one to end
        assert not seen
    thread.join()
    with first.writing() as connection:
        seen.append(_keeps_links(connection))
    assert seen == [True, True]
    first.close()
    second.close()
