"""The writer: records → tables, search index and history, in batches, inside a transaction that somebody else ends.

    writer = Writer(connection, store.words, load_id)
    writer.put(new_fields)                     # a record that the store has not
    writer.put(changed_fields, old_fields)     # one that it has: the whole record as it shall be, and as it is
    writer.remove("person", ["anna"])
    writer.finish()

References may point to records that are put later: until then an internal id is kept for them. `finish` refuses with Rejected
what is then still open: references to nothing, circles of topics, removed records that others still refer to. What is written has
a `Revision` of the load and, if it had been removed, no tombstone any more.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import orjson
from sqlalchemy import Column, Integer, MetaData, Select, String, Table, delete, exists, insert, literal, select
from sqlalchemy.engine import Connection
from sqlalchemy.schema import CreateTable, DropTable

from data import tables
from data.descent import Descent, Standing
from data.errors import Rejected
from data.fields import Fields, difference
from data.keys import Keys, last_id
from data.late import LateIndexes
from data.made import Made
from data.prepared import Prepared
from data.references import Bounds, Fault, Places, Stand, circles, dangling, dangling_count, still_needed
from data.rows import DOCUMENT_PEOPLE, DOCUMENT_TOPICS, OWNED, PARTS, TABLES, Row, completed, own_row, owned_rows
from data.search.index import Index, Indexed, IndexedPerson
from data.search.words import Words
from data.stored import batched, stored_records
from data.tables import table
from data.text import fold

BATCH = 500
ERRORS_MAX = 50

GENRES = table(tables.Genre)
TOMBSTONES = table(tables.Tombstone)
REDIRECTS = table(tables.Redirect)

RENAMED = "renamed"
"""The type, in TOUCHED, of people whose names stand in the index of documents."""

TOUCHED = Table(
    "fonds_touched",
    MetaData(),
    Column("type", String, primary_key=True),
    Column("id", Integer, primary_key=True, autoincrement=False),
    prefixes=["TEMPORARY"],
)
"""The records whose rows of the index are to be made (anew) at the end, because names in them came or changed."""

NAMED_BY: Mapping[str, tuple[str, ...]] = {"person": ("name", "names"), "topic": ("name", "names", "broader"), "document": ()}
"""The fields that stand in the index of other records than their own."""


INWARD = ("topic", "person", "document")
"""What others refer to first: a link to a row that is there costs the database less than one to a row that comes."""


def _nowhere(_type: str, _ids: Collection[int]) -> Mapping[int, Stand]:
    return {}


@dataclass(slots=True)
class _Put:
    """A record that waits to be written: as it shall be, as it is, and what it refers to."""

    fields: Fields
    old: Fields | None
    digest: bytes | None
    made: Made | None = None
    id: int = 0
    is_awaited: bool = False
    people: Mapping[str, int] = field(default_factory=dict)
    topics: Mapping[str, int] = field(default_factory=dict)
    parts: Sequence[tuple[Any, ...]] = ()  # rows of participations, once they are made
    type: str = field(init=False)

    def __post_init__(self) -> None:
        self.type = self.fields["type"]

    def has_other_names(self) -> bool:
        """Whether rows of other records' in the index have to be made anew."""
        old = self.old
        return self.is_awaited or (old is not None and any(old.get(n) != self.fields.get(n) for n in NAMED_BY[self.type]))

    def has_other_broader(self) -> bool:
        return self.type == "topic" and (self.old is None or self.old.get("broader") != self.fields.get("broader"))

    def stand(self) -> Standing:
        """Of a topic, where it stands."""
        return Standing(self.id, [self.topics[key] for key in _topics(self)], is_late=self.old is not None or self.is_awaited)


