"""EDTF text → days that can be compared: the Extended Date/Time Format (Library of Congress), levels 0 to 2.

`edtf-validate` says what is written correctly. The days are reckoned here: the package `edtf` fails on, or
misjudges, masks (`1949-12-3X`), unknown ends (`1951/`), `1950S2`, sets with an open end and winters.
The calendar is the Gregorian, also before 1582, with astronomical years: 0000 is 1 BCE, -0044 is 45 BCE.
"""

import re
import warnings
from calendar import monthrange
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from threading import Lock

from data.errors import shorten

EDTF_MAX_CHARACTERS = 200
CACHE_MAX_DATES = 16_384
DAY_MAX = 2**63 - 1
"""The largest number a database keeps as a whole number; a day beyond it counts as unknown."""

DASH = "\N{EN DASH}"
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SEASON_NAMES = ("spring", "summer", "autumn", "winter")
_QUARTERS = ("first quarter", "second quarter", "third quarter", "last quarter")
_THIRDS = ("first four months", "second four months", "last four months")
_HALVES = ("first half", "second half")

# Sub-year groupings (ISO 8601-2, 4.8): number → words around the year, first month, how many months.
_SEASONS: dict[int, tuple[str, int, int]] = {
    **{21 + at: (f"{name} {{}}", 3 + 3 * at, 3) for at, name in enumerate(_SEASON_NAMES)},
    **{25 + at: (f"{name} {{}} (northern hemisphere)", 3 + 3 * at, 3) for at, name in enumerate(_SEASON_NAMES)},
    **{29 + at: (f"{name} {{}} (southern hemisphere)", (9, 12, 3, 6)[at], 3) for at, name in enumerate(_SEASON_NAMES)},
    **{33 + at: (f"{name} of {{}}", 1 + 3 * at, 3) for at, name in enumerate(_QUARTERS)},
    **{37 + at: (f"{name} of {{}}", 1 + 4 * at, 4) for at, name in enumerate(_THIRDS)},
    **{40 + at: (f"{name} of {{}}", 1 + 6 * at, 6) for at, name in enumerate(_HALVES)},
}

_MARKS = str.maketrans("", "", "?~%")
_DAY = r"\d{4}(-(0[1-9]|1[0-2])(-\d\d)?)?"
_PLAIN = re.compile(rf"{_DAY}|{_DAY}[?~%]|{_DAY}[?~%]?/{_DAY}[?~%]?", re.ASCII)
"""What nearly all dates are, and known without asking `edtf-validate`."""

_WHOLE_DAY = re.compile(r"(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])", re.ASCII)
"""A day that every year has: what most dates are, and reckoned in a third of the time."""

_SEASON = re.compile(r"(-?\d{4})-(2[1-9]|3\d|4[01])", re.ASCII)
_MASK = re.compile(r"(-?[\dX]{4})(?:-([\dX]{2}))?(?:-([\dX]{2}))?", re.ASCII)
_GAP = re.compile(r"X-?\d", re.ASCII)
_LONG_YEAR = re.compile(r"Y?(-?\d+)(?:E(\d{1,2}))?(?:S(\d+))?", re.ASCII)

Bounds = tuple[int | None, int | None]
_UNKNOWN: Bounds = (None, None)
_gate = Lock()


class NotEdtf(ValueError):
    """The text is no date in EDTF; `str()` is a sentence for the reader, with a hint where there is one."""


@dataclass(frozen=True, slots=True)
class HistoricalDate:
    """A date as written, in words, and as the days it may fall on.

    A day is the number year * 10000 + month * 100 + day. `first_day` is the earliest, `last_day` the latest
    that the text allows; None means unknown, open, or beyond `DAY_MAX`. "About" (`~`) widens nothing.
    """

    edtf: str
    label: str
    first_day: int | None
    last_day: int | None
    is_approximate: bool
    is_uncertain: bool


def parse_edtf(text: str) -> HistoricalDate:
    """The date that the text means; NotEdtf if it is none, names no day of the calendar or runs backwards.

    What cannot be bounded keeps unknown days: `XXXX`, `../..`, `Y1E99`. `1950S2` is any year from 1900 to
    1999. Seasons without a hemisphere (21 to 24) are read as northern ones, by whole months: spring begins
    in March; the winter of 1950 is December 1950 to February 1951, for EDTF puts winter last in its year.
    """
    if len(text) > EDTF_MAX_CHARACTERS:
        raise NotEdtf(f"“{shorten(text)}” is not a date in EDTF: it has over {EDTF_MAX_CHARACTERS} characters.")
    return _parsed(text)


