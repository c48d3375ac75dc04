"""Every error that Fonds raises on purpose: one tree, a stable code for each, translated once at the edge.

FondsError
├── RecordError          a record, or the file it stands in, is not as the format asks   (exit code 1)
│   ├── UnreadableFile       FILE_UNREADABLE      missing, empty, a directory, not UTF-8, unknown suffix
│   ├── InvalidSyntax        SYNTAX_INVALID       not JSON, YAML, CSV or XML, not a results page
│   ├── InvalidMapping       MAPPING_INVALID      a mapping that says what there is not
│   ├── InvalidRecord        RECORD_INVALID       an unknown key, a value of the wrong kind
│   ├── InvalidDate          DATE_INVALID         not EDTF
│   ├── DuplicateId          ID_DUPLICATE         an id given twice in one load
│   ├── DanglingReference    REFERENCE_DANGLING   a person or topic that is nowhere
│   ├── UndoConflict         UNDO_CONFLICT        a later load changed the same
│   ├── KnownId              ID_KNOWN             an id that is to be new, and is not
│   ├── TopicCycle           TOPIC_CYCLE          a topic that is broader than itself
│   └── RecordNeeded         RECORD_NEEDED        a record cannot be removed: others refer to it
├── ChangeRefused        CHANGE_REFUSED       an undo, a merge, a token that cannot be     (exit code 1)
│   ├── UnknownLoad          LOAD_UNKNOWN         no load with this number
│   ├── UnknownRecord        RECORD_UNKNOWN       no record with this id
│   ├── AlreadyUndone        LOAD_UNDONE          a load that was taken back before
│   ├── UndoRefused          UNDO_REFUSED         a load that others stand upon, with all conflicts
│   ├── MergeRefused         MERGE_REFUSED        two records that cannot be made one
│   └── InvalidToken         TOKEN_INVALID        a token's name that cannot be, or is not in use
├── Rejected             LOAD_REJECTED        a load that was refused, with all its record errors
├── InvalidScope         SCOPE_INVALID        a load that may not remove what it would            (exit code 1)
├── InvalidCommand       COMMAND_INVALID      a command line that cannot be understood            (exit code 2)
├── StoreError           the database file cannot be used                                 (exit code 2)
│   ├── StoreMissing         STORE_MISSING        no such file
│   ├── StoreForeign         STORE_FOREIGN        not a database, or not one of ours
│   ├── StoreTooNew          STORE_TOO_NEW        written by a newer version
│   ├── StoreTooOld          STORE_TOO_OLD        written by an older version
│   ├── StoreLocked          STORE_LOCKED         another process is writing
│   ├── StoreReadOnly        STORE_READ_ONLY      no right to write
│   ├── StoreFull            STORE_FULL           no space left to write
│   └── StoreDamaged         STORE_DAMAGED        the file is not as the database wrote it
└── RequestError         a query asks for what cannot be answered                         (exit code 1)
    ├── InvalidArgument      ARGUMENT_INVALID     a value outside what the argument allows
    ├── InvalidSearch        SEARCH_INVALID       an unknown field, a date that is none, too long
    └── InvalidCursor        CURSOR_INVALID       empty, foreign, forged, of another list or order
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import islice
from typing import ClassVar

ECHO_MAX_CHARACTERS = 80
_INDEX = re.compile(r"\[\d+\]")
NEAR_MAX_IDS = 5_000


def shorten(value: object, most: int = ECHO_MAX_CHARACTERS) -> str:
    """The value as text for an error message, on one line and at most 80 characters long, or `most`.

    >>> shorten("line\\nbreak")
    'line break'
    """
    text = str(value)[: most * 4]
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return text if len(text) <= most else text[: most - 1] + "…"


def nearest(key: str, keys: Iterable[str], *, cutoff: float = 0.7) -> str | None:
    """The key that looks most like this one, if one does, among the first 5,000 of about its length."""
    slack = 1 + len(key) // 4
    alike = (other for other in keys if abs(len(other) - len(key)) <= slack)
    return next(iter(get_close_matches(key, islice(alike, NEAR_MAX_IDS), n=1, cutoff=cutoff)), None)


class FondsError(Exception):
    """The root: a sentence for the reader, and where one can be given, a hint that can be acted on."""

    code: ClassVar[str] = "FONDS_ERROR"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def as_json(self) -> dict[str, str | None]:
        """What a script is told of it."""
        return {"code": self.code, "message": self.message, "hint": self.hint}

    def __reduce__(self) -> tuple[object, ...]:
        """As it goes to another process: made anew as it is, not as it was made."""
        return type(self).__new__, (type(self), *self.args), self.__dict__


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record error stands: the file, the line (counted from 1), the record's id, the JSON path.

    In a table also the row, counted from 1 without the header. `origins` says which column of a table, or which key of an object
    that a mapping converts, a path comes from: that of the path itself, or of the nearest above it; `[]` is any item of a list.
    """

    file: str
    line: int | None = None
    record: str | None = None
    path: str | None = None
    row: int | None = None
    origins: Mapping[str, str] | None = field(default=None, compare=False, repr=False)

    @property
    def origin(self) -> str | None:
        """The column or key that the path comes from, if that is known."""
        path = self.path
        while path and self.origins:
            for tried in (path, _INDEX.sub("[]", path)):
                if tried in self.origins:
                    return self.origins[tried]
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return None

    def __str__(self) -> str:
        where = self.file if self.line is None else f"{self.file}:{self.line}"
        origin = self.origin and f"{'column' if self.row else 'from'} `{shorten(self.origin)}`"
        parts = (self.record and shorten(self.record), self.path, self.row and f"row {self.row}", origin)
        inside = ", ".join(part for part in parts if part)
        return f"{where} ({inside})" if inside else where


