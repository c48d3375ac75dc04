"""The cursors of a list: what they are good for, how they are made, and what they stand for.

Most are positions in an order that stays as it is, whatever the filter: they hold for the same field, order and search. Where the
order is by what the list itself counts, they hold for that list only: of the same parent, with the same arguments of all that
makes it. By counts or by relevance, they hold until the archive changes.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import orjson
from sqlalchemy import BigInteger, ColumnElement, Text, select
from sqlalchemy.types import TypeEngine

from data import tables
from data.cursors import unseal
from data.errors import InvalidCursor
from schema.arguments import Arg, Variables, plain
from schema.fields import Argument
from schema.functions import holds, inline, joined, quote, seal
from schema.plan import Ask

DIGEST_BYTES = 8
CURSOR_ARGUMENTS = {
    "after": Argument(str | None, "A cursor of this list: only what comes after it."),
    "before": Argument(str | None, "A cursor of this list: only what comes before it."),
}
CHANGES = select(tables.table(tables.Meta).c.changes).scalar_subquery()
"""How often the archive was changed, as the statement sees it."""

CHANGED = "changes"
"""The mark of a cursor that holds until the archive changes."""

PAGING = frozenset({"first", "last", "orderBy", *CURSOR_ARGUMENTS})
"""Arguments that change nothing of what a list counts; in which order it is, a cursor says beside."""


@dataclass(frozen=True)
class Cursors:
    """The cursors of the list of a field: of which `order`, of keys of which `kinds`; with a `digest` of what else they hold for.

    `marks` are numbers that the database knows, and that stand in a cursor before its keys: it holds while they are the same.
    """

    ask: Ask
    order: str
    kinds: tuple[type[int] | type[str], ...]
    digest: Callable[[Variables], str] | None = None
    marks: Mapping[str, ColumnElement[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, ask: Ask, order: str, kinds: tuple[type[int] | type[str], ...], search: Any, *, is_counted: bool) -> "Cursors":
        """The cursors of a list that is searched so, if it is; `is_counted` where its order is by what it counts."""
        if not is_counted:
            marks = {CHANGED: CHANGES} if order.startswith("RELEVANCE") else {}
            return cls(ask, order, kinds, search.digest if search else None, marks)
        lists = _lists(ask)
        row = lists[-1].row
        marks = {CHANGED: CHANGES, **({} if row is None else {"parent": row.c.id})}
        return cls(ask, order, kinds, lambda variables: _digest(lists, variables), marks)

    def made(self, keys: Sequence[ColumnElement[Any]]) -> ColumnElement[str]:
        """The cursor of the row that has these sort keys."""
        parts: list[ColumnElement[Any]] = [inline(f'["{self._name}')]
        parts += [inline(" "), self.ask.bind(self.digest, Text())] if self.digest else []
        parts.append(inline('"'))
        for value in [*self.marks.values(), *keys]:
            parts += [inline(","), quote(value)]
        return seal(joined(*parts, inline("]")))

    def position(self, arg: Arg, name: str) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
        """The marks and the sort keys that a cursor stands for. Raises InvalidCursor for another list's."""
        kinds = (*(int for _ in self.marks), *self.kinds)
        secret = self.ask.planner.secret

        def get(variables: Mapping[str, Any]) -> tuple[Any, ...]:
            which = f"{self._name} {self.digest(variables)}" if self.digest else self._name
            return position(secret, arg.get(variables), which, kinds, name)

        return get

    def key(self, arg: Arg, name: str, index: int, type_: TypeEngine[Any]) -> ColumnElement[Any]:
        """One of the sort keys that a cursor stands for."""
        found, at = self.position(arg, name), index + len(self.marks)
        return self.ask.bind(lambda variables: found(variables)[at], type_)

    def fits(self, arg: Arg, name: str) -> list[ColumnElement[bool]]:
        """The conditions that a cursor is of the same parent's list; where one is not, the statement ends with InvalidCursor."""
        return [held for mark, held in self._held(arg, name) if mark != CHANGED]

    def is_new(self, arg: Arg, name: str) -> list[ColumnElement[bool]]:
        """The condition that the archive is as it was, if the cursor depends on that: else the statement ends with InvalidCursor.

        It depends on no row, and is to stand where it is looked at once, also if there are none.
        """
        return [select(held).scalar_subquery() for mark, held in self._held(arg, name) if mark == CHANGED]

    def _held(self, arg: Arg, name: str) -> Iterator[tuple[str, ColumnElement[bool]]]:
        """Of each mark of a cursor whether it is the same as now."""
        found = self.position(arg, name)

        def given(at: int) -> ColumnElement[int]:
            return self.ask.bind(lambda variables: found(variables)[at], BigInteger())

        for at, (mark, now) in enumerate(self.marks.items()):
            yield mark, holds(inline(name), inline(mark), given(at), now.label(None))

    @property
    def _name(self) -> str:
        return f"{self.ask.name} {self.order}"


def _lists(ask: Ask) -> list[Ask]:
    """The field of a list, then that of the list whose members it counts, if it is a facet."""
    found = [ask]
    while (outer := getattr(found[-1].row, "ask", None)) is not None:
        found.append(outer)
    return found


def _digest(lists: list[Ask], variables: Variables) -> str:
    """What tells the lists from those with other arguments; a blank text is as none."""
    asked = [
        [ask.name, {name: value for name, arg in ask.args.items() if name not in PAGING and (value := _given(arg, variables))}]
        for ask in lists
    ]
    text = orjson.dumps(asked, default=str, option=orjson.OPT_SORT_KEYS)
    return blake2b(text, digest_size=DIGEST_BYTES).hexdigest()


def _given(arg: Arg, variables: Variables) -> Any:
    value = plain(arg, variables)
    return value.strip() if isinstance(value, str) else value


@lru_cache(maxsize=1024)
def position(secret: str, cursor: str, signature: str, kinds: tuple[type, ...], name: str) -> tuple[Any, ...]:
    """The keys that a cursor stands for. Raises InvalidCursor for one that this store never gave out for this list and order."""
    text = unseal(secret, cursor) if cursor else None
    if text is None:
        raise InvalidCursor(
            f"`{name}` is not a cursor of this archive." if cursor else f"`{name}` is empty.",
            hint="Take a cursor from `edges { cursor }` or `pageInfo`; leave the argument out for the first page.",
        )
    found, *keys = json.loads(text)
    if found != signature or tuple(map(type, keys)) != kinds:
        raise InvalidCursor.of_another_list(name)
    return tuple(keys)
