"""Whatever is loaded, undone, merged and split, in whatever order: the store says what a plain model says, and all of it can be undone."""

import tempfile
from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from sqlalchemy import select
from test_undo import Kept, Records

from data import tables
from data.errors import ChangeRefused, Rejected
from data.fields import merged, whole
from data.functions import Functions
from data.merge import combined, merge, split
from data.search.kept import KeptNames
from data.store import Store
from data.tables import table

KEYS = ["a", "b", "c"]
TEXTS = st.sampled_from(["One", "Two", "Korea"])
NAMES = st.lists(st.fixed_dictionaries({"name": TEXTS, "kind": st.sampled_from(["variant", "cipher"])}), max_size=2)
EXTRA = st.sampled_from([None, 1, [1.5, {"x": None}], "text"])
PART = st.fixed_dictionaries({"person": st.sampled_from(KEYS), "role": st.sampled_from(["sender", "author"])})
DOCUMENTS = st.fixed_dictionaries(
    {"type": st.just("document"), "id": st.sampled_from(KEYS), "title": TEXTS},
    optional={
        "number": st.none() | TEXTS,
        "date": st.sampled_from([None, "1950", {"edtf": "1950-06~", "label": "June 1950"}]),
        "people": st.lists(PART, max_size=2),
        "topics": st.lists(st.sampled_from(KEYS), max_size=2, unique=True),
        "languages": st.lists(st.sampled_from(["ru", "en"]), max_size=2, unique=True),
        "x_a": EXTRA,
        "x_b": EXTRA,
    },
)
PEOPLE = st.fixed_dictionaries(
    {"type": st.just("person"), "id": st.sampled_from(KEYS), "name": TEXTS},
    optional={"names": NAMES, "birth": st.sampled_from([None, "1890"]), "x_a": EXTRA},
)
TOPICS = st.fixed_dictionaries(
    {"type": st.just("topic"), "id": st.sampled_from(KEYS), "name": TEXTS},
    optional={"broader": st.lists(st.sampled_from(KEYS), max_size=1), "names": NAMES},
)
RECORDS = st.lists(DOCUMENTS | PEOPLE | TOPICS, min_size=1, max_size=5, unique_by=lambda record: (record["type"], record["id"]))


def whole_at(records: Records, given: dict[str, Any]) -> dict[str, Any]:
    old = records.get((given["type"], given["id"]))
    return merged(old, given) if old else whole(given)


