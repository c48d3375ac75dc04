"""What the database does for a query, by its own account: no table is read from end to end where an index should serve."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from conftest import ask_archive
from generator import MEDIUM, TENTH, build
from peers.questions import QUESTIONS

from data.cursors import seal
from schema.execute import Archive

DOCUMENTS = 2000
SCAN = re.compile(
    r"SCAN (documents|people|topics|participations|document_people|document_topics|names|identifiers)\w*( USING .*)?$"
)
ORDERS = ("DATE", "DATE_LATEST", "TITLE", "POSITION")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    store = build(tmp_path_factory.mktemp("made") / "made.db", DOCUMENTS)
    yield Archive(store)
    store.close()


def steps(archive: Archive, text: str, variables: dict[str, Any] | None = None) -> list[str]:
    """How the database goes about the statement of a query."""
    preparing = archive.preparing
    ready = preparing.new(preparing.operation(text, None), variables)
    assert ready.plan
    with archive.store.reading() as connection:
        return [str(row[3]) for row in connection.execute(f"EXPLAIN QUERY PLAN {ready.plan.sql}", ready.values)]


def scans(archive: Archive, text: str, variables: dict[str, Any] | None = None) -> list[str]:
    """The tables that are read from end to end; in the order of an index is no such reading where a page ends it."""
    return [step for step in steps(archive, text, variables) if SCAN.match(step)]


def sorts(archive: Archive, text: str, variables: dict[str, Any] | None = None) -> list[str]:
    return [step for step in steps(archive, text, variables) if "TEMP B-TREE" in step]


def variables_of(archive: Archive, question: str) -> dict[str, Any]:
    positions = {"Q3": '["Query.documents DEFAULT ASC",100]', "Q5": '["Query.documents DATE ASC",19500101,100]'}
    if question in positions:
        return {"after": seal(archive.store.secret, positions[question])}
    return {"id": "d7"} if question == "Q1" else {}


@pytest.mark.parametrize(
    "question", [question for question in QUESTIONS if question.name not in ("Q4", "Q6")], ids=lambda one: one.name
)
def test_the_questions_of_the_benchmark_read_by_indexes_and_sort_nothing(made: Archive, question: Any) -> None:
    variables = variables_of(made, question.name)
    assert [step for step in scans(made, question.text, variables) if "INDEX" not in step] == []
    assert sorts(made, question.text, variables) == []


@pytest.mark.parametrize(
    "question", [question for question in QUESTIONS if question.name in ("Q4", "Q6")], ids=lambda one: one.name
)
def test_a_search_reads_its_index_and_of_the_tables_only_what_it_found(made: Archive, question: Any) -> None:
    assert scans(made, question.text, {"search": "everywhere"}) == []
    assert any("document_search" in step for step in steps(made, question.text, {"search": "everywhere"}))


@pytest.mark.parametrize("direction", ["ASC", "DESC"])
@pytest.mark.parametrize("order", ORDERS)
def test_every_order_of_documents_is_read_from_an_index_and_entered_where_the_page_begins(
    made: Archive, order: str, direction: str
) -> None:
    by = f"orderBy: {{field: {order}, direction: {direction}}}"
    first = f"{{ documents(first: 20, {by}) {{ nodes {{ title }} }} }}"
    (read,) = scans(made, first)
    assert "INDEX" in read
    assert sorts(made, first) == []
    value = '"x"' if order == "TITLE" else "19500101"
    position = f'["Query.documents {order} {direction}",{value},100]'
    after = seal(made.store.secret, position)
    next_page = f'{{ documents(first: 20, after: "{after}", {by}) {{ nodes {{ title }} }} }}'
    assert scans(made, next_page) == []
    assert sorts(made, next_page) == []


@pytest.mark.parametrize(
    "filter_",
    [
        'id: ["d7"]',
        'person: {id: ["p7"]}',
        'person: {id: ["p7"], role: [SENDER]}',
        'topic: {id: ["t7"]}',
        'topic: {id: ["t7"], includeNarrower: true}',
        'identifier: ["local:7"]',
        'genre: ["diary"]',
    ],
)
def test_documents_are_found_by_an_index_and_not_by_asking_each(made: Archive, filter_: str) -> None:
    assert scans(made, f"{{ documents(filter: {{{filter_}}}) {{ totalCount }} }}") == []


@pytest.mark.parametrize("kind", ["people", "topics"])
def test_people_and_topics_are_found_by_an_index(made: Archive, kind: str) -> None:
    assert scans(made, f'{{ {kind}(filter: {{id: ["x"]}}) {{ totalCount }} }}') == []


@pytest.mark.parametrize("filter_", ["null", '{genre: ["diary"]}'])
@pytest.mark.parametrize("search", [TENTH, f"{TENTH} OR {MEDIUM}"])
def test_a_later_page_by_relevance_asks_the_index_no_more_often_than_the_first(made: Archive, search: str, filter_: str) -> None:
    text = f"query ($s: String, $c: String) {{ documents(search: $s, filter: {filter_}, first: 2, after: $c) {{ "
    text += "edges { cursor node { recordId } } pageInfo { hasNextPage endCursor } } }"
    page = ask_archive(made, text, {"s": search})["data"]["documents"]
    first, later = (steps(made, text, {"s": search, "c": c}) for c in (None, page["pageInfo"]["endCursor"]))
    first, later = ([step for step in some if "document_search" in step] for some in (first, later))
    assert first
    assert later == first


def test_the_hits_of_each_word_of_a_search_with_or_are_counted_once(made: Archive) -> None:
    found = steps(made, "query ($s: String) { documents(search: $s) { nodes { recordId } } }", {"s": f"{TENTH} OR {MEDIUM}"})
    assert sum(step.startswith("CORRELATED SCALAR SUBQUERY") for step in found) == 1
    assert sum(step.startswith("SCAN documents USING COVERING INDEX") for step in found) == 1


GROUPED = {
    "related": ("Document:d7", "related", f"{TENTH} OR {MEDIUM}"),
    "correspondents": ("Person:p0", "correspondents", "ba* OR do*"),
    "people": ("Topic:t0", "people", "ba*"),
}


@pytest.mark.parametrize(("id_", "name", "search"), GROUPED.values(), ids=GROUPED)
def test_a_search_within_a_grouped_list_asks_the_index_once_and_finds_what_it_finds_of_all(
    made: Archive, id_: str, name: str, search: str
) -> None:
    of, kind = id_.partition(":")[0], "documents" if name == "related" else "people"
    text = f"query ($id: ID!, $s: String) {{ node(id: $id) {{ ... on {of} {{ {name}(search: $s, first: 100) {{ "
    text += "totalCount nodes { recordId } } } } }"
    assert [step for step in steps(made, text, {"id": id_, "s": search}) if re.search(r"VIRTUAL TABLE INDEX \d+:=", step)] == []
    found, every = (ask_archive(made, text, {"id": id_, "s": s})["data"]["node"][name] for s in (search, None))
    all_of_it = f"query ($s: String) {{ {kind}(search: $s, first: 100) {{ totalCount nodes {{ recordId }} }} }}"
    hits = [one["recordId"] for one in ask_archive(made, all_of_it, {"s": search})["data"][kind]["nodes"]]
    assert 0 < found["totalCount"] < every["totalCount"]
    order = [one["recordId"] for one in found["nodes"]]
    best = [key for key in hits if key in order]
    assert best
    assert order[: len(best)] == best
