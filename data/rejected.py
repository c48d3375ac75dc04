"""The files of rejected records: what was given, to be mended and loaded again; the errors in a text file beside each."""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path, PurePath
from typing import BinaryIO, Self, TextIO

from data.errors import Place, RecordError, UnreadableFile
from data.readers import Raw


class RejectedFiles:
    """One file for all of a load; or, where a mapping tells files apart by their names, one for each of these (`apart`).

    That of `letters.csv` is then called `rejected.letters.csv.jsonl`, and the mapping takes it for one (`Rule.files`).
    To be used as a context.
    """

    def __init__(self, path: Path, apart: Iterable[str] = ()) -> None:
        names = dict.fromkeys(PurePath(file).name for file in apart)
        self._apart = {name: RejectedFile(path.with_name(f"{path.stem}.{name}.jsonl")) for name in names}
        self._one = None if names else RejectedFile(path)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._all:
            file.close()

    @property
    def _all(self) -> Sequence["RejectedFile"]:
        return [*self._apart.values(), *([self._one] if self._one else [])]

    @property
    def paths(self) -> list[Path]:
        """The files that were made."""
        return [file.path for file in self._all if file.is_made]

    def add(self, place: Place, content: bytes, errors: Iterable[RecordError]) -> None:
        """A piece of a file that stands there, and what is wrong with it."""
        (self._one or self._apart[PurePath(place.file).name]).add(place, content, errors)

    def add_raw(self, raw: Raw, errors: Iterable[RecordError]) -> None:
        """A record, or what it was made of."""
        self.add(raw.place, raw.given, errors)

    def start_again(self) -> None:
        """Forgets what was added."""
        for file in self._all:
            file.start_again()

    def drop(self) -> None:
        """Takes the files away: the load was refused."""
        for file in self._all:
            file.drop()


class RejectedFile:
    """Lines of JSON, made with the first of them. UnreadableFile if a file of that name is there: nothing is ever overwritten."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.errors_path = path.with_name(f"{path.name}.errors.txt")
        self._lines = 0
        self._last: tuple[object, ...] = ()
        self._open: tuple[BinaryIO, TextIO] | None = None
        self._stack = ExitStack()
        for name in (self.path, self.errors_path):
            if name.exists():
                hint = "Name another with `--rejected`, or move it away."
                raise UnreadableFile("A file of this name is there already.", place=Place(str(name)), hint=hint)

    @property
    def is_made(self) -> bool:
        return self._open is not None

    def add(self, place: Place, content: bytes, errors: Iterable[RecordError]) -> None:
        """A line, once also where several records were made of it, and what is wrong with each."""
        lines, told = self._opened()
        stand = (place.file, place.line, place.row, content)
        if stand != self._last:
            lines.write(content + b"\n")
            self._lines += 1
            self._last = stand
        told.writelines(f"{self.path.name}:{self._lines} {_told(error)}\n" for error in errors)

    def start_again(self) -> None:
        self._lines, self._last = 0, ()
        for file in self._open or ():
            file.seek(0)
            file.truncate()

    def close(self) -> None:
        self._stack.close()

    def drop(self) -> None:
        self.close()
        if self._open:
            self.path.unlink(missing_ok=True)
            self.errors_path.unlink(missing_ok=True)

    def _opened(self) -> tuple[BinaryIO, TextIO]:
        if self._open is None:
            try:
                lines = self._stack.enter_context(self.path.open("xb"))
                told = self._stack.enter_context(self.errors_path.open("x", encoding="utf-8"))
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise UnreadableFile(f"The file cannot be written: {reason}.", place=Place(str(self.path))) from None
            self._open = lines, told
        return self._open


def _told(error: RecordError) -> str:
    return f"{error.code} {error}" + (f" — {error.hint}" if error.hint else "")
