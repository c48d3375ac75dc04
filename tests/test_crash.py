"""Faults in the middle, with real processes: whatever ends a load, the store is as before it or as after it, and says which.

The moments are random; the seed stands in the name of the archive's folder, and in what pytest prints of a failure.
"""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from serving import FONDS, Running, serving

from data import journal
from data.audit import audit
from data.database import VERSION
from data.load import load
from data.records import FILES
from data.store import Store

DATA = Path(__file__).parent / "data"
RECORDS = 1500
WAIT_MAX_SECONDS = 120
AFTER, BEFORE = "it was done, and the store is as after it.", "the store is as before it."
WORDS = "embassy telegram conversation ministry border railway grain loan treaty pilot advisor delegation".split()  # noqa: SIM905


@dataclass(frozen=True)
class Archive:
    """A store with the nine documents, in a folder of its own with records to be loaded, and the moments of a fault."""

    folder: Path
    random: random.Random

    @property
    def store(self) -> Path:
        return self.folder / "fonds.db"

    def start(self, *words: str) -> subprocess.Popen[str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FONDS_")}
        return subprocess.Popen(
            [FONDS, *words], cwd=self.folder, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean
        )

    def run(self, *words: str) -> tuple[int, str]:
        """How a command ended, and what it said."""
        process = self.start(*words)
        said = process.communicate(timeout=WAIT_MAX_SECONDS)[1]
        return process.returncode, said

    def copy(self, name: str) -> "Archive":
        return Archive(Path(shutil.copytree(self.folder, self.folder.with_name(name))), self.random)


@pytest.fixture(scope="module")
def seed() -> int:
    return int(os.environ.get("FONDS_TEST_SEED", "0")) or random.SystemRandom().randrange(1, 10**9)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, seed: int) -> Archive:
    """The archive that each test copies."""
    folder = tmp_path_factory.mktemp(f"crash-{seed}") / "made"
    folder.mkdir()
    chance = random.Random(seed)  # noqa: S311 - moments and words, no secrets
    store = Store.create(f"sqlite:///{folder / 'fonds.db'}")
    load(store, FILES)
    store.close()
    with (folder / "records.jsonl").open("w", encoding="utf-8") as file:
        for number in range(RECORDS):
            text = " ".join(chance.choices(WORDS, k=60))
            people = [{"person": "stalin", "role": "sender"}, {"person": "roshchin", "role": "recipient"}]
            record: dict[str, Any] = {"type": "document", "id": f"new/{number}", "title": f"Telegram {number}"}
            file.write(json.dumps({**record, "description": text, "people": people, "topics": ["korea"]}) + "\n")
    return Archive(folder, chance)


@pytest.fixture(scope="module")
def seconds(made: Archive) -> float:
    """How long the load takes here and now, from its note to its end."""
    archive = made.copy("measured")
    process = archive.start("load", "records.jsonl")
    _wait(lambda: journal.place(archive.store).exists())
    start = time.monotonic()
    process.communicate(timeout=WAIT_MAX_SECONDS)
    assert process.returncode == 0
    return time.monotonic() - start


@pytest.fixture
def archive(made: Archive, tmp_path: Path) -> Archive:
    return Archive(Path(shutil.copytree(made.folder, tmp_path / "archive")), made.random)


def _wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT_MAX_SECONDS
    while not until():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.002)


def _documents(store: Store) -> int:
    return int(store.read("SELECT count(*) FROM documents", ()))


def _look(path: Path, *, before: int = 9, noted: bool = False) -> int:
    """How many documents the store has, after it was seen to be whole, and to say what became of a load that was `noted`."""
    store = Store.open(f"sqlite:///{path}")
    told = store.unfinished()
    count = _documents(store)
    assert count in (before, before + RECORDS)
    assert (told is not None) == noted
    if told:
        assert told.endswith(AFTER if count > before else BEFORE), told
    with store.snapshot() as connection:
        assert list(audit(connection, store.words)) == []
    assert store.unfinished() is None
    store.close()
    return count


@contextmanager
def _stopped(process: subprocess.Popen[str]) -> Iterator[None]:
    """The process stands still, so that its files are as they are at one moment."""
    process.send_signal(signal.SIGSTOP)
    _wait(lambda: process.poll() is not None or " T " in Path(f"/proc/{process.pid}/stat").read_text())
    yield
    process.send_signal(signal.SIGCONT)


# Killed


def test_a_load_that_is_killed_at_any_moment_leaves_the_store_as_before_or_as_after_and_says_which(
    made: Archive, seconds: float
) -> None:
    for number in range(6):
        archive = made.copy(f"killed-{number}")
        process = archive.start("load", "records.jsonl")
        _wait(lambda: journal.place(archive.store).exists() or process.poll() is not None)  # noqa: B023 - at once
        time.sleep(archive.random.uniform(0, seconds * 1.1))
        process.kill()
        process.communicate()
        noted = journal.read(archive.store) is not None
        count = _look(archive.store, noted=noted)
        code, said = archive.run("load", "records.jsonl")
        assert code == 0, said
        assert f"{RECORDS if count == 9 else 0} added" in said
        assert _look(archive.store) == 9 + RECORDS
        shutil.rmtree(archive.folder)