class Model(RuleBasedStateMachine):
    """The archive beside a dict of its records, and what that was after each load that stands."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.kept = Kept(Path(self.folder.name))
        self.records: Records = {}
        self.before: list[tuple[int, Records]] = []
        self.redirects: dict[tuple[str, str], str] = {}
        self.names = KeptNames()

    def teardown(self) -> None:
        """Everything is taken back, the last load first: each time it is what it was, and in the end there is nothing."""
        for load_id, before in reversed(self.before):
            self.kept.undo(load_id)
            assert self.kept.records() == before
        assert self.kept.records() == {}
        self.kept.store.close()
        self.folder.cleanup()

    def keep(self, load_id: int | None, records: Records) -> None:
        assert load_id is not None
        self.before.append((load_id, self.records))
        self.records = records

    @rule(given=RECORDS)
    def load(self, given: list[dict[str, Any]]) -> None:
        try:
            load_id = self.kept.load(*given)
        except Rejected:
            return
        records = deepcopy(self.records)
        for record in given:
            if (record["type"], record["id"]) not in self.redirects:
                records[record["type"], record["id"]] = whole_at(records, self.redirected(record))
        self.keep(load_id, records)

    def redirected(self, given: dict[str, Any]) -> dict[str, Any]:
        """What is given with the ids that lead to another replaced by it."""
        for (type_, old), into in self.redirects.items():
            given = moved(given, type_, old, into)
        return given

    @rule()
    def undo_the_last(self) -> None:
        if self.before:
            load_id, before = self.before[-1]
            self.keep(self.kept.undo(load_id), before)
            self.redirects = redirects_of(self.kept.store)

    @rule(data=st.data())
    def undo_one_or_be_refused(self, data: st.DataObject) -> None:
        if self.before:
            load_id, _ = data.draw(st.sampled_from(self.before))
            try:
                done = self.kept.undo(load_id)
            except ChangeRefused:
                return
            self.keep(done, self.kept.records())
            self.redirects = redirects_of(self.kept.store)

    @rule(type_=st.sampled_from(["person", "topic"]), old=st.sampled_from(KEYS), into=st.sampled_from(KEYS))
    def merge(self, type_: str, old: str, into: str) -> None:
        try:
            load_id = merge(self.kept.editor, type_, old, into).load_id
        except ChangeRefused:
            return
        into = self.redirects.get((type_, into), into)
        records = {key: whole(moved(record, type_, old, into)) for key, record in self.records.items() if key != (type_, old)}
        records[type_, into] = combined(self.records[type_, into], self.records[type_, old])
        self.keep(load_id, records)
        again = {key: into for key, target in self.redirects.items() if (key[0], target) == (type_, old)}
        self.redirects |= again | {(type_, old): into}

    @rule(type_=st.sampled_from(["person", "topic"]), old=st.sampled_from(KEYS))
    def split(self, type_: str, old: str) -> None:
        try:
            load_id = split(self.kept.editor, type_, old).load_id
        except ChangeRefused:
            return
        self.keep(load_id, self.kept.records())
        self.redirects = redirects_of(self.kept.store)

    @invariant()
    def the_store_says_what_the_model_says(self) -> None:
        assert self.kept.records() == self.records

    @invariant()
    def names_that_are_kept_are_those_that_there_are(self) -> None:
        assert visible(self.kept.store, self.names) == visible(self.kept.store, KeptNames())

    @invariant()
    def what_was_added_is_told_as_it_was_added(self) -> None:
        nodes = self.kept.ask("{ changes(first: 100) { nodes { type recordId action before after } } }")["changes"]["nodes"]
        state: Records = {}
        for node in nodes if len(nodes) < 100 else []:
            key = node["type"].lower(), node["recordId"]
            if node["action"] == "ADDED":
                state[key] = node["after"]
            elif node["action"] == "REMOVED":
                assert state.pop(key) == node["before"]
            else:
                old = {name: value for name, value in state[key].items() if name not in node["before"]}
                state[key] = whole(old | node["after"])
        if len(nodes) < 100:
            assert state == self.records


def visible(store: Store, kept: KeptNames) -> list[tuple[Any, ...]]:
    """The names that can be suggested, each with whose it is and how many documents these have."""
    with store.reading() as connection:
        (changes,) = connection.execute("SELECT changes FROM fonds_meta").fetchone()
        layers = Functions(connection, store.words, kept).names(changes).layers
    every = (zip(layer.spelling.named, layer.missing, strict=True) for layer in layers)
    return sorted((*one, -missing) for layer in every for one, missing in layer if missing is not None)


def redirects_of(store: Store) -> dict[tuple[str, str], str]:
    """The ids that lead to another record, with its id."""
    with store.writing() as connection:
        return {(row.type, row.key): row.target for row in connection.execute(select(table(tables.Redirect)))}


def moved(record: dict[str, Any], type_: str, old: str, into: str) -> dict[str, Any]:
    """The record with the other where it had the old one."""
    found = dict(record)
    if type_ == "person" and "people" in found:
        found["people"] = [part | {"person": into} if part.get("person") == old else part for part in found["people"]]
    name = {"document": "topics", "topic": "broader"}.get(found["type"], "")
    if type_ == "topic" and old in found.get(name, ()):
        keys = dict.fromkeys(into if key == old else key for key in found[name])
        found[name] = [key for key in keys if name == "topics" or key != found["id"]]
    return found


Model.TestCase.settings = settings(
    max_examples=30, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
TestWhateverIsDone = Model.TestCase