class Writer:
    """One load's writing. `connection` is in a transaction; `load_id` is a row of `loads`."""

    def __init__(self, connection: Connection, words: Words, load_id: int) -> None:
        self.connection = connection
        self.load_id = load_id
        self.is_changed = False
        self._has_documents = False
        self._has_open_links = False
        self.keys = Keys(connection)
        self._late_indexes = LateIndexes(connection)
        self.is_first = self._late_indexes.is_first
        self._index = Index(connection, words)
        self._prepared = Prepared(connection, TOUCHED)
        self._waiting: dict[tuple[str, str], _Put] = {}
        self._removed: dict[str, dict[int, str]] = {type_: {} for type_ in TABLES}
        self._genres = dict(connection.execute(select(GENRES.c.folded, GENRES.c.id)).all())
        self._new_genres: list[Row] = []
        self._last_genre = last_id(connection, GENRES)
        self._descent = Descent(connection, self.keys)
        self._has_tombstones = bool(connection.execute(select(exists(select(TOMBSTONES.c.key)))).scalar_one())
        connection.execute(CreateTable(TOUCHED, if_not_exists=True))
        connection.execute(delete(TOUCHED))

    def put(self, fields: Fields, old: Fields | None = None, *, digest: bytes | None = None, made: Made | None = None) -> None:
        """Has a whole record (`data.fields.whole`) written; `old` is the stored one, None if the store has none.

        `digest` is that of what was given, where it was: see `given_digest`; `made` is what was made of the record, if anything
        was. A record without a difference has no revision.
        """
        name = fields["type"], fields["id"]
        if name in self._waiting:
            self.flush()
        self._waiting[name] = _Put(fields, old, digest, made)
        if len(self._waiting) >= BATCH:
            self.flush()

    def remove(self, type_: str, keys: Iterable[str]) -> int:
        """Removes records, leaving tombstones, and returns how many the store had. Nothing may refer to them in the end."""
        self.flush()
        self._late_indexes.make()
        count = 0
        for some in batched(keys):
            ids = self.keys.find(type_, some)
            self._remove(type_, list(ids.values()))
            self.keys.drop(type_, some)
            count += len(ids)
        return count

    def faults(
        self, places: Places = _nowhere, *, most: int, refused: AbstractSet[str] = frozenset(), skips: bool = False
    ) -> Iterator[Fault]:
        """What is wrong between the records as they now are: at most `most` errors of a kind.

        Where it `skips` what is wrong, new topics that are left out are not there for others.
        """
        self.flush()
        self._late_indexes.make()
        bounds = Bounds(most, refused, partial(self.keys.is_new, "topic")) if skips else Bounds(most, refused)
        yield from dangling(self.connection, self.keys.awaited, places, bounds)
        yield from circles(self.connection, self._descent.raised, places)
        yield from still_needed(self.connection, self._removed, most=most)

    def dangling_count(self, *, refused: AbstractSet[str] = frozenset()) -> int:
        """How many references there are to what has not come; see `data.references.dangling`."""
        return dangling_count(self.connection, self.keys.awaited, refused=refused)

    def finish(self) -> None:
        """Writes what waits, and brings the index in step; raises Rejected if something is wrong between the records."""
        faults = list(self.faults(most=ERRORS_MAX))
        if faults:
            raise Rejected([fault.error for fault in faults])
        self.close()

    def close(self) -> None:
        """The rest of `finish`, for whoever has seen that there are no `faults`."""
        for topics in self._descent.write_late():
            self._prepared.touch.run({"type": "topic", "id": topic} for topic in topics)
            self._touch_of("document", select(DOCUMENT_TOPICS.c.document_id).where(DOCUMENT_TOPICS.c.topic_id.in_(topics)))
        renamed = select(TOUCHED.c.id).where(TOUCHED.c.type == RENAMED)
        self._touch_of("document", select(DOCUMENT_PEOPLE.c.document_id).where(DOCUMENT_PEOPLE.c.person_id.in_(renamed)))
        self._index.forget()
        for type_ in ("person", "topic", "document"):
            self._renew(type_)
        if self.is_changed:
            self._index.finish()
        self.connection.execute(DropTable(TOUCHED))

    def flush(self) -> None:
        """Writes what waits."""
        puts = list(self._waiting.values())
        self._waiting.clear()
        if not puts:
            return
        self.keys.forget()
        same = [put for put in puts if put.old == put.fields]
        changed = [put for put in puts if put.old is not None and put.old != put.fields]
        new = [put for put in puts if put.old is None]
        self._number(changed + same, new)
        for type_ in TABLES:
            digests = [{"id": put.id, "given_digest": put.digest} for put in same if put.type == type_]
            self._prepared.set_digest[type_].run(digests)
        if new or changed:
            self.is_changed = True
            self._write(new, changed)
            self._revise(new, changed)

    # Ids

    def _number(self, old: Sequence[_Put], new: Sequence[_Put]) -> None:
        """Gives each record its internal id, and those that it refers to."""
        for type_ in TABLES:
            mine = [put for put in new if put.type == type_]
            for put, taken in zip(mine, self.keys.take(type_, [put.fields["id"] for put in mine]), strict=True):
                put.id, put.is_awaited = taken
            ids = self.keys.find(type_, [put.fields["id"] for put in old if put.type == type_])
            for put in old:
                if put.type == type_:
                    put.id = ids[put.fields["id"]]
        puts = [*old, *new]
        people = self.keys.refer("person", [part["person"] for put in puts for part in _parts(put) if "person" in part])
        topics = self.keys.refer("topic", [key for put in puts for key in _topics(put)])
        for put in puts:
            put.people, put.topics = people, topics

    def _genre(self, name: str | None) -> int | None:
        """The id of the term that the genre is a spelling of; a new term, if it is none."""
        if name is None:
            return None
        folded = fold(name)
        if folded not in self._genres:
            self._last_genre += 1
            self._genres[folded] = self._last_genre
            self._new_genres.append({"id": self._last_genre, "name": name, "folded": folded})
        found: int = self._genres[folded]
        return found

    # Rows

    def _write(self, new: Sequence[_Put], changed: Sequence[_Put]) -> None:
        self._has_documents |= any(put.type == "document" for put in new)
        had_open_links, self._has_open_links = self._has_open_links, any(self.keys.awaited.values())
        is_open = had_open_links or self._has_open_links
        if self._has_documents and is_open and any(put.type != "document" for put in new):
            self._late_indexes.make()  # while links are open, the database looks for those to each new row
        for type_ in INWARD:
            added, others = ([put for put in some if put.type == type_] for some in (new, changed))
            rows, renewed = ([self._row(put) for put in some] for some in (added, others))
            self._prepared.add_genre.run(self._new_genres)
            self._new_genres = []
            self._prepared.update[type_].run(renewed)
            self._disown(type_, [put.id for put in others])
            self._prepared.insert[type_].run(rows)
            self._prepared.own(type_, (rows for put in (*added, *others) for rows in _owned(put)))
        self._descent.write([put.stand() for put in (*new, *changed) if put.has_other_broader()])
        self._touch(changed, [put for put in (*new, *changed) if put.has_other_names()])
        self._index_new(new)

    def _row(self, put: _Put) -> Row:
        row = put.made.row if put.made else own_row(put.fields)
        return completed(row, put.type, put.id, self._genre(put.fields.get("genre")), put.digest)

    def _disown(self, type_: str, ids: Sequence[int]) -> None:
        for owned in OWNED[type_] if ids else ():
            self.connection.execute(delete(owned).where(owned.c[f"{type_}_id"].in_(ids)))

    # Index

    def _touch(self, changed: Sequence[_Put], renamed: Sequence[_Put]) -> None:
        """Marks the records that are to be indexed anew: those that changed, and those that have names of them."""
        self._prepared.touch.run([{"type": put.type, "id": put.id} for put in changed])
        self._prepared.touch.run([{"type": RENAMED, "id": put.id} for put in renamed if put.type == "person"])
        self._descent.delay(put.id for put in renamed if put.type == "topic")
        if renamed:
            self._index.forget()

    def _touch_of(self, type_: str, ids: Select[Any]) -> None:
        found = select(literal(type_), ids.distinct().subquery().c[0])
        self.connection.execute(insert(TOUCHED).prefix_with("OR IGNORE").from_select(["type", "id"], found))

    def _index_new(self, new: Sequence[_Put]) -> None:
        """Indexes what is new; a document that refers to what has not come is touched when that comes."""
        self._index.add_people([_indexed_person(put) for put in new if put.type == "person"])
        self._index.add("topic", [put.id for put in new if put.type == "topic"])
        documents = [_indexed(put) for put in new if put.type == "document"]
        if self._has_open_links:
            documents = [document for document in documents if not self._waits(document)]
        self._index.add_documents(documents)

    def _waits(self, document: Indexed) -> bool:
        waits = self.keys.is_awaited
        if any(waits("topic", topic) for topic in document.topics):
            return True
        return any(part[0] is not None and waits("person", part[0]) for part in document.parts)

    def _renew(self, type_: str) -> None:
        last, of = 0, select(TOUCHED.c.id).where(TOUCHED.c.type == type_).order_by(TOUCHED.c.id).limit(BATCH)
        while ids := self.connection.execute(of.where(TOUCHED.c.id > last)).scalars().all():
            self._index.renew(type_, ids)
            last = ids[-1]

    # History

    def _revise(self, new: Sequence[_Put], changed: Sequence[_Put]) -> None:
        revisions = [self._revision(put.type, put.fields["id"], "ADDED") for put in new]
        differences = ((put, difference(put.old or {}, put.fields)) for put in changed)
        revisions += [self._revision(put.type, put.fields["id"], "CHANGED", *both) for put, both in differences]
        self._prepared.revise.run_values(revisions)
        if self._has_tombstones and new:
            for type_ in TABLES:
                keys = [put.fields["id"] for put in new if put.type == type_]
                self.connection.execute(delete(TOMBSTONES).where(TOMBSTONES.c.type == type_, TOMBSTONES.c.key.in_(keys)))

    def _revision(
        self, type_: str, key: str, action: str, before: Fields | None = None, after: Fields | None = None
    ) -> tuple[Any, ...]:
        return self.load_id, type_, key, action, _json(before), _json(after)

    def _remove(self, type_: str, ids: Sequence[int]) -> None:
        found = TABLES[type_]
        before = dict(stored_records(self.connection, type_, ids))
        keys = [fields["id"] for fields in before.values()]
        self._removed[type_] |= {id_: fields["id"] for id_, fields in before.items()} if type_ != "document" else {}
        self._prepared.revise.run_values([self._revision(type_, fields["id"], "REMOVED", fields) for fields in before.values()])
        self._index.remove(type_, ids)
        self.connection.execute(delete(found).where(found.c.id.in_(ids)))
        merged = REDIRECTS.c.type == type_, REDIRECTS.c.target.in_(keys)
        keys += self.connection.execute(select(REDIRECTS.c.key).where(*merged)).scalars().all()
        self.connection.execute(delete(REDIRECTS).where(*merged))
        self._prepared.bury.run([{"type": type_, "key": key, "load_id": self.load_id} for key in keys])
        self._has_tombstones |= bool(keys)
        self.is_changed |= bool(keys)


