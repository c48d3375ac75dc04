"""Mappings: objects with keys and shapes of their own become records; nothing is lost without the mapping's word."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from data.check import parse
from data.errors import Place, RecordError, Rejected
from data.mapping import Mapping, read_mapping
from data.readers import Raw, read
from data.readers.raw import Form, Piece


def mapping(tmp_path: Path, text: str) -> Mapping:
    path = tmp_path / "a.map.yaml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


def faults(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises((Rejected, RecordError)) as caught:
        mapping(tmp_path, text)
    errors = caught.value.errors if isinstance(caught.value, Rejected) else [caught.value]
    assert all(isinstance(error, RecordError) and error.code == "MAPPING_INVALID" for error in errors)
    return [str(error).removeprefix(f"{tmp_path}/") for error in errors]


def converted(tmp_path: Path, text: str, *objects: Any, file: str = "a.jsonl", **options: Any) -> list[Any]:
    raws = [Raw(Place(file, line), value) for line, value in enumerate(objects, start=1)]
    return [raw.value for raw in mapping(tmp_path, text).apply(raws, **options)]


def document(fields: str, *, more: str = "unmapped: drop") -> str:
    """A mapping of documents with these fields beside id and title."""
    indented = "\n".join(f"      {line}" for line in fields.splitlines())
    rule = "\n".join(f"    {line}" for line in more.splitlines())
    return f"records:\n  - type: document\n{rule}\n    fields:\n      id: id\n      title: title\n{indented}\n"


def one(tmp_path: Path, fields: str, given: dict[str, Any], *, more: str = "unmapped: drop", tables: str = "") -> dict[str, Any]:
    """What the fields give for the object, beside type, id and title."""
    text = f"{tables}{document(fields, more=more)}"
    (record,) = converted(tmp_path, text, {"id": "a", "title": "A", **given})
    return {key: value for key, value in record.items() if key not in {"type", "id", "title"}}


# Values


def test_keys_are_taken_by_other_names_and_out_of_other_shapes(tmp_path: Path) -> None:
    fields = """
source: shelf.mark
collection: "part.of"
number: Nr.
languages: [language, "more[].code"]
identifiers: {each: ids, template: "{key}:{value}"}
x_place: place
x_first: "people[].name"
"""
    given = {
        "shelf": {"mark": "A 12"},
        "part.of": "Letters",
        "Nr.": 12,
        "language": "ru",
        "more": [{"code": "en"}, {"code": ""}, {"code": "ru"}],
        "ids": {"gnd": "118", "viaf": 12.0, "none": None},
        "place": {"name": "Moscow", "at": [1.5, None]},
        "people": [{"name": "A"}, {"name": "B"}],
    }
    assert one(tmp_path, fields, given) == {
        "source": "A 12",
        "collection": "Letters",
        "number": "12",
        "languages": ["ru", "en"],
        "identifiers": ["gnd:118", "viaf:12"],
        "x_place": {"name": "Moscow", "at": [1.5, None]},
        "x_first": ["A", "B"],
    }


def test_values_are_cut_replaced_looked_up_joined_and_made_up(tmp_path: Path) -> None:
    fields = """
