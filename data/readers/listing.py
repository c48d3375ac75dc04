"""A page of search results as pasted from a browser: a count, then entries of date, title and description.

    1 - 9 of 9
    …
    December 9, 1949
    Memorandum of Conversation, …
    Description of a discussion …

Blank lines may stand anywhere. An entry is a line that is a date (or says that there is none), the next
line, its title, and at most one more, its description. What precedes the first date and what follows the
last entry is the browser's. Titles and descriptions are kept byte for byte, with the spaces around them;
only the line end (LF or CRLF) is not theirs. People and topics are never guessed.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from data.errors import InvalidDate, InvalidSyntax, Place
from data.readers.files import Source
from data.readers.raw import Raw

SLUG_MAX_CHARACTERS = 60
DIGEST_CHARACTERS = 8

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    r"|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"
)
_DATES = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        rf"{_MONTH}\s+(?P<day>\d\d?),?\s+(?P<year>\d{{4}})",
        rf"(?P<day>\d\d?)\s+{_MONTH},?\s+(?P<year>\d{{4}})",
        rf"{_MONTH},?\s+(?P<year>\d{{4}})",
        r"(?P<year>\d{4})",
        r"\[?(?:undated|no date|date unknown|n\. ?d\.|s\. ?d\.)\]?",
    )
)
_NUMBER = r"\d{1,3}(?:,\d{3})+|\d{1,15}"
_COUNT = re.compile(
    rf"\D{{0,40}}(?<!\d)(?P<first>{_NUMBER})\s*[-\u2010-\u2015]\s*(?P<last>{_NUMBER})"
    rf"\s+of\s+(?P<total>{_NUMBER})(?!\d)\D{{0,40}}",
    re.ASCII | re.IGNORECASE,
)
_CHROME = re.compile(
    r"[<>\u00ab\u00bb\u2039\u203a\u2190\u2192|\s\d.…]+"
    r"|(?:first|last|next|previous|prev|load more|show more|more|back to top|top)(?: page| results?)?\W*"
    r"|page \d+(?: of \d+)?"
    r"|(?:\d+ )?(?:results|items) per page:?[\s\d]*"
    r"|(?:copyright )?©.*",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Entry:
    line: int
    date: dict[str, str] | None
    title: str
    description: str | None

    @property
    def key(self) -> tuple[str, str]:
        """What the id is made from: the day, and the title without the white space around it."""
        title = " ".join(unicodedata.normalize("NFC", self.title).split())
        return (self.date["edtf"] if self.date else "undated", title)


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    text: str


def read_listing(source: Source) -> Iterator[Raw]:
    """The page's entries as document records, in its order: id, title, date, description, position.

    Positions are the archive's: on the page "11 - 20 of 57" the first is 11. An undated entry has no date.
    InvalidSyntax: a page without a count, or with another number of entries than it says; InvalidDate: a date
    line that is no day, such as "February 30, 1950".
    """
    name = source.name
    lines = [_Line(number, text.removesuffix("\r")) for number, text in enumerate(source.text().split("\n"), start=1)]
    lines = [line for line in lines if line.text.strip()]
    start, first, last = _declared(lines, name)
    entries = list(_entries(lines[start:], name))
    if len(entries) != last - first + 1:
        raise InvalidSyntax(
            f"The page says that it has {last - first + 1} entries ({first} to {last}), but {len(entries)} were found.",
            place=Place(name, lines[start - 1].number),
            value=lines[start - 1].text,
            hint="Paste the whole page. Above its title each entry needs a line with its date, or `undated`.",
        )
    ids = _ids(entries)
    for position, (entry, key) in enumerate(zip(entries, ids, strict=True), start=first):
        yield Raw(Place(name, entry.line), _record(entry, key, position))


def _declared(lines: list[_Line], name: str) -> tuple[int, int, int]:
    """Where the entries may begin, and the numbers of the first and the last."""
    for at, line in enumerate(lines, start=1):
        found = _COUNT.fullmatch(line.text.strip())
        if found:
            first, last, total = (int(found[name].replace(",", "")) for name in ("first", "last", "total"))
            if not 1 <= first <= last <= total:
                raise InvalidSyntax("The page's count makes no sense.", place=Place(name, line.number), value=line.text)
            return at, first, last
    raise InvalidSyntax(
        "This is no page of results: it does not say how many entries it has.",
        place=Place(name),
        hint="Paste the line with the count, such as `1 - 9 of 9`, too.",
    )


def _entries(lines: list[_Line], name: str) -> Iterator[_Entry]:
    at = next((at for at, line in enumerate(lines) if _is_date(line)), len(lines))
    while at + 1 < len(lines):
        head, title = lines[at : at + 2]
        body = _until_date(lines, at + 2)
        is_last = at + 2 + len(body) >= len(lines)
        if is_last:
            body = _without_chrome(body)
        elif len(body) > 1:
            raise InvalidSyntax(
                "An entry has a date, a title and one line of description; this line is one too many.",
                place=Place(name, body[1].number),
                value=body[1].text,
                hint="Join the paragraphs of one description; delete what is not the entry's.",
            )
        yield _Entry(head.number, _date(head, name), title.text, body[0].text if body else None)
        if is_last:
            return
        at += 2 + len(body)


def _until_date(lines: list[_Line], start: int) -> list[_Line]:
    end = next((at for at in range(start, len(lines)) if _is_date(lines[at])), len(lines))
    return lines[start:end]


def _without_chrome(body: list[_Line]) -> list[_Line]:
    """The lines before the first that is a pager's, a footer's, or the count again."""
    for at, line in enumerate(body):
        text = line.text.strip()
        if _CHROME.fullmatch(text) or _COUNT.fullmatch(text):
            return body[:at]
    return body


def _match(line: _Line) -> re.Match[str] | None:
    text = line.text.strip()
    return next((found for pattern in _DATES if (found := pattern.fullmatch(text))), None)


def _is_date(line: _Line) -> bool:
    return _match(line) is not None


def _date(line: _Line, name: str) -> dict[str, str] | None:
    """The date as EDTF and as printed; None if the line says that there is none."""
    found = _match(line)
    parts = {} if found is None else found.groupdict()
    if "year" not in parts:
        return None
    edtf = parts["year"]
    if "month" in parts:
        edtf += f"-{_MONTHS.index(parts['month'][:3].lower()) + 1:02}"
    if "day" in parts:
        edtf += f"-{int(parts['day']):02}"
        try:
            date.fromisoformat(edtf)
        except ValueError:
            raise InvalidDate("There is no such day.", place=Place(name, line.number), value=line.text.strip()) from None
    return {"edtf": edtf, "label": line.text.strip()}


def _ids(entries: list[_Entry]) -> list[str]:
    """An id for each entry, the same wherever it stands: the day, words of the title, a digest of both.

    Entries of one page that share day and title stay apart: theirs takes the description in too, and those
    that share even that are counted in the page's order.
    """
    twins = Counter(entry.key for entry in entries)
    ids: list[str] = []
    given: Counter[str] = Counter()
    for entry in entries:
        name = _id(entry, with_description=twins[entry.key] > 1)
        given[name] += 1
        ids.append(name if given[name] == 1 else f"{name}-{given[name]}")
    return ids


def _id(entry: _Entry, *, with_description: bool) -> str:
    day, title = entry.key
    seen = [day, title, entry.description or ""] if with_description else [day, title]
    digest = sha256("\n".join(seen).encode()).hexdigest()[:DIGEST_CHARACTERS]
    return "-".join(part for part in (day, _slug(title), digest) if part)


def _slug(title: str) -> str:
    """The title's first words, letters and digits of any script, joined by hyphens, at most 60 characters."""
    # Not `data.text.fold`, which may grow better: an id that was given out must stay.
    words = re.findall(r"[^\W_]+", re.sub("['\u2019]", "", title.casefold()))
    slug = ""
    for word in words:
        if len(slug) + 1 + len(word) > SLUG_MAX_CHARACTERS:
            break
        slug = f"{slug}-{word}" if slug else word
    return slug or "".join(words)[:SLUG_MAX_CHARACTERS]


def _record(entry: _Entry, record_id: str, position: int) -> dict[str, object]:
    record: dict[str, object] = {"type": "document", "id": record_id, "position": position}
    if entry.date:
        record["date"] = entry.date
    record["title"] = entry.title
    if entry.description is not None:
        record["description"] = entry.description
    return record
