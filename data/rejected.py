"""The files of rejected records: what was given, to be mended and loaded again; the errors in a text file beside each."""

from collections.abc import Iterable
from pathlib import Path, PurePath
from typing import IO, Self

from data.errors import Place, RecordError, UnreadableFile
from data.readers.raw import JSON_LINES, REJECTED_SUFFIXES, Form, Piece, Raw


class RejectedFiles:
    """One file for all that stands in lines of JSON, one for the rows of each kind of table: `rejected.letters.csv`.

    Where a mapping tells files apart by their names (`is_apart`), each has its own, and the mapping takes it for that:
    `rejected.letters.csv.csv` (`Rule.files`). UnreadableFile if one of these is there: nothing is ever overwritten. One is open
    at a time, however many there are. To be used as a context.
    """

    def __init__(self, path: Path, files: Iterable[str] = (), *, is_apart: bool = False) -> None:
        self._path, self._is_apart = path, is_apart
        self._files: dict[tuple[str, Form], RejectedFile] = {}
        self._open: RejectedFile | None = None
        names = dict.fromkeys(PurePath(file).name for file in files)
        for suffix in ("", *REJECTED_SUFFIXES):
            for name in names:
                _refuse_known(self._called(f"{name}{suffix}"))
        _refuse_known(path)
        if not path.parent.is_dir():  # said before an hour's load
            raise UnreadableFile("The file cannot be written: there is no such directory.", place=Place(str(path)))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._files.values():
            file.finish()

    @property
    def paths(self) -> list[Path]:
        """The files that were made."""
        return [file.path for file in self._files.values()]

    def add(self, place: Place, piece: Piece, errors: Iterable[RecordError]) -> None:
        """A piece of a file that stands there, and what is wrong with it."""
        file = self._file(place, piece.form)
        if self._open and self._open is not file:
            self._open.close()
        self._open = file
        file.add(place, piece.content, errors)

    def add_raw(self, raw: Raw, errors: Iterable[RecordError]) -> None:
        """A record, or what it was made of."""
        self.add(raw.place, raw.given, errors)

    def start_again(self) -> None:
        """Takes away what was added, and the files with it."""
        for file in self._files.values():
            file.drop()
        self._files.clear()

    drop = start_again

    def _file(self, place: Place, form: Form) -> "RejectedFile":
        name = PurePath(place.file).name
        kind = name if self._is_apart else "", form
        if kind not in self._files:
            self._files[kind] = RejectedFile(self._new_path(name, form), form)
        return self._files[kind]

    def _new_path(self, name: str, form: Form) -> Path:
        if form == JSON_LINES and not self._is_apart:
            return self._path
        end = "" if name.lower().endswith(form.suffix) and not self._is_apart else form.suffix
        path, number = self._called(f"{name}{end}"), 1
        while path in self.paths:
            number += 1
            path = self._called(f"{number}.{name}{end}")
        return path

    def _called(self, name: str) -> Path:
        return self._path.with_name(f"{self._path.stem}.{name}")


class RejectedFile:
    """A file of a form, made with its first piece."""

    def __init__(self, path: Path, form: Form) -> None:
        self.path = path
        self.errors_path = _errors_path(path)
        self._form = form
        self._line = 0  # what was written last begins on it
        self._next_line = 1
        self._last: tuple[object, ...] = ()
        self._is_made = False
        self._open: tuple[IO[bytes], IO[str]] | None = None
        _refuse_known(path)

    def add(self, place: Place, content: bytes, errors: Iterable[RecordError]) -> None:
        """A piece, once also where several records were made of it, and what is wrong with each."""
        _, told = self._opened()
        stand = (place.file, place.line, place.row, content)
        if stand != self._last:
            self._write(content)
            self._last = stand
        told.writelines(f"{self.path.name}:{self._line} {_told(error)}\n" for error in errors)

    def close(self) -> None:
        """Until more is added."""
        for file in self._open or ():
            file.close()
        self._open = None

    def finish(self) -> None:
        if self._is_made and self._form.foot:
            self._opened()
            self._write(self._form.foot)
        self.close()

    def drop(self) -> None:
        self.close()
        if self._is_made:
            self.path.unlink(missing_ok=True)
            self.errors_path.unlink(missing_ok=True)

    def _write(self, content: bytes) -> None:
        lines, _ = self._opened()
        lines.write(content + b"\n")
        self._line, self._next_line = self._next_line, self._next_line + content.count(b"\n") + 1

    def _opened(self) -> tuple[IO[bytes], IO[str]]:
        if self._open is None:
            way = "a" if self._is_made else "x"
            try:
                lines: IO[bytes] = self.path.open(f"{way}b")
                self._open = lines, self.errors_path.open(way, encoding="utf-8", newline="\n")
                self._is_made = True
            except OSError as error:
                reason = error.strerror or type(error).__name__
                raise UnreadableFile(f"The file cannot be written: {reason}.", place=Place(str(self.path))) from None
            if way == "x" and self._form.head:
                self._write(self._form.head)
        return self._open


def _errors_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.errors.txt")


def _refuse_known(path: Path) -> None:
    for name in (path, _errors_path(path)):
        if name.exists():
            hint = "Name another with `--rejected`, or move it away."
            raise UnreadableFile("A file of this name is there already.", place=Place(str(name)), hint=hint)


def _told(error: RecordError) -> str:
    return f"{error.code} {error}" + (f" — {error.hint}" if error.hint else "")
