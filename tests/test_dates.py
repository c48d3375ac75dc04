"""Dates: which days an EDTF text allows, what it is called, and what is no date."""

import time
from calendar import monthrange
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from conftest import ask_archive
from edtf import parse_edtf as parse_edtf_elsewhere
from hypothesis import example, given, settings
from hypothesis import strategies as st

from data.dates import HistoricalDate, NotEdtf, day_text, parse_edtf, parse_period
from schema.execute import Archive

DASH = "\N{EN DASH}"
DAYS = st.dates().map(date.isoformat)
MARKS = st.sampled_from(["", "?", "~", "%"])


def bounds(edtf: str) -> tuple[str | None, str | None]:
    parsed = parse_edtf(edtf)
    first, last = parsed.first_day, parsed.last_day
    return None if first is None else day_text(first), None if last is None else day_text(last)


def test_a_day_is_one_day() -> None:
    assert parse_edtf("1949-12-09") == HistoricalDate(
        edtf="1949-12-09",
        label="9 December 1949",
        first_day=19491209,
        last_day=19491209,
        is_approximate=False,
        is_uncertain=False,
    )


@pytest.mark.parametrize(
    ("edtf", "first", "last"),
    [
        # Level 0
        ("1949", "1949-01-01", "1949-12-31"),
        ("1949-12", "1949-12-01", "1949-12-31"),
        ("1952-02", "1952-02-01", "1952-02-29"),
        ("1900-02", "1900-02-01", "1900-02-28"),
        ("0000", "0000-01-01", "0000-12-31"),
        ("0000-02-29", "0000-02-29", "0000-02-29"),
        ("1951-06-13T10:30:00Z", "1951-06-13", "1951-06-13"),
        ("1951-06-13T24:00:00+08:00", "1951-06-13", "1951-06-13"),
        ("1951-01-20/1951-01-21", "1951-01-20", "1951-01-21"),
        ("1964/2008", "1964-01-01", "2008-12-31"),
        ("2004-02-01/2005", "2004-02-01", "2005-12-31"),
        ("1951-05/1951", "1951-05-01", "1951-12-31"),
        # Level 1
        ("1914~", "1914-01-01", "1914-12-31"),
        ("1914-07?", "1914-07-01", "1914-07-31"),
        ("195X", "1950-01-01", "1959-12-31"),
        ("19XX", "1900-01-01", "1999-12-31"),
        ("1949-XX", "1949-01-01", "1949-12-31"),
        ("1951-02-XX", "1951-02-01", "1951-02-28"),
        ("1949-XX-XX", "1949-01-01", "1949-12-31"),
        ("-0044-03-15", "-0044-03-15", "-0044-03-15"),
        ("-195X", "-1959-01-01", "-1950-12-31"),
        ("-0050/-0044~", "-0050-01-01", "-0044-12-31"),
        ("-0044-03-10/-0044-03-15", "-0044-03-10", "-0044-03-15"),
        ("-0001/0000", "-0001-01-01", "0000-12-31"),
        ("0000-05-03/0000-06-01", "0000-05-03", "0000-06-01"),
        ("1949-12-09/..", "1949-12-09", None),
        ("../1951", None, "1951-12-31"),
        ("/1951", None, "1951-12-31"),
        ("1951/", "1951-01-01", None),
        ("../..", None, None),
        ("../-0044", None, "-0044-12-31"),
        ("Y170000002", "170000002-01-01", "170000002-12-31"),
        # Level 2
        ("Y-17E7", "-170000000-01-01", "-170000000-12-31"),
        ("1950S2", "1900-01-01", "1999-12-31"),
        ("-1950S2", "-1999-01-01", "-1900-12-31"),
        ("1950S10", "1950-01-01", "1950-12-31"),
        ("Y3388E2S3", "338000-01-01", "338999-12-31"),
        ("[1667,1668,1670..1672]", "1667-01-01", "1672-12-31"),
        ("{1960,1961-12}", "1960-01-01", "1961-12-31"),
        ("[1960,1955-12-01]", "1955-12-01", "1960-12-31"),
        ("[..1984]", None, "1984-12-31"),
        ("{1667,1760-12..}", "1667-01-01", None),
        ("[..1760-12-03,1762..]", None, None),
        ("{1667,1668-XX}", "1667-01-01", "1668-12-31"),
        ("156X-12-25", "1560-12-25", "1569-12-25"),
        ("15XX-12-XX", "1500-12-01", "1599-12-31"),
        ("195X-02-29", "1952-02-29", "1956-02-29"),
        ("XXX5", "0005-01-01", "9995-12-31"),
        ("1949-1X", "1949-10-01", "1949-12-31"),
        ("1949-X5-31", "1949-05-31", "1949-05-31"),
        ("1949-12-3X", "1949-12-30", "1949-12-31"),
        ("1949-02-X9", "1949-02-09", "1949-02-19"),
        ("2004-06~-11", "2004-06-11", "2004-06-11"),
        ("?2004-06-~11", "2004-06-11", "2004-06-11"),
        ("2004-06-XX/2004-07-03", "2004-06-01", "2004-07-03"),
        ("195X/1960", "1950-01-01", "1960-12-31"),
    ],
)
def test_a_date_allows_the_days_from_its_first_to_its_last(edtf: str, first: str, last: str) -> None:
    assert bounds(edtf) == (first, last)


