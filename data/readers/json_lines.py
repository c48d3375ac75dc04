"""JSON Lines: one object a line, read line by line; a file of any length takes the memory of one line."""

import json
import math
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from data.errors import InvalidSyntax, Place, shorten
from data.readers.files import BOM, decode, open_file
from data.readers.raw import Raw

LINE_MAX_BYTES = 2**26
NUMBER_MAX_DIGITS = 19

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")


class _Refused(Exception):
    """What JSON's grammar allows, or Python's reader of it, and a record does not."""


def read_json_lines(path: Path) -> Iterator[Raw]:
    """Each line's value, in order; blank lines are skipped, a byte order mark at the head is dropped.

    InvalidSyntax, with line and where possible the column: broken JSON, a key given twice in an object, NaN,
    Infinity, a number that would not survive, half a surrogate pair, nesting beyond the reader's depth.
    """
    for line, text in _lines(path):
        if text.strip():
            yield Raw(Place(str(path), line), _value(text.rstrip("\r\n"), Place(str(path), line)))


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    first_byte = 0
    with open_file(path) as file:
        for number, content in enumerate(iter(lambda: file.readline(LINE_MAX_BYTES + 1), b""), start=1):
            if len(content) > LINE_MAX_BYTES:
                raise InvalidSyntax(
                    f"The line has more than {LINE_MAX_BYTES // 2**20} MiB.",
                    place=Place(str(path), number),
                    hint="JSON Lines has one record a line.",
                )
            text = decode(content, path=path, first_line=number, first_byte=first_byte)
            first_byte += len(content)
            yield number, text.removeprefix(BOM) if number == 1 else text


def _value(text: str, place: Place) -> object:
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
