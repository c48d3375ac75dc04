"""Every topic with itself and all above it (`topic_descent`), kept in step while topics are written."""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, NamedTuple

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.engine import Connection

from data import tables
from data.keys import Keys
from data.rows import BROADER, TABLES
from data.stored import batched
from data.tables import table

DESCENT = table(tables.TopicDescent)


class Standing(NamedTuple):
    """A topic whose `broader` is new, and the topics directly above it; late if others may stand below it already."""

    id: int
    above: Sequence[int]
    is_late: bool


class Descent:
    """What stands above topics: written with them where all of that came before, else by `write_late`, at the end."""

    def __init__(self, connection: Connection, keys: Keys) -> None:
        self.raised: dict[int, None] = {}  # topics with something new above them: only these may be in a circle
        self._connection = connection
        self._keys = keys
        self._late: set[int] = set()

    def write(self, topics: Sequence[Standing]) -> None:
        """Topics as they were written."""
        self.raised.update(dict.fromkeys(topic.id for topic in topics if topic.above))
        coming = {topic.id for topic in topics}
        settled = set[int]()
        for topic in topics:
            waits = topic.is_late or any(self._waits(id_) or id_ in coming for id_ in topic.above)
            (self._late if waits else settled).add(topic.id)
            coming.discard(topic.id)
        self._add(settled)

    def delay(self, topics: Iterable[int]) -> None:
        """Topics whose names, or whose place, others have to learn of."""
        self._late.update(topics)

    def write_late(self) -> Iterator[Sequence[int]]:
        """Writes anew what stands above the topics that were late, and above all below them; gives these, some at a time."""
        below = set[int]()
        for some in batched(sorted(self._late)):
            below.update(self._connection.execute(_below(some)).scalars())
        for some in batched(sorted(below)):
            self._connection.execute(delete(DESCENT).where(DESCENT.c.topic_id.in_(some)))
        self._add(below)
        yield from batched(sorted(below))

    def _waits(self, topic: int) -> bool:
        return topic in self._late or self._keys.is_awaited("topic", topic)

    def _add(self, topics: AbstractSet[int]) -> None:
        for some in batched(sorted(topics)):
            self._connection.execute(insert(DESCENT).from_select(["ancestor_id", "topic_id"], _above(some)))


def _below(topics: Sequence[int]) -> Select[Any]:
    """These topics and all below them."""
    start = select(TABLES["topic"].c.id).where(TABLES["topic"].c.id.in_(topics)).cte("below", recursive=True)
    lower = select(BROADER.c.topic_id).join(start, BROADER.c.broader_id == start.c.id)
    return select(start.union(lower).c.id)


def _above(topics: Sequence[int]) -> Select[Any]:
    """(above, topic) for each of these topics with itself and every topic above it."""
    found = TABLES["topic"]
    start = select(found.c.id.label("ancestor_id"), found.c.id.label("topic_id")).where(found.c.id.in_(topics))
    above = start.cte("above", recursive=True)
    higher = select(BROADER.c.broader_id, above.c.topic_id).join(above, BROADER.c.topic_id == above.c.ancestor_id)
    closure = above.union(higher)
    return select(closure.c.ancestor_id, closure.c.topic_id)