def parse_period(text: str) -> HistoricalDate:
    """The time that is asked for, from the first day of what the text means to the last.

    NotEdtf if days between are not meant, as in sets (`[1949,1951]`) and where a digit stands behind an unknown one (`19X0`,
    `XXXX-12`), or if there is no first and no last day (`XXXX`).
    """
    date = parse_edtf(text)
    if text[0] in "[{" or ("/" not in text and _GAP.search(text.translate(_MARKS))):
        raise NotEdtf(f"“{shorten(text)}” is not one period: days between its first and its last do not belong to it.")
    if date.first_day is date.last_day is None and "/" not in text:
        raise NotEdtf(f"“{shorten(text)}” is no period: it has no first and no last day.")
    return date


def day_text(day: int) -> str:
    """The day as EDTF.

    >>> day_text(19491209), day_text(-44 * 10000 + 315), day_text(123450101)
    ('1949-12-09', '-0044-03-15', '12345-01-01')
    """
    year, rest = divmod(day, 10_000)
    month, day_of_month = divmod(rest, 100)
    sign = "-" if year < 0 else ""
    return f"{sign}{abs(year):04}-{month:02}-{day_of_month:02}"


@lru_cache(maxsize=CACHE_MAX_DATES)
def _parsed(text: str) -> HistoricalDate:
    if whole := _WHOLE_DAY.fullmatch(text):
        day = _day(*map(int, whole.groups()))
        return HistoricalDate(text, _day_label(*whole.groups()), day, day, is_approximate=False, is_uncertain=False)
    if not _is_written_correctly(text):
        raise NotEdtf(f"“{shorten(text)}” is not a date in EDTF; {_hint(text)}")
    try:
        first_day, last_day = _bounds(text.translate(_MARKS))
    except _NoSuchDay as reason:
        raise NotEdtf(f"“{shorten(text)}” is not a date: {reason}.") from None
    return HistoricalDate(
        edtf=text,
        label=_label(text),
        first_day=first_day,
        last_day=last_day,
        is_approximate="~" in text or "%" in text,
        is_uncertain="?" in text or "%" in text,
    )


def _is_written_correctly(text: str) -> bool:
    if _PLAIN.fullmatch(text):
        return True
    if not text.isascii() or any(character.isspace() for character in text):
        return False  # edtf-validate lets white space at the end pass
    with _gate:  # pyparsing rebuilds its grammar at first use
        return bool(_grammar()(text))


@cache
def _grammar() -> Callable[[str], object]:
    """The check of `edtf-validate`. It is made when the first date wants it: that takes half a second."""
    with warnings.catch_warnings():
        # It calls pyparsing by names that pyparsing 3.3 deprecates.
        warnings.simplefilter("ignore", DeprecationWarning)
        from edtf_validate.valid_edtf import conformsLevel2  # type: ignore[import-untyped]  # noqa: PLC0415  # as said
    found: Callable[[str], object] = conformsLevel2
    return found


# Days: what follows sees texts that are written correctly, without the marks `?~%`.


class _NoSuchDay(Exception):
    """The text is EDTF by its form, and yet no day can be meant."""


def _bounds(text: str) -> Bounds:
    if text[0] in "[{":
        return _union(_element_bounds(element) for element in text[1:-1].split(","))
    if "/" in text:
        lower, _, upper = text.partition("/")
        return _span(lower, upper)
    return _date_bounds(text.partition("T")[0])


def _element_bounds(element: str) -> Bounds:
    lower, dots, upper = element.partition("..")
    return _span(lower, upper) if dots else _date_bounds(element)


def _union(bounds: Iterable[Bounds]) -> Bounds:
    firsts, lasts = zip(*bounds, strict=True)
    return None if None in firsts else min(firsts), None if None in lasts else max(lasts)


def _span(lower: str, upper: str) -> Bounds:
    first = None if lower in ("", "..") else _date_bounds(lower)[0]
    last = None if upper in ("", "..") else _date_bounds(upper)[1]
    if first is not None and last is not None and first > last:
        raise _NoSuchDay("it ends before it begins")
    return first, last


