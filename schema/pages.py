"""Lists as Relay connections: keyset pages in both directions, their cursors, their edges and counts.

A page is found by comparing sort keys, never by counting off rows, so page 50,000 costs what page 1 costs. What is not selected
is not computed: without `pageInfo` no row beyond the page is read, without `totalCount` none is counted.

    https://relay.dev/graphql/connections.htm
"""

from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from operator import ge, gt, le, lt
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Subquery,
    Text,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)

from data.errors import InvalidArgument, PageTooLarge
from schema.arguments import Arg
from schema.cursors import CURSOR_ARGUMENTS
from schema.fields import Argument
from schema.functions import framed, gathered, greatest, in_order, json_array, key_value, least
from schema.limits import Limits
from schema.listing import EdgeRow, Listing, PageArgs, PageView
from schema.plan import Ask

PAGE_DEFAULT_ROWS = 20
PAGE_MAX_ROWS = Limits.page_max_rows
SQL_INTEGER_MAX = 2**63 - 1
SQL_ROWS_MAX = 2**31 - 1

GROUPED_ROWS, SEARCHED_ROWS, COUNTED_ROWS, SPREAD_ROWS = 50, 500, 10, 500
"""What a list costs that is made by grouping, that is searched, that is counted, whose facets are asked: in rows of a page.
`tests/benchmarks/cost.py` shows these prices beside what is read."""

PAGE_ARGUMENTS = {
    "first": Argument(
        int | None,
        f"How many from the start, 0 to {PAGE_MAX_ROWS} (unless the server is set otherwise); "
        f"{PAGE_DEFAULT_ROWS} if `last` is not given either.",
    ),
    "after": CURSOR_ARGUMENTS["after"],
    "last": Argument(int | None, f"How many from the end, 0 to {PAGE_MAX_ROWS} (unless the server is set otherwise)."),
    "before": CURSOR_ARGUMENTS["before"],
}


def connection(ask: Ask, listing: Listing) -> ColumnElement[str]:
    """The page that the arguments ask for, as the connection object that the selection below wants."""
    asked = _read(ask)
    _check(ask, listing, asked)
    selected = ask.selected()
    needs_page = bool(selected & {"edges", "nodes", "pageInfo"})
    whole, ids = None, None
    shared = list(listing.shared)
    is_read_twice = listing.search and listing.where and len(selected & {"totalCount", "nodes", "edges"}) > 1
    if is_read_twice or selected & {"facets", "timeline"}:  # hits are sooner counted again than kept
        whole, read = listing.materialized(keyed=needs_page and bool(listing.search))
        shared.append(read)
        listing = whole if listing.search else listing
        if ask.planner.has_counts and selected & {"facets", "timeline"}:
            ids = select(gathered(read.c.id).label("ids")).cte(nesting=True)
            shared.append(ids)
    with ask.rows(_price(listing, selected)):
        pass
    with ask.rows(_late_size(ask, asked.first or asked.last, 0)):
        if not needs_page:
            below = ask.below(PageView(ask, listing, asked, whole=whole, gathered=ids))
            return framed(below, lambda text: select(text).add_cte(*shared).scalar_subquery()) if shared else below
        numbered = "pageInfo" in selected or (asked.first is not None and asked.last is not None)
        paged = listing
        if listing.order.is_by_relevance and not isinstance(listing.rows, CTE):
            paged, read = listing.computed(from_last=listing.order.falling != asked.backward)
            shared.append(read)
        page, kept = _page(ask, paged, asked, numbered=numbered)
        node, found = listing.node(page.c[f"k{len(listing.sort_keys()) - 1}"]) if listing.node else (page, None)
        below = ask.below(PageView(ask, listing, asked, page, kept, node, whole, ids))
    rows: FromClause = page
    if found is not None and selected & {"edges", "nodes"}:
        rows = in_order(page, node, found)
    else:
        below = _typed(case((func.count() >= 0, below)), below)  # an aggregate, as lists are: one row from however many
    return framed(
        below, lambda text: select(text).select_from(rows).add_cte(*shared).correlate_except(page, node).scalar_subquery()
    )


def _price(listing: Listing, selected: AbstractSet[str]) -> int:
    """How many rows of a page the rest of the work for a list is like, whatever the size of its page."""
    rows = GROUPED_ROWS if listing.carry else 0
    rows += SEARCHED_ROWS if listing.search else 0
    rows += COUNTED_ROWS if "totalCount" in selected else 0
    return rows + (SPREAD_ROWS if selected & {"facets", "timeline"} else 0)


def _typed(value: ColumnElement[Any], like: ColumnElement[Any]) -> ColumnElement[Any]:
    value.type = like.type
    return value


def _read(ask: Ask) -> PageArgs:
    first, last = (None if ask[name].is_null else ask[name] for name in ("first", "last"))
    if first is None and last is None:
        first = Arg("first", get=lambda _: PAGE_DEFAULT_ROWS)
    after, before = (None if ask[name].is_null else ask[name] for name in ("after", "before"))
    return PageArgs(first, last, after, before)


