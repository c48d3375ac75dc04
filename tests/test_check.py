"""Checks: what is wrong with a record by itself."""

from pathlib import Path

import pytest

from data.check import Entry, parse
from data.errors import Place, RecordError
from data.format import DocumentRecord, Role
from data.readers.raw import Raw

LETTER: dict[str, object] = {"type": "document", "id": "letter", "title": "To a friend"}


def faults(value: object) -> list[tuple[str | None, str, str | None, str | None]]:
    """Path, message, value and hint of each error, all of which stand where the record does."""
    found = parse(Raw(Place("letters.jsonl", 3), value))
    assert isinstance(found, list)
    assert {(error.place.file, error.place.line) for error in found} == {("letters.jsonl", 3)}
    return [(error.place.path, error.message, error.value, error.hint) for error in found]


# A record by itself


def test_a_right_record_comes_back_with_its_place() -> None:
    place = Place("letters.jsonl", 3)
    found = parse(Raw(place, LETTER))
    assert isinstance(found, Entry)
    assert found.place == Place("letters.jsonl", 3, "letter")
    assert found.record == DocumentRecord(type="document", id="letter", title="To a friend")


@pytest.mark.parametrize(
    ("value", "fault"),
    [
        ([1], (None, "A record is an object, not a list.", None, None)),
        ("a", (None, "A record is an object, not text.", "a", None)),
        (None, (None, "A record is an object, not null.", None, None)),
        ({}, ("type", "`type` is required.", None, "One of `document`, `person`, `topic`.")),
        (
            {"type": "Document"},
            (
                "type",
                "`type` must be one of `document`, `person`, `topic`.",
                "Document",
                "Did you mean `document`?",
            ),
        ),
        ({"type": ["x"]}, ("type", "`type` must be one of `document`, `person`, `topic`.", None, None)),
    ],
    ids=str,
)
def test_a_value_that_is_no_record(value: object, fault: object) -> None:
    assert faults(value) == [fault]


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"titel": "x"}, ("titel", "Unknown key `titel`.", None, "Did you mean `title`?")),
        (
            {"shelfmark": 1},
            (
                "shelfmark",
                "Unknown key `shelfmark`.",
                None,
                "The format has no such key; one's own begin with `x_`.",
            ),
        ),
        (
            {"people": [{"role": "sender", "as": "A", "persn": "a"}]},
            ("people[0].persn", "Unknown key `persn`.", None, "Did you mean `person`?"),
        ),
        (
            {"notes": [{"kind": "sic", "text": "a", "y": 1}]},
            ("notes[0].y", "Unknown key `y`.", None, "The format has no such key."),
        ),
        ({"id": 3}, ("id", "`id` must be text, not a number.", "3", "Write it in quotes.")),
        ({"id": "x" * 300}, ("id", "`id` has more than 255 characters.", "x" * 79 + "…", None)),
        ({"id": "a\0b"}, ("id", "`id` holds a NUL character, which no text may.", "a b", None)),
        ({"title": None}, ("title", "`title` must be text, not null.", None, None)),
        (
            {"title": ""},
            ("title", "`title` is empty.", None, "Where there is none, write `[untitled]`."),
        ),
        (
            {"genre": " "},
            ("genre", "`genre` is blank; leave the field out where there is nothing to say.", None, None),
        ),
        (
            {"rights": "\ud800x"},
            ("rights", "`rights` holds half of a surrogate pair, which is no character.", "x", None),
        ),
        (
            {"date": 1949},
            (
                "date",
                "`date` must be EDTF text or `{edtf, label}`, not a number.",
                "1949",
                "Write it in quotes.",
            ),
        ),
        (
            {"languages": "en"},
            ("languages", "`languages` must be a list, not text.", "en", "Put it in square brackets."),
        ),
        (
            {"people": None},
            ("people", "`people` must be a list, not null.", None, "Where there is nothing, write `[]`."),
        ),
        ({"people": [5]}, ("people[0]", "`people[0]` must be an object, not a number.", "5", None)),
        ({"people": [{"as": "A"}]}, ("people[0].role", "`people[0].role` is required.", None, None)),
        (
            {"people": [{"role": "sender"}]},
            (
                "people[0]",
                "`people[0]` needs `person` (an id) or `as` (the name as written).",
                None,
                None,
            ),
        ),
        (
            {"people": [{"role": "sender", "as": "A"}, {"role": "sendr", "as": "B"}]},
            (
                "people[1].role",
                f"`people[1].role` must be one of {', '.join(role.lower() for role in Role)}.",
                "sendr",
                "Did you mean `sender`?",
            ),
        ),
        (
            {"languages": ["en", "en_US"]},
            (
                "languages[1]",
                "`languages[1]` is not a language tag (BCP 47), such as `en`, `ru` or `zh-Hant`.",
                "en_US",
                None,
            ),
        ),
        (
            {"identifiers": ["Q855"]},
            (
                "identifiers[0]",
                "`identifiers[0]` is not of the form `scheme:value`, such as `wikidata:Q855`.",
                "Q855",
                None,
            ),
        ),
        ({"position": 1.5}, ("position", "`position` must be a whole number, not a fraction.", "1.5", None)),
        ({"position": -1}, ("position", "`position` must not be less than 0.", "-1", None)),
        (
            {"position": 2**60},
            ("position", f"`position` must not be more than {2**53 - 1}.", str(2**60), None),
        ),
        (
            {"texts": [{"kind": "original"}]},
            ("texts[0]", "`texts[0]` needs either `body` or `file`, and not both.", None, None),
        ),
        ({"x_size": float("inf")}, ("x_size", "`x_size` is not a finite number.", "inf", None)),
    ],
    ids=str,
)
def test_a_fault_is_told_with_path_value_and_hint(fields: dict[str, object], fault: object) -> None:
    assert faults({**LETTER, **fields}) == [fault]


