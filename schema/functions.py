"""The database functions that make JSON, as SQLAlchemy constructs; what differs between databases stands here and nowhere else.

JSON is built as text: `'{"title":' || json_quote(title) || '}'`. It needs no re-parsing of what a sub-query made, knows no limit
on the number of arguments, and both databases can do it. An expression whose type is `Json` is JSON already; others get quoted.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any, cast

from sqlalchemy import ColumnElement, Join, LargeBinary, Select, Text, case, func, select, type_coerce
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import BigInteger, Boolean, Float, NullType, TypeDecorator

CHAIN_MAX_PARTS = 64
"""A longer chain is nested: SQLite's parser allows an expression 1,000 levels, and each part is one."""

PARSER_STACK = 100
"""How many symbols SQLite before 3.46 can hold while it parses. It is what bounds the nesting of a query, so the SQL is made
with few of them: no parentheses that are not needed, chains flattened, one SELECT for each list (see `schema.pages`)."""


class Json(TypeDecorator[str]):
    """The type of an expression that is JSON text, and never NULL."""

    impl = Text
    cache_ok = True


class inline(ColumnElement[str]):  # noqa: N801 - reads as a function, like SQLAlchemy's own
    """A constant text, written into the statement by the dialect's own quoting; for response keys and type names."""

    inherit_cache = True
    type = Json()

    def __init__(self, text: str) -> None:
        self.text = text


class concat(FunctionElement[str]):  # noqa: N801 - as above
    """The texts one after the other; NULL if one of them is. `||` binds closer than all that stands around it here."""

    inherit_cache = True
    type = Json()


class quote(FunctionElement[str]):  # noqa: N801 - as above
    """A text or a number as JSON; NULL as `null`."""

    inherit_cache = True
    name = "quote"
    type = Json()


class join_text(FunctionElement[str]):  # noqa: N801 - as above
    """An aggregate: the texts of all rows, with commas between, in the order of the rows; NULL without rows."""

    inherit_cache = True
    name = "join_text"
    type = Text()


class each(FunctionElement[Any]):  # noqa: N801 - as above
    """The members of a JSON list (given as text) as rows of one column, `value`; `key` counts them from 0."""

    inherit_cache = True
    name = "each"


class seal(FunctionElement[str]):  # noqa: N801 - as above
    """A cursor made from the text of its position (see `data.cursors`)."""

    inherit_cache = True
    name = "seal"
    type = Text()


class holds(FunctionElement[bool]):  # noqa: N801 - as above
    """True if a mark of a cursor is as it was: of the argument's name, the mark's, its number then, and now. Else it ends all."""

    inherit_cache = True
    name = "holds"
    type = Boolean()


class passages(FunctionElement[str]):  # noqa: N801 - as above
    """Where a search was found in a text, as a JSON list (see `data.search.passages`): of what is searched, column, text."""

    inherit_cache = True
    name = "passages"
    type = Text()


class field_names(FunctionElement[str]):  # noqa: N801 - as above
    """The names of the fields in two parts of a record (as JSON text), as a JSON list (see `data.revisions`)."""

    inherit_cache = True
    name = "field_names"
    type = Json()


class put_back(FunctionElement[str]):  # noqa: N801 - as above
    """A record as it was before later changes (see `data.revisions`): of the record as it is, and of the changes."""

    inherit_cache = True
    name = "put_back"
    type = Json()


class suggested(FunctionElement[str]):  # noqa: N801 - as above
    """Names that fit what was typed, as a JSON list (see `data.search.names`): of the count of changes, text, types, how many."""

    inherit_cache = True
    name = "suggested"
    type = Text()


class offered(FunctionElement[str]):  # noqa: N801 - as above
    """Searches that may have been meant, as a JSON list (see `data.search.nearest`): of the count of changes, type, text."""

    inherit_cache = True
    name = "offered"
    type = Text()


class ln(FunctionElement[float]):  # noqa: N801 - as above
    """The natural logarithm of a number above 0."""

    inherit_cache = True
    name = "ln"
    type = Float()