def _date_bounds(text: str) -> Bounds:
    if season := _SEASON.fullmatch(text):
        return _season_bounds(int(season[1]), int(season[2]))
    if mask := _MASK.fullmatch(text):
        return _mask_bounds(mask[1], mask[2] or "XX", mask[3] or "XX")
    if long_year := _LONG_YEAR.fullmatch(text):
        return _long_year_bounds(int(long_year[1]) * 10 ** int(long_year[2] or 0), long_year[3])
    return _UNKNOWN


def _season_bounds(year: int, season: int) -> Bounds:
    _, first_month, months = _SEASONS[season]
    years, month = divmod(first_month + months - 2, 12)
    last = _day(year + years, month + 1, monthrange(year + years, month + 1)[1])
    return _day(year, first_month, 1), last


def _mask_bounds(year: str, month: str, day: str) -> Bounds:
    """Earliest and latest day that the digits allow; a year without a digit bounds nothing."""
    years = _numbers(year)
    months = tuple(number for number in _numbers(month) if number in range(1, 13))
    days = tuple(number for number in _numbers(day) if number)
    first = next(_days(years, months, days), None)
    last = next(_days(years[::-1], months[::-1], days[::-1]), None)
    if first is None:
        raise _NoSuchDay("the calendar has no such day")
    return _UNKNOWN if year.endswith("XXXX") else (first, last)


@lru_cache(maxsize=1024)
def _numbers(mask: str) -> tuple[int, ...]:
    """Every number that the digits allow, ascending; X is any digit. There is no year -0000."""
    choices = ("0123456789" if character == "X" else character for character in mask)
    numbers = sorted(int("".join(digits)) for digits in product(*choices))
    return tuple(number for number in numbers if number or mask[0] != "-")


def _days(years: Iterable[int], months: Iterable[int], days: Iterable[int]) -> Iterator[int]:
    for year in years:
        for month in months:
            length = monthrange(year, month)[1]
            yield from (_day(year, month, day) for day in days if day <= length)


def _long_year_bounds(year: int, significant_digits: str | None) -> Bounds:
    digits = len(str(abs(year)))
    unit = 10 ** max(0, digits - int(significant_digits or digits))
    nearest = abs(year) // unit * unit
    low, high = sorted((nearest, nearest + unit - 1)) if year >= 0 else (1 - nearest - unit, -nearest)
    first, last = _day(low, 1, 1), _day(high, 12, 31)
    return first if abs(first) <= DAY_MAX else None, last if abs(last) <= DAY_MAX else None


def _day(year: int, month: int, day: int) -> int:
    return year * 10_000 + month * 100 + day


# Labels: English for people. What has no words that are as exact as the EDTF stays EDTF.

_DATE = re.compile(r"(-?\d{4})(?:-(\d\d))?(?:-(\d\d))?(?:T([\d:]+)(\S*?))?([?~%]?)", re.ASCII)
_DAYS_OF_A_MONTH = re.compile(r"(-?\d{4}-\d\d)-(\d\d)/(\1-\d\d)", re.ASCII)
_UNKNOWN_DAY = re.compile(r"(-?\d{4}(?:-\d\d)?)((?:-XX){1,2})", re.ASCII)
_DECADE = re.compile(r"[1-9]\d[1-9]X", re.ASCII)
_YEARS = re.compile(r"[1-9][\dX]{2}X", re.ASCII)


def _label(edtf: str) -> str:
    if edtf[0] in "[{":
        return _set_label(edtf)
    if "/" in edtf:
        return _interval_label(edtf)
    return _date_label(edtf)


def _set_label(edtf: str) -> str:
    words = ", ".join(_element_label(element) for element in edtf[1:-1].split(","))
    return f"one of: {words}" if edtf[0] == "[" else f"all of: {words}"


def _element_label(element: str) -> str:
    lower, dots, upper = element.partition("..")
    if not dots:
        return _date_label(element)
    if lower and upper:
        return f"{_date_label(lower)} {DASH} {_date_label(upper)}"
    return f"{_date_label(lower)} or later" if lower else f"{_date_label(upper)} or earlier"


