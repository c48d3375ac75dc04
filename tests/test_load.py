"""Loading: what each mode makes of a record that is known, what becomes of faults, and that a report tells the truth."""

import io
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest
from test_write import history, indexed, kept, rebuilt, tombstones

from data.audit import audit
from data.changes import Change
from data.errors import InvalidScope, Rejected, StoreLocked
from data.load import Mode, Options, Report, load
from data.options import Scope
from data.sources import RecordFile, RecordFiles, RecordList
from data.store import Store

ANNA = {"type": "person", "id": "anna", "name": "Anna"}
WAR = {"type": "topic", "id": "war", "name": "War"}
LETTER = {"type": "document", "id": "letter", "title": "To Anna", "people": [{"person": "anna", "role": "recipient"}]}
LETTER |= {"topics": ["war"], "number": "7"}
DIARY = {"type": "document", "id": "diary", "title": "Diary", "collection": "Papers"}
ALL = (ANNA, WAR, LETTER, DIARY)

Load = Callable[..., Report]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store.create(f"sqlite:///{tmp_path / 'archive.db'}")
    yield found
    found.close()


@pytest.fixture
def give(store: Store) -> Load:
    """Loads records with some options."""

    def loaded(*records: dict[str, Any], **options: Any) -> Report:
        return load(store, [RecordList(records)], Options(**options))

    return loaded


def refusal(give: Load, *records: dict[str, Any], **options: Any) -> list[str]:
    with pytest.raises(Rejected) as found:
        give(*records, **options)
    return [f"{error.code} {error}" for error in found.value.errors]


def test_the_same_again_changes_nothing_and_says_so(give: Load, store: Store) -> None:
    assert give(*ALL).counts() == {"added": 4, "changed": 0, "unchanged": 0, "removed": 0, "rejected": 0}
    before = kept(store), history(store)
    assert give(*ALL).counts() == {"added": 0, "changed": 0, "unchanged": 4, "removed": 0, "rejected": 0}
    assert (kept(store), history(store)) == before


def test_the_same_in_other_words_changes_nothing(give: Load) -> None:
    give(*ALL)
    assert give({**ANNA, "kind": "PERSON", "birth": None}, {**DIARY, "languages": []}).unchanged == 2


def test_an_upsert_replaces_what_is_given_and_leaves_what_is_absent(give: Load, store: Store) -> None:
    give(*ALL)
    report = give({"type": "document", "id": "letter", "title": "To Vera", "topics": []})
    assert report.changed == 1
    people = [{"person": "anna", "role": "recipient"}]
    assert kept(store)["document letter"] == {
        "type": "document",
        "id": "letter",
        "title": "To Vera",
        "number": "7",
        "people": people,
    }
    assert sorted(indexed(store)) == sorted(rebuilt(store))


def test_what_was_given_in_part_is_known_in_part_only(give: Load, store: Store) -> None:
    part = {"type": "document", "id": "letter", "title": "To Anna"}
    give(*ALL)
    assert give(part).unchanged == 1
    assert give(part).unchanged == 1
    assert give(part, mode=Mode.REPLACE).changed == 1
    assert kept(store)["document letter"] == part
    assert give(part, mode=Mode.REPLACE).unchanged == 1


def test_an_append_refuses_a_known_id(give: Load, store: Store) -> None:
    give(ANNA)
    assert refusal(give, WAR, ANNA, mode=Mode.APPEND) == [
        "ID_KNOWN records[1] (anna, id): The archive has a person with this id. [anna]"
    ]
    assert set(kept(store)) == {"person anna"}
    assert give(WAR, mode=Mode.APPEND).added == 1


def test_what_is_missing_in_the_scope_is_removed(give: Load, store: Store) -> None:
    give(*ALL)
    report = give({**DIARY, "id": "other"}, mode=Mode.DELETE_MISSING, scope=Scope.parse("collection=Papers"))
    assert (report.added, report.removed) == (1, 1)
    assert set(kept(store)) == {"person anna", "topic war", "document letter", "document other"}
    assert tombstones(store) == [("document", "diary", report.load_id)]
    assert give(LETTER, mode=Mode.DELETE_MISSING, scope=Scope.parse("document")).removed == 1
    assert set(kept(store)) == {"person anna", "topic war", "document letter"}


