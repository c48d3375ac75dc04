"""Opening files and decoding them, with errors that say what is wrong and where."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from data.errors import Place, UnreadableFile

TEXT_MAX_BYTES = 2**28
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_UTF_16_BOMS = (b"\xff\xfe", b"\xfe\xff")


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turns what the system says of the file into UnreadableFile."""
    place = Place(str(path))
    try:
        yield
    except FileNotFoundError:
        raise UnreadableFile("There is no such file.", place=place) from None
    except IsADirectoryError:
        raise UnreadableFile("This is a directory, not a file.", place=place, hint="Name the files in it.") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableFile(f"The file cannot be opened: {reason}.", place=place) from None
    except ValueError:  # a NUL in the name
        raise UnreadableFile("This is no name of a file.", place=place) from None


def check_file(path: Path) -> None:
    """UnreadableFile if the file is missing, a directory or empty; a pipe is left as it is."""
    with _explained(path):
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError
    if stat.S_ISREG(status.st_mode) and not status.st_size:
        raise UnreadableFile("The file is empty.", place=Place(str(path)))


def open_file(path: Path) -> BufferedReader:
    """The file, open for reading bytes; UnreadableFile if it cannot be."""
    with _explained(path):
        return path.open("rb")


def read_text(path: Path) -> str:
    """The whole file as text, its line ends as they are; a byte order mark at its head is dropped."""
    with open_file(path) as file:
        content = file.read(TEXT_MAX_BYTES + 1)
    if len(content) > TEXT_MAX_BYTES:
        raise UnreadableFile(
            f"The file has more than {TEXT_MAX_BYTES // 2**20} MiB.",
            place=Place(str(path)),
            hint="Give many records as JSON Lines (.jsonl), which is read line by line.",
        )
    return decode(content, path=path).removeprefix(BOM)


def decode(content: bytes, *, path: Path, first_line: int = 1, first_byte: int = 0) -> str:
    """The bytes as text; UnreadableFile with line and byte offset (from 0) of the first that is not UTF-8."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = first_line + content.count(b"\n", 0, error.start)
        raise UnreadableFile(
            f"The file is not UTF-8: at byte {first_byte + error.start} stands 0x{content[error.start]:02x}.",
            place=Place(str(path), line),
            hint="Save it as UTF-8" + (" (it is UTF-16)." if content[:2] in _UTF_16_BOMS else "."),
        ) from None
