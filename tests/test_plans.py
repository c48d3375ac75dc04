"""How the database finds what is asked: by its indexes, however deep the page; no table is read from end to end to be searched."""

import re
from typing import Any

import pytest
from conftest import ask_archive

from schema.execute import Archive

TABLES = "documents|people|topics|participations|document_people|document_topics|document_languages|names|texts"
FULL_SCAN = re.compile(rf"SCAN ({TABLES})(_\d+)?(?! USING)\b(?! USING)")
PAGE = """query ($s: String, $f: DocumentFilter, $by: DocumentOrder, $after: String) {
  documents(search: $s, filter: $f, orderBy: $by, after: $after, first: 2) {
    totalCount edges { cursor node { title } matches { field name } } pageInfo { hasNextPage endCursor }
    facets { people(first: 2) { totalCount nodes { name } } topics { nodes { name } } years { nodes { value } } }
    timeline { buckets { edtf certainCount } } } }"""
LIST = """query ($s: String, $by: DocumentOrder, $after: String, $before: String, $first: Int, $last: Int) {
  documents(search: $s, orderBy: $by, after: $after, before: $before, first: $first, last: $last) {
    nodes { title } pageInfo { hasNextPage endCursor startCursor } } }"""


def steps(archive: Archive, text: str, **variables: Any) -> list[str]:
    """What the database says that it will do, step by step."""
    ready = archive.preparing.new(archive.preparing.operation(text, None), variables)
    assert ready.plan
    with archive.store.reading() as connection:
        return [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {ready.plan.sql}", ready.values)]


@pytest.mark.parametrize("by", [None, {"field": "DATE"}, {"field": "RELEVANCE", "direction": "DESC"}])
@pytest.mark.parametrize("wanted", [None, {"person": {"id": ["stalin"]}}, {"topic": {"id": ["korea"]}, "language": ["en"]}])
def test_a_results_page_reads_no_table_from_end_to_end(nine: Archive, by: Any, wanted: Any) -> None:
    found = steps(nine, PAGE, s="soviet", f=wanted, by=by)
    assert [step for step in found if FULL_SCAN.match(step)] == []
    assert sum("document_search" in step or "VIRTUAL TABLE INDEX 0:M" in step for step in found) >= 1


@pytest.mark.parametrize("field", ["DATE", "DATE_LATEST", "TITLE", "POSITION"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_a_page_is_found_by_its_keys_also_among_documents_of_one_day_or_title(nine: Archive, field: str, direction: str) -> None:
    by = {"field": field, "direction": direction}
    page = ask_archive(nine, LIST, {"by": by, "first": 3})["data"]["documents"]["pageInfo"]
    for place in ({"first": 3, "after": page["endCursor"]}, {"last": 3, "before": page["endCursor"]}):
        found = steps(nine, LIST, by=by, **place)
        seeks = [step for step in found if re.match(r"SEARCH documents_\d+ USING (COVERING )?INDEX", step)]
        assert seeks
        assert all(re.search(r"\(\(\w+,rowid\)[<>]\(\?,\?\)\)", seek) for seek in seeks), seeks


def test_a_page_as_loaded_is_found_by_its_key(nine: Archive) -> None:
    cursor = ask_archive(nine, LIST, {"first": 3})["data"]["documents"]["pageInfo"]["endCursor"]
    found = steps(nine, LIST, first=3, after=cursor)
    assert any(re.match(r"SEARCH documents_\d+ USING INTEGER PRIMARY KEY \(rowid>\?\)", step) for step in found)


def test_hits_are_found_once_for_the_page_its_count_and_its_facets(nine: Archive) -> None:
    found = steps(nine, PAGE, s="soviet")
    assert sum(re.match(r"SCAN document_search_1 VIRTUAL", step) is not None for step in found) == 1
    assert sum(step.startswith("MATERIALIZE") and "anon" in step for step in found) >= 1


@pytest.mark.parametrize("of", ['topic(id: "korea")', 'person(id: "stalin")'])
@pytest.mark.parametrize(
    "wanted", ["nodes { title }", "totalCount", "totalCount nodes { title }", "facets { genres { totalCount } }"]
)
def test_a_search_within_a_list_finds_its_hits_once_not_at_each_row(nine: Archive, of: str, wanted: str) -> None:
    found = steps(nine, f'{{ {of} {{ documents(search: "soviet") {{ {wanted} }} }} }}')
    assert [step for step in found if re.match(r"SCAN document_search_1 VIRTUAL TABLE INDEX 0:M", step)]
    assert [step for step in found if re.match(r"SCAN document_search_1 VIRTUAL TABLE INDEX \d+:=", step)] == []
