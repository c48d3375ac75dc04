"""Relevance where there are more hits than are ranked: what is exact all the same, and that all hits can be paged through."""

import math
from collections import Counter
from collections.abc import Callable
from random import Random
from typing import Any

import pytest
from conftest import ask_archive

from data.search.columns import DOCUMENT, PERSON
from data.search.language import parsed
from data.search.words import Words
from schema.execute import Archive
from schema.limits import Limits

HITS = """query ($search: String!, $by: DocumentOrder, $first: Int, $after: String, $last: Int, $before: String) {
  documents(search: $search, orderBy: $by, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { recordId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    facets { years { edges { documentCount node { value } } } } } }"""
PAGE = HITS.replace("facets { years { edges { documentCount node { value } } } }", "didYouMean")
RECORDS = "\n".join(
    [
        "- {type: person, id: kim, name: Kim Talks}",
        "- {type: document, id: d1, title: A note, description: They mention talks}",
        "- {type: document, id: d2, title: A note, description: Talks on talks after talks}",
        "- {type: document, id: d3, title: A note, description: 'Much is said here, and of talks only once, in so many words'}",
        "- {type: document, id: d4, title: A note, description: 'Much is said here, and of talks only once, in many many words'}",
        "- {type: document, id: d5, title: Talks, description: Short}",
        "- {type: document, id: d6, title: A note, people: [{person: kim, role: sender}]}",
        "- {type: document, id: d7, title: A note, description: Talks talks talks talks talks}",
        "- {type: document, id: d8, title: An armistice, description: Signed}",
        *(f"- {{type: document, id: n{number}, title: Of other things, date: '1950'}}" for number in range(20)),
    ]
)


@pytest.fixture
def few_ranked(loaded: Callable[..., Archive]) -> Callable[[int], Archive]:
    store = loaded(RECORDS).store
    return lambda most: Archive(store, limits=Limits(ranked_max_hits=most))


def found(archive: Archive, search: str, **more: Any) -> list[str]:
    answer = ask_archive(archive, HITS, {"search": search, **more})
    return [node["recordId"] for node in answer["data"]["documents"]["nodes"]]


def test_up_to_the_limit_all_hits_are_ranked(few_ranked: Callable[[int], Archive]) -> None:
    everything = found(few_ranked(1000), "talks")
    assert everything[0] == "d5" or "d5" in everything[:3]
    assert found(few_ranked(7), "talks") == everything
    assert len(everything) == 7


def test_of_more_the_first_and_the_better_ones_are_ranked_and_the_rest_follows_as_it_was_loaded(
    few_ranked: Callable[[int], Archive],
) -> None:
    exact = found(few_ranked(1000), "talks")
    ranked = {"d1", "d2", "d3", "d5", "d6"}  # three as loaded; with the word in the title; with it in a name
    order = found(few_ranked(3), "talks")
    assert order == [id_ for id_ in exact if id_ in ranked] + ["d4", "d7"]


def test_each_side_of_an_or_has_its_share_of_the_ranked(few_ranked: Callable[[int], Archive]) -> None:
    order = found(few_ranked(5), "talks OR armistice")
    assert order.index("d8") < order.index("d7")
    assert order[-1] == "d7"


def test_beside_the_hits_of_a_rare_word_and_of_one_that_no_text_has_the_first_of_the_others_are_ranked(
    few_ranked: Callable[[int], Archive],
) -> None:
    search = "talks OR xyzzy"
    exact = found(few_ranked(1000), search)
    ranked = {"d1", "d2", "d3", "d6"}  # with the word in a name, and three as loaded
    order = found(few_ranked(4), search)
    assert order == [id_ for id_ in exact if id_ in ranked] + ["d4", "d5", "d7"]
    assert sorted(order) == sorted(exact)


def test_where_one_word_must_match_those_with_the_rarest_are_ranked(few_ranked: Callable[[int], Archive]) -> None:
    order = found(few_ranked(4), "note OR other OR armistice OR short")  # 6, 20, 1 and 1 hits, of which 4 are ranked at most
    assert set(order[:2]) == {"d5", "d8"}
    assert order[2:] == sorted(order[2:], key=lambda id_: (id_[0], int(id_[1:])))


def test_words_that_most_documents_have_are_weighed_too_where_one_must_match(loaded: Callable[..., Archive]) -> None:
    choose = Random(5)  # noqa: S311 - not for secrets
    words = {f"w{i}": 2 / (i + 1) for i in range(20)}  # w0 and w1 are in most of them
    texts = {f"d{n}": choose.choices(list(words), list(words.values()), k=choose.randrange(2, 30)) for n in range(120)}
    archive = loaded("\n".join(f"- {{type: document, id: {id_}, title: {' '.join(text)}}}" for id_, text in texts.items()))
    for asked in (
        ["w0", "w1"],
        ["w1", "w7", "w0"],
        ["w0", "w0", "w3"],
        ["w0", "w12", "the"],
        ["w2", "w9", "w9", "w15", "missing"],
    ):
        scores = {id_: score(asked, texts, id_) for id_ in texts if set(asked) & set(texts[id_])}
        order = found(archive, " OR ".join(asked), first=100)
        assert set(order) <= set(scores)
        assert [scores[id_] for id_ in order] == pytest.approx(sorted(scores.values(), reverse=True)[:100], abs=1e-6)


