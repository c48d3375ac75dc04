"""Periods that are asked for, and how the dates of documents lie to them."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Text, and_, case, cast, null, or_

from data import tables
from data.dates import NotEdtf, parse_period
from data.errors import InvalidArgument
from schema.arguments import Arg, Getter
from schema.plan import Ask


def period_of(arg: Arg) -> Getter:
    """The period that an argument asks for, in EDTF. Raises InvalidArgument at each run where it is none."""

    def get(variables: Mapping[str, Any]) -> Any:
        try:
            return parse_period(arg.get(variables))
        except NotEdtf as error:
            hint = "Write `1950`, `1950-06` or `1950-06-25/1951-07`; for several periods, several filters inside `or`."
            raise InvalidArgument(f"`{arg.name}`: {error}", hint=hint) from None

    return get


def _days(ask: Ask, period: Getter) -> tuple[ColumnElement[int], ColumnElement[int]]:
    first = ask.bind(lambda v: _or(period(v).first_day, tables.FIRST), BigInteger())
    return first, ask.bind(lambda v: _or(period(v).last_day, tables.LAST), BigInteger())


def days_of(ask: Ask, arg: Arg) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The first and last day of the period that a date filter asks for."""
    return _days(ask, period_of(arg["edtf"]))


def date_match(ask: Ask, row: Any, periods: Sequence[Getter]) -> ColumnElement[str]:
    """Whether a document surely falls into all the periods; null without one, or without a date."""
    if not periods:
        return cast(null(), Text())
    surely = and_(*(within(ask, row, period) for period in periods))
    return case((row.c.date_edtf.is_(None), null()), (surely, "CERTAIN"), else_="POSSIBLE")


def within(ask: Ask, row: Any, period: Getter) -> ColumnElement[bool]:
    """A document's days all lie in a period; a side that is open or unknown is never surely inside."""
    first, last = _days(ask, period)
    known = and_(row.c.first_day.isnot(None), row.c.last_day.isnot(None))
    return and_(known, row.c.first_day >= first, row.c.last_day <= last)


def overlaps(ask: Ask, row: Any, period: Getter) -> ColumnElement[bool]:
    """A document's days may lie in a period: they share one with it; a side that is open or unknown counts as without end."""
    first, last = _days(ask, period)
    starts = or_(row.c.first_day.is_(None), row.c.first_day <= last)
    ends = or_(row.c.last_day.is_(None), row.c.last_day >= first)
    return and_(row.c.date_edtf.isnot(None), starts, ends)


def _or(value: int | None, unknown: int) -> int:
    return unknown if value is None else value
