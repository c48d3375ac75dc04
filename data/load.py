"""The loader: records → store, in one transaction and one pass; an upsert by the record's own id.

A field that is given replaces, one that is absent stays. Loading the same file twice changes nothing. Memory does not grow with
the files: records are checked, merged and written 500 at a time, and what the load gave is remembered in a temporary table.
"""

import getpass
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from time import perf_counter
from typing import Any

import orjson
from sqlalchemy import insert, select, update
from sqlalchemy.engine import Connection

from data import tables
from data.check import Entry, parse
from data.errors import DuplicateId, Place, RecordError, Rejected
from data.fields import Fields, given_fields, merged, whole
from data.given import Given, GivenRecord
from data.readers import Raw, read
from data.report import Report
from data.rows import TABLES
from data.store import Store
from data.stored import batched, stored_records
from data.tables import table
from data.write import Writer

BATCH = 500
ERRORS_MAX = 10_000

LOADS = table(tables.Load)


@dataclass(slots=True)
class _Item:
    """A record of a batch, on its way into the store."""

    raw: Raw
    number: int
    type: str | None
    key: str
    whole_digest: bytes | None = None
    part_digest: bytes | None = None
    id: int | None = None  # of the stored record
    stored_digest: bytes | None = None
    given: Fields = field(default_factory=dict)


def load(store: Store, files: Iterable[Path], file_format: str | None = None) -> Report:
    """Loads the records of the files, or nothing: raises Rejected with every fault that was found in them, or StoreError."""
    start = perf_counter()
    with store.writing() as connection:
        started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        found = connection.execute(insert(LOADS).values(at=started, by=getpass.getuser(), mode="UPSERT"))
        report = Report(load_id=found.inserted_primary_key[0])  # type: ignore[index] # an insert of one row has it
        loading = _Loading(connection, Writer(connection, store.words, report.load_id or 0), report)
        for some in batched(enumerate(_read(files, file_format, report.errors), 1), BATCH):
            loading.take(some)
        loading.finish()
        report.seconds = perf_counter() - start
        counts = {name: getattr(report, name) for name in ("added", "changed", "unchanged", "removed", "rejected", "seconds")}
        connection.execute(update(LOADS).where(LOADS.c.id == report.load_id).values(counts))
    return report


def _read(files: Iterable[Path], file_format: str | None, errors: list[RecordError]) -> Iterator[Raw]:
    for path in files:
        try:
            yield from read(path, file_format)
        except RecordError as error:
            errors.append(error)


class _Loading:
    """One load, inside a transaction."""

    def __init__(self, connection: Connection, writer: Writer, report: Report) -> None:
        self.connection = connection
        self.writer = writer
        self.report = report
        self.given = Given(connection)

    def take(self, raws: Sequence[tuple[int, Raw]]) -> None:
        """Checks and writes some records."""
        items = [_item(number, raw) for number, raw in raws]
        for type_ in TABLES:
            self._find([item for item in items if item.type == type_], type_)
        right = self._once([item for item in items if self._is_right(item)])
        for type_ in TABLES:
            self._put([item for item in right if item.type == type_], type_)
        self.writer.flush()
        for type_ in TABLES:
            some = [item for item in right if item.type == type_]
            ids = self.writer.keys.find(type_, [item.key for item in some])
            files = ((item, self.given.file(item.raw.place.file)) for item in some)
            self.given.add(GivenRecord(type_, ids[i.key], i.number, file, i.raw.place.line) for i, file in files)

    def finish(self) -> None:
        """Brings all in step; raises Rejected if anything is wrong."""
        errors = self.report.errors
        refused = frozenset(error.place.record for error in errors if error.place.record)
        errors += self.writer.faults(self.given.stands, most=ERRORS_MAX, refused=refused)
        if errors:
            raise Rejected(errors)
        self.writer.close()
        self.given.drop()

    def _find(self, items: Sequence[_Item], type_: str) -> None:
        """Looks up which of the records the store has."""
        found = TABLES[type_]
        known = select(found.c.key, found.c.id, found.c.given_digest).where(found.c.key.in_([item.key for item in items]))
        by_key = {row[0]: row for row in self.connection.execute(known)} if items else {}
        for item in items:
            if item.key in by_key:
                _, item.id, item.stored_digest = by_key[item.key]

    def _is_right(self, item: _Item) -> bool:
        """Whether the record is right by itself; what was given so before is, and is not looked at again."""
        if item.stored_digest and item.stored_digest in {item.whole_digest, item.part_digest}:
            return True
        parsed = parse(item.raw)
        if not isinstance(parsed, Entry):
            self.report.errors += parsed
            return False
        item.given = given_fields(parsed.record)
        if item.whole_digest is None:
            item.whole_digest, item.part_digest = _digests(item.given)
        return True

    def _once(self, items: Sequence[_Item]) -> list[_Item]:
        """The records without those whose id was given before."""
        known = {type_: [item.id for item in items if item.type == type_ and item.id is not None] for type_ in TABLES}
        before = {(type_, id_): place for type_, ids in known.items() for id_, place in self.given.among(type_, ids).items()}
        first: dict[tuple[str | None, str], Place] = {}
        found = []
        for item in items:
            place = before.get((str(item.type), item.id or 0)) or first.get((item.type, item.key))
            if place is None:
                first[item.type, item.key] = item.raw.place
                found.append(item)
            else:
                self.report.errors.append(_duplicate(item, place))
        return found

    def _put(self, items: Sequence[_Item], type_: str) -> None:
        self._put_new([item for item in items if item.id is None])
        changed = [item for item in items if item.id is not None and item.given]
        old = dict(stored_records(self.connection, type_, [item.id for item in changed if item.id is not None]))
        for item in changed:
            before = old[item.id or 0]
            after = merged(before, item.given)
            is_whole = after == whole(item.given)
            self.writer.put(after, before, digest=item.whole_digest if is_whole else item.part_digest)
            self.report.changed += after != before
            self.report.unchanged += after == before
        self.report.unchanged += sum(item.id is not None and not item.given for item in items)

    def _put_new(self, items: Sequence[_Item]) -> None:
        for item in items:
            self.writer.put(whole(item.given), digest=item.whole_digest)
        self.report.added += len(items)


def _item(number: int, raw: Raw) -> _Item:
    value = raw.value
    type_, key = (value.get("type"), value.get("id")) if isinstance(value, dict) else (None, None)
    if not isinstance(key, str) or not isinstance(type_, str) or type_ not in TABLES:
        return _Item(raw, number, None, "")
    return _Item(raw, number, type_, key, *((None, None) if _has_files(value) else _digests(value)))


def _has_files(value: Any) -> bool:
    """Whether bodies of texts stand in other files, which may have changed."""
    texts = value.get("texts")
    return isinstance(texts, list) and any(isinstance(text, dict) and "file" in text for text in texts)


def _digests(value: Any) -> tuple[bytes | None, bytes | None]:
    """What tells that the same was given before: as the whole record, and as a part of one that has other fields too."""
    try:
        canonical = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # half a surrogate pair, too large a number: no record that is right has them
        return None, None
    return tuple(blake2b(canonical, digest_size=16, person=kind).digest() for kind in (b"whole", b"part"))  # type: ignore[return-value]


def _duplicate(item: _Item, first: Place) -> DuplicateId:
    where = f"{first.file}:{first.line}" if first.line else first.file
    return DuplicateId(
        f"The id of this {item.type} is given twice; first at {where}.",
        place=replace(item.raw.place, record=item.key, path="id"),
        value=item.key,
        hint="Give each record its own id, or drop one of the two.",
    )
