"""Requests that nobody thought of: schemathesis and hypothesis against the endpoint. No 5xx, no wrong shape, no leak."""

import asyncio
from typing import Any

import httpx2
import pytest
import schemathesis
from gql import Client, gql
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.core.result import Ok
from serving import Running

LEAKS = ("Traceback", "SELECT ", "sqlite", 'File "', "anon_")
fuzzed = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def assert_fit(answer: Any) -> None:
    assert answer.status_code < 500
    body = answer.json()
    assert set(body) <= {"data", "errors"}
    assert body
    for error in body.get("errors", ()):
        assert error["message"]
        assert error["extensions"]["code"] != "INTERNAL_ERROR"
    assert not any(leak in answer.text for leak in LEAKS if "errors" in body)


@fuzzed
@given(body=st.one_of(st.binary(), st.text().map(str.encode)))
def test_any_bytes_are_answered(server: Running, body: bytes) -> None:
    assert_fit(httpx2.post(f"{server.base}/graphql", content=body, headers={"Content-Type": "application/json"}))


@fuzzed
@given(body=st.fixed_dictionaries({}, optional=dict.fromkeys(("query", "variables", "operationName", "extensions"), json_values)))
def test_any_json_is_answered(server: Running, body: dict[str, Any]) -> None:
    assert_fit(httpx2.post(f"{server.base}/graphql", json=body))


@fuzzed
@given(value=json_values)
def test_any_value_of_a_variable_is_answered(server: Running, value: Any) -> None:
    query = """query ($a: DocumentFilter, $b: Int, $c: String, $d: [ID!], $e: DocumentOrder) {
      documents(filter: $a, first: $b, after: $c, orderBy: $e) { totalCount } people(filter: {id: $d}) { totalCount } }"""
    for name in "abcde":
        assert_fit(httpx2.post(f"{server.base}/graphql", json={"query": query, "variables": {name: value}}))


def test_schemathesis_finds_nothing(server: Running) -> None:
    schema = schemathesis.graphql.from_url(f"{server.base}/graphql")
    for operation in schema.get_all_operations():
        assert isinstance(operation, Ok)

        @settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
        @given(case=operation.ok().as_strategy())
        def check(case: Any) -> None:
            assert_fit(case.call())

        check()


def test_the_client_gql_asks_and_is_told_errors(server: Running) -> None:
    async def asked() -> None:
        async with Client(transport=HTTPXAsyncTransport(f"{server.base}/graphql"), fetch_schema_from_transport=True) as session:
            query = gql("query ($n: Int) { documents(first: $n) { nodes { title } } }")
            query.variable_values = {"n": 2}
            found = await session.execute(query)
            assert len(found["documents"]["nodes"]) == 2
            with pytest.raises(TransportQueryError, match="EDTF"):
                await session.execute(gql('{ documents(filter: {date: {edtf: "yesterday"}}) { totalCount } }'))

    asyncio.run(asked())
