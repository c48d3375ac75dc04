"""A real server, started by its command."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

FONDS = str(Path(sys.executable).parent / "fonds")
START_MAX_SECONDS = 30


@dataclass
class Running:
    """Its address, the folder it was started in, its log, its process."""

    base: str
    folder: Path
    log: Path
    process: subprocess.Popen[bytes]


@contextmanager
def serving(folder: Path, **settings: str) -> Iterator[Running]:
    """A server in a folder, on a free port, with settings from the environment."""
    log = folder / "log.txt"
    environment = {**os.environ, **settings}
    with log.open("wb") as out:
        process = subprocess.Popen([FONDS, "serve", "--port", "0"], cwd=folder, stderr=out, stdout=out, env=environment)
    try:
        yield Running(_address(log), folder, log, process)
    finally:
        process.send_signal(signal.SIGTERM)
        ended = process.wait(20)
    assert ended in (0, -signal.SIGTERM)


def _address(log: Path) -> str:
    until = time.monotonic() + START_MAX_SECONDS
    while time.monotonic() < until:
        found = re.search(r"GraphQL API: (\S+)/graphql", log.read_text())
        if found and _healthy(found[1]):
            return found[1]
        time.sleep(0.05)
    raise AssertionError(log.read_text())


def _healthy(base: str) -> bool:
    try:
        return bool(httpx2.get(f"{base}/healthz").json() == {"status": "ok"})
    except httpx2.TransportError:
        return False
