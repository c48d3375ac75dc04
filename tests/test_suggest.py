"""What is typed finds whom it may mean, misspelt too; and a search that finds nothing is told of the nearest that does."""

from collections.abc import Callable
from pathlib import Path
from queue import Queue
from threading import Event, Thread
from typing import Any

import pytest
from conftest import Asked, ask_archive
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.functions import Functions
from data.load import load
from data.options import Mode, Options, Scope
from data.reading import Brief, TookTooLong
from data.search.names import Layer, Named, Names, Spelling
from data.store import Store
from schema.execute import Archive
from server.serving import stay_ready

SUGGEST = """query ($text: String!, $first: Int! = 10, $types: [SuggestionType!]) { suggest(text: $text, first: $first, types: $types) {
  type match name documentCount fragments { text hit } node { id ... on Person { name } } } }"""


def suggested(ask: Asked, text: str, **more: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ask(SUGGEST, {"text": text, **more})["data"]["suggest"]
    return found


@pytest.mark.parametrize(
    ("typed", "id_", "name", "match"),
    [
        ("Stalin", "Person:stalin", "Stalin", "EXACT"),
        ("stal", "Person:stalin", "Stalin", "PREFIX"),
        ("joseph st", "Person:stalin", "Joseph Stalin", "PREFIX"),
        ("stalin jo", "Person:stalin", "Joseph Stalin", "WORD"),
        ("rosh", "Person:roshchin", "Roshchin", "PREFIX"),
        ("Fillipov", "Person:stalin", "Filippov", "SIMILAR"),
        ("Fillip", "Person:stalin", "Filippov", "SIMILAR"),
        ("Roschin", "Person:roshchin", "N.V. Roshchin", "SIMILAR"),
        ("Chou En lai", "Person:zhou-enlai", "Zhou Enlai", "SIMILAR"),
        ("zhou en-lai", "Person:zhou-enlai", "Zhou Enlai", "EXACT"),
        ("armistise", "Topic:korean-armistice-talks", "Armistice talks in the Korean War", "SIMILAR"),
    ],
)
def test_who_is_meant_is_suggested_first(ask: Asked, typed: str, id_: str, name: str, match: str) -> None:
    found = suggested(ask, typed)[0]
    assert (found["node"]["id"], found["name"], found["match"]) == (id_, name, match)


def test_a_suggestion_shows_what_fits_and_how_much_there_is(ask: Asked) -> None:
    (found,) = suggested(ask, "Roschin", types=["PERSON"])
    assert found == {
        "type": "PERSON",
        "match": "SIMILAR",
        "name": "N.V. Roshchin",
        "documentCount": 8,
        "fragments": [{"text": "N.V. ", "hit": False}, {"text": "Roshchin", "hit": True}],
        "node": {"id": "Person:roshchin", "name": "N.V. Roshchin"},
    }


def test_titles_are_suggested_by_their_beginning_and_by_their_words(ask: Asked) -> None:
    begins = suggested(ask, "memorandum of conversation, charge d\u2019aff", types=["DOCUMENT"])
    assert [(s["match"], s["name"][:40]) for s in begins] == [("PREFIX", "Memorandum of Conversation, Charge d\u2019Aff")]
    within = suggested(ask, "roshchin teleg", types=["DOCUMENT"])
    assert {s["match"] for s in within} == {"WORD"}
    assert all({"Roshchin"} <= {f["text"] for f in s["fragments"] if f["hit"]} for s in within)


def test_only_what_is_wanted_is_suggested(ask: Asked) -> None:
    assert {s["type"] for s in suggested(ask, "kor", types=["TOPIC"])} == {"TOPIC"}
    assert suggested(ask, "kor", types=[]) == []
    assert suggested(ask, "kor", first=0) == []
    assert len(suggested(ask, "s", first=3)) == 3


@pytest.mark.parametrize("text", ["", "   ", "***", "\0", "\u200f", "\u00ad", "(", "'"])
def test_nothing_typed_suggests_nothing(ask: Asked, text: str) -> None:
    assert suggested(ask, text) == []


@pytest.mark.parametrize(
    ("text", "first", "code"),
    [("x" * 10_000, 10, "ARGUMENT_INVALID"), ("x", -1, "ARGUMENT_INVALID"), ("x", 101, "PAGE_TOO_LARGE")],
)
def test_too_much_is_refused(ask: Asked, text: str, first: int, code: str) -> None:
    told = ask(SUGGEST, {"text": text, "first": first})["errors"][0]["extensions"]
    assert told["code"] == code
    assert "offset" not in told["hint"]  # it has none


SCRIPTS = """
- {type: person, id: zhou, name: 周恩来, names: [{name: Chou En-lai, kind: transliteration}]}
- {type: person, id: salam, name: عبد السلام}
- {type: person, id: ligature, name: Ofﬁce of Straße}
- {type: topic, id: faces, name: 🙂 faces}
- {type: document, id: a, title: "「朝鮮」 telegram", people: [{person: zhou, role: sender}]}
"""


@pytest.mark.parametrize(
    ("typed", "id_"),
    [
        ("周恩", "Person:zhou"),
        ("恩来", "Person:zhou"),
        ("السلا", "Person:salam"),
        ("office", "Person:ligature"),
        ("strasse", "Person:ligature"),
        ("🙂", "Topic:faces"),
        ("朝鮮", "Document:a"),
        ("「朝", "Document:a"),
    ],
)
def test_every_script_is_suggested(loaded: Callable[..., Archive], typed: str, id_: str) -> None:
    archive = loaded(SCRIPTS)
    found = ask_archive(archive, SUGGEST, {"text": typed})["data"]["suggest"]
    assert [s["node"]["id"] for s in found] == [id_]
    assert "".join(f["text"] for f in found[0]["fragments"]) == found[0]["name"]
    assert any(f["hit"] for f in found[0]["fragments"])


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=80))
def test_whatever_is_typed_is_answered(nine: Archive, text: str) -> None:
    found = ask_archive(nine, SUGGEST, {"text": text})
    assert "errors" not in found
    for one in found["data"]["suggest"]:
        assert "".join(f["text"] for f in one["fragments"]) == one["name"] or one["type"] == "DOCUMENT"


