"""Search as one more condition of a list, its relevance as one more order (`schema.ranking`), and where each hit was found.

What is typed is bound like any value; only its shape (`data.search.language.Search.shape`) is part of the plan.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum
from hashlib import blake2b
from typing import Annotated, Any

import strawberry
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    not_,
    null,
    or_,
    select,
    union,
)
from sqlalchemy.sql.expression import Label

from data import tables
from data.search.columns import Place, Subject
from data.search.index import search_table
from data.search.language import Search, Term, parsed
from schema.arguments import Getter, Variables
from schema.cursors import CHANGES
from schema.facts import LIST_MAX_ITEMS, as_subquery, json_text, one, whole
from schema.fields import Argument, Row, field
from schema.filters import DESCENT, DOCUMENTS, NAMES, PARTS, PEOPLE, TOPICS, overlaps
from schema.functions import chained, each, extract, json_array, offered, passages
from schema.listing import RELEVANCE, EdgeRow, Key, Order, PageView, node_id, tables_of
from schema.plan import Ask
from schema.ranking import UNRANKED, Ranking, matching

DOCUMENT_TOPICS = tables.table(tables.DocumentTopic)
TEXTS = tables.table(tables.Text)


@dataclass(frozen=True)
class Searching:
    """The search of a list, at planning: its shape, and how its values are found at each run.

    `offer` is a search of the same shape, as JSON, that is asked instead (see `did_you_mean`).
    """

    ask: Ask
    subject: Subject
    get: Callable[[Variables], Search]
    shape: Search
    text: Callable[[Variables], str]
    offer: ColumnElement[str] | None = None

    @property
    def is_ranked(self) -> bool:
        """Whether there is something to be found, and not only to be left out."""
        return self.shape.match is not None

    def digest(self, variables: Variables) -> str:
        """What tells a cursor of this search from one of another."""
        return blake2b(self.text(variables).encode(), digest_size=6).hexdigest()

    def hits(self, *, ranked: bool = True, once: bool = False) -> Any:
        """What is found: `id`, and `rank`, of which the least is best; where no order is wanted, all have the same.

        Where rows that are grouped are looked up among the hits, these are all found `once` before, and then by an index.
        """
        index = search_table(self.subject).alias()
        ranking = Ranking(self.ask, self.subject, self.get)
        is_ranked, is_any = ranked and self.offer is None, self.shape.phrases is not None
        rank = ranking.of_all(index) if is_ranked and not is_any else literal(UNRANKED, BigInteger)
        matches = self._matches(index, "$.match", lambda search: search.match)
        found = select(index.c.rowid.label("id"), rank.label("rank")).where(matches).correlate_except(index)
        if is_ranked and is_any:
            ranks = ranking.of_any()
            both = found.union_all(select(ranks.c.id, ranks.c.rank)).subquery()
            found = select(both.c.id, func.min(both.c.rank).label("rank")).group_by(both.c.id)
        return (found.limit(tables.LAST) if once else found).subquery()

    def conditions(self, row: Row, id_: ColumnElement[int], *, ranked: bool) -> list[ColumnElement[bool]]:
        """What must hold for a row, beside being among the hits if these are `ranked`."""
        found: list[ColumnElement[bool]] = []
        if self.shape.match is not None and not ranked:
            found.append(id_.in_(self._ids("$.match", lambda search: search.match)))
        if self.shape.without is not None:
            found.append(id_.notin_(self._ids("$.without", lambda search: search.without)))
        for number, group in enumerate(self.shape.others):
            found.append(chained(or_, [self._term(row, id_, term, (number, at)) for at, (term, _) in enumerate(group)]))
        return [chained(and_, found)] if found else []

    @property
    def needs_row(self) -> bool:
        """Whether it asks for what is in the record's own row."""
        return any(term.date for group in self.shape.others for term, _ in group)

    def periods(self) -> list[Getter]:
        """The periods that all that is found has to fall into."""
        kinds = [[term.kind for term, _ in group] for group in self.shape.others]
        return [self._period(number, 0) for number, group in enumerate(kinds) if group == ["date"]]

    def _period(self, group: int, place: int) -> Getter:
        return lambda variables: self.get(variables).others[group][place][0].date

    def found(self) -> ColumnElement[str]:
        """What is to be highlighted."""
        return self.ask.bind(lambda variables: self.get(variables).found, Text())

    def _matches(self, index: Any, path: str, expression: Callable[[Search], str | None]) -> ColumnElement[bool]:
        asked: ColumnElement[Any] = (
            self.ask.bind(lambda variables: expression(self.get(variables)), Text())
            if self.offer is None
            else extract(self.offer, path)
        )
        return matching(self.subject, index, asked)

    def _ids(self, path: str, expression: Callable[[Search], str | None]) -> Any:
        index = search_table(self.subject).alias()
        return select(index.c.rowid).where(self._matches(index, path, expression)).correlate_except(index)

    def _term(self, row: Row, id_: ColumnElement[int], term: Term, at: tuple[int, int]) -> ColumnElement[bool]:
        group, place = at
        if term.date is None:
            path = f"$.others[{group}][{place}]"
            held: ColumnElement[bool] = id_.in_(self._ids(path, lambda search: search.others[group][place][1]))
        else:
            held = overlaps(self.ask, row, self._period(group, place))
        return not_(held) if term.is_not else held


