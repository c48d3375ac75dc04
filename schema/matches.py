"""Where a hit of a search was found: in which field, under whose name, and the passage, with what was found marked."""

from collections.abc import Callable
from enum import Enum
from typing import Annotated, Any

import strawberry
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    select,
    union,
)
from sqlalchemy.sql.expression import Label

from data import tables
from data.search.columns import Place
from schema.facts import LIST_MAX_ITEMS, as_subquery, json_text, one, whole
from schema.fields import Argument, Row, field
from schema.filters import DESCENT, DOCUMENT_TOPICS, DOCUMENTS, NAMES, PARTS, PEOPLE, TOPICS
from schema.functions import each, extract, json_array, passages
from schema.listing import EdgeRow, node_id, tables_of
from schema.plan import Ask

TEXTS = tables.table(tables.Text)


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
