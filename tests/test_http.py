"""The endpoint as the GraphQL-over-HTTP specification has it, and what it says to a request that is none."""

import gzip
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import brotli
import orjson
import pytest
from starlette.testclient import TestClient

from schema.execute import Archive
from server.app import make_app
from server.settings import Settings

Client = TestClient
QUERY = "{ documents { totalCount } }"
NINE = {"data": {"documents": {"totalCount": 9}}}
JSON = {"Content-Type": "application/json"}
ZSTANDARD = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
DECOMPRESS: dict[str | None, Callable[[bytes], bytes]] = {
    "gzip": gzip.decompress,
    "br": brotli.decompress,
    "zstd": ZSTANDARD.decompress,
    None: bytes,
}


@pytest.fixture(scope="module")
def client(nine: Archive) -> Iterator[Client]:
    with TestClient(make_app(nine, Settings(body_max_bytes=300_000))) as client:
        yield client


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"", JSON, 400),
        (b"{", JSON, 400),
        (b"null", JSON, 400),
        (b"7", JSON, 400),
        (b'"text"', JSON, 400),
        (b"[]", JSON, 400),
        (b'[{"query": "{ __typename }"}]', JSON, 400),
        (b"[" * 100_000 + b"]" * 100_000, JSON, 400),
        (b'{"query":' * 20_000, JSON, 400),
        (b'{"query": "\xff\xfe"}', JSON, 400),
        (b'{"query": "\\ud800"}', JSON, 400),
        (b'{"query": "{ __typename }", "variables": {"n": ' + b"9" * 5000 + b"}}", JSON, 400),
        (b"{}", JSON, 400),
        (b'{"query": null}', JSON, 400),
        (b'{"query": ""}', JSON, 400),
        (b'{"query": 1}', JSON, 400),
        (b'{"query": {}}', JSON, 400),
        (b'{"query": "{ __typename }", "variables": []}', JSON, 400),
        (b'{"query": "{ __typename }", "variables": "x"}', JSON, 400),
        (b'{"query": "{ __typename }", "operationName": {}}', JSON, 400),
        (b'{"query": "{ __typename }", "extensions": 1}', JSON, 400),
        (gzip.compress(b'{"query": "{ __typename }"}', mtime=0), {**JSON, "Content-Encoding": "gzip"}, 415),
        (b'{"query": "{ __typename }"}', {}, 415),
        (b'{"query": "{ __typename }"}', {"Content-Type": "text/plain"}, 415),
        (b'{"query": "{ __typename }"}', {"Content-Type": "application/json; charset=latin-1"}, 415),
        (b"query=%7B__typename%7D", {"Content-Type": "application/x-www-form-urlencoded"}, 415),
        (b"--x--", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
        (b'{"query": "{ __typename }"}' + b" " * 400_000, JSON, 413),
        (b'{"query": "{ __typename }"}', {**JSON, "Accept": "text/html"}, 406),
    ],
)
def test_a_body_that_is_no_request_is_told_so(client: Client, body: bytes, headers: dict[str, str], status: int) -> None:
    answer = client.post("/graphql", content=body, headers=headers)
    assert answer.status_code == status
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] in {"BAD_REQUEST", "BODY_TOO_LARGE"}
    assert error["message"]
    assert len(answer.content) < 1000
    assert client.post("/graphql", json={"query": QUERY}).json() == NINE


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"query": ""},
        {"query": QUERY, "variables": "{"},
        {"query": QUERY, "variables": "[]"},
        {"query": QUERY, "extensions": "7"},
        {"query": [QUERY, QUERY]},
    ],
)
def test_parameters_that_are_no_request_are_told_so(client: Client, parameters: dict[str, Any]) -> None:
    answer = client.get("/graphql", params=parameters)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS"])
def test_other_methods_are_refused_with_those_that_are_not(client: Client, method: str) -> None:
    answer = client.request(method, "/graphql", json={"query": QUERY})
    assert answer.status_code == 405
    assert answer.headers["allow"] == "GET, POST"


