"""What stands above each topic: made from the broader topics, and never itself."""

from collections.abc import Iterator

from sqlalchemy import Select, delete, except_, insert, select
from sqlalchemy.engine import Connection

from data import tables
from data.audit.findings import Finding
from data.tables import table

TOPICS, BROADER, DESCENT = table(tables.Topic), table(tables.TopicBroader), table(tables.TopicDescent)


def found(connection: Connection) -> Iterator[Finding]:
    """Topics that are above themselves, and those whose descent is not what it should be."""
    for key in connection.execute(_circles()).scalars():
        yield Finding("TOPIC_CIRCLE", f"topic {key}")
    stored = select(DESCENT.c.ancestor_id, DESCENT.c.topic_id)
    for one, other, detail in ((_descent(), stored, "is not told"), (stored, _descent(), "is told, but is not so")):
        pairs = except_(one, other).subquery()
        upper, lower = TOPICS.alias(), TOPICS.alias()
        named = select(upper.c.key, lower.c.key).select_from(pairs)
        named = named.outerjoin(upper, upper.c.id == pairs.c.ancestor_id).outerjoin(lower, lower.c.id == pairs.c.topic_id)
        for above, topic in connection.execute(named):
            yield Finding("BROADER_STALE", f"topic {topic}", f"that {above} is above it {detail}")


def renew(connection: Connection) -> None:
    """Makes the descent of all topics anew."""
    connection.execute(delete(DESCENT))
    connection.execute(insert(DESCENT).from_select(["ancestor_id", "topic_id"], _descent()))


def _descent() -> Select[tuple[int, int]]:
    """Each topic with itself and every topic above it."""
    start = select(TOPICS.c.id.label("ancestor_id"), TOPICS.c.id.label("topic_id")).cte("descent", recursive=True)
    higher = select(BROADER.c.broader_id, start.c.topic_id).join(start, BROADER.c.topic_id == start.c.ancestor_id)
    every = start.union(higher)
    return select(every.c.ancestor_id, every.c.topic_id)


def _circles() -> Select[tuple[str]]:
    start = select(BROADER.c.broader_id.label("ancestor_id"), BROADER.c.topic_id.label("topic_id")).cte("above", recursive=True)
    higher = select(BROADER.c.broader_id, start.c.topic_id).join(start, BROADER.c.topic_id == start.c.ancestor_id)
    every = start.union(higher)
    return select(TOPICS.c.key).where(TOPICS.c.id.in_(select(every.c.topic_id).where(every.c.topic_id == every.c.ancestor_id)))
