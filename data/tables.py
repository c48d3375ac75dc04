"""The tables of the store, as SQLModel classes. They do not validate: records do that (`data/format.py`).

Joins use internal whole numbers (`id`) that nobody sees; `key` is the record's own id. A day is year*10000 + month*100 + day.

Columns called `…_rising` and `…_falling` are sort keys without NULL, computed by the database: what is unknown stands last in
both directions, and a page can be found by comparing keys, however deep it is.

`given_digest` tells what was last given of a record (`data/digests.py`): the same given again changes nothing, and is known
without reading the record. NULL where the record was changed by other means since.
"""

from typing import Any, ClassVar

from sqlalchemy import JSON, BigInteger, Column, Computed, ForeignKey, Index, Integer, Table
from sqlmodel import Field, SQLModel

CLUSTERED = {"sqlite_with_rowid": False}
"""A table whose rows stand in the order of its primary key, with no number of their own: links of a document in theirs."""

FIRST = -(2**63)
LAST = 2**63 - 1


def _cascade(target: str, *, primary_key: bool = False, nullable: bool = False) -> Any:
    """A foreign key that goes with its owner."""
    return Field(
        sa_column=Column(
            Integer,
            ForeignKey(target, ondelete="CASCADE"),
            primary_key=primary_key,
            nullable=nullable,
        )
    )


def _sort_key(column: str, unknown: int) -> Any:
    """The column's value, or `unknown` where it has none: kept by the database, never written by hand."""
    return Field(
        default=None,
        sa_column=Column(BigInteger, Computed(f"coalesce({column}, {unknown})", persisted=True), nullable=False),
    )


def _day() -> Any:
    return Field(default=None, sa_type=BigInteger)


class Meta(SQLModel, table=True):
    """One row: what this store is.

    `version` counts layouts, `secret` seals the cursors that were given out, `stemming` is how the words of texts are indexed,
    `changes` counts what was committed since.
    """

    __tablename__: ClassVar[Any] = "fonds_meta"
    id: int = Field(default=1, primary_key=True)
    version: int
    secret: str
    stemming: str
    changes: int = 0


class SearchWord(SQLModel, table=True):
    """Every word of the archive's texts and names, folded: what a misspelt search is compared with."""

    __tablename__: ClassVar[Any] = "search_words"
    __table_args__: ClassVar[Any] = CLUSTERED
    word: str = Field(primary_key=True)


class Genre(SQLModel, table=True):
    """A term of the genre vocabulary: the first spelling that was loaded; others fold into it."""

    __tablename__: ClassVar[Any] = "genres"
    id: int | None = Field(default=None, primary_key=True)
    name: str
    folded: str = Field(unique=True)


