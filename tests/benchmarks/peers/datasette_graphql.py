"""datasette with datasette-graphql, on a file of its own with the same rows, in an environment of its own (`datasette/`)."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from peers.peer import HERE, Peer, Running, Work, free_port, process
from peers.questions import Question, Sample

FOLDER = HERE / "datasette"
PROGRAM = FOLDER / ".venv" / "bin" / "datasette"
SETTINGS = {"sql_time_limit_ms": "60000", "num_sql_threads": "3", "default_cache_ttl": "0", "suggest_facets": "off"}
TOPICS = "document_topics_list(first: 20, sort: position) { nodes { topic_id { name } } }"
TEXTS = {
    "Q1": "query Q1($id: String!) { documents_row(filter: [{key: {eq: $id}}]) { key title date_edtf date_label description_ } }",
    "Q2": "query Q2 { documents(first: 50, sort: day) { nodes { key title date_label } } }",
    "Q3": "query Q3($after: String) { documents(first: 20, after: $after) { nodes { title "
    "document_people_list(first: 20, sort: position) { nodes { person_id { name "
    f"document_people_list(first: 5, sort: document_id) {{ nodes {{ document_id {{ title {TOPICS} }} }} }} }} }} }} }} }} }}",
    "Q4": f"query Q4($search: String!) {{ documents(search: $search, first: 20) {{ totalCount nodes {{ key title {TOPICS} }} }} }}",
    "Q5": "query Q5($after: String!) { documents(first: 20, after: $after, sort: day) { nodes { key title date_label } } }",
}


@dataclass
class Datasette(Peer):
    """Its file is opened as one that never changes, which is its fastest way."""

    @contextmanager
    def serving(self, work: Work) -> Iterator[Running]:
        port = free_port()
        command = [str(PROGRAM), "serve", "--immutable", str(_file(work)), "--port", str(port)]
        command += ["--metadata", str(FOLDER / "metadata.json")]
        command += [part for name, value in SETTINGS.items() for part in ("--setting", name, value)]
        url, log = f"http://127.0.0.1:{port}/graphql/archive", work.folder / f"{self.name}.log"
        with process(command, url, log, environment=os.environ, cwd=work.folder) as running:
            yield running

    def missing(self) -> str | None:
        if not PROGRAM.exists():
            return f"not installed: `python -m venv .venv && .venv/bin/pip install -r requirements.txt` in {FOLDER}"
        return None

    def version(self) -> str:
        pip = [str(PROGRAM.with_name("python")), "-m", "pip", "freeze"]
        frozen = subprocess.run(pip, capture_output=True, text=True, check=True).stdout.split()
        return ", ".join(
            part.replace("==", " ") for part in frozen if part.partition("==")[0].startswith(("datasette", "graphql-core"))
        )

    def body(self, question: Question, sample: Sample) -> bytes:
        variables = {name: self.cursor(question, value) if name == "after" else value for name, value in sample.items()}
        return orjson.dumps({"query": TEXTS[question.name], "variables": variables})

    def cursor(self, question: Question, after: Mapping[str, Any]) -> Any:
        return str(after["number"]) if question.name == "Q3" else f"{after['day']},{after['number']}"

    def normal(self, question: Question, answer: Any) -> Any:
        return NORMAL[question.name](answer["data"])

    def tolerant(self, question: Question, answer: Any) -> Any:
        """It has no order of relevance: of a search, only how many were found has to be equal."""
        return answer["documents"]["totalCount"] if question.name == "Q4" else answer


def _file(work: Work) -> Path:
    """Its file, made unless an earlier run left it."""
    folder = work.folder / f"datasette-{work.documents}"
    folder.mkdir(exist_ok=True)
    path, half_made = folder / "archive.db", folder / "archive.part"
    if not path.exists():
        half_made.unlink(missing_ok=True)
        with closing(sqlite3.connect(half_made)) as database:
            database.execute("ATTACH ? AS fonds", (str(work.database),))
            database.executescript((FOLDER / "tables.sql").read_text())
        half_made.rename(path)
    return path


def _listed(row: Any) -> dict[str, Any]:
    date = None if row["date_label"] is None else {"label": row["date_label"]}
    return {"id": f"Document:{row['key']}", "title": row["title"], "date": date}


def _one(data: Any) -> dict[str, Any]:
    row = data["documents_row"]
    date = None if row["date_edtf"] is None else {"edtf": row["date_edtf"], "label": row["date_label"]}
    return {"document": {**_listed(row), "date": date, "description": row["description_"]}}


def _page(data: Any) -> dict[str, Any]:
    return {"documents": {"nodes": [_listed(row) for row in data["documents"]["nodes"]]}}


def _nested(data: Any) -> dict[str, Any]:
    return {"documents": {"nodes": [{"title": row["title"], "people": _people(row)} for row in data["documents"]["nodes"]]}}


def _people(row: Any) -> dict[str, Any]:
    people = [link["person_id"] for link in row["document_people_list"]["nodes"]]
    return {"nodes": [{"name": person["name"], "documents": _documents(person)} for person in people]}


def _documents(person: Any) -> dict[str, Any]:
    documents = [link["document_id"] for link in person["document_people_list"]["nodes"]]
    return {"nodes": [{"title": document["title"], "topics": _topics(document)} for document in documents]}


def _topics(row: Any) -> dict[str, Any]:
    return {"nodes": [link["topic_id"] for link in row["document_topics_list"]["nodes"]]}


def _search(data: Any) -> dict[str, Any]:
    found = data["documents"]
    nodes = [{"id": f"Document:{row['key']}", "title": row["title"], "topics": _topics(row)} for row in found["nodes"]]
    return {"documents": {"totalCount": found["totalCount"], "nodes": nodes}}


NORMAL = {"Q1": _one, "Q2": _page, "Q3": _nested, "Q4": _search, "Q5": _page}
