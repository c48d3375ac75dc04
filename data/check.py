"""What is wrong with records: each by itself (`parse`), and all of one load with what is stored (`check`)."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from itertools import chain, islice
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from data.errors import (
    DanglingReference,
    DuplicateId,
    InvalidDate,
    InvalidRecord,
    Place,
    RecordError,
    TopicCycle,
    UnreadableFile,
    shorten,
)
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

HINTS_MAX = 20
ID_CUTOFF = 0.75
LOOKED_AT_MAX_IDS = 100_000
NEAR_MAX_IDS = 5_000
CYCLES_MAX = 100
CYCLE_MAX_SHOWN = 10
DATE_FIELDS = ("date", "birth", "death")

Type = Literal["document", "person", "topic"]
Ids = Mapping[str, tuple[AbstractSet[str], ...]]
"""For each type of record the ids that may be referred to, in several sets."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A record that is right in itself, and where it stands."""

    place: Place
    record: AnyRecord


@dataclass(frozen=True, slots=True)
class StoredIds:
    """What the store holds already, so far as references need it: ids, and the topics directly above each."""

    people: AbstractSet[str] = frozenset()
    topics: AbstractSet[str] = frozenset()
    broader: Mapping[str, Sequence[str]] = field(default_factory=dict)


def parse(raw: Raw) -> Entry | list[RecordError]:
    """The record, or everything that is wrong with it: an error for each field, in the format's order.

    A text's `file` is read here and becomes its `body`, byte for byte but for a byte order mark; it must lie
    in the folder of the record's file or below.
    """
    place = _named(raw)
    if _type(raw.value) is None:  # the validator would print the value, however deep it is nested
        return [_untyped(raw.value, place)]
    try:
        record = record_adapter.validate_python(raw.value, by_alias=True, by_name=False)
    except ValidationError as error:
        return [_explained(detail, raw.value, place) for detail in error.errors(include_url=False)]
    if isinstance(record, DocumentRecord) and any(text.file for text in record.texts):
        return _with_bodies(record, place)
    return Entry(place, record)


def check(entries: Iterable[Entry], *, stored: StoredIds, refused: AbstractSet[str] = frozenset()) -> list[RecordError]:
    """What is wrong between the records of one load and with the store: an empty list if nothing is.

    An id given twice for one type of record, a person or topic that neither the load nor the store has,
    topics that stand in a circle. References may point forward and across files. First the duplicates, then
    the references, both in the order of the records, then the circles. `refused` are the ids of records that
    `parse` found wrong: a reference to one of them is not told as a second error.
    """
    given = _Given()
    entries = tuple(entries)
    duplicates = [error for entry in entries if (error := given.add(entry))]
    ids: Ids = {
        "person": (given.places["person"].keys(), stored.people, refused),
        "topic": (given.places["topic"].keys(), stored.topics, refused),
    }
    hints = _Hints(ids)
    dangling = [error for entry in entries for error in _dangling(entry, ids, hints)]
    return [*duplicates, *dangling, *_cycles(given.topics, stored.broader)]


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
    near = _nearest(str(_shown(value["type"])).lower(), _RECORDS)
    hint = f"Did you mean `{near}`?" if near else None
    return InvalidRecord(f"`type` must be one of {names}.", place=inside, value=_shown(value["type"]), hint=hint)


def _sentence(detail: ErrorDetails) -> str:
    kind, facts = detail["type"], detail.get("ctx", {})
    if kind == "enum":
        return f"must be one of {', '.join(_terms(detail))}"
    if kind == "string_pattern_mismatch":
        return PATTERNS_IN_WORDS[facts["pattern"]]
    if kind == "model_type" and detail["loc"][-1] in DATE_FIELDS:
        return f"must be EDTF text or `{{edtf, label}}`, not {_kind(detail['input'])}"
    template = _SENTENCES.get(kind)
    return template.format(given=_kind(detail["input"]), **facts) if template else detail["msg"]


def _hint(detail: ErrorDetails) -> str | None:
    kind, given = detail["type"], detail["input"]
    if kind == "enum":
        near = _nearest(str(given).lower(), _terms(detail))
        return f"Did you mean `{near}`?" if near else None
    if isinstance(given, int | float) and (kind == "string_type" or detail["loc"][-1] in DATE_FIELDS):
        return "Write it in quotes."
    if kind == "list_type":
        return "Put it in square brackets." if isinstance(given, str) else "Where there is nothing, write `[]`."
    return None


def _terms(detail: ErrorDetails) -> list[str]:
    return [term.lower() for term in re.findall(r"'(\w+)'", detail.get("ctx", {})["expected"])]


def _near_key(loc: Sequence[int | str]) -> str:
    model = next((_INNER[key] for key in reversed(loc[1:-1]) if key in _INNER), None)
    fields = (model or _RECORDS[str(loc[0])]).model_fields
    near = _nearest(str(loc[-1]).lower(), [given.alias or name for name, given in fields.items()])
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


def _nearest(key: str, keys: Iterable[str], *, cutoff: float = 0.7) -> str | None:
    """The key that looks most like this one, if one does, among the first 5,000 of about its length."""
    slack = 1 + len(key) // 4
    alike = (other for other in keys if abs(len(other) - len(key)) <= slack)
    return next(iter(get_close_matches(key, islice(alike, NEAR_MAX_IDS), n=1, cutoff=cutoff)), None)


# Texts that stand in files of their own.