languages: {from: lang, split: "/", table: languages, else: null}
topics: {from: subjects, split: ";", replace: {"[ ]+": "-"}, prefix: "t/"}
genre: {first: [form, {value: unknown}]}
rights: =Public domain
description: {join: [about, remark], with: " | "}
source: {template: "{box}, {folder}"}
number: {from: nr, default: none}
repository: {from: archive, when: {country: [fr, de]}}
"""
    tables = "tables:\n  languages: {rus: ru, 'no': nb, lat: null}\n"
    given: dict[str, Any] = {
        "lang": "rus / no/lat/xx",
        "subjects": "Cold war; Korea ;;",
        "about": "A letter",
        "box": "1",
        "country": "de",
        "archive": "X",
    }
    assert one(tmp_path, fields, given, tables=tables) == {
        "languages": ["ru", "nb"],
        "topics": ["t/Cold-war", "t/Korea"],
        "genre": "unknown",
        "rights": "Public domain",
        "description": "A letter",
        "number": "none",
        "repository": "X",
    }
    given = {"about": "A", "remark": "B", "form": "letter", "box": 1, "folder": "2", "archive": "X", "country": "us", "nr": 7}
    assert one(tmp_path, fields, given, tables=tables) == {
        "genre": "letter",
        "rights": "Public domain",
        "description": "A | B",
        "source": "1, 2",
        "number": "7",
    }


def test_a_date_has_its_label_and_what_is_none_is_kept_only_by_choice(tmp_path: Path) -> None:
    fields = "date: {edtf: {from: date, invalid: keep}, label: printed}"
    kept = {"more": "unmapped: keep"}
    assert one(tmp_path, fields, {"date": "1949-12", "printed": "Dec. 1949"}, **kept) == {
        "date": {"edtf": "1949-12", "label": "Dec. 1949"}
    }
    assert one(tmp_path, fields, {"date": 1949, "printed": None}, **kept) == {"date": "1949"}
    assert one(tmp_path, fields, {"date": "1951/1949", "printed": "1949-51"}, **kept) == {
        "x_date": "1951/1949",
        "x_printed": "1949-51",
    }
    assert one(tmp_path, fields, {"date": "", "printed": "undated"}, **kept) == {"x_printed": "undated"}
    (record,) = converted(tmp_path, document("date: date"), {"id": "a", "title": "A", "date": "1951/1949"})
    parsed = parse(Raw(Place("a.jsonl", 1), record))
    assert isinstance(parsed, list)
    assert parsed[0].code == "DATE_INVALID"


PEOPLE = """
people:
  - each: people
    person: {from: id, missing: name}
    as: {first: [written, name]}
    role: {from: role, table: roles, else: other}
    label: {from: role, not_in: plain}
    certainty: {value: low, when: {sure: "false"}}
  - {each: Absender, split: ";", role: =sender, as: .}
