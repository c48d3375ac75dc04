"""Readers: what each format gives, and what is wrong with a file, with the place where."""

import gzip
import json
import sys
from collections.abc import Callable
from io import BytesIO, RawIOBase, TextIOWrapper
from pathlib import Path
from typing import BinaryIO, ClassVar, cast

import pytest
import yaml

from data.errors import InvalidSyntax, RecordError, UnreadableFile
from data.readers import READERS, SUFFIXES, read, yaml_list
from data.readers.raw import Raw

LETTER = '{"type": "document", "id": "a", "title": "To a friend"}'
Write = Callable[[str, bytes | str], Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def written(name: str, content: bytes | str) -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return written


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Both of YAML's parsers: the one in C is missing from some installations."""
    name: str = request.param
    if not hasattr(yaml, name):  # pragma: no cover
        pytest.skip("PyYAML is installed without its parser in C")
    monkeypatch.setattr(yaml_list, "_PARSER", getattr(yaml, name))
    return name


def values(path: Path, file_format: str | None = None) -> list[object]:
    return [raw.value for raw in read(path, file_format)]


def failure(path: Path, file_format: str | None = None) -> RecordError:
    with pytest.raises(RecordError) as caught:
        values(path, file_format)
    assert caught.value.place.file == str(path)
    return caught.value


# Every format


@pytest.mark.parametrize(
    ("name", "file_format"),
    [("a.jsonl", None), ("a.JSONL", None), ("a.ndjson", None), ("a.txt", "jsonl"), ("a.yaml", "jsonl")],
)
def test_the_format_is_the_suffix_s_unless_one_is_named(write: Write, name: str, file_format: str | None) -> None:
    assert values(write(name, LETTER), file_format) == [json.loads(LETTER)]


def test_a_file_of_unknown_suffix_is_refused_with_the_known_ones(write: Write) -> None:
    error = failure(write("a.docx", LETTER))
    assert (error.code, error.message, error.hint) == (
        "FILE_UNREADABLE",
        "The suffix `.docx` says nothing of the format.",
        f"Known suffixes: {', '.join(SUFFIXES)}; or name the format: {', '.join(READERS)}.",
    )
    assert failure(write("letters", LETTER)).message == "The file has no suffix that says its format."


def test_an_unknown_format_is_refused_with_the_known_ones(write: Write) -> None:
    error = failure(write("a.jsonl", LETTER), "marc")
    assert (error.message, error.value, error.hint) == (
        "No such format.",
        "marc",
        f"Known formats: {', '.join(READERS)}.",
    )


def test_a_missing_file_is_refused_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="There is no such file"):
        read(tmp_path / "missing.jsonl")


@pytest.mark.parametrize("file_format", ["jsonl", "yaml", "listing"])
def test_files_that_cannot_be_read(tmp_path: Path, write: Write, file_format: str) -> None:
    folder = tmp_path / "folder.jsonl"
    folder.mkdir()
    loop = tmp_path / "loop"
    loop.symlink_to(loop)
    assert {
        name: failure(path, file_format).message
        for name, path in {
            "empty": write("empty", b""),
            "directory": folder,
            "below a file": write("file", b"x") / "a.jsonl",
            "of a long name": tmp_path / ("x" * 300),
            "with NUL in its name": tmp_path / "a\0b",
            "of symlinks in a circle": loop,
        }.items()
    } == {
        "empty": "The file is empty.",
        "directory": "This is a directory, not a file.",
        "below a file": "The file cannot be opened: Not a directory.",
        "of a long name": "The file cannot be opened: File name too long.",
        "with NUL in its name": "This is no name of a file.",
        "of symlinks in a circle": "The file cannot be opened: Too many levels of symbolic links.",
    }


@pytest.mark.parametrize("name", ["a.jsonl", "a.yaml"])
@pytest.mark.parametrize("content", ["\n", " \n\r\n\t\n", "\ufeff", "\ufeff\n"])
def test_a_file_without_a_record_is_refused(write: Write, name: str, content: str) -> None:
    if name == "a.yaml" and "\t" in content:
        content = content.replace("\t", "")
    assert failure(write(name, content)).message == "The file holds no record."


