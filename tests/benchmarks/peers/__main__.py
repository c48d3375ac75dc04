"""The command: `cd tests/benchmarks && python -m peers --help`."""

import argparse
import os
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from math import ceil
from pathlib import Path
from typing import Any

import generator
import orjson

from data.database import VERSION
from peers.catalogue import BASE, peers
from peers.fonds import Fonds
from peers.measure import Figures, measured
from peers.peer import Peer, Running, Work
from peers.questions import QUESTIONS, Question, Sample, samples_of
from peers.report import Case, circumstances, table

CHECKED_SAMPLES, CHECK_SECONDS = 20, 20
"""So many answers are compared, or as many as there are in the time."""

WARM_SECONDS, LONGEST_SECONDS = 2, 20
ANSWERS_EACH = 4
"""How many answers each connection should have got at least."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m peers", description="Measures Fonds beside its peers, by turns.")
    parser.add_argument("--documents", type=int, default=100_000, help="how large the archive is (100000)")
    parser.add_argument("--only", action="append", help="a peer by its name; may be given several times (all that can run)")
    parser.add_argument("--questions", default=",".join(one.name for one in QUESTIONS), help="which, with commas between (all)")
    parser.add_argument("--connections", default="1,16,64", help="how many at once, with commas between (1,16,64)")
    parser.add_argument("--seconds", type=int, default=2, help="how long each measurement takes (2)")
    parser.add_argument("--rounds", type=int, default=3, help="how often all are measured by turns (3)")
    parser.add_argument(
        "--folder", type=Path, default=Path(tempfile.gettempdir()) / "fonds-peers", help="where archives and logs are kept"
    )
    parser.add_argument("--larger", type=Path, help="a larger store of the generator's documents: Fonds is measured on it too")
    return parser.parse_args()


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - it is what a benchmark does


def archive(folder: Path, documents: int) -> Work:
    """The archive, made unless an earlier run left it in this layout of tables."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"documents-{documents}-layout{VERSION}.db"
    if not path.exists():
        say(f"Building {path} …")
    generator.build(path, documents).close()
    return Work(path, folder, documents)


def chosen(only: Sequence[str] | None, larger: Path | None) -> list[Peer]:
    """The peers that were asked for and can run. Says which cannot, and why."""
    found, every = [], peers(larger)
    for peer in every:
        if only is None or peer.name in only:
            reason = peer.missing()
            if reason:
                say(f"Left out: {peer.name}: {reason}")
            else:
                found.append(peer)
    unknown = set(only or ()) - {peer.name for peer in every}
    if unknown:
        sys.exit(f"There is no peer {', '.join(sorted(unknown))}. There are: {', '.join(peer.name for peer in every)}.")
    return found


def check(peer: Peer, running: Running, samples: Mapping[str, list[Sample]], true: dict[tuple[str, int], Any]) -> None:
    """Sees that the peer answers as the first did. Raises ValueError for one that does not."""
    for question in QUESTIONS:
        if question.name not in samples or question.name in peer.unable:
            continue
        until = time.monotonic() + CHECK_SECONDS
        for number, sample in enumerate(samples[question.name][:CHECKED_SAMPLES]):
            if time.monotonic() > until:
                break
            answer = peer.normal(question, running.ask(peer.body(question, sample)))
            first = true.setdefault((question.name, number), answer)
            mine, other = peer.tolerant(question, answer), peer.tolerant(question, first)
            if mine != other:
                shown = (orjson.dumps(one)[:1500].decode() for one in (mine, other))
                raise ValueError("{} answers {} with\n{}\nand not with\n{}".format(peer.name, question.name, *shown))


