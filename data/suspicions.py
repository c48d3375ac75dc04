"""What looks wrong in a record and may yet be true: told as warnings, never mended.

Mojibake is judged by ftfy, the tags of languages by the registry that langcodes carries. Most texts are plain and pass by the
first look: an ASCII text that can be printed has nothing of it but an entity that was escaped twice.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

from ftfy.badness import is_bad
from langcodes import tag_is_valid
from sqlalchemy import ColumnElement, Table, false, func, or_, select
from sqlalchemy.engine import Connection

from data import tables
from data.dates import parse_edtf
from data.errors import Place, shorten
from data.fields import Fields
from data.rows import TABLES
from data.standing import apart
from data.tables import table

SAMPLE_CHARACTERS = 60
DATED_MIN_DOCUMENTS = 5
"""Fewer have no span that another date could lie outside of."""

NO_YEAR = "0000"
"""In EDTF the year 1 before Christ; in most archives a date that nobody knew."""

SPAN_MIN_YEARS = 100
YEAR = 10_000  # a day is year * 10000 + month * 100 + day
LANGUAGES_KEPT = 4096

_ESCAPED_TWICE = re.compile(r"&amp;(?:amp;)*(?:[a-z]{2,8}|#\d{1,6}|#x[0-9a-f]{1,6});", re.IGNORECASE)
_UNPLAIN = re.compile(rb"\\u00|\\[bf]|\x7f|&amp;")
_CONTROL = re.compile(r"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_HIDDEN = re.compile(r"\w[\u00ad\u200b\u2060\ufeff]+\w")
_FOLLOWS = r"[\u0080-\u00bf\u0152-\u017e\u0192\u02c6\u02dc\u2013-\u2122]"
_LATIN = rf"[\u00c2-\u00c5\u00ce-\u00d1\u00d7-\u00d9]{_FOLLOWS}|[\u00e2-\u00e9\u00ef]{_FOLLOWS}{{2}}"
_CYRILLIC = r"[\u0420\u0421][\u0400-\u040f\u0450-\u045f\u00a0-\u00bb\u2013-\u2122]"
_MOJIBAKE = re.compile(f"{_LATIN}|{_CYRILLIC}")
"""How UTF-8 begins that was read as Windows-1252 or as Windows-1251."""

REVISIONS = table(tables.Revision)
DOCUMENTS, PEOPLE = TABLES["document"], TABLES["person"]


class Suspicion(NamedTuple):
    """What looks wrong: a code, a sentence, the path in the record, and what stands there."""

    code: str
    message: str
    path: str
    value: str | None = None

    def at(self, place: Place) -> Place:
        return replace(place, path=self.path)


def is_plain(canonical: bytes) -> bool:
    """Whether no text of a record, given as JSON without needless escapes, can look wrong: ASCII, without control characters."""
    is_quiet = b"\\" not in canonical and b"&" not in canonical and b"\x7f" not in canonical  # nearly all: ten times as fast
    return canonical.isascii() and (is_quiet or not _UNPLAIN.search(canonical))


def suspicions(fields: Fields, *, is_plain: bool = False) -> Iterator[Suspicion]:
    """All that looks wrong in one record; its texts are not looked at if they are known to be plain."""
    for path, text in () if is_plain else _texts(fields, ""):
        if not (text.isascii() and text.isprintable() and "&" not in text):
            yield from _of_text(path, text)
    for path, language in _languages(fields):
        if not _is_registered(language):
            yield Suspicion("LANGUAGE_UNKNOWN", "No language of this tag is registered (BCP 47).", path, language)
    if fields["type"] == "document":
        yield from _of_parts(fields)
    elif fields["type"] == "person":
        yield from _of_life(fields)


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from _texts(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for at, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{at}]")


def _of_text(path: str, text: str) -> Iterator[Suspicion]:
    if found := _ESCAPED_TWICE.search(text):
        yield Suspicion("TEXT_ESCAPED_TWICE", "An entity stands in it as text, escaped twice.", path, found[0])
    if found := _CONTROL.search(text):
        message = f"A control character (U+{ord(found[0]):04X}) stands in it."
        yield Suspicion("TEXT_CONTROL_CHARACTER", message, path, _around(text, found))
    if text.isascii():
        return
    if found := _HIDDEN.search(text):
        message = f"A word has a character inside that nobody sees (U+{ord(found[0][1]):04X})."
        yield Suspicion("TEXT_HIDDEN_CHARACTER", message, path, _around(text, found))
    if not unicodedata.is_normalized("NFC", text):
        yield Suspicion("TEXT_NOT_NFC", "Letters and their marks stand apart (not Unicode's form NFC).", path)
    if (found := _MOJIBAKE.search(text)) and is_bad(sample := _around(text, found)):
        yield Suspicion("TEXT_MOJIBAKE", "It looks as if it had been read in a wrong encoding.", path, sample)


def _around(text: str, found: re.Match[str]) -> str:
    return text[max(0, found.start() - SAMPLE_CHARACTERS // 2) : found.end() + SAMPLE_CHARACTERS // 2]


def _languages(fields: Fields) -> list[tuple[str, str]]:
    found = [(f"languages[{at}]", language) for at, language in enumerate(fields.get("languages") or ())]
    for name in ("texts", "names"):
        for at, item in enumerate(fields.get(name) or ()):
            if "language" in item:
                found.append((f"{name}[{at}].language", item["language"]))
    return found


@lru_cache(maxsize=LANGUAGES_KEPT)
def _is_registered(language: str) -> bool:
    return tag_is_valid(language)


def _of_parts(fields: Fields) -> Iterator[Suspicion]:
    parts = fields.get("people") or ()
    senders = {part["person"] for part in parts if part["role"] == "sender" and "person" in part}
    for at, part in enumerate(parts if senders else ()):
        if part["role"] == "recipient" and part.get("person") in senders:
            yield Suspicion("SENDER_IS_RECIPIENT", "Somebody writes to themselves.", f"people[{at}].person", part["person"])


def _of_life(fields: Fields) -> Iterator[Suspicion]:
    birth, death = (_edtf(fields.get(name)) for name in ("birth", "death"))
    if birth and death:
        born, died = parse_edtf(birth).first_day, parse_edtf(death).last_day
        if born is not None and died is not None and born > died:
            yield Suspicion("DATES_REVERSED", "The birth is after the death.", "birth", f"{birth}, {death}")


def _edtf(date: object) -> str | None:
    found = date.get("edtf") if isinstance(date, dict) else date
    return found if isinstance(found, str) else None


# What is seen only beside other records.


def same_names(connection: Connection, load_id: int, most: int) -> list[tuple[int, str, str]]:
    """Internal id and key of people whom the load added or changed, and the key of another whose name is the same when folded.

    Those of whom somebody said that they are not the same are left out.
    """
    other = PEOPLE.alias()
    told = apart(PEOPLE.c.key, other.c.key)
    statement = (
        select(PEOPLE.c.id, PEOPLE.c.key, other.c.key)
        .join(other, (other.c.folded == PEOPLE.c.folded) & (other.c.id != PEOPLE.c.id))
        .where(_written(PEOPLE, load_id), ~told.exists())
        .order_by(PEOPLE.c.id, other.c.id)
        .limit(most)
    )
    found: dict[int, tuple[int, str, str]] = {}
    for row in connection.execute(statement):
        found.setdefault(row[0], (row[0], row[1], row[2]))
    return list(found.values())


def far_off(connection: Connection, load_id: int, today: int, most: int) -> Iterator[tuple[int, str, str, str]]:
    """Internal id, key and date of documents that the load wrote with a date that is far off, and a sentence that says why.

    That is a date after today (a day as in the tables), the year 0000, or one far outside of what the archive spans.
    """
    span, outside = _span(connection)
    day, edtf = DOCUMENTS.c.first_day, DOCUMENTS.c.date_edtf
    is_odd = or_(day > today, edtf.startswith(NO_YEAR), outside)
    of = select(DOCUMENTS.c.id, DOCUMENTS.c.key, edtf, day).where(is_odd, _written(DOCUMENTS, load_id))
    for id_, key, date, first_day in connection.execute(of.order_by(DOCUMENTS.c.id).limit(most)):
        if first_day > today:
            yield id_, key, date, "It is later than today."
        elif date.startswith(NO_YEAR):
            yield id_, key, date, "The year 0000 is 1 before Christ."
        else:
            yield id_, key, date, f"It is far from what the archive spans ({span})."


def _span(connection: Connection) -> tuple[str, ColumnElement[bool]]:
    """The archive's span in years, and whether a document lies outside of it.

    The span is that of the middle half of all dated documents, and three times its length, at least a century, on both sides.
    """
    day = DOCUMENTS.c.first_day
    count = int(connection.execute(select(func.count(day))).scalar_one())
    if count < DATED_MIN_DOCUMENTS:
        return "", false()
    dated = select(day).where(day.isnot(None)).order_by(DOCUMENTS.c.earliest_rising).limit(1)
    lower, upper = (connection.execute(dated.offset(at)).scalar_one() // YEAR for at in ((count - 1) // 4, (count - 1) * 3 // 4))
    slack = max(3 * (upper - lower), SPAN_MIN_YEARS)
    first, last = lower - slack, upper + slack
    return f"{first} to {last}", (day < first * YEAR) | (day > (last + 1) * YEAR)


def _written(of: Table, load_id: int) -> ColumnElement[bool]:
    """Whether the load wrote a row of people or documents."""
    type_ = "document" if of is DOCUMENTS else "person"
    # found by the key: `+ 0` keeps the database from looking through all that the load wrote, once for each row
    mine = REVISIONS.c.load_id + 0 == load_id, REVISIONS.c.type == type_, REVISIONS.c.key == of.c.key
    return select(REVISIONS.c.id).where(*mine).exists()


def told_name(key: str) -> str:
    """A sentence about somebody of the same name."""
    return f"Another person has the same name: “{shorten(key)}”. Nothing was merged."
