"""The same archive served the usual way: Strawberry resolvers, a DataLoader for each relation, SQLAlchemy. Something to measure by.

It answers the two queries of `nine.py` on the same store, and nothing more.
"""

from collections import defaultdict
from typing import Any

import strawberry
from sqlalchemy import Engine, create_engine, func, select
from strawberry.dataloader import DataLoader

from data import tables
from data.tables import table

DOCUMENTS, PEOPLE, TOPICS = table(tables.Document), table(tables.Person), table(tables.Topic)
PAIRS, PARTS, FILED = table(tables.DocumentPerson), table(tables.Participation), table(tables.DocumentTopic)
ORDERS = {"POSITION": "position_rising", "DATE": "earliest_rising"}


class Loaders:
    """One of them for each request: they gather the keys of one level, and read them with one statement."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.people = DataLoader(load_fn=self._people)
        self.person_documents = DataLoader(load_fn=self._person_documents)
        self.topics = DataLoader(load_fn=self._topics)
        self.parts = DataLoader(load_fn=self._parts)

    def rows(self, statement: Any) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(statement).mappings())

    def _grouped(self, statement: Any, keys: list[Any], name: str) -> list[list[Any]]:
        found = defaultdict(list)
        for row in self.rows(statement):
            found[row[name]].append(row)
        return [found[key] for key in keys]

    async def _people(self, keys: list[int]) -> list[list[Any]]:
        statement = (
            select(PAIRS.c.document_id, PEOPLE)
            .join(PEOPLE, PEOPLE.c.id == PAIRS.c.person_id)
            .where(PAIRS.c.document_id.in_(keys))
            .order_by(PAIRS.c.position)
        )
        return self._grouped(statement, keys, "document_id")

    async def _person_documents(self, keys: list[int]) -> list[list[Any]]:
        statement = (
            select(PAIRS.c.person_id, DOCUMENTS)
            .join(DOCUMENTS, DOCUMENTS.c.id == PAIRS.c.document_id)
            .where(PAIRS.c.person_id.in_(keys))
            .order_by(DOCUMENTS.c.earliest_rising, DOCUMENTS.c.id)
        )
        return self._grouped(statement, keys, "person_id")

    async def _topics(self, keys: list[int]) -> list[list[Any]]:
        statement = (
            select(FILED.c.document_id, TOPICS)
            .join(TOPICS, TOPICS.c.id == FILED.c.topic_id)
            .where(FILED.c.document_id.in_(keys))
            .order_by(FILED.c.position)
        )
        return self._grouped(statement, keys, "document_id")

    async def _parts(self, keys: list[tuple[int, int]]) -> list[list[Any]]:
        statement = select(PARTS).where(PARTS.c.document_id.in_({key[0] for key in keys})).order_by(PARTS.c.position)
        found = defaultdict(list)
        for row in self.rows(statement):
            found[row["document_id"], row["person_id"]].append(row)
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
    row: strawberry.Private[Any]

    @strawberry.field
    def name(self) -> str:
        return str(self.row["name"])

    @strawberry.field
    async def documents(  # always by date: a DataLoader reads what its keys say, not what the field was asked
        self,
        info: strawberry.Info,
        first: int = 20,
        order_by: "Order | None" = None,  # noqa: ARG002 - as above
    ) -> "Documents":
        rows = await info.context.person_documents.load(self.row["id"])
        return Documents(rows=rows[:first], total=len(rows), person_id=self.row["id"])


@strawberry.type
class Document:
    row: strawberry.Private[Any]

    @strawberry.field
    def title(self) -> str:
        return str(self.row["title"])

    @strawberry.field
    def description(self) -> str | None:
        found: str | None = self.row["description"]
        return found

    @strawberry.field
    def date(self) -> Date | None:
        return Date(label=self.row["date_label"], edtf=self.row["date_edtf"]) if self.row["date_edtf"] else None

    @strawberry.field
    async def topics(self, info: strawberry.Info) -> Topics:
        return Topics(nodes=[Topic(name=row["name"]) for row in await info.context.topics.load(self.row["id"])])

    @strawberry.field
    async def people(self, info: strawberry.Info) -> "People":
        rows = await info.context.people.load(self.row["id"])
        return People(rows=rows, document_id=self.row["id"])


async def _parts(info: strawberry.Info, document_id: int, person_id: int) -> list[Participation]:
    rows = await info.context.parts.load((document_id, person_id))
    return [Participation(role=row["role"], named_as=row["named_as"], evidence=row["evidence"]) for row in rows]


@strawberry.type
class PersonEdge:
    node: Person
    document_id: strawberry.Private[int]

    @strawberry.field
    async def participations(self, info: strawberry.Info) -> list[Participation]:
        return await _parts(info, self.document_id, self.node.row["id"])


@strawberry.type
class People:
    rows: strawberry.Private[list[Any]]
    document_id: strawberry.Private[int]

    @strawberry.field
    def edges(self) -> list[PersonEdge]:
        return [PersonEdge(node=Person(row=row), document_id=self.document_id) for row in self.rows]

    @strawberry.field
    def nodes(self) -> list[Person]:
        return [Person(row=row) for row in self.rows]


@strawberry.type
class DocumentEdge:
    node: Document
    person_id: strawberry.Private[int]

    @strawberry.field
    async def participations(self, info: strawberry.Info) -> list[Participation]:
        return await _parts(info, self.node.row["id"], self.person_id)


@strawberry.type
class Documents:
    rows: strawberry.Private[list[Any]]
    total: strawberry.Private[int]
    person_id: strawberry.Private[int] = 0

    @strawberry.field
    def total_count(self) -> int:
        return self.total

    @strawberry.field
    def edges(self) -> list[DocumentEdge]:
        return [DocumentEdge(node=Document(row=row), person_id=self.person_id) for row in self.rows]

    @strawberry.field
    def nodes(self) -> list[Document]:
        return [Document(row=row) for row in self.rows]


@strawberry.input
class Order:
    field: str


@strawberry.type
class Query:
    @strawberry.field
    def documents(self, info: strawberry.Info, first: int = 20, order_by: Order | None = None) -> Documents:
        column = DOCUMENTS.c[ORDERS[order_by.field] if order_by else "id"]
        rows = info.context.rows(select(DOCUMENTS).order_by(column, DOCUMENTS.c.id).limit(first))
        return Documents(rows=rows, total=info.context.rows(select(func.count().label("n")).select_from(DOCUMENTS))[0]["n"])

    @strawberry.field
    def person(self, info: strawberry.Info, id: str) -> Person | None:  # noqa: A002 - GraphQL's name
        rows = info.context.rows(select(PEOPLE).where(PEOPLE.c.key == id))
        return Person(row=rows[0]) if rows else None


schema = strawberry.Schema(Query)


def engine_of(path: str) -> Engine:
    return create_engine(f"sqlite:///{path}")


async def answer(engine: Engine, text: str) -> dict[str, Any] | None:
    result = await schema.execute(text, context_value=Loaders(engine))
    if result.errors:
        raise result.errors[0]
    return result.data
