"""The store → JSON Lines, in one order and spelling: the same records give the same bytes, and loaded the same store."""

from collections.abc import Collection, Iterator

import orjson
from sqlalchemy import select
from sqlalchemy.engine import Connection

from data import tables
from data.rows import DOCUMENT_TOPICS, PARTS, TABLES
from data.stored import batched, internal_ids, stored_records
from data.tables import table

DESCENT = table(tables.TopicDescent)


def export(connection: Connection, documents: Collection[str] | None = None) -> Iterator[bytes]:
    """A line for each record: people, topics, documents, each by their own ids; fields in the format's order.

    Of `documents`, if given, those with these ids, the people and topics that they refer to, and the topics above these.
    """
    ids = None if documents is None else set(internal_ids(connection, "document", documents).values())
    wanted = {type_: None if ids is None else _of(connection, type_, ids) for type_ in ("person", "topic", "document")}
    for type_, some in wanted.items():
        for _, fields in stored_records(connection, type_, _in_order(connection, type_, some)):
            yield orjson.dumps(fields) + b"\n"


def _of(connection: Connection, type_: str, documents: set[int]) -> set[int]:
    """The internal ids of what belongs to the documents."""
    if type_ == "document":
        return documents
    found: set[int] = set()
    for some in batched(documents):
        if type_ == "person":
            statement = select(PARTS.c.person_id).where(PARTS.c.document_id.in_(some), PARTS.c.person_id.is_not(None))
        else:
            joined = DOCUMENT_TOPICS.join(DESCENT, DESCENT.c.topic_id == DOCUMENT_TOPICS.c.topic_id)
            statement = select(DESCENT.c.ancestor_id).select_from(joined).where(DOCUMENT_TOPICS.c.document_id.in_(some))
        found.update(connection.execute(statement.distinct()).scalars())
    return found


def _in_order(connection: Connection, type_: str, wanted: set[int] | None) -> list[int]:
    """The internal ids of these records, or of all, in the order of their own ids."""
    found = TABLES[type_]
    ids = connection.execute(select(found.c.id).order_by(found.c.key)).scalars()
    return [id_ for id_ in ids if wanted is None or id_ in wanted]
