"""Writing over GraphQL: loads, undos and merges on a real server, by real scripts, several at a time."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
from conftest import README
from serving import FONDS, Running, serving

LOAD = """mutation ($records: [RecordInput!]!, $mode: LoadMode! = UPSERT, $scope: String, $dryRun: Boolean! = false) {
  load(records: $records, mode: $mode, scope: $scope, dryRun: $dryRun) {
    dryRun refused added changed unchanged removed rejected leftOut load { id by mode counts { added } }
    errors { index record path value code message hint } warnings { index record code message } } }"""


@dataclass(frozen=True)
class Script:
    """Somebody who writes, with a token."""

    running: Running
    token: str | None

    def send(self, query: str, variables: dict[str, Any] | None = None, **more: Any) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": query, "variables": variables}
        return httpx2.post(f"{self.running.base}/graphql", json=body, headers=headers, timeout=120, **more)

    def ask(self, query: str, **variables: Any) -> Any:
        answer = self.send(query, variables).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def load(self, *records: dict[str, Any], **more: Any) -> Any:
        return self.ask(LOAD, records=list(records), **more)["load"]


def token(folder: Path, name: str) -> str:
    made = subprocess.run([FONDS, "token", "add", name], cwd=folder, capture_output=True, text=True, check=True, timeout=60)
    return made.stdout.strip()


@pytest.fixture(scope="module")
def off(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server without a token."""
    with serving(tmp_path_factory.mktemp("off")) as running:
        yield running


@pytest.fixture(scope="module")
def script(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Script]:
    """A server that may be written, and who may."""
    with serving(tmp_path_factory.mktemp("written"), FONDS_BODY_MAX_BYTES="20000", FONDS_LOAD_MAX_RECORDS="2000") as running:
        yield Script(running, token(running.folder, "anna"))


def letter(id_: str, **fields: Any) -> dict[str, Any]:
    return {"document": {"id": id_, "title": id_, **fields}}


def codes(answer: httpx2.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


def test_without_a_token_nothing_is_written_and_it_is_said_why(off: Running) -> None:
    for secret in (None, "fonds_guess"):
        refused = Script(off, secret).send(LOAD, {"records": [letter("x")]})
        assert (refused.status_code, codes(refused)) == (403, ["WRITING_OFF"])
        assert "data" not in refused.json()
        assert "fonds token add" in refused.json()["errors"][0]["extensions"]["hint"]
    assert Script(off, None).ask('{ document(id: "x") { id } loads { totalCount } }') == {
        "document": None,
        "loads": {"totalCount": 1},
    }


@pytest.mark.parametrize("secret", [None, "", "fonds_guess"])
def test_a_wrong_token_is_refused(script: Script, secret: str | None) -> None:
    refused = Script(script.running, secret).send(LOAD, {"records": [letter("x")]})
    assert (refused.status_code, codes(refused)) == (401, ["TOKEN_REFUSED"])
    assert refused.headers["www-authenticate"] == "Bearer"


def test_a_revoked_token_is_refused_at_once(script: Script) -> None:
    bob = Script(script.running, token(script.running.folder, "bob"))
    assert bob.load(letter("by-bob"))["load"]["by"] == "bob"
    subprocess.run([FONDS, "token", "revoke", "bob"], cwd=script.running.folder, check=True, capture_output=True, timeout=60)
    assert bob.send(LOAD, {"records": []}).status_code == 401


def test_a_mutation_by_get_is_refused_whoever_sends_it(script: Script) -> None:
    refused = httpx2.get(
        f"{script.running.base}/graphql",
        params={"query": "mutation { undo(load: 1) { added } }"},
        headers={"Authorization": f"Bearer {script.token}"},
    )
    assert (refused.status_code, refused.headers["allow"]) == (405, "GET, POST")


def test_records_of_all_kinds_are_loaded_as_from_a_file(script: Script) -> None:
    records = [
        letter(
            "all",
            date={"edtf": "1950-06~", "label": "about June 1950"},
            languages=["ru"],
            people=[{"person": "ivan", "role": "SENDER", "as": "I.", "evidence": "EDITORIAL", "alternative": 1}],
            topics=["war"],
            texts=[{"kind": "TRANSLATION", "language": "en", "body": "Body.\n"}],
            notes=[{"kind": "SIC", "text": "slip"}],
            extra={"x_box": {"number": 7, "weights": [1.5, None, True]}},
        ),
        {"person": {"id": "ivan", "name": "Ivan", "names": [{"name": "Vanya", "kind": "PSEUDONYM", "from": "1900"}]}},
        {"topic": {"id": "war", "name": "War", "kind": "EVENT", "broader": []}},
    ]
    found = script.load(*records)
    assert (found["added"], found["errors"], found["dryRun"]) == (3, [], False)
    assert found["load"] == {"id": found["load"]["id"], "by": "anna", "mode": "UPSERT", "counts": {"added": 3}}
    again = script.load(*records)
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 3)
    history = script.ask('{ document(id: "all") { history { nodes { after } } } }')["document"]["history"]["nodes"]
    assert history == [
        {
            "after": {
                "type": "document",
                "id": "all",
                "title": "all",
                "languages": ["ru"],
                "topics": ["war"],
                "date": {"edtf": "1950-06~", "label": "about June 1950"},
                "people": [{"person": "ivan", "role": "sender", "as": "I.", "evidence": "editorial", "alternative": 1}],
                "texts": [{"kind": "translation", "language": "en", "body": "Body.\n"}],
                "notes": [{"kind": "sic", "text": "slip"}],
                "x_box": {"number": 7, "weights": [1.5, None, True]},
            }
        }
    ]


