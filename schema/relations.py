"""What hangs on a document, a person or a topic: their lists and the facts of these, as SQL.

The types that have them stand above, in `schema.types`; nothing here names one.
"""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, exists, func, or_, select

from schema.facts import DateColumns, as_subquery, json_text, one, plain_list
from schema.fields import Row
from schema.filters import (
    BROADER,
    DESCENT,
    DOCUMENT_LANGUAGES,
    DOCUMENT_PEOPLE,
    DOCUMENT_TOPICS,
    DOCUMENTS,
    GENRES,
    PARTS,
    PEOPLE,
    role_rule,
)
from schema.functions import json_array, json_or_null
from schema.listing import EdgeRow, Key, Order, node_id
from schema.lists import DOCUMENT_KIND, PERSON_KIND, TOPIC_KIND, counted_listing, revisions, visible_documents
from schema.pages import connection
from schema.plan import Ask
from schema.redirects import REDIRECTS
from schema.related import related
from schema.spread import Documents
from schema.timeline import timeline


def genre(row: Row, _: Ask) -> ColumnElement[str]:
    """The genre, as a term of the vocabulary: spellings that differ in case or accents only are one term."""
    term = GENRES.alias()
    return select(term.c.name).where(term.c.id == row.c.genre_id).correlate_except(term).scalar_subquery()


def languages(row: Row, _: Ask) -> ColumnElement[str]:
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


def extra(row: Row, _: Ask) -> ColumnElement[str]:
    """The fields of the record whose keys begin with `x_`, as they were given."""
    return json_text(func.json(row.c.extra))


def history(type_: str) -> Any:
    def sql(row: Row, ask: Ask) -> ColumnElement[str]:
        old = REDIRECTS.alias()
        merged = select(old.c.key).where(old.c.type == type_, old.c.target == row.c.key).correlate_except(old)

        def mine(revision: Any) -> ColumnElement[bool]:
            return and_(revision.c.type == type_, or_(revision.c.key == row.c.key, revision.c.key.in_(merged)))

        return connection(ask, revisions(mine, newest_first=True))

    return sql


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


def person_of_part(row: Row, ask: Ask) -> ColumnElement[str]:
    """Who it is; null where nobody has identified the name."""
    person = PEOPLE.alias()
    return one(ask, person, person.c.id == row.c.person_id)


def parts_of_edge(edge: EdgeRow, ask: Ask) -> ColumnElement[str]:
    """The parts that this person has in this document, in the source's order."""
    part = PARTS.alias()
    document_id, person_id, role = edge.facts(edge)
    return plain_list(ask, part, part.c.document_id == document_id, part.c.person_id == person_id, role(ask, part))


def document_people(row: Row, ask: Ask) -> ColumnElement[str]:
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


def document_topics(row: Row, ask: Ask) -> ColumnElement[str]:
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


def document_parts(row: Row, ask: Ask) -> ColumnElement[str]:
    """Every part that somebody has in the document, in the source's order; also of names that nobody has identified."""
    part = PARTS.alias()
    return plain_list(ask, part, part.c.document_id == row.c.id, role_rule(ask, ask["role"], part.c.role))


def related_documents(row: Row, ask: Ask) -> ColumnElement[str]:
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


def person_documents(row: Row, ask: Ask) -> ColumnElement[str]:
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


def person_topics(row: Row, ask: Ask) -> ColumnElement[str]:
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


def person_timeline(row: Row, ask: Ask) -> ColumnElement[str]:
    """How the person's documents are spread over time."""
    link = visible_documents(DOCUMENT_PEOPLE.alias())
    ids = select(link.c.document_id.label("id")).where(link.c.person_id == row.c.id).correlate_except(link)
    return timeline(ask, Documents.of(ask, ids))


@dataclass(frozen=True)
class Letters:
    """The letters of a person, as pairs of parts: the person's own and that of whoever is on the other end."""

    mine: Any = field(default_factory=PARTS.alias)
    theirs: Any = field(default_factory=PARTS.alias)

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


def correspondents(row: Row, ask: Ask) -> ColumnElement[str]:
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


def date_of_letters(day: str, *, falling: bool) -> Any:
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


def _filed(row: Row, ask: Ask, link: Any) -> ColumnElement[bool]:
    """The link is to this topic, or if asked, to one below it."""
    if not ask["includeNarrower"].known:
        return and_(link.c.topic_id == row.c.id)
    below = DESCENT.alias()
    wanted = select(below.c.topic_id).where(below.c.ancestor_id == row.c.id).correlate_except(below)
    return and_(link.c.topic_id.in_(wanted))


def topic_documents(row: Row, ask: Ask) -> ColumnElement[str]:
    """The documents on this topic, each once, by default as they were loaded."""
    link: Any = DOCUMENT_TOPICS.alias()
    if ask["includeNarrower"].known:
        link = select(link.c.document_id).distinct().where(_filed(row, ask, link)).correlate_except(link).subquery()
        return connection(ask, DOCUMENT_KIND.listing(ask, visible_documents(link), of="document_id"))
    where = (_filed(row, ask, link),)
    return connection(ask, DOCUMENT_KIND.listing(ask, visible_documents(link), of="document_id", where=where))


def topic_people(row: Row, ask: Ask) -> ColumnElement[str]:
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


def topics_by(mine: str, theirs: str) -> Any:
    def sql(row: Row, ask: Ask) -> ColumnElement[str]:
        link = BROADER.alias()
        default = Order("SOURCE", (Key(link.c.position),)) if theirs == "broader_id" else Order("DEFAULT")
        return connection(ask, TOPIC_KIND.listing(ask, link, of=theirs, default=default, where=(link.c[mine] == row.c.id,)))

    return sql
