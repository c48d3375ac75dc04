"""The loader: records → store, in one transaction; by default an upsert by the record's own id.

A field that is given replaces, one that is absent stays. Loading the same file twice changes nothing. Memory does not grow with
the files. Where faulty records are skipped, the load is done again without them, from the start, until what is left is right: so
a record that refers to a rejected one is rejected as well, and each is told with its own reason.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter

from sqlalchemy import insert, update
from sqlalchemy.engine import Connection

from data import tables
from data.ahead import Hearing, pays, read, read_ahead
from data.aside import Wrong
from data.changes import Change, changes_of
from data.errors import RecordError, Rejected
from data.items import Item
from data.loading import Loading
from data.options import Mode, Options
from data.readers.raw import Piece
from data.rejected import RejectedFiles
from data.report import Report, Warned
from data.rows import TABLES
from data.search.wording import Wording
from data.sources import RecordFile, RecordFiles, Source
from data.store import Store
from data.stored import batched, internal_ids
from data.tables import table
from data.write import Writer

BATCH = 500
WATCHED_EVERY_SECONDS = 0.2
NOT_SKIPPED = "What cannot be read cannot be given back as rejected: nothing was loaded."

LOADS = table(tables.Load)
LOAD_FILES = table(tables.LoadFile)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is: the records and bytes that were read, and how many bytes there are, 0 where nobody knows."""

    records: int
    read_bytes: int
    size_bytes: int


Watch = Callable[[Progress], None]


def load(
    store: Store,
    given: Iterable[Path | Source],
    options: Options | None = None,
    *,
    watch: Watch | None = None,
    tell: Callable[[Change], None] | None = None,
) -> Report:
    """Loads the records of files (or folders, patterns, other sources), or nothing.

    Raises Rejected with the first `max_errors` faults and their count; InvalidScope for a load that would remove what it may not;
    StoreError. A dry run does all of it, and takes it back. `watch` hears how far it is, `tell`, at the end, of each change.
    """
    options = options or Options()
    start = perf_counter()
    sources, errors = _sources(given)
    names = ", ".join(source.name for source in sources[:2]) + (f" and {len(sources) - 2} more" if len(sources) > 2 else "")  # noqa: PLR2004
    rejected = _rejected_files(options.rejected, sources) if options.rejected and options.skips else None
    with rejected or nullcontext(), store.writing(None if options.is_dry_run else f"load of {names}") as connection:
        run = _Run(connection, store, sources, options, rejected, watch)
        try:
            report = run.whole(errors)
        except BaseException:
            if rejected:
                rejected.drop()
            raise
        finally:
            for source in sources:
                source.close()
        report.seconds = perf_counter() - start
        report.rejected_files = [] if rejected is None or options.is_dry_run else [str(path) for path in rejected.paths]
        _keep(connection, report)
        if tell:
            for change in changes_of(connection, report.load_id or 0):
                tell(change)
        if options.is_dry_run:
            connection.rollback()
            if rejected:
                rejected.drop()
    return report


def _sources(given: Iterable[Path | Source]) -> tuple[list[Source], list[RecordError]]:
    sources: list[Source] = []
    errors: list[RecordError] = []
    files = RecordFiles()
    for one in given:
        if isinstance(one, Path):
            try:
                sources += files.of(one)
            except RecordError as error:
                errors.append(error)
        else:
            sources.append(one)
    return sources, errors


def _rejected_files(path: Path, sources: Iterable[Source]) -> RejectedFiles:
    files = [source for source in sources if isinstance(source, RecordFile)]
    is_apart = any(file.mapping and file.mapping.tells_files_apart for file in files)
    return RejectedFiles(path, [file.name for file in files], is_apart=is_apart)


