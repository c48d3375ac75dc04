"""How fast a load is, beside the same rows by hand and beside sqlite-utils: `python tests/benchmarks/loading.py 20000 [ROUNDS]`.

The contenders take turns, each in a process of its own; what is told are medians, in seconds and in seconds of the processor (the
fairer number on a machine with other work), and the most memory, of all that it starts together. Each reads the same JSON Lines and
fills a new file:

- fonds: `fonds load`, with every check, the history, the index.
- by hand: `sqlite3`'s `executemany` into the same tables, indexes and full-text index, whose words are folded and stemmed alike;
  without checks and without history.
- sqlite-utils: `insert` of the same rows (documents, people, topics, names, languages, links), `extract` of genres, roles and
  languages, `enable-fts` of titles, descriptions and names; left out unless `sqlite-utils` is there:
  python -m venv /tmp/peer && /tmp/peer/bin/pip install sqlite-utils && export PATH=$PATH:/tmp/peer/bin
- again: the same file into the store that fonds filled, which changes nothing.
"""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, sleep
from typing import Any, BinaryIO, NamedTuple

import orjson
from generator import GENRES, _put, records

from data import tables
from data.check import parse
from data.errors import Place
from data.readers.raw import Raw
from data.search.columns import SUBJECTS
from data.search.wording import BETWEEN
from data.search.words import Words
from data.store import Store
from data.tables import table
from data.text import fold
from server.cli import main

BATCH = 10_000
KIB = 1024


class Run(NamedTuple):
    """What one process took."""

    seconds: float
    cpu_seconds: float
    memory_mib: float


def by_fonds(file: Path, database: Path) -> None:
    sys.argv = ["fonds", "load", "--database", f"sqlite:///{database}", str(file)]
    main()


def by_hand(file: Path, database: Path) -> None:
    """What somebody would write who knows the tables, trusts the file, and wants no history."""
    store = Store.create(f"sqlite:///{database}")
    store.close()
    connection = sqlite3.connect(database, isolation_level=None)
    connection.executescript("PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF; BEGIN")
    genres = {name: at for at, name in enumerate(GENRES, 1)}
    _insert(connection, "genres", [{"id": at, "name": name, "folded": fold(name)} for name, at in genres.items()])
    rows: dict[str, list[dict[str, Any]]] = {}
    words = _HandIndex(rows)

    def put(model: Any, **row: Any) -> None:
        found = rows.setdefault(table(model).name, [])
        found.append(row | ({"extra": "{}"} if "extra" in row else {}))

    for number, line in enumerate(file.open("rb"), 1):
        record = orjson.loads(line)
        _put(record, put, genres)
        words.add(record)
        if number % BATCH == 0:
            _flush(connection, rows)
    _flush(connection, rows)
    connection.executemany("INSERT OR IGNORE INTO search_words VALUES (?)", ((word,) for word in words.known))
    descent, links, topics = (table(m).name for m in (tables.TopicDescent, tables.TopicBroader, tables.Topic))
    connection.execute(
        f"INSERT INTO {descent} WITH RECURSIVE above(a, t) AS (SELECT id, id FROM {topics} UNION "  # noqa: S608 - ours
        f"SELECT b.broader_id, t FROM above JOIN {links} b ON b.topic_id = a) SELECT a, t FROM above"
    )
    connection.execute("COMMIT")
    connection.close()


class _HandIndex:
    """The words of each record, as the index of Fonds has them (topics without those above them)."""

    def __init__(self, rows: dict[str, list[dict[str, Any]]]) -> None:
        self.rows, self.words, self.known = rows, Words("english"), set[str]()
        self.names: dict[str, str] = {}

    def add(self, record: dict[str, Any]) -> None:
        id_ = int(record["id"][1:]) + 1
        if record["type"] == "document":
            self._put("document", {"rowid": id_, **self._document(record)})
            return
        made = self._plain if record["type"] == "person" else self._stems
        names = [made(name["name"]) for name in record.get("names", ())]
        self.names[record["id"]] = BETWEEN.join([made(record["name"]), *names])
        self._put(record["type"], {"rowid": id_, "name": made(record["name"]), "names": BETWEEN.join(names)})

    def _document(self, record: dict[str, Any]) -> dict[str, Any]:
        def parts(role: str | None = None) -> str:
            return BETWEEN.join(self.names[part["person"]] for part in record["people"] if role in {None, part["role"]})

        return {
            **{name: self._stems(record[name]) for name in ("title", "description", "genre")},
            "people": parts(),
            "senders": parts("sender"),
            "recipients": parts("recipient"),
            "topics": BETWEEN.join(self.names[topic] for topic in record["topics"]),
            "languages": record["languages"][0].lower(),
        }

    def _put(self, type_: str, row: dict[str, Any]) -> None:
        self.rows.setdefault(SUBJECTS[type_].table, []).append(row)

    def _plain(self, text: str) -> str:
        found = self.words.of(text)
        self.known.update(found)
        return " ".join(found)

    def _stems(self, text: str) -> str:
        found = self.words.of(text)
        self.known.update(found)
        return " ".join(self.words.stems(found))


def _flush(connection: sqlite3.Connection, rows: dict[str, list[dict[str, Any]]]) -> None:
    for name in list(rows):
        _insert(connection, name, rows.pop(name))


def _insert(connection: sqlite3.Connection, name: str, rows: list[dict[str, Any]]) -> None:
    columns = ", ".join(f'"{column}"' for column in rows[0])
    values = ", ".join("?" * len(rows[0]))
    connection.executemany(f"INSERT INTO {name} ({columns}) VALUES ({values})", (tuple(row.values()) for row in rows))  # noqa: S608 - ours


