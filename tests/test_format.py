"""The record format: what a record may hold, and the JSON Schema that says the same to others."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from data.format import (
    DocumentRecord,
    Evidence,
    NameKind,
    PersonKind,
    PersonRecord,
    Role,
    TopicRecord,
    json_schema,
    record_adapter,
)

LETTER = {"type": "document", "id": "letter", "title": "To a friend"}


def read(value: dict[str, Any]) -> DocumentRecord | PersonRecord | TopicRecord:
    return record_adapter.validate_python(value, by_alias=True, by_name=False)


def letter(**fields: object) -> DocumentRecord:
    record = read({**LETTER, **fields})
    assert isinstance(record, DocumentRecord)
    return record


def definitions() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = json_schema()["$defs"]
    return found


def test_a_letter_needs_nothing_but_an_id_and_a_title() -> None:
    assert letter().model_dump() == {
        "id": "letter",
        "identifiers": [],
        "notes": [],
        "type": "document",
        "title": "To a friend",
        "languages": [],
        "people": [],
        "topics": [],
        "texts": [],
        **dict.fromkeys(
            (
                *("date", "description", "source", "repository", "collection", "rights"),
                *("url", "number", "genre", "classification", "position"),
            )
        ),
    }


def test_a_field_that_is_absent_is_told_from_one_that_is_null() -> None:
    assert letter().model_fields_set == {"type", "id", "title"}
    assert letter(description=None).model_fields_set == {"type", "id", "title", "description"}


@pytest.mark.parametrize("spelling", ["sender", "SENDER", "Sender"])
def test_a_term_is_read_in_any_case(spelling: str) -> None:
    assert letter(people=[{"role": spelling, "as": "Anna"}]).people[0].role is Role.SENDER


def test_a_date_may_be_text_or_an_object_with_the_printed_form() -> None:
    plain, printed = letter(date="1949-12").date, letter(date={"edtf": "1949-12", "label": "Dec 49"}).date
    assert plain is not None
    assert printed is not None
    assert (plain.edtf, plain.label, printed.edtf, printed.label) == ("1949-12", None, "1949-12", "Dec 49")


def test_lists_of_ids_and_tags_are_sets_in_order() -> None:
    record = letter(topics=["war", "peace", "war"], languages=["ru", "en", "ru"], identifiers=["a:1", "a:1"])
    assert (record.topics, record.languages, record.identifiers) == (["war", "peace"], ["ru", "en"], ["a:1"])
    topic = read({"type": "topic", "id": "war", "name": "War", "broader": ["x", "x"]})
    assert isinstance(topic, TopicRecord)
    assert topic.broader == ["x"]


def test_parts_are_kept_as_often_as_they_are_given() -> None:
    part = {"role": "mentioned", "as": "Anna"}
    assert len(letter(people=[part, part]).people) == 2


def test_keys_that_begin_with_x_are_kept_as_they_are() -> None:
    kept = {"x_shelf": "A 12", "x_pages": 3, "x_tree": {"a": [1.5, None, True, {"b": []}]}}
    assert letter(**kept).extra == kept


@pytest.mark.parametrize(
    "value",
    [float("nan"), [float("inf")], {"a": 2**63}, 2**70, "a\0b", {"a\0": 1}, ["\ud800"]],
    ids=["nan", "infinity", "beyond 64 bits", "far beyond", "NUL", "NUL in a key", "half a pair"],
)
def test_an_own_field_holds_nothing_that_a_store_cannot_give_back(value: object) -> None:
    with pytest.raises(ValidationError):
        letter(x_own=value)


def test_an_own_field_is_nested_a_hundred_levels_deep_at_most() -> None:
    def nested(levels: int) -> object:
        value: object = 1
        for _ in range(levels - 1):
            value = [value]
        return value

    letter(x_own=nested(100))
    with pytest.raises(ValidationError, match="100 levels"):
        letter(x_own=nested(101))
    with pytest.raises(ValidationError, match="100 levels"):
        letter(x_own=nested(50_000))


@pytest.mark.parametrize("key", ["as_", "from_", "model_config", "extra", "shelf"])
def test_another_key_is_refused(key: str) -> None:
    with pytest.raises(ValidationError):
        letter(**{key: "x"})


def test_the_names_of_python_are_no_keys_of_a_record() -> None:
    with pytest.raises(ValidationError):
        letter(people=[{"role": "sender", "as_": "Anna"}])
    with pytest.raises(ValidationError):
        read({"type": "person", "id": "a", "name": "A", "names": [{"name": "B", "from_": "1950"}]})


def test_texts_are_kept_byte_for_byte() -> None:
    odd = " d\u2019Affaires\u00a0\r\n\u00ad e\u0301 \u0085 "
    record = letter(title=odd, description=odd)
    assert (record.title, record.description) == (odd, odd)


@pytest.mark.parametrize("record_id", ["x" * 255, "frus1950v07/d22", "a:b#c~(d", "Рощин", "毛澤東"])
def test_an_id_may_be_any_text_up_to_255_characters(record_id: str) -> None:
    assert letter(id=record_id).id == record_id


@pytest.mark.parametrize("record_id", ["", "  ", "x" * 256, "a\0", "\udc80", 5, None])
def test_other_ids_are_refused(record_id: object) -> None:
    with pytest.raises(ValidationError):
        letter(id=record_id)


def test_a_part_needs_a_person_or_a_name() -> None:
    assert letter(people=[{"role": "sender", "as": "somebody"}]).people[0].person is None
    assert letter(people=[{"role": "sender", "person": "anna"}]).people[0].as_ is None
    with pytest.raises(ValidationError, match="needs `person`"):
        letter(people=[{"role": "sender"}])


def test_a_text_has_a_body_or_a_file() -> None:
    for fields in ({}, {"body": "a", "file": "a.txt"}):
        with pytest.raises(ValidationError, match="either `body` or `file`"):
            letter(texts=[{"kind": "original", **fields}])


# The JSON Schema


def test_the_schema_describes_every_record_and_every_field() -> None:
    for name, definition in definitions().items():
        assert definition["description"], name
        for field, schema in definition["properties"].items():
            assert schema.get("description"), f"{name}.{field}"


def test_the_schema_gives_terms_in_small_letters_as_records_write_them() -> None:
    part = definitions()["Part"]["properties"]
    assert part["role"]["enum"] == [role.lower() for role in Role]
    assert part["evidence"]["anyOf"][0]["enum"] == [evidence.lower() for evidence in Evidence]
    assert definitions()["PersonRecord"]["properties"]["kind"] == {
        "description": "Who acts.",
        "default": "person",
        "enum": [kind.lower() for kind in PersonKind],
        "type": "string",
    }
    assert definitions()["Name"]["properties"]["kind"]["default"] == NameKind.VARIANT.lower()


def test_the_schema_lets_a_date_be_text_or_an_object() -> None:
    for record, field in (("DocumentRecord", "date"), ("PersonRecord", "birth"), ("PersonRecord", "death")):
        assert definitions()[record]["properties"][field]["anyOf"] == [
            {"type": "string"},
            {"$ref": "#/$defs/Date"},
            {"type": "null"},
        ]


def test_the_schema_knows_the_keys_of_the_models_and_no_others_but_x() -> None:
    for model in (DocumentRecord, PersonRecord, TopicRecord):
        definition = definitions()[model.__name__]
        assert set(definition["properties"]) == set(model.model_fields)
        assert definition["additionalProperties"] is False
        assert list(definition["patternProperties"]) == ["^x_"]
    assert set(definitions()["Part"]["properties"]) == {
        *("person", "role", "as", "evidence", "certainty", "basis", "alternative", "label")
    }
    assert definitions()["Part"]["additionalProperties"] is False


def test_the_schema_says_what_is_required() -> None:
    assert {name: definition.get("required") for name, definition in definitions().items()} == {
        "Date": ["edtf"],
        "DocumentRecord": ["id", "type", "title"],
        "Name": ["name"],
        "Note": ["kind", "text"],
        "Part": ["role"],
        "PersonRecord": ["id", "type", "name"],
        "TextBody": ["kind"],
        "TopicRecord": ["id", "type", "name"],
    }


@pytest.mark.parametrize(
    ("field", "good", "bad"),
    [
        ("languages", ["en", "ru", "zh-Hant", "sr-Latn-RS"], ["en_US", "", "-en", "русский", "en\n"]),
        ("identifiers", ["wikidata:Q855", "doi:10.1/x y", "local:a:b\nc"], ["Q855", ":x", "a b:c", "x:"]),
    ],
)
def test_the_schema_s_patterns_agree_with_the_models(field: str, good: list[str], bad: list[str]) -> None:
    pattern = definitions()["DocumentRecord"]["properties"][field]["items"]["pattern"]
    for value in good:
        assert re.search(pattern, value)
        letter(**{field: [value]})
    for value in bad:
        assert not re.search(pattern.replace("$", r"\Z"), value)
        with pytest.raises(ValidationError):
            letter(**{field: [value]})


def test_the_schema_s_bounds_agree_with_the_models() -> None:
    fields = definitions()["DocumentRecord"]["properties"]
    assert (fields["id"]["minLength"], fields["id"]["maxLength"]) == (1, 255)
    position = fields["position"]["anyOf"][0]
    for value in (position["minimum"], position["maximum"]):
        assert letter(position=value).position == value
    for value in (position["minimum"] - 1, position["maximum"] + 1, 1.0, True, "1"):
        with pytest.raises(ValidationError):
            letter(position=value)
