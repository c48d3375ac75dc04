"""What one load puts aside in files of the system, so that memory does not grow: errors, and records for later."""

import pickle
from array import array
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import Any

from data.errors import RecordError

_NONE = 0  # where the first error would stand: nothing does


class Pile:
    """Objects in the order in which they were put there."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - it goes with this object
        self.add(None)

    def __del__(self) -> None:
        self._file.close()

    def add(self, item: Any) -> int:
        """Where it stands."""
        at = self._file.seek(0, 2)
        pickle.dump(item, self._file, pickle.HIGHEST_PROTOCOL)
        return at

    def at(self, place: int) -> Any:
        self._file.seek(place)
        return pickle.load(self._file)  # noqa: S301 - our own process wrote it

    def __iter__(self) -> Iterator[Any]:
        """All of them; nothing may be added meanwhile."""
        self._file.seek(0)
        pickle.load(self._file)  # noqa: S301
        while True:
            try:
                yield pickle.load(self._file)  # noqa: S301
            except EOFError:
                return


class Wrong:
    """The records of a load that are wrong, by their numbers, each with its errors."""

    def __init__(self) -> None:
        self._errors: Pile | None = None
        self._last = array("Q")  # where the last error of each record stands, which says where the one before stands

    def add(self, number: int, error: RecordError) -> None:
        self._errors = self._errors or Pile()
        if number >= len(self._last):
            self._last.frombytes(bytes(8 * (number + 1 - len(self._last))))
        self._last[number] = self._errors.add((self._last[number], error))

    def of(self, number: int) -> list[RecordError]:
        """The errors of a record, in the order in which they were found."""
        found: list[RecordError] = []
        at = self._last[number] if number < len(self._last) else _NONE
        while at != _NONE and self._errors:
            at, error = self._errors.at(at)
            found.append(error)
        return found[::-1]