@pytest.mark.parametrize("content", ["# only a remark\n", "[]\n", "---\n", "null\n", "- # nothing\n"])
def test_a_yaml_file_without_a_record_is_refused(write: Write, content: str) -> None:
    if content.startswith("-") and "#" in content:
        assert values(write("a.yaml", content)) == [None]  # an item that is no record: the check's business
    else:
        assert failure(write("a.yaml", content)).message == "The file holds no record."


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.jsonl", f"{LETTER}\n\n" + '{"title": "'),
        ("a.yaml", "- type: document\n\n  title: "),
        ("a.txt", "1 - 1 of 1\n1949\n"),
    ],
)
def test_a_file_that_is_not_utf_8_is_refused_with_line_and_byte(write: Write, name: str, content: str) -> None:
    error = failure(write(name, content.encode() + b"caf\xe9\n"), "listing" if name == "a.txt" else None)
    assert (error.code, error.message, error.place.line, error.hint) == (
        "FILE_UNREADABLE",
        f"The file is not UTF-8: at byte {len(content) + 3} stands 0xe9.",
        3,
        "Save it as UTF-8, or name its encoding: `--encoding windows-1252`, for example.",
    )


def test_a_file_in_utf_16_is_told(write: Write) -> None:
    assert (
        failure(write("a.jsonl", LETTER.encode("utf-16"))).hint
        == "Save it as UTF-8, or name its encoding: `--encoding utf-16`, for example."
    )
    assert (
        failure(write("a.yaml", LETTER.encode("utf-16"))).hint
        == "Save it as UTF-8, or name its encoding: `--encoding utf-16`, for example."
    )


# JSON Lines


def test_json_lines_gives_each_line_with_its_number(write: Write) -> None:
    path = write("a.jsonl", '\ufeff{"a": "x\u2028y"}\r\n\n  \n[1]\nnull\n"last, without a line end"')
    assert [(raw.place.line, raw.value) for raw in read(path)] == [
        (1, {"a": "x\u2028y"}),
        (4, [1]),
        (5, None),
        (6, "last, without a line end"),
    ]


def test_json_lines_gives_records_before_it_meets_an_error(write: Write) -> None:
    found: list[Raw] = []
    with pytest.raises(InvalidSyntax):
        found.extend(read(write("a.jsonl", f"{LETTER}\n{{\n")))
    raws = read(write("a.jsonl", f"{LETTER}\n{{\n"))
    assert next(raws).value == json.loads(LETTER)


def test_a_pipe_is_read_once(tmp_path: Path) -> None:
    import os  # noqa: PLC0415
    from threading import Thread  # noqa: PLC0415

    path = tmp_path / "pipe.jsonl"
    os.mkfifo(path)
    writer = Thread(target=path.write_text, args=(f"{LETTER}\n{LETTER}\n",))
    writer.start()
    assert len(values(path)) == 2
    writer.join()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ('{"a": }', "Not JSON: Expecting value, at column 7."),
        ('{"a": 1', "Not JSON: Expecting ',' delimiter, at column 8."),
        ("{'a': 1}", "Not JSON: Expecting property name enclosed in double quotes, at column 2."),
        ('{"a": 1} {"b": 2}', "Not JSON: Extra data, at column 10."),
        ('{"a": "\t"}', "Not JSON: Invalid control character, at column 8."),
        ('{"a": "\0"}', "Not JSON: Invalid control character, at column 8."),
        ('{"a": NaN}', "`NaN` is not JSON."),
        ('{"a": [-Infinity]}', "`-Infinity` is not JSON."),
        ('{"a": 1e999}', "A number is too large; write it as text, in quotes."),
        ('{"a": ' + "9" * 5000 + "}", "A number of 5000 digits is too long; write it as text, in quotes."),
        ('{"id": "x", "b": {"a": 1, "a": 1}}', "The key `a` is given twice in one object."),
        (
            '{"a": "\\ud800"}',
            r"An escape `\ud800` to `\udfff` is half of a surrogate pair, which is no character.",
        ),
        (
            '{"\\uDFFF": 1}',
            r"An escape `\ud800` to `\udfff` is half of a surrogate pair, which is no character.",
        ),
        ("[" * 100_000, "Lists and objects are nested too deep."),
        ('{"a":' * 100_000 + "1" + "}" * 100_000, "Lists and objects are nested too deep."),
    ],
    ids=lambda value: value[:20],
)
def test_broken_json_is_refused_with_its_line(write: Write, line: str, message: str) -> None:
    error = failure(write("a.jsonl", f"{LETTER}\n\n{line}\n"))
    assert (error.code, error.message, error.place.line) == ("SYNTAX_INVALID", message, 3)


def test_a_pair_of_surrogate_escapes_is_a_character(write: Write) -> None:
    assert values(write("a.jsonl", r'{"a": "\ud83d\ude00"}')) == [{"a": "\U0001f600"}]


