"""The packed numbers that facets count, against the documents."""

from collections.abc import Iterator
from itertools import chain
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from data import tables
from data.audit.findings import Finding
from data.search.blocks import BLOCK_DOCUMENTS, Blocks
from data.tables import table

BLOCKS, DOCUMENTS = table(tables.FacetBlock), table(tables.Document)


class Expected(Blocks):
    """The blocks as they should be: made as they are made, but not written."""

    def of(self, number: int) -> dict[str, Any]:
        """The parts of a block, by kind."""
        return {row["kind"]: (row["sizes"], row["items"], row["more"]) for row in self._rows(number)}


def found(connection: Connection) -> Iterator[Finding]:
    """Blocks that do not hold what the documents make."""
    expected = Expected(connection)
    columns = BLOCKS.c.kind, BLOCKS.c.sizes, BLOCKS.c["items"], BLOCKS.c.more
    for number in _numbers(connection):
        rows = connection.execute(select(*columns).where(BLOCKS.c.number == number))
        stored, right = {kind: tuple(parts) for kind, *parts in rows}, expected.of(number)
        others = [kind for kind in sorted({*stored, *right}) if stored.get(kind) != right.get(kind)]
        if others:
            start = number * BLOCK_DOCUMENTS
            yield Finding("FACETS_STALE", f"documents {start} to {start + BLOCK_DOCUMENTS - 1}", ", ".join(others))


def _numbers(connection: Connection) -> list[int]:
    """The numbers of all blocks that there are or should be."""
    needed = select((DOCUMENTS.c.id / BLOCK_DOCUMENTS).cast(BLOCKS.c.number.type)).distinct()
    there = select(BLOCKS.c.number).distinct()
    return sorted(set(chain(connection.execute(needed).scalars(), connection.execute(there).scalars())))
