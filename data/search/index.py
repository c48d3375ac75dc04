"""The search tables, kept in step with the records in the transaction that changes them.

Each type of records has a search table whose row has the record's internal id. It holds words, not texts: folded, those of text
columns stemmed (`data.search.words`), so the database only has to cut at blanks. A document's row has every name of every person
linked to it, and every name of its topics and of those above them: if one of these changes, so do the rows of their documents.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Any, cast

from sqlalchemy import FromClause, Select, Table, delete, func, insert, literal_column, select, update
from sqlalchemy import column as sql_column
from sqlalchemy import table as sql_table
from sqlalchemy.engine import Connection
from sqlalchemy.sql import TableClause

from data import tables
from data.search.columns import SUBJECTS, Subject
from data.search.words import SEPARATOR, Words
from data.tables import table

BATCH = 500
WORDS_REMEMBERED = 500_000
WORDS_PENDING = 10_000
HASH_BYTES = 32 * 1024 * 1024
"""How much a search table gathers in memory before it writes: with FTS5's own 1 MiB, 100,000 documents take 1.6 times as long."""

BETWEEN = f" {SEPARATOR} "

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


def create(connection: Connection) -> None:
    """Makes the search tables, empty; leaves those that are there."""
    for subject in SUBJECTS.values():
        columns = ", ".join(column.name for column in subject.columns)
        connection.exec_driver_sql(
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {subject.table} USING fts5({columns}, tokenize = 'ascii')"
        )
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
    index.seal()


def insert_many(connection: Connection, into: FromClause, rows: Sequence[dict[str, Any]]) -> None:
    """Inserts rows that all have the same columns, in the same order: past what SQLAlchemy does for each, half of the time."""
    statement = insert(cast("Any", into)).compile(dialect=connection.dialect, column_keys=list(rows[0]))
    connection.exec_driver_sql(str(statement), [tuple(row.values()) for row in rows])


