"""A record as its fields: a plain dict in the record format, in which it is merged, compared, kept in history and given out.

One spelling for one meaning: terms in small letters, a date without a printed label as text, no null and no empty list, defaults
written out, keys in the format's order, `x_…` fields last and by name. Two records say the same if their fields are equal.
"""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from functools import lru_cache
from typing import Any

from pydantic import BaseModel

from data import format as record_format
from data.format import AnyRecord, Date, DocumentRecord, Name, Note, Part, PersonRecord, TextBody, TopicRecord

Fields = dict[str, Any]
SHAPES_KEPT = 1024

MODELS: Mapping[str, type[BaseModel]] = {"document": DocumentRecord, "person": PersonRecord, "topic": TopicRecord}
_LAST = ("identifiers", "notes")
ORDER: Mapping[str, Sequence[str]] = {
    type_: ("type", "id", *(name for name in model.model_fields if name not in {"type", "id", *_LAST}), *_LAST)
    for type_, model in MODELS.items()
}
"""The fields of each type of record, in their order; `x_…` fields follow."""

DEFAULTS: Mapping[str, Fields] = {"document": {}, "person": {"kind": "person"}, "topic": {"kind": "subject"}}
"""What a record says that does not say it."""

_TERMS = {
    member: member.lower()
    for terms in vars(record_format).values()
    if isinstance(terms, type) and issubclass(terms, StrEnum)
    for member in terms
}


def given_fields(record: AnyRecord) -> Fields:
    """What the record gives, and nothing else: a field that is given as null or as an empty list is there as such."""
    values, extra = record.__dict__, record.model_extra or {}
    found: Fields = {}
    for name in record.model_fields_set:
        if name in values:
            value, convert = values[name], _CONVERTED.get(name)
            found[name] = convert(value) if convert and value is not None else value
    return found | extra if extra else found


def whole(given: Fields) -> Fields:
    """The record that has these fields and no others."""
    type_ = given["type"]
    values = DEFAULTS[type_] | given
    names, extra = _in_order(type_, frozenset(values))
    found = {name: value for name in names if (value := values[name]) is not None and value != []}
    for name in extra:
        found[name] = values[name]
    return found


@lru_cache(maxsize=SHAPES_KEPT)
def _in_order(type_: str, names: frozenset[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Names of fields in their order, and those of `x_…` fields; most records of an archive have the same few."""
    return tuple(name for name in ORDER[type_] if name in names), sorted(name for name in names if name.startswith("x_"))


def merged(old: Fields, given: Fields) -> Fields:
    """The whole record after an upsert: a field that is given replaces, null or an empty list takes it away, others stay."""
    return whole(old | given)


def difference(old: Fields, new: Fields) -> tuple[Fields, Fields]:
    """The fields that differ, as they were and as they are; null where a record has none.

    An `x_…` field may be null itself; where a record has none it is left out.

    >>> difference({"id": "a", "title": "A", "x_a": 1}, {"id": "a", "title": "B", "number": "7", "x_a": None})
    ({'title': 'A', 'x_a': 1, 'number': None}, {'title': 'B', 'x_a': None, 'number': '7'})
    >>> difference({"x_a": 1}, {"x_b": None})
    ({'x_a': 1}, {'x_b': None})
    """
    names = [name for name in {**old, **new} if old.get(name) != new.get(name) or (name in old) != (name in new)]
    return _part(old, names), _part(new, names)


def _part(fields: Fields, names: Sequence[str]) -> Fields:
    return {name: fields.get(name) for name in names if name in fields or not name.startswith("x_")}


def _object(names: Mapping[str, str]) -> Callable[[BaseModel], Fields]:
    """What makes a dict of a model: its attributes under the format's names, without what is not there."""
    pairs = tuple(names.items())
    found_before: dict[frozenset[str], Sequence[tuple[str, str]]] = {}

    def convert(model: BaseModel) -> Fields:
        values, given = model.__dict__, frozenset(model.__pydantic_fields_set__)
        if given not in found_before:
            found_before[given] = [pair for pair in pairs if pair[0] in given or values[pair[0]] is not None]
        return {
            name: _TERMS[value] if value.__class__ in _KINDS else value
            for attribute, name in found_before[given]
            if (value := values[attribute]) is not None
        }

    return convert


_KINDS = {member.__class__ for member in _TERMS}


def _names(model: type[BaseModel]) -> dict[str, str]:
    return {attribute: field.alias or attribute for attribute, field in model.model_fields.items()}


_OBJECTS: Mapping[type[BaseModel], Callable[[BaseModel], Fields]] = {
    model: _object(_names(model)) for model in (Name, Note, Part, TextBody)
}


def _objects(model: type[BaseModel]) -> Callable[[Sequence[BaseModel]], list[Fields]]:
    convert = _OBJECTS[model]
    return lambda items: [convert(item) for item in items]


def _date(date: Date) -> str | Fields:
    return date.edtf if date.label is None else {"edtf": date.edtf, "label": date.label}


_CONVERTED: Mapping[str, Callable[[Any], Any]] = {
    **dict.fromkeys(("date", "birth", "death"), _date),
    "kind": _TERMS.__getitem__,
    "names": _objects(Name),
    "notes": _objects(Note),
    "people": _objects(Part),
    "texts": _objects(TextBody),
}
