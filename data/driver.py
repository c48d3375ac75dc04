"""SQLite, as Python has it, or newer where the extra `fonds[sqlite]` brings one: for reading and for writing alike.

Never both in a process: two copies of SQLite on one file lose each other's locks.
"""

import ctypes
import sqlite3
import sys
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

__all__ = ["INTERRUPTED", "Connection", "Error", "OperationalError", "code_of", "found", "own", "quicken"]

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


MEMSTATUS, OFF = 9, 0  # https://www.sqlite.org/c3ref/c_config_covering_index_scan.html


@cache
def quicken() -> bool:
    """Has SQLite not count the bytes that it takes and gives back, which it does under one lock for all threads; whether it does.

    A nested answer takes a tenth less time. Only for a process that has no connection open, and may not matter: where the library
    cannot be spoken to, all goes on as before.
    """
    extension = sys.modules.get(f"{NEWER}._sqlite3" if found is not own else "_sqlite3")
    path: str | None = getattr(extension, "__file__", None)
    if sys.platform != "linux" or path is None:
        return False
    library = ctypes.CDLL(path)
    if not all(hasattr(library, f"sqlite3_{name}") for name in ("shutdown", "config", "initialize")):
        return False
    library.sqlite3_shutdown()
    is_off = bool(library.sqlite3_config(MEMSTATUS, OFF) == own.SQLITE_OK)
    library.sqlite3_initialize()
    return is_off


def code_of(error: BaseException) -> int | None:
    """The result code that an error of the driver carries; None if it has none."""
    code: int | None = getattr(error, "sqlite_errorcode", None)
    return code
