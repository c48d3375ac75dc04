"""What is wrong between records, once all of a load are written: references to nothing, circles, needed records removed."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from itertools import chain, islice
from typing import NamedTuple

from sqlalchemy import Table, func, select
from sqlalchemy.engine import Connection

from data.errors import DanglingReference, Place, RecordError, RecordNeeded, TopicCycle, nearest, shorten
from data.rows import BROADER, DOCUMENT_TOPICS, PARTS, TABLES
from data.stored import batched, internal_ids

HINTS_MAX = 20
ID_CUTOFF = 0.75
LOOKED_AT_MAX_IDS = 100_000
CYCLES_MAX = 100
CYCLE_MAX_SHOWN = 10
NAMED_MAX = 3

Awaited = Mapping[str, Iterable[tuple[str, int]]]
"""For each type of record the ids that were referred to and have not come, with the internal ids kept for them."""


class Stand(NamedTuple):
    """Where a record of a load stands, and its number in the load."""

    number: int
    place: Place


class Fault(NamedTuple):
    """An error, and the number in the load of the record that has it; 0 if the load did not give that."""

    number: int
    error: RecordError


Places = Callable[[str, Collection[int]], Mapping[int, Stand]]
"""Where records of a type stand, by their internal ids; records that the load did not give are left out."""


class Reference(NamedTuple):
    """What refers to a record: its type, internal id and key, the path it stands at, and the internal id that it refers to."""

    type: str
    id: int
    key: str
    path: str
    target: int


def _nothing(_topic: int) -> bool:
    return False


class Bounds(NamedTuple):
    """What is told of references to nothing: at most `most` errors, and none of the ids in `refused`, whose records were wrong.

    Topics that have such an error and that the load `leaves_out`, by their internal ids, are nothing themselves.
    """

    most: int
    refused: AbstractSet[str] = frozenset()
    leaves_out: Callable[[int], bool] = _nothing


class _Link(NamedTuple):
    """A table of references: which type of record owns the rows, by which column, and which column refers."""

    owner: str
    table: Table
    owner_column: str
    target_column: str
    path: str  # `{}` stands for the place in the list


class Unwritten(NamedTuple):
    """A reference of a record that is not written, because something else is wrong with it: where it stands, and to what."""

    stand: Stand
    type: str
    key: str


LINKS: Mapping[str, Sequence[_Link]] = {
    "document": (),
    "person": (_Link("document", PARTS, "document_id", "person_id", "people[{}].person"),),
    "topic": (
        _Link("document", DOCUMENT_TOPICS, "document_id", "topic_id", "topics[{}]"),
        _Link("topic", BROADER, "topic_id", "broader_id", "broader[{}]"),
    ),
}
"""For each type of record the tables that refer to it."""


def references(connection: Connection, type_: str, ids: Collection[int]) -> Iterator[Reference]:
    """Every reference to these records, those of documents first, in the order of the records that refer."""
    for link in LINKS[type_]:
        owner, target = TABLES[link.owner], link.table.c[link.target_column]
        at = link.table.c[link.owner_column]
        for some in batched(sorted(ids)):
            statement = select(at, owner.c.key, link.table.c.position, target).join(owner, owner.c.id == at)
            for row in connection.execute(statement.where(target.in_(some)).order_by(at, link.table.c.position)):
                yield Reference(link.owner, row[0], row[1], link.path.format(row[2] - 1), row[3])


def dangling(connection: Connection, awaited: Awaited, places: Places, bounds: Bounds) -> Iterator[Fault]:
    """An error for each reference to a person or topic that neither the load nor the store has."""
    hints = _Hints(connection, bounds.refused)
    for some in batched(islice(_to_absent(connection, awaited, bounds), bounds.most)):
        stands = {owner: places(owner, [one.id for one, _, _ in some if one.type == owner]) for owner in TABLES}
        found = []
        for one, type_, key in some:
            stand = stands[one.type].get(one.id) or Stand(0, Place("the store", record=one.key))
            found.append((Stand(stand.number, replace(stand.place, path=one.path)), type_, key))
        found.sort(key=lambda one: one[0].number)
        yield from (Fault(stand.number, _dangling(stand.place, type_, key, hints)) for stand, type_, key in found)


def _to_absent(connection: Connection, awaited: Awaited, bounds: Bounds) -> Iterator[tuple[Reference, str, str]]:
    """The references to what has not come, with its type and id; then those to topics that are left out for such a reference."""
    topics: dict[int, str] = {}
    for type_, keys in awaited.items():
        for some in batched((key, id_) for key, id_ in keys if key not in bounds.refused):
            names = {id_: key for key, id_ in some}
            for one in references(connection, type_, names):
                topics |= _left_out(one, bounds)
                yield one, type_, names[one.target]
    seen: set[int] = set()
    while topics:
        seen.update(topics)
        further: dict[int, str] = {}
        for one in references(connection, "topic", topics):
            further |= _left_out(one, bounds)
            yield one, "topic", topics[one.target]
        topics = {id_: key for id_, key in further.items() if id_ not in seen}


def _left_out(one: Reference, bounds: Bounds) -> dict[int, str]:
    """Id and key of the topic that refers, if it will not be in the store."""
    return {one.id: one.key} if one.type == "topic" and bounds.leaves_out(one.id) else {}


def dangling_count(connection: Connection, awaited: Awaited, *, refused: AbstractSet[str] = frozenset()) -> int:
    """How many errors `dangling` would tell of, if it told of all."""
    count = 0
    for type_, keys in awaited.items():
        for some in batched(id_ for key, id_ in keys if key not in refused):
            for link in LINKS[type_]:
                statement = select(func.count()).select_from(link.table).where(link.table.c[link.target_column].in_(some))
                count += int(connection.execute(statement).scalar_one())
    return count


def unwritten(value: object, stand: Stand) -> Iterator[Unwritten]:
    """The references of a record as it was given, as far as they can be read."""
    given = value if isinstance(value, dict) else {}
    people = ((at, part.get("person")) for at, part in _items(given, "people") if isinstance(part, dict))
    for at, key in people:
        if isinstance(key, str):
            yield Unwritten(Stand(stand.number, replace(stand.place, path=f"people[{at}].person")), "person", key)
    for name in ("topics", "broader"):
        for at, key in _items(given, name):
            if isinstance(key, str):
                yield Unwritten(Stand(stand.number, replace(stand.place, path=f"{name}[{at}]")), "topic", key)


def _items(given: Mapping[str, object], name: str) -> Iterator[tuple[int, object]]:
    items = given.get(name)
    return enumerate(items if isinstance(items, list) else ())


def dangling_unwritten(
    connection: Connection, references: Sequence[Unwritten], *, refused: AbstractSet[str] = frozenset()
) -> Iterator[Fault]:
    """An error for each of these references to what neither the load nor the store has, in their order; else as `dangling`."""
    hints = _Hints(connection, refused)
    for some in batched(references):
        known = {type_: internal_ids(connection, type_, [one.key for one in some if one.type == type_]) for type_ in TABLES}
        for stand, type_, key in some:
            if key not in known[type_] and key not in refused:
                yield Fault(stand.number, _dangling(stand.place, type_, key, hints))


def _dangling(place: Place, type_: str, key: str, hints: "_Hints") -> DanglingReference:
    message = f"There is no {type_} with this id, neither in the load nor in the store."
    return DanglingReference(message, place=place, value=key, hint=hints.hint(type_, key))


def still_needed(connection: Connection, removed: Mapping[str, Mapping[int, str]], *, most: int) -> list[Fault]:
    """An error for each record that was removed (its key by internal id) and that others refer to."""
    errors: list[Fault] = []
    for type_, keys in removed.items():
        owners: dict[int, dict[str, None]] = {}
        for one in references(connection, type_, keys):
            owners.setdefault(one.target, {})[f"{one.type} {shorten(one.key)}"] = None
        for id_, named in islice(owners.items(), most - len(errors)):
            errors.append(Fault(0, _needed(type_, keys[id_], list(named))))
    return errors


def _needed(type_: str, key: str, owners: Sequence[str]) -> RecordNeeded:
    rest = f" and {len(owners) - NAMED_MAX} more" if len(owners) > NAMED_MAX else ""
    return RecordNeeded(
        f"The {type_} cannot be removed while others refer to it: {', '.join(owners[:NAMED_MAX])}{rest}.",
        place=Place("the store", record=key),
        value=key,
        hint="Change or remove these as well.",
    )


class _Hints:
    """Near ids for the first few that are missing: looking for one takes time in a large store.

    An id with other digits is never near: `d22` for `d23` would be a wrong guess that looks right.
    """

    def __init__(self, connection: Connection, refused: AbstractSet[str]) -> None:
        self._connection = connection
        self._refused = refused
        self._ids: dict[str, list[str]] = {}
        self._found: dict[tuple[str, str], str] = {}

    def hint(self, type_: str, key: str) -> str | None:
        if (type_, key) not in self._found:
            if len(self._found) >= HINTS_MAX:
                return None
            alike = (other for other in self._some(type_) if _digits(other) == _digits(key))
            near = nearest(key, alike, cutoff=ID_CUTOFF)
            self._found[type_, key] = f"Did you mean `{shorten(near)}`?" if near else f"Add a record of the {type_}."
        return self._found[type_, key]

    def _some(self, type_: str) -> list[str]:
        if type_ not in self._ids:
            key = TABLES[type_].c.key
            stored = self._connection.execute(select(key).limit(LOOKED_AT_MAX_IDS)).scalars()
            self._ids[type_] = list(islice(chain(stored, self._refused), LOOKED_AT_MAX_IDS))
        return self._ids[type_]


def _digits(key: str) -> str:
    return "".join(character for character in key if character.isdigit())


# Circles of topics.


def circles(connection: Connection, changed: Collection[int], places: Places) -> list[Fault]:
    """An error for each way back to a topic on the way up from itself, at most 100, by the order of the topics that changed.

    What was stored before has none: each leads through a topic that changed, and stands at its place.
    """
    if not changed:
        return []
    above = _above(connection)
    done: set[int] = set()
    found = (cycle for start in changed for cycle in _ways_back(start, above, done))
    return [_cycle(connection, cycle, changed, places) for cycle in islice(found, CYCLES_MAX)]


def _above(connection: Connection) -> dict[int, list[int]]:
    """For each topic that has any, the topics directly above it."""
    found: dict[int, list[int]] = {}
    columns = (BROADER.c.topic_id, BROADER.c.broader_id)
    for topic, broader in connection.execute(select(*columns).order_by(BROADER.c.topic_id, BROADER.c.position)):
        found.setdefault(topic, []).append(broader)
    return found


def _ways_back(start: int, above: Mapping[int, Sequence[int]], done: set[int]) -> Iterator[list[int]]:
    """Depth first, with a stack of its own: topics may stand thousands deep."""
    if start in done:
        return
    path = {start: None}
    stack = [iter(above.get(start, ()))]
    while stack:
        higher = next(stack[-1], None)
        if higher is None:
            stack.pop()
            done.add(path.popitem()[0])
        elif higher in path:
            way = list(path)
            yield [*way[way.index(higher) :], higher]
        elif higher not in done:
            path[higher] = None
            stack.append(iter(above.get(higher, ())))


def _cycle(connection: Connection, cycle: Sequence[int], changed: Collection[int], places: Places) -> Fault:
    topics = TABLES["topic"]
    shown = list(cycle) if len(cycle) <= CYCLE_MAX_SHOWN else [*cycle[: CYCLE_MAX_SHOWN - 2], cycle[-1]]
    owner = next(topic for topic in cycle if topic in changed)
    keys = dict(connection.execute(select(topics.c.id, topics.c.key).where(topics.c.id.in_([*shown, owner]))).all())
    stand = places("topic", [owner]).get(owner) or Stand(0, Place("the store", record=keys[owner]))
    names = [shorten(keys[topic]) for topic in shown]
    if len(shown) < len(cycle):
        names.insert(-1, "…")
    error = TopicCycle(
        f"The topic is broader than itself: {' → '.join(names)}.",
        place=replace(stand.place, path="broader"),
        hint="Take one step of the circle out of its topic's `broader`.",
    )
    return Fault(stand.number, error)
