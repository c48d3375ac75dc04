"""How a load is to be done."""

import getpass
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from sqlalchemy import ColumnElement, true

from data.errors import InvalidScope
from data.rows import TABLES

ERRORS_MAX = 100
FIELDS = ("collection", "repository", "source", "rights", "classification", "genre")
"""Fields of documents that may bound a scope."""


class Mode(StrEnum):
    """What a record means for one that the store has."""

    UPSERT = "UPSERT"  # the fields that are given replace, the others stay
    APPEND = "APPEND"  # an id that is known is an error
    REPLACE = "REPLACE"  # the record given is the whole record: fields that are absent go
    DELETE_MISSING = "DELETE_MISSING"  # as UPSERT; and what is in the scope and was not given is removed


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records are taken for removed when a load does not give them: all of a type, or documents with a field's value."""

    type: str
    field: str | None = None
    value: str | None = None

    @classmethod
    def parse(cls, text: str) -> "Scope":
        """`document`, `person`, `topic`, or `collection=NAME` and the like. Raises InvalidScope."""
        name, equals, value = text.partition("=")
        if not equals and name in TABLES:
            return cls(name)
        if equals and name in FIELDS and value:
            return cls("document", name, value)
        names = ", ".join([*TABLES, *(f"{name}=…" for name in FIELDS)])
        raise InvalidScope(f"{text!r} is no scope of a load.", hint=f"One of {names}.")

    def condition(self) -> ColumnElement[bool]:
        """Which rows of the type's table are in it."""
        return true() if self.field is None else TABLES[self.type].c[self.field] == self.value

    def __str__(self) -> str:
        return self.type if self.field is None else f"{self.field}={self.value}"


def current_user() -> str:
    """The system's user, for the history."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user may have no name
        return "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How a load is to be done. `skips` keeps the good records where some are not; `rejected` is the file for these."""

    mode: Mode = Mode.UPSERT
    scope: Scope | None = None
    is_dry_run: bool = False
    skips: bool = False
    rejected: Path | None = None
    max_errors: int = ERRORS_MAX
    by: str = field(default_factory=current_user)

    def __post_init__(self) -> None:
        if (self.mode is Mode.DELETE_MISSING) != (self.scope is not None):
            raise InvalidScope("A load that removes what is missing needs a scope, and no other has one.")
        if self.scope and self.skips:
            raise InvalidScope(
                "What is rejected would be taken for missing.", hint="Load with `--delete-missing` only what is without errors."
            )
