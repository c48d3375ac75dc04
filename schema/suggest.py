"""Suggestions while somebody types: people and topics by all their names, misspelt too, and documents by their titles."""

from collections.abc import Callable
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import BigInteger, ColumnElement, Integer, Select, Text, case, cast, func, literal, select, union_all

from data.errors import InvalidArgument
from data.search.columns import DOCUMENT
from data.search.index import search_table
from data.search.language import NOTHING, Search, typed_title
from data.search.names import LAST_CHARACTER, Match
from data.text import sort_key
from schema.arguments import Variables
from schema.cursors import CHANGES
from schema.facts import as_subquery, json_text, one, whole
from schema.fields import Argument, Row, field
from schema.filters import DOCUMENT_PEOPLE, DOCUMENT_TOPICS, DOCUMENTS, PEOPLE, TOPICS, dump, term
from schema.functions import each, extract, inline, joined, json_array, passages, quote, suggested
from schema.lists import visible_documents
from schema.matches import Fragment, fragments_of
from schema.plan import Ask
from schema.types import Node

TEXT_MAX_CHARACTERS = 500
SUGGESTIONS_MAX = 100


@strawberry.enum(description="What can be suggested.")
class SuggestionType(Enum):
    PERSON = strawberry.enum_value("PERSON", description="People (and organizations, families, offices), by all their names.")
    TOPIC = strawberry.enum_value("TOPIC", description="Topics, by all their names.")
    DOCUMENT = strawberry.enum_value("DOCUMENT", description="Documents, by their titles.")


@strawberry.enum(description="How a name fits what was typed; what fits better comes first.")
class SuggestionMatch(Enum):
    EXACT = strawberry.enum_value("EXACT", description="It is the whole name.")
    PREFIX = strawberry.enum_value("PREFIX", description="The name begins so.")
    WORD = strawberry.enum_value(
        "WORD", description="A word within the name begins so; of a title, each word typed stands in it, the last as a beginning."
    )
    SIMILAR = strawberry.enum_value("SIMILAR", description="It begins similarly: one or two letters differ.")


TABLES = {"PERSON": ("Person", PEOPLE), "TOPIC": ("Topic", TOPICS), "DOCUMENT": ("Document", DOCUMENTS)}


def _node(row: Row, ask: Ask) -> ColumnElement[str]:
    """What is suggested."""
    found: list[tuple[ColumnElement[bool], ColumnElement[str]]] = []
    for type_, (name, table) in TABLES.items():
        node = table.alias()
        found.append((row.c.type == type_, one(ask, node, node.c.id == row.c.id, as_type=name)))
    return json_text(case(*found))


def _document_count(row: Row, _: Ask) -> ColumnElement[int]:
    """How many documents the person has a part in, or are on the topic; of a document, 1."""
    people, topics = visible_documents(DOCUMENT_PEOPLE.alias()), visible_documents(DOCUMENT_TOPICS.alias())

    def count(link: Any, column: ColumnElement[int]) -> ColumnElement[int]:
        found = select(func.count()).select_from(link).where(column == row.c.id)
        return found.correlate_except(link).scalar_subquery()

    counts = {"PERSON": count(people, people.c.person_id), "TOPIC": count(topics, topics.c.topic_id)}
    return case(counts, value=row.c.type, else_=literal(1))


@strawberry.type(description="Something that may be meant by what was typed so far.")
class Suggestion:
    node = field(Node, _node)
    type_ = field(SuggestionType, lambda row, _: row.c.type, "What sort of thing it is.", name="type")
    name = field(str, lambda row, _: row.c.name, "The name that fits, preferred or other, or the title; byte for byte.")
    match = field(
        SuggestionMatch,
        lambda row, _: case({int(m): m.name for m in Match}, value=row.c.match),
        "How the name fits what was typed.",
    )
    fragments = field(
        list[Fragment],
        fragments_of,
        "The name in pieces, the words that fit marked; put together they are the name, or a part of a long title.",
    )
    document_count = field(int, _document_count)


SUGGEST_ARGUMENTS = {
    "text": Argument(str, f"What was typed so far, at most {TEXT_MAX_CHARACTERS} characters.", Argument.REQUIRED),
    "first": Argument(int, f"How many at most, 0 to {SUGGESTIONS_MAX}.", 10),
    "types": Argument(list[SuggestionType] | None, "Only such; all, if it is left out."),
}


