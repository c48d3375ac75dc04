"""Which hits of a search come first: BM25 by Robertson, Walker and others (TREC-3, 1994), as the index computes it.

A word counts the more the rarer it is. Where all words must match, every hit has them all, and the index's own weights will do:
next to none for words that half of the records have. Where one of several must match, such words may be all that tells hits
apart, so each phrase is ranked by itself, its weight taken out and put back as ln(1 + (N - n + 0.5) / (n + 0.5)), as in Lucene.

To rank a hit costs ten times as much as to find it, so at most so many hits are ranked (`Limits.ranked_max_hits`); the others are
UNRANKED, behind all that are. Which of more are ranked is said at `Ranking.of_all` and `Ranking.of_any`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    true,
)

from data import tables
from data.search.columns import Subject
from data.search.index import search_table
from data.search.language import BETTER_MAX, SEARCH_MAX_CHARACTERS, Search
from schema.arguments import Variables
from schema.filters import DOCUMENTS, PEOPLE, TOPICS, dump
from schema.functions import each, extract, in_order, ln
from schema.plan import Ask

RANK_STEPS = 10**9
"""A rank is kept as a whole number of these parts, so that a cursor holds it exactly."""

UNRANKED = 1
"""The rank of hits that were not ranked: above all others, which are at most 0."""

BEFORE_UNRANKED = 0


@dataclass(frozen=True)
class Behind:
    """Where a page by relevance starts that is read forwards: behind a cursor with this rank and id, or with the first hit.

    `rows` is how many hits from there on it may need at most, with the one that the cursor is of; None if it may need all.
    """

    rank: ColumnElement[int] | None = None
    id: ColumnElement[int] | None = None
    rows: ColumnElement[int] | None = None

    @property
    def first_unranked(self) -> ColumnElement[int]:
        """No unranked hit of a lower id is needed."""
        none = literal(tables.FIRST, BigInteger())
        return none if self.rank is None else case((self.rank == UNRANKED, self.id), else_=none)


LEAST_RARITY = 1e-6
"""What the index takes for the rarity of words that half of the records have, and more."""

PHRASES_FREELY = 8
"""Of so many phrases with OR between each may rank the most hits; of more, each fewer."""

_RECORDS = {"document": DOCUMENTS, "person": PEOPLE, "topic": TOPICS}


def matching(subject: Subject, index: Any, asked: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether a row of a search table is found by an expression of the query language."""
    found: ColumnElement[bool] = index.c[subject.table].op("MATCH", is_comparison=True)(asked)
    return found


