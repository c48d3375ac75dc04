"""What else is like a document, and who wrote to whom."""

from collections.abc import Callable
from typing import Any

import oracle_network
import pytest
from conftest import Asked, ask_archive

from data.dates import parse_edtf
from schema.execute import Archive

RELATED = """query ($id: ID!, $first: Int, $after: String) { document(id: $id) { related(first: $first, after: $after) { totalCount
  pageInfo { endCursor hasNextPage }
  edges { score daysApart sharedPeople { recordId } sharedTopics { recordId } node { recordId } } } } }"""


def related(archive: Archive, id_: str, **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = ask_archive(archive, RELATED, {"id": id_, **more})["data"]["document"]["related"]
    return found


SECRETARY = "\n".join(
    ["- {type: person, id: secretary, name: The Secretary}", "- {type: topic, id: all, name: Everything}"]
    + [f"- {{type: person, id: p{i}, name: Person {i}}}" for i in range(12)]
    + [f"- {{type: topic, id: t{i}, name: Topic {i}}}" for i in range(5)]
    + [
        f"- {{type: document, id: d{i}, title: Document {i}, date: 19{50 + i % 7}-0{1 + i % 9}, topics: [all, t{i % 5}], "
        f"people: [{{person: secretary, role: sender}}, {{person: p{i * 7 % 12}, role: recipient}}]}}"
        for i in range(40)
    ]
    + ["- {type: document, id: lone, title: Lone, date: 1951-03-04, topics: [all]}"]
)


def test_what_few_share_is_nearer_than_what_all_share(loaded: Callable[..., Archive]) -> None:
    found = related(loaded(SECRETARY), "d0", first=100)
    by_id = {edge["node"]["recordId"]: edge for edge in found["edges"]}
    assert found["totalCount"] == 40
    assert "d0" not in by_id
    nearest = found["edges"][0]
    assert {p["recordId"] for p in nearest["sharedPeople"]} == {"secretary", "p0"}
    assert [t["recordId"] for t in by_id["lone"]["sharedTopics"]] == ["all"]
    assert by_id["lone"]["sharedPeople"] == []
    assert by_id["lone"]["score"] < 2 * 0.8
    scores = [edge["score"] for edge in found["edges"]]
    assert scores == sorted(scores, reverse=True)


def test_pages_of_related_documents_show_each_once(loaded: Callable[..., Archive]) -> None:
    archive = loaded(SECRETARY)
    whole = [edge["node"]["recordId"] for edge in related(archive, "d3", first=100)["edges"]]
    seen: list[str] = []
    cursor, more = None, True
    while more:
        page = related(archive, "d3", first=7, after=cursor)
        seen += [edge["node"]["recordId"] for edge in page["edges"]]
        cursor, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == whole


def test_somebody_in_nearly_all_documents_leads_only_to_those_next_in_time(
    loaded: Callable[..., Archive], monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = loaded(SECRETARY)
    exact = {edge["node"]["recordId"]: edge for edge in related(archive, "d0", first=100)["edges"]}
    monkeypatch.setattr("schema.related.RARE_DOCUMENTS", 10)
    monkeypatch.setattr("schema.related.NEIGHBOURS", 2)
    bounded = related(Archive(archive.store), "d0", first=100)["edges"]
    rare = {
        id_ for id_, edge in exact.items() if {"p0", "t0"} & {t["recordId"] for t in edge["sharedPeople"] + edge["sharedTopics"]}
    }
    found = {edge["node"]["recordId"] for edge in bounded}
    assert rare < found
    assert len(found - rare) <= 4
    assert all(edge == exact[edge["node"]["recordId"]] for edge in bounded)


def test_a_document_without_people_and_topics_is_like_no_other(loaded: Callable[..., Archive]) -> None:
    archive = loaded("- {type: document, id: a, title: A, date: 1950}\n- {type: document, id: b, title: B, date: 1950}")
    assert related(archive, "a") == {"totalCount": 0, "pageInfo": {"endCursor": None, "hasNextPage": False}, "edges": []}


@pytest.mark.parametrize(
    ("one", "other", "days"),
    [
        ("1950-06-25", "1950-06-26", 1),
        ("1950-06", "1950-06-30", 0),
        ("1950", "1949-12-31", 1),
        ("1952-02-28", "1952-03-01", 2),
        ("1900-02-28", "1900-03-01", 1),
        ("-0001-12-31", "0000-01-01", 1),
        ("-0044-03-15", "1950-01-01", 728_220),
        ("1950/..", "1940", None),
        ("../1950", "1960", None),
    ],
)
def test_the_days_between_two_dates_are_counted_by_the_calendar(
    loaded: Callable[..., Archive], one: str, other: str, days: int | None
) -> None:
    topic = "- {type: topic, id: t, name: T}"
    documents = [f"- {{type: document, id: d{i}, title: D, date: '{d}', topics: [t]}}" for i, d in enumerate((one, other))]
    archive = loaded("\n".join([topic, *documents]))
    (edge,) = related(archive, "d0")["edges"]
    assert edge["daysApart"] == days
    if days is not None:
        assert oracle_network.days_apart(parse_edtf(one), parse_edtf(other)) == days


# Correspondence

LETTERS = """query ($person: [ID!], $filter: DocumentFilter, $search: String, $first: Int, $after: String) {
  correspondence(person: $person, filter: $filter, search: $search, first: $first, after: $after) { totalCount
    nodes { sender { recordId } recipient { recordId } documentCount firstDate { edtf } lastDate { edtf } }
    pageInfo { endCursor hasNextPage } } }"""

WRITTEN = """
- {type: person, id: ann, name: Ann}
- {type: person, id: bob, name: Bob}
- {type: person, id: cid, name: Cid}
- {type: document, id: a, title: Peace, date: 1950-05, people: [{person: ann, role: sender}, {person: bob, role: recipient}, {person: bob, role: recipient}]}
- {type: document, id: b, title: War, date: 1949, people: [{person: ann, role: sender}, {person: bob, role: recipient}, {person: cid, role: recipient}]}
- {type: document, id: c, title: War, people: [{person: ann, role: sender}, {person: bob, role: recipient}, {role: recipient, as: Somebody}]}
- {type: document, id: d, title: Answer, date: 1951, people: [{person: bob, role: sender}, {person: ann, role: recipient}, {person: bob, role: recipient}]}
- {type: document, id: e, title: Talk, date: 1951, people: [{person: bob, role: participant}, {person: ann, role: mentioned}]}
"""


def pairs(archive: Archive, **asked: Any) -> list[tuple[Any, ...]]:
    found = ask_archive(archive, LETTERS, asked)["data"]["correspondence"]
    assert found["totalCount"] == len(found["nodes"]) or asked.get("first")
    return [
        (
            node["sender"]["recordId"],
            node["recipient"]["recordId"],
            node["documentCount"],
            *(date and date["edtf"] for date in (node["firstDate"], node["lastDate"])),
        )
        for node in found["nodes"]
    ]


def test_who_wrote_to_whom_is_told_in_both_directions(loaded: Callable[..., Archive]) -> None:
    assert pairs(loaded(WRITTEN)) == [
        ("ann", "bob", 3, "1949", "1950-05"),
        ("bob", "ann", 1, "1951", "1951"),
        ("ann", "cid", 1, "1949", "1949"),
    ]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"person": ["cid"]}, [("ann", "cid", 1, "1949", "1949")]),
        ({"search": "war"}, [("ann", "bob", 2, "1949", "1949"), ("ann", "cid", 1, "1949", "1949")]),
        ({"search": "war", "person": ["Person:bob"]}, [("ann", "bob", 2, "1949", "1949")]),
        ({"filter": {"dated": False}}, [("ann", "bob", 1, None, None)]),
        ({"filter": {"person": {"id": ["bob"], "role": ["SENDER"]}}}, [("bob", "ann", 1, "1951", "1951")]),
        ({"person": []}, []),
        ({"search": "nothing"}, []),
    ],
)
def test_letters_are_chosen_as_documents_are(loaded: Callable[..., Archive], asked: dict[str, Any], found: list[Any]) -> None:
    assert pairs(loaded(WRITTEN), **asked) == found


