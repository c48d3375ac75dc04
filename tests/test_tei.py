"""The reader `tei`: letters with their correspondence, their text and the people in them."""

from pathlib import Path
from typing import Any

import pytest

from data.check import Entry, parse
from data.errors import RecordError
from data.readers import read

LETTERS = Path(__file__).parent / "data" / "letters.tei.xml"


def written(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "a.xml"
    path.write_text(content, encoding="utf-8")
    return path


def records(path: Path) -> list[Any]:
    return [raw.value for raw in read(path, "tei")]


def failure(path: Path) -> RecordError:
    with pytest.raises(RecordError) as caught:
        records(path)
    return caught.value


EXPECTED: list[tuple[int, bool, Any]] = [
    (
        13,
        False,
        {
            "type": "person",
            "id": "anna",
            "name": "Anna Karlovna Berg",
            "names": [{"name": "A. K. B."}],
            "birth": "1860-05-02",
            "death": "[1931..1933]",
            "description": "Painter.",
            "identifiers": ["gnd:118000001"],
        },
    ),
    (
        25,
        False,
        {
            "type": "document",
            "id": "L1",
            "title": "Anna to Bert, [11. 8. 1891]",
            "date": {"edtf": "1891-08-11?", "label": "[11. 8. 1891]"},
            "description": "She asks for paint.",
            "repository": "City Library",
            "collection": "Berg papers",
            "rights": "CC BY 4.0",
            "url": "https://example.org/L1",
            "languages": ["de-AT"],
            "people": [
                {"person": "anna", "as": "Anna Berg", "role": "sender", "basis": "catalogue"},
                {"person": "bert", "as": "Bert", "role": "recipient", "certainty": "medium", "basis": "catalogue"},
                {"as": "Paint & Sons", "role": "recipient", "basis": "catalogue"},
                {"as": "Carl", "role": "intermediary", "basis": "catalogue", "label": "forwarded"},
                {"person": "doris", "as": "Doris", "role": "mentioned", "basis": "text"},
                {"person": "bert", "as": "Du", "role": "mentioned", "basis": "text"},
            ],
            "texts": [
                {
                    "kind": "transcript",
                    "language": "de-AT",
                    "body": "Wien, 11. 8.\n"
                    "\n"
                    "Lieber Bert!\n"
                    "\n"
                    "Ich sende Dier die Farben und auch Pinsel, wie Doris und Du wolltet. […]\n"
                    "\n"
                    "Blau ist die Farbe,\n"
                    "rot ist das Herz.\n"
                    "\n"
                    "Anna",
                }
            ],
            "identifiers": ["handle:21.1/L1"],
            "notes": [{"kind": "editorial", "text": "Blue and red."}],
            "x_shelfmark": "MS 12",
            "x_places": [{"role": "sent", "name": "Wien", "ref": "wien"}, {"role": "received", "name": "Ischl"}],
        },
    ),
    (25, True, {"type": "person", "id": "bert", "name": "Bert", "kind": "person"}),
    (25, True, {"type": "person", "id": "doris", "name": "Doris", "kind": "person"}),
    (
        75,
        False,
        {
            "type": "document",
            "id": "L2",
            "title": "[untitled]",
            "x_date": "in the summer",
            "languages": ["fr"],
            "people": [{"as": "somebody", "role": "sender", "basis": "catalogue"}],
        },
    ),
]


def test_letters_of_a_corpus_and_the_people_in_them() -> None:
    raws = list(read(LETTERS))
    assert [(raw.place.line, raw.is_implied, raw.value) for raw in raws] == EXPECTED
    assert all(isinstance(parse(raw), Entry) for raw in raws)


TEI = '<TEI xmlns="http://www.tei-c.org/ns/1.0">{}</TEI>'
HEADER = (
    "<teiHeader><fileDesc><titleStmt><title>A</title></titleStmt><publicationStmt>{}</publicationStmt></fileDesc></teiHeader>"
)


def body(tmp_path: Path, text: str) -> Any:
    (record,) = records(written(tmp_path, TEI.format(f"<text><body>{text}</body></text>")))
    return record.get("texts", [{}])[0].get("body")


def test_a_letter_s_id_is_its_xml_id_or_number_or_the_file_s_name(tmp_path: Path) -> None:
    assert records(written(tmp_path, TEI.format(HEADER.format("<idno>n 1</idno>"))))[0]["id"] == "n 1"
    assert records(written(tmp_path, TEI.format(HEADER.format(""))))[0]["id"] == "a"
    error = failure(written(tmp_path, f"<teiCorpus>{TEI.format(HEADER.format(''))}</teiCorpus>"))
    assert (error.message, error.hint) == ("The letter has no id.", "Give the `TEI` element an `xml:id`.")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<p/>", None),
        ("<p>One\n   two </p>\n<p>three</p>", "One two\n\nthree"),
        ("<p>one<lb/>two<pb/>three<lb break='no'/> four</p>", "one two threefour"),
        ("<p>a <choice><abbr>u.</abbr><expan>und</expan></choice> b</p>", "a u. b"),
        ("<p>a <choice><orig>seyn</orig><reg>sein</reg></choice></p>", "a seyn"),
        ("<p>a <corr>b</corr> <abbr>c.</abbr></p>", "a b c."),
        ("<p>a<del>x</del><add>b</add><note>n</note><gap/></p>", "ab[…]"),
        ("<p>soft\u00ad hyphen\u00a0and \ufeff kept</p>", "soft\u00ad hyphen\u00a0and \ufeff kept"),
        ("<lg><l>a</l><l>b</l></lg><lg><l>c</l></lg>", "a\nb\n\nc"),
        ("<opener><address><addrLine>a</addrLine><addrLine>b</addrLine></address><salute>c</salute></opener>", "a\nb\n\nc"),
        ("<p>a<list><item>b</item><item>c</item></list>d</p>", "a\n\nb\nc\n\nd"),
        ("words alone", "words alone"),
    ],
)
def test_a_letter_s_text_is_what_the_source_has_paragraph_by_paragraph(tmp_path: Path, text: str, expected: str | None) -> None:
    assert body(tmp_path, text) == expected


