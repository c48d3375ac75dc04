"""What makes a field of a record, or an item of one of its lists, out of an object."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from data.dates import NotEdtf, parse_edtf
from data.mapping.leftovers import read_in_each
from data.mapping.model import DateRule, Items, PersonId, TopicId, Value
from data.mapping.paths import Here, Path, is_empty
from data.mapping.values import Condition, Maker, Tables, Unfit, as_text

NUMBERS = frozenset({"position", "alternative"})
SAYING = frozenset({"person", "as", "name", "text", "body", "file"})
"""What an item of a list has to have one of, to say something."""

Known = Callable[[str, str], bool]
"""Whether the load or the store has a record of the type with this id."""

Make = Callable[[Here, Known], Any]
"""Makes a field's value; None if there is none."""


class Made(list[Any]):
    """The items of a list that several entries make, and of each of them which entry made it, from 0."""

    def __init__(self, pairs: Iterable[tuple[Any, int]]) -> None:
        self.entries: list[int] = []
        for item, entry in pairs:
            self.append(item)
            self.entries.append(entry)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is no date, and is kept as it is under another name."""

    value: str


def everything(_type: str, _key: str) -> bool:
    """Where nobody asks what is known, all is."""
    return True


def fields_of(given: Any) -> dict[str, Any]:
    """The fields that are given, by their names in the format, `id` first."""
    named = {name: field.alias or name for name, field in type(given).model_fields.items()}
    found = {alias: value for name, alias in named.items() if (value := getattr(given, name)) is not None}
    return found | dict(getattr(given, "__pydantic_extra__", None) or {})


def maker(name: str, given: Any, tables: Tables) -> Make:
    """What makes the field of this name."""
    if name.startswith("x_"):
        return _extra(given, tables)
    if isinstance(given, DateRule):
        return _date(given, tables)
    if isinstance(given, list):
        are_items = any(isinstance(one, Items) for one in given)
        return _items([_item(one, tables) for one in given]) if are_items else _list(given, tables)
    return _single(name, given, tables)


def _single(name: str, given: Value, tables: Tables) -> Make:
    make = Maker(given, tables)

    def single(here: Here, _known: Known) -> object:
        found = make(here)
        if len(found) > 1:
            raise Unfit(f"`{name}` takes one value, and there are {len(found)}.", ", ".join(found), "Say `join`, or `first`.")
        if not found:
            return None
        return int(found[0]) if name in NUMBERS and found[0].isdecimal() else found[0]

    return single


def _extra(given: Value, tables: Tables) -> Make:
    """A field of one's own takes what stands there, of any shape, unless something is done with it."""
    if given.from_ is not None and given.model_fields_set == {"from_"}:
        path = Path(given.from_)

        def taken(here: Here, _known: Known) -> object:
            found = [value for value in path.values(here) if not is_empty(value)]
            return found or None if path.is_many else next(iter(found), None)

        return taken
    make = Maker(given, tables)

    def made(here: Here, _known: Known) -> object:
        found = make(here)
        return found if len(found) > 1 else next(iter(found), None)

    return made


def _list(given: Sequence[Value], tables: Tables) -> Make:
    makers = [(Maker(value, tables), isinstance(value, TopicId) and value.missing == "drop") for value in given]

    def listed(here: Here, known: Known) -> object:
        found: dict[str, int] = {}
        for entry, (make, drops) in enumerate(makers):
            for text in make(here):
                if not (drops and not known("topic", text)):
                    found.setdefault(text, entry)
        return Made(found.items()) or None

    return listed


def _date(given: DateRule, tables: Tables) -> Make:
    edtf, label = _single("edtf", given.edtf, tables), _single("label", given.label, tables) if given.label else None
    keeps, forms = given.edtf.invalid == "keep", given.edtf.forms
    as_given = _single("edtf", given.edtf.model_copy(update={"replace": {}, "table": None, "prefix": None}), tables)

    def date(here: Here, known: Known) -> object:
        text = edtf(here, known)
        if text is None:
            return None
        found = formed(text, forms)
        if keeps:
            try:
                parse_edtf(found)
            except NotEdtf:
                return Kept(as_given(here, known) or text)
        printed = label(here, known) if label else None
        if printed is None and (original := as_given(here, known)) != found:
            printed = original
        return found if printed is None else {"edtf": found, "label": printed}

    return date


def formed(text: str, forms: Iterable[str]) -> str:
    """The date as ISO 8601 has it, as exact as the first form that it fits; else as it is."""
    for form in forms:
        try:
            day = datetime.strptime(text, form)  # noqa: DTZ007 - a day of the calendar, whatever the hour
        except ValueError:
            continue
        has_month = any(part in form for part in ("%m", "%B", "%b"))
        return day.date().isoformat()[: (10 if "%d" in form else 7) if has_month else 4]
    return text


def _items(makers: Sequence[Make]) -> Make:
    def items(here: Here, known: Known) -> object:
        return Made((item, entry) for entry, make in enumerate(makers) for item in make(here, known)) or None

    return items


def _item(given: Items, tables: Tables) -> Make:
    """The items of a list that one entry of the mapping makes. One that says nothing is none."""
    each, holds, pairs = Path(given.each) if given.each else None, Condition(given.when), read_in_each(given)
    inner = {name: value for name, value in fields_of(given).items() if name not in {"each", "split", "when"}}
    makers = {name: _single(name, value, tables) for name, value in inner.items()}
    needed = [field.alias or name for name, field in type(given).model_fields.items() if field.is_required()]
    person = inner.get("person")
    missing = person.missing if isinstance(person, PersonId) else "refuse"

    def made(here: Here, known: Known) -> list[dict[str, object]]:
        found = []
        for place in places_of(each, given.split, here, pairs):
            if not holds(place):
                continue
            item = {name: value for name, make in makers.items() if (value := make(place, known)) is not None}
            if missing != "refuse" and "person" in item and not known("person", str(item["person"])):
                if missing == "drop" or "as" not in item:
                    continue
                del item["person"]
            if SAYING & item.keys():
                found.append(_whole(item, needed))
        return found

    return made


def places_of(each: Path | None, split: str | None, here: Here, pairs: frozenset[str]) -> Iterable[Here]:
    """The items that a rule or an entry goes through; the object itself, if it names none."""
    if each is None:
        return (here,)
    if split is None:
        return each.items(here, pairs)
    pieces = (piece.strip() for place in each.items(here, pairs) for piece in as_text(place.item).split(split))
    return (Here(piece, here.root) for piece in pieces if piece)


def _whole(item: dict[str, object], needed: Iterable[str]) -> dict[str, object]:
    for name in needed:
        if name not in item:
            raise Unfit(f"`{name}` is needed here, and there is nothing.", hint="Give it a `default`; a word itself is `=word`.")
    return item
