"""The slow, obvious answer: plain Python over the records, walked by graphql-core. What the planner answers must equal it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from graphql import build_schema, execute_sync, parse
from oracle_facets import Facets, timeline
from oracle_network import correspondence, related
from oracle_search import Index
from oracle_suggest import did_you_mean, suggest, vocabulary

from data.check import Entry
from data.check import parse as parse_raw
from data.dates import HistoricalDate, day_text, parse_edtf
from data.format import DocumentRecord, Part, PersonRecord, TopicRecord
from data.readers import read
from data.search.columns import SUBJECTS
from data.text import fold, sort_key

LAST = 10**18


class Oracle:
    """All records, in the order of loading."""

    def __init__(self, files: Iterable[Path], sdl: str) -> None:
        self.schema = build_schema(sdl)
        entries = [parse_raw(raw) for path in files for raw in read(path)]
        records = [entry.record for entry in entries if isinstance(entry, Entry)]
        self.documents = [Document(self, i, r) for i, r in enumerate(r for r in records if isinstance(r, DocumentRecord))]
        self.people = [Person(self, i, r) for i, r in enumerate(r for r in records if isinstance(r, PersonRecord))]
        self.topics = [Topic(self, i, r) for i, r in enumerate(r for r in records if isinstance(r, TopicRecord))]

    def answer(self, text: str, variables: dict[str, Any] | None = None) -> Any:
        result = execute_sync(self.schema, parse(text), root_value=Root(self), variable_values=variables)
        return result.formatted

    @cache  # noqa: B019 - there is one oracle
    def index(self, type_: str) -> Index:
        things: list[Any] = [*self.documents, *self.people, *self.topics]
        return Index([thing for thing in things if type(thing).__name__ == type_], type_)

    @cache  # noqa: B019 - as above
    def documents_of(self, thing: Any) -> int:
        return len(thing.all_documents(narrower=False) if isinstance(thing, Topic) else thing.all_documents())

    @cached_property
    def vocabulary(self) -> tuple[set[str], set[str]]:
        return vocabulary(self)

    def period(self, wanted: Any) -> tuple[int, int] | None:
        """The first and last day of the period of a date filter."""
        if wanted is None:
            return None
        date = parse_edtf(wanted["edtf"])
        return -LAST if date.first_day is None else date.first_day, LAST if date.last_day is None else date.last_day

    def person(self, key: str | None) -> "Person | None":
        return next((p for p in self.people if p.recordId == key), None)

    def topic(self, key: str) -> "Topic":
        return next(t for t in self.topics if t.recordId == key)


@dataclass
class Edge:
    node: Any
    facts: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        if name not in self.facts:
            raise AttributeError(name)
        return self.facts[name]

    @property
    def cursor(self) -> str:
        return f"{type(self.node).__name__}{self.node.loaded}"


def size(value: int, most: int) -> int:
    if not 0 <= value <= most:
        raise ValueError(value)
    return value


def connection(
    found: Sequence[Edge], first: int | None = None, last: int | None = None, after: str | None = None, before: str | None = None
) -> dict[str, Any]:
    """Relay's own algorithm, word for word."""
    if first is None and last is None:
        first = 20
    edges = list(found)
    prior = following = False
    cursors = [edge.cursor for edge in found]
    if after is not None:
        at = cursors.index(after) + 1
        prior, edges = at > 0, edges[at:]
    if before is not None:
        at = [edge.cursor for edge in edges].index(before) if before in [edge.cursor for edge in edges] else 0
        following, edges = True, edges[:at]
    ranged = edges
    if first is not None:
        edges = edges[: size(first, 100)]
    if last is not None:
        edges = edges[max(0, len(edges) - size(last, 100)) :]
    return {
        "edges": edges,
        "nodes": [edge.node for edge in edges],
        "totalCount": len(found),
        "pageInfo": {
            "hasPreviousPage": (last is not None and len(ranged) > last) or prior,
            "hasNextPage": (first is not None and len(ranged) > first) or following,
            "startCursor": edges[0].cursor if edges else None,
            "endCursor": edges[-1].cursor if edges else None,
        },
    }


def ordered(edges: list[Edge], order: Any, keys: dict[str, Callable[[Any], Any]]) -> list[Edge]:
    """By the key, ties by loading; falling is the exact reverse, but what has no key is last both ways."""
    if order is None:
        return edges
    falling = order["direction"] == "DESC"
    key = keys[order["field"]]
    known = [edge for edge in edges if key(edge.node) is not None]
    unknown = [edge for edge in edges if key(edge.node) is None]
    by_number = sorted(known, key=lambda edge: (key(edge.node), edge.node.loaded), reverse=falling)
    return by_number + sorted(unknown, key=lambda edge: edge.node.loaded, reverse=falling)


