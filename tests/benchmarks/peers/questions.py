"""The six questions, as Fonds is asked them, and what is put into them: other values at each request, prepared beforehand."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import generator

from data.search.words import Words

SAMPLES = 200
PAGE = 100
DEEP = 50_000
WORD_RANKS = range(1000, 1400)
"""Words of the generator that stand in about 0.65 % of the documents."""

Sample = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """A question: its text, and its variables for each request.

    A sample may hold `after`, the document (its number, key, day and place) that a page begins behind; each peer has its own cursor for it.
    """

    name: str
    asks: str
    text: str
    samples: Callable[[sqlite3.Connection], list[Sample]]


def _ids(database: sqlite3.Connection) -> list[Sample]:
    keys = [key for (key,) in database.execute("SELECT key FROM documents ORDER BY id")]
    return [{"id": key} for key in Random(6).sample(keys, SAMPLES)]  # noqa: S311 - the same at each run


def _nothing(_: sqlite3.Connection) -> list[Sample]:
    return [{}]


def _after(order: str, start: int) -> Callable[[sqlite3.Connection], list[Sample]]:
    def found(database: sqlite3.Connection) -> list[Sample]:
        (half,) = database.execute("SELECT count(*) / 2 FROM documents").fetchone()
        place = min(start, half)
        rows = database.execute(
            f"SELECT id, key, earliest_rising FROM documents ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608 - ours
            (SAMPLES, place),
        )
        return [
            {"after": {"number": number, "key": key, "day": day, "place": place + at}}
            for at, (number, key, day) in enumerate(rows)
        ]

    return found


def _words(_: sqlite3.Connection) -> list[Sample]:
    """Words that are their own stems, so that a peer needs no stemmer."""
    words = Words("english")
    return [{"search": word} for word in (generator.VOCABULARY[rank] for rank in WORD_RANKS) if words.stem(word) == word]


def match(word: str) -> str:
    """What Fonds' search index is asked for such a word, by whoever asks it directly."""
    return f'{{title people topics description texts}} : "{word}"'


QUESTIONS = (
    Question(
        "Q1",
        "one document by its id",
        "query Q1($id: ID!) { document(id: $id) { id title date { edtf label } description } }",
        _ids,
    ),
    Question(
        "Q2",
        "the first 50 documents by date",
        "query Q2 { documents(first: 50, orderBy: {field: DATE}) { nodes { id title date { label } } } }",
        _nothing,
    ),
    Question(
        "Q3",
        "20 documents, their people, their first 5 documents, and the topics of these",
        "query Q3($after: String) { documents(first: 20, after: $after) { nodes { title people { nodes { name "
        "documents(first: 5) { nodes { title topics { nodes { name } } } } } } } } }",
        _after("id", 1000),
    ),
    Question(
        "Q4",
        "full-text search: the best 20, with their topics, and how many there are",
        "query Q4($search: String!) { documents(search: $search, first: 20) { totalCount "
        "nodes { id title topics { nodes { name } } } } }",
        _words,
    ),
    Question(
        "Q5",
        f"20 documents after the {DEEP:,}th by date",
        "query Q5($after: String!) { documents(first: 20, after: $after, orderBy: {field: DATE}) "
        "{ nodes { id title date { label } } } }",
        _after("earliest_rising, id", DEEP),
    ),
    Question(
        "Q6",
        "how the documents found by a search are spread over topics and years",
        "query Q6($search: String!) { documents(search: $search) { facets { "
        "topics(first: 10) { edges { documentCount node { name } } } "
        "years(first: 10) { edges { documentCount node { value } } } } } }",
        _words,
    ),
)


def samples_of(question: Question, path: Path) -> list[Sample]:
    """What is put into the question, from the archive itself."""
    database = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
    try:
        return question.samples(database)
    finally:
        database.close()
