"""The slow search: every word of every record compared with every term, and BM25 by its formula."""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from data.dates import HistoricalDate
from data.search.columns import SUBJECTS, Subject
from data.search.language import ENGLISH_FUNCTION_WORDS, Term, _groups, parsed
from data.search.passages import passages
from data.search.words import SEPARATOR, Words

WORDS = Words("english")
Column = list[str]


def plain(*texts: str | None) -> Column:
    """The words of the texts, with something between the texts that is no word."""
    found: Column = []
    for text in texts:
        words = WORDS.of(text or "")
        found += ([SEPARATOR] if found and words else []) + words
    return found


def stems(*texts: str | None) -> Column:
    return WORDS.stems(plain(*texts))


def names_of(thing: Any) -> list[str]:
    return [thing.record.name, *(name.name for name in thing.record.names)]


@dataclass
class Source:
    """A place where a search may be found: what it is called in an answer, and whose it is."""

    column: str
    field: str
    text: str | None
    person: Any = None
    topic: Any = None
    position: int = 0


@dataclass
class Row:
    """What is searched of one thing: its columns as words, its sources as texts."""

    thing: Any
    columns: dict[str, Column]
    sources: list[Source] = field(default_factory=list)

    @property
    def length(self) -> int:
        return sum(map(len, self.columns.values()))


def document_row(document: Any) -> Row:
    record, oracle = document.record, document.oracle
    people = [(part, oracle.person(part.person)) for part in record.people]
    topics = [oracle.topic(key) for key in record.topics]

    def names(role: str | None = None) -> Column:
        of_role = [(part, person) for part, person in people if role in (None, part.role.value)]
        every = [name for _, person in of_role if person for name in names_of(person)] + [part.as_ for part, _ in of_role]
        found: dict[str, None] = {}
        for name in every:
            found.setdefault(" ".join(plain(name)))
        return plain(*(name for name in found if name))

    def tags() -> Column:
        return [
            "\u2010".join(parts[: i + 1])
            for tag in record.languages
            for parts in [tag.lower().split("-")]
            for i in range(len(parts))
        ]

    broader = [name for topic in topics for above in topic.ancestors() for name in names_of(above)]
    return Row(
        document,
        {
            "title": stems(record.title),
            "people": names(),
            "topics": stems(*broader),
            "description": stems(record.description),
            "texts": stems(*(text.body for text in record.texts)),
            "senders": names("SENDER"),
            "recipients": names("RECIPIENT"),
            "genre": stems(record.genre),
            "languages": tags(),
        },
        [
            Source("document.title", "TITLE", record.title),
            Source("document.description", "DESCRIPTION", record.description),
            Source("document.genre", "GENRE", record.genre),
            *(Source("document.texts", "TEXT", text.body, position=i) for i, text in enumerate(record.texts, 1)),
            *(
                Source("document.topics", "TOPIC", name, topic=above)
                for topic in topics
                for above in topic.ancestors()
                for name in names_of(above)
            ),
            *(
                Source(f"document.{column}", "PERSON", name, person=person, position=at if role else 0)
                for column, role in (("people", None), ("senders", "SENDER"), ("recipients", "RECIPIENT"))
                for at, (part, person) in enumerate(people, 1)
                if role in (None, part.role.value)
                for name in [*(names_of(person) if person else []), part.as_]
            ),
        ],
    )


def person_row(person: Any) -> Row:
    name, *others = names_of(person)
    return Row(
        person,
        {"name": plain(name), "names": plain(*others), "description": stems(person.record.description)},
        [
            Source("person.name", "NAME", name),
            *(Source("person.names", "NAME", other, position=i) for i, other in enumerate(others, 1)),
            Source("person.description", "DESCRIPTION", person.record.description),
        ],
    )


def topic_row(topic: Any) -> Row:
    name, *others = names_of(topic)
    above = [t for t in topic.ancestors() if t is not topic]
    return Row(
        topic,
        {
            "name": stems(name),
            "names": stems(*others),
            "broader": stems(*(t.record.name for t in above)),
            "description": stems(topic.record.description),
        },
        [
            Source("topic.name", "NAME", name),
            *(Source("topic.names", "NAME", other, position=i) for i, other in enumerate(others, 1)),
            *(Source("topic.broader", "TOPIC", t.record.name, topic=t) for t in above),
            Source("topic.description", "DESCRIPTION", topic.record.description),
        ],
    )


ROWS: dict[str, Callable[[Any], Row]] = {"Document": document_row, "Person": person_row, "Topic": topic_row}