def test_a_scope_is_not_emptied_by_a_load_without_it(give: Load, store: Store) -> None:
    give(*ALL)
    for scope in ("collection=Papers", "person"):
        with pytest.raises(InvalidScope):
            give(LETTER, mode=Mode.DELETE_MISSING, scope=Scope.parse(scope))
    assert len(kept(store)) == 4
    with pytest.raises(InvalidScope):
        Scope.parse("everything")


def test_a_scope_of_which_nothing_could_be_read_is_told_by_what_was_wrong(give: Load, store: Store, tmp_path: Path) -> None:
    give(*ALL)
    with pytest.raises(Rejected) as found:
        load(store, [RecordFile(tmp_path / "none.jsonl")], Options(mode=Mode.DELETE_MISSING, scope=Scope.parse("document")))
    assert [error.code for error in found.value.errors] == ["FILE_UNREADABLE"]


def test_what_others_refer_to_is_not_removed_as_missing(give: Load) -> None:
    give(*ALL)
    [error] = refusal(give, {**ANNA, "id": "vera"}, mode=Mode.DELETE_MISSING, scope=Scope.parse("person"))
    assert error.startswith("RECORD_NEEDED the store (anna): The person cannot be removed while others refer to it")


def test_a_dry_run_tells_what_the_load_then_does_and_leaves_the_store_as_it_was(give: Load, store: Store) -> None:
    give(*ALL)
    records = ({**DIARY, "title": "Diaries"}, {**WAR, "id": "peace"})
    before = kept(store), history(store), indexed(store)
    dry = give(*records, is_dry_run=True)
    assert (kept(store), history(store), indexed(store)) == before
    wet = give(*records)
    assert (dry.counts(), dry.load_id) == (wet.counts(), wet.load_id)
    assert dry.as_json()["load"] is None


def test_a_difference_is_told_field_by_field(store: Store) -> None:
    load(store, [RecordList(ALL)])
    lines: list[str] = []

    def tell(change: Change) -> None:
        lines.extend(change.lines())

    people = [{"person": "anna", "role": "sender"}]
    long = {**DIARY, "description": "x" * 300 + "old" + "y" * 300}
    load(
        store,
        [RecordList([{**LETTER, "title": "To Vera", "number": None, "people": people}, {**WAR, "id": "b"}, long])],
        tell=tell,
    )
    load(store, [RecordList([{**long, "description": "x" * 300 + "new" + "y" * 300}])], tell=tell)
    assert lines == [
        "+ topic b “War”",
        "~ document letter “To Vera”",
        "    title: “To Anna” → “To Vera”",
        "    number: “7” → —",
        "    people[0]: role “recipient” → “sender”",
        "~ document diary “Diary”",
        f"    description: — → “{'x' * 159}…”",
        "~ document diary “Diary”",
        f"    description: “…{'x' * 20}old{'y' * 20}…” → “…{'x' * 20}new{'y' * 20}…”",
    ]