def test_a_first_load_that_is_killed_leaves_a_store_that_can_be_loaded_into(archive: Archive, seconds: float) -> None:
    for number in range(3):
        archive.store.unlink()
        process = archive.start("load", *map(str, FILES), "records.jsonl")
        _wait(lambda: archive.store.exists() or process.poll() is not None)  # noqa: B023 - at once
        time.sleep(archive.random.uniform(0, seconds * 0.2 * number))
        process.kill()
        process.communicate()
        code, said = archive.run("load", *map(str, FILES), "records.jsonl")
        assert code == 0, said
        assert _look(archive.store) == 9 + RECORDS


def test_a_server_that_was_killed_while_it_filled_its_store_fills_it_the_next_time(archive: Archive) -> None:
    archive.store.unlink()
    process = archive.start("serve", "--port", "0")
    _wait(lambda: archive.store.exists() or process.poll() is not None)
    process.kill()
    process.communicate()
    with serving(archive.folder) as running:
        assert _counted(running)[0] == 9


def test_an_upgrade_that_is_killed_leaves_the_old_layout_or_the_new_and_can_be_done_again(
    archive: Archive, seconds: float
) -> None:
    for number in range(3):
        path = archive.folder / f"old{number}.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript((DATA / "layout-1.sql").read_text(encoding="utf-8"))
            connection.execute("PRAGMA journal_mode = WAL")
        process = archive.start("upgrade", "--database", f"sqlite:///{path}")
        _wait(lambda: list(archive.folder.glob(f"old{number}.*.db")) or process.poll() is not None)  # noqa: B023 - at once
        time.sleep(archive.random.uniform(0, seconds / 4))
        process.kill()
        process.communicate()
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("SELECT version FROM fonds_meta").fetchone()[0] in (1, VERSION)
            assert connection.execute("SELECT count(*) FROM documents").fetchone() == (18,)
        code, said = archive.run("upgrade", "--database", f"sqlite:///{path}")
        assert code == 0, said
        code, said = archive.run("check", "--database", f"sqlite:///{path}")
        assert (code, said) == (0, "Nothing found.\n")


