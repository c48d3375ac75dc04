"""What a list can be asked for: filter and order inputs, and arguments. One filter type for a thing, wherever it is listed."""

from enum import Enum
from typing import Any

import strawberry

from data.search import columns
from data.search.columns import Subject
from schema.fields import Argument
from schema.pages import PAGE_ARGUMENTS
from schema.vocabulary import PersonKind, Role, TopicKind


@strawberry.enum(description="How a document's date and a given period must lie to each other.")
class DateMatch(Enum):
    OVERLAPS = strawberry.enum_value(
        "OVERLAPS", description="The document may fall into the period: they share at least one day."
    )
    WITHIN = strawberry.enum_value("WITHIN", description="The document surely falls into the period: all its days are in it.")


@strawberry.enum(description="Whether a document falls into a period that it was found by.")
class DateFit(Enum):
    CERTAIN = strawberry.enum_value("CERTAIN", description="All days that it may be of are in the period.")
    POSSIBLE = strawberry.enum_value("POSSIBLE", description="It may be of a day in the period, or of one outside.")


@strawberry.enum(description="Upwards or downwards.")
class OrderDirection(Enum):
    ASC = strawberry.enum_value("ASC", description="Earliest, first or smallest at the start.")
    DESC = strawberry.enum_value("DESC", description="Latest, last or largest at the start.")


RELEVANCE = (
    "How well it fits the search (BM25), the best first; only with `search`. Exact for searches of up to 50,000 hits (unless the "
    "server is set otherwise). Of more, these are ranked: the 50,000 that were loaded first, and as many that have all words in "
    "one field that counts more (title, names, topics), or one side of an `OR`; where any one of the words will do, those with "
    "the rarest of them, and then those that were loaded first, fewer if there are more than eight words. The rest follow as "
    "they were loaded. Counts, facets and pages are always exact."
)


@strawberry.enum(description="What documents can be ordered by. What has no such value comes last in both directions.")
class DocumentOrderField(Enum):
    DATE = strawberry.enum_value("DATE", description="The earliest day that the date may be.")
    DATE_LATEST = strawberry.enum_value("DATE_LATEST", description="The latest day that the date may be.")
    TITLE = strawberry.enum_value("TITLE", description="The title, without regard to case, accents and leading punctuation.")
    POSITION = strawberry.enum_value("POSITION", description="The place in the source's own order.")
    RELEVANCE = strawberry.enum_value("RELEVANCE", description=RELEVANCE)


@strawberry.enum(description="What people and topics can be ordered by.")
class NameOrderField(Enum):
    NAME = strawberry.enum_value(
        "NAME", description="The preferred name, without regard to case, accents and leading punctuation."
    )
    RELEVANCE = strawberry.enum_value("RELEVANCE", description=RELEVANCE)


def _optional(description: str, *, name: str | None = None) -> Any:
    return strawberry.field(description=description, default=None, name=name)


@strawberry.input(description="An order of documents.")
class DocumentOrder:
    field: DocumentOrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection = strawberry.field(description="Which way.", default=OrderDirection.ASC)


@strawberry.input(description="An order of people or of topics.")
class NameOrder:
    field: NameOrderField = strawberry.field(description="What to order by.")
    direction: OrderDirection = strawberry.field(description="Which way.", default=OrderDirection.ASC)


@strawberry.input(description="A period, and how a document's date must lie to it.")
class DateFilter:
    edtf: str = strawberry.field(description="A date or an interval in EDTF: `1950`, `1950-06/1951-07`, `1950-06-25/..`.")
    match: DateMatch = strawberry.field(description="Sharing a day, or wholly inside.", default=DateMatch.OVERLAPS)
    include_undated: bool = strawberry.field(description="Whether documents without a date match too.", default=False)


@strawberry.input(description="People who have a part in a document, and in which role.")
class PersonCriterion:
    id: list[strawberry.ID] | None = _optional("One of these people (a global id or the record's own).")
    role: list[Role] | None = _optional("In one of these roles.")