def test_a_field_that_is_given_replaces_null_takes_away_and_the_rest_stays(script: Script) -> None:
    script.load(letter("u", number="1", genre="letter", languages=["ru"]))
    assert script.load(letter("u", number="2", genre=None))["changed"] == 1
    found = script.ask('{ document(id: "u") { number genre languages } }')["document"]
    assert found == {"number": "2", "genre": None, "languages": ["ru"]}


def test_errors_are_data_with_index_path_value_code_and_hint_and_nothing_is_loaded(script: Script) -> None:
    bad = [
        letter("e0", date={"edtf": "20-21 January 1951"}),
        letter("e1", people=[{"person": "ivan", "role": "SENDER"}, {"role": "SENDER"}]),
        letter("e2", languages=["en", "not a tag"], extra={"y": 1}),
        letter("e3", topics=["nowhere"]),
        letter("e4"),
        letter("e4"),
        letter("e5", texts=[{"kind": "ORIGINAL"}]),
    ]
    script.load({"person": {"id": "ivan", "name": "Ivan"}})
    found = script.load(*bad)
    assert (found["load"], found["refused"], found["added"]) == (None, True, 0)
    told = {(error["index"], error["record"], error["path"], error["code"]) for error in found["errors"]}
    assert (
        told
        >= {
            (0, "e0", "date.edtf", "DATE_INVALID"),
            (1, "e1", "people[1]", "RECORD_INVALID"),
            (2, "e2", "languages[1]", "RECORD_INVALID"),
            (2, "e2", "extra.y", "RECORD_INVALID"),
            (3, "e3", "topics[0]", "REFERENCE_DANGLING"),
            (5, "e4", "id", "ID_DUPLICATE"),
            (6, "e5", "texts[0]", "RECORD_INVALID"),
        }
        or told
    )
    assert {error["value"] for error in found["errors"]} >= {"20-21 January 1951", "not a tag", "nowhere", "e4"}
    assert script.ask('{ documents(filter: {id: ["e0", "e1", "e4"]}) { totalCount } }')["documents"]["totalCount"] == 0


def test_of_very_many_errors_the_first_are_listed_and_all_are_counted(script: Script) -> None:
    query = "mutation ($r: [RecordInput!]!) { load(records: $r) { errorCount errors { index } warningCount } }"
    found = script.ask(query, r=[letter(f"wrong{i}", date={"edtf": "never"}) for i in range(150)])["load"]
    assert (found["errorCount"], found["warningCount"]) == (150, 0)
    assert [error["index"] for error in found["errors"]] == list(range(100))


def test_a_dry_run_tells_the_same_and_changes_nothing(script: Script) -> None:
    tried = script.load(letter("dry"), dryRun=True)
    assert (tried["dryRun"], tried["load"], tried["added"]) == (True, None, 1)
    assert script.ask('{ document(id: "dry") { id } }') == {"document": None}
    assert script.load(letter("dry"))["added"] == 1


def test_the_modes_are_those_of_the_command(script: Script) -> None:
    script.load(letter("m", number="1", collection="Box m"), letter("n", collection="Box m"))
    assert script.load(letter("m", genre="g"), mode="REPLACE")["changed"] == 1
    assert script.ask('{ document(id: "m") { number genre } }')["document"] == {"number": None, "genre": "g"}
    appended = script.load(letter("m"), letter("new"), mode="APPEND")
    assert (appended["load"], [(error["index"], error["record"]) for error in appended["errors"]]) == (None, [(0, "m")])
    gone = script.load(letter("m", collection="Box m"), mode="DELETE_MISSING", scope="collection=Box m")
    assert (gone["removed"], gone["load"]["mode"]) == (1, "DELETE_MISSING")
    assert script.ask('{ gone(id: "Document:n") { recordId } }')["gone"] == {"recordId": "n"}
    for mode, scope in (("DELETE_MISSING", None), ("UPSERT", "document"), ("DELETE_MISSING", "everything")):
        refused = script.load(mode=mode, scope=scope)
        assert (refused["load"], len(refused["errors"])) == (None, 1), (mode, scope)


