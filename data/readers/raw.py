"""One object of a file, as a reader gives it."""

from dataclasses import dataclass

from data.errors import Place


@dataclass(frozen=True, slots=True)
class Raw:
    """What stands at `place`, before it is checked: text, number, boolean, None, list, or dict by text."""

    place: Place
    value: object