"""
ROLES = "tables:\n  roles: {sent by: sender, signatory: author}\n  plain: {sent by: sender}\n"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("3.10.1895", {"date": {"edtf": "1895-10-03", "label": "3.10.1895"}}),
        ("May 12, 1895", {"date": {"edtf": "1895-05-12", "label": "May 12, 1895"}}),
        ("5/1895", {"date": {"edtf": "1895-05", "label": "5/1895"}}),
        ("anno 0895", {"date": {"edtf": "0895", "label": "anno 0895"}}),
        ("1895-10~", {"date": "1895-10~"}),
        ("ca. 1895", {"date": {"edtf": "1895~", "label": "ca. 1895"}}),
        ("30.2.1895", {"x_date": "30.2.1895"}),
        ("ca. May", {"x_date": "ca. May"}),
        (None, {}),
    ],
)
def test_dates_are_read_as_the_mapping_says_they_are_written(
    tmp_path: Path, written: str | None, expected: dict[str, Any]
) -> None:
    forms = '["%d.%m.%Y", "%B %d, %Y", "%m/%Y", "anno %Y"]'
    fields = f"date: {{from: when, replace: {{'^ca\\. (.*)$': '\\1~'}}, forms: {forms}, invalid: keep}}"
    assert one(tmp_path, fields, {"when": written}) == expected
    labelled = one(tmp_path, fields.replace("invalid", "label: said, invalid"), {"when": written, "said": "then"})
    assert labelled.get("date", {"label": "then"})["label"] == "then"


def test_dates_that_are_kept_as_none_are_told(tmp_path: Path) -> None:
    told: list[str] = []
    objects = [{"id": when, "title": "A", "when": when} for when in ("1895", "May", "1895-10/1894")]
    converted(tmp_path, document("date: {from: when, invalid: keep}"), *objects, on_remark=lambda said, _: told.append(said))
    assert told == ["2 of `date` are no EDTF, and kept as `x_date`, as a.map.yaml says."]


def test_cells_that_hold_json_are_read_as_such_where_the_mapping_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    people = '[{""name"": ""Anna"", ""role"": ""sender""}]'
    path.write_text(f'\ufeffid,title,people,tags\na,[1],"{people}","[""x"", ""y""]"\nb,B,,\nc,C,[x,\n', encoding="utf-8")
    rules = mapping(tmp_path, "json: [people, tags]\n" + document("people: {each: people, role: role, as: name}\ntopics: tags"))
    found: list[tuple[RecordError, Piece]] = []
    raws = list(rules.apply(read(path, is_mapped=True), on_fault=lambda error, piece: found.append((error, piece))))
    assert [raw.value for raw in raws] == [
        {"type": "document", "id": "a", "title": "[1]", "people": [{"role": "sender", "as": "Anna"}], "topics": ["x", "y"]},
        {"type": "document", "id": "b", "title": "B"},
    ]
    assert raws[0].given.content == b'a,[1],"[{""name"": ""Anna"", ""role"": ""sender""}]","[""x"", ""y""]"'
    ((error, piece),) = found
    assert str(error).startswith(f"{path}:4 (people, row 3, column `people`): Not JSON: Expecting value")
    assert piece == Piece(b"c,C,[x,", Form(".csv", b"id,title,people,tags"))
    assert list(rules.ids(read(path, is_mapped=True))) == [("document", "a"), ("document", "b")]


def test_people_are_taken_out_of_lists_and_cells_with_the_source_s_words_for_roles(tmp_path: Path) -> None:
    given = {
        "people": [
            {"id": "p1", "name": "Anna", "written": "A.", "role": "sent by", "sure": False},
            {"id": "", "name": "Bert", "role": "signatory", "sure": True},
            {"id": None, "name": " ", "role": "painter"},
            {"name": "Carl", "role": "painter"},
        ],
        "Absender": "Doris; Emil",
    }
    assert one(tmp_path, PEOPLE, given, tables=ROLES) == {
        "people": [
            {"person": "p1", "role": "sender", "as": "A.", "certainty": "low"},
            {"role": "author", "as": "Bert", "label": "signatory"},
            {"role": "other", "as": "Carl", "label": "painter"},
            {"role": "sender", "as": "Doris"},
            {"role": "sender", "as": "Emil"},
        ]
    }


@pytest.mark.parametrize(
    ("missing", "expected"),
    [
        ("refuse", [{"person": "p1", "role": "sender", "as": "Anna"}, {"person": "p2", "role": "sender", "as": "Bert"}]),
        ("name", [{"person": "p1", "role": "sender", "as": "Anna"}, {"role": "sender", "as": "Bert"}]),
        ("drop", [{"person": "p1", "role": "sender", "as": "Anna"}]),
    ],
)
def test_what_becomes_of_a_person_who_is_nowhere_is_the_mapping_s_choice(
    tmp_path: Path, missing: str, expected: list[Any]
) -> None:
    text = document(f"people: {{each: people, person: {{from: id, missing: {missing}}}, as: name, role: =sender}}")
    given = {"id": "a", "title": "A", "people": [{"id": "p1", "name": "Anna"}, {"id": "p2", "name": "Bert"}]}
    assert mapping(tmp_path, text).asks_what_is_known == (missing != "refuse")
    (record,) = converted(tmp_path, text, given, known=lambda type_, key: (type_, key) == ("person", "p1"))
    assert record["people"] == expected
    dropped = document('topics: {from: "topics[]", missing: drop}')
    (record,) = converted(tmp_path, dropped, {"id": "a", "title": "A", "topics": ["t1", "t2"]}, known=lambda _, key: key == "t2")
    assert record["topics"] == ["t2"]


def test_names_notes_and_texts_are_made_of_what_there_is(tmp_path: Path) -> None:
    fields = """
texts:
  - {kind: =original, language: lang, body: text}
  - {kind: =translation, language: =en, body: english}
notes:
  - {kind: =provenance, text: history}
  - {each: remarks, kind: =editorial, text: {template: "{by}: {said}"}}
