"""What a peer is: a server of the same archive that can be started, asked and ended."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from peers.machine import cpu_seconds, end, family, memory_mib
from peers.questions import Question, Sample

HERE = Path(__file__).parent
START_MAX_SECONDS = 120


@dataclass(frozen=True)
class Work:
    """The archive that all serve, and a folder for what they need beside it."""

    database: Path
    folder: Path
    documents: int


@dataclass
class Running:
    """A server that was started: where it listens, and the processes that do its work."""

    url: str
    roots: list[int]
    most_mib: float = 0.0

    def cpu_seconds(self) -> float:
        return cpu_seconds(self._all())

    def look(self) -> None:
        """Notes how much memory it has now."""
        self.most_mib = max(self.most_mib, memory_mib(self._all()))

    def _all(self) -> list[int]:
        return sorted({pid for root in self.roots for pid in family(root)})

    def ask(self, body: bytes) -> Any:
        """The answer to one request. Raises ValueError for one that is an error."""
        request = urllib.request.Request(self.url, body, {"Content-Type": "application/json"})  # noqa: S310 - on loopback
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - as above
                found = orjson.loads(response.read())
        except urllib.error.HTTPError as error:
            raise ValueError(error.read()[:2000].decode()) from error
        if "errors" in found:
            raise ValueError(str(found["errors"])[:2000])
        return found


@dataclass
class Peer(ABC):
    """One that takes part. `asks` are the names of the questions it can be asked."""

    name: str
    note: str
    unable: Mapping[str, str] = field(default_factory=dict)
    """The questions that it cannot be asked, by name, and why not."""

    @abstractmethod
    def serving(self, work: Work) -> Any:
        """Starts it, gives a Running, and ends it (a context manager)."""

    def missing(self) -> str | None:
        """Why it cannot run here; None if it can."""
        return None

    def version(self) -> str:
        """What it is made of."""
        return ""

    def samples(self, given: Mapping[str, list[Sample]]) -> Mapping[str, list[Sample]]:
        """What is put into its questions; here what is given to all."""
        return given

    def get_ready(self, running: Running, samples: Mapping[str, list[Sample]]) -> None:
        """Learns what it needs before it can be asked, such as its cursors; here nothing."""
        del running, samples

    def body(self, question: Question, sample: Sample) -> bytes:
        """The body of a request; here for those that speak the schema of Fonds."""
        variables = {name: self.cursor(question, value) if name == "after" else value for name, value in sample.items()}
        return orjson.dumps({"query": question.text, "variables": variables, "operationName": question.name})

    def cursor(self, question: Question, after: Mapping[str, Any]) -> Any:  # noqa: ARG002 - others need it
        """The cursor of a document; here as the peers of our own making have it."""
        return f"{after['day']}:{after['number']}"

    def normal(self, question: Question, answer: Any) -> Any:  # noqa: ARG002 - others need it
        """The answer as Fonds would give it."""
        return answer["data"]

    def tolerant(self, question: Question, answer: Any) -> Any:  # noqa: ARG002 - as above
        """What of a normal answer has to be equal: all of it, unless the peer says otherwise."""
        return answer


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def process(command: list[str], url: str, log: Path, *, environment: Mapping[str, str], cwd: Path) -> Iterator[Running]:
    """A server, from when it listens until it is ended."""
    with ExitStack() as stack:
        out = stack.enter_context(log.open("wb"))
        started = subprocess.Popen(command, stdout=out, stderr=out, env=dict(environment), cwd=cwd)
        stack.callback(end, started)
        _wait(started, url, log)
        yield Running(url, [started.pid])


def _wait(started: subprocess.Popen[bytes], url: str, log: Path) -> None:
    host, _, port = url.split("/")[2].partition(":")
    until = time.monotonic() + START_MAX_SECONDS
    while time.monotonic() < until and started.poll() is None:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise ChildProcessError(f"{started.args!r} does not listen:\n{log.read_text()[-3000:]}")