def forward_rows(ask: Ask) -> ColumnElement[int] | None:
    """How many rows of a list a page needs at most, from its cursor's own on; None for one that is not read forwards only."""
    asked = _read(ask)
    return None if asked.last or asked.before else _size(ask, asked.first, 2)


def _check(ask: Ask, listing: Listing, asked: PageArgs) -> None:
    """Has sizes and cursors checked at each run, whatever is selected."""
    for size in filter(None, (asked.first, asked.last)):
        ask.check(_checked_size(ask, size))
    for name, cursor in (("after", asked.after), ("before", asked.before)):
        if cursor:
            ask.check(listing.cursors(ask).position(cursor, name))


def _checked_size(ask: Ask, arg: Arg) -> Callable[[Mapping[str, Any]], int]:
    most = ask.planner.page_max_rows

    def get(variables: Mapping[str, Any]) -> int:
        size: int = arg.get(variables)
        if size < 0:
            raise InvalidArgument(f"`{arg.name}` is {size}, below 0.", hint="Ask from the other end with `last`.")
        if size > most:
            raise PageTooLarge(
                f"`{arg.name}` is {size}, above {most}.",
                hint="Ask for less at a time, and for the next page with `after`.",
            )
        return size

    return get


def _late_size(ask: Ask, arg: Arg | None, more: int) -> Any:
    get = _checked_size(ask, arg) if arg else lambda _: 0
    return ask.late(lambda variables: get(variables) + more)


def _size(ask: Ask, arg: Arg | None, more: int) -> ColumnElement[int]:
    get = _checked_size(ask, arg) if arg else lambda _: 0
    return ask.bind(lambda variables: get(variables) + more, Integer())


def _page(ask: Ask, listing: Listing, asked: PageArgs, *, numbered: bool) -> tuple[Subquery, ColumnElement[bool] | None]:
    """The rows of the page, in its order; numbered, one more than the page is read, and a condition says which belong."""
    keys = listing.sort_keys()
    columns = [key.column.label(f"k{i}") for i, key in enumerate(keys)]
    carried = [column.label(name) for name, column in listing.carry.items()]
    falls = listing.order.falling != asked.backward
    given = [(name, arg) for name, arg in (("after", asked.after), ("before", asked.before)) if arg]
    conditions = [_beyond(ask, listing, arg, name=name, inclusive=False) for name, arg in given]
    held = [condition for name, arg in given for condition in listing.cursors(ask).is_new(arg, name)]
    scan = (
        listing.filtered(*conditions)
        .select(*columns, *carried)
        .order_by(*(key.column.desc() if falls else key.column.asc() for key in keys))
    )
    if not numbered:
        scan = scan.limit(_where(held, _size(ask, asked.first or asked.last, 0)))
        return _turned(scan.subquery(), len(keys), falls=falls) if asked.backward else scan.subquery(), None
    limit = _size(ask, asked.first or asked.last, 1)
    if asked.first and asked.last:
        limit = greatest(limit, _size(ask, asked.last, 1))
    inner = scan.limit(_where(held, limit)).subquery()
    order = [inner.c[f"k{i}"].desc() if falls else inner.c[f"k{i}"].asc() for i in range(len(keys))]
    page = select(
        *inner.c,
        func.row_number().over(order_by=order).label("number"),
        func.count().over().label("found"),
    ).subquery()
    ordered = _in_order(select(*page.c), page.c.number.desc() if asked.backward else page.c.number)
    return ordered, _kept(ask, ordered, asked)


def _where(held: list[ColumnElement[bool]], limit: ColumnElement[int]) -> ColumnElement[int]:
    """The limit of a page, found after conditions that end the statement where they do not hold."""
    return case((and_(*held), limit)) if held else limit


def _turned(inner: Subquery, keys: int, *, falls: bool) -> Subquery:
    """A page that was read backwards, in the list's own order."""
    order = [inner.c[f"k{i}"].asc() if falls else inner.c[f"k{i}"].desc() for i in range(keys)]
    return _in_order(select(*inner.c), *order)


def _in_order(page: Select[Any], *order: ColumnElement[Any]) -> Subquery:
    """Rows whose order holds also where the page is joined: a database keeps it there only together with a limit."""
    return page.order_by(*order).limit(SQL_ROWS_MAX).subquery()


def _kept(ask: Ask, page: Subquery, asked: PageArgs) -> ColumnElement[bool]:
    only = asked.first or asked.last
    kept = page.c.number <= _size(ask, only, 0)
    if asked.first and asked.last:
        kept = and_(kept, page.c.number > _last_within_first(ask, page, asked))
    return kept


def _last_within_first(ask: Ask, page: Subquery, asked: PageArgs) -> ColumnElement[int]:
    """How many of the first rows are left out when both `first` and `last` are given."""
    return least(page.c.found, _size(ask, asked.first, 0)) - _size(ask, asked.last, 0)