def test_what_was_merged_is_not_loaded_anew_and_that_is_told(script: Script) -> None:
    script.load(*({"person": {"id": key, "name": key}} for key in ("w1", "w2")))
    script.ask('mutation { merge(old: "Person:w1", into: "Person:w2") { removed } }')
    again = script.load({"person": {"id": "w1", "name": "w1"}}, letter("of-w1", people=[{"person": "w1", "role": "AUTHOR"}]))
    assert [(one["index"], one["record"], one["code"]) for one in again["warnings"]] == [(0, "w1", "RECORD_MERGED")]
    assert (again["added"], again["unchanged"], again["leftOut"]) == (1, 0, 1)
    assert script.ask('{ person(id: "w2") { documents { totalCount } } }')["person"]["documents"]["totalCount"] == 1


def test_no_file_of_the_server_can_be_read(script: Script) -> None:
    refused = script.send(LOAD, {"records": [letter("f", texts=[{"kind": "ORIGINAL", "file": "/etc/passwd"}])]})
    assert codes(refused) == ["GRAPHQL_VALIDATION_FAILED"]


@pytest.mark.parametrize(
    "record", [{}, {"document": {"id": "a", "title": "A"}, "person": {"id": "a", "name": "A"}}, {"document": None}]
)
def test_a_record_is_of_exactly_one_kind(script: Script, record: dict[str, Any]) -> None:
    assert codes(script.send(LOAD, {"records": [record]})) == ["GRAPHQL_VALIDATION_FAILED"]


def test_large_requests_are_taken_from_whoever_may_write_only_and_end_somewhere(script: Script) -> None:
    records = [letter(f"large{i}", description="x" * 50) for i in range(1000)]
    guest = Script(script.running, "fonds_guess").send(LOAD, {"records": records})
    assert (guest.status_code, codes(guest)) == (413, ["BODY_TOO_LARGE"])
    assert script.load(*records)["added"] == 1000
    many = script.send(LOAD, {"records": [letter(f"many{i}") for i in range(2001)]})
    assert codes(many) == ["LOAD_TOO_LARGE"]
    assert script.load(letter("many0"), dryRun=True)["added"] == 1


def test_what_the_answer_may_not_ask_is_refused_before_anything_is_written(script: Script) -> None:
    query = (
        'mutation { load(records: [{document: {id: "early", title: "E"}}]) { load { revisions(first: 1000) { totalCount } } } }'
    )
    assert codes(script.send(query)) == ["PAGE_TOO_LARGE"]
    assert script.ask('{ document(id: "early") { id } }') == {"document": None}


def test_undo_merge_split_and_distinct_answer_as_the_commands_do(script: Script) -> None:
    people = [{"person": {"id": key, "name": key.upper()}} for key in ("m1", "m2", "m3")]
    loaded = script.load(*people, letter("of-m1", people=[{"person": "m1", "role": "AUTHOR"}]))["load"]["id"]
    fields = "{ changed removed load { id mode } errors { index record path code message hint } }"
    merged = script.ask(f'mutation {{ merge(old: "Person:m1", into: "Person:m2") {fields} }}')["merge"]
    assert (merged["changed"], merged["removed"], merged["load"]["mode"]) == (2, 1, "MERGE")
    assert script.ask('{ person(id: "m1") { id documents { totalCount } } }')["person"] == {
        "id": "Person:m2",
        "documents": {"totalCount": 1},
    }
    refused = script.ask(f"mutation ($l: ID!) {{ undo(load: $l) {fields} }}", l=loaded)["undo"]
    assert refused["load"] is None
    assert {error["code"] for error in refused["errors"]} == {"UNDO_CONFLICT"}
    assert script.ask(f'mutation {{ split(id: "Person:m1") {fields} }}')["split"]["load"]["mode"] == "SPLIT"
    assert script.ask(f'mutation {{ distinct(one: "Person:m1", other: "Person:m2") {fields} }}')["distinct"]["errors"] == []
    again = script.ask(f'mutation {{ merge(old: "Person:m1", into: "Person:m2") {fields} }}')["merge"]
    assert [error["code"] for error in again["errors"]] == ["MERGE_REFUSED"]
    undone = script.ask(f"mutation ($l: ID!) {{ a: undo(load: $l) {fields} b: undo(load: $l) {fields} }}", l=loaded)
    assert (undone["a"]["removed"], undone["a"]["errors"]) == (4, [])
    assert [error["code"] for error in undone["b"]["errors"]] == ["LOAD_UNDONE"]
    assert codes(script.send('mutation { merge(old: "m1", into: "Person:m2") { changed } }')) == ["ARGUMENT_INVALID"]
    assert codes(script.send('mutation { undo(load: "soon") { changed } }')) == ["ARGUMENT_INVALID"]