def test_json_that_goes_over_lines_is_told_that_it_should_not(write: Write) -> None:
    assert failure(write("a.jsonl", f"[\n{LETTER}\n]")).hint == "JSON Lines has one whole object a line."
    assert failure(write("a.jsonl", '{\n"a": 1\n}')).hint == "JSON Lines has one whole object a line."


def test_a_line_without_end_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.readers.files.LINE_MAX_BYTES", 2**20)
    error = failure(write("a.jsonl", b"1\n" + b'"' + b"x" * 2**20 + b'"'))
    assert (error.message, error.place.line) == ("The line has more than 1 MiB.", 2)


# YAML


def test_yaml_gives_each_item_with_its_line(write: Write, parser: str) -> None:
    del parser
    text = "# Letters\n\n- id: a\n  title: A\n\n-   id: b\n- {id: c}\n- [x, {y: z}]\n"
    assert [(raw.place.line, raw.value) for raw in read(write("a.yml", text))] == [
        (3, {"id": "a", "title": "A"}),
        (6, {"id": "b"}),
        (7, {"id": "c"}),
        (8, ["x", {"y": "z"}]),
    ]


def test_a_word_in_yaml_means_what_the_format_expects_at_its_place(write: Write, parser: str) -> None:
    del parser
    text = """
- id: 007
  title: No
  name: Null
  date: 1949-12-09
  number: 3557
  birth: 1949
  death: {edtf: 1950, label: 12:30}
  languages: [no, en]
  description:
  source: ~
  rights: null
  url: "null"
  collection: "~"
  genre: true
  classification: 1_000
  position: 3
  people:
    - {role: sender, as: 0x1F, alternative: 1}
    - {role: recipient, as: yes, alternative: one}
  x_pages: 12
  x_shelf: [1.5, -3, 1e3, true, false, null, ~, yes, 007, 1949-12-09, "12", .nan]
  x_more: {position: 4, pages: 5}
"""
    assert values(write("a.yaml", text)) == [
        {
            "id": "007",
            "title": "No",
            "name": "Null",
            "date": "1949-12-09",
            "number": "3557",
            "birth": "1949",
            "death": {"edtf": "1950", "label": "12:30"},
            "languages": ["no", "en"],
            "description": None,
            "source": None,
            "rights": None,
            "url": "null",
            "collection": "~",
            "genre": "true",
            "classification": "1_000",
            "position": 3,
            "people": [
                {"role": "sender", "as": "0x1F", "alternative": 1},
                {"role": "recipient", "as": "yes", "alternative": "one"},
            ],
            "x_pages": 12,
            "x_shelf": [1.5, -3, 1000.0, True, False, None, None, "yes", "007", "1949-12-09", "12", ".nan"],
            "x_more": {"position": 4, "pages": 5},
        }
    ]


def test_texts_in_yaml_are_kept_byte_for_byte(write: Write, parser: str) -> None:
    del parser
    text = """- title: |-
    Charge d\u2019Affaires, "the question": [1] # no remark
  description: "a\\r\\nb \\x85\\u2028 c"
  source: |
    two
    lines
"""
    assert values(write("a.yaml", text)) == [
        {
            "title": 'Charge d\u2019Affaires, "the question": [1] # no remark',
            "description": "a\r\nb \x85\u2028 c",
            "source": "two\nlines\n",
        }
    ]


def test_an_alias_repeats_a_text_as_its_place_asks(write: Write, parser: str) -> None:
    del parser
    text = "- {id: a, rights: &r Public domain, date: &y 1949}\n- {id: b, rights: *r, x_year: *y}\n"
    assert values(write("a.yaml", text)) == [
        {"id": "a", "rights": "Public domain", "date": "1949"},
        {"id": "b", "rights": "Public domain", "x_year": 1949},
    ]


