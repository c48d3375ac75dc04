"""Facets: how the documents of a whole list are spread over people, topics, genres, languages and years.

Each is a connection; it leaves out its own filter, so that several values can be chosen one after the other, and says which are.
"""

from collections.abc import Callable
from typing import Any

import strawberry
from sqlalchemy import CTE, BigInteger, ColumnElement, FromClause, Text, and_, cast, exists, func, literal, select

from data.search.columns import PERSON, TOPIC, Subject
from data.search.index import search_table
from data.search.language import beginning
from schema.arguments import Arg
from schema.fields import Argument, field
from schema.filters import (
    GENRES,
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
)
from schema.lists import PERSON_KIND, TOPIC_KIND, counted_listing
from schema.pages import PAGE_ARGUMENTS, EdgeRow, Key, Listing, Order, PageView, connection
from schema.plan import Ask
from schema.spread import Documents, by_genre, by_language, by_person, by_span, by_topic
from schema.timeline import year_edtf
from schema.types import DOCUMENT_COUNT, connection_types
from schema.vocabulary import TopicKind

YEARS_MAX = 200
"""A document whose date is a longer range than this is counted in its first years only."""

Chosen = Callable[[EdgeRow], ColumnElement[bool]]
PREFIX = {"prefix": Argument(str | None, "Only those of which a name has a word that begins so.")}


def _found(view: PageView, member: str) -> Documents:
    """All documents of the list, found without a member of its filter."""
    if view.ask["filter"][member].is_null or not view.all.without:
        return Documents.of(view.ask, view.all.ids(), view.gathered)
    return Documents.of(view.ask, view.all.without(member).ids())


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
    counts = by_person(ask, found).cte(nesting=True)

    def is_chosen(edge: EdgeRow, wanted: Arg) -> ColumnElement[bool]:
        if wanted["id"].is_null:
            return literal(value=False)
        return _one_of(edge, PEOPLE, view.ask, wanted["id"], "Person")

    where, chosen = _begins(ask, PERSON, counts.c.node_id), _chosen(view, "person", is_chosen)
    more: dict[str, Any] = {"where": where, "edge": chosen, "shared": found.shared, "within": view.listing.search}
    return connection(ask, counted_listing(PERSON_KIND, ask, counts, ("documents",), **more))


def _topics(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The topics of these documents (`kind`: of one of these kinds), those with most documents first."""
    found = _found(view, "topic")
    counts = by_topic(found).cte(nesting=True)
    where = _begins(ask, TOPIC, counts.c.node_id)
    if not ask["kind"].is_null:
        of_kind = TOPICS.alias()
        where.append(counts.c.node_id.in_(select(of_kind.c.id).where(among_terms(ask, ask["kind"], of_kind.c.kind))))
    chosen = _chosen(view, "topic", lambda edge, wanted: _one_of(edge, TOPICS, view.ask, wanted["id"], "Topic"))
    more: dict[str, Any] = {"where": where, "edge": chosen, "shared": found.shared, "within": view.listing.search}
    return connection(ask, counted_listing(TOPIC_KIND, ask, counts, ("documents",), **more))


def _one_of(edge: EdgeRow, table: Any, ask: Ask, ids: Arg, type_name: str) -> ColumnElement[bool]:
    row = table.alias()
    found = select(1).select_from(row).where(row.c.id == _node_id(edge), among_ids(ask, ids, type_name, row.c.key))
    return exists(found.correlate_except(row))


# Facets of values


def _values(view: PageView, shared: tuple[CTE, ...], chosen: Chosen, rows: FromClause, value: Any) -> Listing:
    """Counted values (`node_id`, `documents` of the last that is shared), largest count first; `value` is what each is called."""
    counts = shared[-1]
    by = Order("COUNT", (Key(counts.c.documents),), falling=True)
    carry = {"documents": counts.c.documents, "value": value}
    kind = str if isinstance(counts.c.node_id.type, Text) else int
    facts = (by, carry, chosen)
    return Listing(rows, counts.c.node_id, None, (), *facts, node_kind=kind, shared=shared, within=view.listing.search)


def _genres(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The genres of these documents, those with most documents first."""
    found, genre = _found(view, "genre"), GENRES.alias()
    counts = by_genre(found).cte(nesting=True)
    chosen = _chosen(view, "genre", lambda edge, wanted: genre_fits(view.ask, _node_id(edge), wanted))
    rows = counts.join(genre, genre.c.id == counts.c.node_id)
    return connection(ask, _values(view, (*found.shared, counts), chosen, rows, genre.c.name))


def _languages(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The languages of these documents, those with most documents first."""
    found = _found(view, "language")
    counts = by_language(found).cte(nesting=True)
    chosen = _chosen(view, "language", lambda edge, wanted: language_fits(view.ask, _node_id(edge), wanted))
    return connection(ask, _values(view, (*found.shared, counts), chosen, counts, counts.c.node_id))


def _years(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The years that these documents may be of, those with most documents first; a range counts in each of its years."""
    found = _found(view, "date")
    spans = by_span(found, "YEAR").cte(nesting=True)
    first, last = func.coalesce(spans.c.starts, spans.c.ends), func.coalesce(spans.c.ends, spans.c.starts)
    every = (
        select(cast(first, BigInteger).label("year"), last.label("last"), spans.c.documents, literal(1).label("number"))
        .where(first.isnot(None))
        .cte(recursive=True, nesting=True)
    )
    later = select(every.c.year + 1, every.c.last, every.c.documents, every.c.number + 1)
    every = every.union_all(later.where(every.c.year < every.c.last, every.c.number < YEARS_MAX))
    counts = (
        select(every.c.year.label("node_id"), func.sum(every.c.documents).label("documents"))
        .group_by(every.c.year)
        .cte(nesting=True)
    )

    def is_chosen(edge: EdgeRow, wanted: Arg) -> ColumnElement[bool]:
        first, last = days_of(view.ask, wanted)
        return and_(_node_id(edge) * 10000 + 101 <= last, _node_id(edge) * 10000 + 1231 >= first)

    shared = (*found.shared, spans, every, counts)
    return connection(ask, _values(view, shared, _chosen(view, "date", is_chosen), counts, year_edtf(counts.c.node_id)))


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
