"""PostGraphile 5 over PostgreSQL, with the same rows; search and facets are functions in the database (`postgres/`).

It needs Node 22, which the package `node` carries, and PostgreSQL, which `postgres/requirements.txt` brings.
"""

import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson

from peers.javascript import MODULES, OnNode
from peers.peer import HERE, Running, Work
from peers.questions import SAMPLES, Question, Sample

FOLDER = HERE / "postgres"
PYTHON = FOLDER / ".venv" / "bin" / "python"
STOP_MAX_SECONDS = 60
TOPICS = "documentTopicsByDocumentId(first: 20, orderBy: POSITION_ASC) { nodes { topicByTopicId { name } } }"
TEXTS = {
    "Q1": "query Q1($id: String!) { documentByKey(key: $id) { key title dateEdtf dateLabel description } }",
    "Q2": "query Q2 { allDocuments(first: 50, orderBy: [EARLIEST_RISING_ASC, ROW_ID_ASC]) { nodes { key title dateLabel } } }",
    "Q3": "query Q3($after: Cursor) { allDocuments(first: 20, after: $after, orderBy: ROW_ID_ASC) { nodes { title "
    "documentPeopleByDocumentId(first: 20, orderBy: POSITION_ASC) { nodes { personByPersonId { name "
    "documentPeopleByPersonId(first: 5, orderBy: DOCUMENT_ID_ASC) { nodes { documentByDocumentId { title "
    f"{TOPICS} }} }} }} }} }} }} }} }} }}",
    "Q4": "query Q4($search: String!) { searchDocuments(word: $search, first: 20) { totalCount nodes { key title "
    f"{TOPICS} }} }} }}",
    "Q5": "query Q5($after: Cursor!) { allDocuments(first: 20, after: $after, orderBy: [EARLIEST_RISING_ASC, ROW_ID_ASC]) "
    "{ nodes { key title dateLabel } } }",
    "Q6": "query Q6($search: String!) { topicCounts(word: $search) { nodes { name count } } "
    "yearCounts(word: $search) { nodes { value count } } }",
}
ORDERS = {"Q3": "ROW_ID_ASC", "Q5": "[EARLIEST_RISING_ASC, ROW_ID_ASC]"}


@dataclass
class PostGraphile(OnNode):
    """The script on Node 22, with PostgreSQL's processes counted to it."""

    cursors: dict[tuple[str, str], str] = field(default_factory=dict)
    told: Mapping[str, Any] = field(default_factory=dict)

    def missing(self) -> str | None:
        if not PYTHON.exists():
            return f"PostgreSQL not installed: `python -m venv .venv && .venv/bin/pip install -r requirements.txt` in {FOLDER}"
        return super().missing()

    def node(self) -> str:
        return str(MODULES / "node" / "bin" / "node")

    def version(self) -> str:
        return f"{super().version()}, PostgreSQL {self.told['version']}"

    def environment(self, work: Work) -> Mapping[str, str]:
        return {**super().environment(work), **self.told["environment"]}

    @contextmanager
    def serving(self, work: Work) -> Iterator[Running]:
        data = work.folder / f"postgres-{work.documents}"
        command = [str(PYTHON), str(FOLDER / "serve.py"), str(data), str(work.database)]
        with (work.folder / "postgres.log").open("wb") as log:
            database = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
        try:
            self.told = orjson.loads(database.stdout.readline() if database.stdout else b"")
            with super().serving(work) as running:
                running.roots.append(self.told["pid"])
                yield running
        finally:
            database.communicate(timeout=STOP_MAX_SECONDS)  # it ends when its input does

    def get_ready(self, running: Running, samples: Mapping[str, list[Sample]]) -> None:
        """Asks for the cursors that the samples need."""
        for name, order in ORDERS.items():
            if name in samples:
                page = f"first: {SAMPLES}, offset: {samples[name][0]['after']['place']}, orderBy: {order}"
                text = f"{{ allDocuments({page}) {{ edges {{ cursor node {{ key }} }} }} }}"
                for edge in running.ask(orjson.dumps({"query": text}))["data"]["allDocuments"]["edges"]:
                    self.cursors[name, edge["node"]["key"]] = edge["cursor"]

    def body(self, question: Question, sample: Sample) -> bytes:
        variables = {name: self.cursor(question, value) if name == "after" else value for name, value in sample.items()}
        return orjson.dumps({"query": TEXTS[question.name], "variables": variables, "operationName": question.name})

    def cursor(self, question: Question, after: Mapping[str, Any]) -> Any:
        return self.cursors[question.name, after["key"]]

    def normal(self, question: Question, answer: Any) -> Any:
        return NORMAL[question.name](answer["data"])

    def tolerant(self, question: Question, answer: Any) -> Any:
        """PostgreSQL ranks differently: of a search, only how many were found has to be equal."""
        return answer["documents"]["totalCount"] if question.name == "Q4" else answer


def _listed(row: Any) -> dict[str, Any]:
    date = None if row["dateLabel"] is None else {"label": row["dateLabel"]}
    return {"id": f"Document:{row['key']}", "title": row["title"], "date": date}


def _topics(row: Any) -> dict[str, Any]:
    return {"nodes": [link["topicByTopicId"] for link in row["documentTopicsByDocumentId"]["nodes"]]}


def _one(data: Any) -> dict[str, Any]:
    row = data["documentByKey"]
    date = None if row["dateEdtf"] is None else {"edtf": row["dateEdtf"], "label": row["dateLabel"]}
    return {"document": {**_listed(row), "date": date, "description": row["description"]}}


def _page(data: Any) -> dict[str, Any]:
    return {"documents": {"nodes": [_listed(row) for row in data["allDocuments"]["nodes"]]}}


def _nested(data: Any) -> dict[str, Any]:
    return {"documents": {"nodes": [{"title": row["title"], "people": _people(row)} for row in data["allDocuments"]["nodes"]]}}


def _people(row: Any) -> dict[str, Any]:
    people = [link["personByPersonId"] for link in row["documentPeopleByDocumentId"]["nodes"]]
    return {"nodes": [{"name": person["name"], "documents": _documents(person)} for person in people]}


def _documents(person: Any) -> dict[str, Any]:
    documents = [link["documentByDocumentId"] for link in person["documentPeopleByPersonId"]["nodes"]]
    return {"nodes": [{"title": document["title"], "topics": _topics(document)} for document in documents]}


def _search(data: Any) -> dict[str, Any]:
    found = data["searchDocuments"]
    nodes = [{"id": f"Document:{row['key']}", "title": row["title"], "topics": _topics(row)} for row in found["nodes"]]
    return {"documents": {"totalCount": found["totalCount"], "nodes": nodes}}


def _facets(data: Any) -> dict[str, Any]:
    def edges(name: str, member: str) -> dict[str, Any]:
        rows = data[name]["nodes"]
        return {"edges": [{"documentCount": row["count"], "node": {member: row[member]}} for row in rows]}

    return {"documents": {"facets": {"topics": edges("topicCounts", "name"), "years": edges("yearCounts", "value")}}}


NORMAL = {"Q1": _one, "Q2": _page, "Q3": _nested, "Q4": _search, "Q5": _page, "Q6": _facets}
