"""A search finds documents by the words, names and dates that people really have, and says where it found them."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest
from conftest import Asked, ask_archive
from hypothesis import given, settings
from hypothesis import strategies as st

from data.search.columns import DOCUMENT, PERSON, SUBJECTS, TOPIC
from data.search.language import parsed
from data.search.words import Words
from schema.execute import Archive

WORDS = Words("english")


def titles(ask: Asked, search: str, more: str = "") -> list[str]:
    found = ask(f"query ($s: String) {{ documents(search: $s{more}) {{ totalCount nodes {{ title }} }} }}", {"s": search})
    assert "errors" not in found, found
    assert found["data"]["documents"]["totalCount"] == len(found["data"]["documents"]["nodes"])
    return [node["title"] for node in found["data"]["documents"]["nodes"]]


def matches(ask: Asked, search: str) -> list[dict[str, Any]]:
    text = """query ($s: String) { documents(search: $s) { edges { matches {
      field name person { name } topic { name } isCutBefore isCutAfter fragments { text hit } } } } }"""
    return [found for edge in ask(text, {"s": search})["data"]["documents"]["edges"] for found in edge["matches"]]


def code(found: dict[str, Any]) -> str:
    return str(found["errors"][0]["extensions"]["code"])


# Names


def test_stalin_finds_the_telegrams_signed_filippov_and_filippov_finds_stalin(ask: Asked) -> None:
    signed = {title for title in titles(ask, "filippov") if "Filippov" in title}
    assert len(signed) >= 2
    assert signed <= set(titles(ask, "stalin"))
    assert titles(ask, "from:stalin") == titles(ask, "from:filippov")


def test_a_hit_says_which_person_was_found_under_which_name(ask: Asked) -> None:
    found = [m for m in matches(ask, "filippov") if m["field"] == "PERSON"]
    assert {("Filippov", "Joseph Stalin")} <= {(m["name"], m["person"]["name"]) for m in found}
    assert all("".join(f["text"] for f in m["fragments"]) == m["name"] for m in found)


def test_everyone_finds_the_same_however_they_write_it(ask: Asked) -> None:
    one = titles(ask, "d'affaires")
    assert one
    for written in ("d\u2019Affaires", "D`AFFAIRES", "d\u00ad\u02bcaffaires", "D\u2019Affaires"):
        assert titles(ask, written) == one


SATO = """
- {type: person, id: sato, name: Satō Eisaku, names: [{name: 佐藤榮作, kind: variant, language: ja}]}
- {type: person, id: zhou, name: Zhou Enlai, names: [{name: 周恩来, kind: variant}, {name: Chou En-lai, kind: transliteration}]}
- {type: person, id: lies, name: Lies Negotiations}
- {type: topic, id: asia, name: Asia}
- {type: topic, id: japan, name: Japan, broader: [asia], names: [{name: Nippon, kind: variant}]}
- {type: document, id: a, title: Naïve co\u00adoperation, people: [{person: sato, role: sender}, {role: recipient, as: Anon Ymous}],
   topics: [japan], languages: [zh-Hant], genre: Letter, date: {edtf: 1950-06},
   texts: [{kind: original, body: "这是周恩来总理的信。"}, {kind: translation, body: "A letter of the premier about negotiating a peace."}]}