NAMED = {"NAME": lambda thing: sort_key(thing.record.name)}
DATED: dict[str, Callable[[Any], Any]] = {
    "DATE": lambda d: d.parsed and d.parsed.first_day,
    "DATE_LATEST": lambda d: d.parsed and d.parsed.last_day,
    "TITLE": lambda d: sort_key(d.record.title),
    "POSITION": lambda d: d.record.position,
}


def fits(thing: Any, wanted: Any) -> bool:
    """Whether a filter holds: every member that is given."""
    if not wanted:
        return True
    return all(_holds(thing, key, value) for key, value in wanted.items() if value is not None)


def _holds(thing: Any, key: str, value: Any) -> bool:
    if key == "and":
        return all(fits(thing, part) for part in value)
    if key == "or":
        return any(fits(thing, part) for part in value)
    if key == "not":
        return not fits(thing, value)
    return bool(thing.matches(key, value))


def conditions(wanted: Any) -> list[tuple[str, Any]]:
    """All members that must hold, those inside `and` too."""
    found: list[tuple[str, Any]] = []
    for key, value in (wanted or {}).items():
        if value is not None:
            found += [one for part in value for one in conditions(part)] if key == "and" else [(key, value)]
    return found


def named(thing: Any, ids: Iterable[str]) -> bool:
    return thing.recordId in ids or thing.id in ids


def page(
    edges: list[Edge], args: dict[str, Any], keys: dict[str, Callable[[Any], Any]], type_: str, oracle: Any = None
) -> dict[str, Any]:
    wanted, order, text = args.pop("filter", None), args.pop("orderBy", None), args.pop("search", None)
    chosen = [edge for edge in edges if fits(edge.node, wanted)]
    filtered, oracle = chosen, edges[0].node.oracle if edges and type_ else oracle
    ranks = oracle.index(type_).find(text) if oracle and text is not None else None
    if ranks is not None:
        chosen = [edge for edge in chosen if edge.node.recordId in ranks]
    for edge in edges if type_ else []:
        edge.facts["matches"] = lambda _, first, node=edge.node: node.oracle.index(type_).matches(node, text, first)
        if type_ == "Document":
            edge.facts["dateMatch"] = date_match(edge.node, [*filtered_periods(wanted), *searched_periods(text)])
    more: dict[str, Any] = {}
    if type_:

        def finds(other: str) -> bool:
            return oracle is not None and any(edge.node.recordId in (oracle.index(type_).find(other) or {}) for edge in filtered)

        more["didYouMean"] = lambda _: did_you_mean(oracle, text, SUBJECTS[type_.lower()], finds)
    if type_ == "Document":
        found = [edge.node for edge in chosen]

        def without(is_own: Callable[[str, Any], bool]) -> list[Any]:
            rest = [(key, value) for key, value in conditions(wanted) if not is_own(key, value)]
            found = [e.node for e in edges if all(_holds(e.node, key, value) for key, value in rest)]
            return [node for node in found if ranks is None or node.recordId in ranks]

        more |= {
            "facets": oracle and Facets(oracle, without, conditions(wanted), (page, Edge, NAMED)),
            "timeline": lambda _, by: timeline(found, by),
        }
    if ranks is not None and (order is None or order["field"] == "RELEVANCE"):
        falling = order is not None and order["direction"] == "DESC"
        chosen.sort(key=lambda edge: (ranks[edge.node.recordId], edge.node.loaded), reverse=falling)
        order = None
    return connection(ordered(chosen, order, keys), **args) | more


def filtered_periods(wanted: Any) -> list[str]:
    return [value["edtf"] for key, value in conditions(wanted) if key == "date"]


def searched_periods(text: str | None) -> list[str]:
    """What `date:` asks of all hits: as a part of its own, not beside `OR`, not behind `-`."""
    parts = (text or "").split()
    alone = [part for at, part in enumerate(parts) if "OR" not in (parts[at - 1 : at] + parts[at + 1 : at + 2])]
    return [part.removeprefix("date:") for part in alone if part.startswith("date:")]


def date_match(document: Any, periods: list[str]) -> str | None:
    if not periods or document.parsed is None:
        return None
    sure = [document.matches("date", {"edtf": edtf, "match": "WITHIN", "includeUndated": False}) for edtf in periods]
    return "CERTAIN" if all(sure) else "POSSIBLE"


def bounded(items: Sequence[Any], first: int = 100, offset: int = 0) -> list[Any]:
    return list(items[size(offset, 2**31 - 1) :][: size(first, 1000)])


