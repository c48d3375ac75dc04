"""What of an object no field of a mapping has taken."""

from collections.abc import Iterable, Iterator
from typing import Any

from data.mapping.model import DateRule, Value
from data.mapping.paths import EACH, Path, Steps, are_pairs, is_empty, items_of, template_keys

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


def reads(given: Any, base: Steps = (), *, conditions: bool = False) -> Iterator[Steps]:
    """Each way that a field, or an entry of one, reads; with those that only its conditions read, if they are asked for."""
    if isinstance(given, list):
        for item in given:
            yield from reads(item, base, conditions=conditions)
        return
    each = getattr(given, "each", None)
    inner = (*base, *Path(each).steps, EACH) if each else base
    if conditions:
        for name in getattr(given, "when", None) or ():
            yield from _read_by_path(name, inner)
    if isinstance(given, Value):
        yield from _read_by_value(given, inner, conditions=conditions)
    elif isinstance(given, DateRule):
        values = (value for value in (given.edtf, given.label) if value)
        yield from (path for value in values for path in reads(value, inner, conditions=conditions))
    else:
        for name in type(given).model_fields:
            if isinstance(value := getattr(given, name), Value):
                yield from reads(value, inner, conditions=conditions)


def _read_by_value(given: Value, base: Steps, *, conditions: bool) -> Iterator[Steps]:
    if given.from_ is not None:
        yield from _read_by_path(given.from_, base)
    if given.template is not None:
        for name in template_keys(given.template):
            yield from _read_by_path(name, base)
    for inner in (*(given.first or ()), *(given.join or ())):
        yield from reads(inner, base, conditions=conditions)


def _read_by_path(text: str, base: Steps) -> Iterator[Steps]:
    path = Path(text)
    start = () if path.is_from_root else base
    yield (*start, *path.steps)
    if len(path.steps) > 1:
        yield (*start, text.lstrip("/"))  # a key that holds dots


def read_in_each(given: Any) -> frozenset[str]:
    """The keys that a value or an entry reads in each item of its list."""
    base = (*Path(given.each).steps, EACH) if given.each else ()
    return frozenset(path[len(base)] for path in reads(given) if path[: len(base)] == base and len(path) > len(base))


class Unseen:
    """The ways that a rule reads, with all on their way, and that no object has had so far."""

    def __init__(self, paths: Iterable[Steps]) -> None:
        ways = (path[:end] for path in paths for end in range(1, len(path) + 1) if path[end - 1] != EACH)
        self._left = self._all = dict.fromkeys(ways)
        self.is_used = False

    def start_again(self) -> None:
        self._left, self.is_used = self._all, False

    def look(self, item: object) -> None:
        """Sees what an object has."""
        self.is_used = True
        if self._left:
            self._left = {path: None for path in self._left if not _has(item, path)}

    def told(self) -> list[str]:
        """The ways as a mapping writes them, of those that lead on the first step that leads nowhere."""
        if not self.is_used:
            return []
        seen = [_text(path) for path in self._all if path not in self._left]
        found = dict.fromkeys(_text(path) for path in self._left if _above(path) not in self._left)
        dotted = {_text(path[:-1]) for path in self._all if len(path) > 1}
        return [
            name
            for name in found
            if not any(other == name or other.startswith((f"{name}.", f"{name}[]")) for other in seen)
            and not ("." in name and (name.rpartition(".")[0] in found and name.rpartition(".")[0] in dotted))
        ]


def _has(value: object, path: Steps) -> bool:
    if not path:
        return True
    if path[0] == EACH:
        return any(_has(item, path[1:]) for item in items_of(value)) or (isinstance(value, dict) and _has(value, path[1:]))
    return isinstance(value, dict) and path[0] in value and _has(value[path[0]], path[1:])


def _above(path: Steps) -> Steps:
    above = path[:-1]
    return above[:-1] if above and above[-1] == EACH else above


def _text(path: Steps) -> str:
    return "".join(EACH if step == EACH else f".{step}" for step in path).removeprefix(".")


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
        if EACH not in tree:
            return _left(value, tree)
        return None if are_pairs(value, tree[EACH].keys() - {ALL}) else _rest(value, tree[EACH])
    if isinstance(value, list) and EACH in tree:
        inner = tree[EACH]
        return value if any(not is_empty(_rest(item, inner)) for item in value) else None
    return None if EACH in tree else value


def left_way(rest: object, key: str, tree: dict[str, Any]) -> str:
    """The first way in what is left over that no field takes: of a list of which other things are taken, that in its items."""
    inner = tree.get(key, {})
    while isinstance(rest, dict) and len(inner) and rest:
        name = next(iter(rest))
        rest, key, inner = rest[name], f"{key}.{name}", inner.get(name, {})
    if isinstance(rest, list) and EACH in inner:
        items = (_rest(item, inner[EACH]) for item in rest)
        found = next((one for one in items if isinstance(one, dict) and one), None)
        return f"{key}{EACH}.{next(iter(found))}" if found else key
    return key