- {type: document, id: b, title: Another, people: [{person: zhou, role: sender}, {person: lies, role: recipient}], date: {edtf: 1951}}
- {type: document, id: c, title: "Undated C++ notes, No. 3557 of 20.04 🙂", description: "مرحبا بالعالم"}
"""


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("sato", "a"),
        ("SATŌ", "a"),
        ("佐藤", "a"),
        ("藤榮", "a"),
        ("恩来", "ab"),
        ("信", "a"),
        ("周恩來", ""),
        ("naive", "a"),
        ("cooperation", "a"),
        ("co-operation", ""),
        ("negotiate", "a"),
        ("negotiations", "ab"),
        ("negotiati*", "ab"),
        ("neg*", "ab"),
        ("ne*", "ab"),
        ("n*", "abc"),
        ("title:n*", "ac"),
        ("no* un*", "c"),
        ("-ne*", "c"),
        ("恩*", "ab"),
        ("恩来*", "ab"),
        ("مر*", "c"),
        ("م*", "c"),
        ("q*", ""),
        ("person:negotiation", ""),
        ("chou en lai", "b"),
        ('"chou en-lai"', "b"),
        ('"lai chou"', ""),
        ("nippon", "a"),
        ("asia", "a"),
        ("topic:asia", "a"),
        ("title:asia", ""),
        ("anon", "a"),
        ("to:anon", "a"),
        ("from:anon", ""),
        ("from:sato", "a"),
        ("language:zh", "a"),
        ("language:zh-hant", "a"),
        ("language:zh-Hans", ""),
        ("genre:LETTERS", "a"),
        ("letter", "a"),
        ("date:1950", "a"),
        ("date:1950-06-30/1951", "ab"),
        ("-date:1950", "bc"),
        ("date:1951 OR sato", "ab"),
        ("date:1951 OR -sato", "bc"),
        ("-sato", "bc"),
        ("-sato -chou", "c"),
        ("sato OR chou", "ab"),
        ("premier sato OR chou", "a"),
        ("OR", ""),
        ("premier OR", "a"),
        ("No. 3557", "c"),
        ("C++", "c"),
        ("20.04", "c"),
        ("04.20", ""),
        ("🙂", "c"),
        ("مرحبا", "c"),
        ('"unbalanced', ""),
        ('premier"', "a"),
        ("***", ""),
        ("( ) ^ : ~ \\", ""),
        ("premier ( ) ^ ~ \\ ** --", "a"),
        ("NEAR(premier letter)", ""),
        ("http://x", ""),
        ("12:30", ""),
        ("title: naive", ""),
        ("Title:naive", "a"),
        ('title:"naive cooperation"', "a"),
        ("“naive cooperation”", "a"),
        ("", "abc"),
        ("  ", "abc"),
    ],
)
def test_what_is_searched_is_found(loaded: Callable[..., Archive], search: str, found: str) -> None:
    archive = loaded(SATO)
    text = "query ($s: String) { documents(search: $s, orderBy: {field: TITLE}) { nodes { recordId } } }"
    result = ask_archive(archive, text, {"s": search})
    assert "errors" not in result, result
    assert sorted(node["recordId"] for node in result["data"]["documents"]["nodes"]) == list(found)


def test_people_and_topics_are_searched_by_all_their_names(ask: Asked) -> None:
    text = """query ($s: String) { people(search: $s) { edges { node { name } matches { field name fragments { text hit } } } }
      topics(search: "east*") { nodes { name } } }"""
    (edge, *_) = ask(text, {"s": "filippov"})["data"]["people"]["edges"]
    assert edge["node"]["name"] == "Joseph Stalin"
    assert {"field": "NAME", "name": "Filippov", "fragments": [{"text": "Filippov", "hit": True}]} in edge["matches"]


def test_a_search_works_in_lists_within_lists(ask: Asked) -> None:
    text = """{ person(id: "stalin") { documents(search: "korea OR mao") { totalCount edges { participations { role } matches { field } } }
      topics(search: "korea") { nodes { name } } } }"""
    found = ask(text)["data"]["person"]
    assert 0 < found["documents"]["totalCount"] == len(found["documents"]["edges"])
    assert all(edge["matches"] for edge in found["documents"]["edges"])


def test_a_word_that_is_said_again_is_asked_once(ask: Asked) -> None:
    assert parsed("mao mao OR mao mao", DOCUMENT, WORDS) != parsed("mao", DOCUMENT, WORDS)
    assert parsed("mao stalin mao mao stalin", DOCUMENT, WORDS) == parsed("mao stalin", DOCUMENT, WORDS)
    assert titles(ask, "mao " * 999) == titles(ask, "mao")


CROWD = "\n".join(
    [
        "- {type: topic, id: generals, name: Generals}",
        *(
            f"- {{type: person, id: p{n}, name: General Number {n} of the Army,"
            f" names: [{{name: General {n}, kind: variant}}, {{name: The General {n}, kind: variant}}]}}"
            for n in range(12)
        ),
        "- {type: document, id: staff, title: The general staff, description: Of a general., topics: [generals],",
        "   texts: [{kind: original, body: 'A general came. ' }, {kind: translation, body: 'The general staff of the generals.'}],",
        "   people: [" + ", ".join(f"{{person: p{n}, role: mentioned, as: General}}" for n in range(12)) + "]}",
    ]
)


def test_the_first_places_that_a_hit_names_are_one_of_each_field_then_one_of_each_person(loaded: Callable[..., Archive]) -> None:
    text = """query ($first: Int!) { documents(search: "general staff") { edges { matches(first: $first) {
      field name person { recordId } fragments { text hit } } } } }"""

    def found(first: int) -> list[Any]:
        return list(ask_archive(archive, text, {"first": first})["data"]["documents"]["edges"][0]["matches"])

    archive = loaded(CROWD.replace("name: General 7", "name: General Staff 7"))
    assert [m["field"] for m in found(5)] == ["TITLE", "PERSON", "TOPIC", "DESCRIPTION", "TEXT"]
    assert found(5)[1]["name"] == "General Staff 7"
    assert "".join(f["text"] for f in found(5)[4]["fragments"]) == "The general staff of the generals."
    people = found(16)[5:]
    assert [m["person"]["recordId"] for m in people] == [f"p{n}" for n in range(12) if n != 7]
    assert {m["name"] for m in people} == {"General"}
    assert found(100)[:16] == found(16)
    assert len(found(100)) == 5 + 11 + 1 + 3 * 12


# Order and pages


@pytest.mark.parametrize("order", [None, "RELEVANCE", "DATE", "TITLE"])
@pytest.mark.parametrize("direction", ["ASC", "DESC"])
def test_every_order_of_a_search_is_walked_through_to_its_end(ask: Asked, order: str | None, direction: str) -> None:
    by = f", orderBy: {{field: {order}, direction: {direction}}}" if order else ""
    whole = titles(ask, "soviet OR mao", by)
    assert len(whole) > 4
    text = f'query ($after: String) {{ documents(search: "soviet OR mao", first: 2, after: $after{by}) {{ nodes {{ title }} pageInfo {{ hasNextPage endCursor }} }} }}'
    seen, after, more = [], None, True
    while more:
        page = ask(text, {"after": after})["data"]["documents"]
        seen += [node["title"] for node in page["nodes"]]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    assert seen == whole


def test_relevance_falls_back_to_the_order_of_loading_where_nothing_can_be_ranked(ask: Asked) -> None:
    assert titles(ask, "-nothing") == titles(ask, "")


def test_relevance_without_a_search_is_refused(ask: Asked) -> None:
    assert code(ask("{ documents(orderBy: {field: RELEVANCE}) { totalCount } }")) == "ARGUMENT_INVALID"


def test_a_cursor_of_another_search_or_order_is_refused(ask: Asked) -> None:
    text = "query ($s: String, $a: String) { documents(search: $s, after: $a, first: 1) { edges { cursor } } }"
    cursor = ask(text, {"s": "mao"})["data"]["documents"]["edges"][0]["cursor"]
    assert "errors" not in ask(text, {"s": "mao", "a": cursor})
    assert code(ask(text, {"s": "stalin", "a": cursor})) == "CURSOR_INVALID"
    assert code(ask(text, {"s": None, "a": cursor})) == "CURSOR_INVALID"
    other = text.replace("search: $s", "search: $s, orderBy: {field: DATE}")
    assert code(ask(other, {"s": "mao", "a": cursor})) == "CURSOR_INVALID"


# What cannot be asked


@pytest.mark.parametrize("search", ["korea foo:bar", "title:x PEOPLE:y", "date:yesterday", "date:1951/1950", "x" * 10_000])
def test_what_cannot_be_searched_is_refused_with_a_code_and_a_hint(ask: Asked, search: str) -> None:
    error = ask("query ($s: String) { documents(search: $s) { totalCount } }", {"s": search})["errors"][0]
    assert error["extensions"]["code"] == "SEARCH_INVALID"
    assert error["extensions"]["hint"]
    assert error["path"] == ["documents"]


def test_an_unknown_field_is_named_with_its_place_and_the_fields_there_are(ask: Asked) -> None:
    error = ask('{ documents(search: "korea foo:bar") { totalCount } }')["errors"][0]
    assert "`foo:` (character 7 of the search)" in error["message"]
    for name in ("title", "person", "from", "to", "topic", "date", "genre", "language"):
        assert f"`{name}:`" in error["extensions"]["hint"]


TYPED = st.text(
    st.sampled_from("ab \"'*-:()OR+^{}~\\.\x00\n\u201c\u00ad\u6bdb🙂\u0300\u200fمZ1") | st.characters(exclude_categories=["Cs"]),
    max_size=40,
) | st.lists(
    st.sampled_from(["stalin", "OR", "AND", "NOT", "NEAR", "-", '"', "title:", "date:", "*", "mao", "( "]), max_size=8
).map(" ".join)


@settings(max_examples=400, deadline=None)
@given(search=TYPED)
def test_whatever_is_typed_is_a_search_or_a_clear_error(nine: Archive, search: str) -> None:
    text = """query ($s: String) { documents(search: $s, first: 3) { totalCount edges { cursor matches { fragments { text } } } }
      people(search: $s) { totalCount } topics(search: $s) { totalCount } }"""
    found = ask_archive(nine, text, {"s": search})
    if "errors" in found:
        assert {error["extensions"]["code"] for error in found["errors"]} == {"SEARCH_INVALID"}


@pytest.mark.parametrize("character", [chr(i) for i in range(128)])
def test_every_ascii_character_is_text(nine: Archive, character: str) -> None:
    for search in (character, f"stalin{character}", f"{character}stalin", f"stalin {character} mao", f"{character}{character}"):
        found = ask_archive(nine, "query ($s: String) { documents(search: $s) { totalCount } }", {"s": search})
        assert "errors" not in found


# Highlights


def test_fragments_are_the_texts_own_words_byte_for_byte(loaded: Callable[..., Archive]) -> None:
    body = "Начало. " + "word " * 200 + "The pre\u00admier\u2019s <b>negotiations</b> & talks" + " word" * 200
    archive = loaded(f"- {{type: document, id: a, title: T, texts: [{{kind: original, body: {orjson.dumps(body).decode()}}}]}}")
    text = '{ documents(search: "negotiating premier") { edges { node { texts { body } } matches { isCutBefore isCutAfter fragments { text hit } } } } }'
    (edge,) = ask_archive(archive, text)["data"]["documents"]["edges"]
    (match,) = edge["matches"]
    passage = "".join(f["text"] for f in match["fragments"])
    assert passage in edge["node"]["texts"][0]["body"]
    assert len(passage) < 400
    assert [f["text"] for f in match["fragments"] if f["hit"]] == ["pre\u00admier", "negotiations"]
    assert match["isCutBefore"]
    assert match["isCutAfter"]


def test_what_was_left_out_is_not_highlighted_and_no_search_has_no_matches(ask: Asked) -> None:
    assert matches(ask, "-nothing") == []
    assert matches(ask, "") == []


# Keeping in step


def test_a_new_name_of_a_person_finds_their_documents_at_once(loaded: Callable[..., Archive]) -> None:
    changed = """
