"""The server as its users meet it: started by its command, asked over HTTP."""

import re
import shutil
import socket
import sqlite3
import subprocess
import time
from pathlib import Path

import httpx2
from conftest import README_QUERY
from serving import FONDS, Running, serving


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


def test_an_answer_arrives_as_one_piece_and_a_head_alone_arrives_too(server: Running) -> None:
    host, port = server.base.removeprefix("http://").split(":")
    target = "/graphql?query=%7B%20archive%20%7B%20documentCount%20%7D%20%7D"
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        for method, body in (
            ("GET", b'{"data":{"archive":{"documentCount":9}}}'),
            ("HEAD", b""),
            ("GET", b'"documentCount":9}}}'),
        ):
            connection.sendall(f"{method} {target} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            piece = connection.recv(65536)
            assert piece.startswith(b"HTTP/1.1 200 OK\r\n")
            rest = piece.partition(b"\r\n\r\n")[2]
            assert rest.endswith(body)
            assert bool(rest) == bool(body)


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


def test_a_store_that_is_taken_away_is_missing_until_another_is_put_there_and_no_restart_is_needed(tmp_path: Path) -> None:
    query = {"query": "{ archive { documentCount } documents(first: 1, orderBy: {field: DATE}) { pageInfo { endCursor } } }"}
    (tmp_path / "a.yaml").write_text("- {type: document, id: a, title: A}\n- {type: document, id: b, title: B}", encoding="utf-8")
    subprocess.run([FONDS, "load", "a.yaml", "--database", "sqlite:///other.db"], cwd=tmp_path, check=True, capture_output=True)
    with serving(tmp_path) as running:

        def ask(text: str = query["query"]) -> httpx2.Response:
            return httpx2.post(f"{running.base}/graphql", json={"query": text})

        before = ask().json()["data"]
        assert before["archive"] == {"documentCount": 9}
        (tmp_path / "fonds.db").rename(tmp_path / "away.db")
        for _ in range(2):
            answer = ask()
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
            (error,) = answer.json()["errors"]
            assert error["message"] == f"The archive's store is not there. (error {error['extensions']['id']})"
            assert error["extensions"]["code"] == "STORE_MISSING"
            assert error["extensions"]["id"] in running.log.read_text()
            assert httpx2.get(f"{running.base}/healthz").json() == {"status": "unavailable", "code": "STORE_MISSING"}
        (tmp_path / "fonds.db").write_text("Not a database, but a text that is long enough. " * 20, encoding="utf-8")
        assert ask().json()["errors"][0]["extensions"]["code"] == "STORE_FOREIGN"
        (tmp_path / "other.db").replace(tmp_path / "fonds.db")
        after = ask().json()["data"]
        assert after["archive"] == {"documentCount": 2}
        cursor = after["documents"]["pageInfo"]["endCursor"]
        following = ask(f'{{ documents(first: 1, after: "{cursor}", orderBy: {{field: DATE}}) {{ nodes {{ title }} }} }}').json()
        assert following["data"]["documents"]["nodes"] == [{"title": "B"}]
        assert httpx2.get(f"{running.base}/healthz").json() == {"status": "ok"}


def test_a_store_of_another_layout_put_there_is_named_as_that(tmp_path: Path) -> None:
    with serving(tmp_path) as running:
        for version, code in ((99, "STORE_TOO_NEW"), (1, "STORE_TOO_OLD")):
            shutil.copyfile(tmp_path / "fonds.db", tmp_path / "other.db")
            connection = sqlite3.connect(tmp_path / "other.db")
            connection.execute("UPDATE fonds_meta SET version = ?", (version,))
            connection.commit()
            connection.close()
            (tmp_path / "other.db").replace(tmp_path / "fonds.db")
            answer = httpx2.post(f"{running.base}/graphql", json={"query": "{ archive { documentCount } }"})
            assert answer.status_code == 503
            assert answer.json()["errors"][0]["extensions"]["code"] == code
