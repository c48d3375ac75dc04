"""The types Document, Person and Topic and the connections between them; they name each other, so they share a file.

Each field is declared with the SQL that it is (`schema/fields.py`); every description here is what GraphiQL shows.
"""

from collections.abc import Mapping
from typing import Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, func
from strawberry.scalars import JSON

from data import tables
from schema.criteria import DOCUMENT_ARGUMENTS, PERSON_ARGUMENTS, ROLE_ARGUMENT, TOPIC_ARGUMENTS, DateFit
from schema.facts import (
    LIST_ARGUMENTS,
    HistoricalDate,
    Identifier,
    Name,
    Note,
    Text,
    date_of,
    items_of,
    json_text,
)
from schema.fields import Argument, column, field
from schema.filters import IDENTIFIERS, NAMES, periods_of
from schema.functions import inline, joined, quote
from schema.listing import EdgeRow, PageView
from schema.matches import MATCHES_ARGUMENTS, SearchMatch, matches
from schema.pages import (
    PAGE_ARGUMENTS,
    edge_cursor,
    edge_node,
    edges,
    end_cursor,
    has_next_page,
    has_previous_page,
    nodes,
    page_info,
    start_cursor,
    total_count,
)
from schema.periods import date_match
from schema.plan import TYPE_KEY, Ask
from schema.related import days_between, score, shared_people, shared_topics
from schema.relations import (
    correspondents,
    date_of_letters,
    document_parts,
    document_people,
    document_topics,
    extra,
    genre,
    history,
    languages,
    parts_of_edge,
    person_documents,
    person_of_part,
    person_timeline,
    person_topics,
    related_documents,
    topic_documents,
    topic_people,
    topics_by,
)
from schema.search import did_you_mean
from schema.spread import Documents
from schema.timeline import TIMELINE_ARGUMENTS, Timeline, timeline
from schema.vocabulary import Basis, Certainty, Evidence, PersonKind, Role, TopicKind

NOTES = tables.table(tables.Note)
TEXTS = tables.table(tables.Text)


@strawberry.type(description="One part that somebody has in a document. A person may have several in one.")
class Participation:
    role = field(Role, column("role"), "What the person does in the document.")
    label = field(str | None, column("label"), "What the source itself calls the role.")
    named_as = field(str | None, column("named_as"), "The name exactly as the source writes it here.")
    evidence = field(Evidence | None, column("evidence"), "How it is known; null if the record does not say.")
    certainty = field(Certainty | None, column("certainty"), "How sure it is; null if the record does not say.")
    basis = field(Basis | None, column("basis"), "Where it is found; null if the record does not say.")
    alternative = field(
        int | None,
        column("alternative"),
        "Parts of one document with equal numbers mean “or”: it is one of them.",
    )
    position = field(int, column("position"), "Its place among the document's parts, from 1.")
    person = field("Person | None", person_of_part)


# Connections


@strawberry.type(description="What lies before and behind a page (Relay).")
class PageInfo:
    has_next_page = field(bool, has_next_page)
    has_previous_page = field(bool, has_previous_page)
    start_cursor = field(str | None, start_cursor)
    end_cursor = field(str | None, end_cursor)


def connection_types(name: str, node: Any, edge_fields: Mapping[str, Any], description: str) -> tuple[Any, Any]:
    """The two types of a connection: `…Edge` with its facts, and `…Connection`; `node` is a type, or the name of one here."""
    node_or_none = f"{node} | None" if isinstance(node, str) else node | None
    own = {"node": field(node_or_none, edge_node), "cursor": field(str, edge_cursor), **edge_fields}
    if isinstance(node, str):
        own["matches"] = field(list[SearchMatch], matches, args=MATCHES_ARGUMENTS)
    if node == "Document":
        own["date_match"] = field(DateFit | None, _date_match)
    edge = strawberry.type(
        type(f"{name}Edge", (), {"__module__": __name__, **own}),
        description=f"{description} One of them, with what belongs to its place in the list.",
    )
    globals()[f"{name}Edge"] = edge
    fields = {
        "edges": field(f"list[{name}Edge]", edges),
        "nodes": field(f"list[{node}]" if isinstance(node, str) else list[node], nodes),
        "page_info": field(PageInfo, page_info),
        "total_count": field(int, total_count),
    }
    if isinstance(node, str):
        fields["did_you_mean"] = field(str | None, did_you_mean)
    if node == "Document":
        fields["facets"] = field(Annotated["DocumentFacets", strawberry.lazy("schema.facets")], _facets)  # noqa: F821
        fields["timeline"] = field(Timeline, _timeline, args=TIMELINE_ARGUMENTS)
    return edge, strawberry.type(
        type(f"{name}Connection", (), {"__module__": __name__, **fields}),
        description=f"{description} A page of them.",
    )


def _facets(view: PageView, ask: Ask) -> ColumnElement[str]:
    """How the documents of the whole list are spread over people, topics, genres, languages and years."""
    return ask.below(view)