def test_every_fault_of_a_record_is_told_at_once() -> None:
    paths = [path for path, *_ in faults({"type": "person", "id": "", "nam": "x", "birth": "May"})]
    assert sorted(map(str, paths)) == ["birth", "id", "nam", "name"]


@pytest.mark.parametrize(("date", "path"), [("20-21 January 1951", "date"), ({"edtf": "20-21 January 1951"}, "date.edtf")])
def test_a_date_that_is_none_has_its_own_code(date: object, path: str) -> None:
    [error] = parse_faults({**LETTER, "date": date})
    assert (error.code, error.place, error.value) == (
        "DATE_INVALID",
        Place("letters.jsonl", 3, "letter", path),
        "20-21 January 1951",
    )


def parse_faults(value: object) -> list[RecordError]:
    found = parse(Raw(Place("letters.jsonl", 3), value))
    assert isinstance(found, list)
    return found


def test_no_message_speaks_of_the_library_that_found_it() -> None:
    odd: list[object] = [None, True, 5, 1.5, "", " ", "x" * 300, "a\0", "\ud800", [], [5], {}, {"a": 1}, [[]]]
    keys = [*DocumentRecord.model_fields, "x_own", "other"]
    for key in keys:
        for value in odd:
            found = parse(Raw(Place("letters.jsonl", 3), {**LETTER, key: value}))
            for error in found if isinstance(found, list) else []:
                told_of_it = f"{error} {error.hint}"
                for word in ("Input", "input", "Value should", "pydantic", "http", "instance", "dictionary"):
                    assert word not in told_of_it, told_of_it
                assert "\n" not in told_of_it


def test_a_value_nested_without_end_is_refused() -> None:
    deep: object = 1
    for _ in range(50_000):
        deep = [deep]
    for key in ("x_own", "title", "people", "date", "topics", "type"):
        assert parse_faults({**LETTER, key: deep})


# Texts in files


def with_file(folder: Path, name: str, **fields: object) -> Entry | list[RecordError]:
    text = {"kind": "original", "language": "ru", "file": name, **fields}
    return parse(Raw(Place(str(folder / "letters.jsonl"), 1), {**LETTER, "texts": [text]}))


def test_a_text_is_read_from_its_file_byte_for_byte(tmp_path: Path) -> None:
    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "a.txt").write_bytes("Дядя \r\nдядя\n".encode())
    found = with_file(tmp_path, "texts/a.txt")
    assert isinstance(found, Entry)
    assert isinstance(found.record, DocumentRecord)
    [text] = found.record.texts
    assert (text.body, text.file, text.language, text.kind) == (
        "Дядя \r\nдядя\n",
        None,
        "ru",
        "ORIGINAL",
    )


def test_a_text_s_file_lies_beside_the_record_s_or_below(tmp_path: Path) -> None:
    folder = tmp_path / "records"
    folder.mkdir()
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "out").symlink_to(tmp_path)
    for name in ("../secret.txt", str(tmp_path / "secret.txt"), "link.txt", "out/secret.txt", "a/../../x"):
        found = with_file(folder, name)
        assert isinstance(found, list)
        [error] = found
        assert (error.code, error.place.path, error.message) == (
            "RECORD_INVALID",
            "texts[0].file",
            "The text's file lies outside the folder of the record's file.",
        )


def test_a_text_s_file_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").touch()
    (tmp_path / "nul.txt").write_bytes(b"a\0b")
    (tmp_path / "latin.txt").write_bytes(b"a\ncaf\xe9")
    (tmp_path / "loop").symlink_to("loop")
    assert {
        name: (error.message, error.place.path)
        for name in ("missing.txt", ".", "empty.txt", "nul.txt", "latin.txt", "loop")
        for found in [with_file(tmp_path, name)]
        if isinstance(found, list)
        for error in found
    } == {
        "missing.txt": ("The text's file: There is no such file.", "texts[0].file"),
        ".": ("The text's file: This is a directory, not a file.", "texts[0].file"),
        "empty.txt": (
            "`texts[0].file` is empty; leave the field out where there is nothing to say.",
            "texts[0].file",
        ),
        "nul.txt": ("`texts[0].file` holds a NUL character, which no text may.", "texts[0].file"),
        "latin.txt": (
            "The text's file: The file is not UTF-8: at byte 5 stands 0xe9. Line 2.",
            "texts[0].file",
        ),
        "loop": ("The text's file cannot be found.", "texts[0].file"),
    }