def test_fragments_aliases_variables_and_directives_hold_in_mutations(script: Script) -> None:
    query = """mutation Two($with: Boolean!, $id: String! = "frag") {
      one: load(records: {document: {id: $id, title: "T"}}) { ...P } ... on Mutation { two: load(records: []) { __typename ...P } } }
      fragment P on LoadPayload { added load @include(if: $with) { revisions(first: 1) { nodes { globalId fields } } } }"""
    found = script.ask(query, **{"with": True})
    assert found["one"] == {
        "added": 1,
        "load": {"revisions": {"nodes": [{"globalId": "Document:frag", "fields": ["title"]}]}},
    }
    assert found["two"] == {"__typename": "LoadPayload", "added": 0, "load": {"revisions": {"nodes": []}}}
    assert script.ask(query, **{"with": False, "id": "frag2"})["one"] == {"added": 1}


SCRIPT = """
import json, sys, httpx2
base, token, who = sys.argv[1:]
query = 'mutation ($r: [RecordInput!]!) { load(records: $r) { added changed errors { code } load { id } } }'
for number in range(5):
    records = [{"document": {"id": f"race{i}", "title": f"{who} {number}", "number": who, "genre": who}} for i in range(50)]
    body = {"query": query, "variables": {"r": records}}
    answer = httpx2.post(f"{base}/graphql", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=120).json()
    assert answer["data"]["load"]["errors"] == [], answer
    print(answer["data"]["load"]["load"]["id"])
"""


def test_scripts_that_load_the_same_ids_at_once_end_in_one_order_and_readers_see_no_half(script: Script) -> None:
    command = [sys.executable, "-c", SCRIPT, script.running.base, script.token or ""]
    seen: list[set[tuple[str, str]]] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            nodes = script.ask('{ documents(filter: {genre: ["A", "B", "C"]}, first: 100) { nodes { title number } } }')
            seen.append({(node["title"], node["number"]) for node in nodes["documents"]["nodes"]})

    reader = threading.Thread(target=read)
    reader.start()
    with ThreadPoolExecutor() as pool:
        done = list(pool.map(lambda who: subprocess.run([*command, who], capture_output=True, text=True, check=False), "ABC"))
    stop.set()
    reader.join()
    assert [one.returncode for one in done] == [0, 0, 0], [one.stderr for one in done]
    loads = [int(line.removeprefix("Load:")) for one in done for line in one.stdout.split()]
    assert len(set(loads)) == 15
    assert all(len(state) <= 1 for state in seen)
    last = script.ask("query ($id: ID!) { load(id: $id) { revisions(first: 1) { nodes { after } } } }", id=str(max(loads)))
    (final,) = {
        (node["title"], node["number"])
        for node in script.ask('{ documents(filter: {genre: ["A", "B", "C"]}, first: 100) { nodes { title number } } }')[
            "documents"
        ]["nodes"]
    }
    assert last["load"]["revisions"]["nodes"][0]["after"]["title"] == final[0]


def test_two_servers_of_one_store_load_in_turn(script: Script) -> None:
    with serving(script.running.folder) as other:
        second = Script(other, script.token)
        with ThreadPoolExecutor() as pool:
            found = list(pool.map(lambda i: (script if i % 2 else second).load(letter(f"both{i}")), range(20)))
    assert [one["added"] for one in found] == [1] * 20


def test_the_readmes_curl_and_python_load_a_record(script: Script) -> None:
    text = README.split("## Write over GraphQL", 1)[1].split("\n## ", 1)[0]
    curl = text.split("```sh\n", 1)[1].split("```", 1)[0].replace("http://127.0.0.1:8000", script.running.base)
    env = {"TOKEN": script.token or "", "PATH": "/usr/bin:/bin"}
    done = subprocess.run(["bash", "-c", curl], capture_output=True, text=True, check=False, env=env, timeout=60)
    assert json.loads(done.stdout)["data"]["load"]["errors"] == [], done.stdout + done.stderr
    python = text.split("```python\n", 1)[1].split("```", 1)[0].replace("http://127.0.0.1:8000", script.running.base)
    python = python.replace("import httpx", "import httpx2 as httpx")
    ran = subprocess.run([sys.executable, "-c", python], capture_output=True, text=True, check=False, env=env, timeout=60)
    assert ran.returncode == 0, ran.stderr
    assert "added" in ran.stdout