def test_a_billion_laughs_are_refused(write: Write, parser: str) -> None:
    del parser
    text = "- &a [x, x]\n" + "".join(
        f"- &{new} [{', '.join([f'*{old}'] * 9)}]\n" for old, new in zip("abcdefgh", "bcdefghi", strict=True)
    )
    error = failure(write("a.yaml", text))
    assert (error.place.line, error.message) == (
        2,
        "The alias `*a` repeats a list or an object; write it out, at column 7.",
    )


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("id: a\ntitle: b\n", 1, "The file holds no list of records; begin each with `- `, at column 1."),
        ("just words\n", 1, "The file holds no list of records; begin each with `- `, at column 1."),
        ("- {id: a}\n---\n- {id: b}\n", 2, "A second document begins; a file holds one list, at column 1."),
        ("- id: a\n  id: b\n", 2, "The key `id` is given twice in one object, at column 3."),
        ("- x_a:\n    b: 1\n    b: 1\n", 3, "The key `b` is given twice in one object, at column 5."),
        ("- {[a]: b}\n", 1, "A key is no text, at column 4."),
        ("- ? {a: b}\n  : c\n", 1, "A key is no text, at column 5."),
        (
            "- &a {id: a, x_me: *a}\n",
            1,
            "The alias `*a` repeats a list or an object; write it out, at column 20.",
        ),
        (
            "- !!python/object/apply:os.system [x]\n",
            1,
            "The tag `tag:yaml.org,2002:python/object/apply:os.system` is not read, at column 3.",
        ),
        ("- id: !!int 5\n", 1, "The tag `tag:yaml.org,2002:int` is not read, at column 7."),
        ("- " + "[" * 100_000, 1, "Lists and objects are nested too deep, at column 202."),
        ("- a: b: c\n", 1, "Not YAML: mapping values are not allowed"),
        ("- id: a\n\n- title: 'b\n", 4, "Not YAML: found unexpected end of stream (what is cut off there begins on line 3)"),
        ("- id: a\n\tb: c\n", 2, "Not YAML: "),
        ("- id: *nobody\n", 1, "The alias `*nobody` repeats nothing above it, at column 7."),
        ("- id: @a\n", 1, "Not YAML: found character"),
        ("- id: a\n- id: b\x01c\n", 2, "Not YAML: "),
        ("- id: a\n- id: \0\n", 2, "Not YAML: "),
    ],
    ids=lambda value: str(value)[:20],
)
def test_broken_yaml_is_refused_with_its_line(write: Write, parser: str, text: str, line: int, message: str) -> None:
    del parser
    error = failure(write("a.yaml", text))
    assert (error.code, error.place.line) == ("SYNTAX_INVALID", line)
    too_deep_for_the_parser = "maximum nesting depth" in error.message  # some builds of libyaml stop before we do
    assert error.message.startswith(message) or ("too deep" in message and too_deep_for_the_parser)
    assert "\n" not in str(error)


def test_yaml_gives_records_before_it_meets_an_error(write: Write, parser: str) -> None:
    del parser
    raws = read(write("a.yaml", "- {id: a}\n- {id: b}\n- {id: [}\n"))
    assert [next(raws).value, next(raws).value] == [{"id": "a"}, {"id": "b"}]
    with pytest.raises(InvalidSyntax):
        next(raws)


def test_a_text_that_is_too_large_for_memory_is_refused(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data.readers.files.TEXT_MAX_BYTES", 2**20)
    error = failure(write("a.txt", b"x" * (2**20 + 1)), "listing")
    assert error.message == "The file has more than 1 MiB."


# Where the bytes come from


def compressed(suffix: str, content: bytes) -> bytes:
    if suffix == ".gz":
        return gzip.compress(content)
    zstandard = pytest.importorskip("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
    checked: bytes = zstandard.compress(content, options={zstandard.CompressionParameter.checksum_flag: 1})
    return checked


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_compressed_file_is_read_as_its_inner_suffix_says(write: Write, suffix: str) -> None:
    lines = compressed(suffix, f"{LETTER}\n".encode()) + compressed(suffix, b"2\n")  # two members, as `cat` joins them
    assert values(write(f"a.jsonl{suffix}", lines)) == [json.loads(LETTER), 2]
    assert values(write(f"a.YML{suffix.upper()}", compressed(suffix, b"- {id: a}"))) == [{"id": "a"}]
    assert values(write("a.jsonl", compressed(suffix, b"1"))) == [1]
    assert failure(write(f"a{suffix}", lines)).message == "The file has no suffix that says its format."


@pytest.mark.parametrize("suffix", [".gz", ".zst"])
def test_a_broken_compressed_file_is_refused(write: Write, suffix: str) -> None:
    lines = compressed(suffix, bytes(range(256)).hex().encode() * 10)
    for content in (lines[:-1], lines[:6], lines[:20] + b"\xff\xff\xff" + lines[23:]):
        error = failure(write("a.jsonl", content))
        assert (error.code, error.message.partition(":")[0]) == ("FILE_UNREADABLE", "The compressed file is broken")


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_standard_input_is_read_with_a_format(monkeypatch: pytest.MonkeyPatch, suffix: str) -> None:
    content = compressed(suffix, LETTER.encode()) if suffix else LETTER.encode()
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(content)))
    assert [(str(raw.place), raw.value) for raw in read(Path("-"), "jsonl")] == [("-:1", json.loads(LETTER))]
    assert failure(Path("-")).message == "Standard input has no suffix that says its format."
    assert failure(Path("-"), "jsonl").message == "The file holds no record."
    assert not sys.stdin.buffer.closed


