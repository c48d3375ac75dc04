"""The same archive served the usual way: Strawberry resolvers, a DataLoader for each relation, SQLAlchemy Core, no ORM objects.

It answers the six questions, and those of `nine.py`, on the same store, and nothing more. Statements run on the event loop: that is
faster than a thread or an asynchronous driver.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Any

import strawberry
from sqlalchemy import Engine, create_engine, event, func, select, text, tuple_
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache

from data import tables
from data.tables import table
from peers.questions import match

DOCUMENTS, PEOPLE, TOPICS = table(tables.Document), table(tables.Person), table(tables.Topic)
PAIRS, PARTS, FILED = table(tables.DocumentPerson), table(tables.Participation), table(tables.DocumentTopic)
LISTED = (
    DOCUMENTS.c.id,
    DOCUMENTS.c.key,
    DOCUMENTS.c.title,
    DOCUMENTS.c.description,
    DOCUMENTS.c.date_edtf,
    DOCUMENTS.c.date_label,
)
PAGE = 20
RANKED = text("SELECT rowid FROM document_search WHERE document_search MATCH :match ORDER BY rank, rowid LIMIT :first")
COUNTED = text("SELECT count(*) FROM document_search WHERE document_search MATCH :match")
TOPICS_FOUND = text(
    "SELECT t.name, f.n FROM (SELECT topic_id, count(*) AS n FROM document_topics WHERE document_id IN "
    "(SELECT rowid FROM document_search WHERE document_search MATCH :match) "
    "GROUP BY topic_id ORDER BY n DESC, topic_id DESC LIMIT :first) AS f JOIN topics AS t ON t.id = f.topic_id "
    "ORDER BY f.n DESC, f.topic_id DESC"
)
SPANS_FOUND = text(
    "SELECT coalesce(first_day, last_day) / 10000, coalesce(last_day, first_day) / 10000, count(*) FROM documents "
    "WHERE id IN (SELECT rowid FROM document_search WHERE document_search MATCH :match) GROUP BY 1, 2"
)


@strawberry.enum
class By(Enum):
    DATE = "earliest_rising"
    POSITION = "position_rising"


@strawberry.input
class Order:
    field: By


class Loaders:
    """One of them for each request: they gather the keys of one level, and read them with one statement."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.people = DataLoader(load_fn=self._people)
        self.person_documents = DataLoader(load_fn=self._person_documents)
        self.person_counts = DataLoader(load_fn=self._person_counts)
        self.topics = DataLoader(load_fn=self._topics)
        self.parts = DataLoader(load_fn=self._parts)

    def rows(self, statement: Any, **values: Any) -> Sequence[Any]:
        with self.engine.connect() as connection:
            return connection.execute(statement, values).all()

    def _grouped(self, statement: Any, keys: list[int]) -> list[list[Any]]:
        """The rows of each key, which is their first column."""
        found = defaultdict(list)
        for row in self.rows(statement):
            found[row[0]].append(row)
        return [found[key] for key in keys]

    async def _people(self, keys: list[int]) -> list[list[Any]]:
        statement = (
            select(PAIRS.c.document_id, PEOPLE.c.id, PEOPLE.c.name)
            .join(PEOPLE, PEOPLE.c.id == PAIRS.c.person_id)
            .where(PAIRS.c.document_id.in_(keys))
            .order_by(PAIRS.c.document_id, PAIRS.c.position, PAIRS.c.person_id)
        )
        return self._grouped(statement, keys)

    async def _person_documents(self, keys: list[tuple[int, int, By | None]]) -> list[list[Any]]:
        found: dict[Any, list[Any]] = {}
        for first, by in dict.fromkeys((first, by) for _, first, by in keys):
            ids = [key for key, *rest in keys if rest == [first, by]]
            found |= zip(((id_, first, by) for id_ in ids), self._first_documents(ids, first, by), strict=True)
        return [found[key] for key in keys]

    def _first_documents(self, ids: list[int], first: int, by: By | None) -> list[list[Any]]:
        mine = select(PAIRS.c.document_id).where(PAIRS.c.person_id == PEOPLE.c.id).correlate(PEOPLE)
        mine = mine.join(DOCUMENTS, DOCUMENTS.c.id == PAIRS.c.document_id).order_by(DOCUMENTS.c[by.value]) if by else mine
        page = mine.order_by(PAIRS.c.document_id).limit(first)
        order = [DOCUMENTS.c[by.value]] if by else []
        statement = (
            select(PEOPLE.c.id.label("owner"), *LISTED)
            .select_from(PEOPLE)
            .join(DOCUMENTS, DOCUMENTS.c.id.in_(page))
            .where(PEOPLE.c.id.in_(ids))
            .order_by(*order, DOCUMENTS.c.id)
        )
        return self._grouped(statement, ids)

    async def _person_counts(self, keys: list[int]) -> list[int]:
        statement = select(PAIRS.c.person_id, func.count()).where(PAIRS.c.person_id.in_(keys)).group_by(PAIRS.c.person_id)
        found = dict(map(tuple, self.rows(statement)))
        return [found.get(key, 0) for key in keys]

    async def _topics(self, keys: list[int]) -> list[list[Any]]:
        statement = (
            select(FILED.c.document_id, TOPICS.c.name)
            .join(TOPICS, TOPICS.c.id == FILED.c.topic_id)
            .where(FILED.c.document_id.in_(keys))
            .order_by(FILED.c.document_id, FILED.c.position, FILED.c.topic_id)
        )
        return self._grouped(statement, keys)

    async def _parts(self, keys: list[tuple[int, int]]) -> list[list[Any]]:
        statement = select(PARTS.c.document_id, PARTS.c.person_id, PARTS.c.role, PARTS.c.named_as, PARTS.c.evidence)
        found = defaultdict(list)
        for row in self.rows(statement.where(PARTS.c.document_id.in_({key[0] for key in keys})).order_by(PARTS.c.position)):
            found[row[0], row[1]].append(row)
        return [found[key] for key in keys]


