"""The readers `csv` and `tsv`: what columns mean, and what is wrong with a table, with row and column."""

from pathlib import Path
from typing import Any

import pytest

from data.check import Entry, parse
from data.errors import RecordError
from data.readers import Piece, read

LETTERS = Path(__file__).parent / "data" / "letters.csv"


def table(tmp_path: Path, content: str | bytes, name: str = "a.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def records(path: Path, **options: Any) -> list[Any]:
    return [raw.value for raw in read(path, **options)]


def faults(path: Path) -> list[str]:
    """What the reader and the check say, as a person reads it, without the file's folder."""
    found: list[RecordError] = []

    def hear(error: RecordError, _piece: Piece) -> None:
        found.append(error)

    for raw in read(path, on_fault=hear):
        parsed = parse(raw)
        found.extend(parsed if isinstance(parsed, list) else [])
    return [str(error).removeprefix(f"{path.parent}/") for error in found]


def failure(path: Path, **options: Any) -> RecordError:
    with pytest.raises(RecordError) as caught:
        records(path, **options)
    return caught.value


def test_a_table_s_columns_are_the_format_s_fields() -> None:
    assert records(LETTERS) == [
        {
            "type": "document",
            "id": "letters/1",
            "title": "To Suvorin, on\nThe Seagull",
            "date": {"edtf": "1895-10~", "label": "[Oct. 1895]"},
            "people": [
                {"person": "chekhov", "as": "A. Chekhov", "role": "sender"},
                {"as": "Suvorin", "role": "recipient"},
                {"as": "Tikhonov", "role": "recipient"},
            ],
            "topics": ["theatre", "seagull"],
            "texts": [{"kind": "original", "language": "ru", "body": 'Dear "S",\n\nit is done.'}],
            "notes": [{"kind": "sic", "text": '"doen" stands there'}],
            "languages": ["ru", "en"],
            "position": 1,
            "x_box": ["a", 2],
        },
        {
            "type": "document",
            "id": "letters/2",
            "title": "Second",
            "x_date_label": "undated",
            "people": [{"person": "chekhov", "as": "A.C.", "role": "sender"}, {"as": "Olga", "role": "sender"}],
            "position": 2,
            "x_box": "[sic]",
        },
        {"type": "document", "id": "letters/3", "title": "Third", "date": "1896", "topics": ["a|b", "c"], "position": 3},
    ]
    assert [(raw.place.line, raw.place.row) for raw in read(LETTERS)] == [(2, 1), (6, 2), (8, 3)]
    assert all(isinstance(parse(raw), Entry) for raw in read(LETTERS))


def test_people_and_topics_are_tables_too(tmp_path: Path) -> None:
    people = "type;id;name;kind;birth;birth_label;names\nperson;mao;Mao Zedong;person;1893-12-26;Dec. 1893;Mao Tse-tung|毛泽东\n"
    assert records(table(tmp_path, people)) == [
        {
            "type": "person",
            "id": "mao",
            "name": "Mao Zedong",
            "kind": "person",
            "birth": {"edtf": "1893-12-26", "label": "Dec. 1893"},
            "names": [{"name": "Mao Tse-tung"}, {"name": "毛泽东"}],
        }
    ]
    topics = "type\tid\tname\tbroader\ntopic\tkorea\tKorea\tasia\n"
    expected = [{"type": "topic", "id": "korea", "name": "Korea", "broader": ["asia"]}]
    assert records(table(tmp_path, topics, "a.tsv")) == records(table(tmp_path, topics)) == expected


def test_a_row_without_a_type_is_a_document(tmp_path: Path) -> None:
    assert records(table(tmp_path, "id,title\na,A\n")) == [{"type": "document", "id": "a", "title": "A"}]


@pytest.mark.parametrize(
    "content",
    [
        "id;title\na;A, B\n",
        'id,title\na,"A, B"\n',
        '\ufeffid,title\r\na,"A, B"\r\n',
        "id\ttitle\na\tA, B\n",
        "id|title\na|A, B",
        "sep=;\nid;title\na;A, B\n",
        '"sep=|"\r\n"id"|"title"\r\n"a"|"A, B"\r\n',
        '"id;,,,,";title\na;A, B\n'.replace(";,,,,", ""),
    ],
)
def test_the_separator_is_the_header_s(tmp_path: Path, content: str) -> None:
    assert records(table(tmp_path, content)) == [{"type": "document", "id": "a", "title": "A, B"}]


def test_a_table_in_windows_1252_is_read_by_option(tmp_path: Path) -> None:
    path = table(tmp_path, 'id,title\na,"Zürich ‰\nGenève"\nb,€\n'.encode("windows-1252"))
    assert [record["title"] for record in records(path, encoding="windows-1252")] == ["Zürich ‰\nGenève", "€"]
    error = failure(path)
    assert (error.message, error.place.line, error.hint) == (
        "The file is not UTF-8: at byte 13 stands 0xfc.",
        2,
        "Save it as UTF-8, or name its encoding: `--encoding windows-1252`, for example.",
    )


def test_a_cell_as_long_as_the_longest_letter_is_read(tmp_path: Path) -> None:
    body = "a long letter, " * 20_000
    assert records(table(tmp_path, f'id,title,text_original\na,A,"{body}"\n'))[0]["texts"] == [{"kind": "original", "body": body}]


def test_every_error_of_a_table_has_its_row_and_column(tmp_path: Path) -> None:
    rows = [
        "id,title,date,date_label,sender,sender_as,position,text_original_language,text_original,topics,languages",
        'a,"A\n\nB",1895-13,x,,,,,,,',
        "b,B,,,,,first,,,,",
        "c,C,,,,,,,,,english!",
        "d,D,,,x|y,X,,,,,",
        "e,E,,,,,,en,,,",
        "f,F,,,,,,,,[x],",
        "g,G,,,,,,,,",
        "h,H,,,,,,,,,,,,i",
        ",I,,,,,,,,,",
        "j,,,,,,,,,,",
    ]
    edtf = "write for example 1949-12-09, 1949-12, 1949, 1914~, 195X or 1949-12-09/1949-12-12"
    assert faults(table(tmp_path, "\n".join(rows))) == [
        f"a.csv:2 (a, date.edtf, row 1, column `date`): “1895-13” is not a date in EDTF; {edtf} [1895-13]",
        "a.csv:5 (b, position, row 2, column `position`): `position` must be a whole number, not text. [first]",
        "a.csv:6 (c, languages[0], row 3, column `languages`): `languages[0]` is not a language tag (BCP 47), such as `en`, `ru` or `zh-Hant`. [english!]",
        "a.csv:7 (people, row 4, column `sender_as`): `sender` has 2 ids, `sender_as` 1 names. [X]",
        "a.csv:8 (texts, row 5, column `text_original_language`): `text_original_language` needs a `text_original`. [en]",
        "a.csv:9 (topics, row 6, column `topics`): Not JSON: Expecting value, at column 2. [[x]]",
        "a.csv:10 (row 7): The row has 10 cells, the header 11.",
        "a.csv:11 (row 8): The row has 14 cells, the header 11. []",
        "a.csv:12 (id, row 9): `id` is required.",
        "a.csv:13 (j, title, row 10): `title` is required.",
    ]


@pytest.mark.parametrize(
    ("content", "line", "message"),
    [
        ("id,title,Titel\na,A,B\n", 1, "The column `Titel` is none of the format's."),
        ("id,title,\na,A,B\n", 1, "Column 3 of the header has no name."),
        ("\nid,title,id\na,A,B\n", 2, "Column 3 of the header is given twice."),
        ('id,title\na,A\nb,"B\nc,C\nd,D\n', 3, "Not CSV: unexpected end of data."),
        ('id,title\na,"A" and more\n', 2, "Not CSV: ',' expected after '\"'."),
        (
            "id,title\na,A\rb,B\n",
            2,
            "Not CSV: new-line character seen in unquoted field.",
        ),
        ("id,title\n", None, "The file holds no record."),
        ("\n", None, "The file holds no record."),
    ],
)
def test_a_broken_table_is_refused_with_its_line(tmp_path: Path, content: str, line: int | None, message: str) -> None:
    error = failure(table(tmp_path, content))
    assert (error.place.line, error.message) == (line, message)


def test_a_column_that_is_nearly_the_format_s_is_told(tmp_path: Path) -> None:
    assert failure(table(tmp_path, "id,Tittle\na,A\n")).hint == (
        "Did you mean `title`? Columns of one's own begin with `x_`; for others make a mapping: `fonds map FILE`."
    )


def test_rows_are_given_as_they_are_to_a_mapping(tmp_path: Path) -> None:
    raws = list(read(table(tmp_path, "Nr.,Titel,Ort\n1,A,\n"), is_mapped=True))
    assert [(raw.value, raw.place.row) for raw in raws] == [({"Nr.": "1", "Titel": "A"}, 1)]