def test_what_is_wrong_with_one_letter_leaves_the_others(tmp_path: Path) -> None:
    letters = TEI.format("<text><body><p>&x;</p></body></text>") + '<TEI xml:id="b"/>'
    path = written(
        tmp_path,
        f"<!DOCTYPE x [<!ENTITY x 'y'>]><teiCorpus xmlns:xml='http://www.w3.org/XML/1998/namespace'>{letters}</teiCorpus>",
    )
    found: list[str] = []
    raws = list(read(path, "tei", on_fault=lambda error, _: found.append(error.message)))
    assert [raw.value for raw in raws] == [{"type": "document", "id": "b", "title": "[untitled]"}]
    assert found == ["An entity of the file's own is not read; write out what it stands for."]


def test_an_id_that_xml_would_not_have_is_one_all_the_same(tmp_path: Path) -> None:
    letters = '<TEI xml:id="1891-08-11"/><TEI xml:id="a/b"/>'
    assert [record["id"] for record in records(written(tmp_path, f"<teiCorpus>{letters}</teiCorpus>"))] == ["1891-08-11", "a/b"]
    assert failure(written(tmp_path, f"<teiCorpus>{letters}</teiCorp>")).message.startswith(
        "Not XML: Opening and ending tag mismatch"
    )
    assert failure(written(tmp_path, f"<teiCorpus>{letters}")).message.startswith("Not XML: ")


def test_each_letter_of_an_index_is_a_document(tmp_path: Path) -> None:
    def letter(attributes: str, sender: str, day: str) -> str:
        return f"""<correspDesc source="#e" {attributes}>
          <correspAction type="sent"><persName ref="http://d-nb.info/gnd/{sender}">{sender}</persName><date when="{day}"/></correspAction>
          <correspAction type="received"><persName>Bert</persName></correspAction></correspDesc>"""

    letters = (
        letter('ref="http://x/1" key="7"', "Anna", "1800-01-02") + letter('key="8"', "Anna", "1800") + letter("", "Carl", "1801")
    )
    header = f"""<fileDesc><publicationStmt><availability><licence>CC0</licence></availability></publicationStmt>
      <sourceDesc><bibl xml:id="e">An edition</bibl></sourceDesc></fileDesc><profileDesc>{letters}</profileDesc>"""
    text = "<text><body><p/></body></text>"
    path = written(tmp_path, f'<TEI xmlns="http://www.tei-c.org/ns/1.0"><teiHeader>{header}</teiHeader>{text}</TEI>')
    faults: list[str] = []
    raws = list(read(path, "tei", on_fault=lambda error, _: faults.append(error.message)))
    assert faults == ["The letter has no id."]
    assert [(raw.value, raw.is_implied) for raw in raws] == [
        (
            {
                "type": "document",
                "id": key,
                "title": "[untitled]",
                "date": day,
                "source": "An edition",
                "rights": "CC0",
                "number": number,
                "people": [
                    {"person": "http://d-nb.info/gnd/Anna", "as": "Anna", "role": "sender", "basis": "catalogue"},
                    {"as": "Bert", "role": "recipient", "basis": "catalogue"},
                ],
            }
            | ({"url": key} if "/" in key else {}),
            False,
        )
        if key
        else ({"type": "person", "id": "http://d-nb.info/gnd/Anna", "name": "Anna", "kind": "person"}, True)
        for key, number, day in (("http://x/1", "7", "1800-01-02"), ("", "", ""), ("8", "8", "1800"))
    ]
