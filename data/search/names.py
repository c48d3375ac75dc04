"""The names of people and topics, kept in memory to be suggested while somebody types, misspelt too.

A name is compared without blanks and punctuation, from each of its words on and around: `Zhou Enlai` is `zhouenlai` and
`enlaizhou`. So `Chou En lai` differs from it by one letter, and the order of the words makes no difference.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from enum import IntEnum
from typing import Any, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA
from sqlalchemy import Select, func, literal_column, select

from data import tables
from data.search.words import NO_STEMMING, Word, Words, words
from data.tables import table

Ask = Callable[[Select[Any]], Iterable[Sequence[Any]]]
"""Runs a statement in the transaction of the statement that wants to know."""

TYPED_MAX_LETTERS = 64
"""Names are compared up to here."""

STARTS_MAX = 12
"""From so many of its words on a name is found: names of topics may be sentences."""

SIMILAR_MIN_LETTERS = 4
CUT_MAX_LETTERS = 8
"""Names are sought by what they begin with up to here, which many have in common."""

FOLDED = Words(NO_STEMMING)
LAST_CHARACTER = "\U0010ffff"


class Match(IntEnum):
    """How a name fits what was typed, the best first."""

    EXACT = 0
    PREFIX = 1
    WORD = 2
    SIMILAR = 3


class Named(NamedTuple):
    """A name, and whose it is: `type` is PERSON or TOPIC."""

    type: str
    id: int
    name: str


Documents = Mapping[tuple[str, int], int]
"""How many documents there are with each person and topic (type, id), of whom there are any."""


class Turn(NamedTuple):
    """A name from one of its words on and around, as something to be suggested: what is less comes first.

    `at` is the name's place in the list of all, `start` the word that it is read from.
    """

    match: Match
    distance: int
    missing_documents: int
    at: int
    start: int


def typos_allowed(letters: int) -> int:
    """How many letters of a word or name may be wrong, missing, too many or swapped: one up to five letters, else two.

    >>> [typos_allowed(letters) for letters in (2, 3, 5, 6)]
    [0, 1, 1, 2]
    """
    return min(2, letters // 3)


def joined(text: str) -> str:
    """The letters of a text's words, without what stands between them.

    >>> joined("Chou En-lai")
    'chouenlai'
    """
    return "".join(FOLDED.of(text))[:TYPED_MAX_LETTERS]


class Spelling:
    """How names are written: what takes long to make, and stays the same where documents come and go.

    `turns` are all names from each of their words on and around, sorted by their `letters`: the name's place in the list and the
    number of the word, as one number (`_turn`).
    """

    def __init__(self, named: list[Named]) -> None:
        self.named = named
        known: set[str] = set()
        letters: list[str] = []
        turns = array("Q")  # no objects that the collector of garbage would look at again and again
        for at, one in enumerate(named):
            parts = FOLDED.of(one.name)
            known.update(parts)
            letters += _turned(parts)
            turns.extend(range(at * STARTS_MAX, at * STARTS_MAX + min(len(parts), STARTS_MAX)))
        order = sorted(range(len(letters)), key=letters.__getitem__)
        self.letters = [letters[place] for place in order]
        self.turns = array("Q", [turns[place] for place in order])
        self.words = sorted(known)
        self.cuts = _cuts(self.letters)


class Names:
    """All names of an archive as it was at one moment; made once, then only read."""

    def __init__(self, spelling: Spelling, documents: Documents) -> None:
        self.spelling, self.documents = spelling, documents
        self.named, self.words = spelling.named, spelling.words
        self._letters, self._turns, self._cuts = spelling.letters, spelling.turns, spelling.cuts
        self._missing = [-documents.get((one.type, one.id), 0) for one in self.named]

    def suggest(self, text: str, types: Collection[str], most: int) -> list[dict[str, Any]]:
        """The people and topics whose names fit best, each once under the name that fits best.

        First those whose whole name it is, then those of which a name begins so, then those with a word that does, each time
        those with most documents first; if these are not enough, those whose names begin similarly.
        """
        typed = joined(text)
        if not typed or not most:
            return []
        best = self._best(self._beginning(typed), types, most)
        if len(best) < most:
            best = self._best([*best, *self._similar(typed)], types, most)
        return [self._told(turn, len(typed)) for turn in best]

    def similar_names(self, text: str, most: int) -> list[tuple[int, str]]:
        """Whole names that are like a text, with how many letters differ, the nearest first."""
        typed = joined(text)
        if len(typed) < SIMILAR_MIN_LETTERS:
            return []
        near = self._near(typed, (TYPED_MAX_LETTERS,), typos_allowed(len(typed)))
        names = ((distance, self._turns[place] // STARTS_MAX) for distance, place in near)
        ranked = sorted({(distance, self._missing[at], self.named[at].name) for distance, at in names})
        return list(dict.fromkeys((distance, name) for distance, _, name in ranked))[:most]

    def _beginning(self, typed: str) -> list[Turn]:
        first = bisect_left(self._letters, typed)
        longer = bisect_right(self._letters, typed, first)
        last = bisect_left(self._letters, typed + LAST_CHARACTER, longer)
        exact = [self._turn(place, Match.EXACT) for place in range(first, longer)]
        return exact + [self._turn(place) for place in range(longer, last)]

    def _similar(self, typed: str) -> Iterator[Turn]:
        """Names that begin similarly: with as many letters as were typed, one less or one more."""
        if len(typed) < SIMILAR_MIN_LETTERS:
            return
        length = len(typed)
        for distance, place in self._near(typed, (length - 1, length, length + 1), typos_allowed(length)):
            yield self._turn(place, Match.SIMILAR, distance)

    def _turn(self, place: int, match: Match | None = None, distance: int = 0) -> Turn:
        at, start = divmod(self._turns[place], STARTS_MAX)
        if match is None:
            match = Match.WORD if start else Match.PREFIX
        return Turn(match, distance, self._missing[at], at, start)

    def _best(self, turns: Iterable[Turn], types: Collection[str], most: int) -> list[Turn]:
        """The best of each person and topic, the best first."""
        best: dict[tuple[str, int], Turn] = {}
        for turn in sorted(turns):
            one = self.named[turn.at]
            if one.type in types:
                best.setdefault((one.type, one.id), turn)
                if len(best) == most:
                    break
        return list(best.values())

    def _near(self, typed: str, sizes: Sequence[int], most: int) -> Iterator[tuple[int, int]]:
        """The places of names of which a beginning of one of the sizes differs by so many letters at most, and by how many."""
        if max(sizes) <= CUT_MAX_LETTERS:
            best: dict[int, int] = {}
            for size in sizes:
                for distance, places in self._like(typed, size, most):
                    best.update((place, min(distance, best.get(place, distance))) for place in places)
            yield from ((distance, place) for place, distance in best.items())
            return
        # Of two texts that differ by so much the first letters differ by twice that at most.
        for _, places in self._like(typed[:CUT_MAX_LETTERS], CUT_MAX_LETTERS, 2 * most):
            for place in places:
                name = self._letters[place]
                distance = min(int(OSA.distance(typed, name[:size], score_cutoff=most)) for size in sizes)
                if distance <= most:
                    yield distance, place

    def _like(self, typed: str, size: int, most: int) -> Iterator[tuple[int, range]]:
        """Beginnings of one size that differ by so many letters at most, with their places; of the first two, one is right."""
        cut = self._cuts[size]
        first, second = typed[0], typed[1:2]
        for key, (start, end) in cut.blocks.items():
            if first in key or (second and second in key):
                some = cut.letters[start:end]
                for _, distance, at in process.extract(typed, some, scorer=OSA.distance, score_cutoff=most, limit=None):
                    yield int(distance), range(cut.starts[start + at], cut.starts[start + at + 1])

    def _told(self, found: Turn, letters: int) -> dict[str, Any]:
        one = self.named[found.at]
        hits = _spans(words(one.name), found.start, letters)
        return {
            "match": int(found.match),
            "distance": found.distance,
            "type": one.type,
            "id": one.id,
            "documents": -found.missing_documents,
            "name": one.name,
            "fragments": list(_fragments(one.name, hits)),
        }


def _turned(parts: list[str]) -> list[str]:
    """The letters of a name, given by its words, from each of these on and around."""
    starts = range(min(len(parts), STARTS_MAX))
    return ["".join((*parts[start:], *parts[:start]))[:TYPED_MAX_LETTERS] for start in starts]


class Cut(NamedTuple):
    """The different beginnings of some size of a sorted list, where each starts (one more for the end), and `_beginnings`."""

    letters: list[str]
    starts: list[int]
    blocks: dict[str, tuple[int, int]]


def _cuts(letters: Sequence[str]) -> dict[int, Cut]:
    """Those of each size, each made from the next longer ones."""
    found: dict[int, Cut] = {}
    some, places = letters, list(range(len(letters)))
    for size in range(CUT_MAX_LETTERS, SIMILAR_MIN_LETTERS - 2, -1):
        starts: dict[str, int] = {}
        for one, at in zip(some, places, strict=True):
            starts.setdefault(one[:size], at)
        some, places = list(starts), list(starts.values())
        found[size] = Cut(some, [*places, len(letters)], _beginnings(some))
    return found


def _beginnings(letters: Sequence[str]) -> dict[str, tuple[int, int]]:
    """From where to where each two first letters stand in a sorted list."""
    found: dict[str, tuple[int, int]] = {}
    for at, one in enumerate(letters):
        key = one[:2]
        found[key] = (found.get(key, (at, at))[0], at + 1)
    return found


def _spans(parts: Sequence[Word], start: int, letters: int) -> list[tuple[int, int]]:
    """The words of a name that so many letters reach, from one word on and around; words side by side are one span."""
    reached: list[int] = []
    for at in (*range(start, len(parts)), *range(start)):
        if letters <= 0:
            break
        reached.append(at)
        letters -= len(parts[at].folded)
    spans: list[tuple[int, int]] = []
    for at in sorted(reached):
        if spans and at - 1 in reached:
            spans[-1] = (spans[-1][0], parts[at].end)
        else:
            spans.append((parts[at].start, parts[at].end))
    return spans


def _fragments(name: str, hits: Iterable[tuple[int, int]]) -> Iterator[dict[str, Any]]:
    """The name in pieces, those within the spans marked."""
    at = 0
    for start, end in hits:
        if start > at:
            yield {"text": name[at:start], "hit": False}
        yield {"text": name[start:end], "hit": True}
        at = end
    if at < len(name):
        yield {"text": name[at:], "hit": False}


# Reading them


def _in_order(preferred: Select[Any], others: Select[Any]) -> Select[Any]:
    rows = preferred.union_all(others).subquery()
    return select(rows.c.id, rows.c.name).order_by(rows.c.id, rows.c.at)


PEOPLE, TOPICS, NAMES = (table(model) for model in (tables.Person, tables.Topic, tables.Name))
LINKS = {"PERSON": table(tables.DocumentPerson).c.person_id, "TOPIC": table(tables.DocumentTopic).c.topic_id}
COUNTS = {type_: select(column, func.count()).group_by(column) for type_, column in LINKS.items()}
EVERY = {
    type_: _in_order(
        select(owner.c.id, owner.c.name, literal_column("0").label("at")),
        select(other, NAMES.c.name, NAMES.c.position).where(other.isnot(None)),
    )
    for type_, owner, other in (("PERSON", PEOPLE, NAMES.c.person_id), ("TOPIC", TOPICS, NAMES.c.topic_id))
}
CHANGES = select(table(tables.Meta).c.changes)


def _named(ask: Ask) -> list[Named]:
    return [Named(type_, id_, name) for type_, every in EVERY.items() for id_, name in ask(every)]


def _documents(ask: Ask) -> Documents:
    return {(type_, id_): count for type_, counts in COUNTS.items() for id_, count in ask(counts)}


class KeptNames:
    """The names as the last change left them, read anew when there was another. May be used by several threads.

    What is made of the names stays if they are the same. Nobody waits for another's reading: threads that need the names at once
    each read them.
    """

    def __init__(self) -> None:
        self._kept: tuple[int, Names] | None = None

    def get(self, changes: int, ask: Ask) -> Names:
        """The names of the archive as it is after so many changes, which is how `ask` sees it."""
        kept = self._kept
        if kept is None or kept[0] != changes:
            kept = self._kept = changes, _read(ask, kept and kept[1])
        return kept[1]


def _read(ask: Ask, before: Names | None) -> Names:
    named, documents = _named(ask), _documents(ask)
    if before is None or before.named != named:
        return Names(Spelling(named), documents)
    return before if before.documents == documents else Names(before.spelling, documents)
