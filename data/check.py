"""What is wrong with a record by itself. What is wrong between records is found by `data/references.py`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from data.errors import InvalidDate, InvalidRecord, Place, RecordError, UnreadableFile, nearest, shorten
from data.format import (
    PATTERNS_IN_WORDS,
    AnyRecord,
    Date,
    DocumentRecord,
    Name,
    Note,
    Part,
    PersonRecord,
    TextBody,
    TopicRecord,
    record_adapter,
)
from data.readers.files import read_text
from data.readers.raw import Raw

DATE_FIELDS = ("date", "birth", "death")


@dataclass(frozen=True, slots=True)
class Entry:
    """A record that is right in itself, and what it was read from."""

    raw: Raw
    record: AnyRecord

    @property
    def place(self) -> Place:
        return _named(self.raw)


def parse(raw: Raw) -> Entry | list[RecordError]:
    """The record, or everything that is wrong with it: an error for each field, in the format's order.

    A text's `file` is read here and becomes its `body`, byte for byte but for a byte order mark; it must lie
    in the folder of the record's file or below.
    """
    if _type(raw.value) is None:  # the validator would print the value, however deep it is nested
        return [_untyped(raw.value, _named(raw))]
    try:
        record = record_adapter.validator.validate_python(raw.value, by_alias=True, by_name=False)
    except ValidationError as error:
        place = _named(raw)
        return [_explained(detail, raw.value, place) for detail in error.errors(include_url=False)]
    if isinstance(record, DocumentRecord) and any(text.file for text in record.texts):
        return _with_bodies(record, raw)
    return Entry(raw, record)


def _named(raw: Raw) -> Place:
    """The raw object's place, with the record's id if it has one."""
    record_id = raw.value.get("id") if isinstance(raw.value, dict) else None
    return replace(raw.place, record=record_id) if isinstance(record_id, str) else raw.place


# What is wrong with a value, in words.

_INNER: dict[str, type[BaseModel]] = {
    **dict.fromkeys(DATE_FIELDS, Date),
    "names": Name,
    "notes": Note,
    "people": Part,
    "texts": TextBody,
}
_RECORDS: dict[str, type[BaseModel]] = {
    "document": DocumentRecord,
    "person": PersonRecord,
    "topic": TopicRecord,
}
_EMPTY: dict[int | str, str] = {
    "id": "Each record has an id of its own, which others refer to it by.",
    "title": "Where there is none, write `[untitled]`.",
    "name": "Where nobody knows it, write `[unknown]`.",
}
"""Fields that cannot be left out where there is nothing to say, and what to do."""

_SENTENCES = {
    "missing": "is required",
    "string_type": "must be text, not {given}",
    "int_type": "must be a whole number, not {given}",
    "list_type": "must be a list, not {given}",
    "model_type": "must be an object, not {given}",
    "model_attributes_type": "must be an object, not {given}",
    "string_too_long": "has more than {max_length} characters",
    "string_too_short": "is empty; leave the field out where there is nothing to say",
    "string_unicode": "holds half of a surrogate pair, which is no character",
    "greater_than_equal": "must not be less than {ge}",
    "less_than_equal": "must not be more than {le}",
}


def _explained(detail: ErrorDetails, value: object, place: Place) -> RecordError:
    """The validator's finding as an error of ours: path, value, a sentence, and a hint where there is one."""
    keys, given = list(detail["loc"][1:]), detail["input"]
    kind = detail["type"]
    inside = replace(place, path=_path(keys, value) or place.path)
    if kind == "edtf":
        return InvalidDate(detail.get("ctx", {})["reason"], place=inside, value=given)
    if kind in {"unknown_key", "extra_forbidden"}:
        hint = _near_key(detail["loc"])
        return InvalidRecord(f"Unknown key `{shorten(keys[-1])}`.", place=inside, hint=hint)
    sentence = f"`{shorten(inside.path or 'record')}` {_sentence(detail)}."
    return InvalidRecord(sentence, place=inside, value=_shown(given, kind), hint=_hint(detail))


def _type(value: object) -> str | None:
    """The record's type; None if the value is no record of any."""
    type_ = value.get("type") if isinstance(value, dict) else None
    return type_ if isinstance(type_, str) and type_ in _RECORDS else None


def _untyped(value: object, place: Place) -> RecordError:
    """The error of a value that is no record of any type."""
    names = ", ".join(f"`{name}`" for name in _RECORDS)
    if not isinstance(value, dict):
        return InvalidRecord(f"A record is an object, not {_kind(value)}.", place=place, value=_shown(value))
    inside = replace(place, path="type")
    if "type" not in value:
        return InvalidRecord("`type` is required.", place=inside, hint=f"One of {names}.")
    near = nearest(str(_shown(value["type"])).lower(), _RECORDS)
    hint = f"Did you mean `{near}`?" if near else None
    return InvalidRecord(f"`type` must be one of {names}.", place=inside, value=_shown(value["type"]), hint=hint)


