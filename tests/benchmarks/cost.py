"""What operations cost, as they are priced, beside what they read: `python tests/benchmarks/cost.py [N]`.

The price is in rows (`extensions: {cost: true}` tells it); what is read is counted in steps of the database's machine, in thousands.
The nearer the steps for a row are to each other, the more the limit means the same to all. Of 100,000 documents a page takes 3 to 140,
a search, a count or facets 40 to 700, and a list that is grouped, of the 20 people with most documents, 2,000.
"""

import sys
import tempfile
import time
from pathlib import Path

from generator import build

from schema.execute import Archive
from schema.limits import Limits

STEPS = 100
NODES = "nodes { title }"
OPERATIONS = {
    "one record": '{ document(id: "d7") { title } }',
    "a page of 20": f"{{ documents {{ {NODES} }} }}",
    "a page of 100": f"{{ documents(first: 100) {{ {NODES} }} }}",
    "pages in pages": "{ documents { nodes { people { nodes { name documents(first: 5) { nodes { title } } } } } } }",
    "the same, 100 and 20": "{ documents(first: 100) { nodes { people { nodes { name documents { nodes { title } } } } } } }",
    "nested, by date": "{ documents { nodes { people { nodes { documents(first: 5, orderBy: {field: DATE}) { nodes { title } } } } } } }",
    "a search": f'{{ documents(search: "frequently") {{ {NODES} }} }}',
    "a search with its count": f'{{ documents(search: "frequently") {{ totalCount {NODES} }} }}',
    "a count": '{ documents(search: "frequently") { totalCount } }',
    "counts in a page": "{ people { nodes { documents { totalCount } } } }",
    "topics of people": "{ people { nodes { topics(first: 5) { nodes { name } } } } }",
    "correspondents of people": "{ people { nodes { correspondents(first: 5) { nodes { name } } } } }",
    "facets": '{ documents(search: "frequently") { facets { topics(first: 10) { nodes { name } } years(first: 10) { nodes { value } } } } }',
}


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    store = build(Path(tempfile.gettempdir()) / f"fonds-cost-{documents}.db", documents)
    archive = Archive(store, limits=Limits(query_max_cost_rows=10**12))
    print(f"{'':<26}{'price':>8}{'1,000 steps':>13}{'steps/row':>11}{'ms':>9}")  # noqa: T201 - it is what a benchmark does
    for name, text in OPERATIONS.items():
        ready = archive.preparing.new(archive.preparing.operation(text, None), None)
        assert ready.plan
        looks = 0

        def look() -> int:
            nonlocal looks
            looks += 1
            return 0

        with store.reading() as connection:
            connection.set_progress_handler(look, STEPS)
            connection.execute(ready.plan.sql, ready.values).fetchone()
            connection.set_progress_handler(None, 0)
            start = time.thread_time()
            connection.execute(ready.plan.sql, ready.values).fetchone()
            seconds = time.thread_time() - start
        steps = looks * STEPS
        print(f"{name:<26}{ready.cost:>8,}{steps / 1000:>13,.1f}{steps / ready.cost:>11,.0f}{seconds * 1000:>9.2f}")  # noqa: T201 - as above
    store.close()


if __name__ == "__main__":
    main()
