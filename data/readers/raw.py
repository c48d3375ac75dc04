"""One object of a file, as a reader gives it."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from data.errors import Place


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
    piece stands for itself: a line of JSON Lines. Elsewhere it is None. What a mapping made has the object it was `made_of`.

    A record `is_implied` if the file only refers to it: it is wanted where neither the load nor the store has one of its id.
    What is `stored` just as it stands there need not be read: its value is None.
    """

    place: Place
    value: object
    content: bytes | None = field(default=None, compare=False, repr=False)
    is_implied: bool = False
    made_of: "Raw | None" = field(default=None, compare=False, repr=False)
    stored: Stored | None = field(default=None, compare=False)

    @property
    def given(self) -> bytes:
        """What the file has of it, as a line of JSON that can be mended and read again as the file was."""
        raw = self.made_of or self
        return as_line(raw.value) if raw.content is None else raw.content


def as_line(value: object) -> bytes:
    """What was read, as a line of JSON: the piece that stands for itself, where the file has none. Nothing is shortened."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode(errors="backslashreplace")
