"""The server as its users meet it: started by its command, asked over HTTP."""

import re
import sqlite3
import subprocess
import time

import httpx2
from conftest import README_QUERY
from serving import FONDS, Running


def test_a_new_store_is_filled_with_the_nine_and_the_server_says_so(server: Running) -> None:
    said = server.log.read_text()
    assert "Made fonds.db with the nine bundled documents" in said
    assert "To serve your own: fonds load" in said
    assert (server.folder / "fonds.db").exists()


def test_the_readme_query_is_answered_by_post_and_get(server: Running) -> None:
    for answer in (
        httpx2.post(f"{server.base}/graphql", json={"query": README_QUERY}),
        httpx2.get(f"{server.base}/graphql", params={"query": README_QUERY}),
    ):
        assert answer.status_code == 200
        assert answer.json()["data"]["person"]["documents"]["totalCount"] == 8


def test_a_request_is_one_line_in_the_log(server: Running) -> None:
    httpx2.post(f"{server.base}/graphql", json={"query": "query Counting { documents { totalCount } }"})
    time.sleep(0.2)
    (line,) = [line for line in server.log.read_text().splitlines() if "operation=Counting" in line]
    assert re.search(r"POST /graphql operation=Counting ms=[\d.]+ statements=1 bytes=\d+ status=200$", line)


def test_a_fault_of_the_server_is_masked_and_has_an_id_that_the_log_has_too(server: Running) -> None:
    query = {"query": "{ topics { nodes { name } } }"}
    assert httpx2.post(f"{server.base}/graphql", json=query).status_code == 200
    connection = sqlite3.connect(server.folder / "fonds.db")
    connection.execute("ALTER TABLE topics RENAME TO hidden")
    connection.commit()
    try:
        error = httpx2.post(f"{server.base}/graphql", json=query).json()["errors"][0]
    finally:
        connection.execute("ALTER TABLE hidden RENAME TO topics")
        connection.commit()
        connection.close()
    assert error["extensions"]["code"] == "INTERNAL_ERROR"
    assert "SELECT" not in str(error)
    assert "no such table" not in str(error)
    assert error["extensions"]["id"] in server.log.read_text()
    assert httpx2.post(f"{server.base}/graphql", json=query).json()["data"]["topics"]["nodes"]


def test_a_load_beside_the_running_server_is_seen_at_once(server: Running) -> None:
    (server.folder / "more.yaml").write_text("- {type: topic, id: weather, name: Weather}", encoding="utf-8")
    query = {"query": '{ topic(id: "weather") { name } }'}
    assert httpx2.post(f"{server.base}/graphql", json=query).json()["data"]["topic"] is None
    subprocess.run([FONDS, "load", "more.yaml"], cwd=server.folder, check=True, capture_output=True)
    assert httpx2.post(f"{server.base}/graphql", json=query).json()["data"]["topic"] == {"name": "Weather"}


def test_another_origin_may_ask_without_credentials(server: Running) -> None:
    answer = httpx2.post(f"{server.base}/graphql", json={"query": "{ __typename }"}, headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_the_explorer_comes_from_the_package_and_may_ask_nobody_else(server: Running) -> None:
    page = httpx2.get(f"{server.base}/graphiql/")
    assert page.status_code == 200
    assert "http://" not in page.text.replace("http://www.w3.org", "")
    assert "unsafe-eval" not in page.headers["content-security-policy"]
    assert httpx2.get(f"{server.base}/graphiql/app.js").status_code == 200
    assert httpx2.get(f"{server.base}/", follow_redirects=True).url.path == "/graphiql/"
