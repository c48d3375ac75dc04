"""The short way of a request that can be answered at once: nobody can tell it from the long one, but by the time."""

import re
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from serving import Running, serving

from data.load import load
from data.store import Store

TITLES = b'{"query": "{ documents(first: 2) { nodes { title } } }"}'
SEARCH = b'{"query": "{ documents(search: \\"telegram\\", first: 1) { totalCount } }"}'
LETTER = '{"type": "document", "id": "zzz", "title": "Zürich", "date": "1900"}\n'


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with serving(tmp_path_factory.mktemp("short"), FONDS_ALLOWED_HOSTS="127.0.0.1,*.archive.test") as running:
        yield running


def head(body: bytes, *lines: str, host: str = "127.0.0.1", kind: str = "application/json") -> bytes:
    fields = ["POST /graphql HTTP/1.1", f"Host: {host}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *lines]
    return "\r\n".join([*fields, "", ""]).encode()


class Conversation:
    """One connection, spoken byte by byte."""

    def __init__(self, running: Running) -> None:
        place = urlsplit(running.base)
        self.socket = socket.create_connection((place.hostname or "", place.port or 0), timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.stream = self.socket.makefile("rb")

    def say(self, *parts: bytes) -> None:
        for part in parts:
            self.socket.sendall(part)

    def hear(self) -> tuple[bytes, bytes]:
        """The next answer: its head without the date, and its body."""
        lines = []
        while line := self.stream.readline().strip():
            lines.append(line)
        length = next(int(line.split(b":")[1]) for line in lines if line.lower().startswith(b"content-length"))
        return b"\n".join(line for line in lines if not line.startswith(b"date")), self.stream.read(length)

    def has_ended(self) -> bool:
        return self.stream.read(1) == b""


@pytest.fixture
def talk(running: Running) -> Iterator[Conversation]:
    conversation = Conversation(running)
    for _ in range(3):  # from now on it is known
        conversation.say(head(TITLES) + TITLES)
        conversation.hear()
    yield conversation
    conversation.stream.close()
    conversation.socket.close()


def test_a_request_in_one_piece_is_answered_as_one_in_many(talk: Conversation) -> None:
    talk.say(head(TITLES) + TITLES)
    whole = talk.hear()
    talk.say(head(TITLES), TITLES)
    assert talk.hear() == whole
    talk.say(*(bytes([byte]) for byte in head(TITLES) + TITLES))
    assert talk.hear() == whole
    talk.say(head(TITLES) + TITLES[:20], TITLES[20:])
    assert talk.hear() == whole


def test_requests_sent_together_are_answered_in_their_order(talk: Conversation) -> None:
    other = TITLES.replace(b"title", b"id")
    talk.say(b"".join(head(body) + body for body in (TITLES, SEARCH, other, TITLES, SEARCH, TITLES)))
    bodies = [talk.hear()[1] for _ in range(6)]
    assert [re.findall(rb'"(title|totalCount|id)"', body)[0] for body in bodies] == [
        b"title",
        b"totalCount",
        b"id",
        b"title",
        b"totalCount",
        b"title",
    ]


def test_a_known_request_after_one_that_takes_long_waits_for_it(talk: Conversation) -> None:
    new = SEARCH.replace(b"telegram", b"unheard")
    talk.say(head(new) + new, head(TITLES) + TITLES)
    assert b"totalCount" in talk.hear()[1]
    assert b"title" in talk.hear()[1]


def test_a_client_that_wants_to_end_the_connection_gets_its_end(talk: Conversation) -> None:
    talk.say(head(TITLES, "Connection: close") + TITLES)
    assert talk.hear()[0].startswith(b"HTTP/1.1 200 OK")
    assert talk.has_ended()


def test_a_large_head_is_refused_also_when_it_begins_behind_a_known_request(talk: Conversation) -> None:
    talk.say(head(TITLES) + TITLES + b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Long: " + b"a" * 40_000)
    assert talk.hear()[0].startswith(b"HTTP/1.1 200 OK")
    talk.say(b"\r\n\r\n")
    assert talk.hear()[0].startswith(b"HTTP/1.1 431")
    assert talk.has_ended()


def test_what_is_no_http_after_a_known_request_is_refused(talk: Conversation) -> None:
    talk.say(head(TITLES) + TITLES + b"\x00nonsense\r\n\r\n")
    assert talk.hear()[0].startswith(b"HTTP/1.1 200 OK")
    assert talk.hear()[0].startswith(b"HTTP/1.1 400")
    assert talk.has_ended()


@pytest.mark.parametrize(("host", "status"), [("127.0.0.1:80", b"200"), ("a.archive.test", b"200"), ("evil.test", b"400")])
def test_a_known_request_is_answered_to_its_hosts_only(talk: Conversation, host: str, status: bytes) -> None:
    talk.say(head(TITLES, host=host) + TITLES)
    assert talk.hear()[0].split()[1] == status


def test_the_same_bytes_of_another_kind_are_another_request(talk: Conversation) -> None:
    talk.say(head(TITLES, kind="text/plain") + TITLES)
    assert talk.hear()[0].startswith(b"HTTP/1.1 415")
    talk.say(head(TITLES, "Accept: text/html") + TITLES)
    assert talk.hear()[0].startswith(b"HTTP/1.1 406")
    talk.say(head(TITLES, "Accept: application/graphql-response+json") + TITLES)
    assert b"content-type: application/graphql-response+json; charset=utf-8" in talk.hear()[0]
    talk.say(head(TITLES, "Content-Encoding: gzip") + TITLES)
    assert talk.hear()[0].startswith(b"HTTP/1.1 415")


def test_the_bytes_of_a_known_body_are_no_question_in_an_address(running: Running, talk: Conversation) -> None:
    assert talk.socket
    with httpx2.Client(base_url=running.base) as client:
        content = TITLES.replace(b" ", b"").replace(b'"', b"%22").decode()
        assert client.get(f"/graphql?{content}").json()["errors"][0]["extensions"]["code"] == "BAD_REQUEST"


def test_a_known_address_keeps_its_etag(running: Running) -> None:
    with httpx2.Client(base_url=running.base) as client:
        answers = [client.get("/graphql", params={"query": "{ documents(first: 3) { nodes { id } } }"}) for _ in range(4)]
        tags = {answer.headers["etag"] for answer in answers}
        assert len(tags) == 1
        same = client.get(str(answers[0].url), headers={"If-None-Match": tags.pop()})
    assert (same.status_code, same.content) == (304, b"")


def test_a_known_request_sees_what_was_committed_since(running: Running, talk: Conversation, tmp_path: Path) -> None:
    body = b'{"query": "{ document(id: \\"zzz\\") { title } }"}'
    for _ in range(3):
        talk.say(head(body) + body)
        assert talk.hear()[1] == b'{"data":{"document":null}}'
    more = tmp_path / "more.jsonl"
    more.write_text(LETTER, encoding="utf-8")
    load(Store.open(f"sqlite:///{running.folder / 'fonds.db'}"), [more])
    talk.say(head(body) + body)
    assert talk.hear()[1].decode() == '{"data":{"document":{"title":"Zürich"}}}'


def test_the_log_has_a_line_for_each_known_request(running: Running, talk: Conversation) -> None:
    body = b'{"query": "query Counted { documents(first: 1) { totalCount } }"}'
    before = running.log.read_text().count("operation=Counted")
    for _ in range(4):
        talk.say(head(body) + body)
        talk.hear()
    talk.say(head(TITLES) + TITLES)
    talk.hear()
    assert running.log.read_text().count("operation=Counted") == before + 4


def test_a_connection_is_ended_when_it_was_silent_after_its_last_answer(tmp_path: Path) -> None:
    with serving(tmp_path, FONDS_IDLE_MAX_SECONDS="1") as running:
        talk = Conversation(running)
        start = time.monotonic()
        while time.monotonic() - start < 2.5:  # one that asks now and then is not
            talk.say(head(TITLES) + TITLES)
            assert talk.hear()[0].startswith(b"HTTP/1.1 200 OK")
            time.sleep(0.3)
        assert talk.has_ended()
        assert time.monotonic() - start < 10
        talk.stream.close()
        talk.socket.close()
