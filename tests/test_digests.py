"""What is given as it was before: a line that the store has is known unread, and nothing else is taken for one."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from data.digests import Digests
from data.editing import Editor
from data.errors import Rejected
from data.load import Mode, Options, Report, load
from data.merge import merge, split
from data.readers.raw import Stored
from data.sources import RecordFile
from data.store import Store

ANNA = b'{"type":"person","id":"anna","name":"Anna"}'
VERA = b'{"id": "vera", "type": "person", "name": "Vera"}'
LETTER = b'{"type":"document","id":"brief/\xc3\xa4","title":"To Anna","people":[{"person":"anna","role":"recipient"}]}'
DIARY = b'{"title":"Diary","type":"document","id":"diary"}'
LINES = (ANNA, VERA, LETTER, DIARY)

Give = Callable[..., Report]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store.create(f"sqlite:///{tmp_path / 'archive.db'}")
    yield found
    found.close()


@pytest.fixture
def give(store: Store, tmp_path: Path) -> Give:
    """Loads a file of these lines."""

    def loaded(*lines: bytes, **options: Any) -> Report:
        file = tmp_path / "lines.jsonl"
        file.write_bytes(b"".join(line + b"\n" for line in lines))
        return load(store, [RecordFile(file)], Options(**options))

    return loaded


def known(store: Store, *lines: bytes, only_whole: bool = False) -> list[str | None]:
    """The ids of those lines that the store has."""
    with store.writing() as connection:
        return [found and found.key for found in Digests(connection, only_whole=only_whole).unchanged(lines)]


def test_a_line_that_was_loaded_is_known_by_its_head_and_its_digest(give: Give, store: Store) -> None:
    assert known(store, *LINES) == [None] * 4
    give(*LINES)
    assert known(store, *LINES) == ["anna", "vera", "brief/ä", None]  # the last does not begin with its type and id
    with store.writing() as connection:
        assert Digests(connection, only_whole=False).unchanged([VERA]) == [Stored("person", "vera", 2)]


def test_what_differs_in_a_single_byte_is_not_known(give: Give, store: Store) -> None:
    give(*LINES)
    changed = [
        ANNA.replace(b"Anna", b"Anne"),
        ANNA + b" ",
        ANNA.replace(b"person", b"topic"),
        b"",
        b"{",
        b'{"type":"person","id":"\xff"',
    ]
    assert known(store, *changed) == [None] * len(changed)


def test_the_same_in_a_line_of_other_bytes_is_unchanged_and_known_from_then_on(give: Give, store: Store) -> None:
    give(*LINES)
    spaced = VERA.replace(b": ", b":")
    assert known(store, spaced) == [None]
    assert give(spaced).unchanged == 1
    assert known(store, spaced, VERA) == ["vera", None]


def test_a_part_of_a_record_is_not_known_where_it_is_to_be_all_of_it(give: Give, store: Store) -> None:
    part = b'{"type":"document","id":"diary","title":"Diary","number":"7"}'
    give(part)
    give(b'{"type":"document","id":"diary","title":"Diary"}')
    line = b'{"type":"document","id":"diary","title":"Diary"}'
    assert (known(store, line), known(store, line, only_whole=True)) == (["diary"], [None])
    assert give(line, mode=Mode.REPLACE).changed == 1
    assert known(store, line, only_whole=True) == ["diary"]


def test_a_record_that_was_changed_by_other_means_is_looked_at_again(give: Give, store: Store) -> None:
    give(*LINES)
    give(ANNA.replace(b"Anna", b"Anne"))
    assert give(*LINES).counts() == {"added": 0, "changed": 1, "unchanged": 3, "removed": 0, "rejected": 0}
    merge(Editor(store, by="test"), "person", "anna", "vera")
    assert known(store, *LINES) == [None] * 4
    report = give(*LINES)
    assert (report.unchanged, report.left_out) == (3, 1)
    assert known(store, *LINES) == [None, "vera", None, None]  # what the line says is not what is kept
    split(Editor(store, by="test"), "person", "anna")
    assert give(*LINES).unchanged == 4


def test_a_body_in_a_file_is_looked_at_each_time(give: Give, store: Store, tmp_path: Path) -> None:
    line = b'{"type":"document","id":"diary","title":"Diary","texts":[{"kind":"original","file":"diary.txt"}]}'
    (tmp_path / "diary.txt").write_text("Monday", encoding="utf-8")
    give(line)
    assert known(store, line) == [None]
    (tmp_path / "diary.txt").write_text("Tuesday", encoding="utf-8")
    assert give(line).changed == 1


def test_a_known_line_that_is_given_twice_is_told_as_one(give: Give) -> None:
    give(*LINES)
    with pytest.raises(Rejected) as found:
        give(*LINES, ANNA, LETTER)
    told = [f"{error.place.line} {error.code} {error.place.record}" for error in found.value.errors]
    assert told == ["5 ID_DUPLICATE anna", "6 ID_DUPLICATE brief/ä"]
    with pytest.raises(Rejected) as found:
        give(*LINES, mode=Mode.APPEND)
    assert [f"{error.place.line} {error.code}" for error in found.value.errors] == [f"{line} ID_KNOWN" for line in (1, 2, 3, 4)]


def test_faults_between_known_lines_are_told_with_their_lines_in_their_order(give: Give, tmp_path: Path) -> None:
    give(*LINES)
    faulty = (ANNA, b"{broken", VERA, b'{"type":"person","id":"x"}', b"", LETTER, b'{"type":"person","id":"\xff"}', DIARY)
    with pytest.raises(Rejected) as found:
        give(*faulty)
    assert [(error.place.line, error.code) for error in found.value.errors] == [
        (2, "SYNTAX_INVALID"),
        (7, "FILE_UNREADABLE"),
        (4, "RECORD_INVALID"),
    ]
    report = give(*faulty, skips=True, rejected=tmp_path / "rejected.jsonl")
    assert (report.unchanged, report.rejected) == (4, 3)
    assert sorted((tmp_path / "rejected.jsonl").read_bytes().splitlines()) == sorted(faulty[at] for at in (1, 3, 6))


def test_a_line_that_ends_the_file_too_early_does_not_hide_what_stands_before(give: Give, store: Store, tmp_path: Path) -> None:
    give(*LINES)
    file = tmp_path / "cut.jsonl"
    file.write_bytes(b'{"type":"person","id":"x"}\n' + ANNA + b"\n" + b'{"a":"' + b"x" * (2**26 + 10))
    with pytest.raises(Rejected) as found:
        load(store, [RecordFile(file)], Options())
    told = sorted((error.place.line, error.code) for error in found.value.errors)
    assert told == [(1, "RECORD_INVALID"), (3, "SYNTAX_INVALID")]


@pytest.mark.parametrize("head", [b"\xef\xbb\xbf", b""])
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_byte_order_mark_and_line_ends_are_no_difference(store: Store, tmp_path: Path, head: bytes, end: bytes) -> None:
    file = tmp_path / "lines.jsonl"
    file.write_bytes(head + end.join(LINES))
    counts = [load(store, [RecordFile(file)], Options()).counts() for _ in range(3)]
    assert [(count["added"], count["unchanged"]) for count in counts] == [(4, 0), (0, 4), (0, 4)]
    assert known(store, *LINES[:3]) == ["anna", "vera", "brief/ä"]


def test_many_lines_of_which_some_changed_are_told_apart(give: Give, store: Store) -> None:
    people = [{"type": "person", "id": f"p{at}", "name": f"Person {at}"} for at in range(1200)]
    give(*map(orjson.dumps, people))
    people[7] |= {"name": "Another"}
    people[700] |= {"description": "Known."}
    people.insert(600, {"type": "person", "id": "new", "name": "New"})
    report = give(*map(orjson.dumps, people))
    assert (report.added, report.changed, report.unchanged) == (1, 2, 1198)
    assert all(known(store, *map(orjson.dumps, people)))
