"""The way out: what was exported and loaded into an empty store is exported again byte by byte."""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from data.export import export
from data.load import load
from data.records import FILES
from data.store import Store

FONDS = str(Path(sys.executable).parent / "fonds")
AWKWARD = Path(__file__).parent / "data" / "awkward.yaml"

Exported = Callable[..., bytes]

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20) | st.sampled_from(
    [
        "\ufeffBOM",
        "two\r\nlines\r",
        "\u2028\u2029\x85",
        "שלום \u202eabc",
        "e\u0301 \u00e9",
        '"quoted" \\ \\u0041',
        "\U0001f600",
        "soft\u00adhyphen",
        "\x01\x7f\x9f",
    ]
)
filled = texts.filter(str.strip)
tags = st.sampled_from(["en", "ru", "zh-Hant", "de-AT"])
edtf = st.sampled_from(
    ["1949", "1949-12~", "1950-06/1951", "[1891..1893]", "-0044-03-15", "195X", "1880-03?", "../1951", "XXXX-08-11"]
)
dates = edtf | st.fixed_dictionaries({"edtf": edtf, "label": filled})
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with any of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


def having(given: dict[str, st.SearchStrategy[Any]], **fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(given, optional=fields)


def terms(*names: str) -> st.SearchStrategy[str]:
    return st.sampled_from(names)


common = {
    "identifiers": st.lists(st.builds(lambda value: f"local:{value}", texts.filter(bool)), max_size=2),
    "notes": st.lists(having({"kind": terms("sic", "editorial", "scope"), "text": filled}), max_size=2),
    "x_own": json_values,
    "x_\u00e4": json_values,
}
names = st.lists(having({"name": filled}, kind=terms("variant", "cipher"), language=tags, to=edtf, **{"from": edtf}), max_size=2)
parts = st.fixed_dictionaries({"role": terms("sender", "recipient", "mentioned", "other"), "as": filled}) | having(
    {"role": terms("author", "subject"), "person": st.just("?")},
    evidence=terms("explicit", "inferred"),
    certainty=terms("low", "high"),
    basis=terms("title", "text"),
    alternative=st.integers(0, 3),
    label=filled,
    **{"as": filled},
)
bodies = having({"kind": terms("original", "translation"), "body": filled}, language=tags, translator=filled)
documents = having(
    {"title": filled},
    date=dates,
    languages=st.lists(tags, max_size=2),
    people=st.lists(parts, max_size=3),
    texts=st.lists(bodies, max_size=2),
    position=st.integers(0, 2**53 - 1),
    **dict.fromkeys(("description", "source", "repository", "collection", "rights", "url", "number", "classification"), texts),
    genre=filled,
    **common,
)
people = having(
    {"name": filled},
    kind=terms("person", "office", "unknown"),
    names=names,
    birth=dates,
    death=dates,
    description=texts,
    **common,
)
topics = having({"name": filled}, kind=terms("subject", "place"), names=names, description=texts, **common)
ids = st.lists(filled.map(lambda text: text[:255]), max_size=3, unique=True)


@st.composite
def archives(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Records that may be loaded together: references lead to records, topics never in a circle."""
    person_ids, topic_ids, document_ids = draw(ids), draw(ids), draw(ids)
    records = [{"type": "person", "id": key, **draw(people)} for key in person_ids]
    for at, key in enumerate(topic_ids):
        broader = draw(st.lists(st.sampled_from(topic_ids[:at]), max_size=2)) if at else []
        records.append({"type": "topic", "id": key, **draw(topics), "broader": broader})
    for key in document_ids:
        record = {"type": "document", "id": key, **draw(documents)}
        if topic_ids:
            record["topics"] = draw(st.lists(st.sampled_from(topic_ids), max_size=2))
        for part in record.get("people", []):
            if "person" in part and person_ids:
                part["person"] = draw(st.sampled_from(person_ids))
        record["people"] = [part for part in record.get("people", []) if part.get("person") != "?"]
        records.append(record)
    return draw(st.permutations(records))


@pytest.fixture
def exported(tmp_path: Path) -> Iterator[Exported]:
    """What a new store exports that was filled with these files."""
    stores: list[Store] = []

    def made(*files: Path, **options: Any) -> bytes:
        store = Store.create(f"sqlite:///{tmp_path / f'{len(stores)}.db'}")
        stores.append(store)
        load(store, files)
        with store.snapshot() as connection:
            return b"".join(export(connection, **options))

    yield made
    for store in stores:
        store.close()


@pytest.mark.parametrize("files", [FILES, [*FILES, AWKWARD]], ids=["nine", "awkward"])
def test_an_export_loaded_into_an_empty_store_is_exported_again_byte_by_byte(
    exported: Exported, tmp_path: Path, files: list[Path]
) -> None:
    first = tmp_path / "first.jsonl"
    first.write_bytes(exported(*files))
    assert exported(first) == first.read_bytes()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(records=archives().filter(bool))
@example(
    records=[{"type": "document", "id": "a", "title": "A", "x_own": None, "description": "", "x_n": [1e22, -0.0, 1e-7, 2**62]}]
)
def test_any_archive_comes_through_its_export(tmp_path_factory: pytest.TempPathFactory, records: list[dict[str, Any]]) -> None:
    folder = tmp_path_factory.mktemp("through")
    given_file, first = folder / "given.jsonl", folder / "first.jsonl"
    given_file.write_bytes(b"".join(orjson.dumps(record) + b"\n" for record in records))
    for number, source in enumerate((given_file, first)):
        store = Store.create(f"sqlite:///{folder / f'{number}.db'}")
        report = load(store, [source])
        assert report.added == len(records)
        with store.snapshot() as connection:
            content = b"".join(export(connection))
        store.close()
        if source == given_file:
            first.write_bytes(content)
    assert content == first.read_bytes()
    found = {(record["type"], record["id"]): record for record in map(orjson.loads, content.splitlines())}
    for record in records:
        kept = found[record["type"], record["id"]]
        for key, value in record.items():
            if value is not None and value != [] and not (key == "date" and isinstance(value, dict)):
                assert key in kept


def test_records_come_by_type_and_id_with_their_fields_in_the_format_s_order(exported: Exported, tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text(
        """
- {x_b: 1, x_a: 2, notes: [{text: n, kind: sic}], title: B, id: b, type: document, topics: [t], languages: []}
- {type: topic, id: u, name: U}
- {type: topic, id: t, broader: [u], name: T}
- {type: document, id: A, title: A, people: [{as: X, role: SENDER}], date: {edtf: 1949}}
- {type: person, id: p, name: P}
""",
        encoding="utf-8",
    )
    assert exported(file).decode().splitlines() == [
        '{"type":"person","id":"p","name":"P","kind":"person"}',
        '{"type":"topic","id":"t","name":"T","kind":"subject","broader":["u"]}',
        '{"type":"topic","id":"u","name":"U","kind":"subject"}',
        '{"type":"document","id":"A","title":"A","date":"1949","people":[{"role":"sender","as":"X"}]}',
        '{"type":"document","id":"b","title":"B","topics":["t"],"notes":[{"kind":"sic","text":"n"}],"x_a":2,"x_b":1}',
    ]
    part = exported(file, documents=["b", "nobody"])
    assert [orjson.loads(line)["id"] for line in part.splitlines()] == ["t", "u", "b"]
    assert exported(file, documents=[]) == b""


def test_a_snapshot_does_not_see_what_is_written_meanwhile(exported: Exported, tmp_path: Path) -> None:
    before = exported(*FILES)
    store = Store.open(f"sqlite:///{tmp_path / '0.db'}")
    more = tmp_path / "more.jsonl"
    more.write_text(
        '{"type": "person", "id": "zz", "name": "Z"}\n{"type": "document", "id": "zz", "title": "Z"}\n', encoding="utf-8"
    )
    with store.snapshot() as connection:
        lines = export(connection)
        first = next(lines)
        load(store, [more])
        assert first + b"".join(lines) == before
    store.close()


# The command


def fonds(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run([FONDS, *words], cwd=folder, capture_output=True, timeout=60, check=False)


def test_the_command_exports_all_or_what_a_filter_or_a_search_finds(tmp_path: Path) -> None:
    fonds(tmp_path, "query", "{ archive { name } }")  # makes the store with the nine documents
    done = fonds(tmp_path, "export")
    assert (done.returncode, done.stderr.splitlines()[-1]) == (0, b"%d records written." % len(done.stdout.splitlines()))
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert sum(record["type"] == "document" for record in records) == 9

    done = fonds(tmp_path, "export", "--filter", '{"person": {"id": ["stalin"], "role": ["SENDER"]}}', "-o", "part.jsonl")
    assert (done.returncode, done.stdout) == (0, b"")
    part = [json.loads(line) for line in (tmp_path / "part.jsonl").read_bytes().splitlines()]
    letters = [record for record in part if record["type"] == "document"]
    assert 0 < len(letters) < 9
    assert all(any(p.get("person") == "stalin" and p["role"] == "sender" for p in record["people"]) for record in letters)
    assert {p["person"] for record in letters for p in record["people"] if "person" in p} == {
        r["id"] for r in part if r["type"] == "person"
    }
    assert all(record in records for record in part)

    (tmp_path / "filter.json").write_text('{"dated": true}', encoding="utf-8")
    done = fonds(tmp_path, "export", "--filter", "filter.json", "--search", "filippov")
    assert 0 < sum(b'"type":"document"' in line for line in done.stdout.splitlines()) < 9
    assert sorted(path.name for path in tmp_path.iterdir() if "part" in path.name) == ["part.jsonl"]


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["--filter", '{"persons": 1}'], 1, "error: Variable '$filter'"),
        (["--filter", '{"date": {"edtf": "yesterday"}}'], 1, "is not a date in EDTF"),
        (["--search", "from:" + "x" * 5000], 1, "error: "),
        (["--filter", "{"], 2, "the filter is neither JSON nor a file with it"),
        (["--filter", "nowhere.json"], 2, "the filter is neither JSON nor a file with it"),
        (["--output", "nowhere/a.jsonl"], 2, "nowhere/a.jsonl cannot be written: No such file or directory."),
        (["--database", "sqlite:///nowhere.db"], 2, "There is no store at nowhere.db."),
    ],
)
def test_an_export_that_cannot_be_is_refused(tmp_path: Path, words: list[str], code: int, said: str) -> None:
    fonds(tmp_path, "query", "{ archive { name } }")
    done = fonds(tmp_path, "export", *words)
    assert (done.returncode, done.stdout) == (code, b"")
    assert said in done.stderr.decode()


def test_whoever_reads_an_export_may_stop(tmp_path: Path) -> None:
    fonds(tmp_path, "query", "{ archive { name } }")
    done = subprocess.run(f"'{FONDS}' export | head -n 1", shell=True, cwd=tmp_path, capture_output=True, check=False, timeout=60)  # noqa: S602 - a pipe of the shell's
    assert len(done.stdout.splitlines()) == 1
    assert b"Traceback" not in done.stderr