def _parts(put: _Put) -> Sequence[Fields]:
    found: Sequence[Fields] = put.fields.get("people", ())
    return found


def _topics(put: _Put) -> Sequence[str]:
    found: Sequence[str] = put.fields.get("topics" if put.type == "document" else "broader", ())
    return found


def _owned(put: _Put) -> Iterator[tuple[Table, list[tuple[Any, ...]]]]:
    for of, rows in owned_rows(put.fields, put.id, put.people, put.topics):
        if of is PARTS:
            put.parts = rows
        yield of, rows


def _indexed(put: _Put) -> Indexed:
    fields = put.fields
    return Indexed(
        id=put.id,
        title=fields["title"],
        description=fields.get("description"),
        genre=fields.get("genre"),
        languages=fields.get("languages", ()),
        parts=[(person, role, named_as) for _, _, person, role, _, named_as, *_ in put.parts],
        topics=[put.topics[key] for key in _topics(put)],
        texts=[text["body"] for text in fields.get("texts", ())],
        worded=put.made and put.made.worded,
    )


def _indexed_person(put: _Put) -> IndexedPerson:
    fields = put.fields
    names = [name["name"] for name in fields.get("names", ())]
    return IndexedPerson(put.id, fields["name"], names, fields.get("description"))


def _json(fields: Fields | None) -> str | None:
    return None if fields is None else orjson.dumps(fields).decode()
