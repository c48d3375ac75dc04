"""How long suggestions take over 25,000 names: `python tests/benchmarks/suggest.py [NAMES] [DOCUMENTS]`.

Names of two words of the generator's vocabulary are added to its archive; then 300 of them are typed letter by letter, half of them
with a typo, each time as a whole query. Prints how long the processor works on a query, in milliseconds: median, 95 and 99 of 100,
worst; before it, how long the first query takes, which reads the names; then what the names take of memory, and how long the
first query takes after a load of so many records, also where the names were read before, as a server does.
"""

import asyncio
import json
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from random import Random
from typing import Any

from generator import VOCABULARY, build

from data.functions import Functions
from data.load import load
from data.search.kept import KeptNames
from data.store import Store
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
    add(store, people(made, "extra"))
    return Archive(store), made


def people(made: list[str], key: str) -> list[dict[str, Any]]:
    return [{"type": "person", "id": f"{key}/{i}", "name": name} for i, name in enumerate(made)]


def letters(count: int, key: str, random: Random) -> list[dict[str, Any]]:
    """Letters between those who were added."""

    def ends() -> list[dict[str, Any]]:
        return [{"person": f"extra/{random.randrange(1000)}", "role": role} for role in ("sender", "recipient")]

    return [{"type": "document", "id": f"{key}/{i}", "title": "A letter", "people": ends()} for i in range(count)]


def add(store: Store, records: list[dict[str, Any]]) -> None:
    file = store.path.with_suffix(".jsonl")
    file.write_text("".join(json.dumps(record) + "\n" for record in records))
    load(store, [file])


async def ask(archive: Archive, text: str) -> float:
    start = time.process_time()
    found = await answer(archive, QUERY, {"t": text})
    assert "errors" not in found, found
    return (time.process_time() - start) * 1000


async def measure(archive: Archive, made: list[str], random: Random) -> None:
    sys.stdout.write(f"first query, which reads the names: {await ask(archive, 'a'):.0f} ms\n")
    for label, change in (("as they are", str), ("with a typo", lambda name: typo(name, random))):
        taken: list[float] = []
        for name in random.sample(made, TYPED // 2):
            whole = change(name)
            taken += [await ask(archive, whole[:size]) for size in range(1, len(whole) + 1)]
        taken.sort()
        shown = [f"{what} {taken[int(len(taken) * at) - 1]:.1f}" for what, at in SHARES]
        sys.stdout.write(f"{len(taken)} queries, names {label}: {', '.join(shown)} ms\n")


async def changes(archive: Archive, random: Random) -> None:
    for count in (1, 100, 1000, 3000):
        for what, made_of in (("documents", letters), ("people", lambda count, key, random: people(names(count, random), key))):
            first: list[float] = []
            for key in ("one", "other"):
                add(archive.store, made_of(count, f"{key}/{count}", random))
                if first:
                    archive.store.settle_names()
                first.append(await ask(archive, "a"))
            sys.stdout.write(f"first query after a load of {count} {what}: {first[0]:.1f} ms; read before: {first[1]:.1f} ms\n")


def memory(archive: Archive) -> None:
    store = archive.store
    with store.reading() as connection:
        tracemalloc.start()
        kept = Functions(connection, store.words, KeptNames()).names(-1)
        held, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    count = sum(len(layer.spelling.named) for layer in kept.layers)
    sys.stdout.write(f"{count:,} names in memory: {held / 2**20:.1f} MiB\n")


def main() -> None:
    count, documents = map(int, [*sys.argv[1:3], *["25000", "2000"][len(sys.argv) - 1 :]])
    random = Random(1)  # noqa: S311 - the same names each time are the point
    with tempfile.TemporaryDirectory() as folder:
        found, made = archive(Path(folder), count, documents, random)
        asyncio.run(measure(found, made, random))
        memory(found)
        asyncio.run(changes(found, random))
        found.store.close()


if __name__ == "__main__":
    main()
