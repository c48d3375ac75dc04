"""A mapping's YAML → its model; every fault with its line. Words are text, but for `null`, `~` and nothing at all."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from data.errors import InvalidMapping, Place, RecordError, Rejected, nearest, shorten
from data.mapping import model
from data.mapping.convert import Mapping as Conversion
from data.mapping.model import MappingFile
from data.readers.files import read_text

Lines = dict[tuple[int | str, ...], int]
TABLE_KEYS = ("table", "not_in")
_NULLS = frozenset({"", "~", "null"})
_FIELDS = {
    "document": model.names_of(model.DocumentFields),
    "person": model.names_of(model.PersonFields),
    "topic": model.names_of(model.TopicFields),
}
_KEYS = sorted({name for one in model.MODELS for name in model.names_of(one)})
_SENTENCES = {
    "missing": "is required",
    "extra_forbidden": "is no key that a mapping has here",
    "union_tag_not_found": "needs a `type`: document, person or topic",
    "union_tag_invalid": "must be of type document, person or topic",
    "string_pattern_mismatch": "is no field of such a record; one's own begin with `x_`",
    "model_type": "must be a key, a constant such as `=en`, or an object",
    "string_type": "must be text",
    "list_type": "must be a list",
    "dict_type": "must be an object",
    "bool_parsing": "must be true or false",
    "too_short": "must not be empty",
}


def read_mapping(path: Path) -> Conversion:
    """The mapping that the file holds. UnreadableFile; InvalidMapping for broken YAML; Rejected with all other faults."""
    text = read_text(path)
    lines: Lines = {}
    value = _value(_root(text, path), (), lines, path)
    try:
        model = MappingFile.model_validate(value)
    except ValidationError as error:
        raise Rejected([_explained(detail, lines, path) for detail in error.errors(include_url=False)]) from None
    unknown = list(_unknown_tables(value, (), set(model.tables)))
    if unknown:
        raise Rejected(
            [InvalidMapping(f"There is no table `{name}`.", place=_place(where, lines, path)) for where, name in unknown]
        )
    return Conversion(model, path.name, lambda where: _place(where, lines, path))


def _root(text: str, path: Path) -> yaml.Node:
    try:
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.AliasEvent):
                line = None if event.start_mark is None else event.start_mark.line + 1
                raise InvalidMapping("Aliases are not read; write it out.", place=Place(str(path), line))
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = None if mark is None else mark.line + 1
        has_ways = mark is not None and any("[]" in said for said in text.splitlines()[mark.line : mark.line + 1])
        hint = 'In braces a way with `[]` stands in quotes: `{from: "people[].id"}`.' if has_ways else None
        raise InvalidMapping(f"Not YAML: {error.problem or error.context}.", place=Place(str(path), line), hint=hint) from None
    except (yaml.reader.ReaderError, RecursionError) as error:
        raise InvalidMapping(f"Not YAML: {shorten(error)}.", place=Place(str(path))) from None
    if root is None:
        raise InvalidMapping("The file holds no mapping.", place=Place(str(path)), hint="`fonds map FILE` proposes one.")
    return root


def _value(node: yaml.Node, where: tuple[int | str, ...], lines: Lines, path: Path) -> Any:
    lines.setdefault(where, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key, inner in node.value:
            name = str(key.value)
            lines[*where, name] = key.start_mark.line + 1
            if name in found:
                raise InvalidMapping(f"`{shorten(name)}` is given twice.", place=Place(str(path), key.start_mark.line + 1))
            found[name] = _value(inner, (*where, name), lines, path)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(inner, (*where, at), lines, path) for at, inner in enumerate(node.value)]
    is_plain = isinstance(node, yaml.ScalarNode) and not node.style
    return None if is_plain and node.value in _NULLS else node.value


def _unknown_tables(value: Any, where: tuple[int | str, ...], known: set[str]) -> Iterator[tuple[tuple[int | str, ...], str]]:
    """Where a table is named that the mapping has not."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if key in TABLE_KEYS and isinstance(inner, str) and inner not in known and where[:1] == ("records",):
            yield (*where, key), inner
        yield from _unknown_tables(inner, (*where, key), known)


def _explained(detail: ErrorDetails, lines: Lines, path: Path) -> RecordError:
    """The validator's finding: where in the mapping, and a sentence."""
    loc = [part for part in detail["loc"] if part not in {"document", "person", "topic", "[key]"}]
    place = _place(loc, lines, path)
    sentence = _SENTENCES.get(detail["type"], detail["msg"])
    given = detail["input"]
    if detail["type"] == "model_type" and isinstance(given, str):
        sentence = "must be an object with keys of its own"
    shown = given if isinstance(given, str) and detail["type"] not in {"missing", "extra_forbidden"} else None
    return InvalidMapping(f"`{_name(loc)}` {sentence}.", place=place, value=shown, hint=_hint(detail))


def _hint(detail: ErrorDetails) -> str | None:
    """What may be meant by a key that is none; how the people of a document are written."""
    loc = detail["loc"]
    if detail["type"] == "model_type" and "people" in loc:
        return "For example `people: {each: KEY, role: =sender, as: name}`."
    if detail["type"] not in {"extra_forbidden", "string_pattern_mismatch"}:
        return None
    keys = _FIELDS[str(loc[2])] if detail["type"] == "string_pattern_mismatch" else _KEYS
    near = nearest(str(loc[-1]).lower(), keys)
    return f"Did you mean `{near}`?" if near else "`fonds map --schema` prints all that a mapping may say."


def _place(where: Sequence[int | str], lines: Mapping[tuple[int | str, ...], int], path: Path) -> Place:
    """The line of what stands there, or of the nearest above it."""
    known = [part.removesuffix("_") if isinstance(part, str) else part for part in where]
    for end in range(len(known), -1, -1):
        # A single item may stand without its list: what the model calls `people[0].role` is then `people.role`.
        for tried in (tuple(known[:end]), tuple(part for part in known[:end] if part != 0)):
            if tried in lines:
                return Place(str(path), lines[tried])
    return Place(str(path))


def _name(where: Sequence[int | str]) -> str:
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part.removesuffix('_')}" for part in where)
    return name.removeprefix(".") or "The mapping"
