"""Two records that are one, and two that are not: merging, splitting, and saying that two people are not the same."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_undo import Kept, document, fonds, letter, person, topic

from data.editing import Editor
from data.errors import AlreadyUndone, MergeRefused, UndoRefused, UnknownRecord
from data.load import load
from data.merge import distinct, merge, split
from data.sources import RecordList


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path)
    yield kept
    kept.store.close()


STALIN = person("stalin", name="J. V. Stalin", names=[{"name": "Filippov", "kind": "cipher"}], identifiers=["wikidata:Q855"])
FILIPPOV = person(
    "filippov",
    name="Filippov",
    names=[{"name": "J. V. Stalin", "kind": "variant"}, {"name": "Fyn Si", "kind": "cipher", "language": "zh-Latn"}],
    identifiers=["wikidata:Q855", "local:7"],
    notes=[{"kind": "editorial", "text": "A cipher name."}],
    birth="1878",
)


def part(key: str, role: str, **more: Any) -> dict[str, Any]:
    return {"person": key, "role": role, **more}


def test_names_identifiers_notes_and_parts_move_and_nothing_is_doubled(kept: Kept) -> None:
    parts = [part("filippov", "sender", **{"as": "Filippov [Stalin]"}), part("stalin", "mentioned")]
    kept.load(STALIN, FILIPPOV, person("mao"), document("a", people=parts), letter("b", "mao"))
    report = merge(kept.editor, "person", "filippov", "stalin")
    assert (report.changed, report.removed) == (2, 1)
    records = kept.records()
    assert ("person", "filippov") not in records
    assert records["person", "stalin"] == {
        **STALIN,
        "names": [*STALIN["names"], {"name": "Fyn Si", "kind": "cipher", "language": "zh-Latn"}],
        "identifiers": ["wikidata:Q855", "local:7"],
        "notes": FILIPPOV["notes"],
        "birth": "1878",
    }
    assert records["document", "a"]["people"] == [{**parts[0], "person": "stalin"}, parts[1]]


def test_the_old_preferred_name_becomes_a_variant(kept: Kept) -> None:
    kept.load(person("a", name="A"), person("b", name="B"))
    merge(kept.editor, "person", "b", "a")
    assert kept.records()["person", "a"]["names"] == [{"name": "B", "kind": "variant"}]
    query = '{ people(search: "b") { nodes { id } } documents(search: "person:b") { totalCount } }'
    assert kept.ask(query)["people"]["nodes"] == [{"id": "Person:a"}]


def test_the_old_id_keeps_resolving_through_chains_and_its_history_is_kept(kept: Kept) -> None:
    kept.load(person("a"), person("b"), person("c"), letter("d", "a"))
    merge(kept.editor, "person", "a", "b")
    merge(kept.editor, "person", "b", "c")
    found = kept.ask(
        """{ a: person(id: "a") { id } b: node(id: "Person:b") { id } gone(id: "Person:a") { since }
        documents(filter: {person: {id: ["a"]}}) { totalCount }
        person(id: "a") { history { nodes { action recordId record { id } load { mode } } } } }"""
    )
    assert (found["a"], found["b"], found["gone"]) == ({"id": "Person:c"}, {"id": "Person:c"}, None)
    assert found["documents"]["totalCount"] == 1
    history = [(node["action"], node["recordId"], node["load"]["mode"]) for node in found["person"]["history"]["nodes"]]
    assert history == [
        ("REMOVED", "b", "MERGE"),
        ("CHANGED", "c", "MERGE"),
        ("REMOVED", "a", "MERGE"),
        ("CHANGED", "b", "MERGE"),
        ("ADDED", "c", "UPSERT"),
        ("ADDED", "b", "UPSERT"),
        ("ADDED", "a", "UPSERT"),
    ]
    assert {node["record"]["id"] for node in found["person"]["history"]["nodes"]} == {"Person:c"}


def test_a_split_takes_a_merge_back_as_it_was_also_out_of_a_chain(kept: Kept) -> None:
    kept.load(person("a"), person("b", notes=[{"kind": "sic", "text": "x"}]), person("c"), letter("d", "a", "b", "c"))
    first = kept.records()
    merge(kept.editor, "person", "a", "b")
    second = kept.records()
    merge(kept.editor, "person", "b", "c")
    split(kept.editor, "person", "b")
    assert kept.records() == second
    assert kept.ask('{ person(id: "a") { id } }')["person"] == {"id": "Person:b"}
    split(kept.editor, "person", "a")
    assert kept.records() == first
    assert kept.ask('{ person(id: "a") { id } }')["person"] == {"id": "Person:a"}
    modes = [node["mode"] for node in kept.ask("{ loads { nodes { mode } } }")["loads"]["nodes"]]
    assert modes == ["SPLIT", "SPLIT", "MERGE", "MERGE", "UPSERT"]


def test_a_split_can_be_undone_and_the_id_resolves_again(kept: Kept) -> None:
    kept.load(person("a"), person("b"), letter("d", "a"))
    merge(kept.editor, "person", "a", "b")
    merged = kept.records()
    load_id = split(kept.editor, "person", "a").load_id
    assert load_id is not None
    kept.undo(load_id)
    assert kept.records() == merged
    assert kept.ask('{ person(id: "a") { id } }')["person"] == {"id": "Person:b"}


def test_two_that_say_the_same_are_merged_and_split_too(kept: Kept) -> None:
    kept.load(person("a", name="X"), person("b", name="X"))
    before = kept.records()
    merge(kept.editor, "person", "a", "b")
    assert kept.records() == {("person", "b"): before["person", "b"]}
    assert kept.ask('{ person(id: "a") { id } }')["person"] == {"id": "Person:b"}
    split(kept.editor, "person", "a")
    assert kept.records() == before


def test_when_what_was_merged_into_is_gone_the_old_id_is_gone_too(kept: Kept) -> None:
    kept.load(person("a"))
    second = kept.load(person("b"))
    merged = merge(kept.editor, "person", "a", "b").load_id
    assert merged is not None
    with pytest.raises(UndoRefused):
        kept.undo(second)
    kept.undo(merged)
    kept.undo(second)
    assert kept.ask('{ person(id: "a") { id } gone(id: "Person:b") { id } }') == {
        "person": {"id": "Person:a"},
        "gone": {"id": "Person:b"},
    }


def test_topics_merge_with_all_that_is_filed_under_them(kept: Kept) -> None:
    kept.load(
        *(topic("korea"), topic("corea", broader=["asia"]), topic("asia"), topic("seoul", broader=["corea", "korea"])),
        document("a", topics=["corea", "asia"]),
        document("b", topics=["korea", "corea"]),
    )
    merge(kept.editor, "topic", "corea", "korea")
    records = kept.records()
    assert records["topic", "korea"] == topic("korea", names=[{"name": "COREA", "kind": "variant"}], broader=["asia"])
    assert records["topic", "seoul"]["broader"] == ["korea"]
    assert records["document", "a"]["topics"] == ["korea", "asia"]
    assert records["document", "b"]["topics"] == ["korea"]
    found = kept.ask(
        '{ topic(id: "corea") { id } topics(filter: {below: ["asia"]}, orderBy: {field: NAME}) { nodes { recordId } } }'
    )
    assert found == {"topic": {"id": "Topic:korea"}, "topics": {"nodes": [{"recordId": "korea"}, {"recordId": "seoul"}]}}


def test_a_topic_merges_with_the_one_above_it_but_not_around_one_between(kept: Kept) -> None:
    kept.load(topic("top"), topic("middle", broader=["top"]), topic("low", broader=["middle"]))
    before = kept.records()
    with pytest.raises(MergeRefused) as refused:
        merge(kept.editor, "topic", "top", "low")
    assert [error.code for error in refused.value.errors] == ["TOPIC_CYCLE"]
    assert kept.records() == before
    merge(kept.editor, "topic", "middle", "low")
    assert kept.records()["topic", "low"]["broader"] == ["top"]


def test_what_cannot_be_merged_is_refused_and_nothing_is_changed(kept: Kept) -> None:
    kept.load(person("a"), person("b"), person("c"), topic("t"))
    merge(kept.editor, "person", "c", "b")
    before = kept.records()
    for words, error in (
        (("person", "a", "a"), MergeRefused),
        (("person", "a", "nobody"), UnknownRecord),
        (("person", "t", "a"), UnknownRecord),
        (("person", "c", "a"), MergeRefused),
        (("person", "b", "c"), MergeRefused),
    ):
        with pytest.raises(error):
            merge(kept.editor, *words)
    with pytest.raises(UnknownRecord):
        split(kept.editor, "person", "a")
    assert kept.records() == before


def test_a_later_change_of_what_moved_stands_in_the_way_of_a_split(kept: Kept) -> None:
    kept.load(person("a"), person("b"), letter("d", "a"))
    merge(kept.editor, "person", "a", "b")
    later = kept.load(letter("d", "b", "b"))
    with pytest.raises(UndoRefused, match="Nothing was undone") as refused:
        split(kept.editor, "person", "a")
    assert [(error.place.record, error.place.path) for error in refused.value.errors] == [("d", "people")]
    kept.undo(later)
    split(kept.editor, "person", "a")
    with pytest.raises(UnknownRecord):
        split(kept.editor, "person", "a")


def test_people_who_are_not_the_same_are_kept_so_and_not_merged(kept: Kept) -> None:
    kept.load(person("a", name="Ivanov"), person("b", name="Ivanov"))
    load_id = distinct(kept.editor, "b", "a").load_id
    assert load_id is not None
    with pytest.raises(MergeRefused, match="not the same"):
        merge(kept.editor, "person", "a", "b")
    with pytest.raises(MergeRefused, match="known already"):
        distinct(kept.editor, "a", "b")
    for pair in (("a", "a"), ("a", "nobody")):
        with pytest.raises((MergeRefused, UnknownRecord)):
            distinct(kept.editor, *pair)
    undone = kept.undo(load_id)
    merge(Editor(kept.store, "anna", dry_run=True), "person", "a", "b")
    with pytest.raises(AlreadyUndone):
        kept.undo(load_id)
    with pytest.raises(UndoRefused, match="said again"):
        kept.undo(undone)


def test_who_is_not_the_same_as_one_is_not_the_same_as_whom_that_one_is_merged_into(kept: Kept) -> None:
    def asked(text: str) -> list[str | None]:
        same = [person(key, name="Ivanov", description=text) for key in ("b", "c")]
        return [warning.place.record for warning in load(kept.store, [RecordList(same)]).warnings]

    kept.load(person("a", name="Ivanov"), person("b", name="Ivanov"), person("c", name="Ivanov"))
    distinct(kept.editor, "a", "c")
    merge(kept.editor, "person", "a", "b")
    assert asked("1") == []
    for old, into in (("c", "b"), ("b", "c"), ("c", "a")):
        with pytest.raises(MergeRefused, match="not the same"):
            merge(kept.editor, "person", old, into)
    with pytest.raises(MergeRefused, match="known already"):
        distinct(kept.editor, "b", "c")
    split_id = split(kept.editor, "person", "a").load_id
    assert asked("2") == ["b", "c"]
    assert split_id is not None
    kept.undo(split_id)
    with pytest.raises(MergeRefused, match="not the same"):
        merge(kept.editor, "person", "c", "b")


def test_a_load_asks_about_like_names_until_it_is_told_that_they_are_two(kept: Kept) -> None:
    def asked(number: str) -> list[str]:
        same = [person(key, name="Ivanov", description=number) for key in ("a", "b")]
        return [warning.code for warning in load(kept.store, [RecordList(same)]).warnings]

    assert asked("1") == asked("2") != []
    load_id = distinct(kept.editor, "a", "b").load_id
    assert load_id is not None
    assert asked("3") == []
    kept.undo(load_id)
    assert asked("4") != []


def test_a_dry_run_merges_nothing(kept: Kept) -> None:
    kept.load(person("a"), person("b"), letter("d", "a"))
    before = kept.records()
    report = merge(Editor(kept.store, "anna", dry_run=True), "person", "a", "b")
    assert (report.is_dry_run, report.changed, report.removed) == (True, 2, 1)
    assert kept.records() == before
    assert kept.ask('{ person(id: "a") { id } }')["person"] == {"id": "Person:a"}


def test_the_commands_merge_split_and_keep_apart(kept: Kept) -> None:
    kept.load(person("a"), person("b"), person("c"))
    done = fonds(kept.folder, "merge", "person", "a", "b")
    assert (done.returncode, "1 changed, 1 removed" in done.stderr) == (0, True)
    assert ("person", "a") not in kept.records()
    assert fonds(kept.folder, "split", "person", "a").returncode == 0
    assert ("person", "a") in kept.records()
    assert fonds(kept.folder, "distinct", "a", "b").returncode == 0
    refused = fonds(kept.folder, "merge", "person", "a", "b")
    assert (refused.returncode, "not the same" in refused.stderr) == (1, True)
    assert fonds(kept.folder, "merge", "letter", "a", "b").returncode == 2


def test_a_file_that_names_merged_people_and_topics_means_those_that_they_were_merged_into(kept: Kept) -> None:
    kept.load(person("ann"), person("anna"), topic("war"), topic("wars"), topic("asia"))
    merge(kept.editor, "person", "ann", "anna")
    merge(kept.editor, "topic", "war", "wars")
    kept.load(letter("d", "ann", topics=["asia", "war", "wars"]), topic("korea", broader=["war"]), topic("wars", broader=["war"]))
    records = kept.records()
    assert records["document", "d"] == letter("d", "anna", topics=["asia", "wars"])
    assert records["topic", "korea"]["broader"] == ["wars"]
    assert "broader" not in records["topic", "wars"]


def test_once_a_merge_is_taken_back_the_same_file_means_what_it_names(kept: Kept) -> None:
    kept.load(person("ann"), person("anna"))
    merge(kept.editor, "person", "ann", "anna")
    kept.load(letter("d", "ann"))
    split(kept.editor, "person", "ann")
    kept.load(letter("d", "ann"))
    assert kept.records()["document", "d"] == letter("d", "ann")
