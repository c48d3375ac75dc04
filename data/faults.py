"""The faults of a database file: what the driver says, as errors of ours."""

from collections.abc import Callable
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from data import driver
from data.errors import (
    FondsError,
    QueryTooDeep,
    StoreDamaged,
    StoreError,
    StoreForeign,
    StoreFull,
    StoreLocked,
    StoreReadOnly,
)

codes = driver.own
"""Result codes by their names: the same in every SQLite, but not all drivers name all."""


class translated:  # noqa: N801 - reads as a function; made for each read, it is one third of what a generator's costs
    """The driver's errors as ours."""

    __slots__ = ("_path",)

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, (driver.Error, DBAPIError)):
            found = translation(self._path, error.orig if isinstance(error, DBAPIError) else error)
            if found is not None:
                raise found from error


def _locked(path: Path) -> StoreError:
    return StoreLocked(f"Another process is writing to {path}.", hint="Try again when it has ended.")


FILE_LIMITS = {codes.SQLITE_IOERR_WRITE, codes.SQLITE_IOERR_SHMSIZE}
"""What the database says when a file may not grow for another reason than a full disk: a limit of the process (`ulimit -f`)."""

TOO_DEEP = ("parser stack overflow", "Expression tree is too large")


def translation(path: Path, origin: BaseException | None) -> FondsError | None:
    """An error of the driver as one of ours; None if there is none for it."""
    if not isinstance(origin, driver.Error):
        return None
    if str(origin).startswith(TOO_DEEP):
        return QueryTooDeep(
            "The query nests more lists in each other than the database can follow.",
            hint="Ask for the inner lists in another query. Three in each other always work (a search, and each condition "
            "in another, counts as one more); with SQLite 3.46 any number does.",
        )
    code = driver.code_of(origin)
    if code in FILE_LIMITS:
        return _full(path)
    found = FAULTS.get(code & 0xFF) if code is not None else None
    return found and found(path)


def _full(path: Path) -> StoreError:
    return StoreFull(
        f"{path} cannot grow: the disk is full, or files may not be so large.", hint="Make space; the store is as it was before."
    )


FAULTS: dict[int, Callable[[Path], StoreError]] = {
    codes.SQLITE_BUSY: _locked,
    codes.SQLITE_LOCKED: _locked,
    codes.SQLITE_READONLY: lambda path: StoreReadOnly(
        f"{path} cannot be written.", hint="Check the rights of the file and of its folder."
    ),
    codes.SQLITE_FULL: _full,
    codes.SQLITE_IOERR: lambda path: StoreError(f"The disk failed under {path}.", hint="Check the disk; then `fonds check`."),
    codes.SQLITE_CORRUPT: lambda path: StoreDamaged(
        f"{path} is damaged.", hint="`fonds check` says where; a copy that was made before brings it back."
    ),
    codes.SQLITE_NOTADB: lambda path: StoreForeign(f"{path} is not a database.", hint="Name another file with `--database`."),
    codes.SQLITE_CANTOPEN: lambda path: StoreReadOnly(
        f"{path} cannot be opened.", hint="Check that its folder exists and may be written."
    ),
}
