"""A list before it is cut into pages: its rows, its order and its keys; and what the fields of a page and of an edge hang on."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import CTE, BigInteger, ColumnElement, FromClause, Select, Subquery, Text, select
from sqlalchemy.types import TypeEngine

from data import tables
from schema.arguments import Arg
from schema.cursors import Cursors
from schema.plan import Ask

RELEVANCE = "RELEVANCE"


@dataclass(frozen=True)
class Key:
    """One column to sort by, never NULL; texts compare by code point."""

    column: ColumnElement[Any]
    kind: type[int] | type[str] = int

    @property
    def type(self) -> TypeEngine[Any]:
        return BigInteger() if self.kind is int else Text()


@dataclass(frozen=True)
class Order:
    """An order of a list: its keys, most significant first, rising or falling together; the row's id is added as the last."""

    name: str
    keys: tuple[Key, ...] = ()
    falling: bool = False

    @property
    def is_by_relevance(self) -> bool:
        """Whether its key is computed for each row, and changes with the archive."""
        return self.name == RELEVANCE


@dataclass(frozen=True)
class Listing:
    """A list before it is cut into pages: where its rows come from, and which column names the node.

    `node` finds the row of a node's id; where it is None, what is carried is all there is of a node. `without` is the list as it
    would be without conditions of its filter; `searched` is the list as it would be with another search;
    `shared` is read once for all that is asked of it; `count` has how many rows there are, where its ranking wants to know too.
    What a list carries it counts itself.
    """

    rows: FromClause
    node_id: ColumnElement[int]
    node: Callable[[ColumnElement[int]], tuple[FromClause, ColumnElement[bool]]] | None
    where: tuple[ColumnElement[bool], ...] = ()
    order: Order = field(default_factory=lambda: Order("DEFAULT"))
    carry: Mapping[str, ColumnElement[Any]] = field(default_factory=dict)
    edge: Any = None
    search: Any = None
    count: CTE | None = None
    without: Callable[[Collection[Arg]], "Listing"] | None = None
    searched: Callable[[Any], "Listing"] | None = None
    node_kind: type[int] | type[str] = int
    shared: tuple[CTE, ...] = ()

    def cursors(self, ask: Ask) -> Cursors:
        """The cursors of the list, where a field asks for it."""
        order = f"{self.order.name} {'DESC' if self.order.falling else 'ASC'}"
        kinds = tuple(key.kind for key in self.sort_keys())
        return Cursors.of(ask, order, kinds, self.search, is_counted=bool(self.carry))

    def ids(self) -> Select[Any]:
        """The ids of all nodes of the list, as `id`."""
        return self.select(self.node_id.label("id"))

    def materialized(self, *, keyed: bool = True) -> tuple["Listing", CTE]:
        """The same list, read once for all that is asked of it; if not `keyed`, without its order: only to be counted."""
        return self._of(self._made(keyed=keyed).cte(nesting=True), keyed=keyed)

    def computed(self, *, from_last: bool) -> tuple["Listing", CTE]:
        """The same list, of which each key is computed once for a row, not wherever it is compared, sorted by and shown.

        Where the last ones come first, hits are found that way round, if they come from the index as they are: else each that has
        the same keys would push one before it off the page.
        """
        made = self._made()
        if from_last and isinstance(self.rows, Subquery) and not self.search.is_any:
            made = made.order_by(self.node_id.desc())
        return self._of(made.limit(tables.LAST).cte(nesting=True))

    def _made(self, *, keyed: bool = True) -> Select[Any]:
        keys = [key.column.label(f"s{i}") for i, key in enumerate(self.order.keys if keyed else ())]
        return self.select(self.node_id.label("id"), *keys, *(column.label(name) for name, column in self.carry.items()))

    def _of(self, made: CTE, *, keyed: bool = True) -> tuple["Listing", CTE]:
        keys = tuple(replace(key, column=made.c[f"s{i}"]) for i, key in enumerate(self.order.keys if keyed else ()))
        carry = {name: made.c[name] for name in self.carry}
        order = replace(self.order, keys=keys)
        return replace(self, rows=made, node_id=made.c.id, where=(), order=order, carry=carry), made

    def filtered(self, *conditions: ColumnElement[bool]) -> "Listing":
        return replace(self, where=(*self.where, *conditions), count=None)

    def sort_keys(self) -> tuple[Key, ...]:
        return (*self.order.keys, Key(self.node_id, self.node_kind))

    def select(self, *columns: ColumnElement[Any]) -> Select[Any]:
        """The columns over all rows of the list; rows of outer statements are meant where they are named."""
        return select(*columns).select_from(self.rows).where(*self.where).correlate_except(*tables_of(self.rows))


def tables_of(rows: FromClause) -> list[FromClause]:
    """The tables that a join is made of; a table is made of itself."""
    left, right = getattr(rows, "left", None), getattr(rows, "right", None)
    return [rows] if left is None or right is None else [*tables_of(left), *tables_of(right)]


@dataclass(frozen=True)
class PageArgs:
    """How a page was asked for, after the arguments were read."""

    first: Arg | None
    last: Arg | None
    after: Arg | None
    before: Arg | None

    @property
    def backward(self) -> bool:
        return self.first is None


@dataclass(frozen=True)
class PageView:
    """The row that the fields of a connection hang on: the list, its page, and what was asked."""

    ask: Ask
    listing: Listing
    asked: PageArgs
    page: Subquery | None = None
    kept: ColumnElement[bool] | None = None
    node: FromClause | None = None
    whole: Listing | None = None
    gathered: CTE | None = None

    @property
    def all(self) -> Listing:
        """The whole list, for what is asked of more than the page."""
        return self.whole or self.listing


@dataclass(frozen=True)
class EdgeRow:
    """The row that the fields of an edge hang on: the node's id, what the list carries, and the listing's own edge facts."""

    view: PageView
    c: Any
    facts: Any


def node_id(edge: EdgeRow) -> ColumnElement[Any]:
    """The id of the node of an edge."""
    found: ColumnElement[Any] = edge.c[f"k{len(edge.view.listing.sort_keys()) - 1}"]
    return found