class extract(FunctionElement[Any]):  # noqa: N801 - as above
    """A member of a JSON object (given as text) by its path; with `is_flag` a boolean, with `is_whole` a number."""

    inherit_cache = True
    name = "extract"

    def __init__(self, value: ColumnElement[Any], path: str, *, is_flag: bool = False, is_whole: bool = False) -> None:
        super().__init__(value, inline(path))
        self.type = Boolean() if is_flag else BigInteger() if is_whole else Text()


class key_value(FunctionElement[Any]):  # noqa: N801 - as above
    """A value that the last of several sort keys is compared with, which is a row's id.

    SQLite seeks by the id too, and does not only skip to it, if the comparison names a collation; an id has none of its own.
    """

    inherit_cache = True
    name = "key_value"

    def __init__(self, value: ColumnElement[Any]) -> None:
        super().__init__(value)
        self.type = value.type


class gathered(FunctionElement[bytes]):  # noqa: N801 - as above
    """An aggregate: the ids of all rows, packed, for `counted` and `spans`."""

    inherit_cache = True
    name = "gathered"
    type = LargeBinary()


class counted(FunctionElement[str]):  # noqa: N801 - as above
    """How many of the documents (`gathered`) have each item of a kind, in one of the roles whose bits are given (0: any).

    A JSON list (see `data.search.counts`): of whole numbers that are a count, shifted by 32, and an id; of languages, of pairs.
    """

    inherit_cache = True
    name = "counted"
    type = Text()


class spans(FunctionElement[str]):  # noqa: N801 - as above
    """How many of the documents (`gathered`; NULL is all) are of each first and last bucket of a unit: a JSON list of threes."""

    inherit_cache = True
    name = "spans"
    type = Text()


class in_order(Join):  # noqa: N801 - as above
    """A join whose left side is read first, row by row in its order, and the right side for each of them."""

    inherit_cache = True


@compiles(in_order, "sqlite")
def _in_order(element: in_order, compiler: SQLCompiler, *, asfrom: bool = False, **kw: Any) -> str:  # noqa: ARG001 - of joins
    left, right = (compiler.process(side, asfrom=True, **kw) for side in (element.left, element.right))
    condition = compiler.process(cast("Any", element.onclause), **kw)
    return f"{left} CROSS JOIN {right} ON {condition}"


@compiles(inline)
def _inline(element: inline, compiler: SQLCompiler, **_: object) -> str:
    return compiler.render_literal_value(element.text, Text())


@compiles(concat)
def _concat(element: concat, compiler: SQLCompiler, **kw: Any) -> str:
    return " || ".join(compiler.process(part, **kw) for part in element.clauses)


@compiles(quote, "sqlite")
def _quote(element: quote, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_quote({compiler.process(element.clauses, **kw)})"


@compiles(join_text, "sqlite")
def _join_text(element: join_text, compiler: SQLCompiler, **kw: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **kw)})"


