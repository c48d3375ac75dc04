"""What related documents and correspondence cost where one person is in 57 % of all: `python tests/benchmarks/related.py [DOCUMENTS]`.

The generator's archive, with one more person in 57 of 100 documents, as their sender. Prints how long the processor works on a query,
in milliseconds, when its plan is kept but not its answer: median and worst over 50 documents; pairs of the archive.
"""

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from generator import build
from sqlalchemy import insert, select

from data import tables
from data.search import index
from data.store import Store
from data.tables import table
from schema.execute import Archive, answer

RELATED = "query ($id: ID!) { document(id: $id) { related(first: 10) { edges { score daysApart node { title } } } } }"
PAIRS = "query ($first: Int) { correspondence(first: $first) { nodes { documentCount sender { name } recipient { name } } } }"
DATED = "query ($first: Int) { correspondence(first: $first) { nodes { documentCount firstDate { edtf } lastDate { edtf } } } }"
OF_ONE = 'query ($first: Int) { correspondence(first: $first, person: "p7") { nodes { documentCount sender { name } recipient { name } } } }'
SHARE = 57
DOCUMENTS = 50


def add_everybody(store: Store) -> None:
    """The person who is in 57 of 100 documents."""
    people, documents, parts, links = (
        table(model) for model in (tables.Person, tables.Document, tables.Participation, tables.DocumentPerson)
    )
    with store.writing() as connection:
        row = {
            "key": "everybody",
            "kind": "PERSON",
            "name": "E. Verybody",
            "folded": "e. verybody",
            "sort_name": "e",
            "extra": {},
        }
        (id_,) = connection.execute(insert(people).values(row)).inserted_primary_key or (0,)
        chosen = [one for one in connection.execute(select(documents.c.id)).scalars() if one % 100 < SHARE]
        places = [{"document_id": one, "person_id": id_, "position": 9} for one in chosen]
        connection.execute(insert(links), places)
        connection.execute(insert(parts), [{**place, "role": "SENDER"} for place in places])
        index.rebuild(connection, "english")


async def ask(archive: Archive, text: str, **variables: str | int) -> float:
    """Milliseconds of the processor."""
    start = time.process_time()
    found = await answer(archive, text, variables)
    if "errors" in found:
        raise SystemExit(found["errors"])
    return (time.process_time() - start) * 1000


async def measure(archive: Archive, documents: int) -> None:
    step = documents // DOCUMENTS
    await ask(archive, RELATED, id="d1")
    taken = sorted([await ask(archive, RELATED, id=f"d{i * step}") for i in range(DOCUMENTS)])
    sys.stdout.write(f"related: median {taken[DOCUMENTS // 2]:.1f}, worst {taken[-1]:.1f} ms\n")
    for name, text in (("all pairs", PAIRS), ("all pairs with dates", DATED), ("pairs of one person", OF_ONE)):
        await ask(archive, text, first=19)
        sys.stdout.write(f"{name}: {await ask(archive, text, first=20):.1f} ms\n")


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        store = build(Path(folder) / "related.db", documents)
        add_everybody(store)
        asyncio.run(measure(Archive(store), documents))
        store.close()


if __name__ == "__main__":
    main()
