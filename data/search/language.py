"""The query language: what a person types → what the index is asked. Nothing that is typed ever reaches the index as its syntax.

    query   = group*                    all must match
    group   = term ("OR" term)*         one must match
    term    = ["-"] [field ":"] (word ["*"] | '"' words '"')
    field   = title | person | from | to | topic | date | genre | language

Everything else is text: punctuation parts words, a word with punctuation inside is a phrase, a lone quote is nothing.
"""

import re
from collections import Counter
from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import orjson

from data.dates import HistoricalDate, NotEdtf, parse_period
from data.errors import InvalidSearch
from data.search.columns import Searched, Subject
from data.search.words import SEPARATOR, Words
from data.search.words import words as words_of

SEARCH_MAX_CHARACTERS = 4000
PREFIX_MIN_CHARACTERS = 3
_QUOTES = '"\u201c\u201d\u201e\u201f\uff02'
_TERM = re.compile(
    rf"(?P<not>-(?=\S))?(?:(?P<field>[A-Za-z_]+):(?![\s/]|$))?"
    rf"(?:[{_QUOTES}](?P<phrase>[^{_QUOTES}]*)[{_QUOTES}]|(?P<word>[^\s{_QUOTES}]+)|(?P<stray>[{_QUOTES}]))"
)
_DATE = "date"
BETTER_MAX = 16
ENGLISH_ENDINGS = """
    ability ables able ably age ages al ally als ance ances ant ants ate ated ately ates ating ation ational ations
    ative ed edly ement ements ence ences ent ently ents er ers es est ful fully ibility ible ibly ic ical ically ics
    ied ies ily iness ing ingly ings ion ional ionally ions ious is ism isms ist ists ities ity ive ively ization
    izations ize ized izer izes izing less ly ment mental ments ness ous ously s ship th tion tional tions y
"""
ENGLISH_FUNCTION_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "being",
        "but",
        "by",
        "did",
        "do",
        "does",
        "for",
        "from",
        "had",
        "has",
        "have",
        "how",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "no",
        "not",
        "of",
        "on",
        "or",
        "such",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "these",
        "they",
        "this",
        "those",
        "to",
        "was",
        "were",
        "what",
        "when",
        "where",
        "which",
        "with",
    ]
)
"""Words that say nothing of what a text is about: beside other words with OR between they find, but are not weighed."""


@dataclass(frozen=True)
class Term:
    """One thing asked for: words in a row (the last may be a beginning only), or a date."""

    field: str | None
    words: tuple[str, ...] = ()
    is_prefix: bool = False
    is_not: bool = False
    date: HistoricalDate | None = None

    @property
    def kind(self) -> str:
        """What it is for a plan: a date or a match, or that this is not so."""
        return f"{'not ' if self.is_not else ''}{'date' if self.date else 'match'}"


@dataclass(frozen=True)
class Search:
    """A search as the index is asked: one expression for all that can be ranked, and what must hold beside it.

    `match` is what must be found (with what must not), or None; `without` is what must not be found, where nothing need be found;
    `others` are groups of which one term each must hold, with the expression of each term that is no date.
    `found` is what is to be highlighted, for `data.search.passages`; `better` find the better ones of many hits.
    `phrases` are the parts of `match` if these have OR between (see `_Asked.phrases`).
    """

    match: str | None = None
    without: str | None = None
    others: tuple[tuple[tuple[Term, str | None], ...], ...] = ()
    found: str = "[]"
    better: tuple[str, ...] = ()
    phrases: str | None = None

    @property
    def shape(self) -> Hashable:
        """What a plan depends on: searches of one shape differ in values only."""
        groups = tuple(tuple(term.kind for term, _ in group) for group in self.others)
        return bool(self.match), bool(self.without), bool(self.phrases), groups


SHORT_MAX_CHARACTERS = 100

NOTHING = f'"{SEPARATOR * 2}"'
"""An expression that matches nothing: a word that no text has."""


def parsed(text: str, subject: Subject, words: Words) -> Search | None:
    """The search that a text means; None if it is blank. Raises InvalidSearch for an unknown field, a wrong date, and length.

    What people type is kept, since many type the same; of long texts, which take much room, few are.
    """
    return (_short if len(text) <= SHORT_MAX_CHARACTERS else _long)(text, subject, words)


