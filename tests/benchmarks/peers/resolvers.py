"""Plain Strawberry: its own HTTP view, DataLoaders, caches for parsing and validation; `dataloaders.py` has the resolvers.

The module is the client's side and the server's: `uvicorn peers.resolvers:app`.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any

from strawberry.asgi import GraphQL

from peers import dataloaders
from peers.peer import HERE, Peer, Running, Work, free_port, process


@dataclass
class Resolvers(Peer):
    """Strawberry under uvicorn, with httptools and uvloop like Fonds."""

    @contextmanager
    def serving(self, work: Work) -> Iterator[Running]:
        port = free_port()
        command = [sys.executable, "-m", "uvicorn", "peers.resolvers:app", "--factory", "--port", str(port)]
        command += ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
        environment = {**os.environ, "PEERS_DATABASE": str(work.database)}
        url, log = f"http://127.0.0.1:{port}/graphql", work.folder / f"{self.name}.log"
        with process(command, url, log, environment=environment, cwd=HERE.parent) as running:
            yield running

    def version(self) -> str:
        return f"Strawberry {version('strawberry-graphql')}, SQLAlchemy {version('sqlalchemy')}"


class View(GraphQL[dataloaders.Loaders, None]):
    """The view, with new loaders for each request."""

    engine = dataloaders.engine_of(os.environ.get("PEERS_DATABASE", ""))

    async def get_context(self, request: Any, response: Any) -> dataloaders.Loaders:  # noqa: ARG002 - Strawberry's own signature
        return dataloaders.Loaders(self.engine)


def app() -> View:
    return View(dataloaders.schema)
