"""The peers that run on Node: `node/*.js`, installed by `npm ci` in that folder."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from peers.peer import HERE, Peer, Running, Work, free_port, process

FOLDER = HERE / "node"
MODULES = FOLDER / "node_modules"


@dataclass
class OnNode(Peer):
    """A script that listens on PORT; `packages` are those whose versions are told."""

    script: str = ""
    packages: tuple[str, ...] = ()

    @contextmanager
    def serving(self, work: Work) -> Iterator[Running]:
        port = free_port()
        environment = {**os.environ, **self.environment(work), "NODE_ENV": "production", "PORT": str(port)}
        url, log = f"http://127.0.0.1:{port}/graphql", work.folder / f"{self.name}.log"
        with process([self.node(), self.script], url, log, environment=environment, cwd=FOLDER) as running:
            yield running

    def environment(self, work: Work) -> Mapping[str, str]:
        return {"PEERS_DATABASE": str(work.database)}

    def node(self) -> str:
        """The program."""
        return "node"

    def missing(self) -> str | None:
        if not shutil.which("node"):
            return "there is no `node`"
        if absent := [package for package in self.packages if not (MODULES / package).is_dir()]:
            return f"{', '.join(absent)} not installed: `npm ci` in {FOLDER}"
        return None

    def version(self) -> str:
        node = subprocess.run([self.node(), "--version"], capture_output=True, text=True, check=True, cwd=FOLDER).stdout.strip()
        return ", ".join([f"Node {node}", *(f"{package} {_version(MODULES / package)}" for package in self.packages)])


def _version(package: Path) -> str:
    return str(json.loads((package / "package.json").read_text())["version"])