def score(asked: list[str], texts: dict[str, list[str]], id_: str) -> float:
    """BM25 as the books have it, of a text that is a title, which counts twice."""
    average = sum(map(len, texts.values())) / len(texts)
    total = 0.0
    for word in asked:
        hits = sum(word in text for text in texts.values())
        often = 2 * Counter(texts[id_])[word]
        rarity = math.log(1 + (len(texts) - hits + 0.5) / (hits + 0.5))
        total += rarity * often * 2.2 / (often + 1.2 * (0.25 + 0.75 * len(texts[id_]) / average))
    return total


def test_what_must_not_match_is_left_out_where_one_word_must(few_ranked: Callable[[int], Archive]) -> None:
    assert sorted(found(few_ranked(1000), "talks OR armistice -note")) == ["d5", "d8"]
    assert sorted(found(few_ranked(1), "talks OR armistice -note")) == ["d5", "d8"]


def test_a_search_with_or_is_ranked_alike_at_the_root_and_within_lists(nine: Archive) -> None:
    text = """query ($s: String!) {
      person(id: "roshchin") { documents(search: $s, first: 50) { edges {
        matches(first: 1) { field } participations { role } node { recordId topics(first: 2) { nodes {
          documents(search: $s, first: 1) { totalCount } } } } } } }
      topics(first: 3) { nodes { name documents(search: $s, first: 1) { facets {
        people(search: $s, first: 2) { totalCount edges { node { name } } } } } } }
      documents(search: $s, filter: {person: {id: ["roshchin"]}}, first: 50) { nodes { recordId } } }"""
    answered = ask_archive(nine, text, {"s": "mao OR zhou OR korea"})
    assert "errors" not in answered
    data = answered["data"]
    within = [edge["node"]["recordId"] for edge in data["person"]["documents"]["edges"]]
    assert within == [node["recordId"] for node in data["documents"]["nodes"]]
    assert len(within) > 3


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("most", [1, 2, 3, 5])
@pytest.mark.parametrize("search", ["talks", "talks OR the", "talks OR note -other"])
@pytest.mark.parametrize("text", [HITS, PAGE])
def test_all_hits_are_paged_through_once_forwards_and_backwards(
    few_ranked: Callable[[int], Archive], most: int, direction: str, search: str, text: str
) -> None:
    archive, by = few_ranked(most), {"field": "RELEVANCE", "direction": direction}
    whole = found(archive, search, by=by)
    for size, cursor, edge, more in (
        ("first", "after", "endCursor", "hasNextPage"),
        ("last", "before", "startCursor", "hasPreviousPage"),
    ):
        seen: list[str] = []
        at, goes_on = None, True
        while goes_on:
            page = ask_archive(archive, text, {"search": search, "by": by, size: 2, cursor: at})["data"]["documents"]
            assert page["pageInfo"]["hasPreviousPage" if size == "first" else "hasNextPage"] == bool(seen)
            ids = [node["recordId"] for node in page["nodes"]]
            seen = seen + ids if size == "first" else ids + seen
            at, goes_on = page["pageInfo"][edge], page["pageInfo"][more]
            assert page["totalCount"] == 7
        assert seen == whole
    assert sorted(whole) == ["d1", "d2", "d3", "d4", "d5", "d6", "d7"]


def test_counts_are_exact_however_few_are_ranked(few_ranked: Callable[[int], Archive]) -> None:
    answers = [ask_archive(few_ranked(most), HITS, {"search": "other", "first": 0})["data"]["documents"] for most in (1, 1000)]
    assert answers[0]["totalCount"] == 20
    assert answers[0]["facets"] == answers[1]["facets"]
    assert answers[0]["facets"]["years"]["edges"] == [{"documentCount": 20, "node": {"value": "1950"}}]


def test_better_hits_have_all_words_in_one_column_that_counts_more_or_are_one_side_of_an_or() -> None:
    words = Words("english")
    search = parsed("korea talks", DOCUMENT, words)
    assert search
    assert search.better == tuple(
        f'({{{column}}} : "korea") AND ({{{column}}} : "{form}")'
        for column, form in (("title", "talk"), ("people", "talks"), ("topics", "talk"))
    )
    either = parsed("mao OR kim", PERSON, words)
    assert either
    assert either.better[-2:] == tuple(f'{either.match} AND ({{name names description}} : "{name}")' for name in ("mao", "kim"))
    fields = parsed("title:korea", DOCUMENT, words)
    assert fields
    assert fields.better == ()
