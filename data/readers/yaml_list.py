"""YAML: the objects of JSON Lines as one list, for files that a person writes and reads.

A word without quotes means what the format expects at its place, so that nothing is read as a date, an octal
number or a boolean by surprise:

- in a text field it is text: `date: 1949`, `date: 1949-12-09`, `number: 0557`, `name: No` need no quotes;
- in `position` and `alternative` it is a whole number, if it is written as one in decimal digits;
- below an `x_…` key it is what JSON reads: `12`, `1.5`, `true`, `false`; all else is text;
- `null`, `~` and nothing at all are null everywhere; in quotes they are text.

Lists and objects are written out: an alias (`*name`) may repeat a text, not a list or an object (which could
grow without end); tags (`!!…`) and merge keys (`<<`) are not read.
"""

import json
import re
from collections.abc import Iterator
from io import TextIOWrapper
from typing import Protocol

import yaml

from data.errors import InvalidSyntax, Place, shorten
from data.readers.files import Source
from data.readers.raw import Raw
from data.readers.streams import CHUNK_BYTES

LEVELS_MAX = 200
NUMBER_FIELDS = frozenset({"position", "alternative"})

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]+)?([eE][-+]?[0-9]{1,2})?", re.ASCII)
_WHOLE_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})", re.ASCII)
_NULLS = frozenset({"", "~", "null"})

Events = Iterator[yaml.Event]
Collection = dict[str, object] | list[object]


def read_yaml_list(source: Source) -> Iterator[Raw]:
    """Each item of the file's one list, in order, with the line it begins on; memory holds one item.

    InvalidSyntax, with line and column: broken YAML, another thing than a list, a second document, a key that
    is given twice or is no text, an alias of a list or an object, a tag, nesting over 200 levels.
    """
    try:
        yield from _items(yaml.parse(_Characters(source), Loader=_PARSER), source.name)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = error.problem or error.context or "broken syntax"
        begun = error.context_mark  # of a quote or a bracket that is never closed: where it was opened
        begins = f" (what is cut off there begins on line {begun.line + 1})" if begun and mark and begun.line < mark.line else ""
        raise _refusal(source.name, mark, f"Not YAML: {message}{begins}") from None


