"""The types Document, Person and Topic and the connections between them; they name each other, so they share a file.

Each field is declared with the SQL that it is (`schema/fields.py`); every description here is what GraphiQL shows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Annotated, Any

import strawberry
from sqlalchemy import ColumnElement, FromClause, and_, case, exists, func, or_, select
from strawberry.scalars import JSON

from data import tables
from schema.facts import (
    LIST_ARGUMENTS,
    DateColumns,
    HistoricalDate,
    Identifier,
    Name,
    Note,
    Text,
    as_subquery,
    date_of,
    items_of,
    json_text,
    one,
    plain_list,
)
from schema.fields import Argument, Row, column, field
from schema.filters import (
    BROADER,
    DESCENT,
    DOCUMENT_ARGUMENTS,
    DOCUMENT_LANGUAGES,
    DOCUMENT_TOPICS,
    DOCUMENTS,
    GENRES,
    IDENTIFIERS,
    NAMES,
    PARTS,
    PEOPLE,
    PERSON_ARGUMENTS,
    ROLE_ARGUMENT,
    TOPIC_ARGUMENTS,
    DateFit,
    date_match,
    periods_of,
    role_rule,
)
from schema.functions import inline, joined, json_array, json_or_null, quote
from schema.lists import DOCUMENT_KIND, PERSON_KIND, TOPIC_KIND, counted_listing, revisions, visible_documents
from schema.pages import (
    PAGE_ARGUMENTS,
    EdgeRow,
    Key,
    Order,
    PageView,
    connection,
    edge_cursor,
    edge_node,
    edges,
    end_cursor,
    has_next_page,
    has_previous_page,
    node_id,
    nodes,
    page_info,
    start_cursor,
    total_count,
)
from schema.plan import TYPE_KEY, Ask
from schema.redirects import REDIRECTS
from schema.related import days_between, related, score, shared_people, shared_topics
from schema.search import MATCHES_ARGUMENTS, SearchMatch, did_you_mean, matches
from schema.spread import Documents
from schema.timeline import TIMELINE_ARGUMENTS, Timeline, timeline
from schema.vocabulary import Basis, Certainty, Evidence, PersonKind, Role, TopicKind

DOCUMENT_PEOPLE = tables.table(tables.DocumentPerson)
NOTES = tables.table(tables.Note)
TEXTS = tables.table(tables.Text)


def _person_of_part(row: Row, ask: Ask) -> ColumnElement[str]:
    """Who it is; null where nobody has identified the name."""
    person = PEOPLE.alias()
    return one(ask, person, person.c.id == row.c.person_id)


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
    person = field("Person | None", _person_of_part)


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


def _parts_of_edge(edge: EdgeRow, ask: Ask) -> ColumnElement[str]:
    """The parts that this person has in this document, in the source's order."""
    part = PARTS.alias()
    document_id, person_id, role = edge.facts(edge)
    return plain_list(ask, part, part.c.document_id == document_id, part.c.person_id == person_id, role(ask, part))


def _carried(name: str) -> Any:
    return lambda edge, _: edge.c[name]


@dataclass(frozen=True)
class Letters:
    """The letters of a person, as pairs of parts: the person's own and that of whoever is on the other end."""

    mine: Any = dataclass_field(default_factory=PARTS.alias)
    theirs: Any = dataclass_field(default_factory=PARTS.alias)

    @property
    def rows(self) -> FromClause:
        joined_parts: FromClause = self.mine.join(self.theirs, self.theirs.c.document_id == self.mine.c.document_id)
        return joined_parts

    @property
    def sent(self) -> ColumnElement[bool]:
        return and_(self.mine.c.role == "SENDER", self.theirs.c.role == "RECIPIENT")

    @property
    def received(self) -> ColumnElement[bool]:
        return and_(self.mine.c.role == "RECIPIENT", self.theirs.c.role == "SENDER")

    def count(self, direction: ColumnElement[bool]) -> ColumnElement[int]:
        return func.count(case((direction, self.mine.c.document_id)).distinct())