def test_all_errors_of_all_files_are_counted_and_the_first_told(store: Store, tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.jsonl"):
        (tmp_path / name).write_bytes(b'{"type": "person"}\n' * 30)
    with pytest.raises(Rejected) as found:
        load(store, [tmp_path / "a.jsonl", tmp_path / "missing.jsonl", tmp_path / "b.jsonl"], Options(max_errors=5))
    assert (len(found.value.errors), found.value.count) == (5, 121)


# What is given


def test_a_folder_and_a_pattern_give_their_files(store: Store, tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "people.jsonl").write_bytes(orjson.dumps(ANNA))
    (tmp_path / "in" / "deep" / "topics.yaml").write_text("- {type: topic, id: war, name: War}", encoding="utf-8")
    (tmp_path / "in" / "readme.txt").write_text("no records", encoding="utf-8")
    (tmp_path / "in" / ".hidden.jsonl").write_text("no records", encoding="utf-8")
    assert load(store, [tmp_path / "in"]).added == 2
    report = load(store, [tmp_path / "in" / "**" / "*.yaml"])
    assert (report.unchanged, [Path(file.name).name for file in report.files]) == (1, ["topics.yaml"])
    with pytest.raises(Rejected, match="1 error"):
        load(store, [tmp_path / "in" / "*.csv"])


def test_each_real_file_of_a_folder_is_read_once_and_no_link_is_followed_without_end(store: Store, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.jsonl").write_bytes(orjson.dumps(ANNA))
    (folder / "b.jsonl").symlink_to(folder / "deep" / "a.jsonl")
    for name in ("loop", "deep/loop", "deep/other"):
        (folder / name).symlink_to(folder, target_is_directory=True)
    for given in ([folder], [folder / "**" / "*"], [folder / "**"], [folder, folder / "*" / "*.jsonl", folder / "b.jsonl"]):
        report = load(store, given)
        assert ([Path(file.name).name for file in report.files], report.records) == (["b.jsonl"], 1), given
    (folder / "c.jsonl").symlink_to("nowhere")
    with pytest.raises(Rejected) as found:
        load(store, [folder])
    assert [error.message for error in found.value.errors] == ["There is no such file."]


def test_what_is_of_no_known_format_is_left_out_with_a_remark_and_refused_by_its_name(store: Store, tmp_path: Path) -> None:
    for name in ("a.jsonl", "b.txt", "c.db", ".d.txt"):
        (tmp_path / "in").mkdir(exist_ok=True)
        (tmp_path / "in" / name).write_bytes(orjson.dumps(ANNA))
    (tmp_path / "in" / "link").symlink_to(tmp_path, target_is_directory=True)
    remark = "are of no known format, and left out:"
    for given, told in (("in", f"3 files {remark} b.txt, c.db, link."), ("in/[a-c]*", f"2 files {remark} ")):
        warnings = load(store, [tmp_path / given]).warnings
        assert [(one.code, one.message.startswith(told)) for one in warnings] == [("FILE_REMARK", True)]
    assert load(store, [RecordFile(tmp_path / "in" / "b.txt", "jsonl")]).unchanged == 1
    with pytest.raises(Rejected, match="1 error"):
        load(store, [tmp_path / "in" / "b.txt"])


def test_a_mapping_that_lies_among_its_files_is_none_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(orjson.dumps(ANNA))
    (tmp_path / "map.yaml").write_text("records: []", encoding="utf-8")
    files = RecordFiles(others=[tmp_path / "map.yaml"])
    assert [file.path.name for name in (tmp_path, tmp_path / "*") for file in files.of(name)] == ["a.jsonl"]


def test_a_load_that_is_refused_counts_nothing(give: Load) -> None:
    with pytest.raises(Rejected) as found:
        give(ANNA, {**ANNA, "id": "b", "birth": "May"})
    report = found.value.report
    assert isinstance(report, Report)
    assert (report.is_refused, report.counts()) == (True, dict.fromkeys(report.counts(), 0))


def test_standard_input_may_be_read_twice(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\n".join([orjson.dumps(DIARY), orjson.dumps({**ANNA, "name": 1}), b"{"])))
    )
    source = RecordFile(Path("-"), "jsonl")
    report = load(store, [source], Options(skips=True, rejected=tmp_path / "rejected.jsonl"))
    assert (report.added, report.rejected) == (1, 2)


def test_the_history_knows_the_file_by_its_hash(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(orjson.dumps(ANNA) + b"\n\n" + orjson.dumps(WAR))
    load(store, [file], Options(by="me"))
    with sqlite3.connect(store.path) as connection:
        rows = connection.execute(
            "SELECT name, size_bytes, records, length(sha256), by FROM load_files JOIN loads ON load_id"
        ).fetchall()
    connection.close()
    assert rows == [(str(file), file.stat().st_size, 2, 64, "me")]


def test_the_body_of_a_text_in_a_file_is_looked_at_again(store: Store, tmp_path: Path) -> None:
    file, body = tmp_path / "a.jsonl", tmp_path / "a.txt"
    file.write_bytes(orjson.dumps({**DIARY, "texts": [{"kind": "original", "file": "a.txt"}]}))
    for text, counts in (("one", (1, 0, 0)), ("one", (0, 0, 1)), ("two", (0, 1, 0))):
        body.write_text(text, encoding="utf-8")
        report = load(store, [file])
        assert (report.added, report.changed, report.unchanged) == counts


# Several at once


def test_a_second_load_waits_for_the_first_and_is_told_if_it_takes_too_long(store: Store) -> None:
    store.write_wait_max_seconds = 30
    begun, other = threading.Event(), Store.open(f"sqlite:///{store.path}")
    reports: list[Report] = []

    def second() -> None:
        begun.wait()
        other.write_wait_max_seconds = 30
        reports.append(load(other, [RecordList([{**ANNA, "name": "Vera"}])]))

    thread = threading.Thread(target=second)
    thread.start()
    third = Store.open(f"sqlite:///{store.path}")
    third.write_wait_max_seconds = 0.1
    with store.writing():
        begun.set()
        with pytest.raises(StoreLocked):
            load(third, [RecordList([ANNA])])
    thread.join()
    assert [report.added for report in reports] == [1]
    other.close()
    third.close()


def test_a_reader_sees_the_archive_as_it_was_until_the_load_is_done(store: Store) -> None:
    load(store, [RecordList([ANNA])])
    seen: list[str] = []

    def tell(_: Change) -> None:
        seen.append(store.read("SELECT json_group_array(key) FROM people", ()))

    load(store, [RecordList([{**ANNA, "id": "vera"}])], tell=tell)
    assert seen == ['["anna"]']
    assert orjson.loads(store.read("SELECT json_group_array(key) FROM people ORDER BY key", ())) == ["anna", "vera"]


def indexes(store: Store) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(store.path)) as connection:
        return sorted(
            connection.execute("SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
        )


def many(order: str) -> list[dict[str, Any]]:
    """1,100 letters, each with people, topics above topics and a genre: more than are written at once, in some order."""
    people = [{**ANNA, "id": f"p{number}"} for number in range(1100)]
    topics = [{**WAR, "id": f"t{number}", "broader": [f"t{number // 2}"] if number else []} for number in range(1100)]
    parts = {number: [{"person": f"p{(number + step) % 1100}", "role": "sender"} for step in (0, 550)] for number in range(1100)}
    letters = [
        {**LETTER, "id": f"d{number}", "people": parts[number], "topics": [f"t{1099 - number}"], "genre": f"g{number % 7}"}
        for number in range(1100)
    ]
    if order == "mixed":
        return [record for number in range(1100) for record in (topics[number], letters[number], people[number])]
    found: dict[str, list[dict[str, Any]]] = {"people": people, "topics": topics[::-1], "letters": letters}
    return [record for name in order.split() for record in found[name]]


@pytest.mark.parametrize("order", ["people topics letters", "letters topics people", "people letters topics", "mixed"])
def test_a_first_load_of_any_order_leaves_the_store_whole_and_with_all_its_indexes(give: Load, store: Store, order: str) -> None:
    before = indexes(store)
    assert give(*many(order)).added == 3300
    assert indexes(store) == before
    with store.writing() as connection:
        assert list(audit(connection, store.words)) == []


@pytest.mark.parametrize("order", ["letters topics people", "mixed"])
@pytest.mark.parametrize("remembered", [0, 700])
def test_ids_that_come_late_are_linked_however_many_are_awaited(
    give: Load, store: Store, order: str, remembered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first are awaited in memory, the others in a table."""
    give(*many("people topics letters"))
    straight = kept(store)
    other = Store.create(f"sqlite:///{store.path.parent / 'other.db'}")
    monkeypatch.setattr("data.keys.AWAITED_REMEMBERED", remembered)
    assert load(other, [RecordList(many(order))], Options()).added == 3300
    assert kept(other) == straight
    with other.writing() as connection:
        assert list(audit(connection, other.words)) == []
    other.close()


@pytest.mark.parametrize("remembered", [0, 700, 100_000])
def test_ids_that_never_come_are_all_told_and_their_letters_left_out(
    give: Load, remembered: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.keys.AWAITED_REMEMBERED", remembered)
    with pytest.raises(Rejected) as found:
        give(*many("letters topics"), max_errors=3)
    assert (len(found.value.errors), found.value.count) == (3, 2200)
    assert [error.value for error in found.value.errors] == ["p0", "p550", "p1"]
    report = give(*many("letters topics"), skips=True)
    assert (report.added, report.rejected, report.error_count) == (1100, 1100, 2200)


def test_a_first_load_that_is_refused_tried_or_done_again_leaves_all_indexes(give: Load, store: Store) -> None:
    before = indexes(store)
    refusal(give, *ALL, {**DIARY, "id": "lost", "people": [{"person": "nobody", "role": "sender"}]})
    assert indexes(store) == before
    give(*ALL, is_dry_run=True)
    assert indexes(store) == before
    give(*ALL, {**DIARY, "id": "lost", "topics": ["none"]}, {**DIARY, "title": 1, "id": "wrong"}, skips=True)
    assert (indexes(store), set(kept(store))) == (before, {"person anna", "topic war", "document letter", "document diary"})