class RecordError(FondsError):
    """A fault in a record or its file: `place` says where, `value` is what stood there (shortened)."""

    def __init__(self, message: str, *, place: Place, value: object = None, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.place = place
        self.value = None if value is None else shorten(value)

    def __str__(self) -> str:
        given = f" [{self.value}]" if self.value is not None else ""
        return f"{self.place}: {self.message}{given}"


class UnreadableFile(RecordError):
    code = "FILE_UNREADABLE"


class InvalidSyntax(RecordError):
    code = "SYNTAX_INVALID"


class InvalidMapping(RecordError):
    code = "MAPPING_INVALID"


class InvalidRecord(RecordError):
    code = "RECORD_INVALID"


class InvalidDate(RecordError):
    code = "DATE_INVALID"


class DuplicateId(RecordError):
    code = "ID_DUPLICATE"


class KnownId(RecordError):
    code = "ID_KNOWN"


class DanglingReference(RecordError):
    code = "REFERENCE_DANGLING"


class TopicCycle(RecordError):
    code = "TOPIC_CYCLE"


class RecordNeeded(RecordError):
    code = "RECORD_NEEDED"


class Rejected(FondsError):
    """A load that was refused as a whole; `errors` are the reasons, in the order of the records, the first of `count`."""

    code = "LOAD_REJECTED"

    def __init__(self, errors: Sequence[RecordError], count: int | None = None) -> None:
        self.errors = list(errors)
        self.count = len(self.errors) if count is None else count
        told = "1 error" if self.count == 1 else f"{self.count} errors"
        what = "mapping" if errors and all(isinstance(error, InvalidMapping) for error in errors) else "records"
        super().__init__(f"Nothing was loaded: {told}.", hint=f"Mend the {what} and load the files again.")
        self.report: object = None  # what is known of the load, as a `data.report.Report`


class InvalidScope(FondsError):
    code = "SCOPE_INVALID"


class InvalidCommand(FondsError):
    code = "COMMAND_INVALID"


class StoreError(FondsError):
    """The store cannot be opened or used; `told` is for those who ask over HTTP, and need not know where it lies."""

    code = "STORE_UNUSABLE"
    told: ClassVar[str] = "The archive's store cannot be read."


class StoreMissing(StoreError):
    code = "STORE_MISSING"
    told = "The archive's store is not there."


class StoreForeign(StoreError):
    code = "STORE_FOREIGN"
    told = "What stands in the place of the archive's store is none of Fonds."


class StoreTooNew(StoreError):
    code = "STORE_TOO_NEW"
    told = "The archive's store was written by a newer Fonds than serves it."


class StoreTooOld(StoreError):
    code = "STORE_TOO_OLD"
    told = "The archive's store was written by an older Fonds, and has to be upgraded."


class StoreLocked(StoreError):
    code = "STORE_LOCKED"
    told = "The archive's store is locked by another process."


class StoreReadOnly(StoreError):
    code = "STORE_READ_ONLY"
    told = "The archive's store cannot be opened."


class StoreFull(StoreError):
    code = "STORE_FULL"
    told = "The archive's store has no space left."


class StoreDamaged(StoreError):
    code = "STORE_DAMAGED"
    told = "The archive's store is damaged."


class FileUnusable(FondsError):
    """A file that a command was given is not what it should be."""

    code = "FILE_UNUSABLE"


class RequestError(FondsError):
    """A fault in a query, told to the client as it stands: it may hold nothing but what the client sent."""


class InvalidArgument(RequestError):
    code = "ARGUMENT_INVALID"


class InvalidSearch(RequestError):
    code = "SEARCH_INVALID"


class InvalidCursor(RequestError):
    code = "CURSOR_INVALID"

    @classmethod
    def of_another_list(cls, name: str) -> "InvalidCursor":
        """A cursor that this archive gave out for something else; `name` is that of the argument."""
        return cls(
            f"`{name}` is a cursor of another list, order or search; or, of a list that is ordered by counts, of another filter.",
            hint="Use a cursor only with the field and the arguments that gave it.",
        )

    @classmethod
    def outdated(cls, name: str) -> "InvalidCursor":
        """A cursor of an order that changes with the archive."""
        return cls(
            f"`{name}` is a cursor from before the archive changed, and with it the order by relevance or by counts.",
            hint="Begin again with the first page; cursors of other orders, such as DATE, hold.",
        )


class QueryTooDeep(RequestError):
    code = "QUERY_TOO_DEEP"


class QueryTooLong(RequestError):
    code = "QUERY_TOO_LONG"


class TooManyFields(RequestError):
    code = "TOO_MANY_FIELDS"


class TooManyAliases(RequestError):
    code = "TOO_MANY_ALIASES"


class TooManyDirectives(RequestError):
    code = "TOO_MANY_DIRECTIVES"


class PageTooLarge(RequestError):
    code = "PAGE_TOO_LARGE"


class QueryTooCostly(RequestError):
    code = "QUERY_TOO_COSTLY"


class QueryTimeout(RequestError):
    code = "QUERY_TIMEOUT"


class ArchiveBusy(RequestError):
    code = "ARCHIVE_BUSY"


class BadRequest(RequestError):
    """A request that is none: `status` is the HTTP status that says so."""

    code = "BAD_REQUEST"

    def __init__(self, message: str, *, status: int = 400, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.status = status


class PersistedQueryNotFound(BadRequest):
    code = "PERSISTED_QUERY_NOT_FOUND"


class PersistedQueryNotSupported(BadRequest):
    code = "PERSISTED_QUERY_NOT_SUPPORTED"


class OperationNotTrusted(BadRequest):
    code = "OPERATION_NOT_TRUSTED"


class BodyTooLarge(BadRequest):
    code = "BODY_TOO_LARGE"


class BodyTooSlow(BadRequest):
    code = "BODY_TOO_SLOW"


class WritingOff(BadRequest):
    """Nobody may write over HTTP, because there is no token."""

    code = "WRITING_OFF"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, status=403, hint=hint)


class TokenRefused(BadRequest):
    """Writing without a token, or with one that is wrong or revoked."""

    code = "TOKEN_REFUSED"

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message, status=401, hint=hint)


class LoadTooLarge(RequestError):
    code = "LOAD_TOO_LARGE"


class UndoConflict(RecordError):
    """A later load changed what is to be taken back: which load, and which fields of the record."""

    code = "UNDO_CONFLICT"

    def __init__(self, message: str, *, place: Place, fields: Sequence[str], load_id: int, hint: str | None = None) -> None:
        super().__init__(message, place=place, hint=hint)
        self.fields = fields
        self.load_id = load_id


class ChangeRefused(FondsError):
    """A change that was not made; `errors` are the reasons, where they lie in records."""

    code = "CHANGE_REFUSED"

    def __init__(self, message: str, *, errors: Sequence[RecordError] = (), hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.errors = list(errors)


class UnknownLoad(ChangeRefused):
    code = "LOAD_UNKNOWN"


class UnknownRecord(ChangeRefused):
    code = "RECORD_UNKNOWN"


class AlreadyUndone(ChangeRefused):
    code = "LOAD_UNDONE"


class UndoRefused(ChangeRefused):
    code = "UNDO_REFUSED"


class MergeRefused(ChangeRefused):
    code = "MERGE_REFUSED"


class InvalidToken(ChangeRefused):
    code = "TOKEN_INVALID"
