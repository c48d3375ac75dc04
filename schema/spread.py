"""How the documents of a list are spread over people, topics, genres, languages and spans of time, as statements.

Where the store has packed numbers (`data.search.counts`), these are counted; else rows are grouped, which takes seconds for a
list of a million documents. Both give the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    LargeBinary,
    Select,
    cast,
    func,
    literal,
    null,
    select,
    type_coerce,
)

from data.search.blocks import ROLE_BITS
from schema.arguments import Arg
from schema.filters import DOCUMENT_LANGUAGES, DOCUMENT_PEOPLE, DOCUMENT_TOPICS, DOCUMENTS, PARTS, role_rule, term
from schema.functions import counted, each, extract, gathered, inline, spans, year_of
from schema.plan import Ask

COUNT_SHIFT = 32
ID_BITS = (1 << COUNT_SHIFT) - 1


@dataclass(frozen=True)
class Documents:
    """The documents to be counted: a statement that selects their ids; the same packed, where the store can count so.

    NULL as what is packed is all of them. `shared` has to stand before what is made of them (`Listing.shared`).
    """

    ids: Select[Any]
    packed: CTE | None
    shared: tuple[CTE, ...] = ()

    @classmethod
    def of(cls, ask: Ask, ids: Select[Any], packed: CTE | None = None) -> "Documents":
        """The documents whose ids a statement selects; `packed` if that stands somewhere already."""
        if packed is not None or not ask.planner.has_counts:
            return cls(ids, packed)
        packed = pack(ids)
        return cls(ids, packed, (packed,))

    @classmethod
    def every(cls, ask: Ask) -> "Documents":
        """All documents of the archive."""
        document = DOCUMENTS.alias()
        everything = select(cast(null(), LargeBinary()).label("ids")).cte(nesting=True)
        packed, shared = (everything, (everything,)) if ask.planner.has_counts else (None, ())
        return cls(select(document.c.id), packed, shared)

    def call(self, function: Any, *arguments: Any) -> ColumnElement[Any]:
        """The members of the list that a function makes of the packed ids."""
        if self.packed is None:
            message = "these documents are not packed"
            raise TypeError(message)
        ids = select(self.packed.c.ids).scalar_subquery()
        found: ColumnElement[Any] = each(function(ids, *arguments)).table_valued("value").c.value
        return found


def pack(ids: Select[Any]) -> CTE:
    """What a statement selects as one value, `ids`."""
    return ids.with_only_columns(gathered(next(iter(ids.selected_columns))).label("ids")).cte(nesting=True)


def by_person(ask: Ask, documents: Documents) -> Select[Any]:
    """`node_id`, `documents` of everybody with a part in one of the documents, of those with a `role` as asked."""
    if documents.packed is not None:
        return _numbers(documents, "people", ask.bind(lambda variables: _bits(ask["role"], variables), Integer()))
    if ask["role"].is_null:
        return _grouped(documents, DOCUMENT_PEOPLE.alias(), "person_id")
    part = PARTS.alias()
    where = (part.c.person_id.isnot(None), role_rule(ask, ask["role"], part.c.role))
    return _grouped(documents, part, "person_id", func.count(part.c.document_id.distinct())).where(*where)


def _bits(role: Arg, variables: Mapping[str, Any]) -> int:
    """The roles asked for as bits: 0 is any role, and a bit that no role has is none of them."""
    if role.is_null:
        return 0
    return sum({ROLE_BITS[term(one)] for one in role.get(variables)}) or 1 << len(ROLE_BITS)


def by_topic(documents: Documents) -> Select[Any]:
    """`node_id`, `documents` of every topic of the documents."""
    if documents.packed is not None:
        return _numbers(documents, "topics")
    return _grouped(documents, DOCUMENT_TOPICS.alias(), "topic_id")


def by_genre(documents: Documents) -> Select[Any]:
    """`node_id`, `documents` of every genre of the documents."""
    if documents.packed is not None:
        return _numbers(documents, "genres")
    row, found = DOCUMENTS.alias(), documents.ids.subquery()
    counts: Select[Any] = select(row.c.genre_id.label("node_id"), func.count().label("documents")).group_by(row.c.genre_id)
    rows = found.join(row, row.c.id == found.c[0])
    return counts.select_from(rows).where(row.c.genre_id.isnot(None)).correlate_except(found, row)


def by_language(documents: Documents) -> Select[Any]:
    """`node_id`, `documents` of every language of the documents; the id is the tag."""
    if documents.packed is None:
        return _grouped(documents, DOCUMENT_LANGUAGES.alias(), "language")
    item = documents.call(counted, inline("languages"), literal(0))
    number = type_coerce(extract(item, "$[1]"), Integer)
    return select(extract(item, "$[0]").label("node_id"), number.label("documents"))


def by_span(documents: Documents, unit: str) -> Select[Any]:
    """`starts`, `ends`, `documents`: how many begin and end in which bucket of a unit of time; NULL where it is unknown."""
    if documents.packed is not None:
        item = documents.call(spans, inline(unit))
        parts: list[Any] = [type_coerce(extract(item, f"$[{at}]"), BigInteger).label(name) for at, name in enumerate(SPAN)]
        return select(*parts)
    found, row = documents.ids.subquery(), DOCUMENTS.alias()
    first, last = bucket_number(row.c.first_day, unit), bucket_number(row.c.last_day, unit)
    columns: list[Any] = [first.label(SPAN[0]), last.label(SPAN[1]), func.count().label(SPAN[2])]
    rows = found.join(row, row.c.id == found.c[0])
    return select(*columns).select_from(rows).group_by(SPAN[0], SPAN[1]).correlate_except(found, row)


SPAN = ("starts", "ends", "documents")


def floor(value: ColumnElement[int], by: int) -> ColumnElement[int]:
    """The quotient, rounded down."""
    return (value - ((value % by) + by) % by) // by


def bucket_number(day: ColumnElement[int], unit: str) -> ColumnElement[int]:
    """The bucket that a day is in: a whole number, one more for each that follows."""
    if unit == "DECADE":
        return floor(year_of(day), 10)
    if unit == "MONTH":
        in_year = day - year_of(day) * 10000
        return year_of(day) * 12 + in_year // 100 - 1
    return year_of(day)


def _numbers(documents: Documents, kind: str, roles: Any = None) -> Select[Any]:
    item = type_coerce(documents.call(counted, inline(kind), literal(0) if roles is None else roles), BigInteger)
    return select(
        item.bitwise_and(literal(ID_BITS, BigInteger())).label("node_id"),
        item.bitwise_rshift(literal(COUNT_SHIFT)).label("documents"),
    )


def _grouped(documents: Documents, link: Any, column: str, count: Any = None) -> Select[Any]:
    found, item = documents.ids.subquery(), link.c[column]
    counts = select(item.label("node_id"), (func.count() if count is None else count).label("documents")).group_by(item)
    return counts.select_from(found.join(link, link.c.document_id == found.c[0])).correlate_except(found, link)
