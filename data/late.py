"""Indexes that are made when all rows of a load are there, where the store had no document before.

Kept row by row, they cost the more the larger they are: each row changes a page of each index, anywhere. Made at the end they are
sorted once. The transaction that takes them away makes them again, so nobody else ever sees the tables without.
"""

from sqlalchemy import Index, exists, select
from sqlalchemy.engine import Connection

from data.rows import DOCUMENT_PEOPLE, DOCUMENT_TOPICS, LANGUAGES, PARTS, TABLES
from data.tables import Revision, table

DOCUMENTS = TABLES["document"]
OF = (DOCUMENTS, PARTS, DOCUMENT_PEOPLE, DOCUMENT_TOPICS, LANGUAGES, table(Revision))
KEPT = frozenset({"document_id", "genre_id"})
"""First columns of indexes that cost little: what comes together stands together. New documents' links are found by them."""


class LateIndexes:
    """Indexes of documents, of their links to people and topics, and of what was done to them.

    Of a store without documents, to which the first come (`is_first`), they are gone until `make`.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._gone: list[Index] = []
        self.is_first = not connection.execute(select(exists(select(DOCUMENTS.c.id)))).scalar_one()
        if self.is_first:
            late = [index for of in OF for index in of.indexes if index.columns[0].name not in KEPT]
            self._gone = sorted(late, key=lambda index: str(index.name))
        for index in self._gone:
            index.drop(connection)

    def make(self) -> None:
        """Makes those that are gone: before rows are looked for by them, or removed, also by the links between tables."""
        for index in self._gone:
            index.create(self._connection)
        self._gone.clear()
