"""What of an object no field of a mapping has taken."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from data.mapping.model import DateRule, Value
from data.mapping.paths import EACH, Path, Steps, is_empty, template_keys

ALL = "*"


class Reads:
    """The ways that are read, as a tree: what stands below one of them is read as well."""

    def __init__(self, paths: Iterable[Steps] = ()) -> None:
        self.paths = list(paths)
        self.tree: dict[str, Any] = {}
        for path in self.paths:
            inner = self.tree
            for step in path:
                inner = inner.setdefault(step, {})
            inner[ALL] = {}


def reads(given: Any, base: Steps = ()) -> Iterator[Steps]:
    """Each way that a field, or an entry of one, reads."""
    if isinstance(given, list):
        for item in given:
            yield from reads(item, base)
        return
    each = getattr(given, "each", None)
    inner = (*base, *Path(each).steps, EACH) if each else base
    if isinstance(given, Value):
        yield from _read_by_value(given, inner)
    elif isinstance(given, DateRule):
        yield from (path for value in (given.edtf, given.label) if value for path in reads(value, inner))
    else:
        for name in type(given).model_fields:
            if isinstance(value := getattr(given, name), Value):
                yield from reads(value, inner)


def _read_by_value(given: Value, base: Steps) -> Iterator[Steps]:
    if given.from_ is not None:
        yield from _read_by_path(given.from_, base)
    if given.template is not None:
        for name in template_keys(given.template):
            yield from _read_by_path(name, base)
    for inner in (*(given.first or ()), *(given.join or ())):
        yield from reads(inner, base)


def _read_by_path(text: str, base: Steps) -> Iterator[Steps]:
    path = Path(text)
    start = () if path.is_from_root else base
    yield (*start, *path.steps)
    if len(path.steps) > 1:
        yield (*start, text.lstrip("/"))  # a key that holds dots


def unread(paths: Iterable[Steps], keys: Collection[str]) -> list[str]:
    """The keys that the ways begin with and that no object has had, in the ways' order."""
    first = dict.fromkeys(path[0] for path in paths if path)
    return [
        name for name in first if name not in keys and not any(key.startswith(f"{name}.") for key in keys) and "." not in name
    ]


def left_over(item: dict[str, object], read: Reads) -> dict[str, object]:
    """What no way leads to, by key; of a list of which an item has something, the whole list. Nothing that is empty."""
    return _left(item, read.tree) if ALL not in read.tree else {}


def _left(item: dict[str, object], tree: dict[str, Any]) -> dict[str, object]:
    rest = ((key, _rest(value, tree[key]) if key in tree else value) for key, value in item.items())
    return {key: value for key, value in rest if not is_empty(value)}


def _rest(value: object, tree: dict[str, Any]) -> object:
    if ALL in tree:
        return None
    if isinstance(value, dict):
        return None if EACH in tree else _left(value, tree)
    if isinstance(value, list) and EACH in tree:
        inner = tree[EACH]
        return value if any(not is_empty(_rest(item, inner)) for item in value) else None
    return None if EACH in tree else value
