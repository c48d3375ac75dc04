"""A record of a load on its way into the store: numbered, known by its digests, checked by itself, made ready to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import orjson

from data.check import Entry, parse
from data.errors import Place, RecordError, shorten
from data.fields import Fields, given_fields, whole
from data.made import Made, made
from data.readers import Raw
from data.report import Warned
from data.rows import TABLES
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
    whole_digest: bytes | None = None
    part_digest: bytes | None = None
    is_plain: bool = False  # whether its texts need no second look
    is_checked: bool = False
    errors: Sequence[RecordError] = ()
    warnings: Sequence[Warned] = ()
    given: Fields = field(default_factory=dict)
    made: Made | None = None
    id: int | None = None  # of the stored record
    stored_digest: bytes | None = None

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
            self.whole_digest = None
        self.warnings = [
            Warned(one.code, one.message, one.at(parsed.place), one.value and shorten(one.value))
            for one in suspicions(self.given, is_plain=self.is_plain)
        ]
        if self.whole_digest is None:
            self.whole_digest, self.part_digest = _digests(_canonical(self.given))

    def make(self, wording: Wording) -> None:
        """Makes a record that is right by itself ready to be written, as one that the store does not have."""
        if not self.errors:
            self.given = whole(self.given)
            self.made = made(self.given, wording)

    @property
    def whole(self) -> Fields:
        """The record as it is if nothing else is known of it."""
        return self.given if self.made else whole(self.given)


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
        (item.number, item.type, item.key, item.whole_digest, item.part_digest),
        item.warnings,
        item.given,
    )


def unpacked(sent: Item | Packed) -> Item:
    """The way back."""
    if isinstance(sent, Item):
        return sent
    (*stand, is_implied), (row, worded), facts, warnings, given = sent
    raw = Raw(Place(*stand), None, is_implied=is_implied)
    number, type_, key, whole_digest, part_digest = facts
    item = Item(raw, number, type_, key, whole_digest, part_digest, is_checked=True, warnings=warnings, given=given)
    item.made = Made(row, worded and Worded(*worded))
    return item


def item_of(number: int, raw: Raw) -> Item:
    """The record as it was read."""
    value = raw.value
    type_, key = (value.get("type"), value.get("id")) if isinstance(value, dict) else (None, None)
    if not isinstance(key, str) or not isinstance(type_, str) or type_ not in TABLES:
        return Item(raw, number)
    canonical = None if _has_files(value) else _canonical(value)
    return Item(raw, number, type_, key, *_digests(canonical), is_plain=canonical is not None and is_plain(canonical))


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


def _digests(canonical: bytes | None) -> tuple[bytes | None, bytes | None]:
    """What tells that the same was given before: as the whole record, and as a part of one that has other fields too."""
    if canonical is None:
        return None, None
    hashed = blake2b(canonical, digest_size=15).digest()
    return hashed + b"w", hashed + b"p"


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