@pytest.mark.parametrize(
    ("season", "first", "last"),
    [
        (21, "1950-03-01", "1950-05-31"),
        (22, "1950-06-01", "1950-08-31"),
        (23, "1950-09-01", "1950-11-30"),
        (24, "1950-12-01", "1951-02-28"),
        (25, "1950-03-01", "1950-05-31"),
        (28, "1950-12-01", "1951-02-28"),
        (29, "1950-09-01", "1950-11-30"),
        (30, "1950-12-01", "1951-02-28"),
        (31, "1950-03-01", "1950-05-31"),
        (32, "1950-06-01", "1950-08-31"),
        (33, "1950-01-01", "1950-03-31"),
        (36, "1950-10-01", "1950-12-31"),
        (37, "1950-01-01", "1950-04-30"),
        (39, "1950-09-01", "1950-12-31"),
        (40, "1950-01-01", "1950-06-30"),
        (41, "1950-07-01", "1950-12-31"),
    ],
)
def test_a_season_has_whole_months(season: int, first: str, last: str) -> None:
    assert bounds(f"1950-{season}") == (first, last)


@pytest.mark.parametrize("edtf", ["XXXX", "-XXXX", "XXXX-12-25", "Y1E99", "Y1E999999999", "Y9" + "9" * 150])
def test_a_valid_date_that_cannot_be_bounded_has_unknown_days(edtf: str) -> None:
    assert bounds(edtf) == (None, None)
    assert parse_edtf(edtf).label == edtf


def test_a_year_too_large_for_the_database_is_unknown_on_that_side_only() -> None:
    assert bounds("Y922337203685477S2") == ("920000000000000-01-01", None)


@pytest.mark.parametrize(
    ("edtf", "label"),
    [
        ("1949-12-09", "9 December 1949"),
        ("1949-12", "December 1949"),
        ("1949", "1949"),
        ("0476", "476 CE"),
        ("0000", "1 BCE"),
        ("-0044-03-15", "15 March 45 BCE"),
        ("1914~", "c. 1914"),
        ("1914?", "1914?"),
        ("1914%", "c. 1914?"),
        ("1951-06-13T10:30:00Z", "13 June 1951, 10:30:00 UTC"),
        ("1951-06-13T10:30:00+08:00", "13 June 1951, 10:30:00 +08:00"),
        ("1951-06-13T10:30:00", "13 June 1951, 10:30:00"),
        ("1949-12-09/1949-12-12", f"9{DASH}12 December 1949"),
        ("1949-12-09/1950-01-12", f"9 December 1949 {DASH} 12 January 1950"),
        ("1949-12-09~/1949-12-12", f"c. 9 December 1949 {DASH} 12 December 1949"),
        ("../1951", "until 1951"),
        ("1951~/..", "from c. 1951"),
        ("/1951", "until 1951 (beginning unknown)"),
        ("1951/", "from 1951 (end unknown)"),
        ("../..", "../.."),
        ("195X", "1950s"),
        ("200X", "between 2000 and 2009"),
        ("19XX", "between 1900 and 1999"),
        ("1XXX", "between 1000 and 1999"),
        ("1X5X", "1X5X"),
        ("1949-XX", "1949 (month unknown)"),
        ("-0044-XX", "45 BCE (month unknown)"),
        ("1949-12-XX", "December 1949 (day unknown)"),
        ("156X-12-25", "156X-12-25"),
        ("2004-06~-11", "2004-06~-11"),
        ("1950-22", "summer 1950"),
        ("1950-22~", "c. summer 1950"),
        ("1950-26", "summer 1950 (northern hemisphere)"),
        ("1950-34", "second quarter of 1950"),
        ("1950-39", "last four months of 1950"),
        ("1950-41", "second half of 1950"),
        ("[1667,1668,1670..1672]", f"one of: 1667, 1668, 1670 {DASH} 1672"),
        ("{1960~,1961-12}", "all of: c. 1960, December 1961"),
        ("[..1984]", "one of: 1984 or earlier"),
        ("[1667,1760-12..]", "one of: 1667, December 1760 or later"),
        ("Y-17E7", "Y-17E7"),
        ("1950S2", "1950S2"),
    ],
)
def test_a_date_is_called_what_it_says_and_no_more(edtf: str, label: str) -> None:
    assert parse_edtf(edtf).label == label


