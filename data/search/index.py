"""The search tables, kept in step with the records in the transaction that changes them.

Each type of records has a search table whose row has the record's internal id. It holds words, not texts: folded, those of text
columns stemmed (`data.search.words`), so the database only has to cut at blanks. A document's row has every name of every person
linked to it, and every name of its topics and of those above them: if one of these changes, so do the rows of their documents.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, NamedTuple

from sqlalchemy import Select, Table, delete, func, literal_column, select, update
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.engine import Connection
from sqlalchemy.sql import TableClause

from data import tables
from data.search.blocks import Blocks
from data.search.columns import SUBJECTS, Subject
from data.search.wording import BETWEEN, WORDS_REMEMBERED, Worded, Wording
from data.search.words import Words
from data.statements import Insert
from data.tables import table

BATCH = 500
WORDS_PENDING = 10_000
HASH_BYTES = 32 * 1024 * 1024
"""How much a search table gathers in memory before it writes: with FTS5's own 1 MiB, 100,000 documents take 1.6 times as long."""

BEGINNINGS_LETTERS = 2
"""Beginnings of words of so many letters have entries of their own: all documents with the most frequent are found in 0.1 s at a
million, not 7. They take a fiftieth of the time of a load and a fourteenth of the file. Longer ones are fast without.
"""

NAMES_REMEMBERED = 100_000

DOCUMENTS = table(tables.Document)
PEOPLE = table(tables.Person)
TOPICS = table(tables.Topic)
NAMES = table(tables.Name)
PARTS = table(tables.Participation)
DOCUMENT_PEOPLE = table(tables.DocumentPerson)
DOCUMENT_TOPICS = table(tables.DocumentTopic)
LANGUAGES = table(tables.DocumentLanguage)
TEXTS = table(tables.Text)
DESCENT = table(tables.TopicDescent)
VOCABULARY = table(tables.SearchWord)
META = table(tables.Meta)


def search_table(subject: Subject) -> TableClause:
    """The search table of a type, for statements: its columns, `rowid`, `rank` (the least is best), and itself, to be asked."""
    names = ("rowid", "rank", subject.table, *(column.name for column in subject.columns))
    return sql_table(subject.table, *(sql_column(name) for name in names))


def _columns(subject: Subject) -> list[str]:
    return ["rowid", *(column.name for column in subject.columns)]


def create(connection: Connection) -> None:
    """Makes the search tables, empty; leaves those that are there."""
    for subject in SUBJECTS.values():
        columns = ", ".join(column.name for column in subject.columns)
        options = f"tokenize = 'ascii', prefix = '{BEGINNINGS_LETTERS}'"
        connection.exec_driver_sql(f"CREATE VIRTUAL TABLE IF NOT EXISTS {subject.table} USING fts5({columns}, {options})")
        weights = ", ".join(str(column.weight) for column in subject.columns)
        for option, value in (("rank", f"bm25({weights})"), ("hashsize", HASH_BYTES)):
            connection.exec_driver_sql(
                f"INSERT INTO {subject.table}({subject.table}, rank) VALUES (?, ?)",  # noqa: S608 - a name of ours
                (option, value),
            )


def rebuild(connection: Connection, stemming: str) -> None:
    """Empties the search tables and fills them anew, with stems of a language."""
    connection.execute(update(META).values(stemming=stemming))
    for subject in SUBJECTS.values():
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {subject.table}")
    connection.execute(delete(VOCABULARY))
    create(connection)
    index = Index(connection, Words(stemming))
    for type_, found in (("person", PEOPLE), ("topic", TOPICS), ("document", DOCUMENTS)):
        index.add(type_, connection.execute(select(found.c.id)).scalars().all())
    index.blocks.write_all()
    index.finish()


class Indexed(NamedTuple):
    """What the index needs of a document: its parts as (internal id of the person or None, role, name as written)."""

    id: int
    title: str
    description: str | None
    genre: str | None
    languages: Sequence[str]
    parts: Sequence[tuple[int | None, str, str | None]]
    topics: Sequence[int]
    texts: Sequence[str]
    worded: Worded | None = None  # where they are made already


class IndexedPerson(NamedTuple):
    """What the index needs of a person."""

    id: int
    name: str
    names: Sequence[str]
    description: str | None