"""
    given = {"text": "Здравствуй", "lang": "ru", "remarks": [{"by": "Ed.", "said": "torn"}, {"by": "Ed."}]}
    assert one(tmp_path, fields, given) == {
        "texts": [{"kind": "original", "language": "ru", "body": "Здравствуй"}],
        "notes": [{"kind": "editorial", "text": "Ed.: torn"}],
    }
    person = (
        "records: [{type: person, fields: {id: id, name: name, names: [variants, {name: code, kind: =cipher, from: since}]}}]"
    )
    assert converted(tmp_path, person, {"id": "p", "name": "P", "variants": ["Q", "R"], "code": "X", "since": 1940}) == [
        {
            "type": "person",
            "id": "p",
            "name": "P",
            "names": [{"name": "Q"}, {"name": "R"}, {"name": "X", "kind": "cipher", "from": "1940"}],
        }
    ]


# What is left over


def test_what_no_field_takes_is_kept_or_left_out_or_refused(tmp_path: Path) -> None:
    given = {
        "shelf": {"room": 1, "row": 2},
        "people": [{"name": "Anna", "age": 7}],
        "note": "n",
        "x_own": 1,
        "none": None,
        "empty": [],
    }
    fields = "source: shelf.room\npeople: {each: people, role: =sender, as: name}"
    mapped = {"source": "1", "people": [{"role": "sender", "as": "Anna"}]}
    assert one(tmp_path, fields, given, more="unmapped: keep") == {
        **mapped,
        "x_shelf": {"row": 2},
        "x_people": given["people"],
        "x_note": "n",
        "x_own": 1,
    }
    assert one(tmp_path, fields, given, more='drop: ["people[].age", note, shelf]') == {**mapped, "x_own": 1}
    assert one(tmp_path, fields, given, more="unmapped: drop") == mapped
    found: list[RecordError] = []
    text = document(fields, more="unmapped: refuse")
    given = {"id": "a", "title": "A", "note": "n"}
    assert converted(tmp_path, text, given, on_fault=lambda error, _: found.append(error)) == []
    assert [(error.code, error.message, error.hint) for error in found] == [
        (
            "RECORD_INVALID",
            "No field of the mapping takes `note`.",
            "Give it a field, name it under `drop`, or say `unmapped: keep`.",
        )
    ]


def test_a_label_without_a_date_is_left_over_and_so_kept(tmp_path: Path) -> None:
    fields = "date: {edtf: date, label: printed}"
    assert one(tmp_path, fields, {"printed": "without date"}, more="unmapped: keep") == {"x_printed": "without date"}


# Rules


def test_each_object_goes_through_the_rules_that_fit_it(tmp_path: Path) -> None:
    text = """
records:
  - {type: person, files: "people*", when: {kind: person}, fields: {id: id, name: name}}
  - {type: topic, when: {kind: [theme, place]}, skip: {name: {matches: "^test"}, id: null}, fields: {id: {from: name, prefix: "t/"}, name: name}, unmapped: drop}
"""
    remarks: list[str] = []
    objects = (
        {"kind": "person", "id": "p", "name": "P"},
        {"kind": "theme", "name": "Trade"},
        {"kind": "theme", "name": "test of trade"},
        {"kind": "theme", "id": 1, "name": "test of all"},
        {"kind": "other"},
    )
    expected = [
        {"type": "topic", "id": "t/Trade", "name": "Trade"},
        {"type": "topic", "id": "t/test of all", "name": "test of all"},
    ]
    assert converted(tmp_path, text, *objects, on_remark=lambda said, _: remarks.append(said)) == expected
    assert remarks == ["3 of its objects are skipped, as a.map.yaml says."]
    people = converted(tmp_path, text, *objects, file="in/people.csv")
    assert people == [{"type": "person", "id": "p", "name": "P", "x_kind": "person"}, *expected]


def test_records_are_made_of_the_items_of_a_list(tmp_path: Path) -> None:
    text = f"""{document('topics: "subjects[].id"')}
  - {{type: topic, each: subjects, once: true, fields: {{id: id, name: label}}}}
  - {{type: person, each: by, split: ";", if_missing: true, fields: {{id: ., name: ., x_letter: /id}}}}
