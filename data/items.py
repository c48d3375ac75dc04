"""A record of a load on its way into the store: numbered, known by its digests, checked by itself, made ready to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from data.check import Entry, parse
from data.digests import digest, kept
from data.errors import Place, RecordError, shorten
from data.fields import Fields, given_fields, whole
from data.made import Made, worded
from data.readers.raw import JSON_LINES, Raw
from data.report import Warned
from data.rows import TABLES, own_row
from data.search.wording import Worded, Wording
from data.suspicions import is_plain, suspicions

Merges = Mapping[tuple[str, str], str]
"""What was merged, by type and id, and the id that it was merged into."""


@dataclass(slots=True)
class Item:
    """A record, `number` in its load. The type and the id are empty where they are none; `given` is, until it is checked."""

    raw: Raw
    number: int
    type: str = ""
    key: str = ""
    said: bytes = b""  # its digests: as canonical JSON, and of its line; empty where there is none
    line: bytes = b""
    is_plain: bool = False  # whether its texts need no second look
    is_checked: bool = False
    errors: Sequence[RecordError] = ()
    warnings: Sequence[Warned] = ()
    given: Fields = field(default_factory=dict)
    made: Made | None = None
    id: int | None = None  # of the stored record
    is_stored: bool = False  # whether that is just as this one is

    def check(self, merges: Merges) -> None:
        """Finds what is wrong with the record by itself, what looks wrong, and what it gives."""
        self.is_checked = True
        parsed = parse(self.raw)
        if not isinstance(parsed, Entry):
            self.errors = parsed
            return
        given = given_fields(parsed.record)
        self.given = resolved(given, merges) if merges else given
        if self.given != given:  # the digest is of what is kept: once the merge is taken back, the same file says something else
            self.said = self.line = b""
        self.warnings = [
            Warned(one.code, one.message, one.at(parsed.place), one.value and shorten(one.value))
            for one in suspicions(self.given, is_plain=self.is_plain)
        ]
        if not self.said:
            self.said = digest(_canonical(self.given) or b"")

    @property
    def whole(self) -> Fields:
        """The record as it is if nothing else is known of it."""
        return self.given if self.made else whole(self.given)

    @property
    def as_given(self) -> object:
        """What is given, as far as it is known to be right or not."""
        return orjson.loads(self.raw.given.content) if self.raw.stored else self.given or self.raw.value

    def digest(self, *, is_whole: bool) -> bytes:
        """What the store keeps, to know it again."""
        return kept(self.said, self.line, is_whole=is_whole)


def make(items: Sequence[Item], wording: Wording) -> None:
    """Makes records that are right by themselves ready to be written, as such that the store does not have."""
    for item in items:
        item.given = whole(item.given)
    rows = [own_row(item.given) for item in items]
    for item, row in zip(items, rows, strict=True):
        item.made = Made(row, worded(item.given, wording) if item.type == "document" else None)


Packed = tuple[Any, ...]


def packed(item: Item) -> Item | Packed:
    """As it goes to another process: of a record that is right by itself what it was read from stays behind.

    A plain tuple takes a quarter of the time of the objects (34 µs, there and back).
    """
    if item.errors or not item.made:
        return item
    place = item.raw.place
    stand = (place.file, place.line, place.record, place.path, place.row, place.origins, item.raw.is_implied)
    row, worded = item.made
    made = (row, worded and tuple(worded))
    return (
        stand,
        made,
        (item.number, item.type, item.key, item.said, item.line),
        item.warnings,
        item.given,
    )


def unpacked(sent: Item | Packed) -> Item:
    """The way back."""
    if isinstance(sent, Item):
        return sent
    (*stand, is_implied), (row, worded), facts, warnings, given = sent
    raw = Raw(Place(*stand), None, is_implied=is_implied)
    number, type_, key, said, line = facts
    item = Item(raw, number, type_, key, said, line, is_checked=True, warnings=warnings, given=given)
    item.made = Made(row, worded and Worded(*worded))
    return item


def item_of(number: int, raw: Raw) -> Item:
    """The record as it was read."""
    if raw.stored:
        return Item(raw, number, raw.stored.type, raw.stored.key, id=raw.stored.id, is_stored=True)
    value = raw.value
    type_, key = (value.get("type"), value.get("id")) if isinstance(value, dict) else (None, None)
    if not isinstance(key, str) or not isinstance(type_, str) or type_ not in TABLES:
        return Item(raw, number)
    canonical = None if _has_files(value) else _canonical(value)
    if canonical is None:
        return Item(raw, number, type_, key)
    line = b"" if raw.content is None or raw.form != JSON_LINES else digest(raw.content)
    return Item(raw, number, type_, key, digest(canonical), line, is_plain=is_plain(canonical))


def _has_files(value: Any) -> bool:
    """Whether bodies of texts stand in other files, which may have changed."""
    texts = value.get("texts")
    return isinstance(texts, list) and any(isinstance(text, dict) and "file" in text for text in texts)


def _canonical(value: Any) -> bytes | None:
    """The record as canonical JSON."""
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # half a surrogate pair, too large a number: no record that is right has them
        return None


def resolved(given: Fields, merges: Merges) -> Fields:
    """The fields, with the ids of people and topics that were merged replaced by those that they were merged into."""
    found = dict(given)
    if given.get("people"):
        found["people"] = [_moved(part, merges) for part in given["people"]]
    for name in ("topics", "broader"):
        if any(("topic", key) in merges for key in given.get(name) or ()):
            keys = dict.fromkeys(merges.get(("topic", key), key) for key in given[name])
            found[name] = [key for key in keys if name == "topics" or key != given["id"] or key in given[name]]
    return found


def _moved(part: Fields, merges: Merges) -> Fields:
    target = merges.get(("person", part.get("person", "")))
    return part if target is None else part | {"person": target}
