"""What a reader reads: a file's lines, its text or its bytes as UTF-8, with errors that say at which byte and line they stand."""

import codecs
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import NamedTuple

from data.errors import InvalidSyntax, Place, RecordError, UnreadableFile
from data.readers.raw import Piece, Unchanged
from data.readers.streams import CHUNK_BYTES, opened

TEXT_MAX_BYTES = 2**28
LINE_MAX_BYTES = 2**26
UTF_8 = "utf-8"
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
_UTF_16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_ASCII = bytes(range(128))

OnFault = Callable[[RecordError, Piece], None]
"""Takes an error after which the reader goes on, and what the file has there."""

OnRemark = Callable[[str, Place], None]
"""Takes a sentence about what is no error and yet is to be known: a record that the source deleted."""


class Line(NamedTuple):
    """A line of a file: its number from 1, the offset of its first byte from 0, its bytes with the line end."""

    number: int
    first_byte: int
    content: bytes


@dataclass(frozen=True)
class Source:
    """A file that is read once, from its head: its name for errors, its bytes, decompressed, and their encoding.

    `path` is there where the bytes are those of a plain file, in which one may also jump. `on_fault` is given the errors that
    concern one record, and the reader goes on; without it they are raised. `on_remark` is told what is no error. A reader may ask
    `unchanged` what it need not read.
    """

    name: str
    stream: BufferedReader
    encoding: str = UTF_8
    path: Path | None = None
    on_fault: OnFault | None = None
    on_remark: OnRemark | None = None
    unchanged: Unchanged | None = None

    def place(self, line: int | None = None, row: int | None = None) -> Place:
        return Place(self.name, line, row=row)

    def fault(self, error: RecordError, piece: Piece) -> None:
        """Raises the error, or gives it to whoever asked to go on after it."""
        if self.on_fault is None:
            raise error
        self.on_fault(error, piece)

    def remark(self, sentence: str, place: Place) -> None:
        if self.on_remark is not None:
            self.on_remark(sentence, place)

    def lines(self) -> Iterator[Line]:
        """Each line, in the file's encoding (`text_of` decodes it); a byte order mark at the head is the first line's."""
        first_byte = 0
        stream = self.stream if _keeps_ascii(self.encoding) else self.utf_8()
        for number, content in enumerate(iter(lambda: stream.readline(LINE_MAX_BYTES + 1), b""), start=1):
            if len(content) > LINE_MAX_BYTES:
                raise InvalidSyntax(f"The line has more than {LINE_MAX_BYTES // 2**20} MiB.", place=self.place(number))
            yield Line(number, first_byte, content)
            first_byte += len(content)

    def text_of(self, line: Line) -> str:
        """A line of `lines` as text, without the byte order mark; UnreadableFile with line and byte."""
        encoding = self.encoding if _keeps_ascii(self.encoding) else UTF_8
        try:
            text = line.content.decode(encoding)
        except UnicodeDecodeError as error:
            raise _undecodable(self, error, line.number, line.first_byte) from None
        return text.removeprefix(BOM) if line.number == 1 else text

    def text(self) -> str:
        """All of it as text, its line ends as they are, without the byte order mark; UnreadableFile above 256 MiB."""
        content = self.stream.read(TEXT_MAX_BYTES + 1)
        if len(content) > TEXT_MAX_BYTES:
            raise UnreadableFile(
                f"The file has more than {TEXT_MAX_BYTES // 2**20} MiB.",
                place=self.place(),
                hint="Give many records as JSON Lines (.jsonl), which is read line by line.",
            )
        try:
            return content.decode(self.encoding).removeprefix(BOM)
        except UnicodeDecodeError as error:
            raise _undecodable(self, error) from None

    def utf_8(self) -> BufferedReader:
        """The bytes as UTF-8, without the byte order mark, whatever the file's encoding; UnreadableFile as `text_of`."""
        return BufferedReader(_Utf8(self), CHUNK_BYTES)


def read_text(path: Path) -> str:
    """The whole UTF-8 file as text, its line ends as they are; a byte order mark at its head is dropped."""
    with opened(path) as stream:
        return Source(str(path), stream).text()


def checked_encoding(name: str | None, place: Place) -> str:
    """The encoding by its usual name; UTF-8 if none is given. UnreadableFile: there is none of this name."""
    try:
        _ASCII.decode(name or UTF_8, "ignore")
        found = codecs.lookup(name or UTF_8).name
    except (LookupError, ValueError):
        raise UnreadableFile(
            "There is no such encoding.", place=place, value=name, hint="For example utf-8, windows-1252, utf-16 or shift_jis."
        ) from None
    return UTF_8 if found == "utf-8-sig" else found


class _Utf8(RawIOBase):
    """A source's bytes, decoded and written again as UTF-8, chunk by chunk."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._decoder = codecs.getincrementaldecoder(source.encoding)()
        self._first_byte = 0
        self._line = 1
        self._ready = b""
        self._is_begun = False
        self._is_done = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override] # any writable buffer
        while not self._ready and not self._is_done:
            self._ready = self._next()
        count = min(len(buffer), len(self._ready))
        buffer[:count], self._ready = self._ready[:count], self._ready[count:]
        return count

    def _next(self) -> bytes:
        content = self._source.stream.read1(CHUNK_BYTES)
        self._is_done = not content
        waiting = len(self._decoder.getstate()[0])
        try:
            text = self._decoder.decode(content, final=self._is_done)
        except UnicodeDecodeError as error:
            raise _undecodable(self._source, error, self._line, self._first_byte - waiting) from None
        self._first_byte += len(content)
        self._line += text.count("\n")
        if text and not self._is_begun:
            text, self._is_begun = text.removeprefix(BOM), True
        return text.encode(errors="surrogatepass")


@lru_cache
def _keeps_ascii(encoding: str) -> bool:
    """Whether ASCII means itself in the encoding, so that lines can be told before they are decoded."""
    return _ASCII.decode(encoding, "replace").encode(errors="replace") == _ASCII


def _undecodable(source: Source, error: UnicodeDecodeError, first_line: int = 1, first_byte: int = 0) -> UnreadableFile:
    lines = error.object[: error.start].decode(source.encoding, "replace").count("\n")
    name = "UTF-8" if source.encoding == UTF_8 else source.encoding
    likely = "utf-16" if error.object[:2] in _UTF_16_BOMS else "windows-1252"
    return UnreadableFile(
        f"The file is not {name}: at byte {first_byte + error.start} stands 0x{error.object[error.start]:02x}.",
        place=source.place(first_line + lines),
        hint=f"Save it as UTF-8, or name its encoding: `--encoding {likely}`, for example.",
    )