def searching(ask: Ask, subject: Subject) -> Searching | None:
    """The search that a list's arguments ask for; None if there is none, or a blank one."""
    arg = ask["search"]
    if arg.is_null:
        return None
    words = ask.planner.words

    def found(variables: Variables) -> Search | None:
        return parsed(arg.get(variables), subject, words)

    def search(variables: Variables) -> Search:
        return found(variables) or Search()

    ask.steer(lambda variables: getattr(found(variables), "shape", None))
    shape = found(ask.planner.variables)
    ask.planner.searches = True
    return None if shape is None else Searching(ask, subject, search, shape, lambda variables: arg.get(variables).strip())


def relevance(hits: Any, *, falling: bool = False) -> Order:
    """The order of a search's hits; without hits to rank, as they were loaded."""
    return Order(RELEVANCE, () if hits is None else (Key(hits.c.rank),), falling)


def did_you_mean(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The nearest search that finds something in this list, where the one that was asked finds nothing; null where it does.

    Words are replaced by words and names that the archive has; operators, fields and phrases stay. Null too if no such search is
    found, and without a search. It is looked for only when it is selected and nothing was found.
    """
    search, listing = view.listing.search, view.listing
    if search is None or listing.searched is None:
        return cast(null(), Text())
    text = ask.bind(search.text, Text())
    others = each(offered(CHANGES, literal(search.subject.type), text)).table_valued("value", "key")
    finds = exists(listing.searched(replace(search, offer=others.c.value)).select(literal(1)))
    nearest = select(extract(others.c.value, "$.text")).select_from(others).where(finds).order_by(others.c.key).limit(1)
    return case((exists(view.all.select(literal(1))), null()), else_=nearest.correlate_except(others).scalar_subquery())


# Where a hit was found


@strawberry.enum(description="What part of a record a search was found in.")
class MatchField(Enum):
    TITLE = strawberry.enum_value("TITLE", description="The title.")
    NAME = strawberry.enum_value("NAME", description="A name of the thing itself, preferred or other.")
    PERSON = strawberry.enum_value(
        "PERSON", description="A name of somebody with a part in the document, or as it is written there."
    )
    TOPIC = strawberry.enum_value("TOPIC", description="A name of a topic, or of one above it.")
    DESCRIPTION = strawberry.enum_value("DESCRIPTION", description="The description.")
    TEXT = strawberry.enum_value("TEXT", description="One of the texts.")
    GENRE = strawberry.enum_value("GENRE", description="The genre.")


@strawberry.type(description="A piece of a text: found, or what stands between what was found.")
class Fragment:
    text = field(str, lambda row, _: extract(row.c.value, "$.text"), "The piece, byte for byte.")
    hit = field(bool, lambda row, _: extract(row.c.value, "$.hit", is_flag=True), "Whether it is what was searched for.")


def fragments_of(row: Row, ask: Ask) -> ColumnElement[str]:
    """The passage in pieces; put together, they are a part of the source's own text."""
    pieces = each(extract(row.c.passage, "$.fragments")).table_valued("value", "key")
    item = select(ask.below(pieces).label("item")).select_from(pieces).order_by(pieces.c.key).limit(LIST_MAX_ITEMS).subquery()
    return as_subquery(select(json_array(json_text(item.c.item))).correlate_except(item))


def _person(row: Row, ask: Ask) -> ColumnElement[str]:
    """Whose name was found, where it is a name of somebody with a part in the document and it is known who that is."""
    person = PEOPLE.alias()
    return one(ask, person, person.c.id == row.c.person_id)


def _topic(row: Row, ask: Ask) -> ColumnElement[str]:
    """Which topic's name was found, where it is a topic of the thing, or one above."""
    topic = TOPICS.alias()
    return one(ask, topic, topic.c.id == row.c.topic_id)


@strawberry.type(
    description="A place where a search was found: which field, whose name, and the passage with what was found marked."
)
class SearchMatch:
    field_ = field(MatchField, lambda row, _: row.c.place, "What part of the record it is.", name="field")
    person = field(Annotated["Person", strawberry.lazy("schema.types")] | None, _person)  # noqa: F821
    topic = field(Annotated["Topic", strawberry.lazy("schema.types")] | None, _topic)  # noqa: F821
    name = field(str | None, lambda row, _: row.c.name, "The name that was found, whole, where it is a name.")
    fragments = field(list[Fragment], fragments_of)
    is_cut_before = field(
        bool,
        lambda row, _: extract(row.c.passage, "$.isCutBefore", is_flag=True),
        "Whether the text has more before the passage.",
    )
    is_cut_after = field(
        bool,
        lambda row, _: extract(row.c.passage, "$.isCutAfter", is_flag=True),
        "Whether the text has more behind the passage.",
    )


MATCHES_ARGUMENTS = {"first": Argument(int, f"How many at most, 0 to {LIST_MAX_ITEMS}.", 10)}


def matches(edge: EdgeRow, ask: Ask) -> ColumnElement[str]:
    """Where the search of this list was found in this hit; empty without a search, and where it only leaves things out.

    First the best place of each field (title, name, person, topic, description, text, genre), so that few show them all; then the
    best name of every other person and topic; then the rest. A place is the better, the more of the search's terms are in it, a
    name the shorter.
    """
    first = whole(ask, "first", LIST_MAX_ITEMS)
    search = edge.view.listing.search
    with ask.rows(first):
        if search is None:
            row = select(*(null().label(name) for name in ("place", "person_id", "topic_id", "name", "passage"))).subquery()
            ask.below(row)  # what is selected is checked all the same
            return json_text(literal("[]"))
        sources = _SOURCES[search.subject.type](node_id(edge))
        passage = each(passages(search.found(), sources.c.searched, sources.c.text)).table_valued("value", "key")
        found = (
            select(sources.c.place, sources.c.person_id, sources.c.topic_id, sources.c.name, passage.c.value.label("passage"))
            .select_from(sources.join(passage, literal(1) == 1))
            .order_by(*_best_first(sources, passage))
            .limit(ask.planner.bind(first, Integer()))
            .correlate_except(sources, passage)
            .subquery()
        )
        item = select(ask.below(found).label("item")).select_from(found).correlate_except(found).subquery()
    return as_subquery(select(json_array(json_text(item.c.item))).correlate_except(item))


def _best_first(source: Any, passage: Any) -> list[ColumnElement[int]]:
    """The order of matches: the best of each field, the best of each person and topic, the rest."""
    terms = extract(passage.c.value, "$.terms", is_whole=True)
    better = (-terms, func.coalesce(func.length(source.c.name), 0), source.c.position, source.c.text, passage.c.key)
    unknown = case((and_(source.c.person_id.is_(None), source.c.topic_id.is_(None)), source.c.name))
    owner = (source.c.number, source.c.person_id, source.c.topic_id, unknown)
    in_field = func.row_number().over(partition_by=source.c.number, order_by=better)
    of_owner = func.row_number().over(partition_by=owner, order_by=better)
    return [case((in_field == 1, 0), (of_owner == 1, 1), else_=2), source.c.number, in_field]


def _source(
    searched: str,
    place: Place,
    text: ColumnElement[Any],
    rows: FromClause,
    where: ColumnElement[bool],
    **more: Any,
) -> Any:
    """One place to look at: the texts of some rows, and whose they are. `number` orders the places."""
    is_name = place in {Place.NAME, Place.PERSON, Place.TOPIC}
    parts: list[Label[Any]] = [
        literal(list(Place).index(place)).label("number"),
        literal(place.value).label("place"),
        literal(searched).label("searched"),
        more.get("person_id", cast(null(), Integer)).label("person_id"),
        more.get("topic_id", cast(null(), Integer)).label("topic_id"),
        (text if is_name else cast(null(), Text)).label("name"),
        text.label("text"),
        more.get("position", literal(0)).label("position"),
    ]
    return select(*parts).select_from(rows).where(where, text.isnot(None)).correlate_except(*tables_of(rows))


def _of_document(id_: ColumnElement[int]) -> Any:
    document, texts = DOCUMENTS.alias(), TEXTS.alias()
    found = [
        _source("document.title", Place.TITLE, document.c.title, document, document.c.id == id_),
        *_people("document.people", id_),
        *_people("document.senders", id_, "SENDER"),
        *_people("document.recipients", id_, "RECIPIENT"),
        *_topics(id_),
        _source("document.description", Place.DESCRIPTION, document.c.description, document, document.c.id == id_),
        _source("document.texts", Place.TEXT, texts.c.body, texts, texts.c.document_id == id_, position=texts.c.position),
        _source("document.genre", Place.GENRE, document.c.genre, document, document.c.id == id_),
    ]
    return union(*found).subquery()


def _people(searched: str, id_: ColumnElement[int], role: str | None = None) -> list[Any]:
    """The names of those with a part in a document: preferred, others, and as it is written there."""

    def source(text: Callable[[Any], Any], named: Any = None, owner: str = "") -> Any:
        part = PARTS.alias()
        rows: Any = part if named is None else part.join(named, named.c[owner] == part.c.person_id)
        where = and_(part.c.document_id == id_, *([part.c.role == role] if role else []))
        position = part.c.position if role else literal(0)
        return _source(searched, Place.PERSON, text(part), rows, where, person_id=part.c.person_id, position=position)

    person, name = PEOPLE.alias(), NAMES.alias()
    return [
        source(lambda _: person.c.name, person, "id"),
        source(lambda _: name.c.name, name, "person_id"),
        source(lambda part: part.c.named_as),
    ]


def _topics(id_: ColumnElement[int]) -> list[Any]:
    found = []
    for table in (TOPICS, NAMES):
        link, above, named = DOCUMENT_TOPICS.alias(), DESCENT.alias(), table.alias()
        owner = named.c.id if table is TOPICS else named.c.topic_id
        rows = link.join(above, above.c.topic_id == link.c.topic_id).join(named, owner == above.c.ancestor_id)
        where = link.c.document_id == id_
        found.append(_source("document.topics", Place.TOPIC, named.c.name, rows, where, topic_id=above.c.ancestor_id))
    return found


def _of_person(id_: ColumnElement[int]) -> Any:
    person = PEOPLE.alias()
    return union(
        _source("person.name", Place.NAME, person.c.name, person, person.c.id == id_),
        _other_names("person", id_),
        _source("person.description", Place.DESCRIPTION, person.c.description, person, person.c.id == id_),
    ).subquery()


def _of_topic(id_: ColumnElement[int]) -> Any:
    topic, above, broader = TOPICS.alias(), DESCENT.alias(), TOPICS.alias()
    rows = above.join(broader, broader.c.id == above.c.ancestor_id)
    where = and_(above.c.topic_id == id_, broader.c.id != id_)
    return union(
        _source("topic.name", Place.NAME, topic.c.name, topic, topic.c.id == id_),
        _other_names("topic", id_),
        _source("topic.broader", Place.TOPIC, broader.c.name, rows, where, topic_id=broader.c.id),
        _source("topic.description", Place.DESCRIPTION, topic.c.description, topic, topic.c.id == id_),
    ).subquery()


def _other_names(type_: str, id_: ColumnElement[int]) -> Any:
    name = NAMES.alias()
    return _source(f"{type_}.names", Place.NAME, name.c.name, name, name.c[f"{type_}_id"] == id_, position=name.c.position)


_SOURCES = {"document": _of_document, "person": _of_person, "topic": _of_topic}
