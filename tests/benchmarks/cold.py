"""What a query costs that was never asked before: `python tests/benchmarks/cold.py [N]`, of N documents (20,000).

The six questions of the peers (`peers/questions.py`), each of an archive that knows no operation, on a new connection to the
database. What is told are milliseconds of the processor, medians of 15 times; the last is what the same takes when it is known.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any

from generator import build
from peers.questions import QUESTIONS, samples_of
from settings import cursors

from data.store import Store
from schema.execute import Archive
from schema.prepare import checked

TIMES = 15
STEPS = ("checked", "planned", "run", "together", "known")


def times(store: Store, text: str, variables: dict[str, Any]) -> list[float]:
    """How long each step takes, and the known query; in milliseconds."""
    archive, found = Archive(store), list[float]()
    store.close()

    def timed(step: Callable[[], Any]) -> Any:
        start = process_time()
        done = step()
        found.append((process_time() - start) * 1000)
        return done

    operation = timed(lambda: archive.preparing.operation(text, None))
    ready = timed(lambda: archive.preparing.new(operation, variables))
    timed(lambda: store.answer(ready.plan.sql, ready.values))
    found.append(sum(found))

    def known() -> None:
        again = archive.preparing.known(text, variables, None)
        assert again
        assert again.plan
        store.answer(again.plan.sql, again.values)

    timed(known)
    return found


def main() -> None:
    documents = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    path = Path(tempfile.gettempdir()) / f"fonds-cold-{documents}.db"
    store = build(path, documents)
    checked("{ archive { name } }", Archive(store).limits)  # what is made once in a process
    print("    " + "".join(f"{step:>10}" for step in STEPS) + "   ms")  # noqa: T201 - it is what a benchmark does
    for question in QUESTIONS:
        sample = dict(samples_of(question, path)[0])
        if "after" in sample:
            place = sample["after"]["place"]
            order = ", orderBy: {field: DATE}" if question.name == "Q5" else ""
            sample = {"after": cursors(Archive(store), order, {place})[place]}
        figures = zip(*(times(store, question.text, sample) for _ in range(TIMES)), strict=True)
        print(f"{question.name:<4}" + "".join(f"{median(some):>10.2f}" for some in figures))  # noqa: T201 - as above


if __name__ == "__main__":
    main()
