"""The bytes of a file, of standard input or of an open stream; gzip and Zstandard are told by their first bytes."""

import gzip
import stat
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import BinaryIO, cast

from data.errors import Place, UnreadableFile

STANDARD_INPUT = "-"
COMPRESSED_SUFFIXES = (".gz", ".zst")
CHUNK_BYTES = 2**18

_GZIP, _ZSTANDARD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_GZIP_FAULTS = (gzip.BadGzipFile, zlib.error, EOFError)
_ZSTANDARD_MODULE = "compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd"

Faults = tuple[type[Exception], ...]


def is_standard_input(path: Path) -> bool:
    return str(path) == STANDARD_INPUT


def check_file(path: Path) -> None:
    """UnreadableFile if the file is missing, a directory or empty; a pipe and standard input are left as they are."""
    if is_standard_input(path):
        return
    with _explained(Place(str(path))):
        status = path.stat()
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError
    if stat.S_ISREG(status.st_mode) and not status.st_size:
        raise UnreadableFile("The file is empty.", place=Place(str(path)))


@contextmanager
def opened(path: Path, stream: BinaryIO | None = None) -> Iterator[BufferedReader]:
    """The bytes of the file, decompressed, or of the `stream` in its place; UnreadableFile for what the system refuses.

    A stream that was given, and standard input, stay open.
    """
    place = Place(str(path))
    if stream is None and is_standard_input(path):
        stream = sys.stdin.buffer
    if stream is None:
        with _explained(place):
            file: BinaryIO = path.open("rb", buffering=0)
        with file, _buffered(file, place) as content:
            yield _decompressed(content, place)
    else:
        yield _decompressed(_buffered(stream, place), place)


class _Explained(RawIOBase):
    """Another stream's bytes; what the system or a decompressor says of them becomes UnreadableFile."""

    def __init__(self, inner: BinaryIO, place: Place, faults: Faults) -> None:
        # What stands ready is enough, so that a pipe's records come as they are written.
        self._read = getattr(inner, "read1", inner.read)
        self._place = place
        self._faults = faults
        self._is_begun = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override] # any writable buffer
        with _explained(self._place, self._faults):
            content = self._read(len(buffer))
            while not self._is_begun and len(content) < len(_ZSTANDARD) and (more := self._read(len(buffer) - len(content))):
                content += more
        self._is_begun = True
        buffer[: len(content)] = content
        return len(content)


def _buffered(stream: BinaryIO, place: Place, faults: Faults = ()) -> BufferedReader:
    return BufferedReader(_Explained(stream, place, faults), CHUNK_BYTES)


def _decompressed(content: BufferedReader, place: Place) -> BufferedReader:
    head = content.peek(len(_ZSTANDARD))
    if head.startswith(_GZIP):
        return _buffered(cast("BinaryIO", gzip.GzipFile(fileobj=content, mode="rb")), place, _GZIP_FAULTS)
    if head.startswith(_ZSTANDARD):
        zstandard = import_module(_ZSTANDARD_MODULE)
        return _buffered(zstandard.ZstdFile(content), place, (zstandard.ZstdError, EOFError))
    return content


@contextmanager
def _explained(place: Place, faults: Faults = ()) -> Iterator[None]:
    """Turns what the system says of a file into UnreadableFile; `faults` are those of its decompressor."""
    try:
        yield
    except faults as error:
        raise UnreadableFile(f"The compressed file is broken: {error}.", place=place) from None
    except FileNotFoundError:
        raise UnreadableFile("There is no such file.", place=place) from None
    except IsADirectoryError:
        raise UnreadableFile("This is a directory, not a file.", place=place, hint="Name the files in it.") from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableFile(f"The file cannot be opened: {reason}.", place=place) from None
    except ValueError:  # a NUL in the name
        raise UnreadableFile("This is no name of a file.", place=place) from None
