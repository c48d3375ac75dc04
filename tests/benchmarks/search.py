"""Search, facets, a timeline and paging over a made-up archive of N documents: `python tests/benchmarks/search.py N [FOLDER]`.

Compared with the same SQL by hand on the same file, over a connection with 64 MiB of page cache, and with facets that group rows;
answers are seen to be equal before. Times are the processor's in milliseconds, medians of runs in turn; the store is made once, in
FOLDER.
"""

import asyncio
import json
import re
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

import orjson
from generator import HALF, MEDIUM, RARE, TENTH, build

from data.search.columns import DOCUMENT
from data.search.language import parsed
from data.store import Store
from schema.execute import Archive, answer
from schema.limits import Limits
from schema.prepare import Ready

RUNS = 7
WORDS = {"rare": RARE, "medium": MEDIUM, "tenth": TENTH, "half": HALF}
ORDERS = ("DATE", "DATE_LATEST", "TITLE", "POSITION")
LIMITS = Limits(statement_max_seconds=600)

HITS = "query ($s: String) { documents(search: $s) { totalCount nodes { recordId title } } }"
BY_HAND = """
  WITH hits AS (SELECT rowid AS id, CAST(rank * 1000000000 AS BIGINT) AS rank FROM document_search WHERE document_search MATCH :m)
  SELECT json_object('documents', json_object(
    'totalCount', (SELECT count(*) FROM document_search WHERE document_search MATCH :m),
    'nodes', (SELECT json_group_array(json_object('recordId', d.key, 'title', d.title))
              FROM (SELECT id FROM hits ORDER BY rank, id LIMIT 20) top JOIN documents d ON d.id = top.id)))
"""
PAGE = """query ($s: String) { documents(search: $s) {
  totalCount pageInfo { hasNextPage endCursor }
  edges { cursor node { recordId title date { label } } matches(first: 3) { field fragments { text hit } } }
  facets {
    people(first: 10) { totalCount edges { documentCount isChosen node { recordId name } } }
    topics(first: 10) { totalCount edges { documentCount isChosen node { recordId name } } }
    years(first: 50) { totalCount edges { documentCount node { value } } }
  }
  timeline { bucketCount undatedCount buckets(first: 200) { edtf certainCount possibleCount } }
} }"""
LIST = """query ($s: String, $by: DocumentOrder, $after: String) { documents(search: $s, orderBy: $by, after: $after) {
  edges { cursor node { recordId title } } pageInfo { hasNextPage endCursor } } }"""
NEAR_THE_END = """query ($s: String, $by: DocumentOrder) { documents(search: $s, orderBy: $by, last: 40) {
  pageInfo { startCursor } } }"""


