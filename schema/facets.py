"""Facets: how the documents of a whole list are spread over people, topics, genres, languages and years.

Each is a connection; it leaves out its own filter, so that several values can be chosen one after the other, and says which are.
"""

from collections.abc import Callable
from typing import Any

import strawberry
from sqlalchemy import BigInteger, ColumnElement, Select, Text, and_, cast, exists, func, literal, select

from data.search.columns import PERSON, TOPIC, Subject
from data.search.index import search_table
from data.search.language import beginning
from schema.arguments import Arg
from schema.fields import Argument, field
from schema.filters import (
    DOCUMENT_LANGUAGES,
    DOCUMENT_TOPICS,
    DOCUMENTS,
    GENRES,
    PARTS,
    PEOPLE,
    PERSON_ARGUMENTS,
    ROLE_ARGUMENT,
    TOPIC_ARGUMENTS,
    TOPICS,
    among_ids,
    among_terms,
    days_of,
    genre_fits,
    language_fits,
    role_rule,
)
from schema.functions import year_of
from schema.lists import PERSON_KIND, TOPIC_KIND, counted_listing
from schema.pages import PAGE_ARGUMENTS, EdgeRow, Key, Listing, Order, PageView, connection
from schema.plan import Ask
from schema.types import DOCUMENT_COUNT, DOCUMENT_PEOPLE, connection_types
from schema.vocabulary import TopicKind

YEARS_MAX = 200
"""A document whose date is a longer range than this is counted in its first years only."""

Chosen = Callable[[EdgeRow], ColumnElement[bool]]
PREFIX = {"prefix": Argument(str | None, "Only those of which a name has a word that begins so.")}


def _found(view: PageView, member: str) -> Any:
    """The ids of all documents of the list, found without a member of its filter."""
    wanted = view.ask["filter"]
    listing = view.all
    if not wanted[member].is_null and listing.without:
        listing = listing.without(member)
    return listing.ids().subquery()


def _is_chosen(edge: EdgeRow, _: Ask) -> ColumnElement[bool]:
    """Whether the list is filtered by it."""
    found: ColumnElement[bool] = edge.facts(edge)
    return found


def _chosen(view: PageView, member: str, condition: Callable[[EdgeRow, Arg], ColumnElement[bool]]) -> Chosen:
    wanted = view.ask["filter"][member]
    if wanted.is_null:
        return lambda _: literal(value=False)
    return lambda edge: condition(edge, wanted)


def _node_id(edge: EdgeRow) -> ColumnElement[Any]:
    found: ColumnElement[Any] = edge.c[f"k{len(edge.view.listing.sort_keys()) - 1}"]
    return found