def keep_answers(work: Work, true: Mapping[tuple[str, int], Any]) -> None:
    """What the constant answers: of each question, the answer of middle length."""
    answers: dict[str, list[bytes]] = defaultdict(list)
    for (name, _), answer in true.items():
        answers[name].append(orjson.dumps({"data": answer}))
    for name, found in answers.items():
        (work.folder / f"{name}.json").write_bytes(sorted(found, key=len)[len(found) // 2])


def write_bodies(peer: Peer, samples: Mapping[str, list[Sample]], folder: Path) -> dict[str, Path]:
    """The requests of a peer to each question, one a line, in a file."""
    paths = {}
    for question in QUESTIONS:
        if question.name in samples and question.name not in peer.unable:
            path = folder / f"{peer.name}-{question.name}.requests"
            path.write_bytes(b"\n".join(peer.body(question, sample) for sample in samples[question.name]) + b"\n")
            paths[question.name] = path
    return paths


def main() -> None:
    options = arguments()
    load_before = os.getloadavg()
    connections = [int(number) for number in options.connections.split(",")]
    questions = [question for question in QUESTIONS if question.name in options.questions.split(",")]
    work = archive(options.folder, options.documents)
    samples = {question.name: samples_of(question, work.database) for question in questions}
    taking_part = sorted(
        chosen(options.only, options.larger), key=lambda peer: not isinstance(peer, Fonds)
    )  # Fonds says what the answers are
    figures: dict[Case, list[Figures]] = defaultdict(list)
    with ExitStack() as stack:
        servers = started(taking_part, work, samples, stack)
        by_turns(servers, questions, connections, options, figures)
    names = [peer.name for peer in peers(options.larger) if peer.name in servers]
    say("")
    say(circumstances(options.documents, {peer.name: peer.version() for peer in taking_part}, load_before))
    for number in connections:
        say(
            f"\n{number} connection{'s' if number > 1 else ''}: requests per CPU-second (ratio to the {BASE}), then requests a second, p50/p99\n"
        )
        say(table(questions, names, figures, number))
    say("\nMemory at most: " + ", ".join(f"{name} {servers[name][0].most_mib:.0f} MiB" for name in names))


Servers = dict[str, tuple[Running, dict[str, Path]]]


def started(taking_part: list[Peer], work: Work, samples: Mapping[str, list[Sample]], stack: ExitStack) -> Servers:
    """All servers, running, seen to give equal answers."""
    servers: Servers = {}
    true: dict[tuple[str, int], Any] = {}
    for peer in taking_part:
        running = stack.enter_context(peer.serving(work))
        own = peer.samples(samples)
        peer.get_ready(running, own)
        check(peer, running, own, true)
        if not servers:
            keep_answers(work, true)
        servers[peer.name] = running, write_bodies(peer, own, work.folder)
        differs = "".join(f"; not {name}: {why}" for name, why in peer.unable.items())
        say(f"{peer.name}: answers checked ({peer.note}){differs}")
    return servers


def by_turns(
    servers: Servers,
    questions: Sequence[Question],
    connections: Sequence[int],
    options: argparse.Namespace,
    figures: dict[Case, list[Figures]],
) -> None:
    for question in questions:
        taking_part = [
            (name, running, bodies[question.name]) for name, (running, bodies) in servers.items() if question.name in bodies
        ]
        speeds = {name: measured(running, bodies, connections=4, seconds=WARM_SECONDS) for name, running, bodies in taking_part}
        for turn in range(options.rounds):
            for number in connections:
                for name, running, bodies in taking_part if turn % 2 == 0 else reversed(taking_part):
                    case = Case(name, question.name, number)
                    seconds = enough_seconds(speeds[name], number, options.seconds)
                    figures[case].append(measured(running, bodies, connections=number, seconds=seconds))
        say(f"{question.name} measured: {question.asks}")


def enough_seconds(speed: Figures, connections: int, seconds: int) -> int:
    """How long to measure one of that speed, so that what is under way at the end weighs little."""
    return max(seconds, min(LONGEST_SECONDS, ceil(ANSWERS_EACH * connections / max(speed.per_second, 1))))


if __name__ == "__main__":
    main()
