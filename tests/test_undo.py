"""Taking loads back: what they changed is as it was, unless later loads changed the same; and an undo can be undone."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ask_archive

from data.editing import Editor
from data.errors import AlreadyUndone, UndoConflict, UndoRefused, UnknownLoad
from data.load import load
from data.rows import TABLES
from data.store import Store
from data.stored import internal_ids, stored_records
from data.undo import undo
from schema.execute import Archive

FONDS = str(Path(sys.executable).parent / "fonds")
Records = dict[tuple[str, str], dict[str, Any]]


class Kept:
    """A store that files of JSON are loaded into."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store = Store.create(f"sqlite:///{folder / 'fonds.db'}")
        self.editor = Editor(self.store, "anna")

    def load(self, *records: dict[str, Any]) -> int:
        file = self.folder / "records.jsonl"
        file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
        found = load(self.store, [file]).load_id
        assert found is not None
        return found

    def undo(self, load_id: int) -> int:
        found = undo(self.editor, load_id).load_id
        assert found is not None
        return found

    def records(self) -> Records:
        return records_of(self.store)

    def ask(self, text: str, **variables: Any) -> Any:
        return ask_archive(Archive(self.store), text, variables)["data"]


def records_of(store: Store) -> Records:
    """Every record, as a file would give it."""
    with store.writing() as connection:
        found: Records = {}
        for type_, table in TABLES.items():
            keys = list(connection.execute(table.select().with_only_columns(table.c.key)).scalars())
            ids = internal_ids(connection, type_, keys)
            found |= {(type_, fields["id"]): fields for _, fields in stored_records(connection, type_, list(ids.values()))}
    return found


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path)
    yield kept
    kept.store.close()


def document(id_: str = "d", **fields: Any) -> dict[str, Any]:
    return {"type": "document", "id": id_, "title": id_.upper(), **fields}


def person(id_: str, **fields: Any) -> dict[str, Any]:
    return {"type": "person", "id": id_, "name": id_.upper(), "kind": "person", **fields}


def topic(id_: str, **fields: Any) -> dict[str, Any]:
    return {"type": "topic", "id": id_, "name": id_.upper(), "kind": "subject", **fields}


def letter(id_: str, *people: str, **fields: Any) -> dict[str, Any]:
    return document(id_, people=[{"person": key, "role": "sender"} for key in people], **fields)


def conflicts(error: UndoRefused) -> list[tuple[str | None, tuple[str, ...], int]]:
    return [(e.place.record, tuple(e.fields), e.load_id) for e in error.errors if isinstance(e, UndoConflict)]


def test_what_a_load_added_is_gone_and_what_it_changed_is_as_it_was(kept: Kept) -> None:
    kept.load(letter("a", "ann", number="7", languages=["ru"]), person("ann"), topic("t"))
    before = kept.records()
    second = kept.load(
        document("a", number=None, languages=[], people=[], x_note={"n": [1.5, None]}, topics=["u"]),
        topic("u", broader=["t"]),
        person("ann", name="Anna", birth={"edtf": "1890", "label": "about 1890"}),
    )
    assert kept.records() != before
    third = kept.undo(second)
    assert kept.records() == before
    assert kept.ask('{ gone(id: "Topic:u") { load { id mode undoes { id undoneBy { id } } } } }')["gone"]["load"] == {
        "id": f"Load:{third}",
        "mode": "UNDO",
        "undoes": {"id": f"Load:{second}", "undoneBy": {"id": f"Load:{third}"}},
    }


def test_an_undo_can_be_undone_and_that_again(kept: Kept) -> None:
    kept.load(document("a"))
    first = kept.records()
    load_id = kept.load(document("a", number="1"), letter("b", "ann"), person("ann"))
    second = kept.records()
    for wanted in (first, second, first, second):
        load_id = kept.undo(load_id)
        assert kept.records() == wanted


def test_a_search_finds_what_came_back_and_not_what_went(kept: Kept) -> None:
    first = kept.load(document("a", title="Korean telegram"), document("b", title="Another"))
    second = kept.load(document("a", title="Chinese telegram"))
    query = "query ($q: String) { documents(search: $q) { nodes { recordId } } }"

    def found(words: str) -> list[str]:
        return [node["recordId"] for node in kept.ask(query, q=words)["documents"]["nodes"]]

    kept.undo(second)
    assert (found("korean"), found("chinese")) == (["a"], [])
    kept.undo(first)
    assert (found("korean"), found("another")) == ([], [])


def test_a_later_change_of_the_same_field_stands_in_the_way_and_is_named(kept: Kept) -> None:
    kept.load(document("a", number="1"), document("b"))
    second = kept.load(document("a", title="Two", number="2"), document("b", number="2"))
    third = kept.load(document("a", title="Two", number="3"))
    before = kept.records()
    with pytest.raises(UndoRefused) as refused:
        kept.undo(second)
    assert conflicts(refused.value) == [("a", ("number",), third)]
    assert f"load {third}" in str(refused.value.errors[0])
    assert kept.records() == before
    assert len(kept.ask("{ loads { nodes { id } } }")["loads"]["nodes"]) == 3


def test_a_later_change_of_another_field_stands_in_nobodys_way(kept: Kept) -> None:
    kept.load(document("a", number="1"))
    second = kept.load(document("a", number="2"))
    kept.load(document("a", genre="letter"))
    kept.undo(second)
    assert kept.records()["document", "a"] == document("a", number="1", genre="letter")


def test_what_was_taken_back_stands_in_nobodys_way(kept: Kept) -> None:
    first = kept.load(document("a"))
    second = kept.load(document("a", number="2"))
    with pytest.raises(UndoRefused):
        kept.undo(first)
    kept.undo(second)
    kept.undo(first)
    assert kept.records() == {}