def test_it_is_what_the_correspondents_of_each_person_say(ask: Asked) -> None:
    text = """{ correspondence(first: 100) { nodes { sender { recordId } recipient { recordId } documentCount } }
      people(first: 100) { nodes { recordId correspondents(first: 100) { edges { sentCount node { recordId } } } } } }"""
    found = ask(text)["data"]
    sent = {
        (person["recordId"], edge["node"]["recordId"]): edge["sentCount"]
        for person in found["people"]["nodes"]
        for edge in person["correspondents"]["edges"]
        if edge["sentCount"]
    }
    letters = found["correspondence"]["nodes"]
    assert {(p["sender"]["recordId"], p["recipient"]["recordId"]): p["documentCount"] for p in letters} == sent
    assert sent


def test_pages_of_pairs_show_each_once(loaded: Callable[..., Archive]) -> None:
    archive = loaded(WRITTEN)
    seen: list[Any] = []
    cursor = None
    for _ in range(3):
        page = ask_archive(archive, LETTERS, {"first": 1, "after": cursor})["data"]["correspondence"]
        seen += page["nodes"]
        cursor = page["pageInfo"]["endCursor"]
    assert not page["pageInfo"]["hasNextPage"]
    assert seen == ask_archive(archive, LETTERS)["data"]["correspondence"]["nodes"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"first": -1}, "ARGUMENT_INVALID"),
        ({"first": 101}, "PAGE_TOO_LARGE"),
        ({"after": "nonsense"}, "CURSOR_INVALID"),
        ({"search": "x" * 10_000}, "SEARCH_INVALID"),
        ({"filter": {"date": {"edtf": "1951/1950"}}}, "ARGUMENT_INVALID"),
    ],
)
def test_what_cannot_be_is_refused(loaded: Callable[..., Archive], asked: dict[str, Any], code: str) -> None:
    found = ask_archive(loaded(WRITTEN), LETTERS, asked)
    assert found["errors"][0]["extensions"]["code"] == code


def test_a_cursor_of_another_search_is_refused(loaded: Callable[..., Archive]) -> None:
    archive = loaded(WRITTEN)
    page = ask_archive(archive, LETTERS, {"first": 1, "search": "war"})["data"]["correspondence"]
    found = ask_archive(archive, LETTERS, {"first": 1, "search": "peace", "after": page["pageInfo"]["endCursor"]})
    assert found["errors"][0]["extensions"]["code"] == "CURSOR_INVALID"
