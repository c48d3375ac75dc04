"""How long the README's query and a nested page of 20 documents take, beside plain Strawberry resolvers with DataLoaders.

    python tests/benchmarks/nine.py

Both run in this process on the same stores, without HTTP, up to the bytes of the answer; by turns, so that a busy machine is busy
for both. The figures are medians; the last column is how many times faster Fonds is.
"""

import asyncio
import random
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import orjson
from peers import dataloaders as peer

from data.load import load
from data.records import FILES
from data.store import Store
from schema.execute import Archive, answer

TURNS, SECONDS = 5, 1.0
README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
README_QUERY = README.split("```graphql\n", 1)[1].split("```", 1)[0]
NESTED = """query Nested { documents(first: 20) { nodes { title people { nodes { name documents(first: 5, orderBy: {field: DATE}) {
  nodes { title topics { nodes { name } } } } } } } } }"""
DOCUMENTS, PEOPLE, TOPICS = 2000, 500, 80
WORDS = [
    "embassy",
    "telegram",
    "report",
    "treaty",
    "talks",
    "visit",
    "letter",
    "border",
    "army",
    "trade",
    "grain",
    "steel",
    "press",
]


def generated(path: Path) -> Path:
    """An archive of letters that nobody wrote, the same at every run."""
    dice = random.Random(1949)  # noqa: S311 - nothing secret
    records: list[dict[str, object]] = []
    records += [{"type": "topic", "id": f"t{i}", "name": f"Topic {i}", "kind": "subject"} for i in range(TOPICS)]
    records += [{"type": "person", "id": f"p{i}", "name": f"Person {i}", "kind": "person"} for i in range(PEOPLE)]
    for i in range(DOCUMENTS):
        people = dice.sample(range(PEOPLE), dice.randint(1, 5))
        records.append(
            {
                "type": "document",
                "id": f"d{i}",
                "title": f"Document {i} on {dice.choice(WORDS)}",
                "date": {"edtf": f"19{dice.randint(45, 59)}-{dice.randint(1, 12):02}-{dice.randint(1, 28):02}"},
                "description": " ".join(dice.choices(WORDS, k=60)),
                "people": [{"person": f"p{p}", "role": "sender" if at == 0 else "recipient"} for at, p in enumerate(people)],
                "topics": [f"t{t}" for t in dice.sample(range(TOPICS), dice.randint(1, 4))],
            }
        )
    path.write_bytes(b"\n".join(orjson.dumps(record) for record in records))
    return path


async def per_run(run: Callable[[], Awaitable[bytes]]) -> float:
    """Milliseconds for one run, over about a second."""
    runs, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        await run()
        runs += 1
    return (time.perf_counter() - start) / runs * 1000


async def compare(name: str, store: Store, text: str) -> None:
    archive, engine = Archive(store), peer.engine_of(str(store.path))

    async def ours() -> bytes:
        return orjson.dumps(await answer(archive, text))

    async def plain() -> bytes:
        return orjson.dumps({"data": await peer.answer(engine, text)})

    start = time.perf_counter()
    found = await ours()
    cold = (time.perf_counter() - start) * 1000
    assert orjson.loads(found) == orjson.loads(await plain()), "the answers differ"
    figures = [(await per_run(ours), await per_run(plain)) for _ in range(TURNS)]
    mine, other = (statistics.median(column) for column in zip(*figures, strict=True))
    ratio = statistics.median(b / a for a, b in figures)
    print(  # noqa: T201 - it is what a benchmark does
        f"{name:<32} {mine:8.2f} ms {1000 / mine:8.0f}/s | {other:8.2f} ms {1000 / other:8.0f}/s | {ratio:5.1f} x"
        f"   ({len(found):,} bytes, first time {cold:.1f} ms)"
    )


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        nine = Store.create(f"sqlite:///{folder}/nine.db")
        load(nine, FILES)
        many = Store.create(f"sqlite:///{folder}/many.db")
        load(many, [generated(Path(folder) / "many.jsonl")])
        print(f"{'':<32} {'Fonds':>20}   | {'resolvers, DataLoaders':>20}")  # noqa: T201 - as above
        await compare("README query, nine documents", nine, README_QUERY)
        await compare(f"20 documents nested, of {DOCUMENTS:,}", many, NESTED)
        nine.close()
        many.close()


if __name__ == "__main__":
    asyncio.run(main())
