"""A mapping for a file that has none yet: what its first objects hold, and which fields their keys look like."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path, PurePath
from typing import NamedTuple

from data.dates import NotEdtf, parse_edtf
from data.errors import Place, RecordError, shorten
from data.format import PersonKind, Role
from data.mapping.makers import formed
from data.mapping.paths import is_empty
from data.mapping.values import Unfit, as_text
from data.readers.json_lines import parsed_json
from data.readers.raw import Raw
from data.text import fold

LOOKED_AT_MAX = 500
SHOWN_MAX = 3
WORDS_MAX = 40
JSON_MAX_BROKEN = 0.4
"""Columns hold JSON if no more of their cells than this share are none: a cell that is broken is told when it is loaded."""

SEPARATORS = ("|", ";")

# What a field may be called elsewhere, folded; the first that is there is taken.
_NAMES: Mapping[str, Mapping[str, Sequence[str]]] = {
    "document": {
        "id": ("id", "identifier", "record id", "signatur", "shelfmark", "reference", "nr", "no", "nummer"),
        "title": ("title", "titel", "titre", "heading", "betreff", "name"),
        "date": ("date", "datum", "date iso", "iso date", "created", "year", "jahr"),
        "date label": (
            "date text",
            "date label",
            "date display",
            "display date",
            "date as written",
            "datum text",
            "datum gedruckt",
        ),
        "description": ("description", "abstract", "summary", "regest", "beschreibung", "scope", "scopecontent"),
        "source": ("source", "quelle", "provenance"),
        "repository": ("repository", "archive", "archiv", "institution"),
        "collection": ("collection", "bestand", "fonds", "series", "volume"),
        "rights": ("rights", "licence", "license", "lizenz"),
        "url": ("url", "source url", "link", "uri", "permalink"),
        "number": ("number", "document number"),
        "genre": ("genre", "type", "document type", "form", "gattung", "art"),
        "classification": ("classification", "secrecy"),
        "languages": ("languages", "language", "lang", "sprache", "sprachen", "langue"),
        "topics": ("topics", "subjects", "subject", "keywords", "tags", "schlagworter", "schlagworte"),
        "text": ("text", "body", "full text", "fulltext", "transcription", "transkription", "content", "volltext"),
    },
    "person": {
        "id": ("id", "identifier", "person id", "nr", "no"),
        "name": ("name", "label", "title", "full name", "preferred name"),
        "kind": ("kind", "type"),
        "names": ("names", "variants", "aliases", "other names", "alternative names"),
        "birth": ("birth", "born", "birth date", "date of birth", "geboren", "birth year"),
        "death": ("death", "died", "death date", "date of death", "gestorben", "death year"),
        "description": ("description", "biography", "bio", "note", "beschreibung"),
        "identifiers": ("identifiers",),
    },
    "topic": {
        "id": ("id", "identifier", "nr", "no"),
        "name": ("name", "label", "title", "preflabel", "term"),
        "names": ("names", "variants", "altlabel", "synonyms"),
        "description": ("description", "scope note", "definition"),
        "broader": ("broader", "parent", "parent id"),
    },
}
_ROLE_NAMES = {
    **{role.lower(): role.lower() for role in Role if role not in {Role.SUBJECT, Role.OTHER}},
    "from": "sender",
    "absender": "sender",
    "to": "recipient",
    "addressee": "recipient",
    "empfanger": "recipient",
    "creator": "author",
    "artist": "author",
    "verfasser": "author",
    "autor": "author",
    "writer": "author",
    "signatory": "author",
}
_PLACES = frozenset({"place", "places", "location", "locations", "ort", "orte", "lieu", "lieux"})
_KIND_NAMES = {**{kind.lower(): kind.lower() for kind in PersonKind}, "group": "organization", "corporation": "organization"}
_AMBIGUOUS = ("%d/%m/%Y", "%m/%d/%Y")
_FORMS = ("%d.%m.%Y", *_AMBIGUOUS, "%B %d, %Y", "%d %B %Y", "%m/%Y", "%B %Y", "%Y/%m/%d")
_PLAIN = re.compile(r"[A-Za-z][\w -]*", re.ASCII)


class _Of(NamedTuple):
    """Which objects a rule is about: those of a file, if there are several, and of a list in each, if they are in one."""

    file: str | None
    each: str | None

    def lines(self) -> list[str]:
        return [f"    {name}: {_quoted(said)}" for name, said in (("files", self.file), ("each", self.each)) if said]

    def below(self, key: str) -> "_Of":
        return self._replace(each=f"{self.each}[].{key}" if self.each else key)


class _Key:
    """A key of the objects, with what stands under it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.values: list[object] = []

    @property
    def folded(self) -> str:
        return " ".join(re.findall(r"\w+", fold(self.name).replace("_", " ")))

    @property
    def texts(self) -> list[str]:
        found = []
        for value in self.values:
            try:
                found.append(as_text(value))
            except Unfit:
                continue
        return found

    @property
    def inner(self) -> list[dict[str, object]]:
        """The objects that stand under it, alone or in lists."""
        items = (item for value in self.values for item in (value if isinstance(value, list) else [value]))
        return [item for item in items if isinstance(item, dict)]

    @property
    def separator(self) -> str | None:
        return next((mark for mark in SEPARATORS if any(mark in text for text in self.texts)), None)

    def shown(self) -> str:
        """Some of its values, as a remark."""
        values = list(dict.fromkeys(shorten(json.dumps(value, ensure_ascii=False), 40) for value in self.values))
        return "  # " + ", ".join(values[:SHOWN_MAX])


