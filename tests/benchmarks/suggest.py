"""How long suggestions take over 25,000 names: `python tests/benchmarks/suggest.py [NAMES] [DOCUMENTS]`.

Names of two words of the generator's vocabulary are added to its archive; then 300 of them are typed letter by letter, half of them
with a typo, each time as a whole query. Prints how long the processor works on a query, in milliseconds: median, 95 and 99 of 100, worst;
beside it, how long the first query takes, which reads the names, the first after a change, and what the names take of memory.
"""

import asyncio
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from random import Random

from generator import VOCABULARY, build
from sqlalchemy import insert

from data import tables
from data.functions import Functions
from data.search import index
from data.search.names import KeptNames
from data.store import Store
from data.tables import table
from data.text import fold, sort_key
from schema.execute import Archive, answer

QUERY = "query ($t: String!) { suggest(text: $t) { type match name documentCount fragments { text hit } node { id } } }"
TYPED = 300
SHARES = (("median", 0.5), ("95 %", 0.95), ("99 %", 0.99), ("worst", 1))


def names(count: int, random: Random) -> list[str]:
    return [" ".join(word.title() for word in random.sample(VOCABULARY, 2)) for _ in range(count)]


def typo(name: str, random: Random) -> str:
    at = random.randrange(1, len(name) - 1)
    return random.choice([name[:at] + name[at + 1 :], name[:at] + name[at] + name[at:], name[: at - 1] + "z" + name[at:]])


def archive(folder: Path, count: int, documents: int, random: Random) -> tuple[Archive, list[str]]:
    store = build(folder / "suggest.db", documents)
    made = names(count, random)
    add(store, made, "extra")
    return Archive(store), made


def add(store: Store, made: list[str], key: str) -> None:
    with store.writing() as connection:
        rows = [
            {"key": f"{key}/{i}", "kind": "PERSON", "name": n, "folded": fold(n), "sort_name": sort_key(n), "extra": {}}
            for i, n in enumerate(made)
        ]
        if rows:
            connection.execute(insert(table(tables.Person)), rows)
        index.rebuild(connection, "english")


async def ask(archive: Archive, text: str) -> float:
    start = time.process_time()
    found = await answer(archive, QUERY, {"t": text})
    assert "errors" not in found, found
    return (time.process_time() - start) * 1000


async def measure(archive: Archive, made: list[str], random: Random) -> None:
    sys.stdout.write(f"first query, which reads the names: {await ask(archive, 'a'):.0f} ms\n")
    for what, more in (("documents", []), ("a name", names(1, random))):
        add(archive.store, more, "more")
        sys.stdout.write(f"first query after a change of {what}: {await ask(archive, 'a'):.0f} ms\n")
    for label, change in (("as they are", str), ("with a typo", lambda name: typo(name, random))):
        taken: list[float] = []
        for name in random.sample(made, TYPED // 2):
            whole = change(name)
            taken += [await ask(archive, whole[:size]) for size in range(1, len(whole) + 1)]
        taken.sort()
        shown = [f"{what} {taken[int(len(taken) * at) - 1]:.1f}" for what, at in SHARES]
        sys.stdout.write(f"{len(taken)} queries, names {label}: {', '.join(shown)} ms\n")


def memory(archive: Archive) -> None:
    store = archive.store
    with store.reading() as connection:
        tracemalloc.start()
        kept = Functions(connection, store.words, KeptNames()).names(-1)
        held, _ = tracemalloc.get_traced_memory()
    sys.stdout.write(f"{len(kept.named):,} names in memory: {held / 2**20:.1f} MiB\n")


def main() -> None:
    count, documents = map(int, [*sys.argv[1:3], *["25000", "2000"][len(sys.argv) - 1 :]])
    random = Random(1)  # noqa: S311 - the same names each time are the point
    with tempfile.TemporaryDirectory() as folder:
        found, made = archive(Path(folder), count, documents, random)
        asyncio.run(measure(found, made, random))
        memory(found)
        found.store.close()


if __name__ == "__main__":
    main()