def _sentence(detail: ErrorDetails) -> str:
    kind, facts = detail["type"], detail.get("ctx", {})
    if kind == "enum":
        return f"must be one of {', '.join(_terms(detail))}"
    if isinstance(detail["input"], str) and not detail["input"].strip() and detail["loc"][-1] in _EMPTY:
        return "is empty"
    if kind == "string_pattern_mismatch":
        return PATTERNS_IN_WORDS[facts["pattern"]]
    if kind == "model_type" and detail["loc"][-1] in DATE_FIELDS:
        return f"must be EDTF text or `{{edtf, label}}`, not {_kind(detail['input'])}"
    template = _SENTENCES.get(kind)
    return template.format(given=_kind(detail["input"]), **facts) if template else detail["msg"]


def _hint(detail: ErrorDetails) -> str | None:
    kind, given = detail["type"], detail["input"]
    if kind == "enum":
        near = nearest(str(given).lower(), _terms(detail))
        return f"Did you mean `{near}`?" if near else None
    if isinstance(given, int | float) and (kind == "string_type" or detail["loc"][-1] in DATE_FIELDS):
        return "Write it in quotes."
    if isinstance(given, str) and not given.strip():
        return _EMPTY.get(detail["loc"][-1])
    if kind == "list_type":
        return "Put it in square brackets." if isinstance(given, str) else "Where there is nothing, write `[]`."
    return None


def _terms(detail: ErrorDetails) -> list[str]:
    return [term.lower() for term in re.findall(r"'(\w+)'", detail.get("ctx", {})["expected"])]


def _near_key(loc: Sequence[int | str]) -> str:
    model = next((_INNER[key] for key in reversed(loc[1:-1]) if key in _INNER), None)
    fields = (model or _RECORDS[str(loc[0])]).model_fields
    near = nearest(str(loc[-1]).lower(), [given.alias or name for name, given in fields.items()])
    if near:
        return f"Did you mean `{near}`?"
    return "The format has no such key." if model else "The format has no such key; one's own begin with `x_`."


def _path(keys: Sequence[int | str], value: object) -> str:
    """The keys as a path (`people[2].role`), as deep as the value goes: a date may be text or an object."""
    path = ""
    for key in keys:
        if not isinstance(value, dict | list):
            break
        path += f"[{key}]" if isinstance(key, int) else f".{shorten(key)}"
        value = value.get(key) if isinstance(value, dict) else value[int(key)]
    return path.removeprefix(".")


def _kind(value: object) -> str:
    """What the value is, in JSON's words."""
    if isinstance(value, bool):
        return str(value).lower()
    kinds = {str: "text", int: "a number", float: "a fraction", list: "a list", dict: "an object"}
    return kinds.get(type(value), "null")


def _shown(value: object, kind: str = "") -> object:
    """The value as an error may show it: nothing of lists and objects, nor of what is not there."""
    is_shown = kind != "missing" and not isinstance(value, dict | list) and shorten(value)
    return value if is_shown else None


# Texts that stand in files of their own.


def _with_bodies(record: DocumentRecord, raw: Raw) -> Entry | list[RecordError]:
    place = _named(raw)
    errors: list[RecordError] = []
    texts: list[TextBody] = []
    for number, text in enumerate(record.texts):
        inside = replace(place, path=f"texts[{number}].file")
        try:
            texts.append(_with_body(text, inside))
        except RecordError as error:
            errors.append(error)
    return errors or Entry(raw, record.model_copy(update={"texts": texts}))


def _with_body(text: TextBody, place: Place) -> TextBody:
    if text.file is None:
        return text
    body = _body(text.file, place)
    given = text.model_dump(exclude_unset=True, exclude={"file"})
    try:
        return TextBody.model_validate({**given, "body": body})
    except ValidationError as error:
        raise _explained(error.errors(include_url=False)[0], {}, place) from None


def _body(name: str, place: Place) -> str:
    folder = Path(place.file).parent.resolve()
    try:
        path = (folder / name).resolve()
    except (OSError, RuntimeError):  # a symlink that leads to itself
        raise UnreadableFile("The text's file cannot be found.", place=place, value=name) from None
    if not path.is_relative_to(folder):
        raise InvalidRecord(
            "The text's file lies outside the folder of the record's file.",
            place=place,
            value=name,
            hint="Put it beside the record's file or below, and give its path from there.",
        )
    try:
        return read_text(path)
    except UnreadableFile as error:
        where = f" Line {error.place.line}." if error.place.line else ""
        raise UnreadableFile(f"The text's file: {error.message}{where}", place=place, value=name, hint=error.hint) from None
