"""SQLite, as Python has it, or newer where the extra `fonds[sqlite]` brings one: for reading and for writing alike.

Never both in a process: two copies of SQLite on one file lose each other's locks.
"""

import sqlite3
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

__all__ = ["INTERRUPTED", "Connection", "Error", "OperationalError", "code_of", "found", "own"]

own: ModuleType = sqlite3
INTERRUPTED = sqlite3.SQLITE_INTERRUPT
NEWER = "pysqlite3"


def newest() -> ModuleType:
    """The module `sqlite3`, or the one that was installed with a newer SQLite."""
    if find_spec(NEWER) is None:
        return own
    other: Any = import_module(f"{NEWER}.dbapi2")
    return other if other.sqlite_version_info > own.sqlite_version_info else own


found = newest()

if TYPE_CHECKING:
    from sqlite3 import Connection, Error, OperationalError
else:
    Connection, Error, OperationalError = found.Connection, found.Error, found.OperationalError


def code_of(error: BaseException) -> int | None:
    """The result code that an error of the driver carries; None if it has none."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return code
