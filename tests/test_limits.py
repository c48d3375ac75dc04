"""No query takes the archive down: each limit has its code, is said before anything is read, and the next honest query is answered."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from conftest import Asked, ask_archive
from starlette.testclient import TestClient

from data.reading import Reading
from data.store import Store
from schema.execute import Answer, Archive, answer, in_turn
from schema.execute import Asked as Operation
from schema.limits import Limits
from server.app import make_app
from server.settings import Settings

HONEST = "{ documents { totalCount } }"


def nested(levels: int) -> str:
    text = "name"
    for level in reversed(range(levels)):
        text = f"documents {{ nodes {{ people {{ nodes {{ {text} }} }} }} }}" if level else text
    return f"{{ people {{ nodes {{ {text} }} }} }}"


def fan_out(levels: int) -> str:
    fragments = [f"fragment F{i} on Person {{ a: topics {{ totalCount }} ...F{i + 1} ...F{i + 1} }}" for i in range(levels)]
    return f"{{ people {{ nodes {{ ...F0 }} }} }} {' '.join(fragments)} fragment F{levels} on Person {{ name }}"


def wide_fan_out(levels: int) -> str:
    below = (
        "documents {{ nodes {{ people {{ nodes {{ ...F{0} }} }} topics {{ nodes {{ people {{ nodes {{ ...F{0} }} }} }} }} }} }}"
    )
    fragments = [f"fragment F{i} on Person {{ {below.format(i + 1)} }}" for i in range(levels)]
    return f"{{ people {{ nodes {{ ...F0 }} }} }} {' '.join(fragments)} fragment F{levels} on Person {{ name }}"


ATTACKS = {
    "deep": (nested(6), "QUERY_TOO_DEEP"),
    "very deep": ("{ a " * 2000 + "}" * 2000, "QUERY_TOO_DEEP"),
    "deep lists": ("{ nodes(ids: " + "[" * 2000 + "]" * 2000 + ") { id } }", "QUERY_TOO_DEEP"),
    "deep filters": ("{ documents(filter: " + "{not: " * 700 + "{}" + "}" * 700 + ") { totalCount } }", "QUERY_TOO_DEEP"),
    "long": ("{ " + "title " * 6000 + "}", "QUERY_TOO_LONG"),
    "wide": ("{ " + " ".join(f"a{i}: documents {{ totalCount }}" for i in range(500)) + " }", "TOO_MANY_ALIASES"),
    "repeated": ("{ " + "archive { name } " * 500 + "}", "TOO_MANY_ALIASES"),
    "fragments that fan out": (fan_out(25), "TOO_MANY_FIELDS"),
    "fragments that fan out in lists": (wide_fan_out(25), "QUERY_TOO_DEEP"),
    "fragments in a cycle": ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "GRAPHQL_VALIDATION_FAILED"),
    "directives": ("{ __typename " + "@skip(if: false) " * 500 + "}", "TOO_MANY_DIRECTIVES"),
    "unknown directives": ("query " + "@x " * 900 + "{ __typename }", "TOO_MANY_DIRECTIVES"),
    "introspection in itself": (
        "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }",
        "GRAPHQL_VALIDATION_FAILED",
    ),
    "dear": ("{ documents(first: 100) { nodes { people(first: 100) { nodes { documents(first: 100) { totalCount nodes { id } } } } } } }",
             "QUERY_TOO_COSTLY"),
    "pages in pages": ("{ documents { nodes { people { nodes { documents { nodes { people { nodes { topics { nodes { id } } } } } } } } } } }",
                       "QUERY_TOO_COSTLY"),
    "a large page": ("{ documents(first: 1000000) { totalCount } }", "PAGE_TOO_LARGE"),
    "many ids": ("{ nodes(ids: [" + '"x" ' * 1000 + "]) { id } }", "PAGE_TOO_LARGE"),
}  # fmt: skip


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_is_refused_in_no_time_and_the_next_query_is_answered(ask: Asked, name: str) -> None:
    text, code = ATTACKS[name]
    found = ask(text)
    assert {error["extensions"]["code"] for error in found["errors"]} == {code}
    assert "data" not in found
    assert len(str(found)) < 10_000
    assert ask(HONEST)["data"]["documents"]["totalCount"] == 9


def test_an_error_says_the_size_and_the_limit(ask: Asked) -> None:
    (error,) = ask(ATTACKS["pages in pages"][0])["errors"]
    assert "rows; the limit is 100,000" in error["message"]
    assert "first" in error["extensions"]["hint"]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(query_max_tokens=5), "QUERY_TOO_LONG"),
        (Limits(query_max_depth=2), "QUERY_TOO_DEEP"),
        (Limits(query_max_fields=2), "TOO_MANY_FIELDS"),
        (Limits(query_max_aliases=0), "TOO_MANY_ALIASES"),
        (Limits(query_max_directives=0), "TOO_MANY_DIRECTIVES"),
        (Limits(query_max_cost_rows=3), "QUERY_TOO_COSTLY"),
        (Limits(page_max_rows=3), "PAGE_TOO_LARGE"),
    ],
)
def test_every_limit_can_be_set(nine: Archive, limits: Limits, code: str) -> None:
    text = "{ a: documents(first: 4) @include(if: true) { nodes { title } } }"
    assert "errors" not in ask_archive(Archive(nine.store), text)
    found = ask_archive(Archive(nine.store, limits=limits), text)
    assert [error["extensions"]["code"] for error in found["errors"]] == [code]


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"


@pytest.fixture
def endless(nine: Archive, monkeypatch: pytest.MonkeyPatch) -> Archive:
    read = nine.store.answer
    monkeypatch.setattr(nine.store, "answer", lambda _sql, _values, reading: read(ENDLESS, (), reading))
    return Archive(nine.store, limits=Limits(statement_max_seconds=0.2))


def test_a_statement_that_takes_too_long_is_interrupted(endless: Archive) -> None:
    start = time.monotonic()
    found = asyncio.run(answer(endless, HONEST))
    assert time.monotonic() - start < 5
    assert [error["extensions"]["code"] for error in found["errors"]] == ["QUERY_TIMEOUT"]
    assert found["data"] is None


def test_a_statement_stops_when_nobody_waits_for_it_any_more(endless: Archive) -> None:
    async def leave() -> float:
        work = asyncio.create_task(answer(Archive(endless.store, limits=Limits(statement_max_seconds=600)), HONEST))
        await asyncio.sleep(0.2)
        work.cancel()
        start = time.monotonic()
        await asyncio.gather(work, return_exceptions=True)
        return time.monotonic() - start

    assert asyncio.run(leave()) < 5


VALUES: list[Any] = [
    "' OR 1=1 --",
    '" ; DROP TABLE documents; --',
    "\x00",
    "NEAR(",
    "%",
    "é" * 10_000,
    "\u202e",
    "🜁",
    "*",
    "a" * 300,
]


@pytest.mark.parametrize("value", VALUES)
def test_texts_in_arguments_are_texts(ask: Asked, value: str) -> None:
    text = """query ($t: String!, $i: ID!) { document(id: $i) { id } node(id: $i) { id } nodes(ids: [$i]) { id }
      documents(filter: {or: [{id: [$i]}, {genre: [$t]}, {language: [$t]}, {identifier: [$t]}, {person: {id: [$i]}}]}) { totalCount }
      people(filter: {name: [$t]}) { totalCount } topics(filter: {below: [$i]}) { totalCount } }"""
    found = ask(text, {"t": value, "i": value})
    assert "errors" not in found
    assert found["data"]["document"] is None
    assert found["data"]["documents"]["totalCount"] == 0
    wrong = ask("query ($t: String!) { documents(filter: {date: {edtf: $t}}, after: $t) { totalCount } }", {"t": value})
    assert len(str(wrong)) < 1000
    assert ask(HONEST)["data"]["documents"]["totalCount"] == 9


def test_a_filter_of_thousands_of_conditions_is_refused_before_it_is_planned(ask: Asked) -> None:
    text = "query ($f: DocumentFilter) { documents(filter: $f) { totalCount } }"
    error = ask(text, {"f": {"or": [{"dated": True}] * 1000}})["errors"][0]
    assert error["extensions"]["code"] == "TOO_MANY_FIELDS"
    assert ask(text, {"f": {"or": [{"dated": True}] * 100}})["data"]["documents"]["totalCount"] == 9


@pytest.mark.parametrize("key", ["and", "or"])
@pytest.mark.parametrize("condition", [{"date": {"edtf": "1949/1950", "includeUndated": True}}, {"date": {"edtf": "1949"}}])
def test_hundreds_of_conditions_side_by_side_find_what_one_does(ask: Asked, key: str, condition: dict[str, Any]) -> None:
    text = "query ($f: DocumentFilter) { documents(filter: $f) { totalCount nodes { id } } }"
    one = ask(text, {"f": condition})
    assert 0 < one["data"]["documents"]["totalCount"] < 9
    assert ask(text, {"f": {key: [condition] * 400}}) == one


def test_hundreds_of_dates_are_searched_for_side_by_side(ask: Asked) -> None:
    text = "query ($s: String) { documents(search: $s) { totalCount } }"
    dates = [f"date:{year}" for year in range(1700, 2040)]
    assert ask(text, {"s": " ".join(dates)})["data"]["documents"]["totalCount"] == 0
    assert ask(text, {"s": " OR ".join(dates[100:])})["data"]["documents"]["totalCount"] == 9


def test_a_query_that_is_dear_to_prepare_keeps_nobody_waiting(nine: Archive) -> None:
    lists = " ".join(
        f"a{i}: people(first: 1) {{ edges {{ node {{ documents(first: 1) {{ totalCount }} }} }} }}" for i in range(90)
    )

    async def turns() -> int:
        work = asyncio.create_task(answer(Archive(nine.store), f"{{ documents(first: 1) {{ nodes {{ {lists} }} }} }}"))
        found = 0
        while not work.done():
            await asyncio.sleep(0.001)
            found += 1
        assert "errors" not in work.result()
        return found

    assert asyncio.run(turns()) > 10  # on the loop itself it would be one or two


def test_many_values_are_looked_at_beside_those_who_ask_for_little(nine: Archive) -> None:
    archive, text = Archive(nine.store), "query ($ids: [ID!]) { documents(filter: {id: $ids}) { totalCount } }"

    async def turns() -> int:
        await answer(archive, text, {"ids": ["1"]})
        work, found = asyncio.create_task(answer(archive, text, {"ids": [[]] * 40_000})), 0
        while not work.done():
            await asyncio.sleep(0)
            found += 1
        assert "errors" in work.result()
        return found

    assert asyncio.run(turns()) > 2


def test_a_search_never_runs_where_others_would_have_to_wait(nine: Archive) -> None:
    archive, text = Archive(nine.store), "query ($s: String) { documents(search: $s) { totalCount } }"

    async def ask() -> int:
        for number in range(20):
            await answer(archive, text, {"s": f"nothing{number}"})
        work, turns = asyncio.create_task(answer(archive, text, {"s": "s*"})), 0
        while not work.done():
            await asyncio.sleep(0)
            turns += 1
        return turns

    assert asyncio.run(ask()) > 2


def test_a_client_that_leaves_stops_its_statement(endless: Archive) -> None:
    app = make_app(Archive(endless.store, limits=Limits(statement_max_seconds=600)), Settings())
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/graphql",
        "query_string": urlencode({"query": HONEST}).encode(),
        "headers": [(b"host", b"x")],
    }
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        await asyncio.sleep(0.3)
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    start = time.monotonic()
    asyncio.run(asyncio.wait_for(app(scope, receive, send), 60))
    assert time.monotonic() - start < 5
    assert sent[0]["status"] == 499


def test_a_query_that_finds_all_readers_at_work_is_told_to_come_back(endless: Archive) -> None:
    limits = Limits(read_threads=1, read_wait_max_seconds=0.1, statement_max_seconds=2)
    archive = Archive(endless.store, limits=limits)
    with TestClient(make_app(archive, Settings())) as client, ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: client.post("/graphql", json={"query": HONEST}), range(2)))
        assert sorted(answer.status_code for answer in answers) == [200, 503]
        (busy,) = [answer for answer in answers if answer.status_code == 503]
        assert busy.headers["retry-after"] == "1"
        assert busy.json()["errors"][0]["extensions"]["code"] == "ARCHIVE_BUSY"
    assert archive.readers.busy == 0


def test_an_operation_whose_turn_to_be_planned_does_not_come_is_told_to_come_back(nine: Archive) -> None:
    archive, end = Archive(nine.store, limits=Limits(read_wait_max_seconds=0.1)), threading.Event()

    async def asked() -> dict[str, Any]:
        busy = asyncio.create_task(archive.readers.beside(end.wait))
        await asyncio.sleep(0)
        found = await answer(archive, HONEST)
        end.set()
        assert await busy
        return found

    assert [error["extensions"]["code"] for error in asyncio.run(asked())["errors"]] == ["ARCHIVE_BUSY"]
    assert "errors" not in ask_archive(archive, HONEST)


ADD = """mutation ($one: [RecordInput!]!, $two: [RecordInput!]!) {
  a: load(records: $one) { added load { counts { added } } errors { code } }
  b: load(records: $two) { added load { id } refused errors { code } } }"""


def topics(*keys: str) -> list[dict[str, Any]]:
    return [{"topic": {"id": key, "name": key}} for key in keys]


def test_what_was_written_is_told_also_while_all_readers_are_at_work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store.create(f"sqlite:///{tmp_path}/archive.db")
    read = store.answer

    def endless_for_readers(sql: str, values: tuple[Any, ...], reading: Reading | None = None) -> bytes:
        return read(ENDLESS, (), reading) if reading else read(sql, values)

    async def asked() -> tuple[dict[str, Any], dict[str, Any]]:
        limits = Limits(read_threads=1, read_wait_max_seconds=0.05, statement_max_seconds=3, load_max_records=1)
        archive = Archive(store, limits=limits)
        busy, found = asyncio.create_task(answer(archive, HONEST)), Answer()
        await asyncio.sleep(0.2)
        await in_turn(archive, Operation(ADD, {"one": topics("a"), "two": topics("b", "c")}, writer=lambda: "anna"), found)
        assert not busy.done()
        return orjson.loads(found.as_json()), await busy

    monkeypatch.setattr(store, "answer", endless_for_readers)
    found, busy = asyncio.run(asked())
    assert found == {
        "data": {
            "a": {"added": 1, "load": {"counts": {"added": 1}}, "errors": []},
            "b": {"added": 0, "load": None, "refused": True, "errors": [{"code": "LOAD_TOO_LARGE"}]},
        }
    }
    assert busy["errors"][0]["extensions"]["code"] == "QUERY_TIMEOUT"
    store.close()


def test_readers_are_handed_on_in_turn_and_none_is_lost_when_clients_leave(endless: Archive) -> None:
    async def crowd() -> list[Any]:
        archive = Archive(endless.store, limits=Limits(read_threads=2, statement_max_seconds=0.3))
        asked = [asyncio.create_task(answer(archive, HONEST)) for _ in range(8)]
        await asyncio.sleep(0.1)
        for number in (0, 3, 5):
            asked[number].cancel()
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert (archive.readers.busy, archive.readers.new, len(archive.readers.waiting)) == (0, 0, 0)
        return found

    codes = [None if isinstance(one, BaseException) else one["errors"][0]["extensions"]["code"] for one in asyncio.run(crowd())]
    assert codes == [None, "QUERY_TIMEOUT", "QUERY_TIMEOUT", None, "QUERY_TIMEOUT", None, "QUERY_TIMEOUT", "QUERY_TIMEOUT"]


def test_a_statement_that_takes_long_lets_the_next_begin_beside_it(endless: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schema.reading.NEW_MAX", 1)

    async def crowd() -> list[tuple[int, int]]:
        archive = Archive(endless.store, limits=Limits(read_threads=3, statement_max_seconds=3))
        asked = [asyncio.create_task(answer(archive, HONEST)) for _ in range(3)]
        seen = []
        while not any(one.done() for one in asked):
            seen.append((archive.readers.busy, archive.readers.new))
            await asyncio.sleep(0.001)
        await asyncio.gather(*asked)
        return seen

    seen = asyncio.run(crowd())
    assert (3, 0) in seen
    assert max(new for _, new in seen) == 1
