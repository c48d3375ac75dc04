"""Objects → records, as a mapping says: each object goes through each rule that fits it."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import PurePath
from typing import Any

from data.errors import InvalidRecord, InvalidSyntax, Place, shorten
from data.mapping.leftovers import Reads, Unseen, left_over, left_way, reads
from data.mapping.makers import Kept, Known, Made, everything, fields_of, maker, places_of
from data.mapping.model import DateRule, MappingFile, Rule, Value
from data.mapping.paths import Here, Path
from data.mapping.values import Condition, Tables, Unfit
from data.readers.files import OnFault, OnRemark
from data.readers.json_lines import parsed_json
from data.readers.raw import REJECTED_SUFFIXES, Raw


class Mapping:
    """A mapping, ready to convert. `place_of` gives the line of what stands somewhere in its file."""

    def __init__(self, model: MappingFile, name: str, place_of: Callable[[Sequence[int | str]], Place]) -> None:
        self.name = name
        self._json = frozenset(model.json_)
        self._rules = [
            _Conversion(rule, model.tables, lambda *where, at=at: place_of(("records", at, *where)))
            for at, rule in enumerate(model.records)
        ]
        shared = Reads(path for one in self._rules if one.rule.each for path in one.all_reads)
        for one in self._rules:
            one.shared = Reads() if one.rule.each else shared

    @property
    def asks_what_is_known(self) -> bool:
        """Whether what becomes of a reference depends on whether there is a record of that id."""
        return any(one.asks_what_is_known for one in self._rules)

    @property
    def tells_files_apart(self) -> bool:
        """Whether it depends on an object's file what becomes of it."""
        return any(one.rule.files is not None for one in self._rules)

    def apply(
        self,
        raws: Iterable[Raw],
        *,
        known: Known = everything,
        on_fault: OnFault | None = None,
        on_remark: OnRemark | None = None,
    ) -> Iterator[Raw]:
        """The records of a file's objects. What is wrong with one object is raised as InvalidRecord, or given to `on_fault`.

        `on_remark` is told, at the end, how many objects the mapping had skipped, how many dates it kept that are none, and which
        of its keys no object had.
        """
        skipped, place = 0, None
        for one in self._rules:
            one.unseen.start_again()
            one.kept.clear()
        for given in raws:
            place, found = given.place, False
            try:
                raw = self._opened(given)
            except InvalidSyntax as error:
                if on_fault is None:
                    raise
                on_fault(error, given.given)
                continue
            for one in self._rules:
                if one.fits(raw):
                    found = True
                    yield from one.records(raw, known, on_fault)
            skipped += not found
        if place and on_remark:
            for sentence in self._remarks(skipped):
                on_remark(sentence, Place(place.file))

    def _remarks(self, skipped: int) -> Iterator[str]:
        if skipped:
            yield f"{skipped} of its objects are skipped, as {self.name} says."
        for one in self._rules:
            for name, count in one.kept.items():
                yield f"{count} of `{name}` {'is' if count == 1 else 'are'} no EDTF, and kept as `x_{name}`, as {self.name} says."
            for key in one.unseen.told():
                yield f"{self.name} reads the key `{shorten(key)}`, which none of its objects has."

    def ids(self, raws: Iterable[Raw]) -> Iterator[tuple[str, str]]:
        """Type and id of each record that the objects become, whatever else is wrong with it; of what is only implied, none."""
        for given in raws:
            try:
                raw = self._opened(given)
            except InvalidSyntax:
                continue  # told when the record is made
            for one in self._rules:
                if not one.rule.if_missing and one.fits(raw):
                    yield from one.ids(raw)

    def _opened(self, raw: Raw) -> Raw:
        """The object with the cells read that hold JSON. Raises InvalidSyntax."""
        if not (self._json and isinstance(raw.value, dict)):
            return raw
        value = {key: _read(key, inner, raw.place) if key in self._json else inner for key, inner in raw.value.items()}
        return replace(raw, value=value, made_of=raw)


