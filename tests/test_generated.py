"""Whatever is asked, the planner answers as the slow oracle does, with one statement, and the same by a kept plan as by a new one."""

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Asked, ask_archive
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from queries import ALWAYS, ORACLE, ORDERS, RECORDS, SCHEMA, chains, generated, nesting, rewritten, thorough, without_cursors

from data.load import load
from data.reading import Brief, Reading
from data.store import Store
from schema.execute import Archive
from schema.limits import Limits


class Counted(Store):
    """A store that counts the statements it runs."""

    statements = 0

    def answer(self, sql: str, values: tuple[Any, ...], reading: Reading | Brief | None = None) -> bytes:
        found = super().answer(sql, values, reading)
        self.statements += 1  # one that was stopped, to be run in a thread, is none
        return found


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    store = Counted.create(f"sqlite:///{tmp_path_factory.mktemp('generated') / 'archive.db'}")
    load(store, RECORDS)
    generous = Limits(
        query_max_depth=100,
        query_max_fields=100_000,
        query_max_aliases=1000,
        query_max_directives=1000,
        query_max_cost_rows=10**12,
        answers_max_bytes=0,
    )
    yield Archive(store, limits=generous)
    store.close()


def assert_answered(found: dict[str, Any], expected: dict[str, Any], text: str) -> None:
    if found != expected and "errors" in found:
        assert [error["extensions"]["code"] for error in found["errors"]] == ["QUERY_TOO_DEEP"]
        assert nesting(text) > ALWAYS
        return
    assert found == expected