@strawberry.input(description="Topics that a document treats.")
class TopicCriterion:
    id: list[strawberry.ID] = strawberry.field(description="One of these topics (a global id or the record's own).")
    include_narrower: bool = strawberry.field(description="Or one of those below them.", default=False)


@strawberry.input(description="Which documents. All members that are given must hold.")
class DocumentFilter:
    id: list[strawberry.ID] | None = _optional("One of these documents (a global id or the record's own).")
    date: DateFilter | None = _optional("Dated in a period.")
    dated: bool | None = _optional("With a date, or without one.")
    genre: list[str] | None = _optional("Of one of these genres, without regard to case and accents.")
    language: list[str] | None = _optional("With one of these languages (BCP 47; `zh` finds `zh-Hant` too).")
    person: PersonCriterion | None = _optional("With one of these people, in one of these roles.")
    topic: TopicCriterion | None = _optional("On one of these topics.")
    identifier: list[str] | None = _optional("With one of these identifiers, as `scheme:value`.")
    and_: list["DocumentFilter"] | None = _optional("All of these hold.", name="and")
    or_: list["DocumentFilter"] | None = _optional("At least one of these holds; none does if the list is empty.", name="or")
    not_: "DocumentFilter | None" = _optional("This does not hold.", name="not")


@strawberry.input(description="Which people. All members that are given must hold.")
class PersonFilter:
    id: list[strawberry.ID] | None = _optional("One of these people (a global id or the record's own).")
    kind: list[PersonKind] | None = _optional("Of one of these kinds.")
    name: list[str] | None = _optional("With one of these names, preferred or other, without regard to case and accents.")
    role: list[Role] | None = _optional("With a part in some document in one of these roles.")
    identifier: list[str] | None = _optional("With one of these identifiers, as `scheme:value`.")
    and_: list["PersonFilter"] | None = _optional("All of these hold.", name="and")
    or_: list["PersonFilter"] | None = _optional("At least one of these holds; none does if the list is empty.", name="or")
    not_: "PersonFilter | None" = _optional("This does not hold.", name="not")


@strawberry.input(description="Which topics. All members that are given must hold.")
class TopicFilter:
    id: list[strawberry.ID] | None = _optional("One of these topics (a global id or the record's own).")
    kind: list[TopicKind] | None = _optional("Of one of these kinds.")
    name: list[str] | None = _optional("With one of these names, preferred or other, without regard to case and accents.")
    below: list[strawberry.ID] | None = _optional("Somewhere below one of these topics (a global id or the record's own).")
    identifier: list[str] | None = _optional("With one of these identifiers, as `scheme:value`.")
    and_: list["TopicFilter"] | None = _optional("All of these hold.", name="and")
    or_: list["TopicFilter"] | None = _optional("At least one of these holds; none does if the list is empty.", name="or")
    not_: "TopicFilter | None" = _optional("This does not hold.", name="not")


SEARCH_DESCRIPTION = (
    'Only what is found by this search: words, all of which must stand in it (`korea talks`), `"phrases"`, `OR` between two, '
    "`-not`, `prefix*`, and fields: {}. Everything else is text. Case, accents and kinds of apostrophes make no difference."
)


def _list_arguments(thing: str, filter_: Any, order: Any, default_order: str, subject: Subject) -> dict[str, Argument]:
    return {
        "filter": Argument(filter_ | None, f"Which {thing}; all, if it is left out."),
        "search": Argument(str | None, SEARCH_DESCRIPTION.format(", ".join(f"`{name}:`" for name in subject.field_names()))),
        "orderBy": Argument(
            order | None, f"In which order; with a search by relevance, else {default_order}, if it is left out."
        ),
        **PAGE_ARGUMENTS,
    }


DOCUMENT_ARGUMENTS = _list_arguments("documents", DocumentFilter, DocumentOrder, "as they were loaded", columns.DOCUMENT)
PERSON_ARGUMENTS = _list_arguments("people", PersonFilter, NameOrder, "the list's own order", columns.PERSON)
TOPIC_ARGUMENTS = _list_arguments("topics", TopicFilter, NameOrder, "the list's own order", columns.TOPIC)
ROLE_ARGUMENT = {"role": Argument(list[Role] | None, "Only in one of these roles.")}
