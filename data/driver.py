"""SQLite, as Python has it, or newer where the extra `fonds[sqlite]` brings one: for reading and for writing alike.

Never both in a process: two copies of SQLite on one file lose each other's locks.
"""

import sqlite3
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType
from typing import Any

own: ModuleType = sqlite3
NEWER = "pysqlite3"


def newest() -> ModuleType:
    """The module `sqlite3`, or the one that was installed with a newer SQLite."""
    if find_spec(NEWER) is None:
        return own
    other: Any = import_module(f"{NEWER}.dbapi2")
    return other if other.sqlite_version_info > own.sqlite_version_info else own


found = newest()
