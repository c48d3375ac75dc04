"""The search tables against the records: each is indexed once, with its own words, and every word is found where it stands."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Any

from sqlalchemy import case, column, func, select
from sqlalchemy import table as sql_table
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

from data.audit.findings import Finding
from data.rows import TABLES
from data.search.columns import SUBJECTS, Subject
from data.search.index import VOCABULARY, Index, search_table
from data.search.wording import BETWEEN, WORDS_REMEMBERED
from data.search.words import Words

BATCH = 500
WORDS_AT_ONCE = 5000
WORDS_TOLD = 10


class Expected(Index):
    """What the index should hold: made as it is made, but kept here and not written."""

    def __init__(self, connection: Connection, words: Words) -> None:
        super().__init__(connection, words)
        self.rows: list[dict[str, Any]] = []
        self.missing: list[str] = []

    def _put(self, type_: str, rows: list[dict[str, Any]]) -> None:  # noqa: ARG002 - as the index has it
        self.rows = rows
        if len(self._new) > WORDS_AT_ONCE:
            self._learn()

    def _learn(self) -> None:
        """Sees whether the vocabulary has what was learned."""
        new = sorted(self._new)
        if len(self._known) > WORDS_REMEMBERED:
            self._known.clear()
        self._known |= self._new
        self._new.clear()
        for at in range(0, len(new), BATCH):
            some = new[at : at + BATCH]
            there = set(self.connection.execute(select(VOCABULARY.c.word).where(VOCABULARY.c.word.in_(some))).scalars())
            self.missing += [word for word in some if word not in there]

    def of(self, type_: str, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
        """The rows of some records, by their internal ids."""
        self.add(type_, ids)
        return {row["rowid"]: row for row in self.rows}

    def unknown_words(self) -> list[str]:
        """The words so far that the vocabulary does not have."""
        self._learn()
        return self.missing


def found(connection: Connection, words: Words) -> Iterator[Finding]:
    """What is wrong with the index."""
    expected = Expected(connection, words)
    for subject in SUBJECTS.values():
        yield from _rows(connection, subject, expected)
        if not _finds_its_rows(connection, subject):
            yield Finding("INDEX_DAMAGED", f"table {subject.table}")
    unknown = expected.unknown_words()
    if unknown:
        yield Finding("WORD_MISSING", f"{len(unknown)} words", ", ".join(unknown[:WORDS_TOLD]))


def _rows(connection: Connection, subject: Subject, expected: Expected) -> Iterator[Finding]:
    main, searched = TABLES[subject.type], search_table(subject)
    for key in connection.execute(select(main.c.key).where(main.c.id.not_in(select(searched.c.rowid)))).scalars():
        yield Finding("INDEX_MISSING", f"{subject.type} {key}")
    for id_ in connection.execute(select(searched.c.rowid).where(searched.c.rowid.not_in(select(main.c.id)))).scalars():
        yield Finding("INDEX_ORPHAN", f"table {subject.table}, row {id_}")
    names = [one.name for one in subject.columns]
    last = -1
    while keys := dict(
        connection.execute(select(main.c.id, main.c.key).where(main.c.id > last).order_by(main.c.id).limit(BATCH)).all()
    ):
        last = max(keys)
        right = expected.of(subject.type, list(keys))
        stored = select(searched.c.rowid, *(searched.c[name] for name in names)).where(searched.c.rowid.in_(list(keys)))
        for row in connection.execute(stored).mappings():
            others = [name for name in names if _pieces(row[name]) != _pieces(right[row["rowid"]][name])]
            if others:
                yield Finding("INDEX_STALE", f"{subject.type} {keys[row['rowid']]}", ", ".join(others))


def _pieces(text: str | None) -> list[str]:
    """The texts of one column; those of topics have no order."""
    return sorted((text or "").split(BETWEEN))


# What is found against what is held: sums over all words with their places, which do not depend on an order


def _finds_its_rows(connection: Connection, subject: Subject) -> bool:
    places = {one.name: at for at, one in enumerate(subject.columns, 1)}
    with suppress(DBAPIError):  # it cannot even be read
        return _sums_of_rows(connection, subject, places) == _sums_of_words(connection, subject, places)
    return False


def _sums_of_rows(connection: Connection, subject: Subject, places: Mapping[str, int]) -> tuple[int, int, int]:
    searched = search_table(subject)
    words, documents, offsets = 0, 0, 0
    rows = connection.execution_options(yield_per=BATCH).execute(select(searched.c.rowid, *(searched.c[name] for name in places)))
    for id_, *texts in rows:
        for at, text in enumerate(texts, 1):
            hashes = [hash(word) for word in (text or "").split()]
            words += at * sum(hashes)
            documents += at * id_ * sum(hashes)
            offsets += at * sum(map(int.__mul__, hashes, count()))
    return words, documents, offsets


def _sums_of_words(connection: Connection, subject: Subject, places: Mapping[str, int]) -> tuple[int, int, int]:
    name = f"{subject.table}_words"
    connection.exec_driver_sql(
        f"CREATE VIRTUAL TABLE IF NOT EXISTS temp.{name} USING fts5vocab('main', '{subject.table}', 'instance')"
    )
    held = sql_table(name, *(column(of) for of in ("term", "doc", "col", "offset")), schema="temp")
    weight = case(*((held.c.col == of, at) for of, at in places.items()), else_=0)
    sums = func.sum(weight), func.sum(weight * held.c.doc), func.sum(weight * held.c.offset)
    words, documents, offsets = 0, 0, 0
    for term, of_words, of_documents, of_offsets in connection.execute(select(held.c.term, *sums).group_by(held.c.term)):
        words += hash(term) * of_words
        documents += hash(term) * of_documents
        offsets += hash(term) * of_offsets
    return words, documents, offsets