"""
    text = text.replace("unmapped: drop", "unmapped: keep")
    subjects = [{"id": "t1", "label": "One"}, {"id": "t2", "label": "Two", "code": 2}]
    first, second = (
        {"id": "a", "title": "A", "subjects": subjects, "by": "Anna; Bert"},
        {"id": "b", "title": "B", "subjects": subjects[:1]},
    )
    assert converted(tmp_path, text, first, second) == [
        {"type": "document", "id": "a", "title": "A", "topics": ["t1", "t2"], "x_subjects": subjects},
        {"type": "topic", "id": "t1", "name": "One"},
        {"type": "topic", "id": "t2", "name": "Two", "x_code": 2},
        {"type": "person", "id": "Anna", "name": "Anna", "x_letter": "a"},
        {"type": "person", "id": "Bert", "name": "Bert", "x_letter": "a"},
        {"type": "document", "id": "b", "title": "B", "topics": ["t1"]},
    ]
    raws = [Raw(Place("a.jsonl", 1), first)]
    assert [raw.is_implied for raw in mapping(tmp_path, text).apply(raws)] == [False, False, False, True, True]
    assert list(mapping(tmp_path, text).ids(raws)) == [("document", "a"), ("topic", "t1"), ("topic", "t2")]


def test_a_file_that_is_read_again_gives_the_same_again(tmp_path: Path) -> None:
    rules = mapping(tmp_path, "records: [{type: person, once: true, fields: {id: id, name: name}}]")
    raws = [Raw(Place("a.jsonl", line), {"id": "p", "name": name}) for line, name in enumerate("AB", start=1)]
    expected = [{"type": "person", "id": "p", "name": "A"}]
    assert [[raw.value for raw in rules.apply(raws)] for _ in range(2)] == [expected, expected]


# Faults


def test_a_value_that_the_mapping_has_no_way_for_is_refused_with_both_places(tmp_path: Path) -> None:
    text = "tables: {roles: {a: author}}\n" + document("genre: form\nnumber: nr\nidentifiers: {from: role, table: roles}")
    objects: tuple[dict[str, Any], ...] = ({"form": {"x": 1}}, {"nr": ["1", "2"]}, {"role": "b"}, {"role": "a"})
    found: list[RecordError] = []
    given = [{"id": f"{number}", "title": "A", **one} for number, one in enumerate(objects, start=1)]
    assert len(converted(tmp_path, text, *given, on_fault=lambda error, _: found.append(error))) == 1
    assert [(str(error), error.hint) for error in found] == [
        (
            "a.jsonl:1 (1, genre, from `form`): A text is wanted here, and there is an object.",
            "As a.map.yaml:8 says. Name a key in it: `collection.name`, `people[].name`.",
        ),
        (
            "a.jsonl:2 (2, number, from `nr`): `number` takes one value, and there are 2. [1, 2]",
            "As a.map.yaml:9 says. Say `join`, or `first`.",
        ),
        (
            "a.jsonl:3 (3, identifiers, from `role`): The table `roles` has no such word. [b]",
            "As a.map.yaml:10 says. Add it there, or give `else`.",
        ),
    ]
    with pytest.raises(RecordError, match="A text is wanted here"):
        converted(tmp_path, text, given[0])


def test_what_is_no_object_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="A mapping converts objects, and this is none"):
        converted(tmp_path, document(""), ["a"])


def test_an_error_of_a_mapped_record_names_the_key_it_came_from(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("Nr.;Titel;Datum\n1;A;1949-13\n", encoding="utf-8")
    text = "records: [{type: document, fields: {id: Nr., title: Titel, date: Datum}}]"
    (raw,) = mapping(tmp_path, text).apply(read(path, is_mapped=True))
    parsed = parse(raw)
    assert isinstance(parsed, list)
    assert str(parsed[0]).startswith(f"{path}:2 (1, date, row 1, column `Datum`): ")


def test_an_error_of_a_mapped_list_names_the_key_that_the_item_came_from(tmp_path: Path) -> None:
    rules = document("people:\n  - {each: Von, role: =sendr, as: .}\n  - {each: An, person: id, role: rolle}\ntopics: [a, b]")
    given = {"id": "a", "title": "A", "Von": "X", "An": [{"id": "p", "rolle": "x"}], "a": "", "b": "t"}
    (raw,) = mapping(tmp_path, rules).apply([Raw(Place("a.jsonl", 1), given)])
    parsed = parse(raw)
    assert isinstance(parsed, list)
    assert [(error.place.path, error.place.origin) for error in parsed] == [
        ("people[0].role", "Von"),
        ("people[1].role", "An[].rolle"),
    ]
    paths = ("people[0]", "people[0].as", "people[1].person", "topics[0]")
    assert [replace(raw.place, path=path).origin for path in paths] == ["Von", "Von", "An[].id", "b"]
    (raw,) = mapping(tmp_path, document("people: {each: An, person: id, role: =sender}\ntopics: t")).apply([raw])
    more = ("people[7].person", "people[7].role", "people", "topics[1]", "topics")
    assert [replace(raw.place, path=path).origin for path in more] == ["An[].id", "An", "An", "t", "t"]


@pytest.mark.parametrize(
    ("fields", "key"),
    [("people: {each: p, role: sender, as: .}", "role"), ("texts: {kind: original, body: p}", "kind")],
)
def test_an_item_that_says_something_is_not_left_out_for_want_of_a_role_or_kind(tmp_path: Path, fields: str, key: str) -> None:
    with pytest.raises(RecordError, match=f"`{key}` is needed here, and there is nothing") as found:
        converted(tmp_path, document(fields), {"id": "a", "title": "A", "p": "Anna"})
    assert found.value.hint == "As a.map.yaml:7 says. Give it a `default`; a word itself is `=word`."
    assert converted(tmp_path, document(fields), {"id": "a", "title": "A", "p": None}) == [
        {"type": "document", "id": "a", "title": "A"}
    ]


def test_one_object_is_its_own_list_unless_its_keys_and_values_are_asked_for(tmp_path: Path) -> None:
    given = {
        "von": {"id": 7, "name": "Anna", "born": "1860"},
        "titles": {"value": "Brief", "lang": "de"},
        "ids": {"gnd": "1", "viaf": 2},
    }
    fields = """