def test_get_and_post_answer_alike_with_variables_and_operation_name(client: Client) -> None:
    text = "query A { __typename } query B($n: Int) { documents(first: $n) { nodes { position } } }"
    asked = {"query": text, "operationName": "B"}
    by_post = client.post("/graphql", json={**asked, "variables": {"n": 1}, "extensions": {}})
    by_get = client.get("/graphql", params={**asked, "variables": '{"n": 1}'})
    assert by_post.json() == by_get.json() == {"data": {"documents": {"nodes": [{"position": 1}]}}}


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/graphql-response+json", "application/graphql-response+json"),
        ("application/graphql-response+json, application/json;q=0.9", "application/graphql-response+json"),
        ("application/json;q=0.2, application/graphql-response+json;q=0.4", "application/graphql-response+json"),
        ("text/html, application/graphql-response+json;q=0, */*;q=0.1", "application/json"),
    ],
)
def test_the_answer_is_of_the_kind_that_the_client_likes_best(client: Client, accept: str | None, kind: str) -> None:
    client.headers.pop("accept", None)
    answer = client.post("/graphql", json={"query": QUERY}, headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    assert answer.headers["vary"].startswith("Accept")


def test_accept_may_stand_on_several_lines(client: Client) -> None:
    lines = [("Accept", "text/html"), ("Accept", "application/graphql-response+json"), ("Content-Type", "application/json")]
    client.headers.pop("accept", None)
    answer = client.post("/graphql", content=orjson.dumps({"query": QUERY}), headers=lines)
    assert answer.headers["content-type"] == "application/graphql-response+json; charset=utf-8"


@pytest.mark.parametrize(
    "query", ["{", "{ nothing }", "query ($n: Int!) { documents(first: $n) { totalCount } }", "query A { a } query B { b }"]
)
def test_a_refused_request_is_400_in_the_new_kind_and_200_in_the_old(client: Client, query: str) -> None:
    new = client.post("/graphql", json={"query": query}, headers={"Accept": "application/graphql-response+json"})
    old = client.post("/graphql", json={"query": query}, headers={"Accept": "application/json"})
    assert (new.status_code, old.status_code) == (400, 200)
    assert new.json() == old.json()
    assert set(new.json()) == {"errors"}


def test_a_mutation_is_refused_whatever_the_way(client: Client) -> None:
    headers = {"Accept": "application/graphql-response+json"}
    assert client.get("/graphql", params={"query": "mutation { a }"}, headers=headers).status_code == 400
    assert client.post("/graphql", json={"query": "mutation { a }"}, headers=headers).status_code == 400


def test_every_answer_has_the_headers_that_keep_browsers_safe(client: Client) -> None:
    for path in ("/graphql?query={__typename}", "/healthz", "/graphiql/", "/nowhere"):
        answer = client.get(path)
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert client.get("/nowhere").json()["errors"][0]["extensions"]["hint"] == "The API is at /graphql."


def test_only_the_hosts_that_are_set_are_answered(nine: Archive) -> None:
    with TestClient(make_app(nine, Settings(allowed_hosts="archive.example, 127.0.0.1"))) as client:
        assert client.get("/healthz", headers={"Host": "archive.example"}).status_code == 200
        assert client.get("/healthz", headers={"Host": "evil.example"}).status_code == 400


def test_introspection_and_the_explorer_can_be_switched_off(nine: Archive) -> None:
    settings = Settings(introspection=False, graphiql=False)
    with TestClient(make_app(Archive(nine.store, limits=settings.limits()), settings)) as client:
        for text in ("{ __schema { queryType { name } } }", '{ __type(name: "Query") { name } }'):
            assert "data" not in client.post("/graphql", json={"query": text}).json()
        for text in ("{ documnts { totalCount } }", "{ documents(frist: 1) { totalCount } }", "{ documents { nodes { titl } } }"):
            assert "Did you mean" not in client.post("/graphql", json={"query": text}).text
        variables = {"query": "query ($o: DocumentOrder) { documents(orderBy: $o) { totalCount } }"}
        told = client.post("/graphql", json={**variables, "variables": {"o": {"field": "DAT"}}}).text
        assert "Did you mean" not in told
        assert client.get("/graphiql/").status_code == 404
        assert client.get("/").json() == {"name": "Fonds", "graphql": "graphql"}
        assert client.post("/graphql", json={"query": QUERY}).json() == NINE


def test_the_explorer_is_served_compressed_and_asked_for_again_in_vain(client: Client) -> None:
    script = client.get("/graphiql/app.js", headers={"Accept-Encoding": "gzip"})
    assert script.headers["content-encoding"] == "gzip"
    again = client.get("/graphiql/app.js", headers={"If-None-Match": script.headers["etag"]})
    assert again.status_code == 304


def test_a_fault_of_ours_before_execution_is_500_and_masked(nine: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        message = "a secret of the house"
        raise ValueError(message)

    monkeypatch.setattr("schema.prepare.check_size", broken)
    with TestClient(make_app(Archive(nine.store), Settings())) as client:
        for kind in ("application/json", "application/graphql-response+json"):
            answer = client.post("/graphql", json={"query": "{ __typename }"}, headers={"Accept": kind})
            assert answer.status_code == 500
            assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL_ERROR"
            assert "secret" not in answer.text


LARGE = "{ documents { nodes { title description } } }"


@pytest.mark.parametrize(
    ("accepted", "name"),
    [
        ("gzip", "gzip"),
        ("br", "br"),
        ("zstd", "zstd"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=0.9, br;q=0.8", "gzip"),
        ("zstd;q=0, *", "br"),
        ("identity, gzip;q=0.5", None),
        ("gzip;q=0", None),
        ("deflate", None),
        ("", None),
    ],
)
def test_an_answer_is_compressed_as_the_client_likes_best(client: Client, accepted: str, name: str | None) -> None:
    plain = client.post("/graphql", json={"query": LARGE}, headers={"Accept-Encoding": "identity"})
    with client.stream("POST", "/graphql", json={"query": LARGE}, headers={"Accept-Encoding": accepted}) as answer:
        content = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == name
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["vary"] == "Accept, Accept-Encoding"
    assert DECOMPRESS[name](content) == plain.content


def test_a_small_answer_is_sent_as_it_is(client: Client) -> None:
    answer = client.post("/graphql", json={"query": QUERY}, headers={"Accept-Encoding": "gzip, br, zstd"})
    assert "content-encoding" not in answer.headers


@pytest.mark.parametrize("accepted", ["gzip, identity;q=0", "gzip, *;q=0"])
def test_a_small_answer_is_compressed_for_those_who_cannot_take_it_as_it_is(client: Client, accepted: str) -> None:
    answer = client.post("/graphql", json={"query": QUERY}, headers={"Accept-Encoding": accepted})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json() == client.post("/graphql", json={"query": QUERY}).json()
