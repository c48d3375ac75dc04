"""Facets: how the documents of a whole list are spread over people, topics, genres, languages and years.

Each is a connection; it leaves out its own filter, so that several values can be chosen one after the other, and says which are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import strawberry
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Text,
    and_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from data.search.columns import PERSON, TOPIC, Subject
from data.search.index import search_table
from data.search.language import beginning
from schema.arguments import Arg, Variables
from schema.criteria import PERSON_ARGUMENTS, ROLE_ARGUMENT, TOPIC_ARGUMENTS
from schema.fields import Argument, field
from schema.filters import (
    DOCUMENT_LANGUAGES,
    DOCUMENTS,
    GENRES,
    PEOPLE,
    TOPICS,
    among_ids,
    among_terms,
    conditions,
    genre_fits,
    language_fits,
    term,
)
from schema.listing import EdgeRow, Key, Listing, Order, PageView, node_id, tables_of
from schema.lists import PERSON_KIND, TOPIC_KIND, Kind, counted_listing
from schema.pages import PAGE_ARGUMENTS, connection
from schema.periods import days_of
from schema.plan import Ask
from schema.spread import Documents, by_genre, by_language, by_person, by_span, by_topic
from schema.timeline import year_edtf
from schema.types import connection_types
from schema.vocabulary import TopicKind

YEARS_MAX = 200
"""A document whose date is a longer range than this is counted in its first years only."""

Own = tuple[Arg, ...]
PREFIX = {"prefix": Argument(str | None, "Only those of which a name has a word that begins so.")}


def _own(view: PageView, member: str) -> Own:
    """The conditions of the list's filter that are a facet's own: what is chosen of it."""
    return tuple(arg for key, arg in conditions(view.ask["filter"]) if key == member)


def _found(view: PageView, own: Own) -> Documents:
    """All documents of the list, found without what is chosen of the facet."""
    if not own or not view.all.without:
        return Documents.of(view.ask, view.all.ids(), view.gathered)
    return Documents.of(view.ask, view.all.without(own).ids())


def _ids(own: Own, rows: FromClause, id_: ColumnElement[Any], fits: Callable[[Arg], ColumnElement[bool]]) -> CTE | None:
    """The ids (`node_id`) of all that is chosen, of what the archive has; None if nothing is."""
    if not own:
        return None
    found = select(id_.label("node_id")).select_from(rows).where(or_(*map(fits, own)))
    return found.correlate_except(*tables_of(rows)).cte(nesting=True)


def _is_chosen(edge: EdgeRow, _: Ask) -> ColumnElement[bool]:
    """Whether the list is filtered by it, with `filter` or with `and` inside it."""
    chosen = edge.facts
    return literal(value=False) if chosen is None else node_id(edge).in_(select(chosen.c.node_id))


@dataclass(frozen=True)
class Counted:
    """What a facet counts: `node_id`, `documents` of `counts`, after what these are made of; and what is chosen of it."""

    before: tuple[CTE, ...]
    counts: CTE
    chosen: CTE | None

    @classmethod
    def of(cls, before: tuple[CTE, ...], counts: CTE, chosen: CTE | None) -> "Counted":
        """The counts, and 0 for what is chosen and not among them: it is there to be seen, and to be chosen no more."""
        if chosen is None:
            return cls(before, counts, None)
        missing = select(chosen.c.node_id, literal(0)).where(chosen.c.node_id.notin_(select(counts.c.node_id)))
        every = union_all(select(counts.c.node_id, counts.c.documents), missing)
        return cls((*before, counts, chosen), every.cte(nesting=True), chosen)


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
    """The people with a part in these documents (`role`: in one of these roles), those with most documents first.

    With `role`, what the filter asks of people in other roles only is no choice of this facet, and holds: senders and recipients
    can be chosen side by side.
    """
    own = tuple(arg for arg in _own(view, "person") if _meet(ask, ask["role"], arg["role"]))
    found, person = _found(view, own), PEOPLE.alias()
    named = tuple(arg["id"] for arg in own if not arg["id"].is_null)
    chosen = _ids(named, person, person.c.id, lambda ids: among_ids(view.ask, ids, "Person", person.c.key))
    counted = Counted.of(found.shared, by_person(ask, found).cte(nesting=True), chosen)
    return _nodes(ask, PERSON_KIND, counted, _begins(ask, PERSON, counted.counts.c.node_id))


def _meet(ask: Ask, one: Arg, other: Arg) -> bool:
    """Whether there is a role in both lists; where none are given, all are meant."""
    if one.is_null or other.is_null:
        return True

    def meet(variables: Variables) -> bool:
        return not set(map(term, one.get(variables))).isdisjoint(map(term, other.get(variables)))

    ask.steer(meet)
    return meet(ask.planner.variables)


def _topics(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The topics of these documents (`kind`: of one of these kinds), those with most documents first."""
    own = _own(view, "topic")
    found, topic = _found(view, own), TOPICS.alias()
    chosen = _ids(own, topic, topic.c.id, lambda arg: among_ids(view.ask, arg["id"], "Topic", topic.c.key))
    counted = Counted.of(found.shared, by_topic(found).cte(nesting=True), chosen)
    where = _begins(ask, TOPIC, counted.counts.c.node_id)
    if not ask["kind"].is_null:
        of_kind = TOPICS.alias()
        where.append(counted.counts.c.node_id.in_(select(of_kind.c.id).where(among_terms(ask, ask["kind"], of_kind.c.kind))))
    return _nodes(ask, TOPIC_KIND, counted, where)


