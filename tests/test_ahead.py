"""Reading ahead: what a second process reads is loaded as if one had read it, and however one of the two ends, nothing is left."""

import csv
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from test_write import history, indexed, kept

from data.audit import audit
from data.store import Store

WAIT_MAX_SECONDS = 60
SCRIPT = "import data.ahead; data.ahead.FILES_MIN_BYTES = {least}; from server.cli import main; main()"
RECORDS = 700

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or len(os.sched_getaffinity(0)) < 2, reason="records are read ahead on Linux with two processors"
)


def start(folder: Path, *words: str, is_ahead: bool, **options: Any) -> subprocess.Popen[str]:
    script = SCRIPT.format(least=0 if is_ahead else 10**12)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FONDS_")}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen([sys.executable, "-c", script, *words], cwd=folder, text=True, env=clean, **pipes)


def loaded(folder: Path, *words: str, is_ahead: bool) -> dict[str, Any]:
    """The report of a load, but for what differs each time."""
    name = "ahead" if is_ahead else "alone"
    process = start(folder, "load", "--json", "--database", f"sqlite:///{name}.db", *words, is_ahead=is_ahead)
    said, errors = process.communicate(timeout=WAIT_MAX_SECONDS)
    assert errors == ""
    report: dict[str, Any] = json.loads(said)
    return {key: value for key, value in report.items() if key not in {"seconds", "recordsPerSecond"}}


def held(path: Path) -> Any:
    """All that a store has of its records: as they are kept, indexed, remembered; nothing is wrong with it."""
    store = Store.open(f"sqlite:///{path}")
    with store.snapshot() as connection:
        assert list(audit(connection, store.words)) == []
    found = kept(store), indexed(store), history(store)
    store.close()
    return found