- {type: person, id: sato, name: Satō Eisaku, names: [{name: Primus, kind: cipher}]}
- {type: topic, id: asia, name: Orient}
"""
    archive = loaded(SATO, changed)
    for search, found in (("primus", ["a"]), ("佐藤", []), ("orient", ["a"]), ("asia", []), ("nippon", ["a"])):
        text = "query ($s: String) { documents(search: $s) { nodes { recordId } } }"
        nodes = ask_archive(archive, text, {"s": search})["data"]["documents"]["nodes"]
        assert [node["recordId"] for node in nodes] == found, search
    topics = ask_archive(archive, '{ topics(search: "orient") { nodes { recordId } } }')["data"]["topics"]["nodes"]
    assert {node["recordId"] for node in topics} == {"asia", "japan"}


def test_a_changed_document_is_found_by_its_new_words_only(loaded: Callable[..., Archive]) -> None:
    archive = loaded(SATO, "- {type: document, id: b, title: Changed}")
    for search, found in (("changed", ["b"]), ("another", []), ("chou", ["b"])):
        text = "query ($s: String) { documents(search: $s) { nodes { recordId } } }"
        nodes = ask_archive(archive, text, {"s": search})["data"]["documents"]["nodes"]
        assert [node["recordId"] for node in nodes] == found, search


# The language


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS)
def test_a_search_of_a_thousand_words_can_be_asked(nine: Archive, subject: Any) -> None:
    search = " OR ".join(f"w{i}" for i in range(450))
    root = {"document": "documents", "person": "people", "topic": "topics"}[subject.type]
    found = ask_archive(nine, f"query ($s: String) {{ {root}(search: $s) {{ totalCount }} }}", {"s": search})
    assert found == {"data": {root: {"totalCount": 0}}}


def test_searches_of_one_shape_share_a_plan() -> None:
    def shape(text: str, subject: Any = DOCUMENT) -> Any:
        search = parsed(text, subject, WORDS)
        return search and search.shape

    assert shape("a b OR c -d title:x*") == shape("stalin")
    assert shape("-a") == shape("-b -c") != shape("a")
    assert shape("date:1950 a") == shape("b date:1949/1950") != shape("a")
    assert shape("", PERSON) is shape(" ", TOPIC) is None
