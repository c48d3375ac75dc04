"""The names of people and topics, kept in memory to be suggested while somebody types, misspelt too.

A name is compared without blanks and punctuation, from each of its words on and around: `Zhou Enlai` is `zhouenlai` and
`enlaizhou`. So `Chou En lai` differs from it by one letter, and the order of the words makes no difference.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import IntEnum
from itertools import chain, repeat
from typing import Any, NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from data.search.words import NO_STEMMING, Word, Words, words

TYPED_MAX_LETTERS = 64
"""Names are compared up to here."""

STARTS_MAX = 12
"""From so many of its words on a name is found: names of topics may be sentences."""

SIMILAR_MIN_LETTERS = 4
CUT_MAX_LETTERS = 8
"""Names are sought by what they begin with up to here, which many have in common."""

FOLDED = Words(NO_STEMMING)
TYPES = ("PERSON", "TOPIC")
ORDER_BITS, PLACE_BITS = 44, 16
PLACES_MAX = 2**PLACE_BITS - 1
LAST_CHARACTER = "\U0010ffff"


class Match(IntEnum):
    """How a name fits what was typed, the best first."""

    EXACT = 0
    PREFIX = 1
    WORD = 2
    SIMILAR = 3


class Named(NamedTuple):
    """A name, and whose it is: `type` is PERSON or TOPIC, `place` rises in the order of their names."""

    type: str
    id: int
    place: int
    name: str


Owner = tuple[str, int]
"""Whose a name is: type, id."""

Documents = Mapping[Owner, int]
"""How many documents there are with each person and topic, of whom there are any."""


class Turn(NamedTuple):
    """A name from one of its words on and around (`start`), as something to be suggested: what is less comes first."""

    match: Match
    distance: int
    missing_documents: int
    order: int
    start: int
    named: Named


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
    """How names, sorted, are written: what takes long to make, and stays the same where documents come and go.

    `order` is that of the names among all that there are, also elsewhere. `turns` are all names from each of their words on and
    around, sorted by their `letters`: the name's place in the list and the number of the word, as one number.
    """

    def __init__(self, named: list[Named]) -> None:
        self.named = named
        self.order = array("Q", [_order(one) for one in named])
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
        self.words = known
        self.cuts = _cuts(self.letters)


@dataclass(frozen=True)
class Layer:
    """Names with how many documents each is missing below none; of those whose owners are `hidden`, None."""

    spelling: Spelling
    missing: list[int | None]
    hidden: AbstractSet[Owner] = frozenset()

    @classmethod
    def of(cls, spelling: Spelling, documents: Documents) -> "Layer":
        return cls(spelling, [-documents.get((one.type, one.id), 0) for one in spelling.named])

    def changed(self, documents: Documents, hidden: AbstractSet[Owner]) -> "Layer":
        """The same names, some of their owners with another number of documents, others hidden, beside those that are."""
        missing = self.missing.copy()
        found = {owner: -count for owner, count in documents.items()} | dict.fromkeys(hidden | self.hidden)
        for (type_, id_), count in found.items():
            places = range(*(bisect_left(self.spelling.named, (type_, one)) for one in (id_, id_ + 1)))
            for at in places:
                missing[at] = count
        return Layer(self.spelling, missing, hidden | self.hidden)

    def beginning(self, typed: str) -> list[Turn]:
        """Names that begin so, from one of their words on."""
        letters = self.spelling.letters
        first = bisect_left(letters, typed)
        longer = bisect_right(letters, typed, first)
        last = bisect_left(letters, typed + LAST_CHARACTER, longer)
        exact = self._turns(zip(range(first, longer), repeat(0)), Match.EXACT, Match.EXACT)
        return exact + self._turns(zip(range(longer, last), repeat(0)), Match.PREFIX, Match.WORD)

    def similar(self, typed: str) -> list[Turn]:
        """Names that begin similarly: with as many letters as were typed, one less or one more."""
        length = len(typed)
        return self._like_turns(typed, (length - 1, length, length + 1))

    def like(self, typed: str) -> list[Turn]:
        """Whole names that are similar."""
        return self._like_turns(typed, (TYPED_MAX_LETTERS,))

    def _like_turns(self, typed: str, sizes: Sequence[int]) -> list[Turn]:
        near = self._near(typed, sizes) if len(typed) >= SIMILAR_MIN_LETTERS else ()
        return self._turns(near, Match.SIMILAR, Match.SIMILAR)

    def _turns(self, near: Iterable[tuple[int, int]], whole: Match, within: Match) -> list[Turn]:
        """The names at these places, each with how many letters differ; how they fit `whole`, and from a word `within`."""
        spelling, missing = self.spelling, self.missing
        turns, named, order = spelling.turns, spelling.named, spelling.order
        found = ((distance, *divmod(turns[place], STARTS_MAX)) for place, distance in near)
        return [
            Turn(within if start else whole, distance, count, order[at], start, named[at])
            for distance, at, start in found
            if (count := missing[at]) is not None
        ]

    def _near(self, typed: str, sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
        """The places of names of which a beginning of one of the sizes differs by as much as is allowed, and by how much."""
        most = typos_allowed(len(typed))
        if max(sizes) <= CUT_MAX_LETTERS:
            best: dict[int, int] = {}
            for size in sizes:
                for distance, places in self._like(typed, size, most):
                    best.update((place, min(distance, best.get(place, distance))) for place in places)
            yield from best.items()
            return
        # Of two texts that differ by so much the first letters differ by twice that at most.
        letters = self.spelling.letters
        for _, places in self._like(typed[:CUT_MAX_LETTERS], CUT_MAX_LETTERS, 2 * most):
            for place in places:
                distance = min(int(OSA.distance(typed, letters[place][:size], score_cutoff=most)) for size in sizes)
                if distance <= most:
                    yield place, distance

    def _like(self, typed: str, size: int, most: int) -> Iterator[tuple[int, range]]:
        """Beginnings of one size that differ by so many letters at most, with their places; of the first two, one is right."""
        cut = self.spelling.cuts[size]
        first, second = typed[0], typed[1:2]
        for key, (start, end) in cut.blocks.items():
            if first in key or (second and second in key):
                some = cut.letters[start:end]
                for _, distance, at in process.extract(typed, some, scorer=OSA.distance, score_cutoff=most, limit=None):
                    yield int(distance), range(cut.starts[start + at], cut.starts[start + at + 1])


class Names:
    """All names of an archive as it was at one moment, in layers that hold them together; only read."""

    def __init__(self, *layers: Layer) -> None:
        self.layers = layers

    @property
    def words(self) -> set[str]:
        """The words of all names; also of such as are hidden."""
        return set(chain.from_iterable(layer.spelling.words for layer in self.layers))

    def suggest(self, text: str, types: Collection[str], most: int) -> list[dict[str, Any]]:
        """The people and topics whose names fit best, each once under the name that fits best.

        First those whose whole name it is, then those of which a name begins so, then those with a word that does, each time
        those with most documents first; if these are not enough, those whose names begin similarly.
        """
        typed = joined(text)
        if not typed or not most:
            return []
        best = _best([turn for layer in self.layers for turn in layer.beginning(typed)], types, most)
        if len(best) < most:
            best = _best([*best, *(turn for layer in self.layers for turn in layer.similar(typed))], types, most)
        return [_told(turn, len(typed)) for turn in best]

    def similar_names(self, text: str, most: int) -> list[tuple[int, str]]:
        """Whole names that are like a text, with how many letters differ, the nearest first."""
        typed = joined(text)
        near = {(turn.distance, turn.missing_documents, turn.named.name) for layer in self.layers for turn in layer.like(typed)}
        return list(dict.fromkeys((distance, name) for distance, _, name in sorted(near)))[:most]


def _best(turns: Iterable[Turn], types: Collection[str], most: int) -> list[Turn]:
    """The best of each person and topic, the best first."""
    best: dict[Owner, Turn] = {}
    for turn in sorted(turns):
        one = turn.named
        if one.type in types:
            best.setdefault((one.type, one.id), turn)
            if len(best) == most:
                break
    return list(best.values())


def _told(found: Turn, letters: int) -> dict[str, Any]:
    one = found.named
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


def _order(one: Named) -> int:
    """People before topics, these as they were loaded, of each the names in their order."""
    owner = TYPES.index(one.type) << ORDER_BITS | one.id
    return int(owner << PLACE_BITS | min(one.place + 1, PLACES_MAX))


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
