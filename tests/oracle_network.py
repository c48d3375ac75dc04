"""The slow network: every document compared with every other, every sender with every recipient."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

CYCLE_YEARS, CYCLE_DAYS = 400, 146_097


def ordinal(day: int) -> int:
    """The number of a day, by the standard library; years that it does not know are moved by whole cycles."""
    year, rest = (day - day % 10000) // 10000, day % 10000
    cycles = (year - 2000) // CYCLE_YEARS
    return date(year - cycles * CYCLE_YEARS, rest // 100, rest % 100).toordinal() + cycles * CYCLE_DAYS


def days_apart(one: Any, other: Any) -> int | None:
    """At least so many days lie between two dates."""
    if one is None or other is None or None in (one.first_day, one.last_day, other.first_day, other.last_day):
        return None
    return max(0, ordinal(one.first_day) - ordinal(other.last_day), ordinal(other.first_day) - ordinal(one.last_day))


def things_of(document: Any) -> tuple[list[Any], list[Any]]:
    return document.all_people(), [document.oracle.topic(key) for key in document.record.topics]


def score(document: Any, shared: list[Any], days: int | None) -> int:
    """In millionths."""
    total = len(document.oracle.documents)
    weight = sum(int(math.log(1 + total / document.oracle.documents_of(thing)) * 10**6) for thing in shared)
    return weight + (0 if days is None else weight * 365 // (365 + days))


def related(document: Any, edge: Callable[..., Any], bounded: Callable[..., Any]) -> list[Any]:
    """All documents that share somebody or something, the nearest first."""
    people, topics = things_of(document)
    found = []
    for other in document.oracle.documents:
        their_people, their_topics = things_of(other)
        shared_people = [p for p in people if p in their_people]
        shared_topics = [t for t in topics if t in their_topics]
        if other is document or not (shared_people or shared_topics):
            continue
        days = days_apart(document.parsed, other.parsed)
        points = score(document, shared_people + shared_topics, days)
        facts = {
            "score": points / 10**6,
            "daysApart": days,
            "sharedPeople": lambda _, shared_people=shared_people, **args: bounded(shared_people, **args),
            "sharedTopics": lambda _, shared_topics=shared_topics, **args: bounded(shared_topics, **args),
        }
        found.append((points, other.loaded, edge(other, facts)))
    return [one for _, _, one in sorted(found, key=lambda one: one[:2], reverse=True)]


@dataclass
class Pair:
    """The letters from one person to another."""

    sender: Any
    recipient: Any
    letters: list[Any]

    @property
    def loaded(self) -> str:
        return f"{self.sender.loaded}-{self.recipient.loaded}"

    @property
    def documentCount(self) -> int:  # noqa: N802 - GraphQL's name
        return len(self.letters)

    def _end(self, day: Callable[[Any], int | None], *, falling: bool) -> Any:
        dated = [d for d in self.letters if d.parsed is not None]
        known = [d for d in dated if day(d.parsed) is not None]
        best = sorted(known, key=lambda d: (day(d.parsed), d.loaded), reverse=falling) or sorted(
            dated, key=lambda d: d.loaded, reverse=falling
        )
        return best[0].date if best else None

    @property
    def firstDate(self) -> Any:  # noqa: N802 - GraphQL's name
        return self._end(lambda parsed: parsed.first_day, falling=False)

    @property
    def lastDate(self) -> Any:  # noqa: N802 - GraphQL's name
        return self._end(lambda parsed: parsed.last_day, falling=True)


def correspondence(documents: list[Any], wanted: Callable[[Any], bool]) -> list[Pair]:
    """All pairs of which one end is wanted, those with most letters first."""
    pairs: dict[tuple[int, int], Pair] = {}
    for document in documents:
        for sender in document.all_people(["SENDER"]):
            for recipient in document.all_people(["RECIPIENT"]):
                if sender is not recipient and (wanted(sender) or wanted(recipient)):
                    pairs.setdefault((sender.loaded, recipient.loaded), Pair(sender, recipient, [])).letters.append(document)
    return sorted(pairs.values(), key=lambda p: (len(p.letters), p.sender.loaded, p.recipient.loaded), reverse=True)