class _Conversion:
    """One rule of a mapping, ready to convert."""

    def __init__(self, rule: Any, tables: Tables, place_of: Callable[..., Place]) -> None:
        self.rule: Rule = rule
        self.type: str = rule.type
        self._place_of = place_of
        self._each = Path(rule.each) if rule.each else None
        self._when, self._skip = Condition(rule.when), Condition(rule.skip)
        self._given = fields_of(rule.fields)
        self._makers = {name: maker(name, given, tables) for name, given in self._given.items()}
        self._origins = {path: origin for name, given in self._given.items() for path, origin in _origins(name, given)}
        self._entry_origins = {
            name: [dict(_origins("", one)) for one in given]
            for name, given in self._given.items()
            if isinstance(given, list) and len(given) > 1
        }
        base = (*Path(rule.each).steps, "[]") if rule.each else ()
        self._reads = {name: list(reads(given)) for name, given in self._given.items()}
        dates = {f"{name}.edtf": given.edtf for name, given in self._given.items() if isinstance(given, DateRule)}
        self._reads |= {name: list(reads(given)) for name, given in dates.items()}
        self.all_reads = [(*base, *path) for paths in self._reads.values() for path in paths]
        self._pairs = frozenset(path[0] for paths in self._reads.values() for path in paths if path)
        self._dropped = [Path(text).steps for text in rule.drop]
        self._trees: dict[frozenset[str], Reads] = {}
        self._seen: dict[str, tuple[object, ...]] = {}
        self.kept = Counter[str]()
        seen = [(*base, *path) for given in self._given.values() for path in reads(given, conditions=True)]
        self.unseen = Unseen([*seen, *([base[:-1]] if base else [])])
        self.shared = Reads()

    @property
    def asks_what_is_known(self) -> bool:
        return any(getattr(value, "missing", "refuse") != "refuse" for given in self._given.values() for value in _values(given))

    def fits(self, raw: Raw) -> bool:
        """Whether the rule is for this object."""
        if self.rule.files is not None and not _is_called(raw.place.file, self.rule.files):
            return False
        return self._each is not None or self._holds(Here(raw.value, raw.value))

    def _holds(self, here: Here) -> bool:
        return self._when(here) and not (self.rule.skip and self._skip(here))

    def ids(self, raw: Raw) -> Iterator[tuple[str, str]]:
        for here in self._places(raw):
            try:
                found = self._makers["id"](here, everything)
            except Unfit:
                continue  # told when the record is made
            if found is not None:
                yield self.type, found

    def records(self, raw: Raw, known: Known, on_fault: OnFault | None) -> Iterator[Raw]:
        self.unseen.look(raw.value)
        for number, here in enumerate(self._places(raw)):
            try:
                record, place = self._record(here, raw.place, known)
            except InvalidRecord as error:
                if on_fault is None:
                    raise
                on_fault(error, raw.given)
                continue
            if (self.rule.once or self.rule.if_missing) and not self._is_first(record, place, number):
                continue
            yield Raw(place, record, is_implied=self.rule.if_missing, made_of=raw.made_of or raw)

    def _is_first(self, record: dict[str, object], place: Place, number: int) -> bool:
        """Whether no other place gave a record of this id before. A file that is read again gives the same again."""
        stand = (place.file, place.line, place.row, number)
        return self._seen.setdefault(str(record.get("id")), stand) == stand

    def _places(self, raw: Raw) -> Iterable[Here]:
        places = places_of(self._each, self.rule.split, Here(raw.value, raw.value), self._pairs)
        return places if self._each is None else filter(self._holds, places)

    def _record(self, here: Here, place: Place, known: Known) -> tuple[dict[str, object], Place]:
        place, origins = replace(place, origins=self._origins), self._origins
        if not isinstance(here.root, dict):
            raise InvalidRecord("A mapping converts objects, and this is none.", place=place)
        record: dict[str, object] = {"type": self.type}
        taken: set[str] = set()
        for name, make in self._makers.items():
            try:
                value = make(here, known)
            except Unfit as error:
                raise self._unfit(error, replace(place, path=name, record=_text(record.get("id"))), name) from None
            if isinstance(value, Kept):
                record[f"x_{name}"] = value.value
                self.kept[name] += 1
                taken.add(f"{name}.edtf")
            elif value is not None:
                record[name] = value
                taken.add(name)
                if isinstance(value, Made):
                    record[name] = list(value)
                    if name in self._entry_origins:
                        origins = origins | _each_origin(name, value.entries, self._entry_origins[name])
        if isinstance(here.item, dict):
            self._add_rest(record, here.item, frozenset(taken), place)
        return record, place if origins is self._origins else replace(place, origins=origins)

    def _unfit(self, error: Unfit, place: Place, *where: str) -> InvalidRecord:
        line = self._place_of("fields", *where)
        said = f"As {PurePath(line.file).name}:{line.line} says. {error.hint or ''}".strip()
        return InvalidRecord(str(error), place=place, value=error.value, hint=said)

    def _add_rest(self, record: dict[str, object], item: dict[str, object], made: frozenset[str], place: Place) -> None:
        """What none of the fields that were made has taken: kept as `x_…`, left out, or refused."""
        if self.rule.unmapped == "drop":
            return
        if made not in self._trees:
            used = [path for name in made for path in self._reads[name]]
            self._trees[made] = Reads([*used, *self._dropped, *self.shared.paths])
        for key, rest in left_over(item, self._trees[made]).items():
            name = key if key.startswith("x_") else f"x_{key}"
            if self.rule.unmapped == "refuse":
                hint = "Give it a field, name it under `drop`, or say `unmapped: keep`."
                way = left_way(rest, key, self._trees[made].tree)
                raise InvalidRecord(f"No field of the mapping takes `{way}`.", place=replace(place, path=None), hint=hint)
            if name in record and record[name] != rest:
                raise InvalidRecord(f"`{name}` is given by the mapping and left over too.", place=replace(place, path=name))
            record[name] = rest


