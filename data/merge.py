"""Two records that are one: merging them, splitting them again, and saying of two people that they are not the same.

A merge moves what refers to the old record, and what it says of its own, to the other one; where both say something, that of the
other one stays. All of it is one load: its history has what the old record was, and it can be split again.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from data.editing import Edit, Editor, edit
from data.errors import MergeRefused, UnknownRecord, shorten
from data.fields import Fields, whole
from data.references import references
from data.report import Report
from data.standing import DISTINCT, REDIRECTS, REVISIONS, apart, redirect
from data.stored import batched, internal_ids, stored_records
from data.undo import undo

ERRORS_MAX = 50
LISTS = ("names", "identifiers", "notes", "broader")
TYPES = ("person", "topic")


def merge(editor: Editor, type_: str, old: str, into: str) -> Report:
    """Merges a person or a topic into another. Raises UnknownRecord, or MergeRefused with the reason."""
    with edit(editor, "MERGE") as made:
        keys = [_present(made.connection, type_, key) for key in (old, into)]
        _check(made.connection, type_, old, keys)
        merging = Merging(made, type_, *keys)
        merging.combine()
        merging.move_references()
        merging.remove()
    return made.report


def split(editor: Editor, type_: str, old: str) -> Report:
    """Takes back the merge of a person or a topic: both are as they were. Raises UnknownRecord, or what `undo` raises."""
    with editor.store.writing() as connection:
        mine = (REDIRECTS.c.type == type_, REDIRECTS.c.key == old)
        load_id = connection.execute(select(REDIRECTS.c.load_id).where(*mine)).scalar()
    if load_id is None:
        raise UnknownRecord(
            f"No {type_} {shorten(old)!r} was merged into another.", hint="Give the id that was merged, the old one."
        )
    return undo(editor, load_id, mode="SPLIT")


def distinct(editor: Editor, one: str, other: str) -> Report:
    """Keeps that two people are not the same. Raises UnknownRecord, or MergeRefused if they are one record."""
    with edit(editor, "DISTINCT") as made:
        keys = sorted(_present(made.connection, "person", key) for key in (one, other))
        if keys[0] == keys[1]:
            raise MergeRefused(
                f"{shorten(one)!r} and {shorten(other)!r} are one record.", hint="`fonds split` takes a merge back."
            )
        if (load_id := made.connection.execute(apart(*keys)).scalar()) is not None:
            raise MergeRefused(f"That is known already, by load {load_id}.", hint="There is nothing to do.")
        made.connection.execute(insert(DISTINCT).values(key=keys[0], other=keys[1], load_id=made.load_id))
        made.writer.finish()
    return made.report


def _present(connection: Connection, type_: str, key: str) -> str:
    """The id of a record that is there, found also by an id that was merged into it. Raises UnknownRecord."""
    if internal_ids(connection, type_, [key]):
        return key
    target = connection.execute(select(REDIRECTS.c.target).where(REDIRECTS.c.type == type_, REDIRECTS.c.key == key)).scalar()
    if target is None:
        raise UnknownRecord(
            f"There is no {type_} {shorten(key)!r}.", hint="Give the record's own id, without the type before it."
        )
    return str(target)


def _check(connection: Connection, type_: str, old: str, keys: Sequence[str]) -> None:
    """Raises MergeRefused if the two are one already, or are known not to be."""
    if keys[0] != old:
        raise MergeRefused(
            f"{shorten(old)!r} was merged into {shorten(keys[0])!r} already.", hint="`fonds split` takes that back."
        )
    if keys[0] == keys[1]:
        raise MergeRefused("The two ids are of one record.", hint="Give two different ids.")
    load_id = connection.execute(apart(*keys)).scalar() if type_ == "person" else None
    if load_id is not None:
        raise MergeRefused(
            f"Load {load_id} says that these two are not the same.", hint=f"`fonds undo {load_id}` takes that back."
        )


class Merging:
    """One merge, inside a transaction."""

    def __init__(self, made: Edit, type_: str, old: str, into: str) -> None:
        self.made = made
        self.type = type_
        self.old, self.into = old, into
        ids = internal_ids(made.connection, type_, [old, into])
        self.old_id = ids[old]
        self.records = {fields["id"]: fields for _, fields in stored_records(made.connection, type_, list(ids.values()))}

    def combine(self) -> None:
        """Writes what both say. The load has a revision of it in any case: it is how the merge is known later."""
        before = self.records[self.into]
        after = combined(before, self.records[self.old])
        if after == before:
            row = {
                "load_id": self.made.load_id,
                "type": self.type,
                "key": self.into,
                "action": "CHANGED",
                "before": "{}",
                "after": "{}",
            }
            self.made.connection.execute(insert(REVISIONS).values(row))
        self.made.writer.put(after, before)
        self.made.writer.flush()
        self.made.report.changed += 1

    def move_references(self) -> None:
        """Has everything that refers to the old record refer to the other."""
        for type_ in ("document", "topic"):
            for some in batched(self._referring(type_)):
                for _, before in stored_records(self.made.connection, type_, some):
                    self.made.writer.put(self._moved(before), before)
                    self.made.report.changed += 1

    def _referring(self, type_: str) -> list[int]:
        found = references(self.made.connection, self.type, [self.old_id])
        into = internal_ids(self.made.connection, self.type, [self.into])[self.into]
        ids = dict.fromkeys(one.id for one in found if one.type == type_)
        return [id_ for id_ in ids if self.type != type_ or id_ not in (into, self.old_id)]

    def _moved(self, record: Fields) -> Fields:
        if self.type == "person":
            parts = [part | {"person": self.into} if part.get("person") == self.old else part for part in record["people"]]
            return whole(record | {"people": parts})
        name = "topics" if record["type"] == "document" else "broader"
        moved = dict.fromkeys(self.into if key == self.old else key for key in record[name])
        return whole(record | {name: [key for key in moved if record["type"] == "document" or key != record["id"]]})

    def remove(self) -> None:
        """Removes the old record, whose id leads to the other from now on."""
        self.made.report.removed += self.made.writer.remove(self.type, [self.old])
        errors = [fault.error for fault in self.made.writer.faults(most=ERRORS_MAX)]
        if errors:
            raise MergeRefused("The two cannot be made one.", errors=errors, hint="Mend these first.")
        self.made.writer.close()
        redirect(self.made.connection)


def combined(into: Fields, old: Fields) -> Fields:
    """The record with what the old one says besides: lists grow, what it does not say is taken over, what both say stays.

    >>> combined({"type": "person", "id": "a", "name": "A"}, {"type": "person", "id": "b", "name": "B", "birth": "1890"})["names"]
    [{'name': 'B', 'kind': 'variant'}]
    """
    found = {name: value for name, value in (old | into).items() if name not in LISTS}
    found["names"] = _names(into, old)
    for name in ("identifiers", "notes"):
        found[name] = _united(into.get(name, ()), old.get(name, ()))
    if into["type"] == "topic":
        found["broader"] = [
            key for key in _united(into.get("broader", ()), old.get("broader", ())) if key not in (into["id"], old["id"])
        ]
    return whole(found)


def _names(into: Fields, old: Fields) -> list[Fields]:
    """All names of both; the old one's preferred name as a variant, and a mere variant only if there is no such name."""
    names: list[Fields] = list(into.get("names", ()))
    known = {into["name"], *(name["name"] for name in names)}
    for name in ({"name": old["name"], "kind": "variant"}, *old.get("names", ())):
        is_mere = name.keys() <= {"name", "kind"} and name.get("kind", "variant") == "variant"
        if name not in names and not (is_mere and name["name"] in known):
            names.append(name)
            known.add(name["name"])
    return names


def _united(first: Sequence[Any], second: Sequence[Any]) -> list[Any]:
    return [*first, *(item for item in second if item not in first)]
