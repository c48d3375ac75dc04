"""One object of a file, as a reader gives it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from data.errors import Place


class Form(NamedTuple):
    """A kind of file that pieces of files can stand in, one a line or more: its suffix, what stands above them and below."""

    suffix: str
    head: bytes = b""
    foot: bytes = b""


JSON_LINES = Form(".jsonl")
REJECTED_SUFFIXES = (".jsonl", ".csv", ".tsv", ".xml")
"""Of every form."""


class Piece(NamedTuple):
    """What a file has of a record, as UTF-8 or byte for byte, without a line end: it can be read again in a file of this form."""

    content: bytes
    form: Form = JSON_LINES


class Stored(NamedTuple):
    """A record that the store has: its type, its own id, its internal id."""

    type: str
    key: str
    id: int


Unchanged = Callable[[Sequence[bytes]], Sequence[Stored | None]]
"""Tells of lines of JSON which record the store has just as they say it; None where that is not sure."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What stands at `place`, before it is checked: text, number, boolean, None, list, or dict by text.

    `content` is the piece of the file that it was read from, in UTF-8, else byte for byte, without the line end, where such a
    piece can stand in another file of this `form`: a line of JSON Lines, a row of CSV. Elsewhere it is None. What a mapping made
    has the object it was `made_of`.

    A record `is_implied` if the file only refers to it: it is wanted where neither the load nor the store has one of its id.
    What is `stored` just as it stands there need not be read: its value is None.
    """

    place: Place
    value: object
    content: bytes | None = field(default=None, compare=False, repr=False)
    form: Form = field(default=JSON_LINES, compare=False, repr=False)
    is_implied: bool = False
    made_of: "Raw | None" = field(default=None, compare=False, repr=False)
    stored: Stored | None = field(default=None, compare=False)

    @property
    def given(self) -> Piece:
        """What the file has of it, to be mended and read again as the file was."""
        raw = self.made_of or self
        return as_line(raw.value) if raw.content is None else Piece(raw.content, raw.form)


def as_line(value: object) -> Piece:
    """What was read, as a line of JSON: the piece that stands for itself, where the file has none. Nothing is shortened."""
    line = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    return Piece(line.encode(errors="backslashreplace"))
