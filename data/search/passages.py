r"""The passages of a text in which a search was found: pieces of the text itself, byte for byte, with the words found marked.

>>> words = Words("english")
>>> from data.search.language import parsed
>>> from data.search.columns import DOCUMENT
>>> found = passages(parsed("negotiation", DOCUMENT, words).found, "document.title", "On negotiating peace", words)
>>> [(piece["text"], piece["hit"]) for piece in found[0]["fragments"]]
[('On ', False), ('negotiating', True), (' peace', False)]
"""

from functools import lru_cache
from typing import Any, NamedTuple

import orjson

from data.search.columns import SUBJECTS
from data.search.words import Word, Words, words

WHOLE_MAX_CHARACTERS = 300
"""A text up to this length is one passage, whole."""

PASSAGE_CHARACTERS = 240
PASSAGES_MAX = 3
HITS_MAX = 10_000
_STEMMED = {f"{subject.type}.{column.name}": column.is_stemmed for subject in SUBJECTS.values() for column in subject.columns}


class Hit(NamedTuple):
    """Where a term was found: from which character to which, and which of the terms it is."""

    start: int
    end: int
    term: int


def passages(found: str, column: str, text: str, rules: Words) -> list[dict[str, Any]]:
    """Where what was searched for (`Search.found`) stands in a text of a column such as `document.title`: at most 3 passages.

    Each has `fragments`, `{text, hit}`, that are a piece of the text when put together, and says whether the text goes on and how
    many of the terms are in it.
    """
    name = column.partition(".")[2]
    terms = [(i, term) for i, term in enumerate(_terms(found)) if name in term["columns"]]
    if not terms:
        return []
    is_stemmed = _STEMMED[column]
    hits = _hits(terms, words(text), rules, is_stemmed=is_stemmed)
    if not hits:
        return []
    if len(text) <= WHOLE_MAX_CHARACTERS:
        return [_passage(text, 0, len(text), hits)]
    spans = _spans(text, hits)
    return [_passage(text, start, end, [hit for hit in hits if start <= hit.start and hit.end <= end]) for start, end in spans]


@lru_cache(maxsize=256)
def _terms(found: str) -> list[dict[str, Any]]:
    terms: list[dict[str, Any]] = orjson.loads(found)
    return terms


def _hits(terms: list[tuple[int, dict[str, Any]]], text: list[Word], rules: Words, *, is_stemmed: bool) -> list[Hit]:
    plain = [word.folded for word in text]
    forms = rules.stems(plain) if is_stemmed else plain
    places: dict[str, list[int]] = {}
    for at, form in enumerate(forms):
        places.setdefault(form, []).append(at)
    hits: list[Hit] = []
    for number, term in terms:
        for i, wanted in enumerate(term["stems"] if is_stemmed else [term["words"]]):
            is_prefix = term["prefix"] and i == 0
            for at in _starts(wanted, places, is_prefix=is_prefix):
                last = at + len(wanted) - 1
                if last < len(text) and _fits(forms[at : last + 1], wanted, is_prefix=is_prefix):
                    hits.append(Hit(text[at].start, text[last].end, number))
                    if len(hits) >= HITS_MAX:
                        return _apart(hits)
    return _apart(hits)


def _starts(wanted: list[str], places: dict[str, list[int]], *, is_prefix: bool) -> list[int]:
    if is_prefix and len(wanted) == 1:
        return [at for form, found in places.items() if form.startswith(wanted[0]) for at in found]
    return places.get(wanted[0], [])


def _fits(forms: list[str], wanted: list[str], *, is_prefix: bool) -> bool:
    if is_prefix:
        return forms[:-1] == wanted[:-1] and forms[-1].startswith(wanted[-1])
    return forms == wanted


def _apart(hits: list[Hit]) -> list[Hit]:
    """The hits in the text's order, none within another."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start, -hit.end)):
        if not kept or hit.start >= kept[-1].end:
            kept.append(hit)
    return kept


def _spans(text: str, hits: list[Hit]) -> list[tuple[int, int]]:
    """The pieces of a long text to show: those with most of the terms, then most hits; each begins and ends between words."""
    groups: list[list[Hit]] = []
    for hit in hits:
        if groups and hit.end - groups[-1][0].start <= PASSAGE_CHARACTERS * 2 // 3:
            groups[-1].append(hit)
        else:
            groups.append([hit])
    best = sorted(groups, key=lambda group: (-len({hit.term for hit in group}), -len(group), group[0].start))[:PASSAGES_MAX]
    spans: list[tuple[int, int]] = []
    for group in sorted(best, key=lambda group: group[0].start):
        room = max(0, PASSAGE_CHARACTERS - (group[-1].end - group[0].start)) // 2
        start = _blank_after(text, group[0].start - room, group[0].start)
        end = _blank_before(text, group[-1].end + room, group[-1].end)
        if spans and start <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    return spans


def _blank_after(text: str, start: int, at_most: int) -> int:
    if start <= 0:
        return 0
    return next((at + 1 for at in range(start, at_most) if text[at].isspace()), start)


def _blank_before(text: str, end: int, at_least: int) -> int:
    if end >= len(text):
        return len(text)
    return next((at for at in range(end, at_least, -1) if text[at].isspace()), end)


def _passage(text: str, start: int, end: int, hits: list[Hit]) -> dict[str, Any]:
    pieces: list[dict[str, Any]] = []
    at = start
    for hit in hits:
        pieces += [{"text": text[at : hit.start], "hit": False}, {"text": text[hit.start : hit.end], "hit": True}]
        at = hit.end
    pieces.append({"text": text[at:end], "hit": False})
    shown = [piece for piece in pieces if piece["text"]]
    found = {"isCutBefore": start > 0, "isCutAfter": end < len(text), "fragments": shown}
    return found | {"terms": len({hit.term for hit in hits})}
