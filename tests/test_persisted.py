"""Operations asked for by their hash: Apollo's automatic persisted queries, and lists of trusted operations."""

import json
import subprocess
from collections.abc import Callable
from hashlib import md5, sha256
from pathlib import Path
from typing import Any

import pytest
from serving import FONDS
from starlette.testclient import TestClient

from schema.execute import Archive
from server.app import make_app
from server.settings import Settings

QUERY = "query Count { documents { totalCount } }"
OTHER = "query Name { archive { name } }"
NINE = {"data": {"documents": {"totalCount": 9}}}
HASH = sha256(QUERY.encode()).hexdigest()

Serve = Callable[..., TestClient]


@pytest.fixture
def serve(nine: Archive) -> Serve:
    return lambda **settings: TestClient(make_app(Archive(nine.store), Settings(**settings)))


def by_hash(hash_: str, query: str | None = None, version: Any = 1) -> dict[str, Any]:
    asked = {"extensions": {"persistedQuery": {"version": version, "sha256Hash": hash_}}}
    return asked if query is None else {"query": query, **asked}


def get(client: TestClient, asked: dict[str, Any]) -> Any:
    return client.get("/graphql", params={**asked, "extensions": json.dumps(asked["extensions"])})


def code(answer: Any) -> str:
    (error,) = answer.json()["errors"]
    return str(error["extensions"]["code"])


def test_a_hash_is_unknown_until_its_text_was_sent_by_post_and_is_then_enough(serve: Serve) -> None:
    client = serve()
    unknown = get(client, by_hash(HASH))
    assert unknown.status_code == 200
    assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
    assert code(unknown) == "PERSISTED_QUERY_NOT_FOUND"
    assert unknown.headers["cache-control"] == "no-store"
    assert client.post("/graphql", json=by_hash(HASH, QUERY)).json() == NINE
    known = get(client, by_hash(HASH))
    assert known.json() == NINE
    assert known.headers["etag"]
    assert client.post("/graphql", json=by_hash(HASH)).json() == NINE


def test_a_text_sent_by_get_is_kept_too_as_some_clients_send_it_so(serve: Serve) -> None:
    client = serve()
    assert get(client, by_hash(HASH, QUERY)).json() == NINE
    assert get(client, by_hash(HASH)).json() == NINE


def test_a_hash_of_another_text_is_an_error_and_keeps_nothing(serve: Serve) -> None:
    client = serve()
    wrong = client.post("/graphql", json=by_hash(HASH, OTHER))
    assert (wrong.status_code, code(wrong)) == (400, "BAD_REQUEST")
    assert code(get(client, by_hash(HASH))) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize("persisted", [{}, 7, {"version": 2, "sha256Hash": HASH}, {"version": 1, "sha256Hash": 7}])
def test_another_version_of_the_protocol_is_told_so(serve: Serve, persisted: Any) -> None:
    answer = serve().post("/graphql", json={"extensions": {"persistedQuery": persisted}})
    assert (answer.status_code, code(answer)) == (400, "BAD_REQUEST")


def test_an_invalid_operation_is_not_kept(serve: Serve) -> None:
    client, text = serve(), "{ nothing }"
    hash_ = sha256(text.encode()).hexdigest()
    assert code(client.post("/graphql", json=by_hash(hash_, text))) == "GRAPHQL_VALIDATION_FAILED"
    assert code(client.post("/graphql", json=by_hash(hash_))) == "PERSISTED_QUERY_NOT_FOUND"


def test_what_is_kept_is_bounded_and_the_least_used_goes_first(serve: Serve) -> None:
    client = serve(persisted_queries_max_bytes=100)
    texts = [f"query Count{number} {{ documents {{ totalCount }} }}" for number in range(3)]
    hashes = [sha256(text.encode()).hexdigest() for text in texts]
    for text, hash_ in zip(texts, hashes, strict=True):
        client.post("/graphql", json=by_hash(hash_, text))
    assert code(client.post("/graphql", json=by_hash(hashes[0]))) == "PERSISTED_QUERY_NOT_FOUND"
    assert client.post("/graphql", json=by_hash(hashes[2])).json() == NINE


def test_the_explorer_is_not_there_where_its_operations_would_be_refused(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "count.graphql").write_text(QUERY, encoding="utf-8")
    client = serve(trusted_operations=str(tmp_path / "count.graphql"))
    assert client.get("/graphiql/").status_code == 404
    assert client.get("/").json() == {"name": "Fonds", "graphql": "graphql"}


def test_it_can_be_switched_off(serve: Serve) -> None:
    answer = serve(persisted_queries_max_bytes=0).post("/graphql", json=by_hash(HASH, QUERY))
    assert code(answer) == "PERSISTED_QUERY_NOT_SUPPORTED"


APOLLO = {"format": "apollo-persisted-query-manifest", "version": 1,
          "operations": [{"id": HASH, "name": "Count", "type": "query", "body": QUERY}]}  # fmt: skip
RELAY = {md5(QUERY.encode(), usedforsecurity=False).hexdigest(): QUERY}


@pytest.mark.parametrize(
    ("name", "content"), [("m.json", json.dumps(APOLLO)), ("m.json", json.dumps(RELAY)), ("count.graphql", QUERY)]
)
def test_only_trusted_operations_are_answered_by_text_or_by_hash(serve: Serve, tmp_path: Path, name: str, content: str) -> None:
    file = tmp_path / name
    file.write_text(content, encoding="utf-8")
    client = serve(trusted_operations=str(file))
    assert client.post("/graphql", json={"query": QUERY}).json() == NINE
    assert client.post("/graphql", json=by_hash(HASH)).json() == NINE
    assert get(client, by_hash(HASH)).json() == NINE
    if content == json.dumps(RELAY):
        assert client.post("/graphql", json=by_hash(next(iter(RELAY)))).json() == NINE
    for refused in (
        {"query": OTHER},
        {"query": f"{QUERY} "},
        {},
        by_hash("0" * 64),
        by_hash(HASH, OTHER),
        {"query": "{ __schema { description } }"},
    ):
        answer = client.post("/graphql", json=refused)
        assert (answer.status_code, code(answer)) == (403, "OPERATION_NOT_TRUSTED")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"a": 1}', '{"operations": [{"id": 1}]}'])
def test_a_list_of_operations_that_is_none_ends_the_command(tmp_path: Path, content: str) -> None:
    (tmp_path / "m.json").write_text(content, encoding="utf-8")
    done = subprocess.run(
        [FONDS, "serve", "--port", "0", "--trusted-operations", "m.json"],
        cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "m.json has no list of operations" in done.stderr
    assert "GraphQL API" not in done.stderr
