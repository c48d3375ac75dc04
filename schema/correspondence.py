"""Who wrote to whom: pairs of a sender and a recipient, with how many letters and from when to when; for drawings of networks."""

from collections.abc import Collection
from typing import Any

import strawberry
from graphql import FieldNode, FragmentSpreadNode
from sqlalchemy import ColumnElement, Select, case, func, or_, select

from schema.arguments import Arg
from schema.criteria import DOCUMENT_ARGUMENTS
from schema.facts import DateColumns, HistoricalDate, one
from schema.fields import Argument, Row, field
from schema.filters import DOCUMENT_PEOPLE, DOCUMENTS, PEOPLE, among_ids
from schema.functions import json_or_null
from schema.listing import Key, Listing, Order
from schema.lists import DOCUMENT_KIND, visible_documents
from schema.pages import PAGE_ARGUMENTS, connection
from schema.plan import Ask
from schema.relations import Letters
from schema.types import Person, connection_types

DATES = ("firstDate", "lastDate")


def _end(name: str) -> Any:
    return lambda row, ask: _person(row, ask, name)


def _person(row: Row, ask: Ask, name: str) -> ColumnElement[str]:
    person = PEOPLE.alias()
    return one(ask, person, person.c.id == row.c[name])


def _date(name: str) -> Any:
    """The date of the document that is carried under a name."""

    def sql(row: Row, ask: Ask) -> ColumnElement[str]:
        document = DOCUMENTS.alias()
        below = ask.below(DateColumns.of(document, "date_"))
        return json_or_null(select(below).select_from(document).where(document.c.id == row.c[name]).correlate_except(document))

    return sql


@strawberry.type(description="The letters from one person to another.")
class Correspondence:
    sender = field(Person, _end("sender"), "Who sent them.")
    recipient = field(Person, _end("recipient"), "Who received them.")
    document_count = field(int, lambda row, _: row.c.documents, "How many letters there are in this direction.")
    first_date = field(HistoricalDate | None, _date("first"), "The date of the earliest of them; null if none is dated.")
    last_date = field(HistoricalDate | None, _date("last"), "The date of the latest of them; null if none is dated.")


_, CorrespondenceConnection = connection_types(
    "Correspondence", Correspondence, {}, "Pairs of a sender and a recipient, those with most letters first."
)

CORRESPONDENCE_ARGUMENTS = {
    "filter": DOCUMENT_ARGUMENTS["filter"],
    "search": DOCUMENT_ARGUMENTS["search"],
    "person": Argument(
        list[strawberry.ID] | None, "Only what one of these people sent or received (a global id or the record's own)."
    ),
    **PAGE_ARGUMENTS,
}


def correspondence(_: Row, ask: Ask) -> ColumnElement[str]:
    """Who wrote to whom: each sender with each recipient, and how many of the documents went between them, the most first.

    A letter to several counts with each of them; nobody is their own correspondent.
    """
    asked = {name: ask[name] for name in ("filter", "search", "person")}
    documents = DOCUMENT_KIND.listing(ask, ranked=False)
    letters = _letters(ask, asked, documents)
    dated = _selects(ask, DATES)
    grouped = (_dated_pairs(letters) if dated else _pairs(letters)).subquery()
    by = Order("COUNT", (Key(grouped.c.documents), Key(grouped.c.sender)), falling=True)
    names = ("sender", "recipient", "documents", *(("first", "last") if dated else ()))
    carry = {name: grouped.c[name] for name in names}
    return connection(ask, Listing(grouped, grouped.c.recipient, None, (), by, carry, search=documents.search))


def _letters(ask: Ask, asked: dict[str, Arg], documents: Listing) -> Any:
    """Every letter of every pair, once: `sender`, `recipient`, `document`."""
    letters = Letters()
    sender, recipient = letters.mine.c.person_id, letters.theirs.c.person_id
    document = visible_documents(letters.mine).c.document_id
    statement = select(sender.label("sender"), recipient.label("recipient"), document.label("document")).distinct()
    rows, conditions = letters.rows, [letters.sent, sender.isnot(None), recipient.isnot(None), sender != recipient]
    if not (asked["filter"].is_null and documents.search is None):
        found = documents.ids().subquery()
        rows = rows.join(found, found.c.id == document)
    if not asked["person"].is_null:
        wanted = select(PEOPLE.c.id).where(among_ids(ask, asked["person"], "Person", PEOPLE.c.key))
        theirs = DOCUMENT_PEOPLE.alias()
        conditions += [
            document.in_(select(theirs.c.document_id).where(theirs.c.person_id.in_(wanted))),
            or_(sender.in_(wanted), recipient.in_(wanted)),
        ]
    return statement.select_from(rows).where(*conditions).subquery()


def _pairs(letters: Any) -> Select[Any]:
    return select(letters.c.sender, letters.c.recipient, func.count().label("documents")).group_by(
        letters.c.sender, letters.c.recipient
    )


def _dated_pairs(letters: Any) -> Select[Any]:
    """The same with the first and the last of the dated letters."""
    row = DOCUMENTS.alias()
    pair = (letters.c.sender, letters.c.recipient)
    undated = row.c.date_edtf.is_(None)
    first = func.row_number().over(partition_by=pair, order_by=(undated, row.c.earliest_rising, row.c.id))
    last = func.row_number().over(partition_by=pair, order_by=(undated, row.c.latest_falling.desc(), row.c.id.desc()))
    dated = case((~undated, row.c.id))
    numbered = (
        select(*pair, dated.label("document"), first.label("first"), last.label("last"))
        .select_from(letters.join(row, row.c.id == letters.c.document))
        .subquery()
    )
    return select(
        numbered.c.sender,
        numbered.c.recipient,
        func.count().label("documents"),
        func.max(case((numbered.c.first == 1, numbered.c.document))).label("first"),
        func.max(case((numbered.c.last == 1, numbered.c.document))).label("last"),
    ).group_by(numbered.c.sender, numbered.c.recipient)


def _selects(ask: Ask, names: Collection[str]) -> bool:
    """Whether a field of one of these names stands anywhere below."""
    waiting: list[Any] = list(ask.nodes)
    seen: set[str] = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, FieldNode) and node.name.value in names:
            return True
        if isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            node = ask.planner.fragments[node.name.value]
        waiting += getattr(getattr(node, "selection_set", None), "selections", ())
    return False
