"""A value of an object → what a field takes: taken from its place, cut, replaced, looked up, joined, as the mapping says."""

import re
from collections.abc import Callable, Iterable, Mapping
from string import Formatter

from data.mapping.leftovers import read_in_each
from data.mapping.model import Conditions, Match, Value
from data.mapping.paths import Here, Path, is_empty, items_of

Tables = Mapping[str, Mapping[str, str | None]]
JOINED_WITH = ", "


class Unfit(Exception):
    """A value that the mapping has no way for; `str()` is a sentence for the reader."""

    def __init__(self, message: str, value: object = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.value = value
        self.hint = hint


class Condition:
    """Whether all of a mapping's conditions hold."""

    def __init__(self, conditions: Conditions | None) -> None:
        self._tests = [(Path(path), match) for path, match in (conditions or {}).items()]

    def __call__(self, here: Here) -> bool:
        return all(_holds(path, match, here) for path, match in self._tests)


def _holds(path: Path, match: Match, here: Here) -> bool:
    texts = [as_text(item) for value in path.values(here) for item in items_of(value) if not isinstance(item, dict | list)]
    return (
        (match.is_ is None or any(text in match.is_ for text in texts))
        and (match.not_ is None or not any(text in match.not_ for text in texts))
        and (match.matches is None or any(re.search(match.matches, text) for text in texts))
        and (match.empty is None or match.empty == all(is_empty(value) for value in path.values(here)))
    )


class Maker:
    """What a `Value` of a mapping gives for an object: a list of texts, without those that are empty."""

    def __init__(self, given: Value, tables: Tables) -> None:
        self._given = given
        self._tables = tables
        self._source = _source(given, tables)
        self._each = Path(given.each) if given.each else None
        self._pairs = read_in_each(given)
        self._holds = Condition(given.when)
        self._replacements = [(re.compile(pattern), text) for pattern, text in given.replace.items()]
        self._is_made = bool(given.model_fields_set & {"split", "replace", "table", "not_in", "prefix"})

    def __call__(self, here: Here) -> list[str]:
        places: Iterable[Here] = self._each.items(here, self._pairs) if self._each else (here,)
        if self._given.when:
            places = filter(self._holds, places)
        found = [text for place in places for text in self._source(place)]
        if self._is_made:
            found = [made for text in found for made in self._made(text)]
        if found or self._given.default is None or not (self._each or self._holds(here)):
            return found
        return [self._given.default]

    def _made(self, text: str) -> list[str]:
        given = self._given
        pieces = [text] if given.split is None else [piece.strip() for piece in text.split(given.split)]
        looked_up = (self._looked_up(self._replaced(piece)) for piece in pieces if not is_empty(piece))
        return [f"{given.prefix or ''}{piece}" for piece in looked_up if piece is not None and not is_empty(piece)]

    def _replaced(self, text: str) -> str:
        for pattern, replacement in self._replacements:
            text = pattern.sub(replacement, text)
        return text

    def _looked_up(self, text: str) -> str | None:
        given = self._given
        if given.not_in is not None and text in self._tables[given.not_in]:
            return None
        if given.table is None or is_empty(text):
            return text
        table = self._tables[given.table]
        if text in table:
            return table[text]
        if "else_" in given.model_fields_set:
            return given.else_
        raise Unfit(f"The table `{given.table}` has no such word.", text, "Add it there, or give `else`.")


def as_text(value: object) -> str:
    """A text, a whole number or a truth value as text; Unfit for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) and value == int(value):  # a column of years with gaps is one of fractions in many tools
        return str(int(value))
    if isinstance(value, float):
        return repr(value)
    what = "an object" if isinstance(value, dict) else "a list in a list"
    raise Unfit(f"A text is wanted here, and there is {what}.", None, "Name a key in it: `collection.name`, `people[].name`.")


def _source(given: Value, tables: Tables) -> Callable[[Here], list[str]]:
    """Where the value comes from."""
    if given.from_ is not None:
        return _taken(Path(given.from_))
    if given.template is not None:
        return _filled(given.template)
    if given.value is not None:
        constant = [given.value]
        return lambda _: constant
    makers = [Maker(inner, tables) for inner in (given.first or given.join or ())]
    if given.first is not None:
        return lambda here: next((found for maker in makers if (found := maker(here))), [])
    separator = JOINED_WITH if given.with_ is None else given.with_

    def joined(here: Here) -> list[str]:
        texts = [text for maker in makers for text in maker(here)]
        return [separator.join(texts)] if texts else []

    return joined


def _taken(path: Path) -> Callable[[Here], list[str]]:
    def taken(here: Here) -> list[str]:
        items = (item for value in path.values(here) for item in (value if isinstance(value, list) else [value]))
        return [as_text(item) for item in items if not is_empty(item)]

    return taken


def _filled(template: str) -> Callable[[Here], list[str]]:
    parts = [(literal, Path(name) if name else None) for literal, name, _, _ in Formatter().parse(template)]

    def filled(here: Here) -> list[str]:
        text = ""
        for literal, path in parts:
            found = _taken(path)(here) if path else [""]
            if not found:
                return []
            text += literal + JOINED_WITH.join(found)
        return [text]

    return filled
