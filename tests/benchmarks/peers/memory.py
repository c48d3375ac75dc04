"""How much memory a worker takes under many requests: it has to be level. `cd tests/benchmarks && python -m peers.memory --help`.

All questions are asked in turns, each with its 200 samples, of `fonds serve` as it comes. Three figures are told, in MiB: what is
resident, what of it is its own (the file of the archive, which is read through the page cache of the system, is no part of it; the
libraries that other processes use too are counted in part), and what nobody but the process has.
"""

import argparse
import tempfile
import time
from pathlib import Path

from peers.__main__ import archive, say, write_bodies
from peers.fonds import Fonds
from peers.measure import measured
from peers.questions import QUESTIONS, samples_of

CONNECTIONS = 16
PARTS = {"resident": ("Rss:",), "proportional": ("Pss:",), "private": ("Private_Clean:", "Private_Dirty:")}


def memory_mib(pid: int) -> str:
    """The three figures of a process."""
    lines = [line.split() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()]
    return ", ".join(
        f"{name} {sum(int(line[1]) for line in lines if line[0] in parts) / 1024:.0f}" for name, parts in PARTS.items()
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m peers.memory", description="The memory of a worker under many requests.")
    parser.add_argument("--documents", type=int, default=100_000, help="how large the archive is (100000)")
    parser.add_argument("--requests", type=int, default=1_000_000, help="after how many requests it ends (1000000)")
    parser.add_argument("--seconds", type=int, default=600, help="or after how long (600)")
    parser.add_argument("--turn", type=int, default=5, help="for how many seconds each question is asked in a turn (5)")
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "fonds-peers", help="where archives are kept"
    )
    options = parser.parse_args()
    work = archive(options.folder, options.documents)
    samples = {question.name: samples_of(question, work.database) for question in QUESTIONS}
    peer, asked, start = Fonds("Fonds, memory", ""), 0, time.monotonic()
    with peer.serving(work) as running:
        say(f"{0:>9,} requests: {memory_mib(running.roots[0])} MiB")
        peer.get_ready(running, samples)
        bodies = write_bodies(peer, samples, work.folder)
        while asked < options.requests and time.monotonic() - start < options.seconds:
            for path in bodies.values():
                found = measured(running, path, connections=CONNECTIONS, seconds=options.turn)
                asked += round(found.per_second * options.turn)
            say(f"{asked:>9,} requests: {memory_mib(running.roots[0])} MiB")


if __name__ == "__main__":
    main()