@strawberry.type
class Date:
    label: str
    edtf: str


@strawberry.type
class Participation:
    role: str
    named_as: str | None
    evidence: str | None


@strawberry.type
class Topic:
    name: str


@strawberry.type
class Topics:
    nodes: list[Topic]


@strawberry.type
class Person:
    id_: strawberry.Private[int]
    name: str

    @strawberry.field
    async def documents(self, info: strawberry.Info, first: int = PAGE, order_by: Order | None = None) -> "Documents":
        rows = await info.context.person_documents.load((self.id_, first, order_by.field if order_by else None))
        return Documents(rows=[row[1:] for row in rows], person_id=self.id_)


@strawberry.type
class Document:
    id_: strawberry.Private[int]
    id: strawberry.ID
    title: str
    description: str | None
    date: Date | None

    @strawberry.field
    async def topics(self, info: strawberry.Info) -> Topics:
        return Topics(nodes=[Topic(name=name) for _, name in (await info.context.topics.load(self.id_))[:PAGE]])

    @strawberry.field
    async def people(self, info: strawberry.Info) -> "People":
        return People(rows=(await info.context.people.load(self.id_))[:PAGE], document_id=self.id_)


def document_of(row: Any) -> Document:
    id_, key, title, description, edtf, label = row
    date = Date(label=label, edtf=edtf) if edtf else None
    return Document(id_=id_, id=strawberry.ID(f"Document:{key}"), title=title, description=description, date=date)


async def _parts(info: strawberry.Info, document_id: int, person_id: int) -> list[Participation]:
    rows = await info.context.parts.load((document_id, person_id))
    return [Participation(role=row.role, named_as=row.named_as, evidence=row.evidence) for row in rows]


@strawberry.type
class PersonEdge:
    node: Person
    document_id: strawberry.Private[int]

    @strawberry.field
    async def participations(self, info: strawberry.Info) -> list[Participation]:
        return await _parts(info, self.document_id, self.node.id_)


@strawberry.type
class People:
    rows: strawberry.Private[list[Any]]
    document_id: strawberry.Private[int]

    @strawberry.field
    def edges(self) -> list[PersonEdge]:
        return [PersonEdge(node=node, document_id=self.document_id) for node in self._nodes()]

    @strawberry.field
    def nodes(self) -> list[Person]:
        return self._nodes()

    def _nodes(self) -> list[Person]:
        return [Person(id_=id_, name=name) for _, id_, name in self.rows]


@strawberry.type
class DocumentEdge:
    node: Document
    person_id: strawberry.Private[int]

    @strawberry.field
    async def participations(self, info: strawberry.Info) -> list[Participation]:
        return await _parts(info, self.node.id_, self.person_id)


@strawberry.type
class Value:
    value: str


@strawberry.type
class TopicCount:
    node: Topic
    document_count: int


@strawberry.type
class ValueCount:
    node: Value
    document_count: int


@strawberry.type
class TopicCounts:
    edges: list[TopicCount]


@strawberry.type
class ValueCounts:
    edges: list[ValueCount]