def records() -> list[dict[str, Any]]:
    """Documents that refer forward and back, in several scripts, one with a text; people and topics."""
    people = [{"type": "person", "id": f"p{at}", "name": f"Pérsonne {at}", "kind": "office"} for at in range(RECORDS // 10)]
    topics = [{"type": "topic", "id": f"t{at}", "name": f"战争 {at}", "broader": ["t0"] if at else []} for at in range(5)]
    documents = [
        {
            "type": "document",
            "id": f"d{at}",
            "title": f"Telegrams of {at} to the ministries, “Филиппов”",
            "date": f"19{at % 100:02}",
            "genre": f"Genre {at % 3}",
            "languages": ["ru", "zh-Hant"],
            "people": [{"person": f"p{at % (RECORDS // 10)}", "role": "sender", "as": f"No. {at}"}, {"as": "X", "role": "other"}],
            "topics": [f"t{at % 5}"],
            "texts": [{"kind": "original", "body": f"Body {at} of it."}],
            "notes": [{"kind": "sic", "text": "so"}],
            "identifiers": [f"local:{at}"],
            "x_box": {"at": at},
        }
        for at in range(RECORDS)
    ]
    return [*people[::2], *documents[: RECORDS // 2], *topics, *documents[RECORDS // 2 :], *people[1::2]]


def written(path: Path, lines: list[Any]) -> Path:
    path.write_text("".join((line if isinstance(line, str) else json.dumps(line)) + "\n" for line in lines), encoding="utf-8")
    return path


@pytest.mark.parametrize("mode", [(), ("--replace",), ("--append",), ("--delete-missing", "document")])
def test_what_was_read_ahead_is_loaded_as_if_it_had_not_been(tmp_path: Path, mode: tuple[str, ...]) -> None:
    file = written(tmp_path / "a.jsonl", records())
    packed = tmp_path / "b.jsonl.gz"
    packed.write_bytes(gzip.compress(json.dumps({"type": "document", "id": "gz", "title": "Packed"}).encode()))
    with (tmp_path / "c.csv").open("w", newline="", encoding="utf-8") as table:
        csv.writer(table).writerows([("type", "id", "title", "languages"), ("document", "row", "A row", "en|xx")])
    names = (file.name, packed.name, "c.csv", *mode)
    reports = [loaded(tmp_path, *names, is_ahead=is_ahead) for is_ahead in (False, True)]
    assert reports[0]["added"] == RECORDS + RECORDS // 10 + 5 + 2
    assert reports[0]["warnings"]
    assert reports[0] == reports[1]
    assert held(tmp_path / "alone.db") == held(tmp_path / "ahead.db")
    again = [loaded(tmp_path, *names[:3], is_ahead=is_ahead) for is_ahead in (False, True)]
    assert again[0]["unchanged"] == reports[0]["added"]
    assert again[0] == again[1]


@pytest.mark.parametrize("most", ["3", "1000"])
def test_all_that_is_wrong_is_told_in_the_same_order(tmp_path: Path, most: str) -> None:
    lines: list[Any] = list(records())
    for at, wrong in enumerate(
        [
            "{",
            {"type": "document", "id": "wrong", "title": 7, "people": [{"person": "nobody", "role": "sender"}]},
            {"type": "document", "id": "d3", "title": "Twice", "topics": ["none"]},
            {"type": "document", "id": "lost", "title": "Lost", "topics": ["nothing"], "languages": ["xx"]},
            '{"type": "document", "id": "a", "id": "b"}',
            [],
            {"type": "letter", "id": "x"},
        ]
    ):
        lines.insert(20 + 90 * at, wrong)
    written(tmp_path / "a.jsonl", lines)
    (tmp_path / "b.jsonl").write_bytes(b'{"type": "person", "id": "l", "name": "\xff"}\n')
    names = ("a.jsonl", "b.jsonl", "none.jsonl", "--max-errors", most)
    reports = [loaded(tmp_path, *names, is_ahead=is_ahead) for is_ahead in (False, True)]
    assert reports[0]["refused"]
    assert len(reports[0]["errors"]) == min(int(most), reports[0]["errorCount"])
    assert reports[0] == reports[1]
    assert not list(tmp_path.glob("*.db"))


def test_a_dry_run_and_a_load_that_skips_what_is_wrong_are_the_same(tmp_path: Path) -> None:
    written(tmp_path / "a.jsonl", [*records(), {"type": "document", "id": "wrong"}])
    for words in (("--dry-run", "--on-error", "skip"), ("--on-error", "skip", "--rejected", "r.jsonl"), ("--dry-run",)):
        reports = []
        for is_ahead in (False, True):
            reports.append(loaded(tmp_path, "a.jsonl", *words, is_ahead=is_ahead))
            for path in tmp_path.glob("r.jsonl*"):
                path.unlink()
        assert reports[0] == reports[1]


# However one of the two ends


def reading(folder: Path, **options: Any) -> tuple[subprocess.Popen[str], int]:
    """A load that waits for more of standard input, and the process that reads it."""
    process = start(folder, "load", "-", "--format", "jsonl", is_ahead=True, stdin=subprocess.PIPE, **options)
    assert process.stdin
    process.stdin.write(json.dumps({"type": "document", "id": "a", "title": "A"}) + "\n")
    process.stdin.flush()
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    wait(lambda: process.poll() is not None or children.read_text())
    return process, int(children.read_text())


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + WAIT_MAX_SECONDS
    while not until():
        assert time.monotonic() < end, "it did not come to that"
        time.sleep(0.005)


def is_gone(process: int) -> bool:
    with suppress(FileNotFoundError):
        return " Z " in Path(f"/proc/{process}/stat").read_text()
    return True


def test_when_the_reader_is_killed_nothing_is_loaded_and_that_is_said(tmp_path: Path) -> None:
    process, reader = reading(tmp_path)
    os.kill(reader, signal.SIGKILL)
    _, said = process.communicate(timeout=WAIT_MAX_SECONDS)
    assert process.returncode == 1
    assert "The process that read the files was ended." in said
    assert "Traceback" not in said
    assert not list(tmp_path.glob("*.db"))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_the_reader_ends_with_the_load_however_that_ends(tmp_path: Path, how: signal.Signals) -> None:
    process, reader = reading(tmp_path)
    process.send_signal(how)
    process.wait(timeout=WAIT_MAX_SECONDS)
    wait(lambda: is_gone(reader))
    process.communicate(timeout=WAIT_MAX_SECONDS)
    assert [held(path)[0] for path in tmp_path.glob("*.db")] in ([], [{}])


def test_what_fails_in_the_reader_fails_the_load(tmp_path: Path) -> None:
    written(tmp_path / "a.jsonl", records())
    script = f"import data.items; data.items.whole = None; {SCRIPT.format(least=0)}"
    done = subprocess.run(
        [sys.executable, "-c", script, "load", "a.jsonl"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "'NoneType' object is not callable" in done.stderr
    assert not list(tmp_path.glob("*.db"))
