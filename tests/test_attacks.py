"""Connections and bodies that mean no good, on a real server: after each the next honest query is answered at once."""

import concurrent.futures
import re
import resource
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx2
import pytest
from serving import Running, serving

HONEST = {"query": "query Honest { documents { totalCount } }"}
ANSWER_MAX_SECONDS = 1.0
LEAVING_TIMES = 50
MEMORY_GROWTH_MAX_KIB = 64 * 1024
UNREAD_REQUESTS = 100


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    limits = {"FONDS_HEADER_MAX_SECONDS": "1", "FONDS_BODY_MAX_SECONDS": "1", "FONDS_IDLE_MAX_SECONDS": "1"}
    with serving(tmp_path_factory.mktemp("attacked"), **limits) as running:
        yield running


def connect(running: Running) -> socket.socket:
    host, port = running.base.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=10)
    connection.settimeout(10)
    return connection


def rest_of(connection: socket.socket) -> bytes:
    """All that comes until the other side ends the connection."""
    found = b""
    while True:
        try:
            part = connection.recv(65536)
        except ConnectionResetError:
            return found
        if not part:
            return found
        found += part


def head(*lines: str) -> bytes:
    return "\r\n".join(["POST /graphql HTTP/1.1", "Host: x", "Content-Type: application/json", *lines, "", ""]).encode()


def silent(running: Running) -> bytes:
    with connect(running) as connection:
        return rest_of(connection)


def half_a_head(running: Running) -> bytes:
    with connect(running) as connection:
        connection.sendall(b"GET /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: ")
        return rest_of(connection)


def drop_by_drop(running: Running) -> bytes:
    with connect(running) as connection:
        for letter in b"GET /graphql HTTP/1.1\r\nHost: x\r\nX-Slow: yes":
            try:
                connection.sendall(bytes([letter]))
            except OSError:
                break
            time.sleep(0.05)
        return rest_of(connection)


def a_large_head(running: Running) -> bytes:
    with connect(running) as connection:
        with suppress(OSError):
            connection.sendall(head(*(f"X-{i}: {'a' * 1000}" for i in range(256))))
        return rest_of(connection)


def a_long_address(running: Running) -> bytes:
    with connect(running) as connection:
        with suppress(OSError):
            connection.sendall(b"GET /graphql?query=" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
        return rest_of(connection)


def a_slow_body(running: Running) -> bytes:
    with connect(running) as connection:
        connection.sendall(head("Content-Length: 100", "Connection: close") + b'{"query": ')
        return rest_of(connection)


def a_body_longer_than_it_says(running: Running) -> bytes:
    with connect(running) as connection:
        connection.sendall(head("Content-Length: 10", "Connection: close") + b'{"query": "{ __typename }"}' * 10)
        return rest_of(connection)


def a_chunked_body_of_40_mb(running: Running) -> bytes:
    with connect(running) as connection:
        connection.sendall(head("Transfer-Encoding: chunked", "Connection: close"))
        chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
        with suppress(OSError):
            for _ in range(40 * 16):
                connection.sendall(chunk)
        return rest_of(connection)


def a_declared_body_of_40_mb(running: Running) -> bytes:
    with connect(running) as connection:
        connection.sendall(head(f"Content-Length: {40 * 2**20}", "Connection: close"))
        return rest_of(connection)


def two_lengths(running: Running) -> bytes:
    with connect(running) as connection:
        connection.sendall(head("Content-Length: 5", "Content-Length: 50", "Connection: close") + b"{}   ")
        return rest_of(connection)


def no_http(running: Running) -> bytes:
    with connect(running) as connection:
        connection.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 20)
        return rest_of(connection)


def leaving_early(running: Running) -> bytes:
    for _ in range(LEAVING_TIMES):
        with connect(running) as connection:
            connection.sendall(head("Content-Length: 60") + b'{"query": "{ documents { totalCount } }"')
    return b""


def a_form(running: Running) -> bytes:
    return httpx2.post(f"{running.base}/graphql", data={"query": "{ __typename }"}).content


def a_web_socket(running: Running) -> bytes:
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x" * 24}
    return httpx2.get(f"{running.base}/graphql", headers=headers).content


ATTACKS: dict[Callable[[Running], bytes], bytes] = {
    silent: b"408",
    half_a_head: b"408",
    drop_by_drop: b"408",
    a_large_head: b"431",
    a_long_address: b"431",
    a_slow_body: b"BODY_TOO_SLOW",
    a_body_longer_than_it_says: b"400",
    a_chunked_body_of_40_mb: b"413",
    a_declared_body_of_40_mb: b"413",
    two_lengths: b"400",
    no_http: b"400",
    leaving_early: b"",
    a_form: b"BAD_REQUEST",
    a_web_socket: b"BAD_REQUEST",
}


