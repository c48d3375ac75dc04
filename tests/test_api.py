"""What the archive answers, asked as a frontend would."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import README_QUERY, ask_archive

from data.load import load
from schema.execute import Archive

Asked = Callable[..., dict[str, Any]]


def test_the_readme_query_finds_nine_documents_and_eight_that_name_roshchin(ask: Asked) -> None:
    data = ask(README_QUERY)["data"]
    assert data["documents"]["totalCount"] == 9
    assert [node["date"]["edtf"] for node in data["documents"]["nodes"]][:3] == ["1949-12-09", "1949-10-20", "1949-10-16"]
    documents = data["person"]["documents"]
    assert documents["totalCount"] == len(documents["edges"]) == 8
    assert not any("Charge d" in edge["node"]["title"] for edge in documents["edges"])


def test_the_memorandum_of_9_december_names_an_office_and_no_person(ask: Asked) -> None:
    found = ask("""{ documents(filter: {date: {edtf: "1949-12-09"}}) { nodes { people(role: [PARTICIPANT]) {
        nodes { recordId kind } } } } }""")
    people = found["data"]["documents"]["nodes"][0]["people"]["nodes"]
    assert {"recordId": "soviet-embassy-beijing-charge", "kind": "OFFICE"} in people
    assert "roshchin" not in [person["recordId"] for person in people]


def test_a_diarist_who_takes_part_in_the_conversation_is_one_person(ask: Asked) -> None:
    found = ask("""{ documents(filter: {date: {edtf: "1949-10-20"}}) { nodes { people { totalCount edges {
        node { recordId } participations { role } } } participations { role person { recordId } } } } }""")
    (document,) = found["data"]["documents"]["nodes"]
    edges = {edge["node"]["recordId"]: [part["role"] for part in edge["participations"]] for edge in document["people"]["edges"]}
    assert edges["roshchin"] == ["AUTHOR", "PARTICIPANT"]
    assert document["people"]["totalCount"] == len(edges)
    assert len(document["participations"]) > len(edges)


def test_alternative_recipients_are_an_or(ask: Asked) -> None:
    found = ask("""{ documents(filter: {date: {edtf: "1950-07-13"}}) { nodes { participations {
        role namedAs alternative person { recordId } } } } }""")
    parts = found["data"]["documents"]["nodes"][0]["participations"]
    recipients = [part for part in parts if part["role"] == "RECIPIENT"]
    assert {part["person"]["recordId"] for part in recipients} == {"zhou-enlai", "mao-zedong"}
    assert len({part["alternative"] for part in recipients}) == 1
    assert recipients[0]["alternative"] is not None
    assert [part["person"]["recordId"] for part in parts if part["role"] == "INTERMEDIARY"] == ["roshchin"]


def test_a_name_that_nobody_has_identified_is_a_part_without_a_person(loaded: Callable[..., Archive]) -> None:
    archive = loaded("- {type: document, id: a, title: A letter, people: [{role: sender, as: N.N.}]}")
    found = ask_archive(archive, '{ document(id: "a") { participations { namedAs person { name } } people { totalCount } } }')
    assert found == {"data": {"document": {"participations": [{"namedAs": "N.N.", "person": None}], "people": {"totalCount": 0}}}}


def test_stalin_writes_to_roshchin_and_the_dates_say_when(ask: Asked) -> None:
    found = ask("""{ person(id: "stalin") { correspondents(first: 1) { totalCount edges { documentCount sentCount receivedCount
        firstDate { edtf } lastDate { edtf } node { recordId } } } } }""")
    (edge,) = found["data"]["person"]["correspondents"]["edges"]
    assert edge["documentCount"] >= 1
    assert edge["firstDate"]["edtf"] <= edge["lastDate"]["edtf"]


def test_a_thing_is_found_by_its_global_id_and_by_its_own(ask: Asked) -> None:
    found = ask("""{ a: person(id: "stalin") { id } b: person(id: "Person:stalin") { id } c: person(id: "Topic:korea") { id }
        node(id: "Person:stalin") { __typename ... on Person { name names { name kind } } }
        nodes(ids: ["Topic:korea", "nobody", "Person:stalin"]) { id } }""")
    assert found["data"] == {
        "a": {"id": "Person:stalin"},
        "b": {"id": "Person:stalin"},
        "c": None,
        "node": {
            "__typename": "Person",
            "name": "Joseph Stalin",
            "names": [{"name": "Stalin", "kind": "VARIANT"}, {"name": "Filippov", "kind": "CIPHER"}],
        },
        "nodes": [{"id": "Topic:korea"}, None, {"id": "Person:stalin"}],
    }


def test_the_archive_tells_its_first_and_last_date(ask: Asked) -> None:
    found = ask("{ archive { documentCount firstDate { edtf } lastDate { edtf } } }")
    assert found["data"]["archive"] == {
        "documentCount": 9,
        "firstDate": {"edtf": "1949-10-16"},
        "lastDate": {"edtf": "1951-11-19"},
    }


def test_narrower_topics_count_when_asked_for(ask: Asked) -> None:
    found = ask("""{ topics(filter: {kind: [EVENT]}) { nodes { recordId narrower { nodes { recordId } }
        alone: documents { totalCount } all: documents(includeNarrower: true) { totalCount } } } }""")
    topics = {topic["recordId"]: topic for topic in found["data"]["topics"]["nodes"]}
    war = topics["korean-war"]
    assert war["narrower"]["nodes"]
    assert war["all"]["totalCount"] > war["alone"]["totalCount"]


DATED = """
- {type: document, id: exact, title: Exact, date: 1950-06-25}
- {type: document, id: year, title: Year, date: "1950"}
- {type: document, id: open, title: Open, date: 1949/..}
- {type: document, id: before, title: Before, date: ../1948}
- {type: document, id: undated, title: Undated}
- {type: document, id: bce, title: Ides, date: "-0043-03-15"}
"""


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ('{date: {edtf: "1950-06"}}', ["exact", "year", "open"]),
        ('{date: {edtf: "1950", match: WITHIN}}', ["exact", "year"]),
        ('{not: {date: {edtf: "1950-06"}}}', ["before", "undated", "bce"]),
        ('{not: {date: {edtf: "1950", match: WITHIN}}}', ["open", "before", "undated", "bce"]),
        ("{dated: false}", ["undated"]),
        ('{date: {edtf: "-0043"}}', ["before", "bce"]),
        ("{or: []}", []),
        ("{and: []}", ["exact", "year", "open", "before", "undated", "bce"]),
        ('{or: [{id: ["exact"]}, {id: ["Document:bce"]}]}', ["exact", "bce"]),
    ],
)
def test_a_filter_finds_what_may_be_meant_and_loses_nothing(
    loaded: Callable[..., Archive], filter_: str, expected: list[str]
) -> None:
    found = ask_archive(loaded(DATED), f"{{ documents(filter: {filter_}) {{ nodes {{ recordId }} }} }}")
    assert [node["recordId"] for node in found["data"]["documents"]["nodes"]] == expected


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("{field: DATE}", ["bce", "open", "year", "exact", "before", "undated"]),
        ("{field: DATE, direction: DESC}", ["exact", "year", "open", "bce", "undated", "before"]),
        ("{field: DATE_LATEST}", ["bce", "before", "exact", "year", "open", "undated"]),
        ("{field: TITLE}", ["before", "exact", "bce", "open", "undated", "year"]),
    ],
)
def test_what_has_no_date_comes_last_in_both_directions(loaded: Callable[..., Archive], order: str, expected: list[str]) -> None:
    found = ask_archive(loaded(DATED), f"{{ documents(orderBy: {order}) {{ nodes {{ recordId }} }} }}")
    assert [node["recordId"] for node in found["data"]["documents"]["nodes"]] == expected


def test_a_range_tells_its_days_and_an_open_side_tells_none(loaded: Callable[..., Archive]) -> None:
    found = ask_archive(loaded(DATED), "{ documents { nodes { date { earliest latest verbatim isApproximate } } } }")
    days = [node["date"] and (node["date"]["earliest"], node["date"]["latest"]) for node in found["data"]["documents"]["nodes"]]
    assert days == [
        ("1950-06-25", "1950-06-25"),
        ("1950-01-01", "1950-12-31"),
        ("1949-01-01", None),
        (None, "1948-12-31"),
        None,
        ("-0043-03-15", "-0043-03-15"),
    ]


PAGE = "query P($after: String) { documents(first: 4, after: $after, orderBy: {field: TITLE}) { pageInfo { hasNextPage endCursor } nodes { recordId } } }"


def test_a_document_that_is_added_while_somebody_pages_is_neither_doubled_nor_costs_another(
    loaded: Callable[..., Archive], tmp_path: Path
) -> None:
    archive = loaded(DATED)
    first = ask_archive(archive, PAGE)["data"]["documents"]
    file = tmp_path / "more.yaml"
    file.write_text("- {type: document, id: new, title: Aaa}", encoding="utf-8")
    load(archive.store, [file])
    second = ask_archive(archive, PAGE, {"after": first["pageInfo"]["endCursor"]})["data"]["documents"]
    seen = [node["recordId"] for page in (first, second) for node in page["nodes"]]
    assert seen == ["before", "exact", "bce", "open", "undated", "year"]
    assert second["pageInfo"]["hasNextPage"] is False


def _cursor(ask: Asked, field: str) -> str:
    found = ask(f"{{ {field} {{ pageInfo {{ endCursor }} }} }}")["data"]
    cursor: str = next(iter(found.values()))["pageInfo"]["endCursor"]
    return cursor


def test_an_empty_a_foreign_and_a_forged_cursor_are_errors(ask: Asked) -> None:
    real = _cursor(ask, "documents(first: 2)")
    people = _cursor(ask, "people(first: 2)")
    by_title = _cursor(ask, "documents(first: 2, orderBy: {field: TITLE})")
    forged = [real[:-1] + ("A" if real[-1] != "A" else "B"), "A" + real[1:], real + "=", real + "\n", "é", "\ud800"[:0] + "x"]
    for cursor in ["", people, by_title, *forged]:
        for name in ("after", "before"):
            found = ask(f"query Q($c: String) {{ documents({name}: $c) {{ nodes {{ id }} }} }}", {"c": cursor})
            assert [error["extensions"]["code"] for error in found["errors"]] == ["CURSOR_INVALID"], cursor
    assert "data" in ask("query Q($c: String) { documents(after: $c) { nodes { id } } }", {"c": real})


@pytest.mark.parametrize(
    ("field", "code"),
    [
        ("documents(first: -1) { totalCount }", "ARGUMENT_INVALID"),
        ("documents(first: 101) { nodes { id } }", "PAGE_TOO_LARGE"),
        ("documents(last: 101) { nodes { id } }", "PAGE_TOO_LARGE"),
        ('documents(filter: {date: {edtf: "20-21 January 1951"}}) { totalCount }', "ARGUMENT_INVALID"),
        ('documents(filter: {date: {edtf: "1951/1950"}}) { totalCount }', "ARGUMENT_INVALID"),
        ("documents(orderBy: {field: COLOUR}) { totalCount }", "GRAPHQL_VALIDATION_FAILED"),
        ("nothing", "GRAPHQL_VALIDATION_FAILED"),
        ("documents {", "GRAPHQL_PARSE_FAILED"),
    ],
)
def test_what_cannot_be_answered_is_an_error_with_a_code(ask: Asked, field: str, code: str) -> None:
    found = ask(f"{{ {field} }}")
    assert "data" not in found
    assert {error["extensions"]["code"] for error in found["errors"]} == {code}
    assert not any(word in str(found) for word in ("SELECT", "Traceback", "sqlite"))


def test_a_page_is_the_same_from_both_ends(ask: Asked) -> None:
    forwards = ask("{ documents(first: 9, orderBy: {field: DATE}) { edges { cursor node { id } } } }")["data"]["documents"][
        "edges"
    ]
    found = ask(
        "query B($c: String) { documents(last: 3, before: $c, orderBy: {field: DATE}) { nodes { id } pageInfo { hasNextPage hasPreviousPage } } }",
        {"c": forwards[5]["cursor"]},
    )["data"]["documents"]
    assert found["nodes"] == [edge["node"] for edge in forwards[2:5]]
    assert found["pageInfo"] == {"hasNextPage": True, "hasPreviousPage": True}


def test_every_type_field_argument_and_term_has_a_description(ask: Asked) -> None:
    types = ask("""{ __schema { types { name description enumValues { name description }
        fields { name description args { name description } } inputFields { name description } } } }""")["data"]["__schema"][
        "types"
    ]
    bare = [
        f"{type_['name']}.{member['name']}"
        for type_ in types
        if not type_["name"].startswith("__")
        for member in [
            {"name": "", "description": type_["description"]},
            *(type_["enumValues"] or []),
            *(type_["fields"] or []),
            *(type_["inputFields"] or []),
            *(arg for field in type_["fields"] or [] for arg in field["args"]),
        ]
        if not member["description"]
    ]
    assert bare == []


def test_a_null_variable_is_refused_where_an_argument_cannot_be_null_and_its_absence_is_the_default(ask: Asked) -> None:
    text = "query ($n: Boolean) { topics { nodes { documents(includeNarrower: $n) { totalCount } } } }"
    for _ in range(2):
        assert "errors" not in ask(text)
        (error,) = ask(text, {"n": None})["errors"]
        assert error["extensions"]["code"] == "ARGUMENT_INVALID"
        assert error["message"] == "`includeNarrower` must not be null."