@settings(max_examples=150, deadline=None)
@given(names=st.lists(st.text(max_size=12), max_size=8), text=st.text(max_size=12))
def test_names_of_all_characters_keep_their_characters(names: list[str], text: str) -> None:
    known = Names(Layer.of(Spelling([Named("PERSON", i, 0, name) for i, name in enumerate(names)]), {}))
    for typed in (text, *names):
        for found in known.suggest(typed, ["PERSON"], 10):
            assert "".join(piece["text"] for piece in found["fragments"]) == names[found["id"]]


def test_who_has_more_documents_since_a_load_is_suggested_first(loaded: Callable[..., Archive], tmp_path: Path) -> None:
    archive = loaded("- {type: person, id: ann, name: Zhu Ann}\n- {type: person, id: bo, name: Zhu Bo}")
    before = ask_archive(archive, SUGGEST, {"text": "zhu"})["data"]["suggest"]
    assert [(one["name"], one["documentCount"]) for one in before] == [("Zhu Ann", 0), ("Zhu Bo", 0)]
    more = tmp_path / "letter.yaml"
    more.write_text("- {type: document, id: d, title: A letter, people: [{person: bo, role: sender}]}")
    load(archive.store, [more])
    after = ask_archive(archive, SUGGEST, {"text": "zhu"})["data"]["suggest"]
    assert [(one["name"], one["documentCount"]) for one in after] == [("Zhu Bo", 1), ("Zhu Ann", 0)]