@pytest.mark.parametrize("how", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_load_whose_terminal_is_closed_or_that_is_stopped_leaves_the_store_as_before(
    archive: Archive, how: signal.Signals
) -> None:
    process = archive.start("load", "records.jsonl")
    _wait(lambda: journal.place(archive.store).exists())
    process.send_signal(how)
    process.communicate(timeout=WAIT_MAX_SECONDS)
    assert process.returncode != 0
    noted = journal.read(archive.store) is not None
    code, said = archive.run("check")
    assert code == 0
    assert said.endswith("Nothing found.\n")
    assert (BEFORE in said) == noted
    assert _look(archive.store) == 9


# Power lost


def test_power_that_is_lost_at_any_moment_leaves_the_store_as_before_or_as_after(archive: Archive, seconds: float) -> None:
    """What was not forced to the disk may be there in part: the log is cut at any place, or its end is other bytes."""
    process = archive.start("load", "records.jsonl")
    _wait(lambda: journal.place(archive.store).exists())
    log = archive.folder / "fonds.db-wal"
    untouched = archive.store.read_bytes()
    for number in range(5):
        time.sleep(archive.random.uniform(0, seconds / 4))
        with _stopped(process):
            if process.poll() is not None or not log.exists():
                break
            database, written = archive.store.read_bytes(), log.read_bytes()
        cut = archive.random.randrange(len(written) + 1)
        variants = {"whole": written}
        if database == untouched:  # nothing was moved out of the log yet, so none of it need be on the disk
            garbage = archive.random.randbytes(min(len(written) - cut, 100_000))
            variants |= {"cut": written[:cut], "other": written[:cut] + garbage, "none": b""}
        for name, content in variants.items():
            lost = archive.folder / f"lost-{number}-{name}.db"
            lost.write_bytes(database)
            lost.with_name(f"{lost.name}-wal").write_bytes(content)
            _look(lost)
    process.communicate(timeout=WAIT_MAX_SECONDS)
    assert _look(archive.store) == 9 + RECORDS


@pytest.mark.parametrize(
    "order", [("fonds.db", "fonds.db-wal"), ("fonds.db-wal", "fonds.db"), ("fonds.db-wal", "fonds.db-shm", "fonds.db")]
)
def test_files_copied_one_after_the_other_while_a_load_writes_are_the_store_as_before(
    archive: Archive, seconds: float, order: tuple[str, ...]
) -> None:
    process = archive.start("load", "records.jsonl")
    _wait(lambda: journal.place(archive.store).exists())
    time.sleep(archive.random.uniform(0, seconds / 2))
    before = archive.store.stat().st_mtime_ns
    copied = archive.folder / "copied"
    copied.mkdir()
    for name in order:
        with suppress(FileNotFoundError):  # nothing was written to the log yet, or the load has ended
            shutil.copyfile(archive.folder / name, copied / name)
    is_before = journal.place(archive.store).exists() and archive.store.stat().st_mtime_ns == before
    process.communicate(timeout=WAIT_MAX_SECONDS)
    if is_before:  # else the load ended meanwhile, and what was copied is of two times
        _look(copied / "fonds.db")


# Out of disk


def test_a_load_that_fills_the_disk_is_refused_and_leaves_the_store_as_it_was(archive: Archive, small_disk: Path) -> None:
    path = Path(shutil.copyfile(archive.store, small_disk / "full.db"))
    (small_disk / "ballast").write_bytes(bytes(shutil.disk_usage(small_disk).free - 500_000))
    code, said = archive.run("load", "records.jsonl", "--database", f"sqlite:///{path}")
    assert code == 2
    assert "cannot grow: the disk is full" in said
    assert "Traceback" not in said
    assert _look(path) == 9


def test_a_load_above_the_largest_file_that_is_allowed_is_refused_and_leaves_the_store_as_it_was(archive: Archive) -> None:
    kilobytes = archive.store.stat().st_size // 1024 + 300
    script = f"ulimit -f {kilobytes}; exec {FONDS} load records.jsonl"
    done = subprocess.run(["bash", "-c", script], cwd=archive.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "cannot grow" in done.stderr
    assert "Traceback" not in done.stderr
    assert _look(archive.store) == 9


# Several at once


def test_two_loads_of_one_file_into_a_new_store_add_each_record_once(archive: Archive) -> None:
    archive.store.unlink()
    both = [archive.start("load", *map(str, FILES), "records.jsonl") for _ in range(2)]
    said = [one.communicate(timeout=WAIT_MAX_SECONDS)[1] for one in both]
    ended = [one.returncode for one in both]
    assert 0 in ended, said
    for code, text in zip(ended, said, strict=True):
        assert code == 0 or "Another process is writing" in text
    assert _look(archive.store) == 9 + RECORDS


def test_a_load_and_an_upgrade_of_one_store_at_once_lose_nothing(archive: Archive) -> None:
    path = archive.folder / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((DATA / "layout-1.sql").read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
    address = ("--database", f"sqlite:///{path}")
    commands = (("upgrade", *address), ("load", "records.jsonl", *address), ("upgrade", *address))
    running = [archive.start(*words) for words in commands]
    said = [one.communicate(timeout=WAIT_MAX_SECONDS)[1] for one in running]
    for process, text in zip(running, said, strict=True):
        assert process.returncode == 0 or "Another process is writing" in text, text
    assert sum("from layout 1 to" in text for text in said) == 1
    assert len(list(archive.folder.glob("old.layout-1.*.db"))) == 1
    loaded = running[1].returncode == 0
    assert _look(path, before=18) == 18 + (RECORDS if loaded else 0)


COUNTS = '{ documents { totalCount } found: documents(search: "stalin") { totalCount } }'


def _counted(running: Running) -> tuple[int, int]:
    """How many documents there are, and how many of them are found by a name."""
    answer = httpx2.post(f"{running.base}/graphql", json={"query": COUNTS}, timeout=WAIT_MAX_SECONDS)
    assert answer.status_code == 200, answer.text
    data = answer.json()["data"]
    return data["documents"]["totalCount"], data["found"]["totalCount"]


def test_a_server_answers_all_the_while_with_the_old_archive_or_the_new_one(archive: Archive, seconds: float) -> None:
    with serving(archive.folder) as running:
        old = _counted(running)
        seen: list[tuple[int, int]] = []
        is_over = threading.Event()

        def ask() -> None:
            while not is_over.is_set():
                seen.append(_counted(running))

        asking = threading.Thread(target=ask)
        asking.start()
        try:
            killed = archive.start("load", "records.jsonl")
            _wait(lambda: journal.place(archive.store).exists())
            time.sleep(archive.random.uniform(0, seconds / 2))
            killed.kill()
            killed.communicate()
            code, said = archive.run("load", "records.jsonl")
            assert code == 0, said
        finally:
            is_over.set()
            asking.join()
        new = _counted(running)
    assert new == (9 + RECORDS, old[1] + RECORDS)
    assert set(seen) <= {old, new}
    assert [count for count, _ in seen] == sorted(count for count, _ in seen)
    assert seen[0] == old


def test_a_store_that_another_process_has_locked_is_read_and_a_load_into_it_says_why_not(archive: Archive) -> None:
    with serving(archive.folder) as running, closing(sqlite3.connect(archive.store, isolation_level=None)) as holder:
        holder.execute("BEGIN IMMEDIATE")
        code, said = archive.run("load", "records.jsonl")
        assert (code, "Another process is writing to fonds.db" in said) == (2, True), said
        assert _counted(running)[0] == 9
        with suppress(sqlite3.Error):
            holder.execute("ROLLBACK")
    assert _look(archive.store) == 9
