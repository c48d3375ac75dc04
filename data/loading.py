"""One pass of a load over its records, 500 at a time: checked, compared with what is stored, written."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import chain

from sqlalchemy import select
from sqlalchemy.engine import Connection

from data import tables
from data.aside import Pile
from data.digests import Digests
from data.errors import DuplicateId, InvalidScope, KnownId, Place, RecordError, shorten
from data.fields import merged
from data.given import Given
from data.items import Item, make
from data.options import Mode, Options
from data.references import Fault, Stand, Unwritten, dangling_unwritten, unwritten
from data.report import Report, Warned
from data.rows import TABLES
from data.search.wording import Wording
from data.stored import batched, stored_records
from data.suspicions import far_off, same_names, told_name
from data.tables import table
from data.write import Writer

REFUSED_REMEMBERED = 100_000

REDIRECTS = table(tables.Redirect)


class Loading:
    """One pass, inside a transaction. `tell_error` is given each error with the record's number in the load, 0 for none."""

    def __init__(
        self,
        connection: Connection,
        writer: Writer,
        options: Options,
        report: Report,
        tell_error: Callable[[int, RecordError], None],
    ) -> None:
        self.connection = connection
        self.writer = writer
        self.options = options
        self.report = report
        self.given = Given(connection)
        self._tell_error = tell_error
        self._refused: set[str] = set()
        self._faulty: dict[tuple[str, str], Place] = {}
        self._unwritten: list[Unwritten] = []
        self._implied: Pile | None = None
        self._implied_keys: dict[str, set[str]] = {type_: set() for type_ in TABLES}
        self.digests = Digests(connection, only_whole=options.mode is Mode.REPLACE)
        rows = connection.execute(select(REDIRECTS.c.type, REDIRECTS.c.key, REDIRECTS.c.target))
        self.merges = {(type_, key): target for type_, key, target in rows}

    def preparing(self, wording: Wording) -> Callable[[Sequence[Item]], None]:
        """Does with records that the store does not have what can be done without the store.

        Each step for all of them: so the processor keeps at hand what a step needs, which saves a fourth of the time.
        """

        def prepare(items: Sequence[Item]) -> None:
            for item in items:
                item.check(self.merges)
            make([item for item in items if not item.errors], wording)

        return prepare

    def fault(self, number: int, error: RecordError) -> None:
        """An error of a record: it is not loaded."""
        if error.place.record and len(self._refused) < REFUSED_REMEMBERED:
            self._refused.add(error.place.record)
        self._tell_error(number, error)

    def _leave_out(self, item: Item, errors: Sequence[RecordError]) -> None:
        """Tells what is wrong with a record, which is not written; what it refers to is looked at in the end all the same."""
        for error in errors:
            self.fault(item.number, error)
        if item.key and len(self._faulty) < REFUSED_REMEMBERED:
            self._faulty.setdefault((item.type, item.key), item.raw.place)
        if len(self._unwritten) < REFUSED_REMEMBERED:
            found = unwritten(item.as_given, Stand(item.number, errors[0].place))
            self._unwritten += (one for one in found if (one.type, one.key) not in self.merges)

    def warn(self, warning: Warned) -> None:
        self.report.warning_count += 1
        if len(self.report.warnings) < self.options.max_errors:
            self.report.warnings.append(warning)

    def take(self, items: Iterable[Item]) -> None:
        """Checks and writes some records; what a file only implies waits for `finish`."""
        given = []
        for item in items:
            if item.raw.is_implied:
                self._put_aside(item)
            elif not self._was_merged(item):
                given.append(item)
        self._write(given)

    def _put_aside(self, item: Item) -> None:
        """Keeps what a file implies, once."""
        keys = self._implied_keys[item.type]
        if item.key not in keys:
            keys.add(item.key)
            self._implied = self._implied or Pile()
            self._implied.add(item)

    def finish(self) -> None:
        """Writes what is implied and was not given, removes what is missing, and tells what is wrong between the records."""
        for some in batched(self._implied or ()):
            self._find(some)
            self._write([item for item in some if item.id is None])
        if self.options.scope:
            self._remove_missing()
        refused = frozenset() if self.options.skips else frozenset(self._refused)
        most = 10**9 if self.options.skips else self.options.max_errors
        faults: Iterator[Fault] = chain(
            self.writer.faults(self.given.stands, most=most, refused=refused, skips=self.options.skips),
            dangling_unwritten(self.connection, self._unwritten, refused=refused),
        )
        if not self.options.skips:
            faults = iter(sorted(faults, key=lambda one: one.number))
            self.report.error_count += max(0, self.writer.dangling_count(refused=refused) - most)
        for fault in faults:
            self._tell_error(fault.number, fault.error)

    def close(self) -> None:
        """Tells what looks wrong beside other records, and brings the index in step."""
        if self.writer.is_changed:
            self._suspect()
        self.writer.close()
        self.given.drop()

    def _suspect(self) -> None:
        """Warns of people of the same name, and of documents far from all others in time."""
        most, load_id = self.options.max_errors, self.writer.load_id
        alike = same_names(self.connection, load_id, most)
        stands = self.given.stands("person", [id_ for id_, _, _ in alike])
        for id_, key, another in alike:
            place = replace(stands[id_].place if id_ in stands else Place("the store", record=key), path="name")
            self.warn(Warned("PEOPLE_SAME_NAME", told_name(another), place))
        far = list(far_off(self.connection, load_id, _today(), most))
        stands = self.given.stands("document", [id_ for id_, _, _, _ in far])
        for id_, key, date, why in far:
            place = replace(stands[id_].place if id_ in stands else Place("the store", record=key), path="date")
            self.warn(Warned("DATE_FAR_OFF", why, place, date))

    # A batch

    def _write(self, items: Sequence[Item]) -> None:
        self._find(items)
        right = self._right(items)
        new = [item for item in right if item.id is None]
        for item in new:
            self.writer.put(item.whole, digest=item.digest(is_whole=True), made=item.made)
        self.report.added += len(new)
        for type_ in TABLES:
            self._put_known([item for item in right if item.id is not None and item.type == type_], type_)
        self.writer.flush()
        for type_ in TABLES:
            some = [item for item in right if item.type == type_]
            ids = self.writer.keys.find(type_, [item.key for item in some if item.id is None])
            self.given.add(type_, [(item.id or ids[item.key], item.number, item.raw.place) for item in some])

    def _was_merged(self, item: Item) -> bool:
        target = self.merges.get((item.type, item.key))
        if target is None:
            return False
        message = f"The {item.type} was merged into “{shorten(target)}”; what is given of it is left out."
        self.warn(Warned("RECORD_MERGED", message, replace(item.raw.place, record=item.key)))
        self.report.left_out += 1
        return True

    def _find(self, items: Sequence[Item]) -> None:
        """Looks up which of the records the store has."""
        for type_ in TABLES:
            some = [item for item in items if item.type == type_ and not item.is_stored]
            found = self.digests.find(type_, [(item.key, item.said, item.line) for item in some])
            for item in some:
                item.id, item.is_stored = found.get(item.key, (None, False))

    def _errors(self, item: Item) -> Sequence[RecordError]:
        """What is wrong with the record by itself; nothing is with what was given so before, which is not looked at again."""
        if item.is_stored:
            return ()
        if not item.is_checked:
            item.check(self.merges)
        for warning in item.warnings:
            self.warn(warning)
        return item.errors

    def _right(self, items: Sequence[Item]) -> list[Item]:
        """The records without those that are wrong by themselves, whose id was given before, or is not to be known."""
        before: dict[tuple[str, int], Place] = {}
        for type_ in TABLES:
            ids = [item.id for item in items if item.type == type_ and item.id is not None]
            before.update({(type_, id_): place for id_, place in self.given.among(type_, ids).items()})
        first: dict[tuple[str, str], Place] = {}
        found = []
        for item in items:
            errors, name = self._errors(item), (item.type, item.key)
            place = before.get((item.type, item.id or 0)) or first.get(name) or self._faulty.get(name)
            if place is not None:
                errors = [*errors, _duplicate(item, place)]
            elif item.key:
                first[name] = item.raw.place
                if item.id is not None and self.options.mode is Mode.APPEND:
                    errors = [*errors, _known(item)]
            if errors:
                self._leave_out(item, errors)
            else:
                found.append(item)
        return found

    def _put_known(self, items: Sequence[Item], type_: str) -> None:
        changed = [item for item in items if not item.is_stored]
        self.report.unchanged += len(items) - len(changed)
        old = dict(stored_records(self.connection, type_, [item.id for item in changed if item.id is not None]))
        for item in changed:
            before, alone = old[item.id or 0], item.whole
            after = alone if self.options.mode is Mode.REPLACE else merged(before, item.given)
            self.writer.put(after, before, digest=item.digest(is_whole=after == alone))
            if after == before:
                self.report.unchanged += 1
            else:
                self.report.changed += 1

    def _remove_missing(self) -> None:
        scope = self.options.scope
        if scope is None:
            return
        if not self.given.has(scope):
            if self.report.error_count:
                return  # which is why nothing is given, and refuses the load
            raise InvalidScope(
                f"The load gives nothing of the scope “{scope}”: all that the archive has of it would be removed.",
                hint="Give at least one; check that the files are those that were meant.",
            )
        for keys in self.given.missing(scope):
            self.report.removed += self.writer.remove(scope.type, keys)


def _today() -> int:
    """Today, where it is latest on earth, as a day of the tables."""
    return int((datetime.now(UTC) + timedelta(hours=14)).strftime("%Y%m%d"))


def _duplicate(item: Item, first: Place) -> DuplicateId:
    at = first.line or first.row
    where = f"{first.file}:{at}" if at else first.file
    return DuplicateId(
        f"The id of this {item.type} is given twice; first at {where}.",
        place=replace(item.raw.place, record=item.key, path="id"),
        value=item.key,
        hint="Give each record its own id, or drop one of the two.",
    )


def _known(item: Item) -> KnownId:
    return KnownId(
        f"The archive has a {item.type} with this id.",
        place=replace(item.raw.place, record=item.key, path="id"),
        value=item.key,
        hint="Load without `--append` to change it, or give the record its own id.",
    )
