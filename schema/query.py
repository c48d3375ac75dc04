"""The root of every query: the archive, single things by their ids, and the lists of documents, people and topics."""

from collections.abc import Mapping
from typing import Any

import strawberry
from sqlalchemy import ColumnElement, Integer, Text, and_, func, literal, select

from data.errors import PageTooLarge
from schema.correspondence import CORRESPONDENCE_ARGUMENTS, CorrespondenceConnection, correspondence
from schema.criteria import DOCUMENT_ARGUMENTS, PERSON_ARGUMENTS, TOPIC_ARGUMENTS
from schema.facts import DateColumns, HistoricalDate, as_subquery, json_text
from schema.fields import Argument, Row, field
from schema.filters import DOCUMENTS, PEOPLE, TOPICS, json_bind, spellings
from schema.functions import each, inline, json_array, json_or_null
from schema.history import (
    CHANGES_ARGUMENTS,
    GONE_ID,
    LOAD_ID,
    LOADS,
    TOMBSTONES,
    Load,
    LoadConnection,
    RevisionConnection,
    Tombstone,
    changes,
    gone,
    load,
    load_of,
    loads,
    tombstone_of,
)
from schema.lists import DOCUMENT_KIND, PERSON_KIND, TOPIC_KIND
from schema.pages import PAGE_ARGUMENTS, connection
from schema.plan import Ask
from schema.redirects import resolved
from schema.suggest import SUGGEST_ARGUMENTS, Suggestion, suggest
from schema.types import (
    Document,
    DocumentConnection,
    Node,
    Person,
    PersonConnection,
    Topic,
    TopicConnection,
)

NODE_TABLES = (("Document", DOCUMENTS), ("Person", PEOPLE), ("Topic", TOPICS))


def _count(table: Any) -> Any:
    return lambda _, __: select(func.count()).select_from(table.alias()).scalar_subquery()


def _end(day: str, *, falling: bool) -> Any:
    """The date of the first or last document, by its earliest or latest day."""

    def sql(_: Row, ask: Ask) -> ColumnElement[str]:
        row = DOCUMENTS.alias()
        by = (row.c[day].desc(), row.c.id.desc()) if falling else (row.c[day], row.c.id)
        date = DateColumns.of(row, "date_")
        known = row.c.last_day if falling else row.c.first_day
        return json_or_null(select(ask.below(date)).select_from(row).where(known.isnot(None)).order_by(*by).limit(1))

    return sql


@strawberry.type(description="The archive as a whole.")
class Archive:
    name = field(
        str,
        lambda _, ask: literal(ask.planner.archive_name),
        "What the archive is called (the setting `FONDS_ARCHIVE_NAME`).",
    )
    document_count = field(int, _count(DOCUMENTS), "How many documents there are.")
    person_count = field(int, _count(PEOPLE), "How many people (and organizations, families, offices) there are.")
    topic_count = field(int, _count(TOPICS), "How many topics there are.")
    first_date = field(
        HistoricalDate | None,
        _end("earliest_rising", falling=False),
        "The date of the earliest document; null if none is dated.",
    )
    last_date = field(
        HistoricalDate | None,
        _end("latest_falling", falling=True),
        "The date of the latest document; null if none is dated.",
    )


def _archive(row: Row, ask: Ask) -> ColumnElement[str]:
    """The archive as a whole: its name, counts, first and last date."""
    return ask.below(row)


def _by_id(type_name: str, table: Any) -> Any:
    """The row that an id names: first the one that it is a global id of, then the one whose own id it is."""

    def sql(_: Row, ask: Ask) -> ColumnElement[str]:
        def named(variables: Mapping[str, Any]) -> list[str]:
            return spellings(type_name, ask["id"].get(variables))

        def found(index: int) -> Any:
            owner, key = table.alias(), ask.bind(lambda variables: named(variables)[index], Text())
            return select(owner.c.id).where(owner.c.key == resolved(type_name, key)).scalar_subquery()

        ask.steer(lambda variables: len(named(variables)))
        ids = [found(index) for index in range(len(named(ask.planner.variables)))]
        row = table.alias()
        one_of = ids[0] if len(ids) == 1 else func.coalesce(*ids)
        return json_or_null(select(ask.below(row)).select_from(row).where(row.c.id == one_of))

    return sql


