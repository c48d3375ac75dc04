r"""A text as words: how it is cut, folded and stemmed; the same for what is indexed, what is asked and what is highlighted.

A word is a run of letters, digits and their marks. Characters of scripts that write no spaces, and symbols such as emoji, are
words of their own, so that a substring is found as a phrase. An apostrophe and s at a word's end are left out.

>>> Words("english").of("Chou En-lai\u2019s telegrams, No. 3557")
['chou', 'en', 'lai', 'telegrams', 'no', '3557']
>>> Words("english").stems(["telegrams", "negotiations"])
['telegram', 'negoti']
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from threading import local
from typing import NamedTuple

import Stemmer

from data.text import APOSTROPHES, INVISIBLE, fold

NO_STEMMING = "none"
STEMMINGS = (NO_STEMMING, *sorted(Stemmer.algorithms()))
"""What the stemming of a store may be: a language of Snowball (https://snowballstem.org/algorithms/), or none."""

SEPARATOR = "\u241f"
"""A word that stands between texts of one column, so that no phrase reaches from one into the next."""

WORDS_KEPT = 1 << 16
_STANDING_ALONE = (
    *("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO", "IDEOGRAPHIC", "HALFWIDTH", "YI ", "TANGUT", "NUSHU"),
    *("THAI", "LAO", "KHMER", "MYANMAR", "TIBETAN", "TAI ", "NEW TAI"),
)
"""How the Unicode names of characters begin whose scripts write words without spaces between them."""

_SPECIAL = {**dict.fromkeys(INVISIBLE, "i"), **dict.fromkeys(f"{APOSTROPHES}'", "'"), "s": "s", "S": "s", SEPARATOR: " "}
_RAW = re.compile(r"([wsi][wsmi]*)(?:'s(?![wsmia]))?|(a[mi]*)")
_PLAIN = re.compile(r"([a-z0-9]+)(?:['`]s(?![a-z0-9]))?")
_BLANKED = "".join(chr(code).lower() if chr(code).isalnum() else " " for code in range(128))
"""ASCII with small letters, and a blank for all else: to cut at blanks takes a third of the time of the pattern."""


class Word(NamedTuple):
    """A word of a text: folded, and from where to where it stands there."""

    folded: str
    start: int
    end: int


class _Classes(dict[int, str]):
    """What each character is: `w` (or `s`) of a word, `m` a mark, `a` a word of its own, `i` invisible, `'`, or a blank."""

    def __missing__(self, code: int) -> str:
        found = self[code] = _class_of(chr(code))
        return found


def _class_of(character: str) -> str:
    category = unicodedata.category(character)
    if character in _SPECIAL:
        return _SPECIAL[character]
    if category[0] == "M":
        return "m"
    if category[0] in "LN" or category == "Co":
        return "a" if unicodedata.name(character, "").startswith(_STANDING_ALONE) else "w"
    return "a" if category in {"So", "Sc"} and not character.isascii() else " "


_CLASSES = _Classes()


def _raw(text: str) -> Iterator[tuple[int, int]]:
    for found in _RAW.finditer(text.translate(_CLASSES)):
        yield found.span(found.lastindex or 0)


def words(text: str) -> list[Word]:
    r"""The words of a text with their places.

    >>> words("Ko\u00adrea \u6bdb\u6cfd")
    [Word(folded='korea', start=0, end=6), Word(folded='毛', start=7, end=8), Word(folded='泽', start=8, end=9)]
    """
    if text.isascii():
        return [Word(found[1], *found.span(1)) for found in _PLAIN.finditer(text.lower())]
    return [Word(folded, start, end) for start, end in _raw(text) for folded in _folded(text[start:end])]


@lru_cache(maxsize=WORDS_KEPT)
def _folded(raw: str) -> tuple[str, ...]:
    """The words that a word is when folded: mostly one; a ligature or a character that stands for several may be more."""
    folded = fold(raw)
    if folded.isascii():
        return tuple(_PLAIN.findall(folded))
    return tuple(folded[start:end] for start, end in _raw(folded))


class _Stems(dict[str, str]):
    """Words and their stems, as many as are kept; of one thread."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._stemmer = Stemmer.Stemmer(language, 0)

    def __missing__(self, word: str) -> str:
        if len(self) >= WORDS_KEPT:
            self.clear()
        found = self[word] = self._stemmer.stemWord(word) or word
        return found


class Words:
    """The words of texts by the rules of one store: `stemming` is one of STEMMINGS. May be used by several threads."""

    def __init__(self, stemming: str) -> None:
        self.stemming = stemming
        self._own = local()

    def of(self, text: str) -> list[str]:
        """The words, folded."""
        if not text.isascii():
            return [folded for start, end in _raw(text) for folded in _folded(text[start:end])]
        if "'" in text or "`" in text:
            return _PLAIN.findall(text.lower())
        return text.translate(_BLANKED).split()

    def stem(self, word: str) -> str:
        """A folded word's stem."""
        return self.stems([word])[0]

    def stems(self, folded: Iterable[str]) -> list[str]:
        """The stems of folded words."""
        if self.stemming == NO_STEMMING:
            return list(folded)
        known: _Stems | None = getattr(self._own, "stems", None)
        if known is None:
            known = self._own.stems = _Stems(self.stemming)
        return [known[word] for word in folded]