@pytest.mark.parametrize(
    ("edtf", "approximate", "uncertain"),
    [("1914", False, False), ("1914~", True, False), ("1914?", False, True), ("1914%", True, True)],
)
def test_a_mark_says_approximate_or_uncertain(*, edtf: str, approximate: bool, uncertain: bool) -> None:
    assert (parse_edtf(edtf).is_approximate, parse_edtf(edtf).is_uncertain) == (approximate, uncertain)


@pytest.mark.parametrize("edtf", ["1951-12/1951-01", "-0043/-0044", "1960/195X", "[1667..1660]", "1951-23/1951-21"])
def test_a_reversed_interval_is_no_date(edtf: str) -> None:
    with pytest.raises(NotEdtf, match="it ends before it begins"):
        parse_edtf(edtf)


@pytest.mark.parametrize(
    "edtf",
    ["1951-02-30", "1951-02-29", "1949-04-31", "1949-12-00", "1949-02-3X", "2004-02-~31", "XXX3-02-29"],
)
def test_a_day_that_no_calendar_has_is_no_date(edtf: str) -> None:
    with pytest.raises(NotEdtf, match="the calendar has no such day"):
        parse_edtf(edtf)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "undated",
        "1949-13",
        "-0000",
        "12/09/1949",
        "/",
        "1951~?",
        "[1667]",
        "30 February 1951",
        "٢٠٠٤",
    ],
)
def test_a_text_that_is_no_date_is_answered_with_examples(text: str) -> None:
    with pytest.raises(NotEdtf, match=r"is not a date in EDTF; write for example 1949-12-09"):
        parse_edtf(text)


@pytest.mark.parametrize(
    ("text", "edtf"),
    [
        ("20-21 January 1951", "1951-01-20/1951-01-21"),
        (f"9 {DASH} 12 Dec. 1949", "1949-12-09/1949-12-12"),
        ("9 December 1949", "1949-12-09"),
        ("December 9, 1949", "1949-12-09"),
        ("May 1950", "1950-05"),
        ("1949-12-9", "1949-12-09"),
        ("1949/12/09", "1949-12-09"),
        (f"1949{DASH}1951", "1949/1951"),
        ("1950s", "195X"),
        ("c. 1914", "1914~"),
        ("195u", "195X"),
        ("195x", "195X"),
        ("1949-12-09\n", "1949-12-09"),
    ],
)
def test_a_date_for_people_is_answered_with_its_edtf(text: str, edtf: str) -> None:
    with pytest.raises(NotEdtf) as error:
        parse_edtf(text)
    assert str(error.value).endswith(f"is not a date in EDTF; write {edtf}")
    assert parse_edtf(edtf)


def test_a_text_over_200_characters_is_no_date_and_is_not_echoed_whole() -> None:
    with pytest.raises(NotEdtf, match="over 200 characters") as error:
        parse_edtf("[" + "1949," * 10_000 + "1950]")
    assert len(str(error.value)) < 200


@pytest.mark.parametrize(
    "text",
    [
        "[" + ",".join(["1667"] * 39) + "]",
        "{" + ",".join(["156X-1X-2X"] * 17) + "!",
        "[" * 200,
        "-" * 200,
        "X" * 200,
        "1-" * 100,
        "Y1E" + "9" * 190,
        "1950S" + "9" * 190,
        "9" * 100 + "-" + "9" * 99,
    ],
)
def test_no_text_takes_long(text: str) -> None:
    start = time.process_time()
    try:
        parse_edtf(text)
    except NotEdtf:
        pass
    finally:
        assert time.process_time() - start < 5  # nearly all of it is the grammar, made at its first use


@given(st.text("0123456789X-/.,[]{}~?%YEST:+Z uJan", max_size=200))
@settings(deadline=None, max_examples=60)
@example("0000-00")
def test_any_text_is_a_date_or_says_why_not(text: str) -> None:
    try:
        parsed = parse_edtf(text)
    except NotEdtf as error:
        reason = str(error)
    else:
        reason = "none"
        assert parsed.edtf == text
        assert parsed.label
    assert 0 < len(reason) < 250


@given(DAYS, MARKS)
@settings(deadline=None, max_examples=40)
def test_a_plain_date_has_the_days_that_the_edtf_package_gives(day: str, mark: str) -> None:
    for length in (4, 7, 10):
        edtf = day[:length] + mark
        other = parse_edtf_elsewhere(edtf)
        days = [at.tm_year * 10_000 + at.tm_mon * 100 + at.tm_mday for at in (other.lower_strict(), other.upper_strict())]
        assert [parse_edtf(edtf).first_day, parse_edtf(edtf).last_day] == days


