"""One object of a file, as a reader gives it."""

import json
from dataclasses import dataclass, field

from data.errors import Place


@dataclass(frozen=True, slots=True)
class Raw:
    """What stands at `place`, before it is checked: text, number, boolean, None, list, or dict by text.

    `content` is the piece of the file that it was read from, in UTF-8, else byte for byte, without the line end, where such a
    piece stands for itself: a line of JSON Lines. Elsewhere it is None. What a mapping made has the object it was `made_of`.

    A record `is_implied` if the file only refers to it: it is wanted where neither the load nor the store has one of its id.
    """

    place: Place
    value: object
    content: bytes | None = field(default=None, compare=False, repr=False)
    is_implied: bool = False
    made_of: "Raw | None" = field(default=None, compare=False, repr=False)

    @property
    def given(self) -> bytes:
        """What the file has of it, as a line of JSON that can be mended and read again as the file was."""
        raw = self.made_of or self
        return as_line(raw.value) if raw.content is None else raw.content


def as_line(value: object) -> bytes:
    """What was read, as a line of JSON: the piece that stands for itself, where the file has none. Nothing is shortened."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str).encode(errors="backslashreplace")
