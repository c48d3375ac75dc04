"""The file of rejected records: each as it was given, to be mended and loaded again; their errors in a text file beside it."""

from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO, Self, TextIO

from data.errors import Place, RecordError, UnreadableFile
from data.readers import Raw
from data.readers.raw import as_line


class RejectedFile:
    """Lines of JSON: byte for byte what was read where the reader gives it, else the record's values. To be used as a context.

    Nothing is made before the first record. UnreadableFile if a file of that name is there: nothing is ever overwritten.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.errors_path = path.with_name(f"{path.name}.errors.txt")
        self._lines = 0
        self._open: tuple[BinaryIO, TextIO] | None = None
        self._stack = ExitStack()
        for name in (self.path, self.errors_path):
            if name.exists():
                hint = "Name another with `--rejected`, or move it away."
                raise UnreadableFile("A file of this name is there already.", place=Place(str(name)), hint=hint)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def add(self, raw: Raw, errors: Iterable[RecordError]) -> None:
        """A record and what is wrong with it."""
        self.add_content(raw.content if raw.content is not None else as_line(raw.value), errors)

    def add_content(self, content: bytes, errors: Iterable[RecordError]) -> None:
        lines, told = self._opened()
        lines.write(content + b"\n")
        self._lines += 1
        told.writelines(f"{self.path.name}:{self._lines} {_told(error)}\n" for error in errors)

    def start_again(self) -> None:
        """Forgets what was added."""
        self._lines = 0
        for file in self._open or ():
            file.seek(0)
            file.truncate()

    def drop(self) -> None:
        """Takes the files away: the load was refused."""
        self._stack.close()
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
