"""JSON Lines: one object a line, read line by line; a file of any length takes the memory of one line."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from itertools import repeat
from typing import NoReturn

import orjson

from data.errors import InvalidSyntax, Place, RecordError, shorten
from data.readers.files import UTF_8, Line, Source
from data.readers.raw import Piece, Raw

NUMBER_MAX_DIGITS = 19
PIECE_MAX_LINES = 500
PIECE_FULL_BYTES = 2**20

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _Refused(Exception):
    """What JSON's grammar allows, or Python's reader of it, and a record does not."""


def read_json_lines(source: Source) -> Iterator[Raw]:
    """Each line's value, in order; blank lines are skipped, a byte order mark at the head is dropped.

    InvalidSyntax, with line and where possible the column: broken JSON, a key given twice in an object, NaN,
    Infinity, a number that would not survive, half a surrogate pair, nesting beyond the reader's depth. These concern
    one line, and so do bytes that are not of the encoding.
    """
    for lines in _pieces(source):
        contents = [line.content.rstrip(b"\r\n") for line in lines]
        stored = source.unchanged(contents) if source.unchanged and source.encoding == UTF_8 else repeat(None, len(lines))
        for line, content, known in zip(lines, contents, stored, strict=True):
            if known:
                yield Raw(source.place(line.number), None, content, stored=known)
            else:
                yield from _read(source, line, content)


def _pieces(source: Source) -> Iterator[list[Line]]:
    """The lines, some at a time if it may be asked of them what need not be read; an error comes after those before it."""
    most = PIECE_MAX_LINES if source.unchanged else 1
    lines: list[Line] = []
    size = 0
    try:
        for line in source.lines():
            lines.append(line)
            size += len(line.content)
            if len(lines) >= most or size >= PIECE_FULL_BYTES:
                yield lines
                lines, size = [], 0
    except RecordError:
        yield lines
        raise
    yield lines


def _read(source: Source, line: Line, content: bytes) -> Iterator[Raw]:
    """The value of a line, if it has one."""
    place = source.place(line.number)
    if source.encoding == UTF_8 and (value := _quickly(content)) is not None:
        yield Raw(place, value, content)
        return
    try:
        text = source.text_of(line)
        if line.number == 1 or source.encoding != UTF_8:
            content = text.rstrip("\r\n").encode()
        if text.strip():
            yield Raw(place, parsed_json(text.rstrip("\r\n"), place), content)
    except RecordError as error:
        source.fault(error, Piece(content))


def _quickly(content: bytes) -> object | None:
    """The line's value, where a faster parser surely reads the same: what it read, written again, is the line but for blanks.

    So no key is given twice, no number is another and nothing is escaped that need not be. It takes half the time.
    """
    try:
        value = orjson.loads(content)
        again = orjson.dumps(value, option=orjson.OPT_STRICT_INTEGER)
    except (orjson.JSONDecodeError, orjson.JSONEncodeError):
        return None
    return value if again == content or again.replace(b" ", b"") == content.replace(b" ", b"") else None


def parsed_json(text: str, place: Place) -> object:
    """The text's value; InvalidSyntax as `read_json_lines`."""
    try:
        value = _DECODER.decode(text)
        if _SURROGATE.search(text):
            json.dumps(value, ensure_ascii=False).encode()
    except json.JSONDecodeError as error:
        raise InvalidSyntax(
            f"Not JSON: {error.msg.removesuffix(' at')}, at column {error.colno}.",
            place=place,
            value=text[max(error.pos - 1, 0) : error.pos + 40].strip() or None,
            hint=_hint(text),
        ) from None
    except _Refused as reason:
        raise InvalidSyntax(str(reason), place=place) from None
    except UnicodeEncodeError:
        raise InvalidSyntax(
            r"An escape `\ud800` to `\udfff` is half of a surrogate pair, which is no character.", place=place
        ) from None
    except RecursionError:
        raise InvalidSyntax("Lists and objects are nested too deep.", place=place) from None
    return value


def _hint(text: str) -> str | None:
    return "JSON Lines has one whole object a line." if text.strip() in {"[", "{", "[{"} else None


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        (twice, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise _Refused(f"The key `{shorten(twice)}` is given twice in one object.")
    return found


def _whole_number(digits: str) -> int:
    if len(digits.lstrip("-")) > NUMBER_MAX_DIGITS:
        raise _Refused(f"A number of {len(digits.lstrip('-'))} digits is too long; write it as text, in quotes.")
    return int(digits)


def _number(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _Refused("A number is too large; write it as text, in quotes.")
    return number


def _constant(name: str) -> NoReturn:
    raise _Refused(f"`{name}` is not JSON.")


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_int=_whole_number, parse_float=_number, parse_constant=_constant)
