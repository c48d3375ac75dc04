"""What records consist of: dates, names, notes, identifiers, texts; and the short lists that these stand in."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NewType

import strawberry
from sqlalchemy import ColumnElement, FromClause, Integer, case, literal, or_, select

from data.errors import InvalidArgument, PageTooLarge
from schema.fields import Argument, Row, column, field
from schema.functions import Json, inline, iso_day, json_array, json_or_null
from schema.plan import Ask
from schema.vocabulary import NameKind, NoteKind, TextKind

LIST_DEFAULT_ITEMS = 100
LIST_MAX_ITEMS = 1000
LIST_ARGUMENTS = {
    "first": Argument(int, f"How many at most, 0 to {LIST_MAX_ITEMS}.", LIST_DEFAULT_ITEMS),
    "offset": Argument(int, "How many to leave out at the start.", 0),
}
OFFSET_MAX = 2**31 - 1


Date = NewType("Date", str)
DateTime = NewType("DateTime", str)


def utc(text: str) -> str:
    """A time as the store keeps it. Raises ValueError for a text that is no time, or has no offset.

    >>> utc("2026-11-25T23:00:00+01:00")
    '2026-11-25T22:00:00.000000Z'
    """
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError("A time needs its offset, such as `Z`.")
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


SCALARS: dict[object, Any] = {
    Date: strawberry.scalar(
        name="Date",
        description="A day as ISO 8601 writes it: `1949-12-09`. Years before 0 have a sign and count astronomically (`-0043` is "
        "44 BCE); years beyond 9999 are written with all their digits.",
        serialize=str,
        parse_value=str,
    ),
    DateTime: strawberry.scalar(
        name="DateTime",
        description="A time as ISO 8601 writes it, with its offset: `2026-11-25T21:50:11Z`. Answers are in UTC.",
        serialize=str,
        parse_value=utc,
    ),
}


def whole(ask: Ask, name: str, at_most: int) -> Any:
    """A number among the arguments, 0 to the most allowed, as something that is found at each run."""

    def get(variables: Mapping[str, Any]) -> int:
        size: int = ask[name].get(variables)
        if size < 0:
            raise InvalidArgument(f"`{name}` is {size}, below 0.", hint="Count from the start, from 0.")
        if size > at_most:
            hint = "Ask for a part of the list, with `offset`." if "offset" in ask.args else "Ask for fewer."
            raise PageTooLarge(f"`{name}` is {size}, above {at_most}.", hint=hint)
        return size

    return ask.late(get)


def plain_list(ask: Ask, row: FromClause, *conditions: ColumnElement[bool]) -> ColumnElement[str]:
    """A short list without cursors, in the order of the record: `first` and `offset` bound it."""
    first = whole(ask, "first", LIST_MAX_ITEMS)
    offset = whole(ask, "offset", OFFSET_MAX)
    with ask.rows(first):
        item = ask.below(row).label("item")
    wanted = (
        select(item)
        .select_from(row)
        .where(*conditions)
        .order_by(row.c.position)
        .limit(ask.planner.bind(first, Integer()))
        .offset(ask.planner.bind(offset, Integer()))
        .correlate_except(row)
        .subquery()
    )
    return as_subquery(select(json_array(json_text(wanted.c.item))).correlate_except(wanted))


def json_text(value: ColumnElement[Any]) -> ColumnElement[str]:
    """The same expression, known to be JSON."""
    value.type = Json()
    return value


def as_subquery(statement: Any) -> ColumnElement[str]:
    """The JSON text that a statement always selects, as an expression."""
    return json_text(statement.scalar_subquery())


def one(ask: Ask, row: FromClause, *conditions: ColumnElement[bool], as_type: str | None = None) -> ColumnElement[str]:
    """The object of the one row that the conditions find, or null."""
    below = ask.below(row, as_type=as_type)
    return json_or_null(select(below).select_from(row).where(*conditions).correlate_except(row))


def items_of(table: Any, owner: str) -> Any:
    """The SQL of a list of facts in a table of their own."""

    def sql(row: Row, ask: Ask) -> ColumnElement[str]:
        items = table.alias()
        return plain_list(ask, items, items.c[owner] == row.c.id)

    return sql


# Dates


@dataclass(frozen=True)
class DateColumns:
    """The row that a HistoricalDate hangs on: the columns that a date is kept in, whatever they are called."""

    edtf: ColumnElement[Any]
    label: ColumnElement[Any]
    is_printed: ColumnElement[bool]
    first_day: ColumnElement[Any]
    last_day: ColumnElement[Any]

    @classmethod
    def of(cls, row: Row, prefix: str, days: str = "") -> "DateColumns":
        c = row.c
        printed = c[f"{prefix}is_printed"] if f"{prefix}is_printed" in c else literal(value=False)
        return cls(c[f"{prefix}edtf"], c[f"{prefix}label"], printed, c[f"{days}first_day"], c[f"{days}last_day"])


def date_of(prefix: str, days: str = "") -> Any:
    def sql(row: Row, ask: Ask) -> ColumnElement[str]:
        date = DateColumns.of(row, prefix, days)
        return json_text(case((date.edtf.is_(None), inline("null")), else_=ask.below(date)))

    return sql


def _has(date: DateColumns, *signs: str) -> ColumnElement[bool]:
    return or_(*(date.edtf.contains(sign, autoescape=True) for sign in signs))


@strawberry.type(
    description="A date as history has it: perhaps a range, approximate or uncertain. Nothing here is more exact than the source."
)
class HistoricalDate:
    label = field(
        str,
        lambda row, _: row.label,
        "For people: what the source prints; where it prints nothing, made from the EDTF in English.",
    )
    verbatim = field(
        str | None,
        lambda row, _: case((row.is_printed, row.label)),
        "What the source prints, byte for byte; null where only the EDTF is known.",
    )
    edtf = field(
        str,
        lambda row, _: row.edtf,
        "Extended Date/Time Format, levels 0 to 2 (https://www.loc.gov/standards/datetime/).",
    )
    earliest = field(
        Date | None,
        lambda row, _: iso_day(row.first_day),
        "The earliest day that it may be; null if that is open, unknown or cannot be told.",
    )
    latest = field(
        Date | None,
        lambda row, _: iso_day(row.last_day),
        "The latest day that it may be; null if that is open, unknown or cannot be told.",
    )
    is_approximate = field(bool, lambda row, _: _has(row, "~", "%"), "Whether the source says “about” of it or of a part of it.")
    is_uncertain = field(bool, lambda row, _: _has(row, "?", "%"), "Whether the source doubts it or a part of it.")


# Facts


@strawberry.type(description="An identifier in somebody's scheme, such as `wikidata` or `doi`.")
class Identifier:
    scheme = field(str, column("scheme"), "The scheme.")
    value = field(str, column("value"), "The identifier in this scheme.")


@strawberry.type(description="A remark on a record.")
class Note:
    kind = field(NoteKind, column("kind"), "What sort of remark.")
    text = field(str, column("text"), "The remark.")


@strawberry.type(description="Another name of a person or a topic.")
class Name:
    name = field(str, column("name"), "The name.")
    kind = field(NameKind, column("kind"), "What sort of name.")
    language = field(str | None, column("language"), "Its language (BCP 47), where known.")
    from_ = field(HistoricalDate | None, date_of("from_", "from_"), "Since when it was used, where known.", name="from")
    to = field(HistoricalDate | None, date_of("to_", "to_"), "Until when it was used, where known.")


@strawberry.type(description="A text of a document.")
class Text:
    kind = field(TextKind, column("kind"), "What sort of text.")
    language = field(str | None, column("language"), "Its language (BCP 47), where known.")
    body = field(str, column("body"), "The text, byte for byte.")
    translator = field(str | None, column("translator"), "Who translated it, as the record says.")
