"""Filters and orders: the input types, and what each member means in SQL. One filter type for a thing, wherever it is listed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

import orjson
import strawberry
from sqlalchemy import BigInteger, ColumnElement, Text, and_, case, cast, exists, false, func, not_, null, or_, select, true
from sqlalchemy.sql.selectable import NamedFromClause

from data import tables
from data.dates import NotEdtf, parse_period
from data.errors import InvalidArgument
from data.search import columns
from data.search.columns import Subject
from data.text import fold
from schema.arguments import Arg, Getter
from schema.fields import Argument
from schema.functions import chained, members
from schema.listing import Key, Order
from schema.pages import PAGE_ARGUMENTS
from schema.plan import Ask
from schema.redirects import resolved_members
from schema.vocabulary import PersonKind, Role, TopicKind

DOCUMENTS = tables.table(tables.Document)
PEOPLE = tables.table(tables.Person)
TOPICS = tables.table(tables.Topic)
PARTS = tables.table(tables.Participation)
DOCUMENT_PEOPLE = tables.table(tables.DocumentPerson)
DOCUMENT_TOPICS = tables.table(tables.DocumentTopic)
DOCUMENT_LANGUAGES = tables.table(tables.DocumentLanguage)
DESCENT = tables.table(tables.TopicDescent)
BROADER = tables.table(tables.TopicBroader)
GENRES = tables.table(tables.Genre)
IDENTIFIERS = tables.table(tables.Identifier)
NAMES = tables.table(tables.Name)


@strawberry.enum(description="How a document's date and a given period must lie to each other.")
class DateMatch(Enum):
    OVERLAPS = strawberry.enum_value(
        "OVERLAPS", description="The document may fall into the period: they share at least one day."
    )
    WITHIN = strawberry.enum_value("WITHIN", description="The document surely falls into the period: all its days are in it.")


@strawberry.enum(description="Whether a document falls into a period that it was found by.")
class DateFit(Enum):
    CERTAIN = strawberry.enum_value("CERTAIN", description="All days that it may be of are in the period.")
    POSSIBLE = strawberry.enum_value("POSSIBLE", description="It may be of a day in the period, or of one outside.")


@strawberry.enum(description="Upwards or downwards.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="Earliest, first or smallest at the start.")
    DESC = strawberry.enum_value("DESC", description="Latest, last or largest at the start.")


RELEVANCE = (
    "How well it fits the search (BM25), the best first; only with `search`. Exact for searches of up to 50,000 hits (unless the "
    "server is set otherwise). Of more, these are ranked: the 50,000 that were loaded first, and as many that have all words in "
    "one field that counts more (title, names, topics), or one side of an `OR`. The rest follow as they were loaded. Counts, "
    "facets and pages are always exact."
)


@strawberry.enum(description="What documents can be ordered by. What has no such value comes last in both directions.")
class DocumentOrderField(Enum):
    DATE = strawberry.enum_value("DATE", description="The earliest day that the date may be.")
    DATE_LATEST = strawberry.enum_value("DATE_LATEST", description="The latest day that the date may be.")
    TITLE = strawberry.enum_value("TITLE", description="The title, without regard to case, accents and leading punctuation.")
    POSITION = strawberry.enum_value("POSITION", description="The place in the source's own order.")
    RELEVANCE = strawberry.enum_value("RELEVANCE", description=RELEVANCE)


@strawberry.enum(description="What people and topics can be ordered by.")
class NameOrderField(Enum):
    NAME = strawberry.enum_value(
        "NAME", description="The preferred name, without regard to case, accents and leading punctuation."
    )
    RELEVANCE = strawberry.enum_value("RELEVANCE", description=RELEVANCE)


def _optional(description: str, *, name: str | None = None) -> Any:
    return strawberry.field(description=description, default=None, name=name)


@strawberry.input(description="An order of documents.")
class DocumentOrder:
    field: DocumentOrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection = strawberry.field(description="Which way.", default=OrderDirection.ASC)


@strawberry.input(description="An order of people or of topics.")
class NameOrder:
    field: NameOrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection = strawberry.field(description="Which way.", default=OrderDirection.ASC)


@strawberry.input(description="A period, and how a document's date must lie to it.")
class DateFilter:
    edtf: str = strawberry.field(description="A date or an interval in EDTF: `1950`, `1950-06/1951-07`, `1950-06-25/..`.")
    match: DateMatch = strawberry.field(description="Sharing a day, or wholly inside.", default=DateMatch.OVERLAPS)
    include_undated: bool = strawberry.field(description="Whether documents without a date match too.", default=False)


@strawberry.input(description="People who have a part in a document, and in which role.")
class PersonCriterion:
    id: list[strawberry.ID] | None = _optional("One of these people (a global id or the record's own).")
    role: list[Role] | None = _optional("In one of these roles.")


@strawberry.input(description="Topics that a document treats.")
class TopicCriterion:
    id: list[strawberry.ID] = strawberry.field(description="One of these topics (a global id or the record's own).")
    include_narrower: bool = strawberry.field(description="Or one of those below them.", default=False)


@strawberry.input(description="Which documents. All members that are given must hold.")
class DocumentFilter:
    id: list[strawberry.ID] | None = _optional("One of these documents (a global id or the record's own).")
    date: DateFilter | None = _optional("Dated in a period.")
    dated: bool | None = _optional("With a date, or without one.")
    genre: list[str] | None = _optional("Of one of these genres, without regard to case and accents.")
    language: list[str] | None = _optional("With one of these languages (BCP 47; `zh` finds `zh-Hant` too).")
    person: PersonCriterion | None = _optional("With one of these people, in one of these roles.")
    topic: TopicCriterion | None = _optional("On one of these topics.")
    identifier: list[str] | None = _optional("With one of these identifiers, as `scheme:value`.")
    and_: list["DocumentFilter"] | None = _optional("All of these hold.", name="and")
    or_: list["DocumentFilter"] | None = _optional("At least one of these holds; none does if the list is empty.", name="or")
    not_: "DocumentFilter | None" = _optional("This does not hold.", name="not")


@strawberry.input(description="Which people. All members that are given must hold.")
class PersonFilter:
    id: list[strawberry.ID] | None = _optional("One of these people (a global id or the record's own).")
    kind: list[PersonKind] | None = _optional("Of one of these kinds.")
    name: list[str] | None = _optional("With one of these names, preferred or other, without regard to case and accents.")
    role: list[Role] | None = _optional("With a part in some document in one of these roles.")
    identifier: list[str] | None = _optional("With one of these identifiers, as `scheme:value`.")
    and_: list["PersonFilter"] | None = _optional("All of these hold.", name="and")
    or_: list["PersonFilter"] | None = _optional("At least one of these holds; none does if the list is empty.", name="or")
    not_: "PersonFilter | None" = _optional("This does not hold.", name="not")


@strawberry.input(description="Which topics. All members that are given must hold.")
class TopicFilter:
    id: list[strawberry.ID] | None = _optional("One of these topics (a global id or the record's own).")
    kind: list[TopicKind] | None = _optional("Of one of these kinds.")
    name: list[str] | None = _optional("With one of these names, preferred or other, without regard to case and accents.")
    below: list[strawberry.ID] | None = _optional("Somewhere below one of these topics (a global id or the record's own).")
    identifier: list[str] | None = _optional("With one of these identifiers, as `scheme:value`.")
    and_: list["TopicFilter"] | None = _optional("All of these hold.", name="and")
    or_: list["TopicFilter"] | None = _optional("At least one of these holds; none does if the list is empty.", name="or")
    not_: "TopicFilter | None" = _optional("This does not hold.", name="not")


SEARCH_DESCRIPTION = (
    'Only what is found by this search: words, all of which must stand in it (`korea talks`), `"phrases"`, `OR` between two, '
    "`-not`, `prefix*`, and fields: {}. Everything else is text. Case, accents and kinds of apostrophes make no difference."
)


def _list_arguments(thing: str, filter_: Any, order: Any, default_order: str, subject: Subject) -> dict[str, Argument]:
    return {
        "filter": Argument(filter_ | None, f"Which {thing}; all, if it is left out."),
        "search": Argument(str | None, SEARCH_DESCRIPTION.format(", ".join(f"`{name}:`" for name in subject.field_names()))),
        "orderBy": Argument(
            order | None, f"In which order; with a search by relevance, else {default_order}, if it is left out."
        ),
        **PAGE_ARGUMENTS,
    }


DOCUMENT_ARGUMENTS = _list_arguments("documents", DocumentFilter, DocumentOrder, "as they were loaded", columns.DOCUMENT)
PERSON_ARGUMENTS = _list_arguments("people", PersonFilter, NameOrder, "the list's own order", columns.PERSON)
TOPIC_ARGUMENTS = _list_arguments("topics", TopicFilter, NameOrder, "the list's own order", columns.TOPIC)
ROLE_ARGUMENT = {"role": Argument(list[Role] | None, "Only in one of these roles.")}

Table = NamedFromClause
Rule = Callable[[Ask, Any, Arg], ColumnElement[bool]]


def json_bind(ask: Ask, arg: Arg, convert: Callable[[Any], Any] = lambda item: item) -> ColumnElement[Any]:
    """A list argument as one placeholder: a JSON list, each member converted."""
    return ask.bind(lambda variables: dump(map(convert, arg.get(variables) or ())), Text())


def dump(items: Any) -> str:
    return orjson.dumps(list(items)).decode()


def spellings(type_name: str, id_: str) -> list[str]:
    """The record ids that an id may mean: what stands behind `Document:` in a global id, and the text itself.

    >>> spellings("Person", "Person:stalin")
    ['stalin', 'Person:stalin']
    """
    bare = id_.removeprefix(f"{type_name}:")
    return [bare] if bare == id_ else [bare, id_]


def among_ids(ask: Ask, arg: Arg, type_name: str, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """The column is one of the given ids, global or the records' own."""

    def get(variables: Mapping[str, Any]) -> str:
        return dump(spelling for id_ in arg.get(variables) for spelling in spellings(type_name, id_))

    return column.in_(resolved_members(type_name, ask.bind(get, Text())))


