"""Documents over time: buckets of a year, a month or a decade, with those that surely fall into each and those that may.

A document's days may be a range, so it is possible in every bucket that the range touches, certain in one that holds it all.
Starts and ends of ranges are counted once, by bucket; what is possible in a bucket is all that started less all that ended.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import CTE, ColumnElement, Integer, Text, and_, case, func, literal, or_, select, type_coerce, union_all

from schema.facts import OFFSET_MAX, Date, as_subquery, json_text, whole
from schema.fields import Argument, field
from schema.filters import dump, term
from schema.functions import each, iso_day, json_array
from schema.plan import Ask
from schema.spread import Documents, by_span, floor

__all__ = ["TIMELINE_ARGUMENTS", "Timeline", "timeline"]

FOUR_DIGITS = 9999
BUCKETS_DEFAULT = 1000
BUCKETS_MAX = 5000


@strawberry.enum(description="How long a bucket of a timeline is.")
class TimelineUnit(Enum):
    YEAR = strawberry.enum_value("YEAR", description="A year.")
    MONTH = strawberry.enum_value("MONTH", description="A month.")
    DECADE = strawberry.enum_value("DECADE", description="Ten years, beginning with one that ends in 0.")


TIMELINE_ARGUMENTS = {"by": Argument(TimelineUnit, "How long each bucket is.", TimelineUnit.YEAR)}
_BUCKETS_ARGUMENTS = {
    "first": Argument(int, f"How many at most, 0 to {BUCKETS_MAX}.", BUCKETS_DEFAULT),
    "offset": Argument(int, "How many to leave out at the start.", 0),
}


@dataclass(frozen=True)
class _Row:
    """What a timeline hangs on: its unit, the first and last bucket (`lowest`, `highest`), and the counts of buckets."""

    unit: str
    span: CTE
    counts: CTE
    undated: ColumnElement[int]


@dataclass(frozen=True)
class _Bucket:
    """One bucket: its first and last day, and how many documents there are in it."""

    first_day: ColumnElement[int]
    last_day: ColumnElement[int]
    edtf: ColumnElement[str]
    certain: ColumnElement[int]
    possible: ColumnElement[int]


def _bucket(number: Any, unit: str, certain: Any, possible: Any) -> _Bucket:
    if unit == "MONTH":
        year = floor(number, 12)
        month = number - year * 12 + 1
        first = year * 10000 + month * 100 + 1
        leap = and_(year % 4 == 0, or_(year % 100 != 0, year % 400 == 0))
        days = case({4: 30, 6: 30, 9: 30, 11: 30, 2: case((leap, 29), else_=28)}, value=month, else_=31)
        edtf = func.substr(iso_day(first), 1, func.length(iso_day(first)) - len("-01"))
        return _Bucket(first, first - 1 + days, edtf, certain, possible)
    start, end = (number * 10, number * 10 + 9) if unit == "DECADE" else (number, number)
    years = year_edtf(start) if unit == "YEAR" else year_edtf(start) + "/" + year_edtf(end)
    return _Bucket(start * 10000 + 101, end * 10000 + 1231, years, certain, possible)


def year_edtf(year: Any) -> ColumnElement[str]:
    """A year as EDTF writes it: four digits, a sign before 0, `Y` before more digits."""
    return func.printf(case((func.abs(year) > FOUR_DIGITS, "Y%d"), (year < 0, "%05d"), else_="%04d"), year)


def timeline(ask: Ask, documents: Documents) -> ColumnElement[str]:
    """The timeline of documents."""
    unit = term(ask["by"].known)
    dated = by_span(documents, unit).cte(nesting=True)
    known = or_(dated.c.starts.isnot(None), dated.c.ends.isnot(None))
    lowest, highest = func.coalesce(dated.c.starts, dated.c.ends), func.coalesce(dated.c.ends, dated.c.starts)
    span = select(func.min(lowest).label("lowest"), func.max(highest).label("highest")).where(known).cte(nesting=True)
    is_range = and_(known, or_(dated.c.starts.is_(None), dated.c.ends.is_(None), dated.c.starts != dated.c.ends))
    none = literal(0)

    def of(number: ColumnElement[Any], *, certain: Any = none, started: Any = none, where: ColumnElement[bool]) -> Any:
        columns = (number.label("number"), certain.label("certain"), started.label("started"))
        return select(*columns).select_from(dated.join(span, literal(1) == 1)).where(where)

    counts = union_all(
        of(dated.c.starts, certain=dated.c.documents, where=dated.c.starts == dated.c.ends),
        of(func.coalesce(dated.c.starts, span.c.lowest), started=dated.c.documents, where=is_range),
        of(func.coalesce(dated.c.ends, span.c.highest) + 1, started=-dated.c.documents, where=is_range),
    ).cte(nesting=True)
    unknown = func.coalesce(func.sum(dated.c.documents), 0)
    undated = select(unknown).select_from(dated).where(~known).correlate_except(dated).scalar_subquery()
    below = ask.below(_Row(unit, span, counts, undated))
    return as_subquery(select(below).add_cte(*documents.shared, dated, span, counts))


def _buckets(row: _Row, ask: Ask) -> ColumnElement[str]:
    """The buckets from the first document's to the last one's, in order; those without documents too."""
    first, offset = whole(ask, "first", BUCKETS_MAX), whole(ask, "offset", OFFSET_MAX)

    def numbers(variables: Mapping[str, Any]) -> list[int]:
        start = offset(variables)
        return list(range(start, start + first(variables)))

    steps = each(ask.bind(lambda variables: dump(numbers(variables)), Text())).table_valued("value")
    number = row.span.c.lowest + type_coerce(steps.c.value, Integer)
    shown = (
        select(number.label("number"), literal(0).label("certain"), literal(0).label("started"), literal(1).label("is_shown"))
        .select_from(row.span.join(steps, literal(1) == 1))
        .where(number <= row.span.c.highest)
    )
    counts = row.counts
    every = union_all(select(counts.c.number, counts.c.certain, counts.c.started, literal(0)), shown).subquery()
    at, certain, started, is_shown = every.c
    possible = func.sum(func.sum(started)).over(order_by=at)
    summed = select(
        at.label("number"), func.sum(certain).label("certain"), possible.label("possible"), func.max(is_shown).label("is_shown")
    )
    sums = summed.group_by(at).subquery()
    limit = ask.planner.bind(first, Integer())
    total = select(*sums.c).where(sums.c.is_shown == 1).order_by(sums.c.number).limit(limit).subquery()
    with ask.rows(first):
        bucket = _bucket(total.c.number, row.unit, total.c.certain, total.c.possible)
        item = select(ask.below(bucket).label("item")).select_from(total).subquery()
    return as_subquery(select(json_array(json_text(item.c.item))))


def _bucket_count(row: _Row, _: Ask) -> ColumnElement[int]:
    """How many buckets there are from the first document's to the last one's."""
    return select(func.coalesce(row.span.c.highest - row.span.c.lowest + 1, 0)).scalar_subquery()


@strawberry.type(description="A piece of time, and how many documents there are in it.")
class TimelineBucket:
    earliest = field(Date, lambda row, _: iso_day(row.first_day), "Its first day.")
    latest = field(Date, lambda row, _: iso_day(row.last_day), "Its last day.")
    edtf = field(str, lambda row, _: row.edtf, "The same as EDTF, to be given as `filter: {date: {edtf: …}}`.")
    certain_count = field(int, lambda row, _: row.certain, "How many documents surely fall into it.")
    possible_count = field(
        int,
        lambda row, _: row.possible,
        "How many more may fall into it: their dates are ranges that touch it, but go beyond.",
    )


@strawberry.type(description="How documents are spread over time.")
class Timeline:
    buckets = field(list[TimelineBucket], _buckets, args=_BUCKETS_ARGUMENTS)
    bucket_count = field(int, _bucket_count)
    undated_count = field(int, lambda row, _: row.undated, "How many documents have no date, or one of which no day is known.")