def _timeline(view: PageView, ask: Ask) -> ColumnElement[str]:
    """How the documents of the whole list are spread over time."""
    return timeline(ask, Documents.of(ask, view.all.ids(), view.gathered))


def _date_match(edge: EdgeRow, _: Ask) -> ColumnElement[str]:
    """Whether the document surely falls into the period that the list is filtered by, or only may.

    The period is `filter: {date: …}`, also inside `and`, or `date:` in the search; of several, it surely falls into all. What
    need not hold (inside `or` or `not`, beside `OR`, behind `-`) is no such period. Null without one, and for undated documents.
    """
    search = edge.view.listing.search
    periods = [*periods_of(edge.view.ask["filter"]), *(search.periods() if search else ())]
    return date_match(edge.view.ask, edge.view.node, periods)


def _carried(name: str) -> Any:
    return lambda edge, _: edge.c[name]


PARTICIPATIONS = {"participations": field(list[Participation], parts_of_edge, args=LIST_ARGUMENTS)}
DOCUMENT_COUNT = {"document_count": field(int, _carried("documents"), "In how many documents they meet.")}

_, DocumentConnection = connection_types("Document", "Document", {}, "Documents.")
_, PersonConnection = connection_types("Person", "Person", {}, "People.")
_, TopicConnection = connection_types("Topic", "Topic", {}, "Topics.")
_, DocumentPersonConnection = connection_types(
    "DocumentPerson",
    "Person",
    PARTICIPATIONS,
    "The people of a document, each once, however many parts they have in it.",
)
_, PersonDocumentConnection = connection_types(
    "PersonDocument",
    "Document",
    PARTICIPATIONS,
    "The documents of a person, each once, however many parts they have in it.",
)
_, PersonTopicConnection = connection_types("PersonTopic", "Topic", DOCUMENT_COUNT, "The topics of a person's documents.")
_, TopicPersonConnection = connection_types("TopicPerson", "Person", DOCUMENT_COUNT, "The people of a topic's documents.")
_, CorrespondentConnection = connection_types(
    "Correspondent",
    "Person",
    {
        "document_count": field(int, _carried("documents"), "How many letters there are between the two, in both directions."),
        "sent_count": field(int, _carried("sent"), "How many the person sent to the correspondent."),
        "received_count": field(int, _carried("received"), "How many the person received from the correspondent."),
        "first_date": field(
            HistoricalDate | None,
            date_of_letters("earliest_rising", falling=False),
            "The date of the earliest letter between them; null if none is dated.",
        ),
        "last_date": field(
            HistoricalDate | None,
            date_of_letters("latest_falling", falling=True),
            "The date of the latest letter between them; null if none is dated.",
        ),
    },
    "The people on the other end of a person's letters, those with most letters first.",
)

_, RelatedDocumentConnection = connection_types(
    "RelatedDocument",
    "Document",
    {
        "shared_people": field("list[Person]", shared_people, "The people of both documents.", args=LIST_ARGUMENTS),
        "shared_topics": field("list[Topic]", shared_topics, "The topics of both documents.", args=LIST_ARGUMENTS),
        "days_apart": field(int | None, days_between),
        "score": field(float, score),
    },
    "Documents that are like another, the nearest first, with the reasons.",
)


# Document


def _global_id(type_name: str) -> Any:
    return lambda row, _: json_text(
        # the type's name needs no escaping, so the id's own quoting serves for both
        joined(inline(f'"{type_name}:'), func.substr(quote(row.c.key), 2))
    )


History = Annotated["RevisionConnection", strawberry.lazy("schema.history")]  # type: ignore[name-defined] # noqa: F821 - it stands above
HISTORY = "What loads did to the record, the newest first; also to records that were merged into it."


GLOBAL_ID = "The global id, permanent: the type and the record's own id, as in `Document:frus1950v07/d22`."


@strawberry.interface(description="Anything with a global id (https://relay.dev/graphql/objectidentification.htm).")
class Node:
    id = field(strawberry.ID, _global_id("Node"), GLOBAL_ID)


def is_type_of(name: str) -> Any:
    """How graphql-core tells an object of an interface: by the name that its answer carries."""
    return classmethod(lambda _, value, __: value.get(TYPE_KEY) == name)