def propose(files: Mapping[Path, Iterable[Raw]]) -> str:
    """A mapping as YAML, with remarks: what each key holds, what is unsure, what is left over. It can be loaded as it is.

    Of several files the rules are told apart by their names.
    """
    names = ", ".join(path.name for path in files)
    lines = [f"# A mapping for {names}, as the first objects look. Read it over: nothing else knows what the keys mean."]
    tables: dict[str, dict[str, str]] = {}
    cells: dict[str, None] = {}
    rules: list[str] = []
    for path, raws in files.items():
        each, items = _items(islice(raws, LOOKED_AT_MAX))
        keys = _keys(items, cells)
        type_ = _type(keys.values(), path)
        taken = {field: key for field, names in _NAMES[type_].items() if (key := _key(names, keys.values()))}
        for name, words in _tables(type_, taken, keys.values()):
            tables[name] = words | tables.get(name, {})
        rules += _rules(type_, taken, keys, _Of(path.name if len(files) > 1 else None, each))
    if cells:
        lines.append(f"json: [{', '.join(_quoted(name) for name in cells)}]  # columns whose cells hold JSON")
    lines += ["tables:"] if tables else []
    for name, words in tables.items():
        lines += [
            f"  {name}:  # the source's words, and the format's",
            *(f"    {_quoted(word)}: {words[word]}" for word in words),
        ]
    return "\n".join([*lines, "records:", *rules]) + "\n"


def _items(raws: Iterable[Raw]) -> tuple[str | None, list[object]]:
    """The objects; of a single one that is a mere shell around a list of objects, that list and its key."""
    found = [raw.value for raw in raws]
    shell = found[0] if len(found) == 1 else None
    lists = [key for key, value in shell.items() if _is_list_of_objects(value)] if isinstance(shell, dict) else []
    if isinstance(shell, dict) and len(lists) == 1 and not shell.keys() & {"id", "title", "name"}:
        items = shell[lists[0]]
        return lists[0], items[:LOOKED_AT_MAX] if isinstance(items, list) else []
    return None, found


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, dict) for item in value)