def _read(key: str, cell: object, place: Place) -> object:
    if not isinstance(cell, str) or not cell.strip():
        return cell
    return parsed_json(cell, replace(place, path=key, origins={key: key}))


@lru_cache(maxsize=1024)
def _is_called(file: str, pattern: str) -> bool:
    """Whether a file has a name of the pattern, or holds what was rejected of one that had: `rejected.letters.csv.csv`."""
    name = PurePath(file).name
    return fnmatch(name, pattern) or any(fnmatch(name, f"*.{pattern}{suffix}") for suffix in REJECTED_SUFFIXES)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _values(given: Any) -> Iterator[Value]:
    """Every value that a field is made of."""
    if isinstance(given, Value):
        yield given
    elif isinstance(given, list):
        for item in given:
            yield from _values(item)
    else:
        for inner in fields_of(given).values():
            if isinstance(inner, Value):
                yield inner


def _origins(name: str, given: Any) -> Iterator[tuple[str, str]]:
    """Which key each path of a field comes from, as far as it is one. `[]` is any item of a list."""
    if isinstance(given, DateRule):
        values = ((name, given.edtf), (f"{name}.label", given.label))
        yield from ((path, value.from_) for path, value in values if value and value.from_)
    elif isinstance(given, Value):
        if origin := _origin(given.each, given.from_):
            yield name, origin
    elif not isinstance(given, list):
        for key, value in fields_of(given).items():
            if isinstance(value, Value) and (origin := _origin(given.each, value.from_)):
                yield f"{name}.{key}", origin
        if given.each:
            yield name, given.each
    elif len(given) == 1:
        found = list(_origins(f"{name}[]", given[0]))
        yield from [*found, *((name, origin) for path, origin in found if path == f"{name}[]")]


def _origin(each: str | None, key: str | None) -> str | None:
    """A key that is read in each item of a list, as a way to it."""
    if each is None or key is None or key.startswith("/"):
        return key and key.removeprefix("/")
    return each if key == "." else f"{each}[].{key}"


def _each_origin(name: str, entries: Sequence[int], origins: Sequence[dict[str, str]]) -> dict[str, str]:
    """The origins of the items of a list, each by the entry that made it."""
    return {f"{name}[{at}]{path}": origin for at, entry in enumerate(entries) for path, origin in origins[entry].items()}
