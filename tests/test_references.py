"""What is wrong between the records of one load and the store: ids given twice, references to nothing, circles of topics."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import orjson
import pytest

from data.errors import RecordError, Rejected
from data.load import load
from data.options import Options
from data.sources import RecordList
from data.store import Store

LETTER: dict[str, object] = {"type": "document", "id": "letter", "title": "To a friend"}
ANNA: dict[str, object] = {"type": "person", "id": "anna", "name": "Anna"}
Record = Mapping[str, object]
Refused = Callable[..., list[RecordError]]


@pytest.fixture
def refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Refused]:
    """What a load of these records finds, after others were stored; they stand on lines 1, 2, … of `load.jsonl`."""
    monkeypatch.chdir(tmp_path)
    store = Store.create("sqlite:///archive.db")

    def errors(*records: Record, stored: tuple[Record, ...] = ()) -> list[RecordError]:
        for name, some in (("stored.jsonl", stored), ("load.jsonl", records)):
            Path(name).write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in some))
        if stored:
            load(store, [Path("stored.jsonl")])
        try:
            load(store, [Path("load.jsonl")])
        except Rejected as error:
            return error.errors
        return []

    yield errors
    store.close()


def told(errors: list[RecordError]) -> list[tuple[str, str, str | None]]:
    return [(error.code, str(error), error.hint) for error in errors]


def topic(key: str, *broader: str) -> dict[str, object]:
    return {"type": "topic", "id": key, "name": key.title(), "broader": list(broader)}


def test_references_may_point_forward_and_into_the_store(refused: Refused) -> None:
    people = [{"role": "sender", "person": "anna"}, {"role": "recipient", "person": "boris"}]
    records = [{**LETTER, "people": people, "topics": ["war", "peace"]}, ANNA, topic("war", "conflict")]
    stored = ({"type": "person", "id": "boris", "name": "Boris"}, topic("peace"), topic("conflict"))
    assert refused(*records, stored=stored) == []


def test_one_id_may_name_a_document_a_person_and_a_topic(refused: Refused) -> None:
    assert refused({**LETTER, "id": "a"}, {**ANNA, "id": "a"}, topic("a")) == []


def test_a_record_of_the_store_may_be_loaded_again(refused: Refused) -> None:
    assert refused(topic("war"), stored=(topic("war"),)) == []


@pytest.mark.parametrize("stored", [(), (LETTER,), ({**LETTER, "title": "Another"},)], ids=["new", "same", "changed"])
def test_an_id_given_twice_is_told_with_both_places(refused: Refused, stored: tuple[Record, ...]) -> None:
    twice = "The id of this document is given twice; first at load.jsonl:1."
    assert told(refused(LETTER, topic("letter"), LETTER, LETTER, stored=stored)) == [
        (
            "ID_DUPLICATE",
            f"load.jsonl:{line} (letter, id): {twice} [letter]",
            "Give each record its own id, or drop one of the two.",
        )
        for line in (3, 4)
    ]


def test_an_id_given_again_a_thousand_records_later_is_told(refused: Refused) -> None:
    errors = refused(LETTER, *[topic(f"t{number}") for number in range(1200)], LETTER)
    assert [str(error) for error in errors] == [
        "load.jsonl:1202 (letter, id): The id of this document is given twice; first at load.jsonl:1. [letter]"
    ]


def test_a_person_or_topic_that_is_nowhere_is_told_with_the_nearest(refused: Refused) -> None:
    records = [
        {**LETTER, "people": [{"role": "sender", "as": "A"}, {"role": "recipient", "person": "rochshin"}]},
        {**LETTER, "id": "b", "topics": ["war", "cheese"]},
        topic("war", "confict"),
        {"type": "person", "id": "roshchin", "name": "Roshchin"},
    ]
    what = "with this id, neither in the load nor in the store."
    assert told(refused(*records, stored=(topic("conflict"),))) == [
        (
            "REFERENCE_DANGLING",
            f"load.jsonl:1 (letter, people[1].person): There is no person {what} [rochshin]",
            "Did you mean `roshchin`?",
        ),
        (
            "REFERENCE_DANGLING",
            f"load.jsonl:2 (b, topics[1]): There is no topic {what} [cheese]",
            "Add a record of the topic.",
        ),
        (
            "REFERENCE_DANGLING",
            f"load.jsonl:3 (war, broader[0]): There is no topic {what} [confict]",
            "Did you mean `conflict`?",
        ),
    ]


def test_a_person_is_no_topic(refused: Refused) -> None:
    assert [error.code for error in refused({**LETTER, "topics": ["anna"]}, ANNA)] == ["REFERENCE_DANGLING"]


def test_an_id_with_other_digits_is_no_near_id(refused: Refused) -> None:
    assert [error.hint for error in refused({**LETTER, "topics": ["d22"]}, topic("d23"))] == ["Add a record of the topic."]


def test_a_reference_to_a_record_that_was_refused_is_no_second_error(refused: Refused) -> None:
    letter = {**LETTER, "topics": ["war"], "people": [{"role": "sender", "person": "anna"}]}
    errors = refused(letter, {**topic("war"), "nam": "x"}, {**ANNA, "birth": "May"})
    assert [error.code for error in errors] == ["RECORD_INVALID", "DATE_INVALID"]


def test_a_record_with_a_fault_of_its_own_is_told_of_its_dangling_references_too(refused: Refused) -> None:
    parts = [{"role": "sender", "person": "anna"}, {"role": "recipient", "person": "boris"}, {"role": 7, "person": "clara"}, "x"]
    letter = {**LETTER, "date": "May", "people": parts, "topics": ["war", 5, "peace"]}
    assert [(error.code, error.place.path, error.value) for error in refused(letter, ANNA, topic("war"))] == [
        ("DATE_INVALID", "date", "May"),
        ("RECORD_INVALID", "people[2].role", "7"),
        ("RECORD_INVALID", "people[3]", "x"),
        ("RECORD_INVALID", "topics[1]", "5"),
        ("REFERENCE_DANGLING", "people[1].person", "boris"),
        ("REFERENCE_DANGLING", "people[2].person", "clara"),
        ("REFERENCE_DANGLING", "topics[2]", "peace"),
    ]


@pytest.mark.parametrize("dates", [("May", "1895"), ("1895", "May"), ("May", "May")])
def test_an_id_given_twice_is_told_also_where_one_of_the_two_is_wrong_by_itself(
    refused: Refused, tmp_path: Path, dates: tuple[str, str]
) -> None:
    records = [{**LETTER, "date": date} for date in dates]
    wrong = [("DATE_INVALID", line) for line, date in enumerate(dates, 1) if date == "May"]
    assert sorted((error.code, error.place.line) for error in refused(*records)) == [*wrong, ("ID_DUPLICATE", 2)]
    assert [error.place.line for error in refused(records[0], *[topic(f"t{at}") for at in range(700)], records[1])][-1] == 702
    store = Store.create(f"sqlite:///{tmp_path}/skipped.db")
    report = load(store, [RecordList(records)], Options(skips=True, rejected=tmp_path / "rejected.jsonl"))
    assert (report.added, report.rejected) == ((1, 1) if dates[0] == "1895" else (0, 2))
    store.close()


def test_a_record_given_twice_is_told_of_the_dangling_references_of_both(refused: Refused) -> None:
    errors = refused({**LETTER, "topics": ["war"]}, {**LETTER, "topics": ["peace"]})
    assert [(error.code, error.place.line, error.value) for error in errors] == [
        ("ID_DUPLICATE", 2, "letter"),
        ("REFERENCE_DANGLING", 1, "war"),
        ("REFERENCE_DANGLING", 2, "peace"),
    ]


def test_all_dangling_references_are_counted(tmp_path: Path) -> None:
    store, file = Store.create(f"sqlite:///{tmp_path}/archive.db"), tmp_path / "load.jsonl"
    records = [{**LETTER, "id": f"d{number}", "topics": ["war", "peace"]} for number in range(700)]
    file.write_bytes(
        b"".join(orjson.dumps(record) + b"\n" for record in [*records, {**LETTER, "topics": ["war"], "date": "May"}])
    )
    with pytest.raises(Rejected) as found:
        load(store, [file], Options(max_errors=10))
    assert (len(found.value.errors), found.value.count) == (10, 1402)
    store.close()


def test_a_dangling_reference_in_a_table_is_told_with_row_and_column(tmp_path: Path) -> None:
    store, file = Store.create(f"sqlite:///{tmp_path}/archive.db"), tmp_path / "letters.csv"
    file.write_text("id,title,sender,recipient,topics\na,A,anna,boris,war\nb,B,,clara|dora,\n", encoding="utf-8")
    with pytest.raises(Rejected) as found:
        load(store, [file, RecordList([ANNA])])
    assert [str(error).partition(":")[2].partition(":")[0] for error in found.value.errors] == [
        "2 (a, people[1].person, row 1, column `recipient`)",
        "2 (a, topics[0], row 1, column `topics`)",
        "3 (b, people[0].person, row 2, column `recipient`)",
        "3 (b, people[1].person, row 2, column `recipient`)",
    ]
    store.close()


def test_only_the_first_dangling_references_are_given_a_near_id(refused: Refused) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    errors = refused({**LETTER, "topics": [f"{letter}-topic" for letter in letters]}, topic("topic"))
    assert (len(errors), errors[0].hint, errors[-1].hint) == (26, "Did you mean `topic`?", None)


# Circles


@pytest.fixture
def circles(refused: Refused) -> Callable[..., list[tuple[str, str]]]:
    def found(*topics: Record, stored: tuple[Record, ...] = ()) -> list[tuple[str, str]]:
        errors = refused(*topics, stored=stored)
        assert {error.code for error in errors} <= {"TOPIC_CYCLE"}
        return [(str(error.place), error.message) for error in errors]

    return found


Circles = Callable[..., list[tuple[str, str]]]


def test_a_topic_above_itself_is_a_circle(circles: Circles) -> None:
    assert circles(topic("a", "a")) == [("load.jsonl:1 (a, broader)", "The topic is broader than itself: a → a.")]


def test_a_circle_is_told_with_its_way(circles: Circles) -> None:
    assert circles(topic("x", "a"), topic("a", "b"), topic("b", "c"), topic("c", "a")) == [
        ("load.jsonl:2 (a, broader)", "The topic is broader than itself: a → b → c → a.")
    ]


def test_two_ways_up_to_one_topic_are_no_circle(circles: Circles) -> None:
    assert circles(topic("a", "b", "c"), topic("b", "d"), topic("c", "d"), topic("d")) == []


def test_every_circle_is_told(circles: Circles) -> None:
    assert [message for _, message in circles(topic("a", "a"), topic("b", "c"), topic("c", "b"))] == [
        "The topic is broader than itself: a → a.",
        "The topic is broader than itself: b → c → b.",
    ]


def test_a_circle_may_lead_through_the_store(circles: Circles) -> None:
    stored = (topic("a"), topic("b", "c"), topic("c", "a"))
    assert circles(topic("a", "b"), stored=stored) == [
        ("load.jsonl:1 (a, broader)", "The topic is broader than itself: a → b → c → a.")
    ]


def test_what_is_loaded_replaces_what_is_stored_and_what_is_absent_leaves_it(circles: Circles) -> None:
    stored = (topic("a"), topic("b", "a"))
    unsaid = {"type": "topic", "id": "b", "name": "B"}
    assert len(circles(topic("a", "b"), unsaid, stored=stored)) == 1
    assert circles(topic("a", "b"), topic("b"), stored=stored) == []


def test_a_circle_of_thousands_is_found_and_told_in_short(circles: Circles) -> None:
    count = 3_000
    ring = [topic(f"t{number}", f"t{(number + 1) % count}") for number in range(count)]
    assert circles(*ring) == [
        (
            "load.jsonl:1 (t0, broader)",
            "The topic is broader than itself: t0 → t1 → t2 → t3 → t4 → t5 → t6 → t7 → … → t0.",
        )
    ]


def test_a_hundred_circles_are_enough(circles: Circles) -> None:
    assert len(circles(*[topic(f"t{number}", f"t{number}") for number in range(150)])) == 100
