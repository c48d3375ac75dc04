"""What looks wrong in a record is told, with its place, and left as it is."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert
from test_write import kept

from data import tables
from data.load import Options, load
from data.sources import RecordList
from data.store import Store
from data.suspicions import suspicions
from data.tables import table

LETTER: dict[str, Any] = {"type": "document", "id": "a", "title": "A"}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"title": "MÃ¼nchen"}, ("TEXT_MOJIBAKE", "title", "MÃ¼nchen")),
        ({"description": "donâ€™t"}, ("TEXT_MOJIBAKE", "description", "donâ€™t")),
        ({"title": "a\x0bb"}, ("TEXT_CONTROL_CHARACTER", "title", "a\x0bb")),
        ({"title": "é b\x85"}, ("TEXT_CONTROL_CHARACTER", "title", "é b\x85")),
        (
            {"texts": [{"kind": "original", "body": "Brief\u00adwechsel"}]},
            ("TEXT_HIDDEN_CHARACTER", "texts[0].body", "Brief\u00adwechsel"),
        ),
        ({"title": "wo\ufeffrd"}, ("TEXT_HIDDEN_CHARACTER", "title", "wo\ufeffrd")),
        ({"title": "Mu\u0308nchen"}, ("TEXT_NOT_NFC", "title", None)),
        ({"x_own": {"a": ["&amp;quot;"]}}, ("TEXT_ESCAPED_TWICE", "x_own.a[0]", "&amp;quot;")),
        ({"languages": ["en", "xx"]}, ("LANGUAGE_UNKNOWN", "languages[1]", "xx")),
        (
            {"texts": [{"kind": "original", "body": "b", "language": "qx-Zzzq"}]},
            ("LANGUAGE_UNKNOWN", "texts[0].language", "qx-Zzzq"),
        ),
        (
            {"people": [{"person": "p", "role": "sender"}, {"person": "p", "role": "recipient"}]},
            ("SENDER_IS_RECIPIENT", "people[1].person", "p"),
        ),
    ],
    ids=str,
)
def test_what_looks_wrong_is_told_with_its_path(fields: dict[str, Any], told: tuple[str, str, str | None]) -> None:
    assert [(one.code, one.path, one.value) for one in suspicions({**LETTER, **fields})] == [told]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "Zażółć gęślą jaźń",
            "Дядя и тётя",
            "毛泽东",
            "l\u2019été — “naïve”",
            "AT&T & Co.",
            "Das Wort »Haß«sollte",
            "line\nbreak\ttab",
            "\u0421\u0421\u0421\u0420: \u0420\u043e\u0441\u0441\u0438\u044f",
            "Ångström",
        ),
        *("&amp; alone", "Nguyễn Ái Quốc", "עברית", "½ £ 5 °C", "Ελλάδα"),
    ],
)
def test_what_is_right_is_not_suspected(text: str) -> None:
    assert list(suspicions({**LETTER, "title": text, "languages": ["zh-Hant", "de-CH-1996", "und", "deu"]})) == []


def test_a_birth_after_the_death_is_told() -> None:
    person = {"type": "person", "id": "p", "name": "P", "birth": "1900", "death": {"edtf": "1850", "label": "1850"}}
    assert [(one.code, one.value) for one in suspicions(person)] == [("DATES_REVERSED", "1900, 1850")]
    assert list(suspicions({**person, "birth": "185X", "death": "1850~"})) == []


def test_people_of_one_name_and_dates_far_off_are_told_and_nothing_is_changed(tmp_path: Path) -> None:
    store = Store.create(f"sqlite:///{tmp_path / 'archive.db'}")
    people = [
        {"type": "person", "id": key, "name": name} for key, name in (("a", "Émile Zola"), ("b", "emile zola"), ("c", "Zola"))
    ]
    letters = [{**LETTER, "id": f"d{year}", "date": str(year)} for year in (*range(1900, 1930), 2978)]
    report = load(store, [RecordList([*people, *letters])])
    assert [(one.code, one.place.file, one.place.record, one.value) for one in report.warnings] == [
        ("PEOPLE_SAME_NAME", "records[0]", "a", None),
        ("PEOPLE_SAME_NAME", "records[1]", "b", None),
        ("DATE_FAR_OFF", "records[33]", "d2978", "2978"),
    ]
    assert kept(store)["document d2978"]["date"] == "2978"
    assert load(store, [RecordList([*people, *letters])]).warnings == []
    with store.writing() as connection:
        connection.execute(insert(table(tables.Distinct)).values(key="a", other="b", load_id=1))
    assert load(store, [RecordList([{**people[0], "description": "x"}])]).warnings == []
    store.close()


def test_a_date_of_a_year_that_cannot_be_is_told_of_in_the_smallest_archive(tmp_path: Path) -> None:
    def told(*dates: str) -> list[tuple[str, str | None, str]]:
        letters = [{**LETTER, "id": f"d{number}", "date": date} for number, date in enumerate(dates)]
        store = Store.create(f"sqlite:///{tmp_path / 'archive.db'}")
        warnings = load(store, [RecordList(letters)], Options(is_dry_run=True)).warnings
        store.close()
        return [(one.code, one.value, one.message) for one in warnings]

    assert told("0000-05", "1950", "2195-01", "9999") == [
        ("DATE_FAR_OFF", "0000-05", "The year 0000 is 1 before Christ."),
        ("DATE_FAR_OFF", "2195-01", "It is later than today."),
        ("DATE_FAR_OFF", "9999", "It is later than today."),
    ]
    assert told("1949", "1950", "1949~", "1000", "1951") == [
        ("DATE_FAR_OFF", "1000", "It is far from what the archive spans (1849 to 2050).")
    ]
    assert told("-0043", "1950/..", "20XX", "2024") == []