@strawberry.type(description="One archival item: a letter, a telegram, a memorandum, a diary entry.")
class Document(Node):
    is_type_of = is_type_of("Document")

    id = field(strawberry.ID, _global_id("Document"), GLOBAL_ID)
    record_id = field(str, column("key"), "The record's own id, as the archivist gave it.")
    title = field(str, column("title"), "The title, byte for byte as the source has it.")
    date = field(HistoricalDate | None, date_of("date_"), "The date; null if the document is undated.")
    description = field(str | None, column("description"), "The description, byte for byte as the source has it.")
    genre = field(str | None, genre)
    number = field(str | None, column("number"), "The document's number, such as a telegram's.")
    languages = field(list[str], languages)
    source = field(str | None, column("source"), "Where the record was taken from.")
    repository = field(str | None, column("repository"), "The institution that holds the document.")
    collection = field(str | None, column("collection"), "The collection or fonds it belongs to.")
    classification = field(str | None, column("classification"), "How secret it was, in the source's words.")
    rights = field(str | None, column("rights"), "Who may do what with it.")
    url = field(str | None, column("url"), "Where it can be seen.")
    position = field(int | None, column("position"), "Its place in the source's own order, where there is one.")
    people = field("DocumentPersonConnection", document_people, args=ROLE_ARGUMENT | PERSON_ARGUMENTS)
    participations = field(list[Participation], document_parts, args=ROLE_ARGUMENT | LIST_ARGUMENTS)
    topics = field("TopicConnection", document_topics, args=TOPIC_ARGUMENTS)
    related = field("RelatedDocumentConnection", related_documents, args=DOCUMENT_ARGUMENTS)
    texts = field(
        list[Text],
        items_of(TEXTS, "document_id"),
        "The texts of the document, in the record's order.",
        args=LIST_ARGUMENTS,
    )
    identifiers = field(
        list[Identifier],
        items_of(IDENTIFIERS, "document_id"),
        "Identifiers in other schemes.",
        args=LIST_ARGUMENTS,
    )
    notes = field(list[Note], items_of(NOTES, "document_id"), "Remarks.", args=LIST_ARGUMENTS)
    extra = field(JSON, extra)
    history = field(History, history("document"), HISTORY, args=PAGE_ARGUMENTS)


# Person


@strawberry.type(description="Whoever can act: a person, an organization, a family, an office, or somebody unknown.")
class Person(Node):
    is_type_of = is_type_of("Person")

    id = field(strawberry.ID, _global_id("Person"), GLOBAL_ID)
    record_id = field(str, column("key"), "The record's own id, as the archivist gave it.")
    name = field(str, column("name"), "The preferred name.")
    kind = field(PersonKind, column("kind"), "What sort of actor.")
    names = field(list[Name], items_of(NAMES, "person_id"), "Other names, in the record's order.", args=LIST_ARGUMENTS)
    birth = field(HistoricalDate | None, date_of("birth_", "birth_"), "When the person was born, where known.")
    death = field(HistoricalDate | None, date_of("death_", "death_"), "When the person died, where known.")
    description = field(str | None, column("description"), "Who it is.")
    documents = field("PersonDocumentConnection", person_documents, args=ROLE_ARGUMENT | DOCUMENT_ARGUMENTS)
    topics = field("PersonTopicConnection", person_topics, args=TOPIC_ARGUMENTS)
    timeline = field(Timeline, person_timeline, args=TIMELINE_ARGUMENTS)
    correspondents = field("CorrespondentConnection", correspondents, args=PERSON_ARGUMENTS)
    identifiers = field(
        list[Identifier],
        items_of(IDENTIFIERS, "person_id"),
        "Identifiers in other schemes.",
        args=LIST_ARGUMENTS,
    )
    notes = field(list[Note], items_of(NOTES, "person_id"), "Remarks.", args=LIST_ARGUMENTS)
    extra = field(JSON, extra)
    history = field(History, history("person"), HISTORY, args=PAGE_ARGUMENTS)


# Topic

NARROWER_ARGUMENT = {"includeNarrower": Argument(bool, "Also what is filed under the topics below this one.", False)}


@strawberry.type(description="What a document is about: a subject, a place, an event. Topics stand below broader ones (SKOS).")
class Topic(Node):
    is_type_of = is_type_of("Topic")

    id = field(strawberry.ID, _global_id("Topic"), GLOBAL_ID)
    record_id = field(str, column("key"), "The record's own id, as the archivist gave it.")
    name = field(str, column("name"), "The preferred name.")
    kind = field(TopicKind, column("kind"), "What sort of topic.")
    names = field(list[Name], items_of(NAMES, "topic_id"), "Other names, in the record's order.", args=LIST_ARGUMENTS)
    description = field(str | None, column("description"), "What it covers.")
    broader = field(
        "TopicConnection",
        topics_by("topic_id", "broader_id"),
        "The topics directly above.",
        args=TOPIC_ARGUMENTS,
    )
    narrower = field(
        "TopicConnection",
        topics_by("broader_id", "topic_id"),
        "The topics directly below.",
        args=TOPIC_ARGUMENTS,
    )
    documents = field("DocumentConnection", topic_documents, args=NARROWER_ARGUMENT | DOCUMENT_ARGUMENTS)
    people = field("TopicPersonConnection", topic_people, args=NARROWER_ARGUMENT | PERSON_ARGUMENTS)
    identifiers = field(
        list[Identifier],
        items_of(IDENTIFIERS, "topic_id"),
        "Identifiers in other schemes.",
        args=LIST_ARGUMENTS,
    )
    notes = field(list[Note], items_of(NOTES, "topic_id"), "Remarks.", args=LIST_ARGUMENTS)
    extra = field(JSON, extra)
    history = field(History, history("topic"), HISTORY, args=PAGE_ARGUMENTS)
