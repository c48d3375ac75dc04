"""Requests from wrk for a while, and what they cost the server."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

import orjson

from peers.peer import HERE, Running

ANSWER_MAX_SECONDS = 30


@dataclass(frozen=True)
class Figures:
    """One measurement."""

    per_second: float
    per_cpu_second: float
    p50_ms: float
    p99_ms: float
    failed: int
    answer_bytes: float


def measured(running: Running, bodies: Path, *, connections: int, seconds: int) -> Figures:
    """So many connections ask for so long, each as soon as it has its answer. Raises OSError if wrk fails."""
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", f"--timeout={ANSWER_MAX_SECONDS}s"]
    command += ["-s", str(HERE / "requests.lua"), running.url, "--", str(bodies)]
    before = running.cpu_seconds()
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=seconds + 2 * ANSWER_MAX_SECONDS)
    used = running.cpu_seconds() - before
    running.look()
    if done.returncode != 0:
        raise OSError(done.stderr or done.stdout)
    found = orjson.loads(done.stdout.splitlines()[-1])
    requests = found["requests"]
    return Figures(
        requests / found["seconds"],
        requests / max(used, 0.01),
        found["p50_ms"],
        found["p99_ms"],
        found["failed"],
        found["bytes"] / max(requests, 1),
    )
