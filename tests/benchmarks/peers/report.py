"""The figures as tables in Markdown: medians over all rounds, each with its ratio to the SQL limit."""

import os
import platform
import sqlite3
from collections.abc import Mapping, Sequence
from statistics import median
from typing import NamedTuple

from peers.catalogue import BASE
from peers.measure import Figures
from peers.questions import Question


class Case(NamedTuple):
    """What was measured: who, what, with how many connections."""

    peer: str
    question: str
    connections: int


Measured = Mapping[Case, Sequence[Figures]]


def table(questions: Sequence[Question], names: Sequence[str], measured: Measured, connections: int) -> str:
    """One table: a line for each peer, a column for each question."""
    head = "| | " + " | ".join(f"{question.name}" for question in questions) + " |"
    lines = [head, "|---" * (len(questions) + 1) + "|"]
    lines += [
        "| " + " | ".join([name, *(_cell(measured, name, question, connections) for question in questions)]) + " |"
        for name in names
    ]
    return "\n".join(lines)


def _cell(measured: Measured, name: str, question: Question, connections: int) -> str:
    found = measured.get(Case(name, question.name, connections))
    if not found:
        return "-"
    if not any(figures.per_second for figures in found):
        return "no answer in time"
    base = measured.get(Case(BASE, question.name, connections), ())
    cpu = median(figures.per_cpu_second for figures in found)
    rate, p50, p99 = (median(getattr(figures, part) for figures in found) for part in ("per_second", "p50_ms", "p99_ms"))
    ratios = [mine.per_cpu_second / other.per_cpu_second for mine, other in zip(found, base, strict=False)]
    times = f" **{median(ratios):.2f}**" if ratios else ""
    failed = sum(figures.failed for figures in found)
    return f"{_short(cpu)}{times}<br>{_short(rate)}/s, {_short(p50)}/{_short(p99)} ms" + (
        f"<br>{failed} failed" if failed else ""
    )


def _short(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def circumstances(documents: int, versions: Mapping[str, str], load_before: Sequence[float]) -> str:
    """What the figures depend on."""
    loads = f"{load_before[0]:.1f} before, {os.getloadavg()[0]:.1f} after"
    parts = [
        f"{documents:,} documents; {os.cpu_count()} processors, load average {loads}",
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version} (Python's own)",
        *(f"{name}: {version}" for name, version in versions.items() if version),
    ]
    return "\n".join(f"- {part}" for part in parts)
