"""The history of the archive over GraphQL: its loads, what each did to each record, what is gone, what was merged."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from conftest import ask_archive
from sqlalchemy import delete, insert
from test_undo import records_of

from data import tables
from data.load import load
from data.records import FILES
from data.store import Store
from data.tables import table
from schema.execute import Archive

Ask = Callable[..., dict[str, Any]]
FIRST, SECOND = "2026-11-25T21:50:11.123456Z", "2026-11-25T22:50:11.123456Z"


@pytest.fixture
def ask(tmp_path: Path) -> Iterator[Ask]:
    """Asks an archive of the nine documents with two loads: one added everything, the other removed, merged and changed people."""
    store = Store.create(f"sqlite:///{tmp_path / 'archive.db'}")
    load(store, FILES)
    rows: list[tuple[Any, dict[str, Any]]] = [
        (tables.Load, {"id": 101, "at": FIRST, "by": "anna", "mode": "UPSERT", "added": 3, "unchanged": 2, "seconds": 0.25}),
        (tables.Load, {"id": 102, "at": SECOND, "by": "bob", "mode": "UNDO", "undoes_id": 101}),
        (
            tables.LoadFile,
            {"load_id": 101, "position": 1, "name": "a.yaml", "sha256": "0" * 64, "size_bytes": 5 * 2**30, "records": 5},
        ),
        (tables.Revision, {"load_id": 101, "type": "topic", "key": "korea", "action": "ADDED"}),
        (
            tables.Revision,
            {
                "load_id": 102,
                "type": "topic",
                "key": "korea",
                "action": "CHANGED",
                "before": '{"name":"Corea","description":null}',
                "after": '{"name":"Korea","description":"A land."}',
            },
        ),
        (
            tables.Revision,
            {
                "load_id": 102,
                "type": "person",
                "key": "nobody",
                "action": "REMOVED",
                "before": '{"type":"person","id":"nobody","name":"Nobody","kind":"person"}',
            },
        ),
        (tables.Tombstone, {"load_id": 102, "type": "person", "key": "nobody"}),
        (tables.Redirect, {"load_id": 102, "type": "person", "key": "dzhugashvili", "target": "stalin"}),
    ]
    with store.writing() as connection:
        for model in (tables.Revision, tables.LoadFile, tables.Load):  # of the nine documents' own load
            connection.execute(delete(table(model)))
        for model, values in rows:
            connection.execute(insert(table(model)).values(values))
    archive = Archive(store)
    yield lambda text, **variables: ask_archive(archive, text, variables)
    store.close()


def test_loads_come_newest_first_with_all_that_is_known_of_them(ask: Ask) -> None:
    found = ask(
        """{ loads(first: 2) { nodes { id at by mode seconds counts { added changed unchanged removed rejected }
        files { name sha256 sizeBytes records } undoes { id } undoneBy { id } } } load(id: "101") { by } }"""
    )["data"]
    none = {"added": 0, "changed": 0, "unchanged": 0, "removed": 0, "rejected": 0}
    file = {"name": "a.yaml", "sha256": "0" * 64, "sizeBytes": 5 * 2**30, "records": 5}
    second = {"id": "Load:102", "at": SECOND, "by": "bob", "mode": "UNDO", "seconds": 0.0, "counts": none, "files": []}
    first = {"id": "Load:101", "at": FIRST, "by": "anna", "mode": "UPSERT", "seconds": 0.25, "files": [file]}
    assert found["loads"]["nodes"] == [
        second | {"undoes": {"id": "Load:101"}, "undoneBy": None},
        first | {"counts": none | {"added": 3, "unchanged": 2}, "undoes": None, "undoneBy": {"id": "Load:102"}},
    ]
    assert found["load"] == {"by": "anna"}


def test_what_was_added_is_the_record_with_later_changes_put_back(ask: Ask) -> None:
    found = ask('{ topic(id: "korea") { history { nodes { action fields before after load { id } } } } }')["data"]
    changed, added = found["topic"]["history"]["nodes"]
    assert changed == {
        "action": "CHANGED",
        "fields": ["name", "description"],
        "load": {"id": "Load:102"},
        "before": {"name": "Corea", "description": None},
        "after": {"name": "Korea", "description": "A land."},
    }
    assert (added["action"], added["before"], added["load"]) == ("ADDED", None, {"id": "Load:101"})
    assert added["after"]["name"] == "Corea"
    assert "description" not in added["after"]
    assert set(added["fields"]) == set(added["after"]) - {"type", "id"}


def test_what_is_gone_says_since_when(ask: Ask) -> None:
    found = ask(
        """{ person(id: "nobody") { name } gone(id: "Person:nobody") { since } never: gone(id: "Person:never") { since }
        node(id: "Person:nobody") { __typename id ... on Tombstone { type recordId since load { by } } }
        nodes(ids: ["Person:never", "Person:nobody"]) { id } }"""
    )["data"]
    tombstone = {"type": "PERSON", "recordId": "nobody", "since": SECOND, "load": {"by": "bob"}}
    assert found == {
        "person": None,
        "gone": {"since": SECOND},
        "never": None,
        "node": {"__typename": "Tombstone", "id": "Person:nobody", **tombstone},
        "nodes": [None, {"id": "Person:nobody"}],
    }


def test_an_id_that_was_merged_finds_the_other_record_wherever_it_is_asked_for(ask: Ask) -> None:
    found = ask(
        """{ a: person(id: "dzhugashvili") { id } b: person(id: "Person:dzhugashvili") { id }
        c: node(id: "Person:dzhugashvili") { id } d: nodes(ids: ["Person:dzhugashvili"]) { id }
        e: people(filter: {id: ["dzhugashvili"]}) { nodes { id } }
        f: documents(filter: {person: {id: ["Person:dzhugashvili"]}}) { totalCount }
        g: documents(filter: {person: {id: ["stalin"]}}) { totalCount } }"""
    )["data"]
    stalin = {"id": "Person:stalin"}
    assert [found[name] for name in "abc"] == [stalin] * 3
    assert (found["d"], found["e"]["nodes"]) == ([stalin], [stalin])
    assert found["f"]["totalCount"] == found["g"]["totalCount"] > 0


@pytest.mark.parametrize(
    ("since", "expected"),
    [
        ('{load: "Load:101"}', ["Topic:korea", "Person:nobody"]),
        ('{load: "102"}', []),
        ('{time: "2026-11-26T00:00:00+01:00"}', []),
        (f'{{time: "{SECOND}"}}', ["Topic:korea", "Person:nobody"]),
        ('{time: "2026-11-25T22:50:11.123456+01:00"}', ["Topic:korea", "Topic:korea", "Person:nobody"]),
    ],
)
def test_changes_begin_after_a_load_or_at_a_time(ask: Ask, since: str, expected: list[str]) -> None:
    nodes = ask(f"{{ changes(since: {since}) {{ nodes {{ globalId load {{ id }} }} }} }}")["data"]["changes"]["nodes"]
    assert [node["globalId"] for node in nodes if int(node["load"]["id"].removeprefix("Load:")) > 100] == expected


def test_a_mirror_goes_on_from_its_last_cursor_and_sees_what_each_record_is_now(ask: Ask) -> None:
    page = "{ edges { cursor node { globalId action type record { id ... on Topic { name } } } } }"
    whole = ask(f"{{ changes(last: 3) {page} }}")["data"]["changes"]["edges"]
    assert [edge["node"] for edge in whole] == [
        {"globalId": "Topic:korea", "action": "ADDED", "type": "TOPIC", "record": {"id": "Topic:korea", "name": "Korea"}},
        {"globalId": "Topic:korea", "action": "CHANGED", "type": "TOPIC", "record": {"id": "Topic:korea", "name": "Korea"}},
        {"globalId": "Person:nobody", "action": "REMOVED", "type": "PERSON", "record": None},
    ]
    query = f"query ($c: String) {{ changes(after: $c) {page} }}"
    assert ask(query, c=whole[1]["cursor"])["data"]["changes"]["edges"] == whole[2:]
    assert ask(query, c=whole[2]["cursor"])["data"]["changes"]["edges"] == []


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ('{ load(id: "Person:x") { id } }', "ARGUMENT_INVALID"),
        ('{ changes(since: {load: "soon"}) { totalCount } }', "ARGUMENT_INVALID"),
        ('{ changes(since: {time: "yesterday"}) { totalCount } }', "GRAPHQL_VALIDATION_FAILED"),
        ('{ changes(since: {time: "2026-11-25T21:50:11"}) { totalCount } }', "GRAPHQL_VALIDATION_FAILED"),
        ('{ changes(since: {load: "1", time: "2026-11-25T21:50:11Z"}) { totalCount } }', "GRAPHQL_VALIDATION_FAILED"),
        ("{ changes(since: {}) { totalCount } }", "GRAPHQL_VALIDATION_FAILED"),
    ],
)
def test_a_question_about_history_that_cannot_be_is_refused(ask: Ask, query: str, code: str) -> None:
    assert [error["extensions"]["code"] for error in ask(query)["errors"]] == [code]


def test_history_goes_with_introspection_too(ask: Ask) -> None:
    found = ask(
        """{ __schema { queryType { name } } loads(first: 1) { nodes { at mode } }
        node(id: "Person:nobody") { __typename } load: node(id: "Load:101") { __typename id } }"""
    )
    assert found["data"]["loads"] == {"nodes": [{"at": SECOND, "mode": "UNDO"}]}
    assert found["data"]["node"] == {"__typename": "Tombstone"}
    assert found["data"]["load"] == {"__typename": "Load", "id": "Load:101"}


def test_what_was_added_is_told_as_a_file_would_give_it(tmp_path: Path) -> None:
    archive = Archive(Store.create(f"sqlite:///{tmp_path / 'archive.db'}"))
    load(archive.store, [*FILES, Path(__file__).parent / "data" / "awkward.yaml"])
    told: dict[tuple[str, str], Any] = {}
    after = ""
    while True:
        page = ask_archive(archive, f"{{ changes(first: 20{after}) {{ edges {{ cursor node {{ action after }} }} }} }}")
        edges = page["data"]["changes"]["edges"]
        if not edges:
            break
        after = f', after: "{edges[-1]["cursor"]}"'
        for edge in edges:
            assert edge["node"]["action"] == "ADDED"
            record = edge["node"]["after"]
            told[record["type"], record["id"]] = record
    assert len(told) > 60
    assert told == records_of(archive.store)
    archive.store.close()


def test_a_load_keeps_the_names_hashes_and_sizes_of_its_files(tmp_path: Path) -> None:
    store = Store.create(f"sqlite:///{tmp_path / 'archive.db'}")
    contents = [b'{"type": "topic", "id": "a", "name": "A"}\n', b'{"type": "topic", "id": "b", "name": "Letter"}\n']
    files = [tmp_path / "a.jsonl", tmp_path / "b.jsonl"]
    for file, content in zip(files, contents, strict=True):
        file.write_bytes(content)
    load(store, files)
    found = ask_archive(Archive(store), "{ loads { nodes { mode counts { added } files { name sha256 sizeBytes records } } } }")
    store.close()
    (only,) = found["data"]["loads"]["nodes"]
    assert (only["mode"], only["counts"]) == ("UPSERT", {"added": 2})
    assert only["files"] == [
        {"name": str(file), "sha256": sha256(content).hexdigest(), "sizeBytes": len(content), "records": 1}
        for file, content in zip(files, contents, strict=True)
    ]
