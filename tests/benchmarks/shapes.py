"""Why nested pages are written as they are: `python tests/benchmarks/shapes.py [N]`, of N documents (100,000).

Twenty documents → their people → their first five documents → their topics (Q3 of the peers), as one statement in several shapes
that give the same bytes, 40 pages of each by turns. What is told is the processor's time as a ratio to the shape that Fonds writes,
the median of the rounds: less than 1 is faster. With `fonds[sqlite]` it is told of the newer SQLite.
"""

import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from time import process_time

from generator import build

from data import driver

PAGES, ROUNDS = 40, 9
FIRST, STEP = 1000, 25

TEXT = {
    "topic": """'{"name":' || json_quote(t.name) || '}'""",
    "document": """'{"title":' || json_quote(d.title) || ',"topics":' || (TOPICS) || '}'""",
    "person": """'{"name":' || json_quote(p.name) || ',"documents":' || (DOCUMENTS) || '}'""",
    "page": """'{"title":' || json_quote(a.title) || ',"people":' || (PEOPLE) || '}'""",
    "list": "'[' || coalesce(group_concat(ITEM), '') || ']'",
}
OBJECTS = {
    "topic": "json_object('name', t.name)",
    "document": "json_object('title', d.title, 'topics', (TOPICS))",
    "person": "json_object('name', p.name, 'documents', (DOCUMENTS))",
    "page": "json_object('title', a.title, 'people', (PEOPLE))",
    "list": "json_group_array(json(ITEM))",
}
LATERAL = {
    "topics": "(SELECT topic_id FROM document_topics WHERE document_id = d.id ORDER BY position, topic_id LIMIT 20) AS f "
    "CROSS JOIN topics AS t ON t.id = f.topic_id",
    "documents": "(SELECT document_id FROM document_people WHERE person_id = p.id ORDER BY document_id LIMIT 5) AS f "
    "CROSS JOIN documents AS d ON d.id = f.document_id",
    "people": "(SELECT person_id FROM document_people WHERE document_id = a.id ORDER BY position, person_id LIMIT 20) AS f "
    "CROSS JOIN people AS p ON p.id = f.person_id",
}
ROWS_FIRST = {
    "topics": "(SELECT t.* FROM document_topics AS f JOIN topics AS t ON t.id = f.topic_id WHERE f.document_id = d.id "
    "ORDER BY f.position, f.topic_id LIMIT 20) AS t",
    "documents": "(SELECT d.* FROM document_people AS f JOIN documents AS d ON d.id = f.document_id WHERE f.person_id = p.id "
    "ORDER BY f.document_id LIMIT 5) AS d",
    "people": "(SELECT p.* FROM document_people AS f JOIN people AS p ON p.id = f.person_id WHERE f.document_id = a.id "
    "ORDER BY f.position, f.person_id LIMIT 20) AS p",
}
WINDOW = {
    **LATERAL,
    "documents": "(SELECT document_id, row_number() OVER (ORDER BY document_id) AS place FROM document_people "
    "WHERE person_id = p.id) AS f CROSS JOIN documents AS d ON d.id = f.document_id AND f.place <= 5",
}
PLAIN_JOIN = {name: source.replace("CROSS JOIN", "JOIN") for name, source in LATERAL.items()}
SORTED = {name: source.replace("ORDER BY ", "ORDER BY +") for name, source in LATERAL.items()}


def statement(item: dict[str, str], source: dict[str, str]) -> str:
    """A shape: how an item is written, and where the items of a list come from."""

    def listed(what: str, inner: str) -> str:
        return f"SELECT {item['list'].replace('ITEM', inner)} FROM {source[what]}"  # noqa: S608 - ours

    topics = listed("topics", item["topic"])
    documents = listed("documents", item["document"].replace("TOPICS", topics))
    people = listed("people", item["person"].replace("DOCUMENTS", documents))
    page = item["list"].replace("ITEM", item["page"].replace("PEOPLE", people))
    return f"SELECT {page} FROM (SELECT id, title FROM documents WHERE id > ? ORDER BY id LIMIT 20) AS a"  # noqa: S608 - ours


SHAPES = {
    "as Fonds writes it": statement(TEXT, LATERAL),
    "json_object, json_group_array": statement(OBJECTS, LATERAL),
    "rows read before the page is cut": statement(TEXT, ROWS_FIRST),
    "a window function for five of each": statement(TEXT, WINDOW),
    "joins in the order SQLite likes": statement(TEXT, PLAIN_JOIN),
    "sorted, not read from an index": statement(TEXT, SORTED),
}


def seconds(connection: driver.Connection, sql: str, starts: Iterable[int]) -> float:
    start = process_time()
    for first in starts:
        connection.execute(sql, (first,)).fetchone()
    return process_time() - start


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    path = Path(tempfile.gettempdir()) / f"fonds-shapes-{documents}.db"
    build(path, documents).close()
    connection = driver.found.connect(path)
    starts = range(FIRST, FIRST + PAGES * STEP, STEP)
    for sql in SHAPES.values():
        for first in starts[:3]:
            texts = [connection.execute(one, (first,)).fetchone()[0] for one in (sql, SHAPES["as Fonds writes it"])]
            assert texts[0] == texts[1]
    took: dict[str, list[float]] = {name: [] for name in SHAPES}
    for turn in range(ROUNDS):
        for name in list(SHAPES)[:: 1 if turn % 2 else -1]:
            took[name].append(seconds(connection, SHAPES[name], starts))
    base = took["as Fonds writes it"]
    print(f"SQLite {driver.found.sqlite_version}; a page takes {median(base) / PAGES * 1000:.2f} ms")  # noqa: T201 - it is what a benchmark does
    for name, times in took.items():
        print(f"{name:<36}{median(one / two for one, two in zip(times, base, strict=True)):>6.2f}")  # noqa: T201 - as above


if __name__ == "__main__":
    main()