@pytest.fixture(scope="module")
def once(archive: Archive) -> Asked:
    """Asks, and sees that it took one statement."""
    store = archive.store
    assert isinstance(store, Counted)

    def asked(text: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        before = store.statements
        found = ask_archive(archive, text, variables)
        codes = [error["extensions"]["code"] for error in found.get("errors", ())]
        assert store.statements == before + (codes != ["QUERY_TOO_DEEP"])  # what the database cannot parse is none
        return found

    return asked


@thorough
@given(text=generated)
def test_every_query_has_the_oracles_answer_in_one_statement(once: Asked, text: str) -> None:
    text = without_cursors(text)
    assert_answered(once(text), ORACLE.answer(text), text)


@thorough
@given(text=generated)
def test_variables_fragments_and_directives_change_nothing(once: Asked, text: str) -> None:
    text = without_cursors(text)
    other, variables = rewritten(text, SCHEMA)
    expected = ORACLE.answer(text)
    assert ORACLE.answer(other, variables) == expected
    assert_answered(once(other, variables), expected, text)
    assert_answered(once(other, variables), expected, text)  # by the plan that was kept


@thorough
@given(chain=chains())
def test_lists_in_lists_in_lists_are_answered(once: Asked, chain: str) -> None:
    text = f"{{ {chain} }}"
    assert_answered(once(text), ORACLE.answer(text), text)


# Pages: walking a list from either end shows each thing once, in the order of the oracle.

WALKS = {
    "documents": [
        None,
        *ORDERS["Document"],
        "{field: DATE, direction: DESC}",
        "{field: POSITION, direction: DESC}",
        "{field: TITLE}",
    ],
    'person(id: "ann") { documents': [None, *ORDERS["Document"], "{field: DATE, direction: DESC}"],
    "people": [None, *ORDERS["Person"]],
    'document(id: "Document:odd") { related': [None, *ORDERS["Document"]],
    'topic(id: "korea") { people': [None, *ORDERS["Person"]],
    'document(id: "Document:odd") { people': [None, *ORDERS["Person"]],
    'topic(id: "awkward") { documents': [None, *ORDERS["Document"]],
}
LISTED = [(field, order) for field, orders in WALKS.items() for order in orders]


def page_of(ask: Asked, field: str, args: str) -> dict[str, Any]:
    end = "} }" if "{" in field else "}"
    selection = "totalCount edges { cursor node { recordId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    found: Any = ask(f"{{ {field}({args}) {{ {selection} }} {end}")["data"]
    while "edges" not in found:
        (found,) = found.values()
    return dict(found)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(("field", "order"), LISTED)
def test_a_walk_through_all_pages_shows_each_thing_once(once: Asked, field: str, order: str | None, size: int) -> None:
    by = f"orderBy: {order}, " if order else ""
    whole = page_of(ORACLE.answer, field, f"{by}first: 100")
    ids = [edge["node"]["recordId"] for edge in whole["edges"]]
    assert ids
    for count, cursor_name, more, end in (
        ("first", "after", "hasNextPage", "endCursor"),
        ("last", "before", "hasPreviousPage", "startCursor"),
    ):
        seen: list[str] = []
        cursor, again = None, True
        while again:
            position = f', {cursor_name}: "{cursor}"' if cursor else ""
            page = page_of(once, field, f"{by}{count}: {size}{position}")
            assert page["totalCount"] == len(ids)
            found = [edge["node"]["recordId"] for edge in page["edges"]]
            assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
            assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
            seen = seen + found if count == "first" else found + seen
            cursor, again = page["pageInfo"][end], page["pageInfo"][more]
        assert seen == ids


@pytest.mark.parametrize(("field", "order"), LISTED)
def test_what_lies_between_two_cursors_is_cut_as_relay_says(once: Asked, field: str, order: str | None) -> None:
    by = f"orderBy: {order}, " if order else ""
    whole = page_of(once, field, f"{by}first: 100")
    ours = [edge["cursor"] for edge in whole["edges"]]
    theirs = [edge["cursor"] for edge in page_of(ORACLE.answer, field, f"{by}first: 100")["edges"]]
    middle = len(ours) // 2
    for after, before in ((0, middle), (0, len(ours) - 1), (middle, middle), (middle, 0)):
        for sizes in ("first: 1", "last: 1", "first: 2, last: 1", "first: 1, last: 2", "first: 0", "first: 100", "last: 100"):
            found, expected = (
                page_of(asked, field, f'{by}{sizes}, after: "{cursors[after]}", before: "{cursors[before]}"')
                for asked, cursors in ((once, ours), (ORACLE.answer, theirs))
            )
            assert [edge["node"] for edge in found["edges"]] == [edge["node"] for edge in expected["edges"]], sizes
            for flag in ("hasNextPage", "hasPreviousPage"):
                assert found["pageInfo"][flag] == expected["pageInfo"][flag], (sizes, after, before)


def test_one_plan_serves_all_variables_of_a_shape(archive: Archive) -> None:
    text = """query ($ids: [ID!], $size: Int, $period: String!, $order: DocumentOrderField!, $dated: Boolean) {
      documents(filter: {or: [{id: $ids}, {date: {edtf: $period}}, {dated: $dated}]}, orderBy: {field: $order}, first: $size) {
        totalCount nodes { recordId } } }"""
    fresh = Archive(archive.store)
    for order in ("DATE", "TITLE"):
        for dated in (True, False, None):
            for ids in ([], ["odd"], ["ann", "Document:odd", "undated"], None):
                for size, period in ((0, "1949"), (1, "1950"), (50, "../1949-12")):
                    variables = {"ids": ids, "size": size, "period": period, "order": order, "dated": dated}
                    assert ask_archive(fresh, text, variables) == ORACLE.answer(text, variables)
    assert len(fresh.preparing.plans.made) == 2 * 3 * 2


VALUES: dict[str, list[Any]] = {
    "ids": [[], ["odd"], ["ann", "Document:odd", "undated"], ["nobody"]],
    "first": [None, 0, 1, 50],
    "search": ["korea", "zhou", "-zhou", "date:1950", '"no such phrase"', ""],
    "field": ["DATE", "TITLE", "POSITION"],
    "direction": ["ASC", "DESC"],
    "more": [True, False],
    "period": ["1949", "../1949-12", "1950~"],
}
OF_MANY = """query ($ids: [ID!]!, $first: Int, $search: String, $field: DocumentOrderField!, $direction: OrderDirection!,
  $more: Boolean!, $period: String!) {
  documents(search: $search, first: $first, orderBy: {field: $field, direction: $direction},
    filter: {or: [{id: $ids}, {date: {edtf: $period}}, {dated: $more}]}) {
    totalCount @include(if: $more)
    nodes { recordId people(first: $first) @skip(if: $more) { nodes { name } } } } }"""


@given(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()}))
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_plans_that_were_kept_answer_as_new_ones_do(archive: Archive, variables: dict[str, Any]) -> None:
    new = Archive(archive.store, limits=archive.limits)
    assert ask_archive(archive, OF_MANY, variables) == ask_archive(new, OF_MANY, variables)


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Document") { name fields { name } } }',
        "{ __typename __schema { directives { name } } }",
    ],
)
def test_introspection_alone_needs_no_statement(archive: Archive, text: str) -> None:
    store = archive.store
    assert isinstance(store, Counted)
    before = store.statements
    assert "errors" not in ask_archive(archive, text)
    assert store.statements == before


@pytest.mark.parametrize(
    "text",
    [
        "{ __typename }",
        '{ __schema { queryType { name } } documents(first: 2) { nodes { title } } node(id: "Topic:korea") { __typename id } }',
        """{ a: person(id: "ann") { name } b: person(id: "bob") { ...P } ... on Query { c: topics { totalCount } } }
        fragment P on Node { id ... on Person { name kind } ... on Document { title } }""",
        '{ person(id: "ann") { names { name } } person(id: "ann") { names { kind } name } }',
        "{ documents(first: 1) { nodes { people { nodes { name } } } } documents(first: 1) { nodes { people { nodes { kind } } } } }",
    ],
)
def test_operations_of_every_form_take_one_statement(once: Asked, text: str) -> None:
    assert once(text) == ORACLE.answer(text)
