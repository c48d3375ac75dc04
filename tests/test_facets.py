"""A results page in one request: facets, a timeline and certainty of dates, counted over the whole list as the oracle counts them."""

from collections.abc import Callable
from typing import Any

import pytest
from conftest import Asked, ask_archive
from test_generated import ORACLE, archive, once

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
]


@pytest.mark.parametrize("search", [None, "", "soviet", "stalin OR ann", "-stalin", "date:1950 OR ann", "nothing at all"])
@pytest.mark.parametrize("wanted", FILTERS)
@pytest.mark.parametrize("by", ["YEAR", "MONTH", "DECADE"])
def test_a_results_page_is_what_the_oracle_counts_in_one_statement(once: Asked, search: str | None, wanted: Any, by: str) -> None:
    variables = {"search": search, "filter": wanted, "by": by}
    assert once(PAGE, variables) == ORACLE.answer(PAGE, variables)


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


@pytest.mark.parametrize("facet", ["people", "topics", "genres", "years"])
def test_a_cursor_of_a_facet_is_no_cursor_of_the_same_facet_of_another_search(ask: Asked, facet: str) -> None:
    text = f"""query ($search: String, $after: String) {{ documents(search: $search) {{ facets {{
      {facet}(first: 1, after: $after) {{ pageInfo {{ endCursor }} }} }} }} }}"""
    cursor = ask(text, {"search": "soviet"})["data"]["documents"]["facets"][facet]["pageInfo"]["endCursor"]
    assert "errors" not in ask(text, {"search": "soviet", "after": cursor})
    for other in ("china", None):
        assert ask(text, {"search": other, "after": cursor})["errors"][0]["extensions"]["code"] == "CURSOR_INVALID"