def test_an_open_stream_is_read_under_the_name_of_its_file() -> None:
    stream = BytesIO(LETTER.encode() + b"\n{")
    raws = read(Path("nowhere/a.jsonl"), stream=stream)
    assert next(raws).place.file == "nowhere/a.jsonl"
    with pytest.raises(InvalidSyntax, match=r"nowhere/a.jsonl:2: Not JSON"):
        next(raws)
    assert not stream.closed


def test_a_pipe_that_brings_its_first_byte_alone_is_read(tmp_path: Path) -> None:
    class Slow(RawIOBase):
        parts: ClassVar = [b"\x1f", b"\x8b", gzip.compress(b"1\n2")[2:]]

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1, /) -> bytes:
            del size
            return self.parts.pop(0) if self.parts else b""

    raws = read(tmp_path / "a.jsonl", stream=cast("BinaryIO", Slow()))
    assert [raw.value for raw in raws] == [1, 2]


# Encodings


@pytest.mark.parametrize("encoding", ["windows-1252", "utf-16", "UTF-16-LE", "utf-32", "utf-8-sig", "gb18030"])
def test_text_is_read_in_the_encoding_that_is_named(write: Write, encoding: str) -> None:
    text = "\u00e9t\u00e9" if encoding != "gb18030" else "\u5317\u4eac \U00020000"
    lines = write("a.jsonl", f'"a"\n"{text}"\n'.encode(encoding))
    assert [(raw.place.line, raw.value) for raw in read(lines, encoding=encoding)] == [(1, "a"), (2, text)]
    items = write("a.yaml", f"- a\n- {text}\n".encode(encoding))
    assert [(raw.place.line, raw.value) for raw in read(items, encoding=encoding)] == [(1, "a"), (2, text)]
    page = write("a.txt", f"1 - 1 of 1\n1949\n{text}\n".encode(encoding))
    assert [cast("dict[str, str]", raw.value)["title"] for raw in read(page, "listing", encoding=encoding)] == [text]


def test_bytes_that_are_not_of_the_encoding_are_refused_with_line_and_byte(write: Write) -> None:
    lines = write("a.jsonl", b'"a"\n\n"\x81"\n')
    with pytest.raises(UnreadableFile) as caught:
        list(read(lines, encoding="windows-1252"))
    assert (caught.value.message, caught.value.place.line) == ("The file is not cp1252: at byte 6 stands 0x81.", 3)
    wide = write("b.jsonl", '"a"\n"b"\n'.encode("utf-16-le") + b"\x00\xdcx\x00")
    with pytest.raises(UnreadableFile) as caught:
        list(read(wide, encoding="utf-16-le"))
    assert (caught.value.message, caught.value.place.line) == ("The file is not utf-16-le: at byte 16 stands 0x00.", 3)


@pytest.mark.parametrize("encoding", ["klingon", "rot13", "base64", "", "a\0b", "undefined"])
def test_an_encoding_that_there_is_not_is_refused_at_once(write: Write, encoding: str) -> None:
    with pytest.raises(UnreadableFile, match="There is no such encoding"):
        read(write("a.jsonl", LETTER), encoding=encoding or "\x7f")


# Going on after an error


def test_a_line_s_content_is_what_stands_in_the_file(write: Write) -> None:
    raws = list(read(write("a.jsonl", b'\xef\xbb\xbf{"a":  1 }\r\n 2 ')))
    assert [raw.content for raw in raws] == [b'{"a":  1 }', b" 2 "]


def test_reading_goes_on_after_a_faulty_line_if_somebody_takes_its_error(write: Write) -> None:
    faults: list[tuple[str, bytes]] = []
    path = write("a.jsonl", b'1\n{"a": \n"caf\xe9"\n2\n')
    raws = read(path, on_fault=lambda error, piece: faults.append((str(error), piece.content)))
    assert [raw.value for raw in raws] == [1, 2]
    assert faults == [
        (f"{path}:2: Not JSON: Expecting value, at column 7.", b'{"a": '),
        (f"{path}:3: The file is not UTF-8: at byte 13 stands 0xe9.", b'"caf\xe9"'),
    ]
    assert list(read(write("b.jsonl", "{"), on_fault=lambda error, piece: None)) == []  # noqa: ARG005
