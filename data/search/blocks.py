"""What facets count, packed: of each 1,024 documents in a row, who has a part in them, their topics, genres, languages, days.

Counting a broad result by grouping rows takes seconds, by packed numbers (`data.search.counts`) milliseconds. They are written in
the transaction that changes the documents: a block is made anew if one of its documents was touched. Of each kind a block has
three parts, numbers in little-endian order:

    sizes   how many items each of the documents has                                      1,024 x 4 bytes
    items   the items, document by document: ids of people, topics, genres; of languages places in `more`    4 bytes each
    more    of people the roles as bits, of languages their tags as a JSON list                              2 bytes each

Of days there are always two, the first and the last, and `items` has 8 bytes for each; `sizes` and `more` are empty.
"""

import sys
from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import orjson
from sqlalchemy import Select, delete, insert, select
from sqlalchemy.engine import Connection

from data import tables
from data.format import Role
from data.tables import table

BLOCK_DOCUMENTS = 1024
ROLE_BITS = {role.value: 1 << at for at, role in enumerate(Role)}
"""The bit of each role. Blocks hold them, so roles may be added at the end only."""

UNKNOWN_DAY = tables.FIRST
BLOCKS = table(tables.FacetBlock)
DOCUMENTS = table(tables.Document)
PARTS = table(tables.Participation)
TOPICS = table(tables.DocumentTopic)
LANGUAGES = table(tables.DocumentLanguage)


class Blocks:
    """Writing the blocks, inside a transaction."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._touched: set[int] = set()

    def write_all(self) -> None:
        """Makes all blocks anew."""
        self.connection.execute(delete(BLOCKS))
        self.touch(self.connection.execute(select(DOCUMENTS.c.id)).scalars())
        self.write()

    def touch(self, documents: Iterable[int]) -> None:
        """These documents were added, changed or removed."""
        self._touched.update(id_ // BLOCK_DOCUMENTS for id_ in documents)

    def write(self) -> None:
        """Makes the blocks of all documents that were touched anew."""
        for number in sorted(self._touched):
            self.connection.execute(delete(BLOCKS).where(BLOCKS.c.number == number))
            if rows := list(self._rows(number)):
                self.connection.execute(insert(BLOCKS), [{"number": number, **row} for row in rows])
        self._touched.clear()

    def _rows(self, number: int) -> Iterator[dict[str, Any]]:
        start = number * BLOCK_DOCUMENTS
        days = {
            id_: days for id_, *days in self._each(number, select(DOCUMENTS.c.id, DOCUMENTS.c.first_day, DOCUMENTS.c.last_day))
        }
        if not days:
            return
        empty = (None, None)
        every = (day for at in range(start, start + BLOCK_DOCUMENTS) for day in days.get(at, empty))
        numbers = packed("q", (UNKNOWN_DAY if day is None else day for day in every))
        yield {"kind": "days", "sizes": b"", "items": numbers, "more": b""}
        people = self._people(number)
        roles = packed("H", people.values())
        yield _row("people", start, list(people), roles)
        yield _row("topics", start, self._each(number, select(TOPICS.c.document_id, TOPICS.c.topic_id)))
        genres = select(DOCUMENTS.c.id, DOCUMENTS.c.genre_id).where(DOCUMENTS.c.genre_id.isnot(None))
        yield _row("genres", start, self._each(number, genres))
        spoken = self._each(number, select(LANGUAGES.c.document_id, LANGUAGES.c.language))
        places = {tag: at for at, tag in enumerate(sorted({tag for _, tag in spoken}))}
        yield _row("languages", start, [(id_, places[tag]) for id_, tag in spoken], orjson.dumps(list(places)))

    def _people(self, number: int) -> dict[tuple[int, int], int]:
        """The people of each document, each once, with all their roles as bits."""
        found: dict[tuple[int, int], int] = {}
        statement = select(PARTS.c.document_id, PARTS.c.person_id, PARTS.c.role).where(PARTS.c.person_id.isnot(None))
        for document, person, role in self._each(number, statement):
            found[document, person] = found.get((document, person), 0) | ROLE_BITS[role]
        return found

    def _each(self, number: int, statement: Select[Any]) -> Sequence[Any]:
        """The rows of a block's documents, document by document."""
        owner = next(iter(statement.selected_columns))
        start = number * BLOCK_DOCUMENTS
        within = owner.between(start, start + BLOCK_DOCUMENTS - 1)
        return self.connection.execute(statement.where(within).order_by(owner)).all()


def _row(kind: str, start: int, items: Iterable[tuple[int, int]], more: bytes = b"") -> dict[str, Any]:
    """One kind of a block; each item with its document, in the order of these."""
    sizes, numbers = [0] * BLOCK_DOCUMENTS, []
    for document, item in items:
        sizes[document - start] += 1
        numbers.append(item)
    return {"kind": kind, "sizes": packed("I", sizes), "items": packed("I", numbers), "more": more}


def packed(code: str, numbers: Iterable[int]) -> bytes:
    """Whole numbers one after the other, little-endian; `code` is that of `array`."""
    found = array(code, numbers)
    if sys.byteorder == "big":
        found.byteswap()
    return found.tobytes()