@given(st.from_regex(r"(19|20|X9|-0|1X)[0-9X]{2}-(0[1-9X]|1[0-2X]|X[0-9X])-([0-2X][0-9X]|3[01X])", fullmatch=True))
@settings(deadline=None, max_examples=25)
@example("-000X-12-25")
@example("19X1-02-2X")
def test_a_mask_allows_no_day_before_its_first_and_none_after_its_last(mask: str) -> None:
    sign, digits = ("-", mask[1:]) if mask.startswith("-") else ("", mask)
    matching = sorted(
        (-year if sign else year) * 10_000 + month * 100 + day
        for year in range(10_000)
        if fits(digits[:4], f"{year:04}") and (year or not sign)
        for month in range(1, 13)
        if fits(digits[5:7], f"{month:02}")
        for day in range(1, monthrange(-year if sign else year, month)[1] + 1)
        if fits(digits[8:], f"{day:02}")
    )
    try:
        parsed = parse_edtf(mask)
    except NotEdtf:
        assert matching == []
    else:
        assert (parsed.first_day, parsed.last_day) == (matching[0], matching[-1])


def fits(mask: str, digits: str) -> bool:
    return all(m in ("X", d) for m, d in zip(mask, digits, strict=True))


@given(st.dates(), st.integers(0, 10_000))
@settings(deadline=None, max_examples=60)
def test_an_interval_holds_both_its_ends(start: date, days: int) -> None:
    end = min(start, date.max - timedelta(days=days)) + timedelta(days=days)
    start = min(start, end)
    assert bounds(f"{start}/{end}") == (str(start), str(end))


@given(st.integers(-20_000, 20_000), st.integers(1, 12), st.integers(1, 31))
def test_days_are_ordered_as_the_calendar_also_before_our_era(year: int, month: int, day: int) -> None:
    number = year * 10_000 + month * 100 + day
    assert (year - 1) * 10_000 + 1231 < number < (year + 1) * 10_000 + 101
    assert day_text(number).removeprefix("-") == f"{abs(year):04}-{month:02}-{day:02}"
    assert day_text(number).startswith("-") == (year < 0)


def test_many_readers_may_ask_at_once() -> None:
    texts = [f"1{at:02}X-12-XX" for at in range(40)]
    with ThreadPoolExecutor(8) as pool:
        parsed = list(pool.map(parse_edtf, texts))
    assert [found.edtf for found in parsed] == texts


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    parse_edtf("{1667,1669-XX}")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "text", ["1950", "1950-06?", "194X", "1949-1X", "1949-XX-XX", "1949-12-3X", "1950-06/1951", "19X0/1951", "../..", "../1951"]
)
def test_a_period_goes_from_its_first_day_to_its_last(text: str) -> None:
    assert parse_period(text) == parse_edtf(text)


@pytest.mark.parametrize("text", ["[1949,1951]", "{1949..1951}", "19X0", "XXXX-12", "1949-XX-31", "1949-X1", "15XX-12-25"])
def test_what_has_gaps_is_a_date_and_no_period(text: str) -> None:
    assert parse_edtf(text).edtf == text
    with pytest.raises(NotEdtf, match="is not one period"):
        parse_period(text)


@pytest.mark.parametrize("text", ["XXXX", "Y1E99"])
def test_what_has_no_day_is_no_period(text: str) -> None:
    with pytest.raises(NotEdtf, match="no first and no last day"):
        parse_period(text)


def test_the_days_between_those_of_a_set_count_as_possible_and_never_as_certain(loaded: Callable[..., Archive]) -> None:
    archive = loaded('- {type: document, id: one, title: One, date: "[1949-12-31,1951-01-01]"}')
    text = "query ($d: String!) { documents(filter: {date: {edtf: $d}}) { edges { dateMatch } } }"
    for period, fit in (("1950", "POSSIBLE"), ("1951", "POSSIBLE"), ("1949/1951", "CERTAIN"), ("1952", None)):
        edges = ask_archive(archive, text, {"d": period})["data"]["documents"]["edges"]
        assert [edge["dateMatch"] for edge in edges] == ([] if fit is None else [fit])


def test_periods_with_gaps_are_refused_by_filter_and_search(loaded: Callable[..., Archive]) -> None:
    archive = loaded("- {type: document, id: one, title: One, date: 1950}")
    for argument, code in (
        ('filter: {date: {edtf: "[1949,1951]"}}', "ARGUMENT_INVALID"),
        ('search: "date:19X0"', "SEARCH_INVALID"),
    ):
        (error,) = ask_archive(archive, f"{{ documents({argument}) {{ totalCount }} }}")["errors"]
        assert error["extensions"]["code"] == code
        assert "is not one period" in error["message"]
        assert "or" in error["extensions"]["hint"].lower()