def _begins(ask: Ask, subject: Subject, column: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """The condition that a name begins as asked; none, if nothing is."""
    arg, words = ask["prefix"], ask.planner.words
    if arg.is_null:
        return []
    ask.steer(lambda variables: beginning(arg.get(variables), subject, words) is None)
    if beginning(arg.get(ask.planner.variables), subject, words) is None:
        return []
    index = search_table(subject).alias()
    asked = ask.bind(lambda variables: beginning(arg.get(variables), subject, words), Text())
    return [column.in_(select(index.c.rowid).where(index.c[subject.table].op("MATCH", is_comparison=True)(asked)))]


def _people(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The people with a part in these documents (`role`: in one of these roles), those with most documents first."""
    found = _found(view, "person")
    link: Any = DOCUMENT_PEOPLE.alias() if ask["role"].is_null else PARTS.alias()
    where = [link.c.person_id.isnot(None), role_rule(ask, ask["role"], link.c.role)] if "role" in link.c else []
    documents = func.count() if ask["role"].is_null else func.count(link.c.document_id.distinct())
    where += _begins(ask, PERSON, link.c.person_id)
    statement = _grouped(found, link, link.c.person_id, documents, where)

    def is_chosen(edge: EdgeRow, wanted: Arg) -> ColumnElement[bool]:
        if wanted["id"].is_null:
            return literal(value=False)
        return _one_of(edge, PEOPLE, view.ask, wanted["id"], "Person")

    chosen = _chosen(view, "person", is_chosen)
    return connection(ask, counted_listing(PERSON_KIND, ask, statement, ("documents",), edge=chosen))


def _topics(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The topics of these documents (`kind`: of one of these kinds), those with most documents first."""
    found = _found(view, "topic")
    link = DOCUMENT_TOPICS.alias()
    where = _begins(ask, TOPIC, link.c.topic_id)
    if not ask["kind"].is_null:
        of_kind = TOPICS.alias()
        where.append(link.c.topic_id.in_(select(of_kind.c.id).where(among_terms(ask, ask["kind"], of_kind.c.kind))))
    statement = _grouped(found, link, link.c.topic_id, func.count(), where)
    chosen = _chosen(view, "topic", lambda edge, wanted: _one_of(edge, TOPICS, view.ask, wanted["id"], "Topic"))
    return connection(ask, counted_listing(TOPIC_KIND, ask, statement, ("documents",), edge=chosen))


def _one_of(edge: EdgeRow, table: Any, ask: Ask, ids: Arg, type_name: str) -> ColumnElement[bool]:
    row = table.alias()
    found = select(1).select_from(row).where(row.c.id == _node_id(edge), among_ids(ask, ids, type_name, row.c.key))
    return exists(found.correlate_except(row))


def _grouped(found: Any, link: Any, node_id: Any, documents: Any, where: list[Any]) -> Select[Any]:
    return (
        select(node_id.label("node_id"), documents.label("documents"))
        .select_from(found.join(link, link.c.document_id == found.c.id))
        .where(*where)
        .group_by(node_id)
        .correlate_except(found, link)
    )


# Facets of values


def _values(ask: Ask, statement: Select[Any], kind: type[int] | type[str], chosen: Chosen) -> ColumnElement[str]:
    """A grouped statement (`node_id`, `value`, `documents`) as a list of values, the largest count first."""
    grouped = statement.subquery()
    by = Order("COUNT", (Key(grouped.c.documents),), falling=True)
    carry = {"documents": grouped.c.documents, "value": grouped.c.value}
    return connection(ask, Listing(grouped, grouped.c.node_id, None, (), by, carry, chosen, node_kind=kind))


def _genres(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The genres of these documents, those with most documents first."""
    found, row, genre = _found(view, "genre"), DOCUMENTS.alias(), GENRES.alias()
    rows = found.join(row, row.c.id == found.c.id).join(genre, genre.c.id == row.c.genre_id)
    statement = select(genre.c.id.label("node_id"), genre.c.name.label("value"), func.count().label("documents"))
    statement = statement.select_from(rows).group_by(genre.c.id).correlate_except(found, row, genre)
    chosen = _chosen(view, "genre", lambda edge, wanted: genre_fits(view.ask, _node_id(edge), wanted))
    return _values(ask, statement, int, chosen)


def _languages(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The languages of these documents, those with most documents first."""
    found, spoken = _found(view, "language"), DOCUMENT_LANGUAGES.alias()
    statement = _grouped(found, spoken, spoken.c.language, func.count(), []).add_columns(spoken.c.language.label("value"))
    chosen = _chosen(view, "language", lambda edge, wanted: language_fits(view.ask, _node_id(edge), wanted))
    return _values(ask, statement, str, chosen)


def _years(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The years that these documents may be of, those with most documents first; a range counts in each of its years."""
    found, row = _found(view, "date"), DOCUMENTS.alias()
    first, last = func.coalesce(row.c.first_day, row.c.last_day), func.coalesce(row.c.last_day, row.c.first_day)
    spans = (
        select(year_of(first).label("first"), year_of(last).label("last"), func.count().label("documents"))
        .select_from(found.join(row, row.c.id == found.c.id))
        .where(first.isnot(None))
        .group_by(year_of(first), year_of(last))
        .correlate_except(found, row)
        .cte(nesting=True)
    )
    step = select(literal(0).label("number")).cte(recursive=True, nesting=True)
    step = step.union_all(select(step.c.number + 1).where(step.c.number < YEARS_MAX - 1))
    year = cast(spans.c.first + step.c.number, BigInteger)
    statement = (
        select(year.label("node_id"), func.printf("%04d", year).label("value"), func.sum(spans.c.documents).label("documents"))
        .select_from(spans.join(step, spans.c.first + step.c.number <= spans.c.last))
        .group_by(year)
        .add_cte(spans, step)
    )

    def is_chosen(edge: EdgeRow, wanted: Arg) -> ColumnElement[bool]:
        first, last = days_of(view.ask, wanted)
        return and_(_node_id(edge) * 10000 + 101 <= last, _node_id(edge) * 10000 + 1231 >= first)

    return _values(ask, statement, int, _chosen(view, "date", is_chosen))


@strawberry.type(description="A value by which documents can be filtered: a genre, a language, a year.")
class FacetValue:
    value = field(str, lambda row, _: row.c.value, "The value, as a filter takes it.")


CHOSEN = DOCUMENT_COUNT | {"is_chosen": field(bool, _is_chosen)}
_, PersonFacetConnection = connection_types("PersonFacet", "Person", CHOSEN, "People, and how many of the documents are theirs.")
_, TopicFacetConnection = connection_types("TopicFacet", "Topic", CHOSEN, "Topics, and how many of the documents are on them.")
_, FacetValueConnection = connection_types("FacetValue", FacetValue, CHOSEN, "Values, and how many of the documents have them.")

KIND = {"kind": Argument(list[TopicKind] | None, "Only of one of these kinds.")}


@strawberry.type(description="How the documents of a list are spread; counted over all of it, not only this page.")
class DocumentFacets:
    people = field(PersonFacetConnection, _people, args=ROLE_ARGUMENT | PREFIX | PERSON_ARGUMENTS)
    topics = field(TopicFacetConnection, _topics, args=KIND | PREFIX | TOPIC_ARGUMENTS)
    genres = field(FacetValueConnection, _genres, args=PAGE_ARGUMENTS)
    languages = field(FacetValueConnection, _languages, args=PAGE_ARGUMENTS)
    years = field(FacetValueConnection, _years, args=PAGE_ARGUMENTS)
