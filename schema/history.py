"""The history of the archive: loads, what each of them did to each record, and what is gone.

A revision keeps the fields that changed. What was added is not kept twice: it is the record as it is now, with all later changes
put back (`data.revisions`).
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import BigInteger, ColumnElement, Text, and_, case, cast, func, literal, or_, select
from strawberry.scalars import JSON

from data import tables
from data.errors import InvalidArgument
from data.tables import table
from schema.arguments import Arg
from schema.facts import LIST_ARGUMENTS, DateTime, json_text, one, plain_list
from schema.fields import Argument, Row, column, field
from schema.filters import DOCUMENTS, PEOPLE, TOPICS
from schema.functions import field_names, inline, joined, json_array, json_or_null, put_back, quote
from schema.listing import Listing, Order
from schema.lists import node_by_id, revisions, visible_documents
from schema.pages import PAGE_ARGUMENTS, connection
from schema.plan import Ask
from schema.records import record_json
from schema.redirects import resolved
from schema.types import GLOBAL_ID, Node, connection_types, is_type_of

LOADS, LOAD_FILES = table(tables.Load), table(tables.LoadFile)
REVISIONS, TOMBSTONES = table(tables.Revision), table(tables.Tombstone)
THINGS = (("Document", DOCUMENTS), ("Person", PEOPLE), ("Topic", TOPICS))


def terms(name: str, description: str, meanings: Mapping[str, str]) -> Any:
    """A GraphQL enum: each term with what it means."""
    members = {term: strawberry.enum_value(term, description=text) for term, text in meanings.items()}
    made: Any = Enum(name, members, module=__name__)  # type: ignore[misc] # the names of its members stand in the mapping
    return strawberry.enum(made, description=description)


LoadKind = terms(
    "LoadKind",
    "How the archive was changed.",
    {
        "UPSERT": "A load: fields that were given replaced, others stayed.",
        "APPEND": "A load of new records only.",
        "REPLACE": "A load: records that were given replaced those there were as a whole.",
        "DELETE_MISSING": "A load: what was not given was removed.",
        "UNDO": "Another change was taken back.",
        "MERGE": "Two records were made one.",
        "SPLIT": "Two records that had been made one were made two again.",
        "DISTINCT": "It was said of two people that they are not the same.",
    },
)
ChangeAction = terms(
    "ChangeAction",
    "What happened to a record.",
    {"ADDED": "It is new, or has come back.", "CHANGED": "Some of its fields changed.", "REMOVED": "It was removed."},
)
RecordType = terms(
    "RecordType",
    "The three kinds of records.",
    {"DOCUMENT": "An archival item.", "PERSON": "Whoever can act.", "TOPIC": "What a document is about."},
)


# Loads


def _load_of(id_column: str) -> Any:
    def sql(row: Row, ask: Ask) -> ColumnElement[str]:
        load = LOADS.alias()
        return one(ask, load, load.c.id == row.c[id_column])

    return sql


def _undone_by(row: Row, ask: Ask) -> ColumnElement[str]:
    """The last change that took this one back; null if none did."""
    load = LOADS.alias()
    found = select(ask.below(load)).select_from(load).where(load.c.undoes_id == row.c.id)
    return json_or_null(found.order_by(load.c.id.desc()).limit(1).correlate_except(load))


def _files(row: Row, ask: Ask) -> ColumnElement[str]:
    """The files that it read, in the order in which they were named."""
    file = LOAD_FILES.alias()
    return plain_list(ask, file, file.c.load_id == row.c.id)


def _revisions_of_load(row: Row, ask: Ask) -> ColumnElement[str]:
    """What it did to each record, in the order in which it did it."""
    return connection(ask, revisions(lambda revision: revision.c.load_id == row.c.id))


def _load_id(row: Row, _: Ask) -> ColumnElement[str]:
    """The global id, as in `Load:12`; loads are numbered in the order in which they were made."""
    return json_text(joined(inline('"Load:'), quote(row.c.id), inline('"')))


def _counts(row: Row, ask: Ask) -> ColumnElement[str]:
    """How many records it added, changed, left as they were, removed, rejected."""
    return ask.below(row)


@strawberry.type(description="How many records a load did what to.")
class LoadCounts:
    added = field(int, column("added"), "How many are new.")
    changed = field(int, column("changed"), "How many changed.")
    unchanged = field(int, column("unchanged"), "How many were given as they are already.")
    removed = field(int, column("removed"), "How many were removed.")
    rejected = field(int, column("rejected"), "How many were refused, with errors.")


@strawberry.type(description="A file that a load read.")
class LoadFile:
    name = field(str, column("name"), "Its name, as it was given.")
    sha256 = field(str, column("sha256"), "The SHA-256 of its bytes, hexadecimal.")
    # not an Int, which GraphQL ends at 2 GiB
    size_bytes = field(float, column("size_bytes"), "How large it was, in bytes: a whole number.")
    records = field(int, column("records"), "How many records it held.")


@strawberry.type(description="One change of the archive as a whole: a load, or an undo, a merge, a split. Kept for good.")
class Load(Node):
    is_type_of = is_type_of("Load")

    id = field(strawberry.ID, _load_id)
    at = field(DateTime, column("at"), "When.")
    by = field(str, column("by"), "Who: the name of a token, or of a user of the machine.")
    mode = field(LoadKind, column("mode"), "How the archive was changed.")
    counts = field(LoadCounts, _counts)
    seconds = field(float, column("seconds"), "How long it took.")
    files = field(list[LoadFile], _files, args=LIST_ARGUMENTS)
    undoes = field("Load | None", _load_of("undoes_id"), "The change that this one took back; null if it is none that does.")
    undone_by = field("Load | None", _undone_by)
    revisions = field("RevisionConnection", _revisions_of_load, args=PAGE_ARGUMENTS)


# Revisions


def _current(row: Row) -> ColumnElement[str]:
    """The record that a revision is of, as JSON, as it is now; `null` if it is gone."""
    found = []
    for name, things in THINGS:
        thing = things.alias()
        mine = and_(row.c.type == name.lower(), thing.c.key == row.c.key)
        found.append(
            select(record_json(name.lower(), thing)).select_from(thing).where(mine).correlate_except(thing).scalar_subquery()
        )
    return func.coalesce(*found, inline("null"))


def _as_added(row: Row) -> ColumnElement[str]:
    later = REVISIONS.alias()
    before, after = (func.coalesce(column, inline("null")) for column in (later.c.before, later.c.after))
    entry = joined(inline("["), quote(later.c.action), inline(","), before, inline(","), after, inline("]"))
    entries = (
        select(json_text(entry).label("entry"))
        .where(later.c.type == row.c.type, later.c.key == row.c.key, later.c.id > row.c.id)
        .order_by(later.c.id)
        .correlate_except(later)
        .subquery()
    )
    items = select(json_array(json_text(entries.c.entry))).correlate_except(entries).scalar_subquery()
    return put_back(_current(row), items)


def _after(row: Row, _: Ask) -> ColumnElement[str]:
    """The fields that changed as they were then; of an addition the whole record, of a removal null.

    A field that was taken away is null; an `x_…` field, which may be null itself, is left out then.
    """
    return json_text(case((row.c.action == "ADDED", _as_added(row)), else_=func.coalesce(row.c.after, inline("null"))))


def _before(row: Row, _: Ask) -> ColumnElement[str]:
    """The fields that changed as they were before; of a removal the whole record, of an addition null.

    A field that was not there is null; an `x_…` field, which may be null itself, is left out then.
    """
    return json_text(func.coalesce(row.c.before, inline("null")))


def _fields(row: Row, ask: Ask) -> ColumnElement[str]:
    """The names of the fields that changed, in the record format; of an addition or removal, of all that it had."""
    return field_names(_before(row, ask), _after(row, ask))


def _record(row: Row, ask: Ask) -> ColumnElement[str]:
    """The record as it is now; if it was merged into another, that one; null if it is gone."""
    found = []
    for name, things in THINGS:
        thing = visible_documents(things.alias()) if things is DOCUMENTS else things.alias()
        mine = and_(row.c.type == name.lower(), thing.c.key == resolved(name, row.c.key))
        below = ask.below(thing, as_type=name)
        found.append(select(below).select_from(thing).where(mine).correlate_except(thing).scalar_subquery())
    return json_text(func.coalesce(*found, inline("null")))


def _global_id(row: Row, _: Ask) -> ColumnElement[str]:
    """The global id of the record, as in `Document:frus1950v07/d22`."""
    names = case(*((row.c.type == name.lower(), inline(f'"{name}:')) for name, _things in THINGS))
    return json_text(joined(names, func.substr(quote(row.c.key), 2)))


def _type(row: Row, _: Ask) -> ColumnElement[str]:
    """What kind of record it is."""
    return func.upper(row.c.type)


def _at(row: Row, _: Ask) -> ColumnElement[str]:
    """When."""
    load = LOADS.alias()
    return select(load.c.at).where(load.c.id == row.c.load_id).correlate_except(load).scalar_subquery()


@strawberry.type(description="What one load did to one record.")
class Revision:
    action = field(ChangeAction, column("action"), "What happened to it.")
    type = field(RecordType, _type)
    record_id = field(str, column("key"), "The record's own id.")
    global_id = field(strawberry.ID, _global_id)
    at = field(DateTime, _at)
    load = field(Load, _load_of("load_id"), "The load that did it.")
    fields = field(list[str], _fields)
    before = field(JSON | None, _before)
    after = field(JSON | None, _after)
    record = field(Node | None, _record)


_, LoadConnection = connection_types("Load", Load, {}, "Loads.")
_, RevisionConnection = connection_types("Revision", Revision, {}, "Changes of records.")


# What is gone


@strawberry.type(description="A record that was removed: its id is not forgotten.")
class Tombstone(Node):
    is_type_of = is_type_of("Tombstone")

    id = field(strawberry.ID, _global_id, GLOBAL_ID)
    type = field(RecordType, _type)
    record_id = field(str, column("key"), "The record's own id, as the archivist gave it.")
    since = field(DateTime, _at, "Since when it is gone.")
    load = field(Load, _load_of("load_id"), "The load that removed it; its `revisions` hold what it was.")


# At the root


@strawberry.input(description="From where on: exactly one of the two.", one_of=True)
class ChangesSince:
    load: strawberry.ID | None = strawberry.field(description="What came after this load.", default=strawberry.UNSET)
    time: DateTime | None = strawberry.field(
        description="What came with loads that were made at this time or later.", default=strawberry.UNSET
    )


CHANGES_ARGUMENTS = {
    "since": Argument(
        ChangesSince | None, "From where on; from the beginning, if it is left out. To go on from where you were, use `after`."
    ),
    **PAGE_ARGUMENTS,
}
LOAD_ID = {"id": Argument(strawberry.ID, "A global id (`Load:12`) or the number alone (`12`).", Argument.REQUIRED)}
GONE_ID = {"id": Argument(strawberry.ID, "A global id, such as `Person:stalin`.", Argument.REQUIRED)}


DIGITS = "0123456789"
DIGITS_MAX = 18


def number(name: str, id_: str) -> int:
    """The number of a load, from its id. Raises InvalidArgument."""
    digits = id_.removeprefix("Load:")
    if not (digits.isascii() and digits.isdigit() and len(digits) <= DIGITS_MAX):
        raise InvalidArgument(f"`{name}` is not the id of a load.", hint="Write `Load:12`, as `loads` tells it.")
    return int(digits)


def loads(_: Row, ask: Ask) -> ColumnElement[str]:
    """Every change of the archive as a whole, the newest first."""
    row = LOADS.alias()
    return connection(ask, Listing(row, row.c.id, node_by_id(LOADS), (), Order("DEFAULT", falling=True)))


def load(_: Row, ask: Ask) -> ColumnElement[str]:
    """One load; null if there is none with this id."""
    row = LOADS.alias()
    return one(ask, row, row.c.id == ask.bind(lambda variables: number("id", ask["id"].get(variables)), BigInteger()))


def changes(_: Row, ask: Ask) -> ColumnElement[str]:
    """Every change of every record, the oldest first: for whoever keeps a copy of the archive.

    Ask with `after` set to the last cursor that you have; what comes is what changed since. Each says what the record is now, so
    that a change may be taken twice, or together with later ones, without harm.
    """
    since = ask["since"]

    def where(row: Any) -> ColumnElement[bool]:
        if since.is_null:
            return literal(value=True)
        earlier = REVISIONS.alias()
        first = select(func.min(earlier.c.load_id)).where(_is_since(ask, since, earlier)).scalar_subquery()
        start = REVISIONS.alias()
        found = select(func.min(start.c.id)).where(start.c.load_id == first).correlate_except(start).scalar_subquery()
        return and_(row.c.id >= func.coalesce(found, tables.LAST))

    return connection(ask, revisions(where))


def _is_since(ask: Ask, since: Arg, revision: Any) -> ColumnElement[bool]:
    """A revision comes after the load, or with the first load of the time or a later one."""
    if not since["load"].is_null:
        get = since["load"].get
        return and_(revision.c.load_id > ask.bind(lambda variables: number("since.load", get(variables)), BigInteger()))
    load = LOADS.alias()
    made = select(func.min(load.c.id)).where(load.c.at >= ask.bind(since["time"].get, Text())).correlate_except(load)
    return and_(revision.c.load_id >= made.scalar_subquery())


def gone(_: Row, ask: Ask) -> ColumnElement[str]:
    """Since when a record is gone; null if it is there, was merged into another, or never was."""
    row, value = TOMBSTONES.alias(), ask.bind(ask["id"].get, Text())
    return one(ask, row, tombstone_of(row, value))


def tombstone_of(row: Any, value: ColumnElement[Any]) -> ColumnElement[bool]:
    """A tombstone is that of a global id."""
    fits = []
    for name, _things in THINGS:
        prefix = f"{name}:"
        key = func.substr(value, len(prefix) + 1)
        fits.append(and_(func.substr(value, 1, len(prefix)) == prefix, row.c.type == name.lower(), row.c.key == key))
    return or_(*fits)


def load_of(row: Any, value: ColumnElement[Any]) -> ColumnElement[bool]:
    """A load is that of a global id."""
    digits = func.substr(value, len("Load:") + 1)
    is_number = and_(
        func.substr(value, 1, 5) == "Load:", func.ltrim(digits, DIGITS) == "", func.length(digits).between(1, DIGITS_MAX)
    )
    return and_(row.c.id == case((is_number, cast(digits, BigInteger()))))
