"""The writer: what is written comes back as it was, whatever the order; what changed is kept; what is removed leaves a tombstone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from data import tables
from data.check import Entry, parse
from data.errors import Place, Rejected
from data.fields import Fields, given_fields, whole
from data.readers import read
from data.readers.raw import Raw
from data.records import FILES
from data.rows import TABLES
from data.search import index
from data.search.columns import SUBJECTS
from data.store import Store
from data.stored import internal_ids, stored_records
from data.tables import table
from data.write import Writer

ANNA: Fields = {"type": "person", "id": "anna", "name": "Anna", "kind": "person"}
WAR: Fields = {"type": "topic", "id": "war", "name": "War", "kind": "subject"}
LETTER: Fields = {
    "type": "document",
    "id": "letter",
    "title": "To a friend",
    "date": {"edtf": "1950-05~", "label": "about May"},
    "description": "",
    "genre": "letter",
    "languages": ["ru", "zh-Hant"],
    "people": [
        {"person": "anna", "role": "sender", "as": "A.", "evidence": "editorial", "certainty": "low", "basis": "title"},
        {"role": "recipient", "as": "Boris", "alternative": 1, "label": "an"},
    ],
    "topics": ["war"],
    "texts": [{"kind": "original", "language": "ru", "body": "Дядя \r\n", "translator": "V."}],
    "position": 0,
    "identifiers": ["doi:10:1"],
    "notes": [{"kind": "sic", "text": "so"}],
    "x_a": None,
    "x_b": {"z": [1.5, {"y": ""}], "a": 2**60},
}
"""Something in every kind of field."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store.create(f"sqlite:///{tmp_path / 'archive.db'}")
    yield found
    found.close()


def writer(store: Store, connection: Connection) -> Writer:
    row = connection.execute(insert(table(tables.Load)).values(at="2026-11-25T00:00:00.000000Z", by="me", mode="UPSERT"))
    return Writer(connection, store.words, row.inserted_primary_key[0])  # type: ignore[index] # an insert of one row has it


def put(store: Store, *records: Fields | tuple[Fields, Fields]) -> None:
    with store.writing() as connection:
        writing = writer(store, connection)
        for record in records:
            writing.put(*record) if isinstance(record, tuple) else writing.put(record)
        writing.finish()


def kept(store: Store) -> dict[str, Fields]:
    with store.writing() as connection:
        found: dict[str, Fields] = {}
        for type_, of in TABLES.items():
            ids = connection.execute(select(of.c.id)).scalars().all()
            found |= {f"{type_} {fields['id']}": fields for _, fields in stored_records(connection, type_, ids)}
        return found


def history(store: Store) -> list[tuple[Any, ...]]:
    of = table(tables.Revision)
    with store.writing() as connection:
        rows = connection.execute(select(of.c.load_id, of.c.key, of.c.action, of.c.before, of.c.after).order_by(of.c.id)).all()
    return [(*row[:3], *(value and orjson.loads(value) for value in row[3:])) for row in rows]


def tombstones(store: Store) -> list[tuple[Any, ...]]:
    with store.writing() as connection:
        return [tuple(row) for row in connection.execute(select(table(tables.Tombstone)))]


def indexed(store: Store) -> list[tuple[Any, ...]]:
    with store.writing() as connection:
        return [
            tuple(row)
            for subject in ("document", "person", "topic")
            for found in [index.search_table(SUBJECTS[subject])]
            for row in connection.execute(select(found.c.rowid, *(found.c[c.name] for c in SUBJECTS[subject].columns)))
        ]


def rebuilt(store: Store) -> list[tuple[Any, ...]]:
    """What the index holds when it is made anew from the tables."""
    with store.writing() as connection:
        index.rebuild(connection, store.words.stemming)
    return indexed(store)


@pytest.mark.parametrize("order", [(ANNA, WAR, LETTER), (LETTER, ANNA, WAR), (WAR, LETTER, ANNA)], ids=["last", "first", "amid"])
def test_a_record_comes_back_as_it_was_given_in_whatever_order(store: Store, order: tuple[Fields, ...]) -> None:
    put(store, *order)
    found = kept(store)
    assert found == {"document letter": LETTER, "person anna": ANNA, "topic war": WAR}
    assert orjson.dumps(found["document letter"]) == orjson.dumps(whole(LETTER))
    assert sorted(indexed(store)) == sorted(rebuilt(store))


def test_the_bundled_records_come_back_as_they_were_given(store: Store) -> None:
    parsed = [parse(raw) for file in FILES for raw in read(file)]
    records = [whole(given_fields(entry.record)) for entry in parsed if isinstance(entry, Entry)]
    put(store, *records)
    assert kept(store) == {f"{record['type']} {record['id']}": record for record in records}
    for record in records:
        again = parse(Raw(Place("again"), record))
        assert isinstance(again, Entry)
        assert whole(given_fields(again.record)) == record
    assert sorted(indexed(store)) == sorted(rebuilt(store))