class _Characters:
    """A source's text for the parser, a chunk at a time, with the line of a character that YAML does not allow."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._stream = TextIOWrapper(source.utf_8(), encoding="utf-8", newline="")
        self._line = 1

    def read(self, size: int = CHUNK_BYTES, /) -> str:
        text = self._stream.read(size)
        if found := yaml.reader.Reader.NON_PRINTABLE.search(text):
            raise InvalidSyntax(
                "Not YAML: special characters are not allowed.",
                place=self._source.place(self._line + text.count("\n", 0, found.start())),
                value=f"U+{ord(found[0]):04X}",
                hint=r'In double quotes a control character can be written as an escape, such as "\x85".',
            )
        self._line += text.count("\n")
        return text


def _items(events: Events, name: str) -> Iterator[Raw]:
    reader = _Values(events, name)
    event = next(events)  # the stream's start
    event = next(events)
    if isinstance(event, yaml.StreamEndEvent):
        return
    event = next(events)
    if isinstance(event, yaml.ScalarEvent) and _is_null(event):
        return
    if not isinstance(event, yaml.SequenceStartEvent):
        raise _refusal(name, event.start_mark, "The file holds no list of records; begin each with `- `")
    for event in events:
        if isinstance(event, yaml.SequenceEndEvent):
            break
        yield Raw(Place(name, _line(event)), reader.value(event))
    next(events)  # the document's end
    event = next(events)
    if not isinstance(event, yaml.StreamEndEvent):
        raise _refusal(name, event.start_mark, "A second document begins; a file holds one list")


class _Values:
    """Builds values out of a parser's events, without recursion over the file's nesting."""

    def __init__(self, events: Events, name: str) -> None:
        self._events = events
        self._name = name
        self._anchors: dict[str, yaml.ScalarEvent | None] = {}

    def value(self, event: yaml.Event) -> object:
        """The value that begins with the event, whose inner events are taken from the stream."""
        root: list[object] = []
        waiting = [_Open(root)]
        while True:
            self._take(event, waiting)
            if len(waiting) == 1:
                return root[0]
            event = next(self._events)

    def _take(self, event: yaml.Event, waiting: list["_Open"]) -> None:
        inner = waiting[-1]
        if isinstance(event, yaml.CollectionEndEvent):
            waiting.pop()
        elif isinstance(event, yaml.CollectionStartEvent):
            waiting.append(self._opened(event, inner))
            if len(waiting) > LEVELS_MAX:
                raise self._refusal(event, "Lists and objects are nested too deep")
        elif isinstance(event, yaml.AliasEvent):
            self._add(self._repeated(event), event, inner)
        elif isinstance(event, yaml.ScalarEvent):
            self._check_tag(event)
            if event.anchor:
                self._anchors[event.anchor] = event
            self._add(event, event, inner)

    def _opened(self, event: yaml.CollectionStartEvent, outer: "_Open") -> "_Open":
        self._check_tag(event)
        if outer.awaits_key:
            raise self._refusal(event, "A key is no text")
        if event.anchor:
            self._anchors[event.anchor] = None
        inner = outer.opened({} if isinstance(event, yaml.MappingStartEvent) else [])
        outer.add(inner.target)
        return inner

    def _add(self, scalar: yaml.ScalarEvent, event: yaml.Event, inner: "_Open") -> None:
        if not inner.awaits_key:
            inner.add(_resolved(scalar, inner.field, is_extra=inner.is_extra))
        elif scalar.value in inner.target:
            raise self._refusal(event, f"The key `{shorten(scalar.value)}` is given twice in one object")
        else:
            inner.key = scalar.value

    def _repeated(self, event: yaml.AliasEvent) -> yaml.ScalarEvent:
        """The text that an alias repeats."""
        name = event.anchor or ""
        scalar = self._anchors.get(name)
        if scalar is None:
            is_known = name in self._anchors
            why = "repeats a list or an object; write it out" if is_known else "repeats nothing above it"
            raise self._refusal(event, f"The alias `*{shorten(name)}` {why}")
        return scalar

    def _check_tag(self, event: yaml.CollectionStartEvent | yaml.ScalarEvent) -> None:
        if event.tag is not None:
            raise self._refusal(event, f"The tag `{shorten(event.tag)}` is not read")

    def _refusal(self, event: yaml.Event, message: str) -> InvalidSyntax:
        return _refusal(self._name, event.start_mark, message)


class _Open:
    """A list or an object that is being filled; `field` is the nearest key above what is added next."""

    def __init__(self, target: Collection, *, field: str | None = None, is_extra: bool = False) -> None:
        self.target = target
        self.key: str | None = None
        self._field = field
        self._is_extra = is_extra

    @property
    def awaits_key(self) -> bool:
        return isinstance(self.target, dict) and self.key is None

    @property
    def field(self) -> str | None:
        return self._field if self.key is None else self.key

    @property
    def is_extra(self) -> bool:
        return self._is_extra or (self.key or "").startswith("x_")

    def opened(self, target: Collection) -> "_Open":
        """What stands next in this one, to be filled."""
        return _Open(target, field=self.field, is_extra=self.is_extra)

    def add(self, value: object) -> None:
        if isinstance(self.target, list):
            self.target.append(value)
        elif self.key is not None:
            self.target[self.key] = value
            self.key = None


def _is_null(scalar: yaml.ScalarEvent) -> bool:
    return not scalar.style and scalar.value in _NULLS


def _resolved(scalar: yaml.ScalarEvent, field: str | None, *, is_extra: bool) -> object:
    """What the word means at its place; the rules stand at the head of this file."""
    text: str = scalar.value
    if scalar.style:  # in quotes, or a block
        return text
    if _is_null(scalar):
        return None
    if is_extra and (text in {"true", "false"} or _JSON_NUMBER.fullmatch(text)):
        return json.loads(text)
    if field in NUMBER_FIELDS and _WHOLE_NUMBER.fullmatch(text):
        return int(text)
    return text


class _Mark(Protocol):
    """A place in YAML, from 0; the parser in C has its own class for it."""

    line: int
    column: int


def _refusal(name: str, mark: _Mark | None, message: str) -> InvalidSyntax:
    if mark is None:
        return InvalidSyntax(f"{message}.", place=Place(name))
    return InvalidSyntax(f"{message}, at column {mark.column + 1}.", place=Place(name, mark.line + 1))


def _line(event: yaml.Event) -> int | None:
    return None if event.start_mark is None else event.start_mark.line + 1
