"""Several processes behind one port: they answer alike, one that dies is replaced, and all end together."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from serving import Running, serving

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to find the processes")
QUERY = {"query": "{ documents { totalCount } }"}
NINE = {"data": {"documents": {"totalCount": 9}}}
REPLACED_MAX_SECONDS = 60


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    with serving(tmp_path, FONDS_WORKERS="2") as running:
        yield running


def workers(running: Running) -> set[int]:
    """The processes that were made to answer; beside them Python has one that watches over shared resources."""
    found = Path(f"/proc/{running.process.pid}/task/{running.process.pid}/children").read_text().split()
    return {int(pid) for pid in found if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()}


def ask(running: Running) -> object:
    return httpx2.post(f"{running.base}/graphql", json=QUERY, timeout=30).json()


def test_a_worker_that_dies_is_replaced_while_the_others_answer(running: Running) -> None:
    before = workers(running)
    assert len(before) == 2
    os.kill(min(before), signal.SIGKILL)
    until = time.monotonic() + REPLACED_MAX_SECONDS
    while len(workers(running) - {min(before)}) < 2 and time.monotonic() < until:
        assert ask(running) == NINE
        time.sleep(0.1)
    assert len(workers(running) - {min(before)}) == 2
    assert ask(running) == NINE


def test_all_workers_end_with_the_command(running: Running) -> None:
    left = workers(running)
    assert ask(running) == NINE
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in left)


def test_the_store_is_made_once(running: Running) -> None:
    assert ask(running) == NINE
    assert running.log.read_text().count("Made fonds.db") == 1
    assert running.log.read_text().count("GraphQL API") == 1