@strawberry.type
class Facets:
    match: strawberry.Private[str]

    @strawberry.field
    def topics(self, info: strawberry.Info, first: int = PAGE) -> TopicCounts:
        rows = info.context.rows(TOPICS_FOUND, match=self.match, first=first)
        return TopicCounts(edges=[TopicCount(node=Topic(name=name), document_count=count) for name, count in rows])

    @strawberry.field
    def years(self, info: strawberry.Info, first: int = PAGE) -> ValueCounts:
        found = years_of(info.context.rows(SPANS_FOUND, match=self.match))[:first]
        return ValueCounts(edges=[ValueCount(node=Value(value=f"{year:04}"), document_count=count) for year, count in found])


def years_of(spans: Iterable[Any]) -> list[tuple[int, int]]:
    """Years with their counts, the largest first, from spans of years with theirs."""
    counts: Counter[int] = Counter()
    for first, last, count in spans:
        if first is not None:
            counts.update(dict.fromkeys(range(first, last + 1), count))
    return sorted(counts.items(), key=lambda item: (-item[1], -item[0]))


@strawberry.type
class Documents:
    rows: strawberry.Private[list[Any]]
    person_id: strawberry.Private[int] = 0
    match: strawberry.Private[str | None] = None

    @strawberry.field
    async def total_count(self, info: strawberry.Info) -> int:
        if self.person_id:
            return int(await info.context.person_counts.load(self.person_id))
        if self.match:
            return int(info.context.rows(COUNTED, match=self.match)[0][0])
        return int(info.context.rows(select(func.count()).select_from(DOCUMENTS))[0][0])

    @strawberry.field
    def edges(self) -> list[DocumentEdge]:
        return [DocumentEdge(node=document_of(row), person_id=self.person_id) for row in self.rows]

    @strawberry.field
    def nodes(self) -> list[Document]:
        return [document_of(row) for row in self.rows]

    @strawberry.field
    def facets(self) -> Facets:
        return Facets(match=self.match or "")


@strawberry.type
class Query:
    @strawberry.field
    def document(self, info: strawberry.Info, id: strawberry.ID) -> Document | None:  # noqa: A002 - GraphQL's name
        rows = info.context.rows(select(*LISTED).where(DOCUMENTS.c.key == id.removeprefix("Document:")))
        return document_of(rows[0]) if rows else None

    @strawberry.field
    def documents(
        self,
        info: strawberry.Info,
        first: int = PAGE,
        after: str | None = None,
        order_by: Order | None = None,
        search: str | None = None,
    ) -> Documents:
        if search:
            selected = {field.name for field in info.selected_fields[0].selections if hasattr(field, "name")}
            rows = _found(info.context, match(search), first) if selected & {"nodes", "edges"} else []
            return Documents(rows=rows, match=match(search))
        statement = select(*LISTED).limit(first)
        keys = (DOCUMENTS.c[order_by.field.value], DOCUMENTS.c.id) if order_by else (DOCUMENTS.c.id,)
        if after:
            day, _, number = after.partition(":")
            values = (int(day), int(number)) if order_by else (int(number),)
            statement = statement.where(tuple_(*keys) > tuple_(*values) if order_by else keys[0] > values[0])
        return Documents(rows=list(info.context.rows(statement.order_by(*keys))))

    @strawberry.field
    def person(self, info: strawberry.Info, id: str) -> Person | None:  # noqa: A002 - GraphQL's name
        rows = info.context.rows(select(PEOPLE.c.id, PEOPLE.c.name).where(PEOPLE.c.key == id))
        return Person(id_=rows[0][0], name=rows[0][1]) if rows else None


def _found(loaders: Loaders, asked: str, first: int) -> list[Any]:
    """The best documents of a search, in their order."""
    ids = [id_ for (id_,) in loaders.rows(RANKED, match=asked, first=first)]
    rows = {row[0]: row for row in loaders.rows(select(*LISTED).where(DOCUMENTS.c.id.in_(ids)))}
    return [rows[id_] for id_ in ids]


schema = strawberry.Schema(Query, extensions=[ParserCache, ValidationCache])


def engine_of(path: str) -> Engine:
    """Connections that only read, with Fonds' own size of page cache."""
    engine = create_engine(f"sqlite:///file:{path}?mode=ro&uri=true")

    @event.listens_for(engine, "connect")
    def settings(connection: Any, _: object) -> None:
        connection.execute("PRAGMA cache_size = -16384")

    return engine


async def answer(engine: Engine, text: str) -> dict[str, Any] | None:
    result = await schema.execute(text, context_value=Loaders(engine))
    if result.errors:
        raise result.errors[0]
    return result.data