def _keys(objects: Iterable[object], cells: dict[str, None]) -> dict[str, _Key]:
    """The keys of the first objects; those of cells that hold JSON are added to `cells`, and hold what is in it."""
    keys: dict[str, _Key] = {}
    for one in objects:
        for name, value in one.items() if isinstance(one, dict) else ():
            if not is_empty(value):
                keys.setdefault(name, _Key(name)).values.append(value)
    for name, key in keys.items():
        found = [_from_json(value) for value in key.values]
        if found.count(None) <= len(found) * JSON_MAX_BROKEN:
            key.values, cells[name] = [value for value in found if value is not None], None
    return keys


def _from_json(value: object) -> object:
    """The object, or the list of objects or texts, that a cell holds as JSON; None if it holds something else."""
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        with suppress(RecordError):
            return parsed_json(value, Place(""))
    return None


def _rules(type_: str, taken: Mapping[str, _Key], keys: Mapping[str, _Key], of: _Of) -> Iterator[str]:
    yield from (
        f"  - type: {type_}",
        *of.lines(),
        "    unmapped: keep  # what no field takes becomes x_…; or: drop, refuse",
        "    fields:",
    )
    yield from (f"      {line}" for line in _fields(type_, taken, keys))
    people = {key.name for key in keys.values() if type_ == "document" and (_is_people(key) or _role(key))}
    used = {key.name for key in taken.values()} | people
    rest = [f"      # x_{key.name}: {_quoted(key.name)}{key.shown()}" for key in keys.values() if key.name not in used]
    yield from ("      # Left over, and kept:", *rest) if rest else ()
    yield from _topics(type_, taken.get("topics"), of)


def _type(keys: Iterable[_Key], path: Path) -> str:
    names = {key.folded for key in keys}
    stem = fold(PurePath(path.name).stem)
    if names & {"birth", "death", "born", "died"} or stem.startswith(("people", "person")):
        return "person"
    return "topic" if "broader" in names or stem.startswith(("topic", "subject")) else "document"


def _key(names: Sequence[str], keys: Iterable[_Key]) -> _Key | None:
    by_name = {key.folded: key for key in keys}
    return next((by_name[name] for name in names if name in by_name), None)


def _is_people(key: _Key) -> bool:
    return key.folded not in _PLACES and any({"name", "role"} <= item.keys() for item in key.inner)


def _role(key: _Key) -> str | None:
    return None if key.inner else _ROLE_NAMES.get(key.folded)


def _tables(type_: str, taken: Mapping[str, _Key], keys: Iterable[_Key]) -> Iterator[tuple[str, dict[str, str]]]:
    """The words that the source has for roles or kinds, and what they seem to mean."""
    people = [item for key in keys if _is_people(key) for item in key.inner]
    if type_ == "document" and people:
        yield "roles", _table([str(item["role"]) for item in people if item.get("role")], _ROLE_NAMES, "other")
    elif type_ == "person" and "kind" in taken:
        yield "kinds", _table(taken["kind"].texts, _KIND_NAMES, "unknown")


def _table(words: Iterable[str], known: Mapping[str, str], other: str) -> dict[str, str]:
    found = islice(dict.fromkeys(words), WORDS_MAX)
    return {word: known.get(fold(word)) or f"{other}  # unsure" for word in found}


def _fields(type_: str, taken: Mapping[str, _Key], keys: Mapping[str, _Key]) -> Iterator[str]:
    for field in _NAMES[type_]:
        key = taken.get(field)
        if key is None:
            if field in {"id", "title", "name"}:
                yield _required(field, keys)
        elif field in {"date", "birth", "death"}:
            yield from _date(field, key, taken.get(f"{field} label"))
        elif field == "text":
            yield f"texts: {{kind: =original, body: {_quoted(key.name)}}}{key.shown()}"
        elif field != "date label":
            yield _line(field, key)
    people = [line for key in keys.values() for line in _people(key)] if type_ == "document" else []
    if people:
        yield from ("people:", *people)