def _nodes(ask: Ask, kind: Kind, counted: Counted, where: list[ColumnElement[bool]]) -> ColumnElement[str]:
    """Counted people or topics, largest count first."""
    more: dict[str, Any] = {"where": where, "edge": counted.chosen, "shared": counted.before}
    return connection(ask, counted_listing(kind, ask, counted.counts, ("documents",), **more))


# Facets of values


def _values(ask: Ask, counted: Counted, value: Callable[[Any], Any]) -> ColumnElement[str]:
    """Counted values, largest count first; `value` is what each is called."""
    counts = counted.counts
    shared = (*counted.before, counts)
    by = Order("COUNT", (Key(counts.c.documents),), falling=True)
    carry = {"documents": counts.c.documents, "value": value(counts.c.node_id)}
    kind = str if isinstance(counts.c.node_id.type, Text) else int
    facts = (by, carry, counted.chosen)
    listing = Listing(counts, counts.c.node_id, None, (), *facts, node_kind=kind, shared=shared)
    return connection(ask, listing)


def _genres(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The genres of these documents, those with most documents first."""
    own = _own(view, "genre")
    found, genre, document = _found(view, own), GENRES.alias(), DOCUMENTS.alias()
    is_used = exists(select(1).select_from(document).where(document.c.genre_id == genre.c.id).correlate_except(document))
    chosen = _ids(own, genre, genre.c.id, lambda arg: and_(genre_fits(view.ask, genre.c.id, arg), is_used))
    counted = Counted.of(found.shared, by_genre(found).cte(nesting=True), chosen)
    named = GENRES.alias()

    def name(id_: ColumnElement[int]) -> ColumnElement[str]:
        return select(named.c.name).where(named.c.id == id_).correlate_except(named).scalar_subquery()

    return _values(ask, counted, name)


def _languages(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The languages of these documents, those with most documents first."""
    own = _own(view, "language")
    found, spoken = _found(view, own), _spoken()
    before = (*found.shared, spoken) if own else found.shared
    chosen = _ids(own, spoken, spoken.c.language, lambda arg: language_fits(view.ask, spoken.c.language, arg))
    counted = Counted.of(before, by_language(found).cte(nesting=True), chosen)
    return _values(ask, counted, lambda tag: tag)


def _spoken() -> CTE:
    """The languages of the archive, each found behind the one before it in their index."""

    def next_after(tag: ColumnElement[str] | None) -> ColumnElement[str]:
        spoken = DOCUMENT_LANGUAGES.alias()
        beyond = [] if tag is None else [spoken.c.language > tag]
        return select(func.min(spoken.c.language)).where(*beyond).correlate_except(spoken).scalar_subquery()

    tags = select(next_after(None).label("language")).cte(recursive=True, nesting=True)
    return tags.union_all(select(next_after(tags.c.language)).where(tags.c.language.isnot(None)))


def _years(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The years that these documents may be of, those with most documents first; a range counts in each of its years."""
    own = _own(view, "date")
    found = _found(view, own)
    *before, counts = _by_year(found)
    if not own:
        return _values(ask, Counted.of((*found.shared, *before), counts, None), year_edtf)
    every = _by_year(Documents.every(ask))
    years = every[-1]

    def fits(arg: Arg) -> ColumnElement[bool]:
        (first, last), year = days_of(view.ask, arg), years.c.node_id
        return and_(year * 10000 + 101 <= last, year * 10000 + 1231 >= first)

    chosen = _ids(own, years, years.c.node_id, fits)
    return _values(ask, Counted.of((*found.shared, *before, *every), counts, chosen), year_edtf)


def _by_year(documents: Documents) -> tuple[CTE, ...]:
    """`node_id`, `documents` of every year that the documents may be of; last, after what it is made of."""
    spans = by_span(documents, "YEAR").cte(nesting=True)
    first, last = func.coalesce(spans.c.starts, spans.c.ends), func.coalesce(spans.c.ends, spans.c.starts)
    every = (
        select(cast(first, BigInteger).label("year"), last.label("last"), spans.c.documents, literal(1).label("number"))
        .where(first.isnot(None))
        .cte(recursive=True, nesting=True)
    )
    later = select(every.c.year + 1, every.c.last, every.c.documents, every.c.number + 1)
    every = every.union_all(later.where(every.c.year < every.c.last, every.c.number < YEARS_MAX))
    counts = select(every.c.year.label("node_id"), func.sum(every.c.documents).label("documents")).group_by(every.c.year)
    return spans, every, counts.cte(nesting=True)


@strawberry.type(description="A value by which documents can be filtered: a genre, a language, a year.")
class FacetValue:
    value = field(str, lambda row, _: row.c.value, "The value, as a filter takes it.")


CHOSEN = {
    "document_count": field(
        int,
        lambda edge, _: edge.c["documents"],
        "How many of the documents have it; 0 if it is chosen, and the other conditions leave none.",
    ),
    "is_chosen": field(bool, _is_chosen),
}
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