def _with_bodies(record: DocumentRecord, place: Place) -> Entry | list[RecordError]:
    errors: list[RecordError] = []
    texts: list[TextBody] = []
    for number, text in enumerate(record.texts):
        inside = replace(place, path=f"texts[{number}].file")
        try:
            texts.append(_with_body(text, inside))
        except RecordError as error:
            errors.append(error)
    return errors or Entry(place, record.model_copy(update={"texts": texts}))


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


# Ids and references.


class _Given:
    """The ids of one load, with the place of each, and its topics."""

    def __init__(self) -> None:
        self.places: dict[Type, dict[str, Place]] = {"document": {}, "person": {}, "topic": {}}
        self.topics: dict[str, tuple[Place, TopicRecord]] = {}

    def add(self, entry: Entry) -> DuplicateId | None:
        record = entry.record
        places = self.places[record.type]
        first = places.get(record.id)
        if first is not None:
            where = f"{first.file}:{first.line}" if first.line else first.file
            return DuplicateId(
                f"The id of this {record.type} is given twice; first at {where}.",
                place=replace(entry.place, path="id"),
                value=record.id,
                hint="Give each record its own id, or drop one of the two.",
            )
        places[record.id] = entry.place
        if isinstance(record, TopicRecord):
            self.topics[record.id] = (entry.place, record)
        return None


class _Hints:
    """Near ids for the first few that are missing: looking for one takes time in a large store.

    An id with other digits is never near: `d22` for `d23` would be a wrong guess that looks right.
    """

    def __init__(self, ids: Ids) -> None:
        self._ids = ids
        self._found: dict[tuple[str, str], str] = {}

    def hint(self, type_: Type, key: str) -> str | None:
        if (type_, key) not in self._found:
            if len(self._found) >= HINTS_MAX:
                return None
            alike = (other for other in _some(self._ids[type_]) if _digits(other) == _digits(key))
            near = _nearest(key, alike, cutoff=ID_CUTOFF)
            self._found[type_, key] = f"Did you mean `{shorten(near)}`?" if near else f"Add a record of the {type_}."
        return self._found[type_, key]


def _some(ids: Iterable[AbstractSet[str]]) -> Iterator[str]:
    return islice(chain.from_iterable(ids), LOOKED_AT_MAX_IDS)


def _digits(key: str) -> str:
    return "".join(character for character in key if character.isdigit())


def _references(record: AnyRecord) -> Iterator[tuple[Type, str, str]]:
    """Each reference: the type it points to, the id, and the path it stands at; lists of ids are sets."""
    if isinstance(record, DocumentRecord):
        for number, part in enumerate(record.people):
            if part.person is not None:
                yield "person", part.person, f"people[{number}].person"
        for topic in record.topics:
            yield "topic", topic, "topics"
    elif not isinstance(record, PersonRecord):
        for topic in record.broader:
            yield "topic", topic, "broader"


def _dangling(entry: Entry, ids: Ids, hints: _Hints) -> Iterator[DanglingReference]:
    for type_, key, path in _references(entry.record):
        if all(key not in known for known in ids[type_]):
            yield DanglingReference(
                f"There is no {type_} with this id, neither in the load nor in the store.",
                place=replace(entry.place, path=path),
                value=key,
                hint=hints.hint(type_, key),
            )


# Circles of topics.


def _cycles(given: Mapping[str, tuple[Place, TopicRecord]], stored: Mapping[str, Sequence[str]]) -> Iterator[TopicCycle]:
    """An error for each way back to a topic on the way up from itself, at most 100.

    What is stored is taken to have none: each leads through a topic of this load, and stands at its place.
    """
    done: set[str] = set()
    cycles = (cycle for start in given for cycle in _ways_back(start, given, stored, done))
    for cycle in islice(cycles, CYCLES_MAX):
        owner = next(topic for topic in cycle if topic in given)
        yield TopicCycle(
            f"The topic is broader than itself: {_drawn(cycle)}.",
            place=replace(given[owner][0], path="broader"),
            hint="Take one step of the circle out of its topic's `broader`.",
        )


def _ways_back(
    start: str,
    given: Mapping[str, tuple[Place, TopicRecord]],
    stored: Mapping[str, Sequence[str]],
    done: set[str],
) -> Iterator[list[str]]:
    """Depth first, with a stack of its own: topics may stand thousands deep."""
    if start in done:
        return
    path = {start: None}
    stack = [iter(_broader(start, given, stored))]
    while stack:
        above = next(stack[-1], None)
        if above is None:
            stack.pop()
            done.add(path.popitem()[0])
        elif above in path:
            way = list(path)
            yield [*way[way.index(above) :], above]
        elif above not in done:
            path[above] = None
            stack.append(iter(_broader(above, given, stored)))


def _broader(topic: str, given: Mapping[str, tuple[Place, TopicRecord]], stored: Mapping[str, Sequence[str]]) -> Sequence[str]:
    """The topics directly above, as they will be: a record without `broader` leaves what is stored."""
    if topic in given and "broader" in given[topic][1].model_fields_set:
        return given[topic][1].broader
    return stored.get(topic, ())


def _drawn(cycle: Sequence[str]) -> str:
    names = [shorten(topic) for topic in cycle]
    if len(names) > CYCLE_MAX_SHOWN:
        names = [*names[: CYCLE_MAX_SHOWN - 2], "…", *names[-1:]]
    return " → ".join(names)