@compiles(each, "sqlite")
def _each(element: each, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_each({compiler.process(element.clauses, **kw)})"


@compiles(holds, "sqlite")
def _holds(element: holds, compiler: SQLCompiler, **kw: Any) -> str:
    return f"fonds_holds({compiler.process(element.clauses, **kw)})"


@compiles(passages, "sqlite")
def _passages(element: passages, compiler: SQLCompiler, **kw: Any) -> str:
    return f"fonds_passages({compiler.process(element.clauses, **kw)})"


@compiles(field_names, "sqlite")
def _field_names(element: field_names, compiler: SQLCompiler, **kw: Any) -> str:
    return f"fonds_field_names({compiler.process(element.clauses, **kw)})"


@compiles(put_back, "sqlite")
def _put_back(element: put_back, compiler: SQLCompiler, **kw: Any) -> str:
    return f"fonds_put_back({compiler.process(element.clauses, **kw)})"


@compiles(suggested, "sqlite")
def _suggested(element: suggested, compiler: SQLCompiler, **kw: Any) -> str:
    return f"fonds_suggest({compiler.process(element.clauses, **kw)})"


@compiles(offered, "sqlite")
def _offered(element: offered, compiler: SQLCompiler, **kw: Any) -> str:
    return f"fonds_offers({compiler.process(element.clauses, **kw)})"


@compiles(ln, "sqlite")
def _ln(element: ln, compiler: SQLCompiler, **kw: Any) -> str:
    return f"fonds_ln({compiler.process(element.clauses, **kw)})"


@compiles(extract, "sqlite")
def _extract(element: extract, compiler: SQLCompiler, **kw: Any) -> str:
    return f"json_extract({compiler.process(element.clauses, **kw)})"


@compiles(key_value)
def _key_value(element: key_value, compiler: SQLCompiler, **kw: Any) -> str:
    return compiler.process(element.clauses, **kw)


@compiles(key_value, "sqlite")
def _key_value_of_sqlite(element: key_value, compiler: SQLCompiler, **kw: Any) -> str:
    return f"{compiler.process(element.clauses, **kw)} COLLATE BINARY"


@compiles(gathered, "sqlite")
def _gathered(element: gathered, compiler: SQLCompiler, **kw: Any) -> str:
    # a text of all ids is made three times as fast as a function of ours is called for each
    return f"fonds_gathered(group_concat({compiler.process(element.clauses, **kw)}))"


@compiles(counted, "sqlite")
def _counted(element: counted, compiler: SQLCompiler, **kw: Any) -> str:
    return f"fonds_counted({compiler.process(element.clauses, **kw)})"


@compiles(spans, "sqlite")
def _spans(element: spans, compiler: SQLCompiler, **kw: Any) -> str:
    return f"fonds_spans({compiler.process(element.clauses, **kw)})"


@compiles(seal, "sqlite")
def _seal(element: seal, compiler: SQLCompiler, **kw: Any) -> str:
    return f"fonds_seal({compiler.process(element.clauses, **kw)})"


def as_json(value: ColumnElement[Any]) -> ColumnElement[str]:
    """The value as JSON text: as it is, if it is JSON; else quoted."""
    if isinstance(value.type, Json):
        return value
    if isinstance(value.type, Boolean):
        words = case((value, inline("true")), (value.is_(None), inline("null")), else_=inline("false"))
        return type_coerce(words, Json())
    return quote(value)


class nested(FunctionElement[Any]):  # noqa: N801 - as above
    """A part of a long chain, of texts or of conditions, in parentheses."""

    inherit_cache = True
    type = NullType()


@compiles(nested)
def _nested(element: nested, compiler: SQLCompiler, **kw: Any) -> str:
    return f"({compiler.process(element.clauses, **kw)})"


def joined(*parts: ColumnElement[Any]) -> ColumnElement[str]:
    """The texts one after the other as one chain: chains inside are flattened, constants side by side become one."""
    flat: list[ColumnElement[Any]] = []
    for part in _flat(parts):
        if isinstance(part, inline) and flat and isinstance(flat[-1], inline):
            flat[-1] = inline(flat[-1].text + part.text)
        else:
            flat.append(part)
    flat = _nested_parts(concat, flat)
    return flat[0] if len(flat) == 1 else concat(*flat)


def chained(joins: Callable[..., ColumnElement[bool]], conditions: Iterable[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Conditions with AND or OR between, however many; at least one."""
    return joins(*_nested_parts(joins, list(conditions)))


def _nested_parts(joins: Callable[..., ColumnElement[Any]], parts: list[ColumnElement[Any]]) -> list[ColumnElement[Any]]:
    """The parts of a chain, as few as it may have: if there are more, some of them together in parentheses."""
    while len(parts) > CHAIN_MAX_PARTS:
        parts = [nested(joins(*parts[start : start + CHAIN_MAX_PARTS])) for start in range(0, len(parts), CHAIN_MAX_PARTS)]
    return parts


def _flat(parts: Iterable[ColumnElement[Any]]) -> Iterator[ColumnElement[Any]]:
    for part in parts:
        if isinstance(part, concat):
            yield from _flat(part.clauses)
        else:
            yield part


def framed(text: ColumnElement[Any], selected: Callable[[ColumnElement[Any]], ColumnElement[Any]]) -> ColumnElement[str]:
    """The text that a statement selects, one and never NULL. The constants that it begins and ends with stand outside of the
    statement, where they become one with those there.
    """
    parts = list(text.clauses) if isinstance(text, concat) else [text]
    is_chain = len(parts) > 1
    head = [parts.pop(0)] if is_chain and isinstance(parts[0], inline) else []
    foot = [parts.pop()] if is_chain and isinstance(parts[-1], inline) else []
    found = selected(joined(*parts))
    found.type = Json()
    return joined(*head, found, *foot)


def json_object(members: Iterable[tuple[str, ColumnElement[Any]]]) -> ColumnElement[str]:
    """`{"key":value,…}` in the order given. Keys are GraphQL names, so they need no escaping."""
    parts: list[ColumnElement[Any]] = []
    for key, value in members:
        parts += [inline(f'{"," if parts else ""}"{key}":'), as_json(value)]
    return joined(inline("{"), *parts, inline("}"))


def json_array(values: ColumnElement[Any], *, where: ColumnElement[bool] | None = None) -> ColumnElement[str]:
    """An aggregate: `[…]` of the value of each row, in the order of the rows; `[]` without rows."""
    items: Any = join_text(as_json(values))
    if where is not None:
        items = items.filter(where)
    return joined(inline("["), func.coalesce(items, inline("")), inline("]"))


def json_or_null(statement: Select[Any]) -> ColumnElement[str]:
    """The one JSON text that the statement selects, or `null` if it finds no row."""
    return type_coerce(func.coalesce(statement.scalar_subquery(), inline("null")), Json())


def members(json_list: ColumnElement[Any]) -> Select[Any]:
    """A JSON list's members, to be used with IN."""
    rows = each(json_list).table_valued("value")
    return select(rows.c.value)


def least(left: ColumnElement[Any], right: ColumnElement[Any]) -> ColumnElement[Any]:
    """The smaller of two values, neither of them NULL."""
    return case((left < right, left), else_=right)


def greatest(left: ColumnElement[Any], right: ColumnElement[Any]) -> ColumnElement[Any]:
    """The larger of two values, neither of them NULL."""
    return case((left > right, left), else_=right)


def year_of(day: ColumnElement[int]) -> ColumnElement[int]:
    """The year of a day; years before 0 are counted astronomically."""
    return (day - ((day % 10000) + 10000) % 10000) // 10000


CYCLES = 2_500_000
"""Of 400 years, which have 146,097 days each: years before 0 are counted from so many cycles before, to be above 0."""


def day_number(day: ColumnElement[int]) -> ColumnElement[int]:
    """A day (year*10000 + month*100 + day) as a number that grows by one each day, in the Gregorian calendar of all times."""
    month, of_month = ((day % 10000) + 10000) % 10000 // 100, ((day % 100) + 100) % 100
    is_early = case((month < 3, 1), else_=0)  # noqa: PLR2004 - January and February end the year before
    year = year_of(day) + CYCLES * 400 - is_early
    of_year = (153 * (month + 12 * is_early - 3) + 2) // 5 + of_month
    return of_year + 365 * year + year // 4 - year // 100 + year // 400


def iso_day(day: ColumnElement[Any]) -> ColumnElement[str]:
    """A day (year*10000 + month*100 + day) as `1949-12-09`; years before 0 with a sign, beyond 9999 with all their digits."""
    in_year = ((day % 10000) + 10000) % 10000
    year = year_of(day)
    pattern = case((day < 0, "%05d-%02d-%02d"), else_="%04d-%02d-%02d")
    text = func.printf(pattern, year, in_year // 100, in_year % 100)
    return case((day.isnot(None), text), else_=None)