people: {each: von, person: id, as: name, role: =sender}
notes: {each: titles, kind: =editorial, text: value}
identifiers: {each: ids, template: "{key}:{value}"}
"""
    assert one(tmp_path, fields, given, more="unmapped: keep") == {
        "people": [{"person": "7", "role": "sender", "as": "Anna"}],
        "notes": [{"kind": "editorial", "text": "Brief"}],
        "identifiers": ["gnd:1", "viaf:2"],
        "x_von": {"born": "1860"},
        "x_titles": {"lang": "de"},
    }
    people = "records: [{type: person, each: von, fields: {id: id, name: name}}]"
    assert converted(tmp_path, people, given) == [{"type": "person", "id": "7", "name": "Anna", "x_born": "1860"}]


def test_a_condition_of_a_value_is_about_each_item_of_its_list(tmp_path: Path) -> None:
    given = {"places": [{"name": "Wien", "role": "sent"}, {"name": "Ischl", "role": "named"}], "kind": "letter"}
    made = "{each: places, from: name, when: {role: sent, /kind: letter}}"
    assert one(tmp_path, f"x_from: {made}", given) == {"x_from": "Wien"}
    assert one(tmp_path, f"x_from: {made}", given | {"kind": "diary"}) == {}


def test_a_condition_of_a_rule_is_about_each_item_of_its_list(tmp_path: Path) -> None:
    rule = "{type: topic, each: places, when: {/kind: letter, role: [sent, named]}, skip: {name: Wien}, fields: {id: name, name: name}}"
    places = [{"name": name, "role": role} for name, role in (("Wien", "sent"), ("Ischl", "named"), ("Rom", None))]
    text = f"records: [{rule}]"
    assert [one["id"] for one in converted(tmp_path, text, {"kind": "letter", "places": places})] == ["Ischl"]
    assert converted(tmp_path, text, {"kind": "diary", "places": places}) == []
    raw = Raw(Place("a.jsonl", 1), {"kind": "letter", "places": places})
    assert list(mapping(tmp_path, text).ids([raw])) == [("topic", "Ischl")]


def test_what_no_field_takes_is_told_with_its_way(tmp_path: Path) -> None:
    text = document("collection: collection.name\ntopics: places[].id", more="unmapped: refuse")
    for given, way in (
        ({"collection": {"name": "C", "id": 7}}, "collection.id"),
        ({"places": [{"id": "p"}, {"id": "q", "role": "x"}]}, "places[].role"),
        ({"box": {"a": {"b": 1}}}, "box"),
    ):
        with pytest.raises(RecordError, match=re.escape(f"No field of the mapping takes `{way}`.")):
            converted(tmp_path, text, {"id": "a", "title": "A", **given})


def test_a_fault_of_a_mapping_has_a_hint_at_what_is_meant(tmp_path: Path) -> None:
    path = tmp_path / "a.map.yaml"
    for field, hint in (
        ("language: a", "Did you mean `languages`?"),
        ("genre: {from: a, tabel: b}", "Did you mean `table`?"),
        ("date: {edtf: a, labl: b}", "Did you mean `label`?"),
        ("genre: {from: a, colour: b}", "`fonds map --schema` prints all that a mapping may say."),
        ("people: people", "For example `people: {each: KEY, role: =sender, as: name}`."),
        ("genre: {from: a[].b}", 'In braces a way with `[]` stands in quotes: `{from: "people[].id"}`.'),
    ):
        path.write_text(document(field), encoding="utf-8")
        with pytest.raises((Rejected, RecordError)) as found:
            read_mapping(path)
        errors = found.value.errors if isinstance(found.value, Rejected) else [found.value]
        assert [error.hint for error in errors] == [hint]


def test_a_key_that_no_object_has_is_told(tmp_path: Path) -> None:
    remarks: list[tuple[str, str]] = []
    text = document(
        "genre: from\nsource: shelf.mark\nnumber: Nr.\npeople:\n"
        "  - {each: peple, role: =sender, as: name}\n"
        "  - {each: letters, when: {role: sent}, role: =sender, as: name, person: idd}"
    )
    converted(
        tmp_path,
        text,
        {"id": "a", "title": "A", "shelf": {}, "Nr.": 1, "letters": [{"name": "Anna"}]},
        on_remark=lambda said, at: remarks.append((str(at), said)),
    )
    assert remarks == [
        ("a.jsonl", f"a.map.yaml reads the key `{key}`, which none of its objects has.")
        for key in ("shelf.mark", "from", "peple", "letters[].role", "letters[].idd")
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["a.map.yaml: The file holds no mapping."]),
        ("records: [\n", ["a.map.yaml:2: Not YAML: expected the node content, but found '<stream end>'."]),
        ("records: &a [*a]", ["a.map.yaml:1: Aliases are not read; write it out."]),
        ("records: []\nrecords: []", ["a.map.yaml:2: `records` is given twice."]),
        ("x: 1\n", ["a.map.yaml:1: `records` is required.", "a.map.yaml:1: `x` is no key that a mapping has here."]),
        ("just words", ["a.map.yaml:1: `The mapping` must be an object with keys of its own. [just words]"]),
        ("records:\n- fields: {}", ["a.map.yaml:2: `records[0]` needs a `type`: document, person or topic."]),
        ("records:\n- type: letter", ["a.map.yaml:2: `records[0]` must be of type document, person or topic."]),
        (
            document("titel: Titel\nx_ok: ok\ngenre: {from: a, value: b}"),
            [
                "a.map.yaml:9: `records[0].fields.genre` needs one of `from`, `value`, `template`, `first`, `join`.",
                "a.map.yaml:7: `records[0].fields.titel` is no field of such a record; one's own begin with `x_`. [titel]",
            ],
        ),
        (
            document("people:\n  - each: people\n    role: {from: role, table: rolls}\n    as: {from: name, missing: name}"),
            ["a.map.yaml:10: `records[0].fields.people[0].as.missing` is no key that a mapping has here."],
        ),
        (document("people:\n  each: people\n  role: {from: role, table: rolls}"), ["a.map.yaml:9: There is no table `rolls`."]),
        (document("genre: {from: a, replace: {'(': ''}}"), None),
        (document("genre: {template: '{a'}"), None),
        (document("date: {from: a, forms: ['%d.%m.%y']}"), None),
        (document("genre: {from: a, with: b}"), ["a.map.yaml:7: `records[0].fields.genre` has `with`, which needs `join`."]),
        (document("genre: {from: a, else: b}"), ["a.map.yaml:7: `records[0].fields.genre` has `else`, which needs a `table`."]),
        (
            document("notes: {split: ';', kind: =sic, text: a}"),
            ["a.map.yaml:7: `records[0].fields.notes[0]` has `split`, which needs `each`."],
        ),
        (document("genre: a", more="split: ';'"), ["a.map.yaml:2: `records[0]` has `split`, which needs `each`."]),
        (
            document("genre: ''"),
            ["a.map.yaml:7: `records[0].fields.genre.from` is no way to a value; write `key`, `key.inner` or `list[].key`. []"],
        ),
        (document("genre: a", more="once: perhaps"), ["a.map.yaml:3: `records[0].once` must be true or false. [perhaps]"]),
        (document("genre: a", more="unmapped: lose"), None),
    ],
)
def test_a_fault_of_a_mapping_is_told_with_its_line(tmp_path: Path, text: str, expected: list[str] | None) -> None:
    found = faults(tmp_path, text)
    if expected is None:
        assert len(found) == 1
        assert found[0].startswith(("a.map.yaml:7: ", "a.map.yaml:3: "))
    else:
        assert found == expected