class Index:
    """Writing to the search tables, inside a transaction; `finish` at the end."""

    def __init__(self, connection: Connection, words: Words) -> None:
        self.connection = connection
        self.wording = Wording(words)
        self.blocks = Blocks(connection)
        self._names: dict[str, dict[int, list[str]]] = {"person": {}, "topic": {}}
        self._known: set[str] = set()
        self._new = self.wording.new
        self._inserts = {type_: Insert(search_table(found), _columns(found), connection) for type_, found in SUBJECTS.items()}
        self._learns = Insert(VOCABULARY, ["word"], connection, prefix="OR IGNORE")

    def add(self, type_: str, ids: Iterable[int]) -> None:
        """Indexes records that are not in the index, as the tables have them."""
        for some in _batched(ids, BATCH):
            if type_ == "document":
                self.add_documents(self._stored_documents(some))
            elif type_ == "person":
                self.add_people(self._stored_people(some))
            else:
                self._put("topic", self._topics(some))

    def add_documents(self, documents: Iterable[Indexed]) -> None:
        """Indexes documents that are not in the index; their people and topics stand in the tables."""
        found = list(documents)
        self.blocks.touch(document.id for document in found)
        if sum(map(len, self._names.values())) > NAMES_REMEMBERED:
            self.forget()
        self._remember("person", {part[0] for document in found for part in document.parts if part[0] is not None})
        self._remember("topic", {topic for document in found for topic in document.topics})
        self._put("document", [self._document(document) for document in found])

    def add_people(self, people: Iterable[IndexedPerson]) -> None:
        """Indexes people who are not in the index."""
        rows = []
        for person in people:
            name, names = self.wording.plain([person.name]), self.wording.plain(person.names)
            description = self.wording.stems([person.description])
            rows.append({"rowid": person.id, "name": name, "names": names, "description": description})
        self._put("person", rows)

    def remove(self, type_: str, ids: Iterable[int]) -> None:
        """Takes records out of the index; those that are not in it are no fault."""
        subject = search_table(SUBJECTS[type_])
        for some in _batched(ids, BATCH):
            if type_ == "document":
                self.blocks.touch(some)
            self.connection.execute(delete(subject).where(subject.c.rowid.in_(some)))

    def renew(self, type_: str, ids: Iterable[int]) -> None:
        """Indexes records anew, as the tables have them."""
        for some in _batched(ids, BATCH):
            self.remove(type_, some)
            self.add(type_, some)

    def forget(self) -> None:
        """Has the names of people and topics read again when they are next needed."""
        for names in self._names.values():
            names.clear()

    def finish(self) -> None:
        """Writes what is still at hand, and counts the change, so that whoever keeps something of the archive knows it is old."""
        self._learn()
        self.blocks.write()
        self.connection.execute(update(META).values(changes=META.c.changes + 1))

    # Rows

    def _put(self, type_: str, rows: list[dict[str, Any]]) -> None:
        self._inserts[type_].run(rows)
        if len(self._new) > WORDS_PENDING:
            self._learn()

    def _document(self, document: Indexed) -> dict[str, Any]:
        own = document.worded or self.wording.of_document(
            title=document.title,
            description=document.description,
            genre=document.genre,
            languages=document.languages,
            texts=document.texts,
        )
        self._new.update(own.new)
        topics = self._names["topic"]
        return {
            "rowid": document.id,
            "topics": BETWEEN.join([name for topic in document.topics for name in topics[topic]]),
            **self._names_of_parts(document.parts),
            **own.columns,
        }

    def _stored_documents(self, ids: Sequence[int]) -> Iterator[Indexed]:
        parts = self._owned(select(PARTS.c.document_id, PARTS.c.person_id, PARTS.c.role, PARTS.c.named_as), ids, PARTS)
        topics = self._owned(select(DOCUMENT_TOPICS.c.document_id, DOCUMENT_TOPICS.c.topic_id), ids, DOCUMENT_TOPICS)
        languages = self._owned(select(LANGUAGES.c.document_id, LANGUAGES.c.language), ids, LANGUAGES)
        texts = self._owned(select(TEXTS.c.document_id, TEXTS.c.body), ids, TEXTS)
        columns = (DOCUMENTS.c.id, DOCUMENTS.c.title, DOCUMENTS.c.description, DOCUMENTS.c.genre)
        for row in self.connection.execute(select(*columns).where(DOCUMENTS.c.id.in_(ids))):
            yield Indexed(
                *row,
                languages=[language for _, language in languages.get(row.id, ())],
                parts=[(part[1], part[2], part[3]) for part in parts.get(row.id, ())],
                topics=[topic for _, topic in topics.get(row.id, ())],
                texts=[body for _, body in texts.get(row.id, ())],
            )

    def _stored_people(self, ids: Sequence[int]) -> Iterator[IndexedPerson]:
        names = self._owned(select(NAMES.c.person_id, NAMES.c.name), ids, NAMES, owner="person_id")
        for row in self.connection.execute(select(PEOPLE).where(PEOPLE.c.id.in_(ids))):
            yield IndexedPerson(row.id, row.name, [name for _, name in names.get(row.id, ())], row.description)

    def _topics(self, ids: Sequence[int]) -> list[dict[str, Any]]:
        names = self._owned(select(NAMES.c.topic_id, NAMES.c.name), ids, NAMES, owner="topic_id")
        above = self._owned(
            select(DESCENT.c.topic_id, TOPICS.c.name).join(TOPICS, TOPICS.c.id == DESCENT.c.ancestor_id),
            ids,
            DESCENT,
            owner="topic_id",
        )
        return [
            {
                "rowid": row.id,
                "name": self.wording.stems([row.name]),
                "names": self.wording.stems(other.name for other in names.get(row.id, ())),
                "broader": self.wording.stems(topic.name for topic in above.get(row.id, ()) if topic.name != row.name),
                "description": self.wording.stems([row.description]),
            }
            for row in self.connection.execute(select(TOPICS).where(TOPICS.c.id.in_(ids)))
        ]

    def _owned(
        self, statement: Select[Any], ids: Sequence[int], of: Table, owner: str = "document_id"
    ) -> dict[int, Sequence[Any]]:
        """The rows that belong to each of the records, in the record's order."""
        found: dict[int, list[Any]] = {}
        order = [of.c.position] if "position" in of.c else []
        for row in self.connection.execute(statement.where(of.c[owner].in_(ids)).order_by(*order)):
            found.setdefault(row[0], []).append(row)
        return dict(found)

    # Names

    def _remember(self, type_: str, ids: set[int]) -> None:
        """Has the names of people, or of topics and all above them, at hand as words."""
        missing = [id_ for id_ in ids if id_ not in self._names[type_]]
        made = self.wording.plain if type_ == "person" else self.wording.stems
        for some in _batched(missing, BATCH):
            found: dict[int, list[str]] = {id_: [] for id_ in some}
            for id_, name in self.connection.execute(self._all_names(type_, some)):
                found[id_].append(made([name]))
            for id_, names in found.items():
                self._names[type_][id_] = [name for name in names if name]

    def _all_names(self, type_: str, ids: Sequence[int]) -> Any:
        if type_ == "person":
            preferred = select(PEOPLE.c.id, PEOPLE.c.name, literal_column("0").label("at")).where(PEOPLE.c.id.in_(ids))
            others = select(NAMES.c.person_id, NAMES.c.name, NAMES.c.position).where(NAMES.c.person_id.in_(ids))
        else:
            mine = DESCENT.c.topic_id.in_(ids)
            preferred = select(DESCENT.c.topic_id, TOPICS.c.name, literal_column("0").label("at"))
            preferred = preferred.join(TOPICS, TOPICS.c.id == DESCENT.c.ancestor_id).where(mine)
            others = select(DESCENT.c.topic_id, NAMES.c.name, NAMES.c.position)
            others = others.join(NAMES, NAMES.c.topic_id == DESCENT.c.ancestor_id).where(mine)
        every = preferred.union_all(others).subquery()
        return select(every.c[0], every.c.name).order_by(every.c[0], every.c.at)

    def _names_of_parts(self, parts: Sequence[tuple[int | None, str, str | None]]) -> dict[str, str]:
        """Every name of every person with a part, and how the source writes them, each once; those of senders and recipients."""
        known = self._names["person"]
        named = [(role, known[person]) for person, role, _ in parts if person is not None]
        written = [(role, self.wording.plain([named_as])) for _, role, named_as in parts if named_as]
        named += [(role, [name]) for role, name in written if name]
        return {
            "people": _once(names for _, names in named),
            "senders": _once(names for role, names in named if role == "SENDER"),
            "recipients": _once(names for role, names in named if role == "RECIPIENT"),
        }

    # Words

    def _learn(self) -> None:
        self._new -= self._known
        if len(self._known) > WORDS_REMEMBERED:
            self._known.clear()
        self._known |= self._new
        self._learns.run([{"word": word} for word in sorted(self._new)])
        self._new.clear()


def _once(names: Iterable[Iterable[str]]) -> str:
    return BETWEEN.join(dict.fromkeys(chain.from_iterable(names)))


def _batched(items: Iterable[int], size: int) -> Iterator[tuple[int, ...]]:
    rest = iter(items)
    while some := tuple(islice(rest, size)):
        yield some


def vocabulary(connection: Connection) -> int:
    """How many different words the archive has."""
    return int(connection.execute(select(func.count()).select_from(VOCABULARY)).scalar_one())