class Index:
    """Writing to the search tables, inside a transaction."""

    def __init__(self, connection: Connection, words: Words) -> None:
        self.connection = connection
        self.words = words
        self._names: dict[tuple[str, int], str] = {}
        self._known: set[str] = set()
        self._pending: set[str] = set()

    def add(self, type_: str, ids: Iterable[int]) -> None:
        """Indexes records that are not in the index."""
        made = {"document": self._documents, "person": self._people, "topic": self._topics}[type_]
        for some in _batched(ids, BATCH):
            rows = made(list(some))
            if rows:
                insert_many(self.connection, search_table(SUBJECTS[type_]), rows)
            self._learn(at_least=WORDS_PENDING)

    def renew(self, type_: str, ids: Iterable[int]) -> None:
        """Indexes records anew."""
        subject = search_table(SUBJECTS[type_])
        for some in _batched(ids, BATCH):
            self.connection.execute(delete(subject).where(subject.c.rowid.in_(some)))
            self.add(type_, some)

    def update(self, added: dict[str, list[int]], changed: dict[str, list[int]]) -> None:
        """Brings the index in step after records were added and changed: they, and what has their names in its row."""
        topics = self._below(changed["topic"])
        touched = self._documents_of(changed["person"], DOCUMENT_PEOPLE.c.person_id)
        touched |= self._documents_of(topics, DOCUMENT_TOPICS.c.topic_id)
        for type_, others in (("person", set[int]()), ("topic", topics), ("document", touched)):
            new = set(added[type_])
            self.renew(type_, sorted((set(changed[type_]) | others) - new))
            self.add(type_, added[type_])
        self.seal()

    def seal(self) -> None:
        """Counts the change, so that whoever keeps something of the archive knows that it is old."""
        self._learn()
        self.connection.execute(update(META).values(changes=META.c.changes + 1))

    def _below(self, topics: Collection[int]) -> set[int]:
        return set(self._each(select(DESCENT.c.topic_id), DESCENT.c.ancestor_id, topics))

    def _documents_of(self, ids: Collection[int], column: Any) -> set[int]:
        return set(self._each(select(column.table.c.document_id), column, ids))

    def _each(self, statement: Select[Any], column: Any, ids: Iterable[int]) -> Iterator[int]:
        for some in _batched(ids, BATCH):
            yield from self.connection.execute(statement.where(column.in_(some))).scalars()

    # Rows

    def _documents(self, ids: list[int]) -> list[dict[str, Any]]:
        parts = self._owned(select(PARTS.c.document_id, PARTS.c.person_id, PARTS.c.role, PARTS.c.named_as), ids, PARTS)
        topics = self._owned(select(DOCUMENT_TOPICS.c.document_id, DOCUMENT_TOPICS.c.topic_id), ids, DOCUMENT_TOPICS)
        languages = self._owned(select(LANGUAGES.c.document_id, LANGUAGES.c.language), ids, LANGUAGES)
        texts = self._owned(select(TEXTS.c.document_id, TEXTS.c.body), ids, TEXTS)
        self._remember("person", {row.person_id for rows in parts.values() for row in rows if row.person_id})
        self._remember("topic", {row.topic_id for rows in topics.values() for row in rows})
        columns = (DOCUMENTS.c.id, DOCUMENTS.c.title, DOCUMENTS.c.description, DOCUMENTS.c.genre)
        return [
            {
                "rowid": row.id,
                "title": self._stems([row.title]),
                "people": self._names_of_parts(parts.get(row.id, ())),
                "topics": self._joined(self._names["topic", topic.topic_id] for topic in topics.get(row.id, ())),
                "description": self._stems([row.description]),
                "texts": self._stems(text.body for text in texts.get(row.id, ())),
                "senders": self._names_of_parts(parts.get(row.id, ()), "SENDER"),
                "recipients": self._names_of_parts(parts.get(row.id, ()), "RECIPIENT"),
                "genre": self._stems([row.genre]),
                "languages": " ".join(tag for spoken in languages.get(row.id, ()) for tag in _tags(spoken.language)),
            }
            for row in self.connection.execute(select(*columns).where(DOCUMENTS.c.id.in_(ids)))
        ]

    def _people(self, ids: list[int]) -> list[dict[str, Any]]:
        names = self._owned(select(NAMES.c.person_id, NAMES.c.name), ids, NAMES, owner="person_id")
        return [
            {
                "rowid": row.id,
                "name": self._plain([row.name]),
                "names": self._plain(other.name for other in names.get(row.id, ())),
                "description": self._stems([row.description]),
            }
            for row in self.connection.execute(select(PEOPLE).where(PEOPLE.c.id.in_(ids)))
        ]

    def _topics(self, ids: list[int]) -> list[dict[str, Any]]:
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
                "name": self._stems([row.name]),
                "names": self._stems(other.name for other in names.get(row.id, ())),
                "broader": self._stems(topic.name for topic in above.get(row.id, ()) if topic.name != row.name),
                "description": self._stems([row.description]),
            }
            for row in self.connection.execute(select(TOPICS).where(TOPICS.c.id.in_(ids)))
        ]

    def _owned(self, statement: Select[Any], ids: list[int], of: Table, owner: str = "document_id") -> dict[int, Sequence[Any]]:
        """The rows that belong to each of the records, in the record's order."""
        found: dict[int, list[Any]] = {}
        order = [of.c.position] if "position" in of.c else []
        for row in self.connection.execute(statement.where(of.c[owner].in_(ids)).order_by(*order)).all():
            found.setdefault(row[0], []).append(row)
        return dict(found)

    # Names

    def _remember(self, type_: str, ids: set[int]) -> None:
        """Has the names of people, or of topics and all above them, at hand as words."""
        missing = [id_ for id_ in ids if (type_, id_) not in self._names]
        for some in _batched(missing, BATCH):
            found: dict[int, list[str]] = {id_: [] for id_ in some}
            for id_, name in self.connection.execute(self._all_names(type_, some)):
                found[id_].append(name)
            for id_, names in found.items():
                self._names[type_, id_] = self._plain(names) if type_ == "person" else self._stems(names)

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

    def _names_of_parts(self, parts: Sequence[Any], role: str | None = None) -> str:
        """Every name of every person with a part, and how the source writes them, each once."""
        of_role = [part for part in parts if role is None or part.role == role]
        known = (self._names["person", part.person_id].split(BETWEEN) for part in of_role if part.person_id)
        written = (self._plain([part.named_as]) for part in of_role if part.named_as)
        return self._joined(dict.fromkeys(chain(chain.from_iterable(known), written)))

    # Words

    def _joined(self, texts: Iterable[str]) -> str:
        return BETWEEN.join(text for text in texts if text)

    def _plain(self, texts: Iterable[str | None]) -> str:
        return self._joined(" ".join(self._learned(text)) for text in texts if text)

    def _stems(self, texts: Iterable[str | None]) -> str:
        return self._joined(" ".join(self.words.stems(self._learned(text))) for text in texts if text)

    def _learned(self, text: str) -> list[str]:
        """The words of a text, each of which is put into the vocabulary."""
        found = self.words.of(text)
        self._pending.update(found)
        return found

    def _learn(self, at_least: int = 1) -> None:
        """Writes the words that are not known to be in the vocabulary, if there are enough of them."""
        self._pending -= self._known
        if len(self._pending) < at_least:
            return
        rows = [{"word": word} for word in sorted(self._pending)]
        self.connection.execute(insert(VOCABULARY).prefix_with("OR IGNORE"), rows)
        if len(self._known) > WORDS_REMEMBERED:
            self._known.clear()
        self._known |= self._pending
        self._pending.clear()


def _batched(items: Iterable[int], size: int) -> Iterator[tuple[int, ...]]:
    rest = iter(items)
    while some := tuple(islice(rest, size)):
        yield some


def _tags(language: str) -> Iterator[str]:
    """A language tag and all that it is a kind of: `zh-hant` is also `zh`.

    >>> list(_tags("zh-Hant-TW"))
    ['zh', 'zh\u2010hant', 'zh\u2010hant\u2010tw']
    """
    parts = language.lower().split("-")
    return ("\u2010".join(parts[: at + 1]) for at in range(len(parts)))


def vocabulary(connection: Connection) -> int:
    """How many different words the archive has."""
    return int(connection.execute(select(func.count()).select_from(VOCABULARY)).scalar_one())
