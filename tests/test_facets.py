"""A results page in one request: facets, a timeline and certainty of dates, counted over the whole list as the oracle counts them."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conftest import Asked, ask_archive
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from queries import ORACLE, PERIODS
from test_generated import archive, once

from data.store import Store
from schema.execute import Archive

__all__ = ["archive", "once"]

PAGE = """query ($search: String, $filter: DocumentFilter, $by: TimelineUnit!) {
  documents(search: $search, filter: $filter, first: 2) {
    totalCount
    edges { dateMatch node { recordId } matches { field name fragments { text hit } } }
    facets {
      people(first: 4) { totalCount edges { documentCount isChosen node { recordId } } }
      senders: people(role: [SENDER, AUTHOR], prefix: "an") { totalCount edges { documentCount isChosen node { recordId } } }
      topics(first: 50) { totalCount edges { documentCount isChosen node { recordId } } }
      places: topics(kind: [PLACE], search: "korea OR zzz", filter: {not: {name: ["none"]}}) { totalCount nodes { name } }
      genres { totalCount edges { documentCount isChosen node { value } } pageInfo { hasNextPage } }
      languages { totalCount edges { documentCount isChosen node { value } } }
      years(first: 100) { totalCount edges { documentCount isChosen node { value } } }
    }
    timeline(by: $by) { bucketCount undatedCount buckets(first: 40) { edtf earliest latest certainCount possibleCount } }
  }
}"""
FILTERS: list[Any] = [
    None,
    {"date": {"edtf": "1950"}},
    {"date": {"edtf": "1949-12/1950", "match": "WITHIN"}},
    {"date": {"edtf": "1949", "includeUndated": True}},
    {"person": {"id": ["stalin", "Person:ann"], "role": ["SENDER"]}, "genre": ["LETTER"]},
    {"topic": {"id": ["awkward"], "includeNarrower": True}, "language": ["zh"]},
    {"not": {"person": {"id": ["stalin"]}}, "date": {"edtf": "-0100/1950-06"}},
    {"and": [{"date": {"edtf": "1950"}}, {"and": [{"person": {"id": ["stalin"]}}]}], "genre": ["letter"], "language": ["zh"]},
    {"person": {"id": ["ann"], "role": ["RECIPIENT"]}, "and": [{"person": {"id": ["bob"], "role": ["SENDER"]}}, {}]},
]
SEARCHES = [None, "", "soviet", "stalin OR ann", "-stalin", "date:1950 OR ann", "date:1949/1950 -stalin", "nothing at all"]
UNITS = ["YEAR", "MONTH", "DECADE"]
QUESTIONS = [
    {"search": search, "filter": wanted, "by": UNITS[(i + j) % len(UNITS)]}
    for i, search in enumerate(SEARCHES)
    for j, wanted in enumerate(FILTERS)
]


@pytest.mark.parametrize("variables", QUESTIONS)
def test_a_results_page_is_what_the_oracle_counts_in_one_statement(once: Asked, variables: dict[str, Any]) -> None:
    assert once(PAGE, variables) == ORACLE.answer(PAGE, variables)


# Filters of every form

LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from(["1950", *PERIODS]).map(lambda edtf: {"date": {"edtf": edtf}}),
    st.sampled_from([["letter"], ["diary", "none"], ["Letter", "ciphered telegram"]]).map(lambda names: {"genre": names}),
    st.sampled_from([["zh"], ["en"], ["zh-Hant", "xx"]]).map(lambda tags: {"language": tags}),
    st.fixed_dictionaries(
        {},
        optional={
            "id": st.sampled_from([["ann"], ["stalin", "Person:bob"], ["alone"], ["nobody"]]),
            "role": st.sampled_from([["SENDER"], ["RECIPIENT", "AUTHOR"], []]),
        },
    ).map(lambda criterion: {"person": criterion}),
    st.sampled_from([["korea"], ["awkward-c", "Topic:awkward"]]).map(lambda ids: {"topic": {"id": ids}}),
    st.just({"dated": True}),
)


def joined(filters: list[Any]) -> Any:
    """One filter with the members of all; of the same member, the last."""
    return {key: value for one in filters for key, value in one.items()}


WANTED = st.recursive(
    LEAVES,
    lambda inner: st.lists(
        inner
        | st.lists(inner, max_size=3).map(lambda parts: {"and": parts})
        | inner.map(lambda part: {"not": part})
        | st.lists(inner, min_size=1, max_size=2).map(lambda parts: {"or": parts}),
        min_size=1,
        max_size=3,
    ).map(joined),
    max_leaves=6,
)
CHOICES = """query ($filter: DocumentFilter) { documents(filter: $filter, first: 5) {
  totalCount edges { dateMatch node { recordId } }
  facets {
    people(first: 50) { ...P } senders: people(role: [SENDER]) { ...P } ann: people(role: [RECIPIENT], prefix: "an") { ...P }
    topics { ...T } subjects: topics(kind: [SUBJECT], prefix: "aw") { ...T }
    genres { ...V } languages { ...V } years(first: 50) { ...V }
  } } }
  fragment P on PersonFacetConnection { totalCount edges { documentCount isChosen node { recordId } } }
  fragment T on TopicFacetConnection { totalCount edges { documentCount isChosen node { recordId } } }
  fragment V on FacetValueConnection { totalCount edges { documentCount isChosen node { value } } }"""


@pytest.fixture(scope="module")
def grouping(archive: Archive) -> Iterator[Archive]:
    """The same archive, counted by grouping rows."""
    store = Store.open(f"sqlite:///{archive.store.path}")
    store.has_counts = False
    yield Archive(store)
    store.close()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(wanted=WANTED)
def test_facets_of_filters_of_every_form_are_what_the_oracle_counts(once: Asked, grouping: Archive, wanted: Any) -> None:
    expected = ORACLE.answer(CHOICES, {"filter": wanted})
    assert once(CHOICES, {"filter": wanted}) == expected
    assert ask_archive(grouping, CHOICES, {"filter": wanted}) == expected


def test_it_does_not_matter_to_facets_whether_a_condition_stands_inside_and(once: Asked) -> None:
    at_top = {"genre": ["letter"], "date": {"edtf": "1950"}, "person": {"id": ["ann"]}}
    inside: Any = {"and": [{"genre": ["letter"]}, {"and": [{"date": {"edtf": "1950"}}]}, {"person": {"id": ["ann"]}}]}
    found = once(CHOICES, {"filter": at_top})
    assert once(CHOICES, {"filter": inside}) == found
    assert found["data"]["documents"]["edges"][0]["dateMatch"] == "POSSIBLE"


def test_senders_and_recipients_are_chosen_side_by_side(loaded: Callable[..., Archive]) -> None:
    people = [f"- {{type: person, id: {name}, name: {name.title()}}}" for name in ("ann", "bob", "cat")]
    letters = [
        f"- {{type: document, id: {a}-{b}, title: T, people: [{{person: {a}, role: sender}}, {{person: {b}, role: recipient}}]}}"
        for a, b in (("ann", "bob"), ("ann", "cat"), ("bob", "cat"))
    ]
    text = """query ($f: DocumentFilter) { documents(filter: $f) { facets {
      from: people(role: [SENDER]) { edges { documentCount isChosen node { name } } }
      to: people(role: [RECIPIENT]) { edges { documentCount isChosen node { name } } } } } }"""
    wanted = {"and": [{"person": {"id": ["ann"], "role": ["SENDER"]}}, {"person": {"id": ["cat"], "role": ["RECIPIENT"]}}]}
    found = ask_archive(loaded("\n".join(people + letters)), text, {"f": wanted})["data"]["documents"]["facets"]

    def shown(facet: str) -> list[tuple[Any, ...]]:
        return [(e["node"]["name"], e["documentCount"], e["isChosen"]) for e in found[facet]["edges"]]

    assert shown("from") == [("Bob", 1, False), ("Ann", 1, True)]
    assert shown("to") == [("Cat", 1, True), ("Bob", 1, False)]


RARE = """
- {type: person, id: ann, name: Ann}
- {type: person, id: bob, name: Bob}
- {type: topic, id: war, name: War}
- {type: topic, id: peace, name: Peace}
- {type: document, id: one, title: One, date: "1950", genre: Letter, languages: [en], topics: [war], people: [{person: ann, role: sender}]}
- {type: document, id: two, title: Two, date: "1947/1949", genre: Note, languages: [zh-Hant], topics: [peace],
   people: [{person: bob, role: sender}]}