def test_names_that_were_just_loaded_are_suggested(loaded: Callable[..., Archive], tmp_path: Path) -> None:
    archive = loaded("- {type: person, id: ann, name: Ann}")
    assert ask_archive(archive, SUGGEST, {"text": "zhu"})["data"]["suggest"] == []
    more = tmp_path / "more.yaml"
    more.write_text("- {type: person, id: zhu, name: Zhu De}\n- {type: person, id: ann, name: Anna}", encoding="utf-8")
    load(archive.store, [more])
    assert [s["name"] for s in ask_archive(archive, SUGGEST, {"text": "zhu"})["data"]["suggest"]] == ["Zhu De"]
    assert [s["name"] for s in ask_archive(archive, SUGGEST, {"text": "ann"})["data"]["suggest"]] == ["Anna"]


def test_a_server_reads_the_names_before_somebody_asks_and_again_after_a_change(
    loaded: Callable[..., Archive], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.serving.READY_LOOK_SECONDS", 0.01)
    store = loaded("- {type: person, id: ann, name: Ann}").store
    settled: Queue[int] = Queue()
    monkeypatch.setattr("data.functions.Functions.settled", after(Functions.settled, settled.put))
    stopped = Event()
    thread = Thread(target=stay_ready, args=[store, stopped])
    thread.start()
    try:
        assert settled.get(timeout=60) == 1
        more = tmp_path / "more.yaml"
        more.write_text("- {type: person, id: bo, name: Bo}", encoding="utf-8")
        load(store, [more])
        assert settled.get(timeout=60) == 2
    finally:
        stopped.set()
        thread.join()


def after(function: Callable[..., int], tell: Callable[[int], None]) -> Callable[..., int]:
    """The same function, which tells what it returned."""

    def told(*arguments: Any) -> int:
        found = function(*arguments)
        tell(found)
        return found

    return told


@pytest.mark.parametrize("changed_max", [0, 2000])
def test_what_a_load_changes_is_suggested_read_by_itself_or_with_all(
    loaded: Callable[..., Archive], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changed_max: int
) -> None:
    monkeypatch.setattr("data.search.kept.CHANGED_MAX", changed_max)
    letter = "- {type: document, id: d, title: A letter, people: [{person: bo, role: sender}], topics: [trade]}"
    archive = loaded("- {type: person, id: bo, name: Zhu Bo}\n- {type: topic, id: trade, name: Zhu trade}\n" + letter)

    def shown() -> list[tuple[str, int]]:
        found = ask_archive(archive, SUGGEST, {"text": "zhu", "types": ["PERSON", "TOPIC"]})["data"]["suggest"]
        return [(one["name"], one["documentCount"]) for one in found]

    def change(text: str, options: Options | None = None) -> None:
        more = tmp_path / "more.yaml"
        more.write_text(text, encoding="utf-8")
        load(archive.store, [more], options)

    assert shown() == [("Zhu Bo", 1), ("Zhu trade", 1)]
    change(
        "- {type: person, id: ann, name: Zhu Ann}\n- {type: document, id: d, title: A letter, people: [{person: ann, role: sender}]}"
    )
    assert shown() == [("Zhu Ann", 1), ("Zhu trade", 1), ("Zhu Bo", 0)]
    change("- {type: person, id: ann, name: Zhu Anna}\n- {type: document, id: d, title: A letter, topics: []}")
    assert shown() == [("Zhu Anna", 1), ("Zhu Bo", 0), ("Zhu trade", 0)]
    change("- {type: person, id: ann, name: Zhu Anna}", Options(mode=Mode.DELETE_MISSING, scope=Scope("person")))
    assert shown() == [("Zhu Anna", 1), ("Zhu trade", 0)]
    change("- {type: person, id: di, name: Zhu Di}\n- {type: document, id: e, title: A, people: [{person: di, role: author}]}")
    assert shown() == [("Zhu Anna", 1), ("Zhu Di", 1), ("Zhu trade", 0)]
    archive.store.settle_names()
    monkeypatch.setattr("data.search.kept._read", None)
    assert shown() == [("Zhu Anna", 1), ("Zhu Di", 1), ("Zhu trade", 0)]


# Did you mean

MEANT = "query ($s: String!, $f: DocumentFilter) { documents(search: $s, filter: $f) { totalCount didYouMean } }"


@pytest.mark.parametrize(
    ("search", "meant"),
    [
        ("Fillipov", "Filippov"),
        ("from:fillipov", "from:filippov"),
        ("Chou En lai", "Zhou Enlai"),
        ("telegramm -mao", "telegram -mao"),
        ('"soviet ambasador" roshchin', '"soviet ambassador" roshchin'),
        ("xyzzyx OR roschin", "xyzzyx OR roshchin"),
        ("date:1950 roschin", "date:1950 roshchin"),
        ("fillip*", "filipp*"),
        ("Roschin, Fillipov!", "Roshchin, Filippov!"),
        ("stalin", None),
        ("", None),
        ("xyzzyx", None),
        ("-the", None),
        ("date:1700", None),
        ("No. 3558", None),
    ],
)
def test_a_search_that_finds_nothing_is_told_of_one_that_does(ask: Asked, search: str, meant: str | None) -> None:
    found = ask(MEANT, {"s": search})["data"]["documents"]
    assert found["didYouMean"] == meant
    if meant:
        assert found["totalCount"] == 0
        assert ask(MEANT, {"s": meant})["data"]["documents"]["totalCount"] > 0


def test_only_what_finds_something_in_the_same_list_is_offered(ask: Asked) -> None:
    with_zhou = {"s": "roschin", "f": {"person": {"id": ["zhou-enlai"]}}}
    without = {"s": "roschin", "f": {"person": {"id": ["soviet-embassy-beijing-charge"]}}}
    assert ask(MEANT, with_zhou)["data"]["documents"]["didYouMean"] == "Roshchin"
    assert ask(MEANT, without)["data"]["documents"]["didYouMean"] is None


def test_lists_of_people_and_topics_offer_too(ask: Asked) -> None:
    text = '{ people(search: "stallin") { didYouMean } topics(search: "koera") { didYouMean } person(id: "stalin") { documents(search: "roschin") { didYouMean } } }'
    assert ask(text)["data"] == {
        "people": {"didYouMean": "Stalin"},
        "topics": {"didYouMean": "Korea"},
        "person": {"documents": {"didYouMean": "Roshchin"}},
    }


def test_a_long_search_of_unknown_words_is_answered(ask: Asked) -> None:
    long = " ".join(f"wrod{'abcdefghij'[i % 10]}x" for i in range(500))
    found = ask(MEANT, {"s": long})
    assert found["data"]["documents"] == {"totalCount": 0, "didYouMean": None}


def test_nothing_is_looked_for_where_something_was_found(ask: Asked, monkeypatch: pytest.MonkeyPatch) -> None:
    def looked(*_: object) -> None:
        pytest.fail("looked for another search")

    monkeypatch.setattr("data.functions.offers", looked)
    assert ask(MEANT, {"s": "stalin"})["data"]["documents"]["didYouMean"] is None
    assert ask('{ documents(search: "xyzzyxx") { totalCount } }')["data"]["documents"]["totalCount"] == 0


def test_names_that_take_long_to_read_are_read_in_a_thread(nine: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a statement has little time, it is told to take too long, and no fault."""
    monkeypatch.setattr("data.reading.STEPS_BETWEEN_LOOKS", 1)
    store = Store.open(f"sqlite:///{nine.store.path}")
    sql = "SELECT fonds_suggest((SELECT changes FROM fonds_meta), 'stal', '[\"PERSON\"]', 3)"
    with pytest.raises(TookTooLong):
        store.answer(sql, (), Brief(0.000_001))
    assert "Stalin" in str(store.answer(sql, (), Brief(10)))
    store.close()