def test_an_addition_is_kept_without_its_fields_and_a_change_with_those_that_differ(store: Store) -> None:
    put(store, ANNA, WAR, LETTER)
    changed = {name: value for name, value in LETTER.items() if name not in {"genre", "x_a"}} | {"title": "B", "number": "7"}
    put(store, (changed, LETTER), (ANNA, ANNA))
    assert history(store) == [
        (1, "anna", "ADDED", None, None),
        (1, "war", "ADDED", None, None),
        (1, "letter", "ADDED", None, None),
        (
            *(2, "letter", "CHANGED"),
            {"title": "To a friend", "genre": "letter", "x_a": None, "number": None},
            {"title": "B", "genre": None, "number": "7"},
        ),
    ]
    assert kept(store)["document letter"] == changed


def test_a_record_that_changed_is_found_by_its_new_names_wherever_it_stands(store: Store) -> None:
    above = {**WAR, "id": "conflict", "name": "Conflict"}
    put(store, ANNA, WAR, above, LETTER)
    put(store, ({**ANNA, "name": "Vera"}, ANNA), ({**WAR, "broader": ["conflict"]}, WAR))
    assert sorted(indexed(store)) == sorted(rebuilt(store))
    put(store, ({**above, "name": "Strife"}, above))
    assert sorted(indexed(store)) == sorted(rebuilt(store))
    assert any("strife" in str(row) for row in indexed(store))


def test_topics_that_come_before_those_above_them_stand_below_them_all_the_same(store: Store) -> None:
    def topic(key: str, *broader: str) -> Fields:
        return {**WAR, "id": key, "name": key, "broader": list(broader)} if broader else {**WAR, "id": key, "name": key}

    put(store, topic("c", "b"), {**LETTER, "topics": ["c"]}, topic("d", "c"), topic("b", "a"), ANNA, topic("a"))
    descent, of = table(tables.TopicDescent), TABLES["topic"]
    above, below = of.alias(), of.alias()
    with store.writing() as connection:
        rows = connection.execute(
            select(below.c.key, above.c.key)
            .select_from(descent)
            .join(below, below.c.id == descent.c.topic_id)
            .join(above, above.c.id == descent.c.ancestor_id)
        ).all()
    assert sorted("".join(row) for row in rows) == ["aa", "ba", "bb", "ca", "cb", "cc", "da", "db", "dc", "dd"]
    assert sorted(indexed(store)) == sorted(rebuilt(store))


def test_what_is_removed_leaves_the_whole_record_in_the_history_and_a_tombstone_until_it_comes_back(store: Store) -> None:
    put(store, ANNA, WAR, LETTER)
    with store.writing() as connection:
        writing = writer(store, connection)
        assert writing.remove("document", ["letter", "never"]) == 1
        assert writing.remove("person", ["anna"]) == 1
        writing.finish()
    assert kept(store) == {"topic war": WAR}
    assert history(store)[3:] == [(2, "letter", "REMOVED", LETTER, None), (2, "anna", "REMOVED", ANNA, None)]
    assert sorted(tombstones(store)) == [("document", "letter", 2), ("person", "anna", 2)]
    assert len(indexed(store)) == 1
    put(store, ANNA)
    assert tombstones(store) == [("document", "letter", 2)]


def test_a_record_that_others_refer_to_is_not_removed_unless_they_go_too(store: Store) -> None:
    narrower = {**WAR, "id": "battle", "broader": ["war"]}
    put(store, ANNA, WAR, narrower, LETTER)
    with store.writing() as connection:
        writing = writer(store, connection)
        writing.remove("person", ["anna"])
        writing.remove("topic", ["war"])
        with pytest.raises(Rejected) as refusal:
            writing.finish()
        connection.rollback()
    assert [(error.code, error.value, error.message.partition(": ")[2]) for error in refusal.value.errors] == [
        ("RECORD_NEEDED", "anna", "document letter."),
        ("RECORD_NEEDED", "war", "document letter, topic battle."),
    ]
    assert len(kept(store)) == 4
    with store.writing() as connection:
        writing = writer(store, connection)
        writing.remove("person", ["anna"])
        writing.put({name: value for name, value in LETTER.items() if name != "people"}, LETTER)
        writing.finish()
    assert "person anna" not in kept(store)


def test_a_reference_to_nothing_is_refused(store: Store) -> None:
    with pytest.raises(Rejected) as refusal:
        put(store, LETTER, WAR)
    assert [str(error) for error in refusal.value.errors] == [
        "the store (letter, people[0].person): There is no person with this id, neither in the load nor in the store. [anna]"
    ]
    assert kept(store) == {}


def test_internal_ids_are_known_by_key(store: Store) -> None:
    put(store, ANNA, WAR)
    with store.writing() as connection:
        assert internal_ids(connection, "person", ["anna", "boris"]) == {"anna": 1}
