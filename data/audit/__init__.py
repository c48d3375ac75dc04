"""Whether a store is as it should be, and what mends it if not. Nothing is changed; the store may be served meanwhile.

findings  what is found, and every code
whole     the file, its tables and its links
topics    what stands above each topic
records   the rows of each record against those that its record makes
index     the search tables against the records
facets    the packed numbers that facets count against the documents
history   loads, revisions, tombstones and redirects against the records
"""

from collections.abc import Iterator

from sqlalchemy.engine import Connection

from data.audit import facets, history, index, records, topics, whole
from data.audit.findings import Finding
from data.search.words import Words


def audit(connection: Connection, words: Words) -> Iterator[Finding]:
    """All that is wrong with the store, as the transaction sees it; where a table is missing, nothing else is looked at."""
    missing = list(whole.missing(connection))
    yield from missing
    yield from whole.damaged(connection)
    if missing:
        return
    yield from whole.unlinked(connection)
    yield from topics.found(connection)
    yield from records.found(connection)
    yield from index.found(connection, words)
    yield from facets.found(connection)
    yield from history.found(connection)