def _interval_label(edtf: str) -> str:
    if days := _DAYS_OF_A_MONTH.fullmatch(edtf):
        return f"{int(days[2])}{DASH}{_date_label(days[3])}"
    lower, _, upper = edtf.partition("/")
    ends = {"", ".."}
    if lower in ends and upper in ends:
        return edtf
    if lower in ends:
        return f"until {_date_label(upper)}" + ("" if lower else " (beginning unknown)")
    if upper in ends:
        return f"from {_date_label(lower)}" + ("" if upper else " (end unknown)")
    return f"{_date_label(lower)} {DASH} {_date_label(upper)}"


def _date_label(edtf: str) -> str:
    date = _DATE.fullmatch(edtf)
    if date is None:
        return _unspecified_label(edtf)
    year, month, day, time, zone, mark = date.groups()
    words = _time_label(_day_label(year, month, day), time, zone)
    return f"{'c. ' if mark in ('~', '%') else ''}{words}{'?' if mark in ('?', '%') else ''}"


def _day_label(year: str, month: str | None, day: str | None) -> str:
    if month is None:
        return _year_label(int(year))
    if int(month) in _SEASONS:
        return _SEASONS[int(month)][0].format(_year_label(int(year)))
    words = f"{MONTHS[int(month) - 1]} {_year_label(int(year))}"
    return words if day is None else f"{int(day)} {words}"


def _year_label(year: int) -> str:
    """Years before 1000 name their era, lest 44 be read as 1944."""
    if year < 1:
        return f"{1 - year} BCE"
    return str(year) if year >= 1000 else f"{year} CE"  # noqa: PLR2004  # the docstring says why


def _time_label(day: str, time: str | None, zone: str | None) -> str:
    if time is None:
        return day
    return f"{day}, {time} {'UTC' if zone == 'Z' else zone}".rstrip()


def _unspecified_label(edtf: str) -> str:
    if unknown := _UNKNOWN_DAY.fullmatch(edtf):
        part = "day" if unknown[1].count("-", 1) else "month"
        return f"{_date_label(unknown[1])} ({part} unknown)"
    if _DECADE.fullmatch(edtf):
        return f"{edtf[:3]}0s"
    if _YEARS.fullmatch(edtf) and "X" not in edtf.rstrip("X"):  # "1900s" may be a decade or a century
        return f"between {edtf.replace('X', '0')} and {edtf.replace('X', '9')}"
    return edtf


# Hints: what somebody may have meant who wrote a date for people.

_MONTH_NAMES = re.compile(rf"\b({'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in MONTHS)})\b\.?", re.IGNORECASE)
_REWRITINGS = tuple(
    (re.compile(pattern, re.ASCII), template)
    for pattern, template in (
        (r"(\d+)-(\d+) m(\d+) (\d{4})", r"\4-\3-\1/\4-\3-\2"),
        (r"(\d+) m(\d+) (\d{4})", r"\3-\2-\1"),
        (r"m(\d+) (\d+) (\d{4})", r"\3-\1-\2"),
        (r"m(\d+) (\d{4})", r"\2-\1"),
        (r"(\d{4})-(\d{4})", r"\1/\2"),
        (r"(\d{4})[-/.](\d+)[-/.](\d+)", r"\1-\2-\3"),
        (r"(\d{3})0s", r"\1X"),
        (r"(?:ca?|circa|about)\.? ?(\d{4})", r"\1~"),
        (r"([\du-]+)", r"\1"),
    )
)


def _hint(text: str) -> str:
    words = " ".join(_MONTH_NAMES.sub(_month_number, text).replace(",", " ").split())
    words = re.sub(rf" ?[-{DASH}] ?", "-", words).lower()
    for pattern, template in _REWRITINGS:
        if match := pattern.fullmatch(words.replace("x", "u")):
            edtf = re.sub(r"\b(\d)\b", r"0\1", match.expand(template)).replace("u", "X")
            if edtf != text and _is_date(edtf):
                return f"write {edtf}"
    return "write for example 1949-12-09, 1949-12, 1949, 1914~, 195X or 1949-12-09/1949-12-12"


def _month_number(match: re.Match[str]) -> str:
    names = [name[:3].lower() for name in MONTHS]
    return f"m{names.index(match[0][:3].lower()) + 1}"


def _is_date(edtf: str) -> bool:
    try:
        return _is_written_correctly(edtf) and bool(_bounds(edtf.translate(_MARKS)))
    except _NoSuchDay:
        return False
