"""What a load did, and what was wrong with it: one report for the command line, for scripts and for GraphQL."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from data.errors import FondsError, Place, RecordError
from data.sources import FileFacts

COUNTS = ("added", "changed", "unchanged", "removed", "rejected")


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that looks wrong but may be true; nothing was changed."""

    code: str
    message: str
    place: Place
    value: str | None = None

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" + (f" [{self.value}]" if self.value is not None else "")


@dataclass(slots=True)
class Report:
    """What a load did, in records; `errors` and `warnings` are the first of so many, in the order of the records.

    After a dry run the store is as it was, and the counts say what would become of it; after a refusal they are 0. `left_out` are
    records that were given and that had been merged into others.
    """

    load_id: int | None = None
    mode: str = "UPSERT"
    is_dry_run: bool = False
    is_refused: bool = False
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0
    rejected: int = 0
    left_out: int = 0
    seconds: float = 0.0
    files: list[FileFacts] = field(default_factory=list)
    rejected_files: list[str] = field(default_factory=list)
    errors: list[RecordError] = field(default_factory=list)
    error_count: int = 0
    warnings: list[Warned] = field(default_factory=list)
    warning_count: int = 0

    @property
    def records(self) -> int:
        """How many records were given."""
        return self.added + self.changed + self.unchanged + self.rejected + self.left_out

    def refuse(self) -> None:
        """Says that nothing was done."""
        self.is_refused = True
        self.added = self.changed = self.unchanged = self.removed = self.rejected = self.left_out = 0

    @property
    def records_per_second(self) -> float:
        return self.records / self.seconds if self.seconds else 0.0

    def counts(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in COUNTS}

    def __str__(self) -> str:
        told = [f"{self.added} added", f"{self.changed} changed", f"{self.unchanged} unchanged"]
        more = (("removed", self.removed), ("rejected", self.rejected), ("left out, as merged into others", self.left_out))
        told += [f"{count} {name}" for name, count in more if count]
        return f"{', '.join(told)} ({self.seconds:.1f} s, {self.records_per_second:,.0f} records a second)"

    def as_json(self, error: FondsError | None = None) -> dict[str, Any]:
        """The report for scripts; `error` is what refused the load."""
        return {
            "error": error and error.as_json(),
            "load": None if self.is_dry_run or self.is_refused else self.load_id,
            "mode": self.mode,
            "dryRun": self.is_dry_run,
            "refused": self.is_refused,
            **self.counts(),
            "leftOut": self.left_out,
            "seconds": round(self.seconds, 3),
            "recordsPerSecond": round(self.records_per_second, 1),
            "files": [
                {"name": file.name, "sha256": file.sha256, "sizeBytes": file.size_bytes, "records": file.records}
                for file in self.files
            ],
            "rejectedFiles": self.rejected_files,
            "errorCount": self.error_count,
            "errors": [
                {**_where(error.code, error.message, error.place, error.value), "hint": error.hint} for error in self.errors
            ],
            "warningCount": self.warning_count,
            "warnings": [_where(one.code, one.message, one.place, one.value) for one in self.warnings],
        }


def _where(code: str, message: str, place: Place, value: str | None) -> dict[str, Any]:
    parts = {"file": place.file, "line": place.line, "row": place.row, "column": place.origin}
    parts |= {"record": place.record, "path": place.path}
    return {"code": code, "message": message, **parts, "value": value}


def first(errors: Iterable[RecordError], most: int) -> list[RecordError]:
    """The first errors, in the order in which they are."""
    return [error for _, error in zip(range(most), errors, strict=False)]
