"""The slow suggestions: every name compared with what was typed, letter by letter; and every search that may have been meant."""

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

from oracle_search import WORDS, names_of
from rapidfuzz.distance import OSA, JaroWinkler

from data.errors import InvalidSearch
from data.search.columns import Subject
from data.search.language import is_plain, parsed, slots
from data.search.words import words
from data.text import sort_key

KINDS = ["EXACT", "PREFIX", "WORD", "SIMILAR"]
TYPES = ["PERSON", "TOPIC", "DOCUMENT"]


def typos(letters: int) -> int:
    return 0 if letters < 3 else 1 if letters < 6 else 2


def turns(name: str) -> list[str]:
    parts = [word.folded for word in words(name)]
    return ["".join(parts[at:] + parts[:at])[:64] for at in range(len(parts))][:12]


def may_be(typed: str, letters: str) -> bool:
    """Whether a name is compared at all: one of its first two letters is one of the first two that were typed."""
    return len(typed) >= 4 and bool(set(typed[:2]) & set(letters[:2]))


def fit(name: str, typed: str) -> Iterator[tuple[int, int, int]]:
    """How a name fits: the kind of match, the letters that differ, the word it begins with."""
    for at, letters in enumerate(turns(name)):
        if letters == typed:
            yield 0, 0, at
        elif letters.startswith(typed):
            yield (2 if at else 1), 0, at
        elif may_be(typed, letters):
            differ = min(OSA.distance(typed, letters[: len(typed) + more]) for more in (-1, 0, 1))
            if differ <= typos(len(typed)):
                yield 3, differ, at


def fragments(name: str, start: int, letters: int) -> list[dict[str, Any]]:
    """The name in pieces: words that are reached are hits, and so is what stands between two of them."""
    parts = words(name)
    reached = set()
    for at in [*range(start, len(parts)), *range(start)]:
        if letters > 0:
            reached.add(at)
            letters -= len(parts[at].folded)
    marks = [False] * len(name)
    for at in reached:
        end = parts[at + 1].start if at + 1 in reached else parts[at].end
        for i in range(parts[at].start, max(end, parts[at].end)):
            marks[i] = True
    pieces: list[dict[str, Any]] = []
    for character, hit in zip(name, marks, strict=True):
        if pieces and pieces[-1]["hit"] == hit:
            pieces[-1]["text"] += character
        else:
            pieces.append({"text": character, "hit": hit})
    return pieces


def suggest(oracle: Any, text: str, first: int, types: list[str] | None) -> list[dict[str, Any]]:
    typed = "".join(word.folded for word in words(text))[:64]
    wanted = TYPES if types is None else types
    named = [("PERSON", thing) for thing in oracle.people] + [("TOPIC", thing) for thing in oracle.topics]
    found = []
    for type_, thing in named if typed else []:
        fits = [
            (kind, differ, number, start)
            for number, name in enumerate(names_of(thing))
            for kind, differ, start in fit(name, typed)
        ]
        if fits and type_ in wanted:
            kind, differ, number, start = min(fits)
            name, documents = names_of(thing)[number], oracle.documents_of(thing)
            order = (kind, differ, -documents, TYPES.index(type_), "", thing.loaded)
            told = {"name": name, "fragments": fragments(name, start, len(typed))}
            found.append((order, {"node": thing, "documentCount": documents, "match": KINDS[kind], "type": type_, **told}))
    similar = [one for one in found if one[0][0] == 3]
    if len(found) - len(similar) >= first:
        found = [one for one in found if one[0][0] < 3]
    if "DOCUMENT" in wanted:
        found += titles(oracle, text)
    return [told for _, told in sorted(found, key=lambda one: one[0])][:first]


def titles(oracle: Any, text: str) -> Iterator[tuple[Any, dict[str, Any]]]:
    typed = WORDS.of(text)
    index = oracle.index("Document")
    for document in oracle.documents:
        stems = index.rows[document.recordId].columns["title"]
        begins = bool(sort_key(text)) and sort_key(document.record.title).startswith(sort_key(text))
        last = typed[-1] if typed else ""
        has_words = bool(typed) and all(stem in stems for stem in WORDS.stems(typed[:-1]))
        has_last = any((len(last) >= 3 and stem.startswith(last)) or stem == WORDS.stem(last) for stem in stems)
        if begins or (has_words and has_last):
            kind = 1 if begins else 2
            told = {"name": document.title, "fragments": title_fragments(document.title, typed)}
            more = {"node": document, "documentCount": 1, "match": KINDS[kind], "type": "DOCUMENT"}
            yield (kind, 0, -1, 2, sort_key(document.title) if begins else "", document.loaded), {**more, **told}


