"""The names of a store, kept in memory as the last change left them: what a load changed is read by its revisions, not all anew.

To read 25,000 names and to make of them what is compared takes 300 ms, a change of a few records 3 ms. What changed lies as a
second layer upon the names that were read (`data.search.names`), until there is too much of it.
"""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
from sqlalchemy import Column, Select, Table, bindparam, func, literal_column, select, true, union

from data import tables
from data.revisions import REMOVED
from data.search.names import Layer, Named, Names, Owner, Spelling
from data.tables import table

CHANGED_MAX = 2000
"""Of so many people and topics the names are read by themselves, and of so many documents the people and topics counted."""

SETTLED_MAX = 500
"""So many changed people and topics lie upon the others, where there is time to make one layer of both."""


class Ask(Protocol):
    """Runs a statement in the transaction of the statement that wants to know."""

    def __call__(self, statement: Select[Any], **values: Any) -> Iterable[Sequence[Any]]: ...


@dataclass(frozen=True)
class Owners:
    """People or topics: their table, their names, what links documents to them, and where a document's record has their keys."""

    type: str
    table: Table
    of_names: Column[int]
    of_links: Column[int]
    of_documents: Column[int]
    path: str
    key_path: str | None = None

    def names(self, *, some: bool = False) -> Select[Any]:
        """`id`, `place`, `name` of all, or of those whose `ids` are given, as they are sorted."""
        preferred = select(self.table.c.id, literal_column("-1").label("place"), self.table.c.name)
        others = select(self.of_names, NAMES.c.position, NAMES.c.name).where(self.of_names.isnot(None))
        if some:
            preferred, others = preferred.where(self.table.c.id.in_(GIVEN)), others.where(self.of_names.in_(GIVEN))
        rows = preferred.union_all(others).subquery()
        return select(*rows.c).order_by(*rows.c)

    def counts(self) -> Any:
        """How many documents each has, of those who have any."""
        return select(self.of_links, func.count()).group_by(self.of_links)

    def changed(self) -> Select[Any]:
        """The ids of those who were added or changed since."""
        since = _since(self.type)
        return select(self.table.c.id).where(self.table.c.key.in_(select(since.c.key)))

    def counts_changed(self) -> Any:
        """How many documents each has, of those who changed, and of those whom a document names, or named, that changed since."""
        since = _since("DOCUMENT")
        documents = select(DOCUMENTS.c.id).where(DOCUMENTS.c.key.in_(select(since.c.key)))
        linked = select(self.of_links.label("id")).where(self.of_documents.in_(documents))
        had = func.json_each(since.c.before, self.path).table_valued("value")
        key = had.c.value if self.key_path is None else func.json_extract(had.c.value, self.key_path)
        unlinked = select(self.table.c.id).where(self.table.c.key.in_(select(key).select_from(since.join(had, true()))))
        owners = union(linked, unlinked, self.changed()).subquery()
        count = select(func.count()).where(self.of_links == owners.c.id).scalar_subquery()
        return select(owners.c.id, count)


REVISIONS, LOADS, NAMES, DOCUMENTS = (table(t) for t in (tables.Revision, tables.Load, tables.Name, tables.Document))
PARTS, SUBJECTS = table(tables.DocumentPerson), table(tables.DocumentTopic)
GIVEN = select(func.json_each(bindparam("ids")).table_valued("value").c.value)


def _since(type_: str) -> Any:
    """The revisions of a type since a load; found by that, before anything else is looked at."""
    found = select(REVISIONS).where(REVISIONS.c.load_id > bindparam("load")).limit(tables.LAST).subquery()
    return select(found.c.key, found.c.before).where(found.c.type == type_.lower()).subquery()


