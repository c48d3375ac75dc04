"""Answers that are kept: by the archive until something is committed, by caches and browsers as the headers say."""

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import ask_archive
from starlette.testclient import TestClient

from data.load import load
from schema.answers import ENTRY_BYTES, Answers
from schema.execute import Archive
from schema.limits import Limits
from schema.prepare import KEPT_CHARACTERS
from server.app import make_app
from server.settings import Settings

TITLES = "query Titles($n: Int) { documents(first: $n) { nodes { title } } }"
LETTER = "- {type: document, id: a, title: To Suvorin}"


@pytest.fixture
def letters(loaded: Callable[..., Archive]) -> Archive:
    return loaded(LETTER)


@pytest.fixture
def client(letters: Archive) -> Iterator[TestClient]:
    with TestClient(make_app(letters, Settings(cache_control="public, max-age=60"))) as client:
        yield client


def titles(archive: Archive, **variables: Any) -> list[str]:
    found = ask_archive(archive, TITLES, variables)
    return [node["title"] for node in found["data"]["documents"]["nodes"]]


def test_an_answer_is_kept_for_the_same_values_only(letters: Archive) -> None:
    assert titles(letters, n=1) == titles(letters, n=1) == ["To Suvorin"]
    assert titles(letters, n=0) == []
    assert len(letters.answers.made) == 2


def test_a_load_ends_what_was_kept(letters: Archive, tmp_path: Path) -> None:
    assert titles(letters, n=5) == ["To Suvorin"]
    more = tmp_path / "more.yaml"
    more.write_text("- {type: document, id: b, title: To Gorky}", encoding="utf-8")
    load(letters.store, [more])
    assert titles(letters, n=5) == ["To Suvorin", "To Gorky"]


def test_a_commit_of_another_connection_ends_what_was_kept(letters: Archive) -> None:
    assert titles(letters, n=5) == ["To Suvorin"]
    other = sqlite3.connect(letters.store.path)
    other.execute("UPDATE documents SET title = 'To Souvorine'")
    assert titles(letters, n=5) == ["To Suvorin"]
    other.commit()
    other.close()
    assert titles(letters, n=5) == ["To Souvorine"]


def test_a_kept_answer_takes_no_statement_and_none_is_kept_where_that_is_switched_off(letters: Archive) -> None:
    without = Archive(letters.store, limits=Limits(answers_max_bytes=0))
    for archive, kept in ((letters, 1), (without, 0)):
        assert titles(archive, n=3) == titles(archive, n=3)
        assert len(archive.answers.made) == kept


def test_what_is_kept_is_bounded_by_bytes_and_the_least_used_goes_first() -> None:
    answers = Answers(8 * (1000 + ENTRY_BYTES))
    answers.find(1, None)
    for number in range(20):
        answers.keep(1, number, b"x" * 1000)
        assert answers.find(1, 0) is not None
    assert set(answers.made) == {0, *range(13, 20)}
    assert answers.size_bytes == 8 * (1000 + ENTRY_BYTES)
    answers.keep(1, "large", b"x" * 5000)
    assert "large" not in answers.made
    answers.keep(2, "early", b"of a version that nobody has asked about")
    assert answers.find(2, "early") is None
    assert (answers.size_bytes, len(answers.made)) == (0, 0)


def test_errors_are_never_kept(letters: Archive, client: TestClient) -> None:
    for query in ("{ nothing }", "{ documents(first: -1) { totalCount } }"):
        answer = client.get("/graphql", params={"query": query})
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
    assert not letters.answers.made


def test_an_answer_to_get_has_what_caches_need_and_one_to_post_has_not(client: TestClient) -> None:
    by_get = client.get("/graphql", params={"query": TITLES})
    assert by_get.headers["cache-control"] == "public, max-age=60"
    assert by_get.headers["vary"] == "Accept, Accept-Encoding"
    by_post = client.post("/graphql", json={"query": TITLES})
    assert not {"etag", "cache-control"} & set(by_post.headers)


@pytest.mark.parametrize("form", ["{}", "*", '"other", {}', "{},"])
def test_an_answer_that_the_client_has_is_304_until_it_changes(client: TestClient, letters: Archive, form: str) -> None:
    etag = client.get("/graphql", params={"query": TITLES}).headers["etag"]
    headers = {"If-None-Match": form.format(etag)}
    again = client.get("/graphql", params={"query": TITLES}, headers=headers)
    assert (again.status_code, again.content) == (304, b"")
    assert (again.headers["etag"], again.headers["cache-control"]) == (etag, "public, max-age=60")
    lines = [("If-None-Match", '"other"'), ("If-None-Match", etag)]
    assert client.get("/graphql", params={"query": TITLES}, headers=lines).status_code == 304
    other = sqlite3.connect(letters.store.path)
    other.execute("UPDATE documents SET title = 'To Souvorine'")
    other.commit()
    other.close()
    if form != "*":
        changed = client.get("/graphql", params={"query": TITLES}, headers=headers)
        assert changed.status_code == 200
        assert changed.headers["etag"] != etag


def test_an_answer_says_what_it_cost_when_it_is_asked(client: TestClient) -> None:
    asked = {"query": TITLES, "variables": {"n": 7}, "extensions": {"cost": True}}
    answer = client.post("/graphql", json=asked).json()
    assert answer["data"]["documents"]["nodes"] == [{"title": "To Suvorin"}]
    assert answer["extensions"]["cost"]["limit"] == 100_000
    assert answer["extensions"]["cost"]["rows"] >= 7
    assert "extensions" not in client.post("/graphql", json={**asked, "extensions": {"cost": False}}).json()


def test_plans_that_large_variables_make_large_are_kept_as_few(nine: Archive) -> None:
    archive, text = Archive(nine.store), "query ($f: DocumentFilter) { documents(filter: $f) { totalCount } }"
    sizes = range(1, 180)
    for size in sizes:
        ask_archive(archive, text, {"f": {"or": [{"dated": True}] * size}})
    assert 0 < len(archive.preparing.plans.made) < len(sizes)
    assert archive.preparing.plans.characters <= KEPT_CHARACTERS