def date_of(edtf: str | None, label: str | None = None) -> dict[str, Any] | None:
    if edtf is None:
        return None
    date: HistoricalDate = parse_edtf(edtf)
    return {
        "edtf": edtf,
        "label": label or date.label,
        "verbatim": label,
        "earliest": None if date.first_day is None else day_text(date.first_day),
        "latest": None if date.last_day is None else day_text(date.last_day),
        "isApproximate": date.is_approximate,
        "isUncertain": date.is_uncertain,
    }


class Thing:
    def __init__(self, oracle: Oracle, loaded: int, record: Any) -> None:
        self.oracle, self.loaded, self.record = oracle, loaded, record
        self.recordId = record.id
        self.id = f"{type(self).__name__}:{record.id}"
        self.extra = record.extra

    @property
    def _identifiers(self) -> list[dict[str, str]]:
        return [dict(zip(("scheme", "value"), text.split(":", 1), strict=True)) for text in self.record.identifiers]

    def identifiers(self, _: Any, **args: Any) -> Any:
        return bounded(self._identifiers, **args)

    def notes(self, _: Any, **args: Any) -> Any:
        return bounded([{"kind": note.kind.value, "text": note.text} for note in self.record.notes], **args)

    def names(self, _: Any, **args: Any) -> Any:
        return bounded(
            [
                {"name": n.name, "kind": n.kind.value, "language": n.language, "from": date_of(n.from_), "to": date_of(n.to)}
                for n in self.record.names
            ],
            **args,
        )

    def __getattr__(self, name: str) -> Any:
        """What the record itself says; `__typename` is how graphql-core asks for the type of a Node."""
        if name.endswith("__typename"):
            return type(self).__name__
        value = getattr(self.__dict__["record"], name)
        return getattr(value, "value", value)

    def matches(self, key: str, value: Any) -> bool:
        if key == "id":
            return named(self, value)
        if key == "kind":
            return self.record.kind.value in value
        if key == "identifier":
            return any(text in value for text in self.record.identifiers)
        if key == "name":
            wanted = {fold(name) for name in value}
            return bool(wanted & {fold(self.record.name), *(fold(n.name) for n in self.record.names)})
        raise KeyError(key)


class Document(Thing):
    @property
    def parsed(self) -> HistoricalDate | None:
        return parse_edtf(self.record.date.edtf) if self.record.date else None

    @property
    def date(self) -> Any:
        return self.record.date and date_of(self.record.date.edtf, self.record.date.label)

    @property
    def genre(self) -> str | None:
        """The first spelling that was loaded stands for all that differ in case and accents only."""
        spellings = [d.record.genre for d in self.oracle.documents if d.record.genre]
        return next((found for found in spellings if self.record.genre and fold(found) == fold(self.record.genre)), None)

    def parts(self, role: Any = None) -> list[dict[str, Any]]:
        return [part_of(self.oracle, p, at) for at, p in enumerate(self.record.people, 1) if not role or p.role.value in role]

    def participations(self, _: Any, role: Any = None, **args: Any) -> Any:
        return bounded([p for p in self.parts() if role is None or p["role"] in role], **args)

    def texts(self, _: Any, **args: Any) -> Any:
        return bounded([t.model_dump(mode="json") for t in self.record.texts], **args)

    def edge_parts(self, person: "Person", role: Any) -> Callable[..., Any]:
        mine = [p for p in self.parts() if p["person"] is person and (role is None or p["role"] in role)]
        return lambda _, **args: bounded(mine, **args)

    def all_people(self, role: Any = None) -> list["Person"]:
        found = [p["person"] for p in self.parts() if p["person"] is not None]
        unique = list(dict.fromkeys(found))
        return [p for p in unique if role is None or any(x["person"] is p and x["role"] in role for x in self.parts())]

    def people(self, _: Any, role: Any = None, **args: Any) -> Any:
        edges = [Edge(p, {"participations": self.edge_parts(p, role)}) for p in self.all_people(role)]
        return page(edges, args, NAMED, "Person")

    def topics(self, _: Any, **args: Any) -> Any:
        return page([Edge(self.oracle.topic(key), {}) for key in self.record.topics], args, NAMED, "Topic")

    def related(self, _: Any, **args: Any) -> Any:
        return page(related(self, Edge, bounded), args, DATED, "Document", self.oracle)

    def matches(self, key: str, value: Any) -> bool:
        rule = getattr(self, f"_on_{key}", None)
        return super().matches(key, value) if rule is None else bool(rule(value))

    def _on_dated(self, value: bool) -> bool:  # noqa: FBT001 - it is what the filter says
        return (self.parsed is not None) == value

    def _on_genre(self, value: list[str]) -> bool:
        return self.record.genre is not None and fold(self.record.genre) in {fold(genre) for genre in value}

    def _on_language(self, value: list[str]) -> bool:
        tags = [tag.lower() for tag in self.record.languages]
        return any(tag == v.lower() or tag.startswith(f"{v.lower()}-") for tag in tags for v in value)

    def _on_person(self, value: Any) -> bool:
        return any(
            (value.get("role") is None or p["role"] in value["role"])
            and (value.get("id") is None or (p["person"] is not None and named(p["person"], value["id"])))
            for p in self.parts()
        )

    def _on_topic(self, value: Any) -> bool:
        mine = [self.oracle.topic(key) for key in self.record.topics]
        above = {a for t in mine for a in (t.ancestors() if value["includeNarrower"] else {t})}
        return any(named(t, value["id"]) for t in above)

    def _on_date(self, value: Any) -> bool:
        period, mine = parse_edtf(value["edtf"]), self.parsed
        first = -LAST if period.first_day is None else period.first_day
        last = LAST if period.last_day is None else period.last_day
        if mine is None:
            return bool(value["includeUndated"])
        if value["match"] == "WITHIN":
            return mine.first_day is not None and mine.last_day is not None and first <= mine.first_day and mine.last_day <= last
        return (mine.first_day is None or mine.first_day <= last) and (mine.last_day is None or mine.last_day >= first)