def _parsed(text: str, subject: Subject, words: Words) -> Search | None:
    if not text.strip():
        return None
    if len(text) > SEARCH_MAX_CHARACTERS:
        raise InvalidSearch(
            f"The search has {len(text):,} characters, more than {SEARCH_MAX_CHARACTERS:,}.", hint="Search for fewer words."
        )
    groups = _groups(text, subject, words)
    if not groups:
        return Search(match=NOTHING)
    asked = _Asked(subject, words)
    must = [group for group in groups if not any(term.is_not or term.date for term in group)]
    must_not = [group[0] for group in groups if len(group) == 1 and group[0].is_not and not group[0].date]
    others = [group for group in groups if group not in must and not (len(group) == 1 and group[0] in must_not)]
    match = asked.all_of(must)
    without = asked.any_of(must_not)
    phrases = asked.phrases(must[0], without) if len(must) == 1 and len(set(must[0])) > 1 else None
    if match and without:
        match, without = f"({match}) NOT ({without})", ""
    return Search(
        match=match or None,
        without=without or None,
        others=tuple(tuple((term, None if term.date else asked.one(term)) for term in group) for group in others),
        found=asked.found([term for group in groups for term in group if not term.is_not and not term.date]),
        better=asked.better(must),
        phrases=phrases,
    )


_short, _long = lru_cache(1024)(_parsed), lru_cache(64)(_parsed)


def _groups(text: str, subject: Subject, words: Words) -> list[list[Term]]:
    """What must match, each once: of a whole passage, pasted to find where it stands, most words are said before."""
    groups: list[list[Term]] = []
    is_or, at = False, 0
    while found := _TERM.search(text, at):
        at = found.end()
        if _is_or(found):
            is_or = True
            continue
        term = None if found["stray"] else _term(found, subject, words)
        if term is None:
            continue
        if is_or and groups:
            groups[-1].append(term)
        else:
            groups.append([term])
        is_or = False
    return [list(group) for group in dict.fromkeys(map(tuple, groups))]


def _term(found: re.Match[str], subject: Subject, words: Words) -> Term | None:
    """What a part of the text asks for; None if it has no words."""
    field = found["field"] and found["field"].lower()
    if field and field not in subject.field_names():
        names = ", ".join(f"`{name}:`" for name in subject.field_names())
        raise InvalidSearch(
            f"There is no field `{found['field']}:` (character {found.start('field') + 1} of the search).",
            hint=f"The fields are {names}. To search for the text itself, put it in quotes.",
        )
    value = found["phrase"] if found["word"] is None else found["word"]
    is_not = bool(found["not"])
    if field == _DATE:
        return Term(field, is_not=is_not, date=_date(value, found.start("field") + 1))
    if field == "language":
        tag = "".join(c if c.isalnum() else "\u2010" for c in value.strip().lower())
        return Term(field, (tag,), is_not=is_not) if any(c.isalnum() for c in tag) else None
    given = tuple(words.of(value))
    is_prefix = found["word"] is not None and bool(re.search(r"\w\*$", value))
    return Term(field, given, is_prefix, is_not) if given else None


def _date(value: str, character: int) -> HistoricalDate:
    try:
        return parse_period(value.strip())
    except NotEdtf as error:
        raise InvalidSearch(
            f"`date:` (character {character} of the search): {error}",
            hint="Write `date:1950`, `date:1950-06` or `date:1950-06-25/1951-07`; for one of several, `date:1949 OR date:1951`.",
        ) from None


class Slot(NamedTuple):
    """A word of a search's text, and from where to where it stands there."""

    word: str
    start: int
    end: int
    is_prefix: bool = False


def slots(text: str, subject: Subject, words: Words) -> list[Slot]:
    """The words of all that is to be found, but of dates and languages, which are not words of texts."""
    found: list[Slot] = []
    for part in _TERM.finditer(text):
        name = "phrase" if part["word"] is None else "word"
        is_text = not (part["stray"] or part["not"] or _is_or(part)) and (part["field"] or "").lower() not in {_DATE, "language"}
        term = _term(part, subject, words) if is_text else None
        if term is not None:
            at = part.start(name)
            found += [Slot(word.folded, at + word.start, at + word.end) for word in words_of(part[name])]
            found[-1] = found[-1]._replace(is_prefix=term.is_prefix)
    return found


def is_plain(text: str) -> bool:
    """Whether a search is words only: no fields, phrases, operators or prefixes."""
    parts = list(_TERM.finditer(text))
    return not any(p["field"] or p["not"] or p["word"] is None or _is_or(p) or p["word"].endswith("*") for p in parts)


def _is_or(part: re.Match[str]) -> bool:
    return part["word"] == "OR" and not part["field"] and not part["not"]


@lru_cache(maxsize=256)
def typed_title(text: str, subject: Subject, words: Words) -> Search:
    """What the index is asked for titles that have all words of a text, of the last its beginning.

    Where that is shorter than three letters, the index is asked for it as a word: too many begin so.
    """
    *before, last = words.of(text) or [SEPARATOR * 2]
    asked = _Asked(subject, words)
    whole = [Term("title", (word,)) for word in before]
    is_prefix = len(last) >= PREFIX_MIN_CHARACTERS
    terms = [*whole, Term("title", (last,), is_prefix=is_prefix)]
    match = " AND ".join(asked.one(term) for term in terms)
    return Search(match=match, found=asked.found([*whole, Term("title", (last,), is_prefix=True)]))


