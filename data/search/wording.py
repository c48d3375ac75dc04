"""Texts as the index has them: their words, folded, those of text columns stemmed, a separator between two texts."""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from data.search.words import SEPARATOR, Words

WORDS_REMEMBERED = 200_000
LANGUAGES_KEPT = 4096
BETWEEN = f" {SEPARATOR} "


class Worded(NamedTuple):
    """The columns of a document's row that are made of the document alone, and words that nobody has gathered yet."""

    columns: Mapping[str, str]
    new: Sequence[str] = ()


class Wording:
    """Makes words of texts; `new` gathers those that the vocabulary may not have."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.new: set[str] = set()
        self._stemmed = _Stemmed(words, self.new)

    def plain(self, texts: Iterable[str | None]) -> str:
        found = [words for text in texts if text and (words := self.words.of(text))]
        self.new.update(*found)
        return BETWEEN.join(map(" ".join, found))

    def stems(self, texts: Iterable[str | None]) -> str:
        stem, cut = self._stemmed.__getitem__, self.words.of
        found = [" ".join(map(stem, words)) for text in texts if text and (words := cut(text))]
        return found[0] if len(found) == 1 else BETWEEN.join(found)

    def of_document(
        self, *, title: str, description: str | None, genre: str | None, languages: Iterable[str], texts: Iterable[str]
    ) -> Worded:
        """The columns that are made of the document alone."""
        columns = {
            "title": self.stems((title,)),
            "description": self.stems((description,)),
            "texts": self.stems(texts) if texts else "",
            "genre": self.stems((genre,)),
            "languages": " ".join(map(_tags, languages)),
        }
        return Worded(columns)

    def taken(self) -> Sequence[str]:
        """The words that were gathered; they are gathered no more."""
        found = list(self.new)
        self.new.clear()
        return found


class _Stemmed(dict[str, str]):
    """Words and their stems, as many as are kept; a word that is not yet among them is added to `new`."""

    def __init__(self, words: Words, new: set[str]) -> None:
        super().__init__()
        self._words, self._new = words, new

    def __missing__(self, word: str) -> str:
        if len(self) >= WORDS_REMEMBERED:
            self.clear()
        self._new.add(word)
        found = self[word] = self._words.stem(word)
        return found


@lru_cache(maxsize=LANGUAGES_KEPT)
def _tags(language: str) -> str:
    """A language tag and all that it is a kind of: `zh-hant` is also `zh`.

    >>> _tags("zh-Hant-TW").split()
    ['zh', 'zh\u2010hant', 'zh\u2010hant\u2010tw']
    """
    parts = language.lower().split("-")
    return " ".join("\u2010".join(parts[: at + 1]) for at in range(len(parts)))
