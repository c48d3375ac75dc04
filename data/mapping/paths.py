"""Where a value stands: `date_text`, `collection.name`, `people[].id`; `.` is the item, `/id` in the whole one."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from string import Formatter
from typing import NamedTuple

EACH = "[]"
PAIR = frozenset({"key", "value"})

ITEM = "."
ROOT = "/"

Steps = tuple[str, ...]


class Here(NamedTuple):
    """What is being read: an item of a list, and the object that it stands in; the same thing outside of lists."""

    item: object
    root: object


class Path:
    """A way to a value. A key that holds dots is found by its whole name."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.is_from_root = text.startswith(ROOT)
        inner = text.removeprefix(ROOT)
        self._key = inner
        self.steps: Steps = () if inner == ITEM else tuple(_steps(inner))
        self.is_many = EACH in self.steps

    def values(self, here: Here) -> list[object]:
        """What stands there: one value, or none, or with `[]` as many as there are."""
        start = here.root if self.is_from_root else here.item
        if isinstance(start, dict) and self._key in start:
            return [start[self._key]]
        return [value for value in _found([start], self.steps) if value is not None]

    def items(self, here: Here, pairs: frozenset[str]) -> Iterator[Here]:
        """Each item of the list that stands there. A single value is its own list, and so is an object, but for `are_pairs`."""
        for value in self.values(here):
            for item in [value] if isinstance(value, dict) and not are_pairs(value, pairs) else items_of(value):
                yield Here(item, here.root)


def items_of(value: object) -> list[object]:
    """The items of a list, the pairs of an object, or the value alone."""
    if isinstance(value, list):
        return value
    if isinstance(value, dict):
        return [{"key": key, "value": inner} for key, inner in value.items()]
    return [] if is_empty(value) else [value]


def are_pairs(value: dict[str, object], read: AbstractSet[str]) -> bool:
    """Whether an object is a list of its keys and values: nothing else is read of it, and it has no keys that are called so."""
    return bool(read) and read <= PAIR and not read & value.keys()


def is_empty(value: object) -> bool:
    """Whether there is nothing to say: null, blank, no items."""
    return value is None or value in ([], {}) or (isinstance(value, str) and not value.strip())


def template_keys(template: str) -> list[str]:
    """The keys that a template names; ValueError if its braces do not pair."""
    return [name for _, name, _, _ in Formatter().parse(template) if name]


def _steps(text: str) -> Iterator[str]:
    parts = [(part, part.removesuffix(EACH)) for part in text.split(".")]
    if not all(name and EACH not in name for _, name in parts):  # a key such as `Nr.`, as columns are called
        parts = [(text, text)]
    for part, name in parts:
        yield name
        if part != name:
            yield EACH


def _found(values: list[object], steps: Steps) -> list[object]:
    for step in steps:
        if step == EACH:
            values = [item for value in values for item in (value if isinstance(value, list) else [value])]
        else:
            values = [value[step] for value in values if isinstance(value, dict) and step in value]
    return values
