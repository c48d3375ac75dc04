"""How much memory a stream of different large queries takes: it has to be level in the end.

python tests/benchmarks/memory.py
"""

import asyncio
import re
import tempfile
from pathlib import Path

from data.load import load
from data.records import FILES
from data.store import Store
from schema.execute import Archive, answer

QUERIES = 300
STEP = 50


def memory_mib() -> int:
    """The resident memory of this process, by Linux's account."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(found[1]) // 1024 if found else 0


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = Store.create(f"sqlite:///{folder}/nine.db")
        load(store, FILES)
        archive = Archive(store)
        print(f"before: {memory_mib()} MiB")  # noqa: T201 - it is what a benchmark does
        for number in range(QUERIES):
            fields = " ".join(f"a{number}_{i}: documents(first: 3) {{ nodes {{ title date {{ label }} }} }}" for i in range(90))
            assert "errors" not in await answer(archive, f"{{ {fields} }}")
            if number % STEP == STEP - 1:
                print(f"after {number + 1} queries: {memory_mib()} MiB")  # noqa: T201 - as above
        store.close()


if __name__ == "__main__":
    asyncio.run(main())