class Index:
    """Everything of one type, and what a search finds in it."""

    def __init__(self, things: Iterable[Any], type_name: str) -> None:
        self.subject: Subject = SUBJECTS[type_name.lower()]
        self.rows = {thing.recordId: ROWS[type_name](thing) for thing in things}
        self.average = sum(row.length for row in self.rows.values()) / max(1, len(self.rows))

    def counts(self, row: Row, term: Term) -> list[tuple[float, bool]]:
        """For each phrase that a term is asked as: how often it stands in the row, by weight, and whether at all."""
        columns = self.subject.of_field(term.field)
        stemmed = [c for c in columns if c.is_stemmed]
        exact = [c for c in columns if not c.is_stemmed]
        stems_ = WORDS.stems(term.words)
        if stems_ == list(term.words):
            return [self._count(row, columns, list(term.words))]
        found = [self._count(row, stemmed, stems_)] if stemmed else []
        return found + ([self._count(row, exact, list(term.words))] if exact else [])

    def _count(self, row: Row, columns: Iterable[Any], words: list[str]) -> tuple[float, bool]:
        times = {
            c: sum(row.columns[c.name][at : at + len(words)] == words for at in range(len(row.columns[c.name]))) for c in columns
        }
        return sum(n * c.weight for c, n in times.items()), any(times.values())

    def holds(self, row: Row, term: Term) -> bool:
        if term.date:
            held = in_period(row.thing, term.date)
        elif term.is_prefix:
            assert self.subject.of_field(term.field)
            held = any(
                word.startswith(term.words[0])
                for c in self.subject.of_field(term.field)
                for word in row.columns[c.name]
                if len(term.words) == 1
            )
        else:
            held = any(found for _, found in self.counts(row, term))
        return held != term.is_not

    def find(self, text: str) -> dict[str, int] | None:
        """The rank of everything that the search finds, by its id; None if the search is blank."""
        if not text.strip():
            return None
        groups = _groups(text, self.subject, WORDS)
        if not groups:
            return {}
        found = [row for row in self.rows.values() if all(any(self.holds(row, term) for term in group) for group in groups)]
        ranked = [g for g in groups if not any(t.is_not or t.date for t in g)]
        if len(ranked) == 1 and len(set(ranked[0])) > 1:
            telling = [t for t in ranked[0] if not ENGLISH_FUNCTION_WORDS.issuperset(t.words)] or ranked[0]
            return {row.thing.recordId: self._rank(row, telling, self._rarity_of_any) for row in found}
        different = [t for g in ranked for t in dict.fromkeys(g)]
        return {row.thing.recordId: self._rank(row, different, self._rarity_of_all) for row in found}

    def _rank(self, row: Row, terms: list[Term], rarity: Callable[[int], float]) -> int:
        rank = 0
        for term in terms:
            every = [self.counts(other, term) for other in self.rows.values()]
            for i, (frequency, _) in enumerate(self.counts(row, term)):
                norm = 1.2 * (1 - 0.75 + 0.75 * row.length / self.average)
                weight = frequency * 2.2 / (frequency + norm)
                rank += int(-rarity(sum(other[i][1] for other in every)) * weight * 10**9)
        return rank

    def _rarity_of_all(self, hits: int) -> float:
        return max(math.log((len(self.rows) - hits + 0.5) / (hits + 0.5)), 1e-6)

    def _rarity_of_any(self, hits: int) -> float:
        return math.log(1 + (len(self.rows) - hits + 0.5) / (hits + 0.5))

    def matches(self, thing: Any, text: str | None, first: int) -> list[Any]:
        """Where the search is found in a thing."""
        search = parsed(text, self.subject, WORDS) if text else None
        if search is None:
            return []
        found: list[Any] = []
        for source in unique(self.rows[thing.recordId].sources):
            for at, passage in enumerate(passages(search.found, source.column, source.text or "", WORDS)):
                name = source.text if source.field in {"NAME", "PERSON", "TOPIC"} else None
                match = {**passage, "field": source.field, "person": source.person, "topic": source.topic, "name": name}
                found.append(
                    (FIELDS.index(source.field), -passage["terms"], len(name or ""), source.position, source.text, at, match)
                )
        return best_first([match for *_, match in sorted(found, key=lambda one: one[:-1])])[:first]


FIELDS = ["TITLE", "NAME", "PERSON", "TOPIC", "DESCRIPTION", "TEXT", "GENRE"]


def best_first(matches: list[Any]) -> list[Any]:
    """The first of each field, then the first of each person, topic and name that is nobody's, then the rest."""
    tiers: list[list[Any]] = [[], [], []]
    fields, owners = set(), set()
    for match in matches:
        owner = (match["field"], match["person"] or match["topic"] or match["name"])
        tier = 0 if match["field"] not in fields else 1 if owner not in owners else 2
        tiers[tier].append(match)
        fields.add(match["field"])
        owners.add(owner)
    return [match for tier in tiers for match in tier]


def unique(sources: list[Source]) -> list[Source]:
    found = {(s.column, s.field, s.text, id(s.person), id(s.topic), s.position): s for s in sources if s.text is not None}
    return list(found.values())


def in_period(document: Any, period: HistoricalDate) -> bool:
    mine = document.parsed
    if mine is None:
        return False
    first, last = period.first_day, period.last_day
    return (mine.first_day is None or last is None or mine.first_day <= last) and (
        mine.last_day is None or first is None or mine.last_day >= first
    )
