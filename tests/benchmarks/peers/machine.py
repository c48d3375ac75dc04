"""What Linux knows of a process and all below it: CPU time, memory; and how to end it."""

import os
import signal
import subprocess
from pathlib import Path

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
END_MAX_SECONDS = 20


def family(pid: int) -> list[int]:
    """A process and all that it started, and they started; those that are still there."""
    found, rest = [], [pid]
    while rest:
        one = rest.pop()
        try:
            children = [
                int(child) for task in Path(f"/proc/{one}/task").iterdir() for child in (task / "children").read_text().split()
            ]
        except OSError:
            continue
        found.append(one)
        rest += children
    return found


def cpu_seconds(pids: list[int]) -> float:
    """What the processes have used until now, with what their ended children used."""
    return sum(map(_cpu_ticks, pids)) / TICKS_PER_SECOND


def _cpu_ticks(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return 0
    return sum(map(int, text.rpartition(")")[2].split()[11:15]))


def memory_mib(pids: list[int]) -> float:
    """The memory of the processes; a page that several share is counted once."""
    return sum(map(_memory_kib, pids)) / 1024


def _memory_kib(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def end(process: subprocess.Popen[bytes]) -> None:
    """Ends a process that was started here: asked first, then made to."""
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(END_MAX_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