def among_terms(ask: Ask, arg: Arg, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """The column is one of the given enum values."""
    return column.in_(members(json_bind(ask, arg, term)))


def term(value: Any) -> str:
    """An enum value as the store keeps it."""
    return str(getattr(value, "value", value))


def _own_id(type_name: str) -> Rule:
    return lambda ask, row, arg: among_ids(ask, arg, type_name, row.c.key)


def _kind(ask: Ask, row: Any, arg: Arg) -> ColumnElement[bool]:
    return among_terms(ask, arg, row.c.kind)


def _period(arg: Arg) -> Getter:
    def get(variables: Mapping[str, Any]) -> Any:
        try:
            return parse_period(arg.get(variables))
        except NotEdtf as error:
            hint = "Write `1950`, `1950-06` or `1950-06-25/1951-07`; for several periods, several filters inside `or`."
            raise InvalidArgument(f"`{arg.name}`: {error}", hint=hint) from None

    return get


def _date(ask: Ask, row: Any, arg: Arg) -> ColumnElement[bool]:
    period = _period(arg["edtf"])
    found = (within if term(arg["match"].known) == "WITHIN" else overlaps)(ask, row, period)
    return or_(found, row.c.date_edtf.is_(None)) if arg["includeUndated"].known else found


def _days(ask: Ask, period: Getter) -> tuple[ColumnElement[int], ColumnElement[int]]:
    first = ask.bind(lambda v: _or(period(v).first_day, tables.FIRST), BigInteger())
    return first, ask.bind(lambda v: _or(period(v).last_day, tables.LAST), BigInteger())


def days_of(ask: Ask, arg: Arg) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The first and last day of the period that a date filter asks for."""
    return _days(ask, _period(arg["edtf"]))


def date_match(ask: Ask, row: Any, periods: Sequence[Getter]) -> ColumnElement[str]:
    """Whether a document surely falls into all the periods; null without one, or without a date."""
    if not periods:
        return cast(null(), Text())
    surely = and_(*(within(ask, row, period) for period in periods))
    return case((row.c.date_edtf.is_(None), null()), (surely, "CERTAIN"), else_="POSSIBLE")


def periods_of(filter_: Arg) -> list[Getter]:
    """The periods that a filter has all documents fall into."""
    return [_period(arg["edtf"]) for key, arg in conditions(filter_) if key == "date"]


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


def _dated(_: Ask, row: Any, arg: Arg) -> ColumnElement[bool]:
    found: ColumnElement[bool] = row.c.date_edtf.isnot(None) if arg.known else row.c.date_edtf.is_(None)
    return found


def _genre(ask: Ask, row: Any, arg: Arg) -> ColumnElement[bool]:
    return and_(row.c.genre_id.isnot(None), genre_fits(ask, row.c.genre_id, arg))


def genre_fits(ask: Ask, genre_id: ColumnElement[int], arg: Arg) -> ColumnElement[bool]:
    """A genre is one of those asked for."""
    return genre_id.in_(select(GENRES.c.id).where(GENRES.c.folded.in_(members(json_bind(ask, arg, fold)))))


def _language(ask: Ask, row: Any, arg: Arg) -> ColumnElement[bool]:
    spoken = DOCUMENT_LANGUAGES.alias()
    every = select(DOCUMENT_LANGUAGES.alias().c.language).distinct().subquery()  # few, each compared once
    wanted = select(every.c.language).where(language_fits(ask, every.c.language, arg))
    return _among(row, select(spoken.c.document_id).where(spoken.c.language.in_(wanted)))


def language_fits(ask: Ask, language: ColumnElement[str], arg: Arg) -> ColumnElement[bool]:
    """A language is one of those asked for, or a kind of it."""
    wanted = members(json_bind(ask, arg, str.lower)).subquery()
    tag = func.lower(language)
    fits = or_(tag == wanted.c.value, func.substr(tag, 1, func.length(wanted.c.value) + 1) == wanted.c.value + "-")
    return exists(select(1).select_from(wanted).where(fits).correlate_except(wanted))


def role_rule(ask: Ask, arg: Arg, column: ColumnElement[Any]) -> ColumnElement[bool]:
    """The column is one of the given roles; any, if none are given."""
    return true() if arg.is_null else among_terms(ask, arg, column)


def _person(ask: Ask, row: Any, arg: Arg) -> ColumnElement[bool]:
    part = PARTS.alias()
    in_role = role_rule(ask, arg["role"], part.c.role)
    if arg["id"].is_null:
        return exists(select(1).select_from(part).where(part.c.document_id == row.c.id, in_role).correlate(row))
    wanted = select(PEOPLE.c.id).where(among_ids(ask, arg["id"], "Person", PEOPLE.c.key))
    return _among(row, select(part.c.document_id).where(part.c.person_id.in_(wanted), in_role))


def _among(row: Any, owners: Any) -> ColumnElement[bool]:
    """The row is one of these: found by their index, and not by asking of each row of the table whether it is."""
    return and_(row.c.id.in_(owners.correlate(None)))


def _topic(ask: Ask, row: Any, arg: Arg) -> ColumnElement[bool]:
    link = DOCUMENT_TOPICS.alias()
    wanted = select(TOPICS.c.id).where(among_ids(ask, arg["id"], "Topic", TOPICS.c.key))
    if arg["includeNarrower"].known:
        wanted = select(DESCENT.c.topic_id).where(DESCENT.c.ancestor_id.in_(wanted))
    return _among(row, select(link.c.document_id).where(link.c.topic_id.in_(wanted)))


def _identifier(owner: str) -> Rule:
    def rule(ask: Ask, row: Any, arg: Arg) -> ColumnElement[bool]:
        known = IDENTIFIERS.alias()
        wanted = members(json_bind(ask, arg))
        values = members(json_bind(ask, arg, lambda text: text.partition(":")[2]))  # what the index is by
        fits = and_(known.c.value.in_(values), (known.c.scheme + ":" + known.c.value).in_(wanted), known.c[owner].isnot(None))
        return _among(row, select(known.c[owner]).where(fits))

    return rule


def _name(owner: str) -> Rule:
    def rule(ask: Ask, row: Any, arg: Arg) -> ColumnElement[bool]:
        other = NAMES.alias()
        wanted = members(json_bind(ask, arg, fold))
        named = select(other.c[owner]).where(other.c.folded.in_(wanted), other.c[owner].isnot(None))
        return or_(row.c.folded.in_(wanted), _among(row, named))

    return rule


def _any_role(ask: Ask, row: Any, arg: Arg) -> ColumnElement[bool]:
    part = PARTS.alias()
    found = select(1).select_from(part).where(part.c.person_id == row.c.id, among_terms(ask, arg, part.c.role))
    return exists(found.correlate(row))


def _below(ask: Ask, row: Any, arg: Arg) -> ColumnElement[bool]:
    above = select(TOPICS.c.id).where(among_ids(ask, arg, "Topic", TOPICS.c.key))
    below = select(DESCENT.c.topic_id).where(DESCENT.c.ancestor_id.in_(above), DESCENT.c.ancestor_id != DESCENT.c.topic_id)
    found: ColumnElement[bool] = row.c.id.in_(below)
    return found


DOCUMENT_RULES: Mapping[str, Rule] = {
    "id": _own_id("Document"),
    "date": _date,
    "dated": _dated,
    "genre": _genre,
    "language": _language,
    "person": _person,
    "topic": _topic,
    "identifier": _identifier("document_id"),
}
PERSON_RULES: Mapping[str, Rule] = {
    "id": _own_id("Person"),
    "kind": _kind,
    "name": _name("person_id"),
    "role": _any_role,
    "identifier": _identifier("person_id"),
}
TOPIC_RULES: Mapping[str, Rule] = {
    "id": _own_id("Topic"),
    "kind": _kind,
    "name": _name("topic_id"),
    "below": _below,
    "identifier": _identifier("topic_id"),
}


Conditions = Iterable[tuple[str, Arg]]


def conditions(arg: Arg) -> Iterator[tuple[str, Arg]]:
    """The members of a filter that all must hold: its own, and those inside `and`, however deep."""
    for key, member in arg.given():
        if key == "and":
            for part in member.parts:
                yield from conditions(part)
        else:
            yield key, member


def all_hold(ask: Ask, row: Any, members: Conditions, rules: Mapping[str, Rule]) -> ColumnElement[bool]:
    """What members of a filter mean for a row; none hold for all."""

    def holds(key: str, member: Arg) -> ColumnElement[bool]:
        if key == "or":
            return chained(or_, [false(), *(all_hold(ask, row, conditions(part), rules) for part in member.parts)])
        if key == "not":
            return not_(all_hold(ask, row, conditions(member), rules))
        return rules[key](ask, row, member)

    return chained(and_, [true(), *(holds(key, member) for key, member in members)])


DOCUMENT_KEYS = {
    "DATE": ("earliest_rising", "earliest_falling", int),
    "DATE_LATEST": ("latest_rising", "latest_falling", int),
    "TITLE": ("sort_title", "sort_title", str),
    "POSITION": ("position_rising", "position_falling", int),
}
NAME_KEYS = {"NAME": ("sort_name", "sort_name", str)}


def order(row: Any, arg: Arg, keys: Mapping[str, tuple[str, str, type]], default: Order) -> Order:
    """The order that is asked for, by the columns of the row."""
    if arg.is_null or term(arg["field"].known) == "RELEVANCE":
        return default
    name, falling = term(arg["field"].known), term(arg["direction"].known) == "DESC"
    rising_column, falling_column, kind = keys[name]
    column = row.c[falling_column if falling else rising_column]
    return Order(name, (Key(column, kind),), falling)