def _one_of_any_type(ask: Ask, value: ColumnElement[Any]) -> ColumnElement[str]:
    """The object that a global id names, whatever its type, or null."""
    found = []
    for name, table in NODE_TABLES:
        row, prefix = table.alias(), f"{name}:"
        fits = and_(
            func.substr(value, 1, len(prefix)) == prefix, row.c.key == resolved(name, func.substr(value, len(prefix) + 1))
        )
        found.append(select(ask.below(row, as_type=name)).select_from(row).where(fits).correlate_except(row).scalar_subquery())
    others = (("Load", LOADS.alias(), load_of), ("Tombstone", TOMBSTONES.alias(), tombstone_of))
    for name, row, is_of in others:
        fits = is_of(row, value)
        found.append(select(ask.below(row, as_type=name)).select_from(row).where(fits).correlate_except(row).scalar_subquery())
    return json_text(func.coalesce(*found, inline("null")))


def _node(_: Row, ask: Ask) -> ColumnElement[str]:
    """The thing with a global id, of a record that is gone its tombstone; null if there never was one."""
    return _one_of_any_type(ask, ask.bind(ask["id"].get, Text()))


def _nodes(_: Row, ask: Ask) -> ColumnElement[str]:
    """The things with these global ids, in the order of the ids, each as `node` answers it."""
    most = ask.planner.page_max_rows

    def bounded(variables: Mapping[str, Any]) -> int:
        size = len(ask["ids"].get(variables))
        if size > most:
            raise PageTooLarge(f"`ids` has {size} ids, more than {most}.", hint="Ask for them in several queries.")
        return size

    ids = each(json_bind(ask, ask["ids"])).table_valued("value", "key")
    size = ask.late(bounded)
    with ask.rows(size):
        item = _one_of_any_type(ask, ids.c.value).label("item")
    wanted = select(item).select_from(ids).order_by(ids.c.key).limit(ask.planner.bind(size, Integer())).subquery()
    return as_subquery(select(json_array(json_text(wanted.c.item))))


def _documents(_: Row, ask: Ask) -> ColumnElement[str]:
    """Documents, by default as they were loaded."""
    return connection(ask, DOCUMENT_KIND.listing(ask))


def _people(_: Row, ask: Ask) -> ColumnElement[str]:
    """People (and organizations, families, offices), by default as they were loaded."""
    return connection(ask, PERSON_KIND.listing(ask))


def _topics(_: Row, ask: Ask) -> ColumnElement[str]:
    """Topics, by default as they were loaded."""
    return connection(ask, TOPIC_KIND.listing(ask))


EITHER_ID = {"id": Argument(strawberry.ID, "A global id (`Person:stalin`) or the record's own id (`stalin`).", Argument.REQUIRED)}
GLOBAL_ID = {"id": Argument(strawberry.ID, "A global id, such as `Document:frus1950v07/d22`.", Argument.REQUIRED)}
GLOBAL_IDS = {"ids": Argument(list[strawberry.ID], "Global ids, at most 100.", Argument.REQUIRED)}


BY_ID = (
    "One {}; null if there is none with this id: `gone` tells whether there was. "
    "The id of one that was merged into another finds that other one."
)


@strawberry.type(description="What can be asked. Every query becomes one statement to the store.")
class Query:
    archive = field(Archive, _archive)
    node = field(Node | None, _node, args=GLOBAL_ID)
    nodes = field(list[Node | None], _nodes, args=GLOBAL_IDS)
    document = field(
        Document | None,
        _by_id("Document", DOCUMENTS),
        BY_ID.format("document"),
        args=EITHER_ID,
    )
    person = field(
        Person | None,
        _by_id("Person", PEOPLE),
        BY_ID.format("person"),
        args=EITHER_ID,
    )
    topic = field(
        Topic | None,
        _by_id("Topic", TOPICS),
        BY_ID.format("topic"),
        args=EITHER_ID,
    )
    documents = field(DocumentConnection, _documents, args=DOCUMENT_ARGUMENTS)
    people = field(PersonConnection, _people, args=PERSON_ARGUMENTS)
    topics = field(TopicConnection, _topics, args=TOPIC_ARGUMENTS)
    loads = field(LoadConnection, loads, args=PAGE_ARGUMENTS)
    load = field(Load | None, load, args=LOAD_ID)
    changes = field(RevisionConnection, changes, args=CHANGES_ARGUMENTS)
    gone = field(Tombstone | None, gone, args=GONE_ID)
    correspondence = field(CorrespondenceConnection, correspondence, args=CORRESPONDENCE_ARGUMENTS)
    suggest = field(list[Suggestion], suggest, args=SUGGEST_ARGUMENTS)