def _date_of_letters(day: str, *, falling: bool) -> Any:
    """The date of the first or last letter between two people."""

    def sql(edge: EdgeRow, ask: Ask) -> ColumnElement[str]:
        document, letters = DOCUMENTS.alias(), Letters()
        person_id, other_id = edge.facts(edge)
        column = document.c[day]
        order = (column.desc(), document.c.id.desc()) if falling else (column, document.c.id)
        rows = letters.rows.join(document, document.c.id == letters.mine.c.document_id)
        found = (
            select(ask.below(DateColumns.of(document, "date_")))
            .select_from(rows)
            .where(
                letters.mine.c.person_id == person_id,
                letters.theirs.c.person_id == other_id,
                or_(letters.sent, letters.received),
                document.c.date_edtf.isnot(None),
            )
            .order_by(*order)
            .limit(1)
            .correlate_except(letters.mine, letters.theirs, document)
        )
        return json_or_null(found)

    return sql


PARTICIPATIONS = {"participations": field(list[Participation], _parts_of_edge, args=LIST_ARGUMENTS)}
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
            _date_of_letters("earliest_rising", falling=False),
            "The date of the earliest letter between them; null if none is dated.",
        ),
        "last_date": field(
            HistoricalDate | None,
            _date_of_letters("latest_falling", falling=True),
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


def _has_role(ask: Ask, link: Any) -> tuple[ColumnElement[bool], ...]:
    if ask["role"].is_null:
        return ()
    part = PARTS.alias()
    found = select(1).where(
        part.c.document_id == link.c.document_id,
        part.c.person_id == link.c.person_id,
        role_rule(ask, ask["role"], part.c.role),
    )
    return (exists(found.select_from(part).correlate_except(part)),)


def _role_of(outer: Ask) -> Any:
    """The rule for parts on an edge: those in the roles that the list was asked for."""
    return lambda ask, part: role_rule(ask, outer["role"], part.c.role)


# Document


def _genre(row: Row, _: Ask) -> ColumnElement[str]:
    """The genre, as a term of the vocabulary: spellings that differ in case or accents only are one term."""
    genre = GENRES.alias()
    return select(genre.c.name).where(genre.c.id == row.c.genre_id).correlate_except(genre).scalar_subquery()


def _languages(row: Row, _: Ask) -> ColumnElement[str]:
    """The languages as BCP 47 tags, in the record's order."""
    spoken = DOCUMENT_LANGUAGES.alias()
    tags = (
        select(spoken.c.language)
        .where(spoken.c.document_id == row.c.id)
        .order_by(spoken.c.position)
        .correlate_except(spoken)
        .subquery()
    )
    return as_subquery(select(json_array(tags.c.language)).correlate_except(tags))


def _extra(row: Row, _: Ask) -> ColumnElement[str]:
    """The fields of the record whose keys begin with `x_`, as they were given."""
    return json_text(func.json(row.c.extra))


def _document_people(row: Row, ask: Ask) -> ColumnElement[str]:
    """The people of the document, each once, by default in the order in which the source names them."""
    link = DOCUMENT_PEOPLE.alias()
    listing = PERSON_KIND.listing(
        ask,
        link,
        of="person_id",
        default=Order("SOURCE", (Key(link.c.position),)),
        where=(link.c.document_id == row.c.id, *_has_role(ask, link)),
        edge=lambda edge: (row.c.id, node_id(edge), _role_of(ask)),
    )
    return connection(ask, listing)


def _document_topics(row: Row, ask: Ask) -> ColumnElement[str]:
    """The topics of the document, by default in the record's order."""
    link = DOCUMENT_TOPICS.alias()
    listing = TOPIC_KIND.listing(
        ask,
        link,
        of="topic_id",
        default=Order("SOURCE", (Key(link.c.position),)),
        where=(link.c.document_id == row.c.id,),
    )
    return connection(ask, listing)


def _related(row: Row, ask: Ask) -> ColumnElement[str]:
    """What else is like this document: documents with the same people and topics, those that few have counting most, and the
    nearer in time the more; by default the nearest first.
    """
    parts = related(row)
    listing = counted_listing(
        DOCUMENT_KIND,
        ask,
        parts[-1],
        ("score",),
        by=("SCORE", "score"),
        edge=lambda edge: (row, node_id(edge)),
        shared=parts[:-1],
    )
    return connection(ask, listing)


def _document_parts(row: Row, ask: Ask) -> ColumnElement[str]:
    """Every part that somebody has in the document, in the source's order; also of names that nobody has identified."""
    part = PARTS.alias()
    return plain_list(ask, part, part.c.document_id == row.c.id, role_rule(ask, ask["role"], part.c.role))


def _global_id(type_name: str) -> Any:
    return lambda row, _: json_text(
        # the type's name needs no escaping, so the id's own quoting serves for both
        joined(inline(f'"{type_name}:'), func.substr(quote(row.c.key), 2))
    )


History = Annotated["RevisionConnection", strawberry.lazy("schema.history")]  # type: ignore[name-defined] # noqa: F821 - it stands above
HISTORY = "What loads did to the record, the newest first; also to records that were merged into it."


def _history(type_: str) -> Any:
    def sql(row: Row, ask: Ask) -> ColumnElement[str]:
        old = REDIRECTS.alias()
        merged = select(old.c.key).where(old.c.type == type_, old.c.target == row.c.key).correlate_except(old)

        def mine(revision: Any) -> ColumnElement[bool]:
            return and_(revision.c.type == type_, or_(revision.c.key == row.c.key, revision.c.key.in_(merged)))

        return connection(ask, revisions(mine, newest_first=True))

    return sql


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
    genre = field(str | None, _genre)
    number = field(str | None, column("number"), "The document's number, such as a telegram's.")
    languages = field(list[str], _languages)
    source = field(str | None, column("source"), "Where the record was taken from.")
    repository = field(str | None, column("repository"), "The institution that holds the document.")
    collection = field(str | None, column("collection"), "The collection or fonds it belongs to.")
    classification = field(str | None, column("classification"), "How secret it was, in the source's words.")
    rights = field(str | None, column("rights"), "Who may do what with it.")
    url = field(str | None, column("url"), "Where it can be seen.")
    position = field(int | None, column("position"), "Its place in the source's own order, where there is one.")
    people = field("DocumentPersonConnection", _document_people, args=ROLE_ARGUMENT | PERSON_ARGUMENTS)
    participations = field(list[Participation], _document_parts, args=ROLE_ARGUMENT | LIST_ARGUMENTS)
    topics = field("TopicConnection", _document_topics, args=TOPIC_ARGUMENTS)
    related = field("RelatedDocumentConnection", _related, args=DOCUMENT_ARGUMENTS)
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
    extra = field(JSON, _extra)
    history = field(History, _history("document"), HISTORY, args=PAGE_ARGUMENTS)


# Person


def _person_documents(row: Row, ask: Ask) -> ColumnElement[str]:
    """The documents in which the person has a part, each once, by default as they were loaded."""
    link = DOCUMENT_PEOPLE.alias()
    listing = DOCUMENT_KIND.listing(
        ask,
        visible_documents(link),
        of="document_id",
        where=(link.c.person_id == row.c.id, *_has_role(ask, link)),
        edge=lambda edge: (node_id(edge), row.c.id, _role_of(ask)),
    )
    return connection(ask, listing)


def _person_topics(row: Row, ask: Ask) -> ColumnElement[str]:
    """The topics of the person's documents, by default those with most documents first."""
    mine, link = DOCUMENT_PEOPLE.alias(), DOCUMENT_TOPICS.alias()
    statement = (
        select(link.c.topic_id.label("node_id"), func.count().label("documents"))
        .select_from(mine.join(link, link.c.document_id == mine.c.document_id))
        .where(mine.c.person_id == row.c.id)
        .group_by(link.c.topic_id)
        .correlate_except(mine, link)
    )
    return connection(ask, counted_listing(TOPIC_KIND, ask, statement, ("documents",)))


def _correspondents(row: Row, ask: Ask) -> ColumnElement[str]:
    """The people on the other end of the person's letters: recipients of what the person sent, senders of what they received."""
    letters = Letters()
    other = letters.theirs.c.person_id
    either = or_(letters.sent, letters.received)
    statement = (
        select(
            other.label("node_id"),
            letters.count(either).label("documents"),
            letters.count(letters.sent).label("sent"),
            letters.count(letters.received).label("received"),
        )
        .select_from(letters.rows)
        .where(letters.mine.c.person_id == row.c.id, other.isnot(None), other != row.c.id, either)
        .group_by(other)
        .correlate_except(letters.mine, letters.theirs)
    )
    carry = ("documents", "sent", "received")
    listing = counted_listing(PERSON_KIND, ask, statement, carry, edge=lambda edge: (row.c.id, node_id(edge)))
    return connection(ask, listing)


def _person_timeline(row: Row, ask: Ask) -> ColumnElement[str]:
    """How the person's documents are spread over time."""
    link = visible_documents(DOCUMENT_PEOPLE.alias())
    ids = select(link.c.document_id.label("id")).where(link.c.person_id == row.c.id).correlate_except(link)
    return timeline(ask, Documents.of(ask, ids))


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
    documents = field("PersonDocumentConnection", _person_documents, args=ROLE_ARGUMENT | DOCUMENT_ARGUMENTS)
    topics = field("PersonTopicConnection", _person_topics, args=TOPIC_ARGUMENTS)
    timeline = field(Timeline, _person_timeline, args=TIMELINE_ARGUMENTS)
    correspondents = field("CorrespondentConnection", _correspondents, args=PERSON_ARGUMENTS)
    identifiers = field(
        list[Identifier],
        items_of(IDENTIFIERS, "person_id"),
        "Identifiers in other schemes.",
        args=LIST_ARGUMENTS,
    )
    notes = field(list[Note], items_of(NOTES, "person_id"), "Remarks.", args=LIST_ARGUMENTS)
    extra = field(JSON, _extra)
    history = field(History, _history("person"), HISTORY, args=PAGE_ARGUMENTS)


# Topic

NARROWER_ARGUMENT = {"includeNarrower": Argument(bool, "Also what is filed under the topics below this one.", False)}


def _filed(row: Row, ask: Ask, link: Any) -> ColumnElement[bool]:
    """The link is to this topic, or if asked, to one below it."""
    if not ask["includeNarrower"].known:
        return and_(link.c.topic_id == row.c.id)
    below = DESCENT.alias()
    wanted = select(below.c.topic_id).where(below.c.ancestor_id == row.c.id).correlate_except(below)
    return and_(link.c.topic_id.in_(wanted))


def _topic_documents(row: Row, ask: Ask) -> ColumnElement[str]:
    """The documents on this topic, each once, by default as they were loaded."""
    link: Any = DOCUMENT_TOPICS.alias()
    if ask["includeNarrower"].known:
        link = select(link.c.document_id).distinct().where(_filed(row, ask, link)).correlate_except(link).subquery()
        return connection(ask, DOCUMENT_KIND.listing(ask, visible_documents(link), of="document_id"))
    where = (_filed(row, ask, link),)
    return connection(ask, DOCUMENT_KIND.listing(ask, visible_documents(link), of="document_id", where=where))


def _topic_people(row: Row, ask: Ask) -> ColumnElement[str]:
    """The people of the topic's documents, by default those with most documents first."""
    link, theirs = DOCUMENT_TOPICS.alias(), DOCUMENT_PEOPLE.alias()
    statement = (
        select(theirs.c.person_id.label("node_id"), func.count(link.c.document_id.distinct()).label("documents"))
        .select_from(link.join(theirs, theirs.c.document_id == link.c.document_id))
        .where(_filed(row, ask, link))
        .group_by(theirs.c.person_id)
        .correlate_except(link, theirs)
    )
    return connection(ask, counted_listing(PERSON_KIND, ask, statement, ("documents",)))


def _topics_by(mine: str, theirs: str) -> Any:
    def sql(row: Row, ask: Ask) -> ColumnElement[str]:
        link = BROADER.alias()
        default = Order("SOURCE", (Key(link.c.position),)) if theirs == "broader_id" else Order("DEFAULT")
        return connection(ask, TOPIC_KIND.listing(ask, link, of=theirs, default=default, where=(link.c[mine] == row.c.id,)))

    return sql


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
        _topics_by("topic_id", "broader_id"),
        "The topics directly above.",
        args=TOPIC_ARGUMENTS,
    )
    narrower = field(
        "TopicConnection",
        _topics_by("broader_id", "topic_id"),
        "The topics directly below.",
        args=TOPIC_ARGUMENTS,
    )
    documents = field("DocumentConnection", _topic_documents, args=NARROWER_ARGUMENT | DOCUMENT_ARGUMENTS)
    people = field("TopicPersonConnection", _topic_people, args=NARROWER_ARGUMENT | PERSON_ARGUMENTS)
    identifiers = field(
        list[Identifier],
        items_of(IDENTIFIERS, "topic_id"),
        "Identifiers in other schemes.",
        args=LIST_ARGUMENTS,
    )
    notes = field(list[Note], items_of(NOTES, "topic_id"), "Remarks.", args=LIST_ARGUMENTS)
    extra = field(JSON, _extra)
    history = field(History, _history("topic"), HISTORY, args=PAGE_ARGUMENTS)