def part_of(oracle: Oracle, part: Part, position: int) -> dict[str, Any]:
    return {
        "role": part.role.value,
        "label": part.label,
        "namedAs": part.as_,
        "evidence": part.evidence and part.evidence.value,
        "certainty": part.certainty and part.certainty.value,
        "basis": part.basis and part.basis.value,
        "alternative": part.alternative,
        "position": position,
        "person": oracle.person(part.person),
    }


def by_count(counts: dict[Any, dict[str, Any]]) -> list[Edge]:
    edges = [Edge(node, facts) for node, facts in counts.items()]
    return sorted(edges, key=lambda edge: (edge.documentCount, edge.node.loaded), reverse=True)


def counted(nodes: Iterable[Any]) -> list[Edge]:
    counts: dict[Any, dict[str, Any]] = {}
    for node in nodes:
        counts.setdefault(node, {"documentCount": 0})["documentCount"] += 1
    return by_count(counts)


class Person(Thing):
    @property
    def birth(self) -> Any:
        return self.record.birth and date_of(self.record.birth.edtf, self.record.birth.label)

    @property
    def death(self) -> Any:
        return self.record.death and date_of(self.record.death.edtf, self.record.death.label)

    def all_documents(self) -> list[Document]:
        return [d for d in self.oracle.documents if self in d.all_people()]

    def documents(self, _: Any, role: Any = None, **args: Any) -> Any:
        edges = [
            Edge(d, {"participations": d.edge_parts(self, role)}) for d in self.all_documents() if self in d.all_people(role)
        ]
        return page(edges, args, DATED, "Document", self.oracle)

    def topics(self, _: Any, **args: Any) -> Any:
        return page(counted(self.oracle.topic(t) for d in self.all_documents() for t in d.record.topics), args, NAMED, "Topic")

    def timeline(self, _: Any, by: str) -> Any:
        return timeline(self.all_documents(), by)

    def correspondents(self, _: Any, **args: Any) -> Any:
        letters: dict[Person, list[tuple[Document, bool, bool]]] = {}
        for document in self.all_documents():
            roles = {p: {x["role"] for x in document.parts() if x["person"] is p} for p in document.all_people()}
            for other, theirs in roles.items():
                sent = "SENDER" in roles[self] and "RECIPIENT" in theirs
                received = "RECIPIENT" in roles[self] and "SENDER" in theirs
                if other is not self and (sent or received):
                    letters.setdefault(other, []).append((document, sent, received))
        return page(by_count({other: self._letters(found) for other, found in letters.items()}), args, NAMED, "Person")

    def _letters(self, found: list[tuple[Document, bool, bool]]) -> dict[str, Any]:
        documents = [Edge(document, {}) for document, _, _ in found]
        rising = ordered(documents, {"field": "DATE", "direction": "ASC"}, DATED)
        falling = ordered(documents, {"field": "DATE_LATEST", "direction": "DESC"}, DATED)
        return {
            "documentCount": len(found),
            "sentCount": sum(sent for _, sent, _ in found),
            "receivedCount": sum(received for _, _, received in found),
            "firstDate": rising[0].node.date,
            "lastDate": falling[0].node.date,
        }

    def matches(self, key: str, value: Any) -> bool:
        if key == "role":
            return any(p["person"] is self and p["role"] in value for d in self.oracle.documents for p in d.parts())
        return super().matches(key, value)