class Document(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "documents"
    __table_args__: ClassVar[Any] = (
        Index("documents_by_earliest_rising", "earliest_rising"),
        Index("documents_by_earliest_falling", "earliest_falling"),
        Index("documents_by_latest_rising", "latest_rising"),
        Index("documents_by_latest_falling", "latest_falling"),
        Index("documents_by_position_rising", "position_rising"),
        Index("documents_by_position_falling", "position_falling"),
    )
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    title: str
    sort_title: str = Field(index=True)
    date_edtf: str | None = None
    date_label: str | None = None
    date_is_printed: bool = False
    first_day: int | None = _day()
    last_day: int | None = _day()
    description: str | None = None
    source: str | None = None
    repository: str | None = None
    collection: str | None = None
    rights: str | None = None
    url: str | None = None
    number: str | None = None
    genre: str | None = None
    genre_id: int | None = Field(default=None, foreign_key="genres.id", index=True)
    classification: str | None = None
    position: int | None = Field(default=None, sa_type=BigInteger)
    extra: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    given_digest: bytes | None = None
    earliest_rising: int = _sort_key("first_day", LAST)
    earliest_falling: int = _sort_key("first_day", FIRST)
    latest_rising: int = _sort_key("last_day", LAST)
    latest_falling: int = _sort_key("last_day", FIRST)
    position_rising: int = _sort_key("position", LAST)
    position_falling: int = _sort_key("position", FIRST)


class Person(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "people"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str = Field(index=True)
    name: str
    folded: str = Field(index=True)
    sort_name: str = Field(index=True)
    birth_edtf: str | None = None
    birth_label: str | None = None
    birth_is_printed: bool = False
    birth_first_day: int | None = _day()
    birth_last_day: int | None = _day()
    death_edtf: str | None = None
    death_label: str | None = None
    death_is_printed: bool = False
    death_first_day: int | None = _day()
    death_last_day: int | None = _day()
    description: str | None = None
    extra: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    given_digest: bytes | None = None


class Topic(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "topics"
    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: str = Field(index=True)
    name: str
    folded: str = Field(index=True)
    sort_name: str = Field(index=True)
    description: str | None = None
    extra: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    given_digest: bytes | None = None


class Participation(SQLModel, table=True):
    """A person's part in a document, in the source's order; `person_id` is null where nobody has identified the name."""

    __tablename__: ClassVar[Any] = "participations"
    __table_args__: ClassVar[Any] = (Index("participations_of_person", "person_id", "role", "document_id"), CLUSTERED)
    document_id: int = _cascade("documents.id", primary_key=True)
    position: int = Field(primary_key=True)
    person_id: int | None = Field(default=None, foreign_key="people.id")
    role: str
    label: str | None = None
    named_as: str | None = None
    evidence: str | None = None
    certainty: str | None = None
    basis: str | None = None
    alternative: int | None = Field(default=None, sa_type=BigInteger)


class DocumentPerson(SQLModel, table=True):
    """One row for each person of a document, however many parts they have in it; made from the participations."""

    __tablename__: ClassVar[Any] = "document_people"
    __table_args__: ClassVar[Any] = (Index("document_people_of_person", "person_id", "document_id", unique=True), CLUSTERED)
    document_id: int = _cascade("documents.id", primary_key=True)
    position: int = Field(primary_key=True)
    person_id: int = Field(foreign_key="people.id")


class DocumentTopic(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "document_topics"
    __table_args__: ClassVar[Any] = (Index("document_topics_of_topic", "topic_id", "document_id", unique=True), CLUSTERED)
    document_id: int = _cascade("documents.id", primary_key=True)
    position: int = Field(primary_key=True)
    topic_id: int = Field(foreign_key="topics.id")


class DocumentLanguage(SQLModel, table=True):
    __tablename__: ClassVar[Any] = "document_languages"
    __table_args__: ClassVar[Any] = (Index("document_languages_of_language", "language", "document_id", unique=True), CLUSTERED)
    document_id: int = _cascade("documents.id", primary_key=True)
    position: int = Field(primary_key=True)
    language: str


class Text(SQLModel, table=True):
    """A document's text: original, translation, transcript or excerpt."""

    __tablename__: ClassVar[Any] = "texts"
    __table_args__: ClassVar[Any] = (Index("texts_of_document", "document_id", "position"),)
    id: int | None = Field(default=None, primary_key=True)
    document_id: int = _cascade("documents.id")
    position: int
    kind: str
    language: str | None = None
    body: str
    translator: str | None = None


class FacetBlock(SQLModel, table=True):
    """What facets count of 1,024 documents in a row, packed (`data/search/blocks.py`); made from the other tables."""

    __tablename__: ClassVar[Any] = "facet_blocks"
    kind: str = Field(primary_key=True)  # people, topics, genres, languages, days
    number: int = Field(primary_key=True)  # documents with internal ids from number * 1,024 on
    sizes: bytes
    items: bytes
    more: bytes


class TopicBroader(SQLModel, table=True):
    """SKOS broader: a topic and one directly above it."""

    __tablename__: ClassVar[Any] = "topic_broader"
    __table_args__: ClassVar[Any] = (Index("topic_broader_narrower", "broader_id", "topic_id", unique=True), CLUSTERED)
    topic_id: int = _cascade("topics.id", primary_key=True)
    position: int = Field(primary_key=True)
    broader_id: int = Field(foreign_key="topics.id")


class TopicDescent(SQLModel, table=True):
    """Every topic with itself and all above it, made from `topic_broader`: so that “with narrower” is one look-up."""

    __tablename__: ClassVar[Any] = "topic_descent"
    __table_args__: ClassVar[Any] = (Index("topic_descent_up", "topic_id", "ancestor_id", unique=True), CLUSTERED)
    ancestor_id: int = _cascade("topics.id", primary_key=True)
    topic_id: int = _cascade("topics.id", primary_key=True)


class Name(SQLModel, table=True):
    """Another name of a person or of a topic: exactly one of the two ids is set."""

    __tablename__: ClassVar[Any] = "names"
    __table_args__: ClassVar[Any] = (
        Index("names_of_person", "person_id", "position"),
        Index("names_of_topic", "topic_id", "position"),
    )
    id: int | None = Field(default=None, primary_key=True)
    person_id: int | None = _cascade("people.id", nullable=True)
    topic_id: int | None = _cascade("topics.id", nullable=True)
    position: int
    name: str
    folded: str = Field(index=True)
    kind: str
    language: str | None = None
    from_edtf: str | None = None
    from_label: str | None = None
    from_first_day: int | None = _day()
    from_last_day: int | None = _day()
    to_edtf: str | None = None
    to_label: str | None = None
    to_first_day: int | None = _day()
    to_last_day: int | None = _day()


class Identifier(SQLModel, table=True):
    """`scheme:value` of a document, a person or a topic: exactly one of the three ids is set."""

    __tablename__: ClassVar[Any] = "identifiers"
    __table_args__: ClassVar[Any] = (
        Index("identifiers_of_document", "document_id", "position"),
        Index("identifiers_of_person", "person_id", "position"),
        Index("identifiers_of_topic", "topic_id", "position"),
        Index("identifiers_by_value", "value", "scheme"),
    )
    id: int | None = Field(default=None, primary_key=True)
    document_id: int | None = _cascade("documents.id", nullable=True)
    person_id: int | None = _cascade("people.id", nullable=True)
    topic_id: int | None = _cascade("topics.id", nullable=True)
    position: int
    scheme: str
    value: str


class Note(SQLModel, table=True):
    """A remark on a document, a person or a topic: exactly one of the three ids is set."""

    __tablename__: ClassVar[Any] = "notes"
    __table_args__: ClassVar[Any] = (
        Index("notes_of_document", "document_id", "position"),
        Index("notes_of_person", "person_id", "position"),
        Index("notes_of_topic", "topic_id", "position"),
    )
    id: int | None = Field(default=None, primary_key=True)
    document_id: int | None = _cascade("documents.id", nullable=True)
    person_id: int | None = _cascade("people.id", nullable=True)
    topic_id: int | None = _cascade("topics.id", nullable=True)
    position: int
    kind: str
    text: str


# History: every change with its origin, and a way back.


class Load(SQLModel, table=True):
    """One change of the archive as a whole: a load, and also an undo, a merge, a split. Kept for good.

    `by` is a token's name or the system's user; `mode` one of UPSERT, APPEND, REPLACE, DELETE_MISSING, UNDO, MERGE, SPLIT,
    DISTINCT; the counts are of records. `undoes_id` is the load that this one took back.
    """

    __tablename__: ClassVar[Any] = "loads"
    id: int | None = Field(default=None, primary_key=True)
    at: str  # UTC, as 2026-11-25T21:50:11.123456Z
    by: str
    mode: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    seconds: float = 0.0
    undoes_id: int | None = Field(default=None, foreign_key="loads.id", index=True)


class LoadFile(SQLModel, table=True):
    """A file that a load read: as it was named, with the SHA-256 (hexadecimal) of its bytes."""

    __tablename__: ClassVar[Any] = "load_files"
    id: int | None = Field(default=None, primary_key=True)
    load_id: int = Field(foreign_key="loads.id", index=True)
    position: int
    name: str
    sha256: str
    size_bytes: int
    records: int


class Revision(SQLModel, table=True):
    """What one load did to one record: `action` is ADDED, CHANGED or REMOVED.

    `before` and `after` hold, as JSON objects in the record format, the fields that changed and nothing else; a field that was
    (or is) absent is null; an `x_…` field, which may be null itself, is left out then. Of an addition both are NULL: what was
    added is the record as it is now, with all later `before`s put back. Of a removal `before` is the whole record and `after`
    NULL. What stayed as it was has no revision, but for what another record was merged into: it is the first of its load.
    """

    __tablename__: ClassVar[Any] = "revisions"
    __table_args__: ClassVar[Any] = (Index("revisions_of_record", "type", "key", "id"),)
    id: int | None = Field(default=None, primary_key=True)
    load_id: int = Field(foreign_key="loads.id", index=True)
    type: str  # document, person, topic
    key: str  # the record's own id
    action: str
    before: str | None = None
    after: str | None = None


class Tombstone(SQLModel, table=True):
    """A record that was removed and has not come back: its id answers "gone, since …"."""

    __tablename__: ClassVar[Any] = "tombstones"
    type: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    load_id: int = Field(foreign_key="loads.id", index=True)


class Redirect(SQLModel, table=True):
    """An id that was merged into another and keeps resolving: always to a record that is there, never to another redirect."""

    __tablename__: ClassVar[Any] = "redirects"
    __table_args__: ClassVar[Any] = (Index("redirects_to", "type", "target"),)
    type: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    target: str
    load_id: int = Field(foreign_key="loads.id", index=True)


class Distinct(SQLModel, table=True):
    """Two people of whom somebody said that they are not the same (`key` sorts before `other`), so that nobody asks again."""

    __tablename__: ClassVar[Any] = "distinct_people"
    key: str = Field(primary_key=True)
    other: str = Field(primary_key=True)
    load_id: int = Field(foreign_key="loads.id", index=True)


class Token(SQLModel, table=True):
    """Who may write over HTTP: a name and the SHA-256 of a secret that was shown once; `role` is `editor`."""

    __tablename__: ClassVar[Any] = "tokens"
    id: int | None = Field(default=None, primary_key=True)
    name: str = Field(unique=True)
    role: str
    hash: str = Field(unique=True)
    created_at: str
    revoked_at: str | None = None


def table(model: type[SQLModel]) -> Table:
    """The table of a class, for statements."""
    return SQLModel.metadata.tables[str(model.__tablename__)]
