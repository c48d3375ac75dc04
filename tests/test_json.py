"""The reader `json`: an array of records, or one record; read value by value."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.errors import RecordError
from data.readers import json_values, read

json_texts = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**18), 10**18) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)


def written(tmp_path: Path, content: str | bytes) -> Path:
    path = tmp_path / "a.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def failure(path: Path) -> RecordError:
    with pytest.raises(RecordError) as caught:
        list(read(path))
    return caught.value


def test_an_array_gives_its_values_with_the_lines_they_begin_on(tmp_path: Path) -> None:
    path = written(tmp_path, '\ufeff\n[{"a":\n 1},\r\n  {"b": "x\u2028[y"}\n , 3 ]\n\n')
    assert [(raw.place.line, raw.value) for raw in read(path)] == [(2, {"a": 1}), (4, {"b": "x\u2028[y"}), (5, 3)]


def test_one_record_alone_is_a_file(tmp_path: Path) -> None:
    assert [raw.value for raw in read(written(tmp_path, ' {"a": [1, 2]}\n'))] == [{"a": [1, 2]}]


@pytest.mark.parametrize("chunk", [1, 2, 7, 2**18])
def test_it_does_not_matter_where_the_file_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chunk: int) -> None:
    monkeypatch.setattr(json_values, "CHUNK_BYTES", chunk)
    records = [{"id": '\u0434\U0001f600\\"]', "n": [-12.5e3, 123456, True, None]}, 987654, [[]], "", "a, b]"]
    for indent in (None, 2):
        path = written(tmp_path, json.dumps(records, indent=indent, ensure_ascii=indent is None))
        assert [raw.value for raw in read(path)] == records


@settings(deadline=None, max_examples=200)
@given(values=st.lists(json_texts, min_size=1), indent=st.none() | st.integers(0, 3), escapes=st.booleans())
def test_what_json_writes_is_read(
    tmp_path_factory: pytest.TempPathFactory,
    values: list[object],
    indent: int | None,
    escapes: bool,  # noqa: FBT001 - hypothesis names it
) -> None:
    path = tmp_path_factory.getbasetemp() / "generated.json"
    path.write_text(json.dumps(values, indent=indent, ensure_ascii=escapes), encoding="utf-8", errors="surrogatepass")
    assert [raw.value for raw in read(path)] == values


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ('[{"a": 1},\n {"b": }]', 2, "Not JSON: Expecting value, at column 8."),
        ('[{"a": 1}\n {"b": 1}]', 2, "Not JSON: Expecting `,` or `]`, at column 2."),
        ('[{"a": 1},\n]', 2, "Not JSON: Expecting value, at column 1."),
        ('[{"a": 1', 1, "Not JSON: Expecting ',' delimiter, at column 9."),
        ('[{"a": 1}', 1, "Not JSON: Expecting `,` or `]`, at column 10."),
        ('[{"a": "b\n"}]', 1, "Not JSON: Invalid control character, at column 10."),
        ('[\n"abc', 2, "Not JSON: Unterminated string starting, at column 1."),
        ("[]\n[1]", 2, "Not JSON: More stands after the end of the JSON, at column 1."),
        ('{"a": 1}\n{"a": 2}', 2, "Not JSON: More stands after the end of the JSON, at column 1."),
        ("[1,\n" + "[" * 100_000, 2, "Lists and objects are nested too deep."),
        ("[1,\n\n " + "9" * 5000 + "]", 3, "Not JSON: A number is too long; write it as text, in quotes, at column 2."),
        ("[]", None, "The file holds no record."),
        (" \n", None, "The file holds no record."),
        (b'[{"a": "b"},\n{"a": "caf\xe9"}]', 2, "The file is not UTF-8: at byte 23 stands 0xe9."),
    ],
    ids=lambda value: str(value)[:20],
)
def test_broken_json_is_refused_with_line_and_column(
    tmp_path: Path, content: str | bytes, line: int | None, message: str
) -> None:
    error = failure(written(tmp_path, content))
    assert (error.place.line, error.message) == (line, message)


def test_json_lines_under_the_name_of_json_are_told(tmp_path: Path) -> None:
    assert failure(written(tmp_path, '{"a": 1}\n{"a": 2}')).hint == (
        "A file of one object a line is JSON Lines: name it .jsonl, or give `--format jsonl`."
    )


def test_what_is_wrong_with_one_value_leaves_the_others(tmp_path: Path) -> None:
    path = written(tmp_path, '[{"a": 1, "a": 2},\n NaN,\n "\\ud800",\n 1e999,\n 12345678901234567890, 5]')
    faults: list[tuple[int | None, str]] = []
    raws = list(read(path, on_fault=lambda error, _: faults.append((error.place.line, error.message))))
    assert [raw.value for raw in raws] == [5]
    assert faults == [
        (1, "The key `a` is given twice in one object."),
        (2, "`NaN` is not JSON."),
        (3, r"An escape `\ud800` to `\udfff` is half of a surrogate pair, which is no character."),
        (4, "A number is too large; write it as text, in quotes."),
        (5, "A number of 20 digits is too long; write it as text, in quotes."),
    ]


def test_a_value_that_is_too_large_for_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_values, "LINE_MAX_BYTES", 2**20)
    error = failure(written(tmp_path, '[1,\n"' + "x" * 2**21 + '"]'))
    assert (error.place.line, error.message) == (2, "A value has more than 1 MiB.")