def show(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - it is what a benchmark does


def ready(archive: Archive, text: str, variables: dict[str, Any]) -> Ready:
    preparing = archive.preparing
    return preparing.new(preparing.operation(text, None), variables)


def reading(archive: Archive, text: str, **variables: Any) -> Callable[[], str]:
    """Runs the statement of an operation, prepared before."""
    made = ready(archive, text, variables)
    plan = made.plan
    assert plan
    return lambda: archive.store.answer(plan.sql, made.values).decode()


def asked(archive: Archive, text: str, **variables: Any) -> Any:
    found = orjson.loads(orjson.dumps(asyncio.run(answer(archive, text, variables))))
    assert "errors" not in found, found
    return found["data"]["documents"]


def in_turn(*works: Callable[[], Any], runs: int = RUNS) -> list[float]:
    """The medians of the times that the works take the processor, in milliseconds: other work on the machine counts less so."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, taken in zip(works, times, strict=True):
            start = process_time()
            work()
            taken.append((process_time() - start) * 1000)
    return [median(taken) for taken in times]


def grouping(store: Store) -> Archive:
    """The same archive with facets that group rows."""
    other = Store.open(f"sqlite:///{store.path}")
    other.has_counts = False
    return Archive(other, limits=LIMITS)


def match_of(store: Store, word: str) -> str:
    """What Fonds asks the index for, so that by hand the same is asked."""
    search = parsed(word, DOCUMENT, store.words)
    assert search
    assert search.match
    return search.match


def _one(connection: sqlite3.Connection, values: dict[str, str]) -> str:
    (found,) = connection.execute(BY_HAND, values).fetchone()
    return str(found)


def hits(archive: Archive) -> None:
    by_hand = sqlite3.connect(f"{archive.store.path.absolute().as_uri()}?mode=ro", uri=True)
    by_hand.execute("PRAGMA cache_size = -65536")
    show(f"\n{'20 hits, totalCount':24}{'hits':>9}{'by hand':>10}{'Fonds':>10}{'ratio':>7}")
    for name, word in WORDS.items():
        one, match = reading(archive, HITS, s=word), {"m": match_of(archive.store, word)}
        ours, theirs = json.loads(one())["documents"], json.loads(_one(by_hand, match))["documents"]
        assert ours["totalCount"] == theirs["totalCount"]
        both = sum(node in theirs["nodes"] for node in ours["nodes"])
        assert ours["nodes"] == theirs["nodes"] or ours["totalCount"] > archive.limits.ranked_max_hits
        hand, fonds = in_turn(partial(_one, by_hand, match), one, runs=3 * RUNS)
        note = "" if ours["nodes"] == theirs["nodes"] else f"  {both} of the best 20 of all are among these 20"
        show(f"{name:24}{ours['totalCount']:9}{hand:10.2f}{fonds:10.2f}{fonds / hand:7.2f}{note}")


def results_pages(archive: Archive, other: Archive) -> None:
    show(f"\n{'results page':24}{'hits':>9}{'grouped':>10}{'packed':>10}{'ratio':>7}{'again, kept':>14}")
    for name, word in WORDS.items():
        packed, grouped = reading(archive, PAGE, s=word), reading(other, PAGE, s=word)
        found = packed()
        assert found == grouped()
        slow, fast = in_turn(grouped, packed, runs=3)
        (whole,) = in_turn(partial(asked, archive, PAGE, s=word))
        total = json.loads(found)["documents"]["totalCount"]
        show(f"{name:24}{total:9}{slow:10.1f}{fast:10.1f}{fast / slow:7.2f}{whole:14.1f}")


def pages(archive: Archive, documents: int) -> None:
    show(
        f"\n{'page of 20':30}{'first':>10}{'near the end':>14}{'ratio':>7}   (page {documents // 20:,} of all, less of a search)"
    )
    orders: list[tuple[str, dict[str, Any]]] = [("as loaded", {"s": None, "by": None})]
    orders += [(order.lower(), {"s": None, "by": {"field": order}}) for order in ORDERS]
    orders += [(f"{name}, {how}", {"s": WORDS[name], "by": by}) for name in ("tenth", "half") for how, by in SEARCHED]
    for name, variables in orders:
        cursor = asked(archive, NEAR_THE_END, **variables)["pageInfo"]["startCursor"]
        first, last = (reading(archive, LIST, **variables, after=after) for after in (None, cursor))
        assert len(json.loads(last())["documents"]["edges"]) == 20
        start, end = in_turn(first, last)
        show(f"{name:30}{start:10.2f}{end:14.2f}{end / start:7.2f}")


SEARCHED: tuple[tuple[str, Any], ...] = (("relevance", None), ("date", {"field": "DATE"}))


def memory(path: Path, way: str) -> None:
    """The peak memory of a process that answered results pages, in MiB; of one that only opened the store, with `none`."""
    archive = Archive(Store.open(f"sqlite:///{path}"), limits=LIMITS)
    archive = grouping(archive.store) if way == "grouped" else archive
    for _ in range(0 if way == "none" else 3):
        asked(archive, PAGE, s=HALF)
    peak = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    show(f"{way:10}{int(peak[1]) // 1024 if peak else 0:8} MiB")


def main(documents: int, folder: Path) -> None:
    start = perf_counter()
    path = folder / f"fonds-{documents}.db"
    was_there = path.exists()
    store = build(path, documents)
    made = "was there" if was_there else f"made in {perf_counter() - start:.0f} s"
    show(f"{documents:,} documents, {path.stat().st_size / 2**20:,.0f} MiB, {made}")
    archive, other = Archive(store, limits=LIMITS), grouping(store)
    hits(archive)
    results_pages(archive, other)
    pages(archive, documents)
    show("\npeak memory of a process after results pages over the half")
    for way in ("none", "grouped", "packed"):
        subprocess.run([sys.executable, __file__, "--memory", str(path), way], check=True)


if __name__ == "__main__":
    if sys.argv[1] == "--memory":
        memory(Path(sys.argv[2]), sys.argv[3])
    else:
        main(int(sys.argv[1]), Path(sys.argv[2] if len(sys.argv) > 2 else tempfile.gettempdir()))