def by_sqlite_utils(file: Path, database: Path) -> None:
    """The same rows as tables of its own: documents, people, topics, and a row for each name, link and language."""
    tool = shutil.which("sqlite-utils") or sys.exit("sqlite-utils is not there")
    with tempfile.TemporaryDirectory() as folder:
        for path in _flat(file, Path(folder)):
            key = ["--pk", "id"] if path.name in {"documents", "people", "topics"} else []
            with path.open("rb") as rows:
                subprocess.run([tool, "insert", str(database), path.name, "-", "--nl", *key], stdin=rows, check=True)
    for table_, column in (("documents", "genre"), ("links", "role"), ("languages", "language")):
        subprocess.run([tool, "extract", str(database), table_, column], check=True)
    for table_, *columns in (("documents", "title", "description"), ("people", "name"), ("topics", "name"), ("names", "name")):
        subprocess.run([tool, "enable-fts", str(database), table_, *columns], check=True)


def _flat(file: Path, folder: Path) -> list[Path]:
    """The rows of each table as a file of JSON Lines, which is called as the table is."""
    with ExitStack() as stack:
        tables_: dict[str, BinaryIO] = {}
        for line in file.open("rb"):
            for name, row in _rows(orjson.loads(line)):
                if name not in tables_:
                    tables_[name] = stack.enter_context((folder / name).open("wb"))
                tables_[name].write(orjson.dumps(row) + b"\n")
    return [folder / name for name in tables_]


def _rows(record: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    of, id_ = record["type"], record["id"]
    main = {"document": "documents", "person": "people", "topic": "topics"}[of]
    yield main, {key: value for key, value in record.items() if not isinstance(value, list) and key != "type"}
    yield from (("names", {of: id_, **name}) for name in record.get("names", ()))
    yield from (("broader", {of: id_, "broader": topic}) for topic in record.get("broader", ()))
    yield from (("links", {of: id_, **part}) for part in record.get("people", ()))
    yield from (("subjects", {of: id_, "topic": topic}) for topic in record.get("topics", ()))
    yield from (("languages", {of: id_, "language": language}) for language in record.get("languages", ()))


CONTENDERS: dict[str, Callable[[Path, Path], None]] = {"fonds": by_fonds, "by hand": by_hand, "sqlite-utils": by_sqlite_utils}


def measured(name: str, file: Path, database: Path) -> Run:
    """One process of a contender, with those that it starts."""
    start, most, status, usage = perf_counter(), 0.0, None, None
    process = os.posix_spawn(sys.executable, [sys.executable, __file__, "run", name, str(file), str(database)], os.environ)
    while status is None:
        sleep(0.1)
        most = max(most, _memory_mib(process))
        ended, code, usage = os.wait4(process, os.WNOHANG)
        status = code if ended else None
    if status or usage is None:
        sys.exit(f"{name} failed")
    return Run(perf_counter() - start, usage.ru_utime + usage.ru_stime, most)


def _memory_mib(process: int) -> float:
    """What a process and those that it started have in memory; what they share is counted once."""
    try:
        own = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii")
        children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    except OSError:  # it has just ended
        return 0.0
    kilobytes = next((int(line.split()[1]) for line in own.splitlines() if line.startswith("Pss:")), 0)
    return kilobytes / KIB + sum(_memory_mib(int(child)) for child in children)


def check_microseconds(file: Path) -> float:
    """What the check of one record takes, in microseconds of the processor; the least of three."""
    raws = [Raw(Place("a", line), orjson.loads(text)) for line, text in enumerate(file.read_bytes().splitlines()[-5000:], 1)]

    def once() -> float:
        start = process_time()
        for raw in raws:
            parse(raw)
        return process_time() - start

    return min(once() for _ in range(3)) / len(raws) * 1e6


def compare(documents: int, rounds: int) -> None:
    names = [name for name in CONTENDERS if name != "sqlite-utils" or shutil.which("sqlite-utils")]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "records.jsonl"
        subprocess.run([sys.executable, __file__, "make", str(documents), str(file)], check=True)  # whose memory is not told
        runs: dict[str, list[Run]] = {}
        for number in range(rounds):
            for name in names:
                database = Path(folder) / f"{name.replace(' ', '')}{number}.db"
                runs.setdefault(name, []).append(measured(name, file, database))
                if name == "fonds":
                    runs.setdefault("again", []).append(measured(name, file, database))
                for path in Path(folder).glob(f"{database.name}*"):
                    path.unlink()
        print(f"{documents} documents, medians of {rounds}; check of a record: {check_microseconds(file):.1f} µs")  # noqa: T201
        hand = median(run.cpu_seconds for run in runs["by hand"])
        for name, found in runs.items():
            seconds, cpu, memory = (median(values) for values in zip(*found, strict=True))
            took = f"{seconds:8.1f} s {cpu:8.1f} cpu-s {documents / cpu:8.0f} a cpu-s"
            print(f"{name:12} {took} {hand / cpu:6.2f} x by hand {memory:6.0f} MiB")  # noqa: T201 - it is what a benchmark does


if __name__ == "__main__":
    if sys.argv[1] == "make":
        Path(sys.argv[3]).write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records(int(sys.argv[2]))))
    elif sys.argv[1] == "run":
        CONTENDERS[sys.argv[2]](Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        compare(int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 3)
