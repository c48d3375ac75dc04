"""Fonds itself, as its command serves it."""

import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from peers.peer import Peer, Running, Work, free_port, process
from peers.questions import PAGE, QUESTIONS, Question, Sample, samples_of

COMMAND = str(Path(sys.executable).parent / "fonds")
ORDERS = {"Q3": "", "Q5": ", orderBy: {field: DATE}"}


@dataclass
class Fonds(Peer):
    """`fonds serve` with one worker, its log at WARNING; what else it is set to, `settings` say."""

    settings: Mapping[str, str] = field(default_factory=dict)
    cursors: dict[tuple[str, str], str] = field(default_factory=dict)
    database: Path | None = None
    """Another archive than that of the others, whose answers then are not compared."""

    @contextmanager
    def serving(self, work: Work) -> Iterator[Running]:
        port = free_port()
        command = [COMMAND, "serve", "--database", f"sqlite:///{self.database or work.database}", "--port", str(port)]
        environment = {**os.environ, "FONDS_LOG_LEVEL": "WARNING", **self.settings}
        url, log = f"http://127.0.0.1:{port}/graphql", work.folder / f"{self.name}.log"
        with process(command, url, log, environment=environment, cwd=work.folder) as running:
            yield running

    def version(self) -> str:
        return f"Fonds {version('fonds')}"

    def samples(self, given: Mapping[str, list[Sample]]) -> Mapping[str, list[Sample]]:
        if self.database is None:
            return given
        return {question.name: samples_of(question, self.database) for question in QUESTIONS if question.name in given}

    def tolerant(self, question: Question, answer: Any) -> Any:
        return None if self.database else super().tolerant(question, answer)

    def get_ready(self, running: Running, samples: Mapping[str, list[Sample]]) -> None:
        """Reads the cursors that the samples need, page by page from the start, as a client would."""
        for name, order in ORDERS.items():
            wanted = {sample["after"]["key"] for sample in samples.get(name, ())}
            after = None
            while wanted:
                found, after = _page(running, order, after)
                for key in wanted & found.keys():
                    self.cursors[name, key] = found[key]
                wanted -= found.keys()

    def cursor(self, question: Question, after: Mapping[str, Any]) -> Any:
        return self.cursors[question.name, after["key"]]


def _page(running: Running, order: str, after: str | None) -> tuple[dict[str, str], str]:
    text = (
        f"query Walk($after: String) {{ documents(first: {PAGE}, after: $after{order}) {{ edges {{ cursor node {{ id }} }} }} }}"
    )
    answer = running.ask(orjson.dumps({"query": text, "variables": {"after": after}}))
    edges = answer["data"]["documents"]["edges"]
    return {edge["node"]["id"].removeprefix("Document:"): edge["cursor"] for edge in edges}, edges[-1]["cursor"]
