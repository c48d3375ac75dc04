"""What cannot be beaten: Starlette running one SQL statement written by hand, and Starlette answering with a constant.

The module is the client's side and the server's: `uvicorn peers.limits:app`. The statements (`statements/*.sql`) make the very
JSON that Fonds answers with. They concatenate texts: with SQLite 3.40 `json_object` is as fast for flat answers, and 1.6 times
slower for nested ones. They run on the event loop, which is faster than a thread by the change of threads (0.1 ms).
"""

import os
import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from peers.peer import HERE, Peer, Running, Work, free_port, process
from peers.questions import Question, Sample, match

STATEMENTS = {path.stem: path.read_text() for path in (HERE / "statements").glob("Q*.sql")}


def bound(variables: Mapping[str, Any]) -> tuple[Any, ...]:
    """The values of the placeholders."""
    if "search" in variables:
        return (match(variables["search"]),)
    return tuple(variables.get("after") or (variables["id"],)) if variables else ()


@dataclass
class Limit(Peer):
    """One of the two: `route` is where it stands."""

    route: str = ""

    @contextmanager
    def serving(self, work: Work) -> Iterator[Running]:
        port = free_port()
        command = [sys.executable, "-m", "uvicorn", "peers.limits:app", "--factory", "--port", str(port)]
        command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
        environment = {**os.environ, "PEERS_DATABASE": str(work.database), "PEERS_ANSWERS": str(work.folder)}
        url, log = f"http://127.0.0.1:{port}{self.route}", work.folder / f"{self.name}.log"
        with process(command, url, log, environment=environment, cwd=HERE.parent) as running:
            yield running

    def version(self) -> str:
        return f"Starlette {version('starlette')}, uvicorn {version('uvicorn')}"

    def body(self, question: Question, sample: Sample) -> bytes:
        variables = {name: self.cursor(question, value) if name == "after" else value for name, value in sample.items()}
        return orjson.dumps({"operationName": question.name, "variables": variables})

    def cursor(self, question: Question, after: Mapping[str, Any]) -> Any:
        return [after["number"]] if question.name == "Q3" else [after["day"], after["number"]]


@dataclass
class Constant(Limit):
    """It knows one answer to each question."""

    route: str = "/constant"

    def tolerant(self, question: Question, answer: Any) -> Any:  # noqa: ARG002 - others need it
        """Nothing: it always gives the same answer."""
        return None


def app() -> Starlette:
    """The server of both: POST /statement and POST /constant, with the operation's name and its variables."""
    path = Path(os.environ["PEERS_DATABASE"])
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    database.execute("PRAGMA cache_size = -16384")
    answers = {file.stem: file.read_bytes() for file in Path(os.environ["PEERS_ANSWERS"]).glob("Q*.json")}

    async def statement(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        (text,) = database.execute(STATEMENTS[asked["operationName"]], bound(asked["variables"])).fetchone()
        return Response(text, media_type="application/json")

    async def constant(request: Request) -> Response:
        asked = orjson.loads(await request.body())
        return Response(answers[asked["operationName"]], media_type="application/json")

    return Starlette(
        routes=[Route("/statement", statement, methods=["POST"]), Route("/constant", constant, methods=["POST"])],
    )