class Topic(Thing):
    def ancestors(self) -> set["Topic"]:
        return {self}.union(*(self.oracle.topic(key).ancestors() for key in self.record.broader))

    def all_documents(self, *, narrower: bool) -> list[Document]:
        def on(document: Document) -> bool:
            mine = [self.oracle.topic(key) for key in document.record.topics]
            return any(self in topic.ancestors() if narrower else topic is self for topic in mine)

        return [d for d in self.oracle.documents if on(d)]

    def broader(self, _: Any, **args: Any) -> Any:
        return page([Edge(self.oracle.topic(key), {}) for key in self.record.broader], args, NAMED, "Topic")

    def narrower(self, _: Any, **args: Any) -> Any:
        return page([Edge(t, {}) for t in self.oracle.topics if self.recordId in t.record.broader], args, NAMED, "Topic")

    def documents(self, _: Any, includeNarrower: bool = False, **args: Any) -> Any:  # noqa: N803, FBT001, FBT002 - GraphQL's name
        return page([Edge(d, {}) for d in self.all_documents(narrower=includeNarrower)], args, DATED, "Document", self.oracle)

    def people(self, _: Any, includeNarrower: bool = False, **args: Any) -> Any:  # noqa: N803, FBT001, FBT002 - GraphQL's name
        found = self.all_documents(narrower=includeNarrower)
        return page(counted(p for d in found for p in d.all_people()), args, NAMED, "Person")

    def matches(self, key: str, value: Any) -> bool:
        if key == "below":
            return any(named(t, value) for t in self.ancestors() - {self})
        return super().matches(key, value)


class Root:
    def __init__(self, oracle: Oracle) -> None:
        self.oracle = oracle
        dates = [Edge(d, {}) for d in oracle.documents]
        first = ordered(dates, {"field": "DATE", "direction": "ASC"}, DATED)[0].node
        last = ordered(dates, {"field": "DATE_LATEST", "direction": "DESC"}, DATED)[0].node
        self.archive = {
            "name": "Fonds",
            "documentCount": len(oracle.documents),
            "personCount": len(oracle.people),
            "topicCount": len(oracle.topics),
            "firstDate": first.date,
            "lastDate": last.date,
        }
        self.all = [*oracle.documents, *oracle.people, *oracle.topics]

    def _find(self, type_: type, id_: str) -> Any:
        of_type = [thing for thing in self.all if isinstance(thing, type_)]
        return next((thing for thing in of_type if thing.id == id_), None) or next(
            (thing for thing in of_type if thing.recordId == id_), None
        )

    def document(self, _: Any, id: str) -> Any:  # noqa: A002 - GraphQL's name
        return self._find(Document, id)

    def person(self, _: Any, id: str) -> Any:  # noqa: A002 - GraphQL's name
        return self._find(Person, id)

    def topic(self, _: Any, id: str) -> Any:  # noqa: A002 - GraphQL's name
        return self._find(Topic, id)

    def node(self, _: Any, id: str) -> Any:  # noqa: A002 - GraphQL's name
        return next((thing for thing in self.all if thing.id == id), None)

    def nodes(self, _: Any, ids: list[str]) -> Any:
        size(len(ids), 100)
        return [self.node(None, id_) for id_ in ids]

    def documents(self, _: Any, **args: Any) -> Any:
        return page([Edge(d, {}) for d in self.oracle.documents], args, DATED, "Document")

    def people(self, _: Any, **args: Any) -> Any:
        return page([Edge(p, {}) for p in self.oracle.people], args, NAMED, "Person")

    def topics(self, _: Any, **args: Any) -> Any:
        return page([Edge(t, {}) for t in self.oracle.topics], args, NAMED, "Topic")

    def correspondence(self, _: Any, person: Any = None, **args: Any) -> Any:
        wanted, text = args.pop("filter", None), args.pop("search", None)
        ranks = self.oracle.index("Document").find(text) if text is not None else None
        found = [d for d in self.oracle.documents if fits(d, wanted) and (ranks is None or d.recordId in ranks)]
        pairs = correspondence(found, lambda one: person is None or named(one, person))
        return connection([Edge(pair, {}) for pair in pairs], **args)

    def suggest(self, _: Any, text: str, first: int, types: list[str] | None = None) -> Any:
        return suggest(self.oracle, text, size(first, 100), types)