def lines_of(running: Running) -> list[str]:
    return running.log.read_text().splitlines()


def memory_kib(running: Running) -> int:
    status = Path(f"/proc/{running.process.pid}/status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert found
    return int(found[1])


def ask(running: Running) -> float:
    start = time.monotonic()
    assert httpx2.post(f"{running.base}/graphql", json=HONEST).json() == {"data": {"documents": {"totalCount": 9}}}
    return time.monotonic() - start


@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_an_attack_is_turned_away_and_the_next_query_is_answered(attacked: Running, attack: Callable[[Running], bytes]) -> None:
    before = lines_of(attacked)
    assert ATTACKS[attack] in attack(attacked)
    assert ask(attacked) < ANSWER_MAX_SECONDS
    time.sleep(0.1)
    added = lines_of(attacked)[len(before) :]
    requests = LEAVING_TIMES if attack is leaving_early else 1
    assert len(added) == requests + 1, added
    assert "operation=Honest" in added[-1]


def test_requests_sent_together_are_all_answered_wherever_they_are_cut(attacked: Running) -> None:
    body = b'{"query": "{ __typename }", "variables": {"padding": "' + b"x" * 40_000 + b'"}}'
    whole = head(f"Content-Length: {len(body)}") + body
    last = head("Content-Length: 27", "Connection: close") + b'{"query": "{ __typename }"}'
    for cut in (10, 60):
        with connect(attacked) as connection:
            connection.sendall(whole + last[:cut])
            time.sleep(0.1)
            connection.sendall(last[cut:])
            assert rest_of(connection).count(b"HTTP/1.1 200 OK") == 2


def test_silent_connections_keep_nobody_out(attacked: Running) -> None:
    waiting = [connect(attacked) for _ in range(200)]
    assert ask(attacked) < ANSWER_MAX_SECONDS
    time.sleep(1.5)
    assert all(b"408" in rest_of(connection) for connection in waiting)
    for connection in waiting:
        connection.close()


def test_an_idle_connection_is_ended(attacked: Running) -> None:
    with connect(attacked) as connection:
        connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        assert b"200 OK" in rest_of(connection)


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to read how much memory a process has")
def test_memory_returns_and_every_request_is_one_line_in_the_log(attacked: Running) -> None:
    for _ in range(20):
        ask(attacked)
    before, lines = memory_kib(attacked), len(attacked.log.read_text().splitlines())
    dear = {"query": "{ " + " ".join(f"a{i}: documents {{ nodes {{ title }} }}" for i in range(90)) + " }"}
    bodies = [dear, {"query": "{ a " * 1500}, {"query": "x", "variables": {"v": "y" * 200_000}}] * 100
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda body: httpx2.post(f"{attacked.base}/graphql", json=body, timeout=60).status_code, bodies))
    assert set(done) == {200}
    time.sleep(0.2)
    after = memory_kib(attacked)
    print(f"memory before {before:,} KiB, after {after:,} KiB")  # noqa: T201 - shown by `pytest -rP`
    assert after - before < MEMORY_GROWTH_MAX_KIB
    assert len(attacked.log.read_text().splitlines()) == lines + len(bodies)
    assert "Traceback" not in attacked.log.read_text()
    assert ask(attacked) < ANSWER_MAX_SECONDS


def test_a_client_that_reads_nothing_is_cut_off_and_keeps_nobody_waiting(attacked: Running) -> None:
    parts = " ".join(f"a{i}: documents {{ nodes {{ title description }} }}" for i in range(90))
    body = f'{{"query": "{{ {parts} }}"}}'.encode()
    whole = len(httpx2.post(f"{attacked.base}/graphql", content=body, headers={"Content-Type": "application/json"}).content)
    with connect(attacked) as connection:
        request = head(f"Content-Length: {len(body)}") + body
        connection.settimeout(1)
        sent = 0
        with suppress(TimeoutError, ConnectionError):
            while sent < UNREAD_REQUESTS:
                connection.sendall(request)
                sent += 1
        for _ in range(3):
            assert ask(attacked) < ANSWER_MAX_SECONDS
            time.sleep(1)
        connection.settimeout(30)
        assert len(rest_of(connection)) < UNREAD_REQUESTS * whole


def test_thousands_of_idle_connections_keep_nobody_out(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    with serving(tmp_path, FONDS_HEADER_MAX_SECONDS="120") as running:
        waiting: list[socket.socket] = []
        try:
            waiting += [connect(running) for _ in range(min(5000, hard - 200))]
            assert ask(running) < ANSWER_MAX_SECONDS
            assert all(connection.fileno() > 0 for connection in waiting)
        finally:
            for connection in waiting:
                connection.close()
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        assert ask(running) < ANSWER_MAX_SECONDS
