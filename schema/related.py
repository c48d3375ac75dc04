"""What else is like a document: those with the same people and topics, the rare ones counting most, the nearer in time the more.

A shared person or topic weighs ln(1 + N/n), where N is how many documents there are and n how many have it. The sum of these
weights is multiplied by 1 + 365/(365 + days between the dates): 2 on the same day, 1 where a date is unknown.

So that this has an end where somebody is in half of all documents, only people and topics of at most `RARE_DOCUMENTS` documents
lead to others, beside the `NEIGHBOURS` documents next before and after in time; of what was so found, the common ones count too.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Select,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    tuple_,
    union,
    union_all,
)

from data import tables
from schema.facts import plain_list
from schema.fields import Row
from schema.filters import DOCUMENT_PEOPLE, DOCUMENT_TOPICS, DOCUMENTS, PEOPLE, TOPICS
from schema.functions import day_number, ln
from schema.listing import EdgeRow
from schema.lists import visible_documents
from schema.plan import Ask

RARE_DOCUMENTS = 2000
NEIGHBOURS = 500
WEIGHT_STEPS = 10**6
DAYS_HALF = 365
LINKS = ((DOCUMENT_PEOPLE, "person_id"), (DOCUMENT_TOPICS, "topic_id"))


def related(row: Row) -> tuple[CTE, ...]:
    """The documents that are like the one of a row: `node_id`, `score` in millionths; last, after its parts."""
    weights = [_weights(row, link, column) for link, column in LINKS]
    rare = [_shared_rare(row, mine, link, column) for mine, (link, column) in zip(weights, LINKS, strict=True)]
    found = union_all(*rare).cte(nesting=True)
    beside = _neighbours(row)
    others = union(select(found.c.id), *(select(near.c.id) for near in beside)).cte(nesting=True)
    common = [_shared_common(others, mine, link, column) for mine, (link, column) in zip(weights, LINKS, strict=True)]
    every = union_all(select(found.c.id, found.c.weight), *common).cte(nesting=True)
    shared = select(every.c.id, func.sum(every.c.weight).label("weight")).group_by(every.c.id).cte(nesting=True)
    other = visible_documents(DOCUMENTS.alias())
    days = days_apart(row, other)
    score = shared.c.weight + func.coalesce(shared.c.weight * DAYS_HALF / (DAYS_HALF + days), 0)
    scored = (
        select(shared.c.id.label("node_id"), _whole(score).label("score"))
        .select_from(shared.join(other, other.c.id == shared.c.id))
        .correlate_except(shared, other)
        .cte(nesting=True)
    )
    return (*weights, found, *beside, others, every, shared, scored)


def _whole(value: Any) -> ColumnElement[int]:
    return cast(value, BigInteger)


def _weights(row: Row, link: Any, column: str) -> CTE:
    """The document's people, or its topics: `thing`, how many `documents` have it, its `weight`."""
    mine, all_of_it = link.alias(), link.alias()
    documents = func.count()
    total = select(func.count()).select_from(DOCUMENTS.alias()).scalar_subquery()
    weight = _whole(ln(1.0 + total * 1.0 / documents) * WEIGHT_STEPS)
    return (
        select(mine.c[column].label("thing"), documents.label("documents"), weight.label("weight"))
        .select_from(mine.join(all_of_it, all_of_it.c[column] == mine.c[column]))
        .where(mine.c.document_id == row.c.id)
        .group_by(mine.c[column])
        .correlate_except(mine, all_of_it)
        .cte(nesting=True)
    )


def _shared_rare(row: Row, mine: CTE, link: Any, column: str) -> Select[Any]:
    """The documents that share what few have."""
    theirs = link.alias()
    return (
        select(theirs.c.document_id.label("id"), mine.c.weight)
        .select_from(mine.join(theirs, theirs.c[column] == mine.c.thing))
        .where(mine.c.documents <= RARE_DOCUMENTS, theirs.c.document_id != row.c.id)
        .correlate_except(mine, theirs)
    )


def _neighbours(row: Row) -> Sequence[CTE]:
    """The documents next before and after in time."""

    def beside(*, before: bool) -> CTE:
        other = visible_documents(DOCUMENTS.alias())
        place, here = tuple_(other.c.earliest_rising, other.c.id), tuple_(row.c.earliest_rising, row.c.id)
        order = (other.c.earliest_rising, other.c.id)
        found = select(other.c.id).where(place < here if before else place > here, other.c.earliest_rising != tables.LAST)
        found = found.order_by(*(key.desc() if before else key.asc() for key in order)).limit(NEIGHBOURS)
        return found.correlate_except(other).cte(nesting=True)

    return beside(before=True), beside(before=False)


def _shared_common(others: CTE, mine: CTE, link: Any, column: str) -> Select[Any]:
    """What many have, of documents that were found otherwise."""
    theirs = link.alias()
    return (
        select(theirs.c.document_id.label("id"), mine.c.weight)
        .select_from(mine.join(theirs, theirs.c[column] == mine.c.thing))
        .where(mine.c.documents > RARE_DOCUMENTS, theirs.c.document_id.in_(select(others.c.id).correlate_except(others)))
        .correlate_except(mine, theirs)
    )


def days_apart(one: Row, other: Row) -> ColumnElement[int]:
    """How many days lie between two documents at least: 0 where they may be of one day; null where a date is open or unknown."""
    days = (one.c.first_day, one.c.last_day, other.c.first_day, other.c.last_day)
    gap = case(
        (one.c.first_day > other.c.last_day, day_number(one.c.first_day) - day_number(other.c.last_day)),
        (other.c.first_day > one.c.last_day, day_number(other.c.first_day) - day_number(one.c.last_day)),
        else_=literal(0),
    )
    return case((or_(*(day.is_(None) for day in days)), None), else_=gap)


# What the edges say


def days_between(edge: EdgeRow, _: Ask) -> ColumnElement[int]:
    """How many days lie between the two at least; 0 if they may be of the same day, null if one has no date or an open one."""
    row, _id = edge.facts(edge)
    return days_apart(row, edge.view.node)


def score(edge: EdgeRow, _: Ask) -> ColumnElement[float]:
    """How near it is: the sum of ln(1 + N/n) over all that is shared, n of the archive's N documents having it; up to twice that,
    the nearer in time the more.
    """
    found: ColumnElement[float] = edge.c["score"] / float(WEIGHT_STEPS)
    return found


def shared(link: Any, column: str, table: Any) -> Any:
    """The SQL of the things that both documents have, in the order of the document that was asked for."""

    def sql(edge: EdgeRow, ask: Ask) -> ColumnElement[str]:
        row, other_id = edge.facts(edge)
        mine, theirs, thing = link.alias(), link.alias(), table.alias()
        rows = mine.join(theirs, theirs.c[column] == mine.c[column]).join(thing, thing.c.id == mine.c[column])
        where = (mine.c.document_id == row.c.id, theirs.c.document_id == other_id)
        found = select(*thing.c, mine.c.position).select_from(rows).where(*where).correlate_except(mine, theirs, thing)
        return plain_list(ask, found.subquery())

    return sql


shared_people = shared(DOCUMENT_PEOPLE, "person_id", PEOPLE)
shared_topics = shared(DOCUMENT_TOPICS, "topic_id", TOPICS)
