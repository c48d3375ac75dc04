"""Lists of documents, people and topics: where their rows come from, filtered and ordered as the arguments ask."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from sqlalchemy import CTE, Alias, BigInteger, ColumnElement, FromClause

from data import tables
from data.errors import InvalidArgument
from data.search import columns
from data.search.columns import Subject
from schema.arguments import Arg
from schema.cursors import Cursors
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
    all_hold,
    conditions,
    order,
    term,
)
from schema.functions import in_order
from schema.listing import RELEVANCE, Key, Listing, Order
from schema.pages import forward_rows
from schema.plan import Ask
from schema.ranking import Behind
from schema.search import Searching, relevance, searching

ORDERLESS = {"totalCount", "facets", "timeline", "__typename"}
"""Where no more than this is selected of a list, nothing depends on its order."""


WHOLE = {"facets", "timeline"}
"""What is counted over all of a list that is read once."""


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
    subject: Subject

    def listing(
        self,
        ask: Ask,
        link: FromClause | None = None,
        *,
        of: str = "id",
        omit: Collection[Arg] = (),
        search: Searching | None = None,
        **more: Any,
    ) -> Listing:
        """The list of this kind, filtered and ordered as asked: all rows, or those that a link table names in column `of`.

        `omit` are conditions of the filter to be left out; `search` is searched for instead of what is asked. With `ranked=False`
        hits are found and not ranked, which costs ten times as much: the list is to be counted only.
        """
        row = self.table.alias()
        again = partial(self.listing, ask, link, of=of, **more)
        default = more.pop("default", Order("DEFAULT"))
        search = search or searching(ask, self.subject)
        ranked = more.pop("ranked", True) and not ask.selected() <= ORDERLESS
        is_grouped = link is not None and not isinstance(link, Alias)
        wanted = [(key, arg) for key, arg in conditions(ask["filter"]) if not any(arg is one for one in omit)]
        where = list(more.pop("where", ()))
        is_whole = search is not None and search.is_match_only and link is None and not wanted and not where
        counted = ranked and is_whole and "totalCount" in ask.selected()
        how = {"ranked": ranked, "once": is_grouped, "counted": counted}
        behind = _behind(ask, search, is_whole=is_whole) if search and link is None else None
        by, hits = self._order(ask, row, search, default, **how, behind=behind)
        is_ranked = hits is not None
        source: FromClause | None = link
        needs_row = bool(wanted) or (by is not default and not by.is_by_relevance) or bool(search and search.needs_row)
        if source is None and hits is not None and not needs_row:
            source, hits, of = hits, None, "id"
        rows: FromClause = row if source is None else source
        node_id = row.c.id if source is None else source.c[of]
        if link is not None and hits is not None:  # hits are found once, not looked for at each row of the link
            first, second = (link, hits) if is_grouped else (hits, link)
            source, hits = in_order(first, second, hits.c.id == node_id), None
            rows = source
        if source is not None and needs_row:
            rows = source.join(row, row.c.id == node_id)
        if wanted:
            where.append(all_hold(ask, row, wanted, self.rules))
        if hits is not None:
            rows = rows.join(hits, hits.c.id == node_id)
        if search:
            where += search.conditions(row, node_id, ranked=is_ranked)
        return Listing(
            rows,
            node_id,
            node_by_id(self.table),
            tuple(where),
            by,
            search=search,
            count=search.count if search and counted and by.is_by_relevance else None,
            without=lambda omit: again(omit=omit, ranked=False),
            searched=lambda search: again(search=search, ranked=False),
            **more,
        )

    def _order(self, ask: Ask, row: Any, search: Searching | None, default: Order, **how: Any) -> tuple[Order, Any]:
        """The order that is asked for, and if it is relevance, the hits that have it, found as `Searching.hits` is told."""
        arg = ask["orderBy"]
        asked = None if arg.is_null else term(arg["field"].known)
        if asked == "RELEVANCE" and ask["search"].is_null:
            raise InvalidArgument("`orderBy` is RELEVANCE, but there is no search.", hint="Give `search`, or another order.")
        if asked not in ("RELEVANCE", None) or search is None:
            return order(row, arg, self.keys, default), None
        hits = search.hits(**how) if search.is_ranked else None
        return relevance(hits, falling=_is_falling(arg)), hits


def _is_falling(order: Arg) -> bool:
    return not order.is_null and term(order["direction"].known) == "DESC"


def _behind(ask: Ask, search: Searching, *, is_whole: bool) -> Behind | None:
    """Where a page by relevance starts, if it is read forwards; and what it may need, if its list is the `whole` of the hits."""
    if _is_falling(ask["orderBy"]):
        return None
    rows = forward_rows(ask) if is_whole and not ask.selected() & WHOLE else None
    if ask["after"].is_null:
        return Behind(rows=rows)
    cursors = Cursors.of(ask, f"{RELEVANCE} ASC", (int, int), search, is_counted=False)
    rank, id_ = (cursors.key(ask["after"], "after", at, BigInteger()) for at in (0, 1))
    return Behind(rank, id_, rows)


DOCUMENT_KIND = Kind(DOCUMENTS, DOCUMENT_RULES, DOCUMENT_KEYS, columns.DOCUMENT)
PERSON_KIND = Kind(PEOPLE, PERSON_RULES, NAME_KEYS, columns.PERSON)
TOPIC_KIND = Kind(TOPICS, TOPIC_RULES, NAME_KEYS, columns.TOPIC)


REVISIONS = tables.table(tables.Revision)


def revisions(where: Callable[[Any], ColumnElement[bool]], *, newest_first: bool = False) -> Listing:
    """The changes of records that a condition finds, in the order in which they were made, or the other way round."""
    row = REVISIONS.alias()
    return Listing(row, row.c.id, node_by_id(REVISIONS), (where(row),), Order("DEFAULT", falling=newest_first))


def counted_listing(kind: Kind, ask: Ask, statement: Any, carry: Sequence[str], **more: Any) -> Listing:
    """A grouped statement (`node_id`, `documents`, …) as a list of nodes, the largest count first; edges know what is carried.

    A statement that is a CTE is run once, whatever is asked of the list. `by` names the order and the column that it is by, where
    that is not the count of documents.
    """
    name, column = more.pop("by", ("COUNT", "documents"))
    grouped = statement if isinstance(statement, CTE) else statement.subquery()
    more["shared"] = (*more.get("shared", ()), *([statement] if isinstance(statement, CTE) else []))
    order = Order(name, (Key(grouped.c[column]),), falling=True)
    listing = kind.listing(ask, grouped, of="node_id", default=order, **more)
    return replace(listing, carry={name: grouped.c[name] for name in carry})