PEOPLE = Owners("PERSON", table(tables.Person), NAMES.c.person_id, PARTS.c.person_id, PARTS.c.document_id, "$.people", "$.person")
TOPICS = Owners("TOPIC", table(tables.Topic), NAMES.c.topic_id, SUBJECTS.c.topic_id, SUBJECTS.c.document_id, "$.topics")
KINDS = (PEOPLE, TOPICS)
LAST_LOAD = select(LOADS.c.id, LOADS.c.at).order_by(LOADS.c.id.desc()).limit(1)
LOADED_AT = select(LOADS.c.at).where(LOADS.c.id == bindparam("load"))
SOME = select(REVISIONS.c.type, REVISIONS.c.action).where(REVISIONS.c.load_id > bindparam("load")).limit(bindparam("most"))
EVERY = {kind.type: kind.names() for kind in KINDS}
THESE = {kind.type: kind.names(some=True) for kind in KINDS}
COUNTS = {kind.type: kind.counts() for kind in KINDS}
CHANGED = {kind.type: kind.changed() for kind in KINDS}
COUNTS_CHANGED = {kind.type: kind.counts_changed() for kind in KINDS}
IDS = {kind.type: select(kind.table.c.id) for kind in KINDS}


@dataclass(frozen=True)
class Kept:
    """The names after so many changes, of which the last load is named by its number and time."""

    changes: int
    load: Sequence[Any] | None
    names: Names


class KeptNames:
    """The names as the last change left them. May be used by several threads; nobody waits for what another is reading."""

    def __init__(self) -> None:
        self._kept: Kept | None = None

    def get(self, changes: int, ask: Ask, *, settled: bool = False) -> Names:
        """The names of the archive as it is after so many changes, which is how `ask` sees it; `settled`, in one layer."""
        kept = self._kept
        if kept is None or kept.changes != changes or (settled and len(kept.names.layers[0].hidden) > SETTLED_MAX):
            names = (_later(kept, ask) if kept and kept.changes < changes else None) or _read(ask, kept)
            kept = self._kept = Kept(changes, next(iter(ask(LAST_LOAD)), None), names)
        return kept.names


def _read(ask: Ask, before: Kept | None) -> Names:
    """All names; what was made of them stays if they are the same."""
    named = [Named(type_, *row) for type_, every in EVERY.items() for row in ask(every)]
    documents = {(type_, id_): count for type_, counts in COUNTS.items() for id_, count in ask(counts)}
    known = before and before.names.layers[0].spelling
    return Names(Layer.of(known if known and known.named == named else Spelling(named), documents))


def _later(kept: Kept, ask: Ask) -> Names | None:
    """The names, brought up to now by the revisions since; None if these are too many, or the archive has another history."""
    if kept.load is None or list(ask(LOADED_AT, load=kept.load[0])) != [(kept.load[1],)]:
        return None
    since = {"load": kept.load[0]}
    changes = list(ask(SOME, **since, most=CHANGED_MAX + 1))
    if len(changes) > CHANGED_MAX:
        return None
    base, *upon = kept.names.layers
    counts = {(type_, id_): count for type_, changed in COUNTS_CHANGED.items() for id_, count in ask(changed, **since)}
    hidden = base.hidden | {(type_, id_) for type_, changed in CHANGED.items() for (id_,) in ask(changed, **since)}
    if any(type_ != "document" and action == REMOVED for type_, action in changes):
        hidden |= _gone(base, ask)
    return Names(base.changed(counts, hidden), _upon(hidden, counts, upon, ask)) if len(hidden) <= CHANGED_MAX else None


def _gone(base: Layer, ask: Ask) -> AbstractSet[Owner]:
    there = {(type_, id_) for type_, ids in IDS.items() for (id_,) in ask(ids)}
    return {one[:2] for one in base.spelling.named} - there


def _upon(owners: AbstractSet[Owner], counts: dict[Owner, int], before: Sequence[Layer], ask: Ask) -> Layer:
    """The layer of the names that these have now."""
    ids = {type_: orjson.dumps([id_ for of, id_ in owners if of == type_]).decode() for type_ in THESE}
    named = [Named(type_, *row) for type_, these in THESE.items() for row in ask(these, ids=ids[type_])]
    documents = {
        one[:2]: -(missing or 0) for layer in before for one, missing in zip(layer.spelling.named, layer.missing, strict=True)
    }
    known = next((layer.spelling for layer in before if layer.spelling.named == named), None)
    return Layer.of(known or Spelling(named), documents | counts)
