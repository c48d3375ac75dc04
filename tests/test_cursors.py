"""Bad cursors: old, of another order, of another search, of another list: a clear error, never a wrong page."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Asked, ask_archive

from data.load import load
from data.options import Mode, Options, Scope
from schema.execute import Archive

PAGE = "{ edges { cursor } pageInfo { startCursor endCursor } }"

LISTS: dict[str, str] = {
    "facet of people": "documents(search: $search, filter: $filter) { facets { people(%s) %s } }",
    "facet of topics": "documents(search: $search, filter: $filter) { facets { topics(%s) %s } }",
    "facet of genres": "documents(search: $search, filter: $filter) { facets { genres(%s) %s } }",
    "facet of years": "documents(search: $search, filter: $filter) { facets { years(%s) %s } }",
    "facet of a person": 'person(id: "mao-zedong") { documents(search: $search, filter: $filter) { facets { people(%s) %s } } }',
    "correspondence": "correspondence(search: $search, filter: $filter, %s) %s",
}
"""Lists whose order is by what they count, over documents that are searched and filtered."""


def listed(name: str, more: str = "") -> str:
    page = LISTS[name] % (f"first: 1, after: $after{more}", PAGE)
    return f"query ($search: String, $filter: DocumentFilter, $after: String) {{ {page} }}"


def cursor_in(found: Any) -> str:
    """The last cursor of the only page in an answer."""
    assert "errors" not in found, found
    page = found["data"]
    while "pageInfo" not in page:
        (page,) = page.values()
    assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
    return str(page["pageInfo"]["endCursor"])


def code(found: Any) -> str | None:
    (error,) = found.get("errors", [None])
    return None if error is None else str(error["extensions"]["code"])


ASKED: dict[str, Any] = {"search": "soviet OR mao", "filter": {"date": {"edtf": "1949/1951"}}}


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize(
    "changed",
    [
        {"search": "korea OR mao"},
        {"search": None},
        {"filter": None},
        {"filter": {"date": {"edtf": "1949/1952"}}},
        {"filter": {"and": [{"date": {"edtf": "1949/1951"}}]}},
        {"filter": {"date": {"edtf": "1949/1951", "match": "WITHIN"}}},
        {"filter": {"date": {"edtf": "1949/1951"}, "dated": True}},
    ],
)
def test_a_list_ordered_by_counts_refuses_a_cursor_of_another_search_or_filter(ask: Asked, name: str, changed: Any) -> None:
    cursor = cursor_in(ask(listed(name), ASKED))
    assert code(ask(listed(name), {**ASKED, "after": cursor})) is None
    assert code(ask(listed(name), {**ASKED, **changed, "after": cursor})) == "CURSOR_INVALID"


@pytest.mark.parametrize("name", LISTS)
def test_what_is_asked_the_same_in_other_words_takes_the_same_cursors(ask: Asked, name: str) -> None:
    given = {"search": " soviet OR mao ", "filter": {"date": {"edtf": "1949/1951", "match": "OVERLAPS"}, "dated": None}}
    cursor = cursor_in(ask(listed(name), ASKED))
    assert code(ask(listed(name), {**given, "after": cursor})) is None
    written = LISTS[name].replace("$search", '"soviet OR mao"').replace("$filter", '{date: {edtf: "1949/1951"}}')
    page = written % (f'first: 3, last: 3, before: "{cursor}"', PAGE)
    assert code(ask(f"{{ again: {page} }}")) is None


OF_DOCUMENTS = [
    ("facets { people(first: 1, after: $c, role: [SENDER]) %s }", "role: [SENDER]", "role: [RECIPIENT]"),
    ("facets { people(first: 1, after: $c, role: [SENDER]) %s }", ", role: [SENDER]", ""),
    ('facets { people(first: 1, after: $c, prefix: "m") %s }', '"m"', '"r"'),
    ('facets { people(first: 1, after: $c, search: "mao") %s }', '"mao"', '"stalin"'),
    ("facets { people(first: 1, after: $c, filter: {kind: [PERSON]}) %s }", "{kind: [PERSON]}", "{kind: [PERSON, OFFICE]}"),
    ("facets { topics(first: 1, after: $c, kind: [SUBJECT]) %s }", "[SUBJECT]", "[SUBJECT, EVENT]"),
    ("facets { topics(first: 1, after: $c) %s }", "topics", "people"),
    ("facets { genres(first: 1, after: $c) %s }", "genres", "years"),
]


@pytest.mark.parametrize(("text", "old", "new"), OF_DOCUMENTS)
def test_a_facet_refuses_a_cursor_of_the_same_facet_with_other_arguments(ask: Asked, text: str, old: str, new: str) -> None:
    whole = f"query ($c: String) {{ documents {{ {text % PAGE} }} }}"
    cursor = cursor_in(ask(whole))
    assert code(ask(whole, {"c": cursor})) is None
    assert code(ask(whole.replace(old, new), {"c": cursor})) == "CURSOR_INVALID"


def test_a_facet_refuses_a_cursor_of_a_facet_of_another_list(ask: Asked) -> None:
    of_all = f"query ($c: String) {{ documents {{ facets {{ people(first: 1, after: $c) {PAGE} }} }} }}"
    of_one = (
        f'query ($c: String) {{ person(id: "stalin") {{ documents {{ facets {{ people(first: 1, after: $c) {PAGE} }} }} }} }}'
    )
    cursors = [cursor_in(ask(text)) for text in (of_all, of_one)]
    assert [code(ask(of_one, {"c": cursor})) for cursor in cursors] == ["CURSOR_INVALID", None]
    assert [code(ask(of_all, {"c": cursor})) for cursor in cursors] == [None, "CURSOR_INVALID"]


NESTED = [
    ("person", ("stalin", "mao-zedong"), "correspondents(first: 1, after: $c) %s"),
    ("person", ("stalin", "mao-zedong"), "topics(first: 1, after: $c) %s"),
    ("person", ("stalin", "mao-zedong"), "documents { facets { people(first: 1, after: $c) %s } }"),
    ("topic", ("korea", "china"), "people(first: 1, after: $c) %s"),
    ("document", ("one", "two"), "related(first: 1, after: $c) %s"),
]
KIN = """
- {type: person, id: stalin, name: Stalin}
- {type: person, id: mao-zedong, name: Mao}
- {type: person, id: ann, name: Ann}
- {type: topic, id: korea, name: Korea}
- {type: topic, id: china, name: China}
- {type: person, id: alone, name: Alone}
- {type: topic, id: empty, name: Empty}
- {type: document, id: unlike, title: T}
"""
LETTERS = "\n".join(
    f"- {{type: document, id: {id_}, title: T, topics: [korea, china], people: [{{person: {sender}, role: sender}},"
    f" {{person: {recipient}, role: recipient}}]}}"
    for id_, sender, recipient in (
        ("one", "stalin", "mao-zedong"),
        ("two", "mao-zedong", "stalin"),
        ("three", "ann", "stalin"),
        ("four", "mao-zedong", "ann"),
    )
)


@pytest.mark.parametrize(("kind", "ids", "text"), NESTED)
def test_a_cursor_holds_for_the_list_of_the_same_person_topic_or_document_only(
    loaded: Callable[..., Archive], kind: str, ids: tuple[str, str], text: str
) -> None:
    archive = loaded(KIN + LETTERS)
    one = f"query ($id: ID!, $c: String) {{ {kind}(id: $id) {{ {text % PAGE} }} }}"
    cursor = cursor_in(ask_archive(archive, one, {"id": ids[0]}))
    assert code(ask_archive(archive, one, {"id": ids[0], "c": cursor})) is None
    refused = ask_archive(archive, one, {"id": ids[1], "c": cursor})
    assert code(refused) == "CURSOR_INVALID"
    assert refused["data"] is None
    assert refused["errors"][0]["message"].startswith("`after` is a cursor of another list")
    assert (
        ask_archive(archive, one.replace("after", "before"), {"id": ids[1], "c": cursor})["errors"][0]["message"][:8]
        == "`before`"
    )
    other = f"query ($id: ID!, $c: String) {{ node(id: $id) {{ ... on {kind.title()} {{ {text % PAGE} }} }} }}"
    assert code(ask_archive(archive, other, {"id": f"{kind.title()}:{ids[0]}", "c": cursor})) is None
    assert code(ask_archive(archive, other, {"id": f"{kind.title()}:{ids[1]}", "c": cursor})) == "CURSOR_INVALID"


@pytest.mark.parametrize(("kind", "ids", "text"), NESTED)
def test_it_is_refused_by_an_empty_list_too(loaded: Callable[..., Archive], kind: str, ids: tuple[str, str], text: str) -> None:
    archive = loaded(KIN + LETTERS)
    one = f"query ($id: ID!, $c: String) {{ {kind}(id: $id) {{ {text % PAGE} }} }}"
    cursor = cursor_in(ask_archive(archive, one, {"id": ids[0]}))
    empty = {"person": "alone", "topic": "empty", "document": "unlike"}[kind]
    assert code(ask_archive(archive, one, {"id": empty})) is None
    assert code(ask_archive(archive, one, {"id": empty, "c": cursor})) == "CURSOR_INVALID"


def test_a_cursor_of_one_of_several_lists_is_refused_by_the_others(loaded: Callable[..., Archive]) -> None:
    archive = loaded(KIN + LETTERS)
    text = f"query ($c: String) {{ people {{ nodes {{ correspondents(first: 1, after: $c) {PAGE} }} }} }}"
    first, *_ = ask_archive(archive, text)["data"]["people"]["nodes"]
    found = ask_archive(archive, text, {"c": first["correspondents"]["pageInfo"]["endCursor"]})
    assert code(found) == "CURSOR_INVALID"


# Orders that stay as they are: there a cursor is a place in the order, whatever the filter.


def test_a_cursor_by_date_holds_with_another_filter_and_not_with_another_order_or_search(ask: Asked) -> None:
    text = f"""query ($order: DocumentOrder, $search: String, $filter: DocumentFilter, $c: String) {{
      documents(first: 2, orderBy: $order, search: $search, filter: $filter, after: $c) {PAGE} }}"""
    by_date = {"order": {"field": "DATE"}}
    cursor = cursor_in(ask(text, by_date))
    assert code(ask(text, {**by_date, "filter": {"dated": True}, "c": cursor})) is None
    for other in (
        {"order": {"field": "TITLE"}},
        {"order": {"field": "DATE", "direction": "DESC"}},
        {**by_date, "search": "mao"},
        {},
    ):
        assert code(ask(text, {**other, "c": cursor})) == "CURSOR_INVALID"


@pytest.mark.parametrize("cursor", ["", "x", "é", "AAAA", "=" * 50, "A" * 10_000, "\x00"])
def test_what_is_no_cursor_is_refused(ask: Asked, cursor: str) -> None:
    for name in LISTS:
        assert code(ask(listed(name), {"after": cursor})) == "CURSOR_INVALID"


def test_a_cursor_of_another_archive_is_refused(loaded: Callable[..., Archive], ask: Asked) -> None:
    text = f"query ($c: String) {{ documents(first: 1, after: $c) {PAGE} }}"
    assert code(ask_archive(loaded(KIN + LETTERS), text, {"c": cursor_in(ask(text))})) == "CURSOR_INVALID"


# Cursors that are old


@pytest.mark.parametrize(
    "text",
    [
        'documents(first: 1, search: "letter", after: $c) %s',
        'documents(first: 1, search: "letter", before: $c) %s',
        'documents(first: 1, search: "letter", filter: {dated: false}, after: $c) %s',
        'documents(first: 1, search: "letter OR note", after: $c) %s',
        "documents { facets { topics(first: 1, after: $c) %s } }",
        "correspondence(first: 1, after: $c) %s",
    ],
)
@pytest.mark.parametrize("page", [PAGE, "{ nodes { __typename } }", "{ pageInfo { hasNextPage hasPreviousPage } }"])
def test_it_is_refused_by_a_list_that_is_empty_since_too(
    loaded: Callable[..., Archive], tmp_path: Path, text: str, page: str
) -> None:
    archive = loaded(KIN + LETTERS.replace("title: T", "title: A letter"))
    cursor = cursor_in(ask_archive(archive, f"query ($c: String) {{ {text % PAGE} }}"))
    more = tmp_path / "more.yaml"
    more.write_text("- {type: document, id: six, title: Other}", encoding="utf-8")
    load(archive.store, [more], Options(mode=Mode.DELETE_MISSING, scope=Scope("document")))
    found = ask_archive(archive, f"query ($c: String) {{ {text % page} }}", {"c": cursor})
    assert code(found) == "CURSOR_INVALID"
    assert code(ask_archive(archive, f"query ($c: String) {{ {text % page} }}")) is None


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("documents(first: 1, after: $c) %s", True),
        ("documents(first: 1, after: $c, orderBy: {field: DATE}) %s", True),
        ('documents(first: 1, after: $c, search: "letter", orderBy: {field: TITLE}) %s', True),
        ('documents(first: 1, after: $c, search: "letter") %s', False),
        ('people(first: 1, after: $c, search: "ann OR stalin") %s', False),
        ("documents { facets { people(first: 1, after: $c) %s } }", False),
        ('person(id: "stalin") { correspondents(first: 1, after: $c) %s }', False),
        ("correspondence(first: 1, after: $c) %s", False),
    ],
)
def test_a_cursor_by_relevance_or_counts_holds_until_the_archive_changes_and_any_other_for_good(
    loaded: Callable[..., Archive], tmp_path: Path, text: str, holds: Any
) -> None:
    archive = loaded(KIN + LETTERS.replace("title: T", "title: A letter"))
    whole = f"query ($c: String) {{ {text % PAGE} }}"
    cursor = cursor_in(ask_archive(archive, whole))
    assert code(ask_archive(archive, whole, {"c": cursor})) is None
    more = tmp_path / "more.yaml"
    more.write_text("- {type: document, id: five, title: Another letter, date: 1950}", encoding="utf-8")
    load(archive.store, [more])
    found = ask_archive(archive, whole, {"c": cursor})
    assert code(found) == (None if holds else "CURSOR_INVALID")
    if not holds:
        assert found["errors"][0]["message"].startswith("`after` is a cursor from before the archive changed")
        assert code(ask_archive(archive, whole, {"c": cursor_in(ask_archive(archive, whole))})) is None
