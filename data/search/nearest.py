"""What somebody may have meant who found nothing: the search with words replaced by words that the archive has."""

from collections.abc import Callable, Iterable
from heapq import nsmallest
from itertools import islice, product
from typing import Any

from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler
from sqlalchemy import bindparam, func, select

from data import tables
from data.errors import InvalidSearch
from data.search.columns import Subject
from data.search.language import Search, Slot, is_plain, parsed, slots
from data.search.names import LAST_CHARACTER, Names, typos_allowed
from data.search.words import Words
from data.tables import table

OFFERS_MAX = 24
"""So many are tried, the nearest first."""

WORDS_MAX = 6
"""So many words are doubted, first those that the archive does not have."""

NEAR_MAX = 4
VOCABULARY = table(tables.SearchWord)
BETWEEN = (
    select(VOCABULARY.c.word)
    .where(VOCABULARY.c.word >= bindparam("first"), VOCABULARY.c.word < bindparam("last"))
    .where(func.length(VOCABULARY.c.word).between(bindparam("shortest"), bindparam("longest")))
)
"""The words of a part of the vocabulary, of some lengths."""

Read = Callable[..., Iterable[tuple[Any, ...]]]
"""Runs a statement with its values."""


def offers(text: str, subject: Subject, words: Words, names: Names, read: Read) -> list[dict[str, Any]]:
    """The searches that may have been meant, the nearest first, as text and as the index is asked; at most 24.

    Operators, fields, phrases and whatever is to be left out stay as they are.
    """
    asked = parsed(text, subject, words)
    if asked is None:
        return []
    texts = dict.fromkeys(_texts(text, subject, words, names, read))
    found = ((offered, _parsed(offered, subject, words)) for offered in texts)
    return [_told(offered, search) for offered, search in found if search and search.shape == asked.shape]


def _parsed(text: str, subject: Subject, words: Words) -> Search | None:
    try:
        return parsed(text, subject, words)
    except InvalidSearch:  # a replaced word may stand before a colon
        return None


def _told(text: str, search: Search) -> dict[str, Any]:
    others = [[expression for _, expression in group] for group in search.others]
    return {"text": text, "match": search.match, "without": search.without, "others": others}


def _texts(text: str, subject: Subject, words: Words, names: Names, read: Read) -> list[str]:
    """The nearest texts: whole names that are like a text of words only, and the text with words replaced."""
    whole = names.similar_names(text, NEAR_MAX) if is_plain(text) else []
    found = [(distance, name if is_plain(name) else " ".join(words.of(name))) for distance, name in whole]
    places = slots(text, subject, words)
    doubted = _doubted(places, read)
    choices = [[(0, word), *near(word, names, read, is_prefix=is_prefix)] for word, is_prefix in doubted]
    for chosen in nsmallest(OFFERS_MAX, islice(product(*choices), 1, None), key=_distance):
        replaced = {key: other for key, (distance, other) in zip(doubted, chosen, strict=True) if distance}
        found.append((_distance(chosen), _with(text, places, replaced)))
    return [offered for _, offered in sorted(found, key=lambda one: one[0])[:OFFERS_MAX]]


def _distance(chosen: Iterable[tuple[int, str]]) -> int:
    return sum(distance for distance, _ in chosen)


def _doubted(found: list[Slot], read: Read) -> list[tuple[str, bool]]:
    """The different words that may be wrong, those that the archive does not have first."""
    different = list(dict.fromkeys((slot.word, slot.is_prefix) for slot in found))[: WORDS_MAX * 8]
    return sorted(different, key=lambda key: key[1] or _is_known(key[0], read))[:WORDS_MAX]


def _is_known(word: str, read: Read) -> bool:
    rows = read(BETWEEN, first=word, last=word + "\0", shortest=len(word), longest=len(word))
    return any(True for _ in rows)


def near(word: str, names: Names, read: Read, *, is_prefix: bool = False) -> list[tuple[int, str]]:
    """The words of the archive that are like a word, with how many letters differ, the nearest first; of a prefix, beginnings.

    All words of names are looked at, and of all others those that begin with the first or the second letter of the word.
    """
    allowed, length = typos_allowed(len(word)), len(word)
    if not allowed or any(character.isdigit() for character in word):
        return []
    longest = 2**31 if is_prefix else length + allowed
    known = set(names.words)
    for letter in set(word[:2]):
        rows = read(BETWEEN, first=letter, last=letter + LAST_CHARACTER, shortest=length - allowed, longest=longest)
        known.update(row[0] for row in rows)
    if is_prefix:
        known = {other[:length] for other in known}
    found = process.extract(word, list(known - {word}), scorer=OSA.distance, score_cutoff=allowed, limit=None)
    by_likeness = sorted((int(distance), -JaroWinkler.similarity(word, other), other) for other, distance, _ in found)
    return [(distance, other) for distance, _, other in by_likeness[:NEAR_MAX]]


def _with(text: str, found: list[Slot], replaced: dict[tuple[str, bool], str]) -> str:
    """The text with words replaced where they stand; what began with a capital letter still does."""
    parts, at = [], 0
    for slot in found:
        other = replaced.get((slot.word, slot.is_prefix))
        if other is not None:
            is_capital = text[slot.start].isupper()
            parts += [text[at : slot.start], other[:1].upper() + other[1:] if is_capital else other]
            at = slot.end
    return "".join((*parts, text[at:]))