def suggest(_: Row, ask: Ask) -> ColumnElement[str]:
    """What may be meant by what was typed so far: people and topics by all their names, documents by their titles.

    What begins so comes first, then what has a word that does, then what begins similarly (`Fillipov` finds Filippov,
    `Chou En lai` Zhou Enlai); among equals that with most documents.
    """
    first = whole(ask, "first", SUGGESTIONS_MAX)
    ask.check(_text(ask))
    size = ask.planner.bind(first, Integer())
    found = union_all(_named(ask, size), _titled(ask, size, _begins), _titled(ask, size, _has_words)).subquery()
    order = (found.c.match, found.c.distance, found.c.documents.desc(), found.c.number, found.c.sorted, found.c.id)
    rows = select(*found.c).order_by(*order).limit(size).subquery()
    with ask.rows(first):
        item = select(ask.below(rows).label("item")).select_from(rows).correlate_except(rows).subquery()
    return as_subquery(select(json_array(json_text(item.c.item))).correlate_except(item))


def _text(ask: Ask) -> Callable[[Variables], str]:
    def get(variables: Variables) -> str:
        text: str = ask["text"].get(variables)
        if len(text) > TEXT_MAX_CHARACTERS:
            raise InvalidArgument(
                f"`text` has {len(text):,} characters, more than {TEXT_MAX_CHARACTERS}.",
                hint="Suggestions are for what is being typed; `documents(search:)` takes more.",
            )
        return text

    return get


def _types(ask: Ask) -> Callable[[Variables], list[str]]:
    return lambda variables: list(TABLES) if ask["types"].is_null else [term(one) for one in ask["types"].get(variables)]


def _named(ask: Ask, size: ColumnElement[int]) -> Select[Any]:
    """People and topics by their names."""
    text, types = _text(ask), _types(ask)
    asked = suggested(CHANGES, ask.bind(text, Text()), ask.bind(lambda variables: dump(types(variables)), Text()), size)
    value = each(asked).table_valued("value").c.value
    numbers = {type_: number for number, type_ in enumerate(TABLES)}
    return select(
        *(extract(value, f"$.{name}", is_whole=True).label(name) for name in ("match", "distance", "documents", "id")),
        case(numbers, value=extract(value, "$.type")).label("number"),
        *(extract(value, f"$.{name}").label(name) for name in ("type", "name")),
        literal("").label("sorted"),
        value.label("passage"),
    )


def _titled(
    ask: Ask, size: ColumnElement[int], rule: Callable[[Ask, Any], tuple[Match, Any, list[ColumnElement[bool]], Any]]
) -> Select[Any]:
    """Documents by their titles, as many as can be shown."""
    row = visible_documents(DOCUMENTS.alias())
    match, rows, conditions, order = rule(ask, row)
    columns = (row.c.id, row.c.title, order.label("sorted"))
    found = select(*columns).select_from(rows).where(*conditions).order_by(order, row.c.id).limit(size).subquery()
    marked = extract(
        passages(ask.bind(lambda v: _search(ask)(v).found, Text()), literal("document.title"), found.c.title), "$[0]"
    )
    unmarked = joined(inline('{"fragments":[{"text":'), quote(found.c.title), inline(',"hit":false}]}'))
    return select(
        cast(literal(int(match)), BigInteger).label("match"),
        cast(literal(0), BigInteger).label("distance"),
        cast(literal(1), BigInteger).label("documents"),
        found.c.id,
        cast(literal(list(TABLES).index("DOCUMENT")), BigInteger).label("number"),
        literal("DOCUMENT").label("type"),
        found.c.title.label("name"),
        (found.c.sorted if match == Match.PREFIX else literal("")).label("sorted"),
        func.coalesce(marked, unmarked).label("passage"),
    )


def _search(ask: Ask) -> Callable[[Variables], Search]:
    return lambda variables: typed_title(_text(ask)(variables), DOCUMENT, ask.planner.words)


def _begins(ask: Ask, row: Any) -> tuple[Match, Any, list[ColumnElement[bool]], Any]:
    return Match.PREFIX, row, list(_range(ask, row)), row.c.sort_title


def _has_words(ask: Ask, row: Any) -> tuple[Match, Any, list[ColumnElement[bool]], Any]:
    def asked(variables: Variables) -> str:
        return _search(ask)(variables).match or NOTHING if "DOCUMENT" in _types(ask)(variables) else NOTHING

    index = search_table(DOCUMENT).alias()
    matches = index.c[DOCUMENT.table].op("MATCH", is_comparison=True)(ask.bind(asked, Text()))
    starts, ends = _range(ask, row)
    return Match.WORD, index.join(row, row.c.id == index.c.rowid), [matches, ~(starts & ends)], index.c.rowid


def _range(ask: Ask, row: Any) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """The conditions that a title begins as typed, without regard to case, accents and leading punctuation."""

    def first(variables: Variables) -> str:
        begins = sort_key(_text(ask)(variables)) if "DOCUMENT" in _types(ask)(variables) else ""
        return begins or LAST_CHARACTER

    starts = row.c.sort_title >= ask.bind(first, Text())
    return starts, row.c.sort_title < ask.bind(lambda variables: first(variables) + LAST_CHARACTER, Text())