"""


@pytest.mark.parametrize("has_counts", [True, False])
@pytest.mark.parametrize(
    ("facet", "wanted", "edges"),
    [
        ("people", {"person": {"id": ["bob"]}}, [("Ann", 1, False), ("Bob", 0, True)]),
        ('people(prefix: "an")', {"person": {"id": ["bob"]}}, [("Ann", 1, False)]),
        ('people(prefix: "bo")', {"person": {"id": ["bob"]}}, [("Bob", 0, True)]),
        ("topics", {"topic": {"id": ["peace"]}}, [("War", 1, False), ("Peace", 0, True)]),
        ("genres", {"genre": ["NOTE", "memo"]}, [("Letter", 1, False), ("Note", 0, True)]),
        ("languages", {"language": ["zh"]}, [("en", 1, False), ("zh-Hant", 0, True)]),
        ("years", {"date": {"edtf": "1948"}}, [("1950", 1, False), ("1948", 0, True)]),
        ("years", {"date": {"edtf": "1000/1948"}}, [("1950", 1, False), ("1948", 0, True), ("1947", 0, True)]),
    ],
)
def test_what_is_chosen_is_shown_where_the_other_filters_leave_no_document_of_it(
    loaded: Callable[..., Archive], facet: str, wanted: Any, edges: Any, has_counts: Any
) -> None:
    archive = loaded(RARE)
    archive.store.has_counts = has_counts
    named = facet.startswith(("people", "topics"))
    text = f"""query ($f: DocumentFilter) {{ documents(filter: $f) {{ totalCount facets {{ found: {facet} {{
      totalCount edges {{ documentCount isChosen node {{ value: {"name" if named else "value"} }} }} }} }} }} }}"""
    found = ask_archive(archive, text, {"f": {"id": ["one"], **wanted}})["data"]["documents"]
    shown = [(e["node"]["value"], e["documentCount"], e["isChosen"]) for e in found["facets"]["found"]["edges"]]
    assert (found["totalCount"], shown) == (0, edges)
    assert found["facets"]["found"]["totalCount"] == len(edges)


# Certainty of dates


@pytest.mark.parametrize(
    ("search", "wanted", "fits"),
    [
        ("date:1950", None, {"day": "CERTAIN", "year": "CERTAIN", "range": "POSSIBLE"}),
        ("date:1950-06", None, {"day": "CERTAIN", "year": "POSSIBLE", "range": "POSSIBLE"}),
        ("date:1950", {"date": {"edtf": "1950-06"}}, {"day": "CERTAIN", "year": "POSSIBLE", "range": "POSSIBLE"}),
        ("date:1950-06", {"date": {"edtf": "1950"}}, {"day": "CERTAIN", "year": "POSSIBLE", "range": "POSSIBLE"}),
        ("date:1950 date:1950-06", None, {"day": "CERTAIN", "year": "POSSIBLE", "range": "POSSIBLE"}),
        (None, {"and": [{"date": {"edtf": "1950-06"}}]}, {"day": "CERTAIN", "year": "POSSIBLE", "range": "POSSIBLE"}),
        ("date:1950 OR letter", None, {"day": None, "year": None, "range": None, "undated": None}),
        ("-date:1960", None, {"day": None, "year": None, "range": None, "undated": None}),
        (None, {"or": [{"date": {"edtf": "1950"}}]}, {"day": None, "year": None, "range": None}),
        (
            None,
            {"date": {"edtf": "1950", "includeUndated": True}},
            {"day": "CERTAIN", "year": "CERTAIN", "range": "POSSIBLE", "undated": None},
        ),
    ],
)
def test_a_hit_says_whether_it_surely_is_of_the_time_that_was_asked_for(
    loaded: Callable[..., Archive], search: str | None, wanted: Any, fits: dict[str, Any]
) -> None:
    dates = {"day": "1950-06-25", "year": "1950", "range": "1949/1951"}
    letters = [f'- {{type: document, id: {id_}, title: A letter, date: "{edtf}"}}' for id_, edtf in dates.items()]
    store = loaded("\n".join([*letters, "- {type: document, id: undated, title: A letter}"]))
    text = (
        "query ($s: String, $f: DocumentFilter) { documents(search: $s, filter: $f) { edges { dateMatch node { recordId } } } }"
    )
    found = ask_archive(store, text, {"s": search, "f": wanted})["data"]["documents"]["edges"]
    assert {edge["node"]["recordId"]: edge["dateMatch"] for edge in found} == fits


def test_facet_lists_are_pages_with_cursors(once: Asked) -> None:
    text = """query ($after: String) { documents(search: "soviet OR ann") { facets { people(first: 2, after: $after) {
      totalCount edges { node { name } documentCount } pageInfo { hasNextPage endCursor } } } } }"""
    seen: list[Any] = []
    after, more, total = None, True, 0
    while more:
        page = once(text, {"after": after})["data"]["documents"]["facets"]["people"]
        seen += page["edges"]
        after, more, total = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"], page["totalCount"]
    assert len(seen) == total > 4
    assert [edge["documentCount"] for edge in seen] == sorted((edge["documentCount"] for edge in seen), reverse=True)


def test_choosing_a_value_keeps_the_others_of_its_facet_to_be_chosen_too(ask: Asked) -> None:
    text = """query ($f: DocumentFilter) { documents(filter: $f) { totalCount facets {
      genres { edges { node { value } documentCount isChosen } } people { totalCount } } } }"""
    everything = ask(text)["data"]["documents"]
    first, *_ = everything["facets"]["genres"]["edges"]
    chosen = ask(text, {"f": {"genre": [first["node"]["value"]]}})["data"]["documents"]
    assert chosen["totalCount"] == first["documentCount"] < everything["totalCount"]
    assert [e["documentCount"] for e in chosen["facets"]["genres"]["edges"]] == [
        e["documentCount"] for e in everything["facets"]["genres"]["edges"]
    ]
    assert [e["isChosen"] for e in chosen["facets"]["genres"]["edges"]].count(True) == 1
    assert chosen["facets"]["people"]["totalCount"] < everything["facets"]["people"]["totalCount"]


def test_a_range_is_possible_in_each_year_that_it_may_be_of_and_certain_in_none(once: Asked) -> None:
    text = '{ documents(filter: {id: ["Document:Document:odd"]}) { timeline { buckets { edtf certainCount possibleCount } undatedCount } } }'
    assert once(text)["data"]["documents"]["timeline"] == {
        "buckets": [
            {"edtf": "1950", "certainCount": 0, "possibleCount": 1},
            {"edtf": "1951", "certainCount": 0, "possibleCount": 1},
        ],
        "undatedCount": 0,
    }


def test_undated_documents_are_in_or_out_by_choice(once: Asked) -> None:
    text = 'query ($u: Boolean!) { documents(filter: {date: {edtf: "1950", includeUndated: $u}}) { totalCount timeline { undatedCount } } }'
    out, into = (once(text, {"u": choice})["data"]["documents"] for choice in (False, True))
    assert out["timeline"]["undatedCount"] == 0 < into["timeline"]["undatedCount"]
    assert into["totalCount"] == out["totalCount"] + into["timeline"]["undatedCount"]


def test_an_unknown_facet_is_refused(ask: Asked) -> None:
    error = ask("{ documents { facets { authors { totalCount } } } }")["errors"][0]
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


@pytest.mark.parametrize("arguments", ["people(first: -1)", "people(first: 100000)", 'genres(after: "x")', "topics(first: 101)"])
def test_pages_of_facets_are_bounded_like_all_pages(ask: Asked, arguments: str) -> None:
    error = ask(f"{{ documents {{ facets {{ {arguments} {{ totalCount }} }} }} }}")["errors"][0]
    assert error["extensions"]["code"] in {"ARGUMENT_INVALID", "PAGE_TOO_LARGE", "CURSOR_INVALID"}


@pytest.mark.parametrize("arguments", ["first: -1", "first: 5001", "offset: -1"])
def test_a_timeline_is_bounded(ask: Asked, arguments: str) -> None:
    error = ask(f"{{ documents {{ timeline {{ buckets({arguments}) {{ edtf }} }} }} }}")["errors"][0]
    assert error["extensions"]["code"] in {"ARGUMENT_INVALID", "PAGE_TOO_LARGE"}


def test_a_year_of_a_facet_is_a_date_that_a_filter_takes(loaded: Callable[..., Archive]) -> None:
    days = ["-0043-03-15", "0000", "0009-05", "1950", "Y12000", "Y-17000"]
    store = loaded("\n".join(f'- {{type: document, id: "{day}", title: "{day}", date: "{day}"}}' for day in days))
    found = ask_archive(store, "{ documents { facets { years { nodes { value } } } } }")["data"]["documents"]["facets"]["years"]
    years = {node["value"] for node in found["nodes"]}
    assert years == {"-0043", "0000", "0009", "1950", "Y12000", "Y-17000"}
    one = "query ($year: String!) { documents(filter: {date: {edtf: $year}}) { totalCount } }"
    assert {ask_archive(store, one, {"year": year})["data"]["documents"]["totalCount"] for year in years} == {1}