def test_what_others_refer_to_is_not_taken_from_under_them(kept: Kept) -> None:
    first = kept.load(person("ann"), topic("t"))
    kept.load(letter("a", "ann"), topic("u", broader=["t"]))
    before = kept.records()
    with pytest.raises(UndoRefused) as refused:
        kept.undo(first)
    assert {(error.place.record, error.code) for error in refused.value.errors} == {
        ("ann", "RECORD_NEEDED"),
        ("t", "RECORD_NEEDED"),
    }
    assert "document a" in str(refused.value.errors[0])
    assert kept.records() == before


def test_what_would_refer_to_something_gone_does_not_come_back_alone(kept: Kept) -> None:
    first = kept.load(person("ann"))
    second = kept.load(letter("a", "ann"))
    third = kept.undo(second)
    kept.undo(first)
    with pytest.raises(UndoRefused) as refused:
        kept.undo(third)
    assert [(e.code, e.place.record, e.value) for e in refused.value.errors] == [("REFERENCE_DANGLING", "a", "ann")]
    assert kept.records() == {}


def test_a_record_that_came_anew_is_not_overwritten_by_the_old_one(kept: Kept) -> None:
    first = kept.load(document("a", number="old"))
    undone = kept.undo(first)
    again = kept.load(document("a", number="new"))
    with pytest.raises(UndoRefused) as refused:
        kept.undo(undone)
    assert conflicts(refused.value) == [("a", (), again)]
    assert kept.records()["document", "a"]["number"] == "new"


def test_a_load_is_taken_back_once(kept: Kept) -> None:
    first = kept.load(document("a"))
    undone = kept.undo(first)
    with pytest.raises(AlreadyUndone, match=f"by load {undone}"):
        kept.undo(first)
    for unknown in (0, undone + 1, 99):
        with pytest.raises(UnknownLoad):
            kept.undo(unknown)


def test_a_load_that_changed_nothing_is_taken_back_to_nothing(kept: Kept) -> None:
    kept.load(document("a"))
    before = kept.records()
    report = undo(kept.editor, kept.load(document("a")))
    assert (report.added, report.changed, report.removed) == (0, 0, 0)
    assert kept.records() == before


def test_a_dry_run_tells_what_would_come_and_changes_nothing(kept: Kept) -> None:
    kept.load(document("a"))
    second = kept.load(document("a", number="1"), document("b"))
    before = kept.records()
    tried = undo(Editor(kept.store, "anna", dry_run=True), second)
    assert (tried.is_dry_run, tried.changed, tried.removed) == (True, 1, 1)
    assert kept.records() == before
    done = undo(kept.editor, second)
    assert (done.changed, done.removed) == (tried.changed, tried.removed)


def test_more_than_one_batch_is_taken_back(kept: Kept) -> None:
    people = [person(f"p{i}") for i in range(700)]
    kept.load(*people)
    before = kept.records()
    second = kept.load(*(p | {"description": "x"} for p in people), *(letter(f"d{i}", f"p{i % 700}") for i in range(1100)))
    kept.undo(second)
    assert kept.records() == before


def test_the_history_of_what_came_and_went_and_came_tells_what_it_was_each_time(kept: Kept) -> None:
    first = kept.load(document("a", number="1"))
    changed = kept.load(document("a", number="2"))
    kept.undo(changed)
    kept.undo(kept.undo(first))
    nodes = kept.ask('{ document(id: "a") { history { nodes { action before after } } } }')["document"]["history"]["nodes"]
    one = document("a", number="1")
    assert nodes == [
        {"action": "ADDED", "before": None, "after": one},
        {"action": "REMOVED", "before": one, "after": None},
        {"action": "CHANGED", "before": {"number": "2"}, "after": {"number": "1"}},
        {"action": "CHANGED", "before": {"number": "1"}, "after": {"number": "2"}},
        {"action": "ADDED", "before": None, "after": one},
    ]


def fonds(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("FONDS_")}
    return subprocess.run([FONDS, *words], cwd=folder, capture_output=True, text=True, check=False, env=env, timeout=60)


def test_the_command_undoes_tries_and_refuses(kept: Kept) -> None:
    first = kept.load(document("a"))
    second = kept.load(document("a", number="1"))
    tried = fonds(kept.folder, "undo", f"Load:{second}", "--dry-run", "--diff")
    assert tried.stdout == "~ document a “A”\n    number: “1” → —\n"
    assert (tried.returncode, "1 changed" in tried.stderr, "Nothing is changed" in tried.stderr) == (0, True, True)
    refused = fonds(kept.folder, "undo", str(first))
    assert refused.returncode == 1
    assert f"Undo load {second} first" in refused.stderr
    assert fonds(kept.folder, "undo", str(second)).returncode == 0
    assert kept.records() == {("document", "a"): document("a")}
    assert fonds(kept.folder, "undo", "soon").returncode == 1


def test_an_own_field_that_is_null_is_told_from_one_that_is_not_there(kept: Kept) -> None:
    states = [document("a", x_a=None), document("a", x_a=1, x_b=None), document("a", x_b=2)]
    kept.load(states[0])
    second = kept.load(states[1])
    assert kept.records()["document", "a"] == states[1]
    third = kept.load(document("a", x_a=None, x_b=2))
    assert kept.records()["document", "a"] == document("a", x_a=None, x_b=2)
    kept.undo(third)
    assert kept.records()["document", "a"] == states[1]
    kept.undo(second)
    assert kept.records()["document", "a"] == states[0]
