"""What SQLite's settings are worth: `python tests/benchmarks/settings.py [N]`, with N documents (100,000).

The same archive with other pages, statistics, caches: each answers the six questions of the peers (`peers/questions.py`), with 40
samples of each, by turns. What is told is the processor's time as a ratio to the archive as Fonds makes and opens it, the median of
the rounds; less than 1 is faster.
"""

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any

from generator import build
from peers.questions import QUESTIONS, samples_of

from data.store import Store
from schema.execute import Archive, answer
from schema.limits import Limits

SAMPLES, ROUNDS, STEP = 40, 7, 100


@dataclass(frozen=True)
class Variant:
    """An archive: `file` says what is done to a copy of it, `connection` to each connection that reads it."""

    name: str
    file: str = ""
    connection: str = ""


VARIANTS = (
    Variant("as it is"),
    Variant("pages of 8 KiB", "PRAGMA page_size = 8192"),
    Variant("pages of 16 KiB", "PRAGMA page_size = 16384"),
    Variant("with ANALYZE", "ANALYZE"),
    Variant("with PRAGMA optimize", "PRAGMA optimize = 0x10002"),
    Variant("mapped into memory", connection="PRAGMA mmap_size = 1073741824"),
    Variant("cache of 2 MiB", connection="PRAGMA cache_size = -2048"),
    Variant("cache of 8 MiB", connection="PRAGMA cache_size = -8192"),
    Variant("cache of 16 MiB", connection="PRAGMA cache_size = -16384"),
)


def copy(variant: Variant, original: Path) -> Path:
    """The archive of a variant, made anew; a new size of pages needs the whole file written again."""
    path = original.with_name(f"{original.stem}-{variant.name.replace(' ', '-')}.db")
    path.unlink(missing_ok=True)
    with sqlite3.connect(original, isolation_level=None) as source:
        if variant.file.startswith("PRAGMA page_size"):
            source.execute(variant.file)
        source.execute("VACUUM INTO ?", (str(path),))
    with sqlite3.connect(path, isolation_level=None) as copied:
        copied.execute("PRAGMA journal_mode = WAL")
        if variant.file:
            copied.execute(variant.file)
    return path


def cursors(archive: Archive, order: str, places: set[int]) -> dict[int, str]:
    """The cursors of the documents at these places."""
    text = f"query Walk($after: String) {{ documents(first: {STEP}, after: $after{order}) {{ edges {{ cursor }} }} }}"
    found: dict[int, str] = {}
    after, place = None, 0
    while place <= max(places):
        edges = asyncio.run(answer(archive, text, {"after": after}))["data"]["documents"]["edges"]
        found |= {place + at: edge["cursor"] for at, edge in enumerate(edges) if place + at in places}
        after, place = edges[-1]["cursor"], place + len(edges)
    return found


def variables(archive: Archive, path: Path) -> dict[str, list[Mapping[str, Any]]]:
    """What each question is asked with."""
    made: dict[str, list[Mapping[str, Any]]] = {}
    for question in QUESTIONS:
        samples = samples_of(question, path)[:SAMPLES]
        if "after" in samples[0]:
            order = ", orderBy: {field: DATE}" if question.name == "Q5" else ""
            at = cursors(archive, order, {sample["after"]["place"] for sample in samples})
            samples = [{"after": at[sample["after"]["place"]]} for sample in samples]
        made[question.name] = samples
    return made


def seconds(archive: Archive, text: str, samples: list[Mapping[str, Any]], prepare: str) -> float:
    """How long the processor takes for all samples of a question."""
    operation = archive.preparing.operation(text, None)
    readies = [archive.preparing.new(operation, dict(sample)) for sample in samples]
    with archive.store.reading() as connection:
        if prepare:
            connection.execute(prepare)
    start = time.process_time()
    for ready in readies:
        assert ready.plan
        archive.store.answer(ready.plan.sql, ready.values)
    return time.process_time() - start


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    original = Path(tempfile.gettempdir()) / f"fonds-settings-{documents}.db"
    build(original, documents).close()
    archives = {
        variant: Archive(Store.open(f"sqlite:///{copy(variant, original)}"), limits=replace(Limits(), answers_max_bytes=0))
        for variant in VARIANTS
    }
    asked = variables(archives[VARIANTS[0]], original)
    print(f"{'':<22}{'MB':>6}" + "".join(f"{question.name:>7}" for question in QUESTIONS))  # noqa: T201 - it is what a benchmark does
    ratios: dict[tuple[Variant, str], list[float]] = {}
    for turn in range(ROUNDS + 1):
        for question in QUESTIONS:
            order = VARIANTS if turn % 2 else VARIANTS[::-1]
            took = {one: seconds(archives[one], question.text, asked[question.name], one.connection) for one in order}
            for one in VARIANTS:
                if turn:  # the first time the files are read
                    ratios.setdefault((one, question.name), []).append(took[one] / took[VARIANTS[0]])
    for one in VARIANTS:
        size = archives[one].store.path.stat().st_size / 1e6
        figures = "".join(f"{median(ratios[one, question.name]):>7.2f}" for question in QUESTIONS)
        print(f"{one.name:<22}{size:>6.0f}{figures}")  # noqa: T201 - as above
        archives[one].store.close()
        archives[one].store.path.unlink()


if __name__ == "__main__":
    main()
