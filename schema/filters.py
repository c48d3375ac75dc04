"""What each member of a filter or of an order (`schema.criteria`) means in SQL."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Text, and_, exists, false, func, not_, or_, select, true
from sqlalchemy.sql.selectable import NamedFromClause

from data import tables
from data.text import fold
from schema.arguments import Arg, Getter
from schema.functions import chained, members
from schema.listing import Key, Order
from schema.periods import overlaps, period_of, within
from schema.plan import Ask
from schema.redirects import resolved_members

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


def _date(ask: Ask, row: Any, arg: Arg) -> ColumnElement[bool]:
    period = period_of(arg["edtf"])
    found = (within if term(arg["match"].known) == "WITHIN" else overlaps)(ask, row, period)
    return or_(found, row.c.date_edtf.is_(None)) if arg["includeUndated"].known else found


def periods_of(filter_: Arg) -> list[Getter]:
    """The periods that a filter has all documents fall into."""
    return [period_of(arg["edtf"]) for key, arg in conditions(filter_) if key == "date"]


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