@dataclass(slots=True)
class _Run:
    """A load, inside a transaction; `wrong` are the records that are left out, with their errors, by number."""

    connection: Connection
    store: Store
    sources: list[Source]
    options: Options
    rejected: RejectedFiles | None
    watch: Watch | None
    size_bytes: int = 0  # what there is to read
    wrong: Wrong = field(default_factory=Wrong)
    report: Report = field(default_factory=Report)
    is_clean: bool = True
    is_refused: bool = False  # by what no leaving out can mend

    def whole(self, errors: list[RecordError]) -> Report:
        """The load, done again without what is wrong as often as it must be."""
        self._learn()
        self.size_bytes = sum(source.size_bytes for source in self.sources)
        while True:
            point = self.connection.begin_nested() if self.options.skips else None
            loading = self._begin()
            self.is_refused = bool(errors)
            self._tell(errors)
            self._pass(loading)
            if self.is_refused or (not self.is_clean and not self.options.skips):
                self.report.refuse()
                refusal = Rejected(self.report.errors, self.report.error_count)
                refusal.report = self.report
                raise refusal
            if self.is_clean:
                loading.close()
                if point:
                    point.commit()
                return self.report
            if point:
                point.rollback()

    def _learn(self) -> None:
        """Tells mappings that ask what the store and the files have."""
        asking = self._asking()
        given = {one for source in asking for one in source.ids() if one[0] != "document"}  # no record refers to one

        def is_known(type_: str, key: str) -> bool:
            return (type_, key) in given or (type_ in TABLES and bool(internal_ids(self.connection, type_, [key])))

        for source in asking:
            source.known = is_known

    def _asking(self) -> list[RecordFile]:
        files = (source for source in self.sources if isinstance(source, RecordFile))
        return [file for file in files if file.mapping and file.mapping.asks_what_is_known]

    def _begin(self) -> Loading:
        started = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        row = {"at": started, "by": self.options.by, "mode": self.options.mode.value}
        load_id = int(self.connection.execute(insert(LOADS).values(row)).inserted_primary_key[0])  # type: ignore[index] # one row
        self.report = Report(load_id=load_id, mode=self.options.mode.value, is_dry_run=self.options.is_dry_run)
        self.is_clean = True
        if self.rejected:
            self.rejected.start_again()
        writer = Writer(self.connection, self.store.words, load_id)
        return Loading(self.connection, writer, self.options, self.report, self._fault)

    def _tell(self, errors: Iterable[RecordError]) -> None:
        for error in errors:
            self.report.error_count += 1
            if len(self.report.errors) < self.options.max_errors:
                self.report.errors.append(error)

    def _fault(self, number: int, error: RecordError) -> None:
        """An error: of a record that is left out next time, or one that refuses the load."""
        self._tell([error])
        self.is_clean = False
        if number and self.options.skips:
            self.wrong.add(number, error)
        else:
            self.is_refused = True

    def _pass(self, loading: Loading) -> None:
        told = perf_counter()
        for some in batched(self._good(self._items(loading)), BATCH):
            loading.take(some)
            if self.watch and perf_counter() - told >= WATCHED_EVERY_SECONDS:  # looks at each file: there may be many
                done = sum(source.facts.size_bytes for source in self.sources if source.facts)
                self.watch(Progress(some[-1].number, done, self.size_bytes))
                told = perf_counter()
        loading.finish()
        self.report.files = [source.facts for source in self.sources if source.facts]

    def _good(self, items: Iterable[Item]) -> Iterator[Item]:
        """The records, but for those that are left out."""
        for item in items:
            if errors := self.wrong.of(item.number):
                self.report.rejected += 1
                self._tell(errors)
                if self.rejected:
                    self.rejected.add_raw(item.raw, errors)
            else:
                yield item

    def _items(self, loading: Loading) -> Iterator[Item]:
        hearing = Hearing(
            unread=partial(self._unread, loading),
            remark=lambda sentence, place: loading.warn(Warned("FILE_REMARK", sentence, place)),
            broken=partial(self._broken, loading),
        )
        files = [source for source in self.sources if isinstance(source, RecordFile)]
        if loading.writer.is_first and not self.options.skips and not self._asking() and pays(self.sources):
            return read_ahead(files, hearing, loading.preparing(Wording(self.store.words)))
        for file in files:
            file.unchanged = None if loading.writer.is_first else loading.digests.unchanged
        return read(self.sources, hearing)

    def _unread(self, loading: Loading, error: RecordError, piece: Piece) -> None:
        if not self.options.skips:
            loading.fault(0, error)
            return
        self._tell([error])
        self.report.rejected += 1
        if self.rejected:
            self.rejected.add(error.place, piece, [error])

    def _broken(self, loading: Loading, error: RecordError) -> None:
        if self.options.skips:
            error.hint = f"{error.hint or ''} {NOT_SKIPPED}".strip()
        loading.fault(0, error)


def _keep(connection: Connection, report: Report) -> None:
    """What the history keeps of the load itself."""
    counts = {**report.counts(), "seconds": report.seconds}
    connection.execute(update(LOADS).where(LOADS.c.id == report.load_id).values(counts))
    columns = ("name", "sha256", "size_bytes", "records")
    rows = ({name: getattr(file, name) for name in columns} for file in report.files)
    for some in batched({"load_id": report.load_id, "position": position, **row} for position, row in enumerate(rows, 1)):
        connection.execute(insert(LOAD_FILES), some)


__all__ = ["Mode", "Options", "Progress", "Report", "load"]