@lru_cache(maxsize=256)
def beginning(text: str, subject: Subject, words: Words) -> str | None:
    """What the index is asked for names with words that begin as typed; None if there are no words."""
    typed = tuple(words.of(text[:SEARCH_MAX_CHARACTERS]))
    names = next(name for name in subject.fields if name == subject.type)
    return _Asked(subject, words).one(Term(names, typed, is_prefix=True)) if typed else None


class _Asked:
    """Terms as expressions of the index, and as what is to be highlighted."""

    def __init__(self, subject: Subject, words: Words) -> None:
        self.subject = subject
        self.words = words

    def any_of(self, terms: list[Term], within: Searched | None = None) -> str:
        return " OR ".join(dict.fromkeys(self.one(term, within) for term in terms))

    def all_of(self, groups: list[list[Term]], within: Searched | None = None) -> str:
        return " AND ".join(f"({self.any_of(group, within)})" for group in groups)

    def better(self, groups: list[list[Term]]) -> tuple[str, ...]:
        """What finds the better hits, if there are too many to rank: all in one column that counts more, or one of each OR."""
        whole = self.all_of(groups)
        found = [self.all_of(groups, column) for column in self.subject.columns if column.weight > 1]
        found += [f"{whole} AND ({self.one(term)})" for group in groups if len(group) > 1 for term in group]
        return tuple(dict.fromkeys(one for one in found if one != whole))[:BETTER_MAX]

    def phrases(self, terms: list[Term], without: str) -> str:
        """What is ranked, phrase by phrase, where one of the terms must match; words that say nothing only among their like.

        A JSON list: of `match`, the phrase, the rarity is found; `asked` finds its hits; `times` is how often it was typed.
        """
        ignored = ENGLISH_FUNCTION_WORDS if self.words.stemming == "english" else frozenset()
        telling = [term for term in terms if not ignored.issuperset(term.words)] or terms
        times = Counter(part for term in telling for part in self._parts(term))
        found = ((match, f"({match}) NOT ({without})" if without else match, count) for match, count in times.items())
        return orjson.dumps([{"match": match, "asked": asked, "times": count} for match, asked, count in found]).decode()

    def one(self, term: Term, within: Searched | None = None) -> str:
        """A term as an expression; one without a field, where it is asked `within` a column, in that only."""
        parts = self._parts(term, within)
        return f"({' OR '.join(parts)})" if len(parts) > 1 else parts[0]

    def _parts(self, term: Term, within: Searched | None = None) -> list[str]:
        """The phrases of which one must stand somewhere: stems in some columns, words as they are in others."""
        columns = (within,) if within and term.field is None else self.subject.of_field(term.field)
        stemmed = [column for column in columns if column.is_stemmed]
        plain = [column for column in columns if not column.is_stemmed]
        stems = self._stems(term)
        if stems == [list(term.words)]:
            return [_phrase(columns, term.words, is_prefix=term.is_prefix)]
        parts = [_phrase(stemmed, form, is_prefix=term.is_prefix and i == 0) for i, form in enumerate(stems) if stemmed]
        return parts + ([_phrase(plain, term.words, is_prefix=term.is_prefix)] if plain else [])

    def _stems(self, term: Term) -> list[list[str]]:
        """The words as stems. What begins with a prefix may have a stem that is shorter than it: these come after it."""
        if not term.is_prefix:
            return [self.words.stems(term.words)]
        *before, last = term.words
        head = self.words.stems(before)
        endings = ENGLISH_ENDINGS.split() if self.words.stemming == "english" else []
        tails = sorted({ending[at:] for ending in endings for at in range(len(ending))} | {""})
        shorter = {stem for stem in self.words.stems(last + tail for tail in tails) if not stem.startswith(last)}
        return [[*head, last], *([*head, stem] for stem in sorted(shorter))]

    def found(self, terms: list[Term]) -> str:
        """What is to be highlighted, as JSON: of each term its columns, its words, its stems, and whether it is a prefix."""
        return orjson.dumps(
            [
                {
                    "columns": [column.name for column in self.subject.of_field(term.field)],
                    "words": term.words,
                    "stems": self._stems(term),
                    "prefix": term.is_prefix,
                }
                for term in dict.fromkeys(terms)
            ]
        ).decode()


def _phrase(columns: tuple[Searched, ...] | list[Searched], words: tuple[str, ...] | list[str], *, is_prefix: bool) -> str:
    names = " ".join(column.name for column in columns)
    return f'{{{names}}} : "{" ".join(words)}"{" *" if is_prefix else ""}'