COMPARED: dict[tuple[bool, bool], Callable[[Any, Any], Any]] = {
    (True, False): gt,
    (False, False): lt,
    (True, True): le,
    (False, True): ge,
}


def _beyond(ask: Ask, listing: Listing, arg: Arg, *, name: str, inclusive: bool) -> ColumnElement[bool]:
    """The rows after (or before) a cursor; `inclusive`, those on its other side, its own row among them."""
    keys, cursors = listing.sort_keys(), listing.cursors(ask)
    *parts, last = (cursors.key(arg, name, index, key.type) for index, key in enumerate(keys))
    columns = tuple_(*(key.column for key in keys)) if parts else keys[0].column
    values = tuple_(*parts, key_value(last)) if parts else last
    is_behind = (name == "after") != listing.order.falling
    compared = COMPARED[is_behind, inclusive](columns, values)
    return and_(*cursors.fits(arg, name), compared)


def _cursor(view: PageView, page: Subquery) -> ColumnElement[str]:
    keys = [page.c[f"k{i}"] for i in range(len(view.listing.sort_keys()))]
    return view.listing.cursors(view.ask).made(keys)


def _node(view: PageView, ask: Ask) -> ColumnElement[str]:
    return ask.below(view.node)


def _page_of(view: PageView) -> Subquery:
    if view.page is None:
        message = "a page is read when nodes, edges or pageInfo are selected"
        raise TypeError(message)
    return view.page


# The SQL of the fields that every connection and every edge has.


def nodes(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The things of this page, without what the edges say of them."""
    return json_array(_node(view, ask), where=view.kept)


def edges(view: PageView, ask: Ask) -> ColumnElement[str]:
    """The things of this page, each with its cursor and with what belongs to its place in this list."""
    page = _page_of(view)
    return json_array(ask.below(EdgeRow(view, page.c, view.listing.edge)), where=view.kept)


def edge_node(edge: EdgeRow, ask: Ask) -> ColumnElement[str]:
    """The thing itself."""
    return _node(edge.view, ask)


def edge_cursor(edge: EdgeRow, _: Ask) -> ColumnElement[str]:
    """Where this edge stands in the list: to be given as `after` or `before`."""
    return _cursor(edge.view, _page_of(edge.view))


def total_count(view: PageView, _: Ask) -> ColumnElement[int]:
    """How many there are in the whole list, not only on this page. Counted only when asked for."""
    listing = view.all
    if listing.count is not None:
        return select(listing.count.c.hits).scalar_subquery()
    is_kept = isinstance(listing.rows, CTE)
    if not is_kept and listing.order.is_by_relevance and listing.search.is_any and listing.without:
        listing = listing.without(())  # hits that are ranked phrase by phrase would have to be put together first
    return listing.select(func.count()).scalar_subquery()


def page_info(view: PageView, ask: Ask) -> ColumnElement[str]:
    """What lies before and behind this page."""
    return ask.below(view)


def has_next_page(view: PageView, _: Ask) -> ColumnElement[bool]:
    """Whether there is more behind this page."""
    page, asked = _page_of(view), view.asked
    more = _exists_beyond(view, asked.before, "before")
    if asked.first is None:
        return more
    return or_(func.coalesce(func.max(page.c.found), 0) > _size(view.ask, asked.first, 0), more)


def has_previous_page(view: PageView, _: Ask) -> ColumnElement[bool]:
    """Whether there is more before this page."""
    page, asked = _page_of(view), view.asked
    more = _exists_beyond(view, asked.after, "after")
    if asked.last is None:
        return more
    return or_(func.coalesce(func.max(page.c.found), 0) > _size(view.ask, asked.last, 0), more)


def _exists_beyond(view: PageView, arg: Arg | None, name: str) -> ColumnElement[bool]:
    if arg is None:
        return literal(value=False)
    condition = _beyond(view.ask, view.listing, arg, name=name, inclusive=True)
    return exists(view.listing.filtered(condition).select(literal(1)))


def start_cursor(view: PageView, _: Ask) -> ColumnElement[str]:
    """The cursor of the first thing on this page; null on an empty page."""
    return _end_of_page(view, at_start=True)


def end_cursor(view: PageView, _: Ask) -> ColumnElement[str]:
    """The cursor of the last thing on this page; null on an empty page."""
    return _end_of_page(view, at_start=False)


def _end_of_page(view: PageView, *, at_start: bool) -> ColumnElement[str]:
    page, asked = _page_of(view), view.asked
    size = _size(view.ask, asked.last if asked.backward else asked.first, 0)
    near: ColumnElement[Any] = literal(1)
    if asked.first and asked.last:
        near = greatest(_last_within_first(view.ask, page, asked) + 1, literal(1))
    far = least(page.c.found, size)
    edge = near if at_start != asked.backward else far
    chosen = case((and_(page.c.number == edge, *([view.kept] if view.kept is not None else [])), _cursor(view, page)))
    return func.max(chosen, type_=Text())