def _topics(type_: str, key: _Key | None, of: _Of) -> Iterator[str]:
    """A rule for the topics that documents name, where no file has them."""
    if type_ != "document" or key is None or any("name" not in item for item in key.inner):
        return
    yield from ("  # The topics that the documents name, where no other file has them.", "  - type: topic")
    yield from of.below(key.name).lines()
    if key.separator and not key.inner:
        yield f"    split: {_quoted(key.separator)}"
    yield from ("    if_missing: true", f"    fields: {'{id: id, name: name}' if key.inner else '{id: ., name: .}'}")


def _required(field: str, keys: Mapping[str, _Key]) -> str:
    """The line of a field that must be there, for which no key is called so."""
    distinct = (key for key in keys.values() if not key.inner and len(set(key.texts)) == len(key.values))
    key = next(iter(keys.values()) if field != "id" else distinct, None)
    if key is None:
        return f"{field}: {field}  # unsure: no key looks like it, and each record needs one"
    return f"{field}: {_quoted(key.name)}{key.shown()}  (unsure: no key is called so)"


def _line(field: str, key: _Key) -> str:
    name = _quoted(key.name)
    if field == "kind":
        name = f"{{from: {name}, table: kinds, else: unknown}}"
    elif field == "identifiers":
        name = f'{{each: {name}, template: "{{key}}:{{value}}"}}' if key.inner else name
    elif key.inner:
        part = "id" if field in {"topics", "broader"} else "name"
        is_list = any(isinstance(value, list) for value in key.values)
        name = _quoted(f"{key.name}[].{part}" if is_list else f"{key.name}.{part}")
    elif field in {"languages", "topics", "broader"} and key.separator:
        name = f"{{from: {name}, split: {_quoted(key.separator)}}}"
    return f"{field}: {name}{key.shown()}"


def _date(field: str, key: _Key, label: _Key | None) -> Iterator[str]:
    name, odd = _quoted(key.name), [text for text in key.texts if not _is_edtf(text)]
    forms = _forms(odd)
    said = f", forms: {json.dumps(forms)}" if forms else ""
    edtf = f"{{from: {name}{said}, invalid: keep}}" if odd else name
    printed = f", label: {_quoted(label.name)}" if label else ""
    yield f"{field}: {{edtf: {edtf}{printed}}}{key.shown()}"
    rest = [text for text in odd if formed(text, forms) == text]
    if rest:
        yield f"# No EDTF, and so kept as x_{field}: {', '.join(shorten(text, 30) for text in rest[:SHOWN_MAX])}"
        yield f'# `forms` tells how dates are written: {{from: {name}, forms: ["%d.%m.%Y", "%B %d, %Y"], invalid: keep}}'


def _forms(texts: Sequence[str]) -> list[str]:
    """How dates seem to be written; nothing that can be read in two ways, such as 3/5/1895."""
    fitting = {form: {text for text in texts if formed(text, [form]) != text} for form in _FORMS}
    day_first, month_first = (fitting[form] for form in _AMBIGUOUS)
    is_day, is_month = bool(day_first - month_first), bool(month_first - day_first)
    unclear = _AMBIGUOUS if is_day == is_month else _AMBIGUOUS[is_day : is_day + 1]
    return [form for form, found in fitting.items() if found and form not in unclear]


def _is_edtf(text: str) -> bool:
    try:
        parse_edtf(text)
    except NotEdtf:
        return False
    return True


def _people(key: _Key) -> Iterator[str]:
    name = _quoted(key.name)
    if _is_people(key):
        yield f"  - each: {name}{key.shown()}"
        if any("id" in item for item in key.inner):
            yield "    person: {from: id, missing: refuse}  # of an id that nobody has: an error; or `name`, or `drop`"
        yield from ("    as: name", "    role: {from: role, table: roles, else: other}", "    label: role")
    elif role := _role(key):
        yield f"  - each: {name}{key.shown()}"
        if key.separator:
            yield f"    split: {_quoted(key.separator)}"
        yield from (f"    role: ={role}", "    as: .")


def _quoted(text: str) -> str:
    is_plain = _PLAIN.fullmatch(text) and not text.endswith(" ") and text not in {"null", "~"}
    return text if is_plain else json.dumps(text, ensure_ascii=False)