@dataclass(frozen=True)
class Ranking:
    """The ranks of what one search finds, of which the least is best; `get` finds the search at each run."""

    ask: Ask
    subject: Subject
    get: Callable[[Variables], Search]

    def of_all(self, index: Any, count: CTE | None = None, behind: Behind | None = None) -> ColumnElement[int]:
        """The rank of a hit where all words must match; `count` is how many hits there are, where that is counted anyway.

        Only what is `behind` is wanted: where that starts with what is UNRANKED, all that are ranked stand before it.
        Of too many hits those are ranked that were loaded first, and as many of those that `Search.better` finds.
        """
        most = self.ask.planner.ranked_max_hits
        at_most = func.max(_RECORDS[self.subject.type].c.id) if count is None else count.c.hits
        may_be_many = select(at_most).scalar_subquery() > most  # to look for the last of few costs as much as to search for them
        end = case((may_be_many, self._end(self._match(), self.ask.bind(lambda _: most, Integer()))), else_=tables.LAST)
        is_ranked = or_(index.c.rowid < end, index.c.rowid.in_(self._better(most)))
        rank: ColumnElement[int] = cast(index.c.rank * RANK_STEPS, BigInteger)
        if behind and behind.rank is not None:
            rank = case((behind.rank == UNRANKED, BEFORE_UNRANKED), else_=rank)
        return case((is_ranked, rank), else_=UNRANKED)

    def _better(self, most: int) -> Select[Any]:
        """The ids of the hits that the searches for better ones find; of each its share, as they were loaded."""
        asked = self._each(lambda search: dump(search.better)).c.value
        share = self.ask.bind(lambda variables: most // max(1, len(self.get(variables).better)), Integer())
        ends = select(asked.label("asked"), self._end(asked, share).label("end")).limit(BETTER_MAX).subquery()  # once for each
        return self._before(ends)

    def of_any(self) -> CTE:
        """The ranks (`id`, `rank`) of hits where one of several phrases must match, read once for the whole statement.

        Of too many hits those are ranked that have the rarest phrases, and of those that were loaded first as many as are left.
        """
        index, weighed = self._index(), self._phrases().cte()
        phrase, most = weighed.alias(), self.ask.bind(self._most, Integer())
        bounds = self._bounds(weighed, most).cte()
        end, last = (select(bounds.c[name]).scalar_subquery() for name in ("end", "last"))
        is_ranked = or_(index.c.rowid < end, index.c.rowid.in_(self._rarest(weighed.alias(), most)))
        rank = func.sum(cast(index.c.rank * phrase.c.weight * RANK_STEPS, BigInteger))
        return (
            select(index.c.rowid.label("id"), rank.label("rank"))
            .select_from(in_order(phrase, index, true()))
            .where(matching(self.subject, index, phrase.c.asked), is_ranked, index.c.rowid < last)
            .group_by(index.c.rowid)
            .cte()
        )

    def _most(self, variables: Variables) -> int:
        """How many hits are ranked: the more phrases each is ranked by, the fewer."""
        phrases = len(orjson.loads(self.get(variables).phrases or "[]"))
        return self.ask.planner.ranked_max_hits * PHRASES_FREELY // max(PHRASES_FREELY, phrases)

    def _phrases(self) -> Select[Any]:
        """The phrases that are weighed: `match`, by what its rank is multiplied, and the hits of it and all that are rarer.

        The condition beside the limit also keeps the database from counting again wherever a count is named.
        """
        listed, index = self._each(lambda search: search.phrases), self._index()
        match, asked = (extract(listed.c.value, f"$.{name}").label(name) for name in ("match", "asked"))
        hits = select(func.count()).select_from(index).where(matching(self.subject, index, match)).correlate_except(index)
        times = extract(listed.c.value, "$.times", is_whole=True).label("times")
        all_ = select(func.count()).select_from(_RECORDS[self.subject.type].alias())
        counts = (hits.scalar_subquery().label("hits"), all_.scalar_subquery().label("all"))
        found = select(match, asked, times, *counts).limit(SEARCH_MAX_CHARACTERS).subquery().c  # once for each
        odds = (found.all - found.hits + 0.5) / (found.hits + 0.5)
        by_index = case((found.hits * 2 < found.all, ln(odds)), else_=LEAST_RARITY)
        weight = found.times * ln(1 + odds) / by_index
        so_far = func.sum(found.hits).over(order_by=(found.hits, found.match))
        return select(found.asked, weight.label("weight"), so_far.label("hits_so_far")).where(found.hits > 0)

    def _rarest(self, phrase: FromClause, most: ColumnElement[int]) -> Select[Any]:
        """The ids of the hits of the rarest phrases, so many of them as have together no more hits than this."""
        some = select(phrase.c.asked, literal(tables.LAST, BigInteger()).label("end")).where(phrase.c.hits_so_far <= most)
        return self._before(some.limit(SEARCH_MAX_CHARACTERS).subquery())  # once for each

    def _bounds(self, weighed: CTE, most: ColumnElement[int]) -> Select[Any]:
        """The id before which all hits are ranked (`end`), and the one before which any is (`last`)."""
        phrase, match, above_all = weighed.alias(), self._match(), literal(tables.LAST, BigInteger())
        rarest = select(func.coalesce(func.max(phrase.c.hits_so_far), 0)).where(phrase.c.hits_so_far <= most)
        rare = rarest.scalar_subquery()
        end = case((self._end(match, most) == above_all, above_all), else_=self._end(match, most - rare))
        found = select(rare.label("rare"), end.label("end")).limit(1).subquery()
        return select(found.c.end, case((found.c.rare == 0, found.c.end), else_=above_all).label("last"))

    def _before(self, ends: FromClause) -> Select[Any]:
        """The ids of the hits of what is `asked`, each before its `end`."""
        index = self._index()
        rows = select(index.c.rowid).select_from(in_order(ends, index, true()))
        return rows.where(matching(self.subject, index, ends.c.asked), index.c.rowid < ends.c.end).correlate_except(index, ends)

    def _end(self, match: ColumnElement[str], hits: ColumnElement[int]) -> ColumnElement[int]:
        """The id of the first hit, as they were loaded, behind so many of them; without one, one above all."""
        index = self._index()
        beyond = select(index.c.rowid).where(matching(self.subject, index, match)).order_by(index.c.rowid).limit(1).offset(hits)
        return func.coalesce(beyond.correlate_except(index).scalar_subquery(), literal(tables.LAST, BigInteger()))

    def _match(self) -> ColumnElement[str]:
        return self.ask.bind(lambda variables: self.get(variables).match, Text())

    def _each(self, get: Callable[[Search], str | None]) -> Any:
        return each(self.ask.bind(lambda variables: get(self.get(variables)), Text())).table_valued("value")

    def _index(self) -> Any:
        return search_table(self.subject).alias()
