"""Lists of documents, people and topics: where their rows come from, filtered and ordered as the arguments ask."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ColumnElement, FromClause

from schema.filters import (
    DOCUMENT_KEYS,
    DOCUMENT_RULES,
    DOCUMENTS,
    NAME_KEYS,
    PEOPLE,
    PERSON_RULES,
    TOPIC_RULES,
    TOPICS,
    Rule,
    condition,
    order,
)
from schema.pages import Key, Listing, Order
from schema.plan import Ask


def visible_documents(alias: Any) -> Any:
    """Documents that the one who asks may see. Every read of documents passes here, so that such a rule has one place."""
    return alias


def node_by_id(table: Any) -> Any:
    def node(key: ColumnElement[int]) -> tuple[FromClause, ColumnElement[bool]]:
        alias = table.alias()
        return alias, alias.c.id == key

    return node


@dataclass(frozen=True)
class Kind:
    """What lists of one type have in common: table, filter rules and orders."""

    table: Any
    rules: Mapping[str, Rule]
    keys: Mapping[str, tuple[str, str, type]]

    def listing(self, ask: Ask, link: FromClause | None = None, *, of: str = "id", **more: Any) -> Listing:
        """The list of this kind, filtered and ordered as asked: all rows, or those that a link table names in column `of`."""
        row = self.table.alias()
        default = more.pop("default", Order("DEFAULT"))
        by = order(row, ask["orderBy"], self.keys, default)
        wanted = ask["filter"]
        rows: FromClause = row if link is None else link
        where = more.pop("where", ())
        if link is not None and not (wanted.is_null and by is default):
            rows = link.join(row, row.c.id == link.c[of])
        if not wanted.is_null:
            where = (*where, condition(ask, row, wanted, self.rules))
        node_id = row.c.id if link is None else link.c[of]
        return Listing(rows, node_id, node_by_id(self.table), tuple(where), by, **more)


DOCUMENT_KIND = Kind(DOCUMENTS, DOCUMENT_RULES, DOCUMENT_KEYS)
PERSON_KIND = Kind(PEOPLE, PERSON_RULES, NAME_KEYS)
TOPIC_KIND = Kind(TOPICS, TOPIC_RULES, NAME_KEYS)


def counted_listing(kind: Kind, ask: Ask, statement: Any, carry: Sequence[str], **more: Any) -> Listing:
    """A grouped statement (`node_id`, `documents`, …) as a list of nodes, the largest count first; edges know what is carried."""
    grouped = statement.subquery()
    by = Order("COUNT", (Key(grouped.c.documents),), falling=True)
    listing = kind.listing(ask, grouped, of="node_id", default=by, **more)
    return replace(listing, carry={name: grouped.c[name] for name in carry})
