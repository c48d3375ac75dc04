"""Search as one more condition of a list, its relevance as one more order (`schema.ranking`), and what may have been meant.

What is typed is bound like any value; only its shape (`data.search.language.Search.shape`) is part of the plan.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
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
)

from data import tables
from data.search.columns import Subject
from data.search.index import search_table
from data.search.language import Search, Term, parsed
from schema.arguments import Getter, Variables
from schema.cursors import CHANGES
from schema.fields import Row
from schema.functions import chained, each, extract, offered
from schema.listing import RELEVANCE, Key, Order, PageView
from schema.periods import overlaps
from schema.plan import Ask
from schema.ranking import UNRANKED, Behind, Ranking, matching


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

    @property
    def is_any(self) -> bool:
        """Whether one of several phrases must be found, each of which ranks by itself."""
        return self.shape.phrases is not None

    def digest(self, variables: Variables) -> str:
        """What tells a cursor of this search from one of another."""
        return blake2b(self.text(variables).encode(), digest_size=6).hexdigest()

    @property
    def is_match_only(self) -> bool:
        """Whether its hits are what one expression of the index finds, and no more need hold."""
        return self.is_ranked and self.shape.without is None and not self.shape.others

    @cached_property
    def count(self) -> CTE:
        """How many are found, as `hits`, counted once for the whole statement."""
        index = search_table(self.subject).alias()
        return select(func.count().label("hits")).select_from(index).where(self._matches_all(index)).cte()

    def hits(self, *, ranked: bool = True, once: bool = False, counted: bool = False, behind: Behind | None = None) -> Any:
        """What is found: `id`, and `rank`, of which the least is best; where no order is wanted, all have the same.

        Where rows that are grouped are looked up among the hits, these are all found `once` before, and then by an index.
        Where they are `counted` anyway, the ranking knows how many there are. Of those that are not `behind` some may be missing,
        or have another rank that is not behind either.
        """
        index = search_table(self.subject).alias()
        ranking = Ranking(self.ask, self.subject, self.get)
        is_ranked = ranked and self.offer is None
        if is_ranked and self.is_any:
            found = self._hits_of_any(index, ranking.of_any(), behind)
            return (found.limit(tables.LAST) if once else found).subquery()
        rank = ranking.of_all(index, self.count if counted else None, behind) if is_ranked else literal(UNRANKED, BigInteger)
        found = select(index.c.rowid.label("id"), rank.label("rank")).where(self._matches_all(index)).correlate_except(index)
        return (found.limit(tables.LAST) if once else found).subquery()

    def _hits_of_any(self, index: Any, ranks: CTE, behind: Behind | None) -> Any:
        """The ranked hits, and behind them the others: of these no more than a page may need, where that is known."""
        ranked = select(ranks.c.id, ranks.c.rank)
        id_ = index.c.rowid.label("id")
        others = select(id_, literal(UNRANKED, BigInteger).label("rank")).where(self._matches_all(index)).correlate_except(index)
        if behind and behind.rows is not None:
            others = others.where(id_ >= behind.first_unranked, id_.notin_(select(ranks.c.id)))
            return ranked.union_all(select(others.order_by(id_).limit(behind.rows).subquery()))
        both = others.union_all(ranked).subquery()
        return select(both.c.id, func.min(both.c.rank).label("rank")).group_by(both.c.id)

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

    def _matches_all(self, index: Any) -> ColumnElement[bool]:
        return self._matches(index, "$.match", lambda search: search.match)

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
