"""Packed numbers follow every change of the archive, and count what grouped rows count."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import ask_archive
from sqlalchemy import insert
from test_facets import PAGE, QUESTIONS
from test_generated import archive

from data import tables
from data.errors import Rejected
from data.load import load
from data.search.blocks import BLOCK_DOCUMENTS
from data.store import Store
from data.tables import table
from data.write import Writer
from schema.execute import Archive

__all__ = ["archive"]

EVERYTHING: dict[str, Any] = {"search": None, "filter": None, "by": "YEAR"}
RECORDS = """
- {type: person, id: ann, name: Ann}
- {type: person, id: bob, name: Bob}
- {type: topic, id: war, name: War}
- {type: document, id: one, title: One, date: "1950", genre: Letter, languages: [en, ru], topics: [war],
   people: [{person: ann, role: sender}, {person: ann, role: author}, {person: bob, role: recipient}]}
- {type: document, id: two, title: Two, date: "1951-02/1952", genre: Note, languages: [zh-Hant], people: [{as: X, role: sender}]}
- {type: document, id: three, title: Three}
"""


def both_ways(archive: Archive, variables: dict[str, Any]) -> tuple[Any, Any]:
    """The page counted by packed numbers, and by grouping rows."""
    store = Store.open(f"sqlite:///{archive.store.path}")
    store.has_counts = False
    try:
        return ask_archive(archive, PAGE, variables), ask_archive(Archive(store), PAGE, variables)
    finally:
        store.close()


def counted(archive: Archive) -> Any:
    packed, grouped = both_ways(archive, EVERYTHING)
    assert packed == grouped
    found = packed["data"]["documents"]
    facets = {
        name: {next(iter(e["node"].values())): e["documentCount"] for e in found["facets"][name]["edges"]} for name in KINDS
    }
    return facets | {"undated": found["timeline"]["undatedCount"]}


KINDS = ("people", "senders", "topics", "genres", "languages", "years")


@pytest.mark.parametrize("variables", QUESTIONS)
def test_packed_numbers_count_what_grouped_rows_count(archive: Archive, variables: dict[str, Any]) -> None:
    packed, grouped = both_ways(archive, variables)
    assert "errors" not in packed
    assert packed == grouped


def test_an_archive_without_documents_has_empty_facets(loaded: Callable[..., Archive]) -> None:
    assert counted(loaded("- {type: person, id: ann, name: Ann}")) == {**{kind: {} for kind in KINDS}, "undated": 0}


def test_what_is_loaded_changed_and_taken_away_is_counted_at_once(loaded: Callable[..., Archive], tmp_path: Path) -> None:
    archive = loaded(RECORDS)

    def change(text: str) -> Any:
        file = tmp_path / "change.yaml"
        file.write_text(text, encoding="utf-8")
        load(archive.store, [file])
        return counted(archive)

    before = counted(archive)
    assert before == {
        "people": {"ann": 1, "bob": 1},
        "senders": {"ann": 1},
        "topics": {"war": 1},
        "genres": {"Letter": 1, "Note": 1},
        "languages": {"en": 1, "ru": 1, "zh-Hant": 1},
        "years": {"1950": 1, "1951": 1, "1952": 1},
        "undated": 1,
    }
    assert change("- {type: person, id: ann, name: Anna}") == before | {"senders": {"ann": 1}}
    changed = change(
        "- {type: document, id: three, title: Three, date: '1950-05', genre: note, people: [{person: ann, role: subject}]}"
    )
    assert changed["people"] == {"ann": 2, "bob": 1}
    assert changed["senders"] == {"ann": 1}
    assert changed["genres"] == {"Note": 2, "Letter": 1}
    assert changed["undated"] == 0
    assert change("- {type: document, id: one, title: One, people: [], topics: [], languages: [de], date: null}") == {
        "people": {"ann": 1},
        "senders": {},
        "topics": {},
        "genres": {"Note": 2, "Letter": 1},
        "languages": {"de": 1, "zh-Hant": 1},
        "years": {"1950": 1, "1951": 1, "1952": 1},
        "undated": 1,
    }


def test_what_is_removed_is_counted_no_more(loaded: Callable[..., Archive]) -> None:
    archive = loaded(RECORDS)
    store = archive.store
    with store.writing() as connection:
        values = {"at": "2026-11-25T21:50:11.123456Z", "by": "somebody", "mode": "DELETE_MISSING"}
        found = connection.execute(insert(table(tables.Load)).values(values))
        writer = Writer(connection, store.words, found.lastrowid)
        writer.remove("document", ["one", "three"])
        writer.finish()
    assert counted(archive) == {
        "people": {},
        "senders": {},
        "topics": {},
        "genres": {"Note": 1},
        "languages": {"zh-Hant": 1},
        "years": {"1951": 1, "1952": 1},
        "undated": 0,
    }


def test_a_change_that_is_taken_back_leaves_the_counts(loaded: Callable[..., Archive], tmp_path: Path) -> None:
    archive = loaded(RECORDS)
    before = counted(archive)
    faulty = tmp_path / "faulty.yaml"
    faulty.write_text(
        "- {type: document, id: one, title: One, topics: []}\n- {type: document, id: four, topics: [none]}", "utf-8"
    )
    with pytest.raises(Rejected):
        load(archive.store, [faulty])
    assert counted(archive) == before


def test_a_change_in_one_block_leaves_the_others_as_they_are(loaded: Callable[..., Archive], tmp_path: Path) -> None:
    many = "\n".join(
        f"- {{type: document, id: d{n}, title: T, date: '{1900 + n % 50}', people: [{{person: p{n % 3}, role: sender}}]}}"
        for n in range(BLOCK_DOCUMENTS + 300)
    )
    archive = loaded("\n".join(f"- {{type: person, id: p{n}, name: Ann {n}}}" for n in range(3)) + "\n" + many)
    first = counted(archive)
    assert sum(first["senders"].values()) == BLOCK_DOCUMENTS + 300
    last = tmp_path / "last.yaml"
    last.write_text(f"- {{type: document, id: d{BLOCK_DOCUMENTS + 299}, title: T, people: []}}", encoding="utf-8")
    load(archive.store, [last])
    assert sum(counted(archive)["senders"].values()) == BLOCK_DOCUMENTS + 299


def test_a_role_that_nobody_has_is_counted_nowhere(loaded: Callable[..., Archive]) -> None:
    text = "{ documents { facets { people(role: %s) { totalCount } } } }"
    for roles, count in (("[CONTRIBUTOR, OTHER]", 0), ("[SENDER, OTHER]", 1)):
        found = ask_archive(loaded(RECORDS), text % roles)
        assert found == {"data": {"documents": {"facets": {"people": {"totalCount": count}}}}}