def title_fragments(title: str, typed: list[str]) -> list[dict[str, Any]]:
    """A title of up to 300 characters, whole; every word that is typed is a hit by itself."""
    pieces: list[dict[str, Any]] = []
    at = 0
    stems = set(WORDS.stems(typed[:-1]))
    for word in words(title):
        stem = WORDS.stem(word.folded)
        if typed and (stem in stems or stem.startswith(typed[-1]) or stem == WORDS.stem(typed[-1])):
            pieces += [{"text": title[at : word.start], "hit": False}, {"text": title[word.start : word.end], "hit": True}]
            at = word.end
    pieces.append({"text": title[at:], "hit": False})
    return [piece for piece in pieces if piece["text"]]


# What may have been meant


def vocabulary(oracle: Any) -> tuple[set[str], set[str]]:
    """All words of names of people and topics, and all words."""
    named = {w for thing in [*oracle.people, *oracle.topics] for name in names_of(thing) for w in WORDS.of(name)}
    texts = [text for d in oracle.documents for text in (d.title, d.description, d.record.genre)]
    texts += [text.body for d in oracle.documents for text in d.record.texts]
    texts += [part.as_ for d in oracle.documents for part in d.record.people]
    texts += [thing.description for thing in [*oracle.people, *oracle.topics]]
    return named, named | {w for text in texts if text for w in WORDS.of(text)}


def near(oracle: Any, word: str, *, is_prefix: bool) -> list[tuple[int, str]]:
    named, every = oracle.vocabulary
    known = {w for w in every if w in named or w[0] in word[:2]}
    if is_prefix:
        known = {w[: len(word)] for w in known}
    if not typos(len(word)) or any(c.isdigit() for c in word):
        return []
    found = [(OSA.distance(word, w), -JaroWinkler.similarity(word, w), w) for w in known if w != word]
    return [(d, w) for d, _, w in sorted(one for one in found if one[0] <= typos(len(word)))[:4]]


def offers(oracle: Any, text: str, subject: Subject) -> Iterator[str]:
    found: list[tuple[int, str]] = []
    typed = "".join(w.folded for w in words(text))[:64]
    if is_plain(text) and len(typed) >= 4:
        whole = [
            (differ, -count, name)
            for thing in [*oracle.people, *oracle.topics]
            for count in [oracle.documents_of(thing)]
            for name in names_of(thing)
            for differ in [min((OSA.distance(typed, turn) for turn in turns(name) if may_be(typed, turn)), default=99)]
            if differ <= typos(len(typed))
        ]
        nearest = list(dict.fromkeys((differ, name) for differ, _, name in sorted(whole)))[:4]
        found += [(differ, name if is_plain(name) else " ".join(WORDS.of(name))) for differ, name in nearest]
    places = slots(text, subject, WORDS)
    keys = list(dict.fromkeys((slot.word, slot.is_prefix) for slot in places))
    doubted = sorted(keys, key=lambda key: key[1] or key[0] in oracle.vocabulary[1])[:6]
    combinations = list(product(*([(0, w), *near(oracle, w, is_prefix=p)] for w, p in doubted)))[1:]
    for chosen in sorted(combinations, key=lambda c: sum(d for d, _ in c))[:24]:
        new = {key: other for key, (_, other) in zip(doubted, chosen, strict=True)}
        other = text
        for slot in reversed(places):
            word = new.get((slot.word, slot.is_prefix), slot.word)
            if word != slot.word:
                word = word[0].upper() + word[1:] if text[slot.start].isupper() else word
                other = other[: slot.start] + word + other[slot.end :]
        found.append((sum(d for d, _ in chosen), other))
    yield from dict.fromkeys(other for _, other in sorted(found, key=lambda one: one[0])[:24])


def did_you_mean(oracle: Any, text: str | None, subject: Subject, finds: Callable[[str], bool]) -> str | None:
    """The nearest search that finds something, where the one asked finds nothing."""
    if oracle is None or text is None or not text.strip() or finds(text):
        return None
    asked = parsed(text, subject, WORDS)
    for other in offers(oracle, text, subject):
        try:
            search = parsed(other, subject, WORDS)
        except InvalidSearch:
            continue
        if search and asked and search.shape == asked.shape and finds(other):
            return other
    return None
