"""JSON: an array of records, or one record alone; read value by value, so that a file of any length takes the memory of one."""

import json
import re
from collections.abc import Iterator
from io import TextIOWrapper

from data.errors import InvalidSyntax, RecordError
from data.readers.files import LINE_MAX_BYTES, Source
from data.readers.json_lines import parsed_json
from data.readers.raw import Piece, Raw
from data.readers.streams import CHUNK_BYTES

TAIL_CHARACTERS = 16
"""An error so near the end of what was read may be gone when more is read: of half a `false`, of half an escape."""

_PLAIN = json.JSONDecoder()
_LINE_ENDS = re.compile(r"[\r\n]+")  # none stands within a text: there they are escaped
_BLANK = re.compile(r"[ \t\r\n]+")


def read_json(source: Source) -> Iterator[Raw]:
    """Each value of the file's array, in order, with the line it begins on; the one value of a file that holds no array.

    InvalidSyntax as for JSON Lines, with line and column. A key given twice and a number that is too long concern one value;
    after broken JSON nothing is read.
    """
    text = _Text(source)
    if text.next() != "[":
        if text.next():
            yield from _value(source, text)
    else:
        text.skip(1)
        yield from _array(source, text)
    if text.next():
        hint = "A file of one object a line is JSON Lines: name it .jsonl, or give `--format jsonl`."
        raise text.error("More stands after the end of the JSON", hint=hint if text.next() == "{" else None)


def _array(source: Source, text: "_Text") -> Iterator[Raw]:
    if text.next() == "]":
        text.skip(1)
        return
    while True:
        yield from _value(source, text)
        if text.next() not in {",", "]"}:
            raise text.error("Expecting `,` or `]`")
        is_last = text.next() == "]"
        text.skip(1)
        if is_last:
            return


def _value(source: Source, text: "_Text") -> Iterator[Raw]:
    text.next()
    place = source.place(text.line)
    value = text.value()
    try:
        yield Raw(place, parsed_json(value, place))
    except RecordError as error:
        source.fault(error, Piece(_LINE_ENDS.sub(" ", value).encode()))


class _Text:
    """The file's text from where it is being read on; `line` and `column` are counted from 1."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._stream = TextIOWrapper(source.utf_8(), encoding="utf-8", newline="")
        self._waiting = ""
        self._at = 0
        self.line = 1
        self.column = 1

    def next(self) -> str:
        """The next character that is no blank, which is not passed; empty at the end."""
        while True:
            blank = _BLANK.match(self._waiting, self._at)
            self.skip(blank.end() - self._at if blank else 0)
            if self._at < len(self._waiting):
                return self._waiting[self._at]
            if not self._more():
                return ""

    def value(self) -> str:
        """The text of the value that begins here, which is passed."""
        while True:
            try:
                _, end = _PLAIN.raw_decode(self._waiting, self._at)
            except json.JSONDecodeError as error:
                is_cut = error.msg.startswith("Unterminated") or error.pos > len(self._waiting) - TAIL_CHARACTERS
                count = min(error.pos, len(self._waiting)) - self._at
                if not (is_cut and self._more()):
                    self.skip(count)
                    raise self.error(error.msg.removesuffix(" at")) from None
            except RecursionError:
                raise InvalidSyntax("Lists and objects are nested too deep.", place=self._source.place(self.line)) from None
            except ValueError:  # Python refuses a number of more than 4,300 digits; so do we
                raise self.error("A number is too long; write it as text, in quotes") from None
            else:
                count = end - self._at
                if end < len(self._waiting) or not self._more():  # what ends with the text may be half a number
                    found = self._waiting[self._at : self._at + count]
                    self.skip(count)
                    return found

    def skip(self, count: int) -> None:
        """Passes that many characters."""
        passed = self._waiting[self._at : self._at + count]
        lines = passed.count("\n")
        self.line += lines
        self.column = len(passed) - passed.rfind("\n") if lines else self.column + len(passed)
        self._at += count

    def error(self, message: str, *, hint: str | None = None) -> InvalidSyntax:
        """The error of what stands here."""
        shown = self._waiting[self._at : self._at + 40].strip() or None
        return InvalidSyntax(
            f"Not JSON: {message}, at column {self.column}.",
            place=self._source.place(self.line),
            value=shown,
            hint=hint,
        )

    def _more(self) -> bool:
        """Reads on, twice as much as is waiting; False at the end of the file."""
        rest = self._waiting[self._at :]
        if len(rest) > LINE_MAX_BYTES:
            raise InvalidSyntax(f"A value has more than {LINE_MAX_BYTES // 2**20} MiB.", place=self._source.place(self.line))
        more = self._stream.read(max(CHUNK_BYTES, len(rest)))
        self._waiting, self._at = rest + more, 0
        return bool(more)
