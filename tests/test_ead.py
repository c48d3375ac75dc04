"""The reader `ead`: a finding aid as documents that know their place in it."""

from pathlib import Path
from typing import Any

import pytest

from data.check import Entry, parse
from data.errors import RecordError
from data.readers import read

FONDS = Path(__file__).parent / "data" / "fonds.ead.xml"


def written(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "a.xml"
    path.write_text(content, encoding="utf-8")
    return path


def records(path: Path) -> list[Any]:
    return [raw.value for raw in read(path, "ead")]


def failure(path: Path) -> RecordError:
    with pytest.raises(RecordError) as caught:
        records(path)
    return caught.value


EXPECTED: list[tuple[int, bool, Any]] = [
    (
        21,
        False,
        {
            "type": "document",
            "id": "xx-1/1",
            "title": "Letters",
            "description": "Letters received.",
            "repository": "City Archive",
            "collection": "Berg family papers",
            "number": "1",
            "position": 2,
            "x_level": "series",
            "x_parent": "xx-1",
            "x_path": ["Berg family papers"],
        },
    ),
    (
        24,
        False,
        {
            "type": "document",
            "id": "xx-1/1/1/1",
            "title": "From Bert, about 11 August 1891",
            "date": {"edtf": "1891-08-11~", "label": "about 11 August 1891"},
            "repository": "City Archive",
            "collection": "Berg family papers",
            "rights": "Free.",
            "url": "https://example.org/1-1",
            "number": "1/1",
            "genre": "Postcards",
            "people": [
                {"person": "gnd:118000001", "as": "Berg, Anna", "role": "subject", "basis": "catalogue"},
                {"as": "Bert", "role": "subject", "basis": "catalogue", "label": "addressee"},
            ],
            "topics": ["lcsh:sh1", "Wien", "Brushes"],
            "position": 3,
            "x_level": "file",
            "x_parent": "xx-1/1",
            "x_path": ["Berg family papers", "Letters"],
            "x_access": "Closed until 2030.",
            "x_containers": ["box 1", "folder 2"],
        },
    ),
    (24, True, {"type": "person", "id": "gnd:118000001", "name": "Berg, Anna", "kind": "person"}),
    (24, True, {"type": "topic", "id": "lcsh:sh1", "name": "Paint"}),
    (24, True, {"type": "topic", "id": "Wien", "name": "Wien", "kind": "place"}),
    (24, True, {"type": "topic", "id": "Brushes", "name": "Brushes"}),
    (
        42,
        False,
        {
            "type": "document",
            "id": "xx-1/1/5bee25044453",
            "title": "Without a number",
            "repository": "City Archive",
            "collection": "Berg family papers",
            "position": 4,
            "x_level": "bundle",
            "x_parent": "xx-1/1",
            "x_path": ["Berg family papers", "Letters"],
        },
    ),
    (
        43,
        False,
        {
            "type": "document",
            "id": "xx-1/1/5bee25044453-2",
            "title": "Without a number",
            "repository": "City Archive",
            "collection": "Berg family papers",
            "position": 5,
            "x_level": "file",
            "x_parent": "xx-1/1",
            "x_path": ["Berg family papers", "Letters"],
        },
    ),
    (
        45,
        False,
        {
            "type": "document",
            "id": "xx-1/2",
            "title": "[untitled]",
            "x_date": "undated",
            "repository": "City Archive",
            "collection": "Berg family papers",
            "number": "2",
            "position": 6,
            "x_level": "series",
            "x_parent": "xx-1",
            "x_path": ["Berg family papers"],
        },
    ),
    (
        8,
        False,
        {
            "type": "document",
            "id": "xx-1",
            "title": "Berg family papers",
            "date": {"edtf": "1880/1933", "label": "1880-1933"},
            "x_dates": ["mostly the 1890s"],
            "repository": "City Archive",
            "collection": "Berg family papers",
            "number": "F 1",
            "languages": ["ger", "fre"],
            "people": [
                {"person": "gnd:118000002", "as": "Berg (family)", "role": "author", "basis": "catalogue", "label": "creator"}
            ],
            "topics": ["Wien"],
            "position": 1,
            "notes": [{"kind": "biography", "text": "Painters in Wien.\n\nThen in Ischl."}],
            "x_level": "fonds",
            "x_extent": "2 boxes",
        },
    ),
    (8, True, {"type": "person", "id": "gnd:118000002", "name": "Berg (family)", "kind": "family"}),
]


def test_a_finding_aid_s_components_are_documents_that_know_their_place() -> None:
    raws = list(read(FONDS))
    assert [(raw.place.line, raw.is_implied, raw.value) for raw in raws] == EXPECTED
    assert all(isinstance(parse(raw), Entry) for raw in raws)


def aid(inner: str, *, head: str = "<eadheader><eadid>x</eadid></eadheader>") -> str:
    return f"<ead>{head}<archdesc><did><unittitle>F</unittitle></did>{inner}</archdesc></ead>"


def test_a_component_without_a_number_has_an_id_that_stays_when_others_come(tmp_path: Path) -> None:
    def ids(components: str) -> dict[str, str]:
        return {record["title"]: record["id"] for record in records(written(tmp_path, aid(f"<dsc>{components}</dsc>")))}

    one, two = "<c><did><unittitle>One</unittitle></did></c>", "<c id='i2'><did><unittitle>Two</unittitle></did></c>"
    assert ids(one)["One"] == ids(two + one)["One"]
    assert ids(one + two)["Two"] == "x/i2"


def test_dates_of_ead_3_stand_in_parts(tmp_path: Path) -> None:
    dates = """<c><did><unittitle>A</unittitle><unitdatestructured>
      <daterange><fromdate standarddate="1891">1891</fromdate><todate standarddate="1893-05">May 1893</todate></daterange>
      </unitdatestructured></did></c><c><did><unittitle>B</unittitle><unitdatestructured certainty="circa">
      <datesingle standarddate="1891"/></unitdatestructured></did></c><c><did><unittitle>C</unittitle><unitdatestructured>
      <datesingle>some day</datesingle></unitdatestructured></did></c>"""
    found = records(written(tmp_path, aid(f"<dsc>{dates}</dsc>", head="<control><recordid>x</recordid></control>")))
    assert [record.get("date", record.get("x_date")) for record in found] == [
        {"edtf": "1891/1893-05", "label": "1891 - May 1893"},
        "1891~",
        "some day",
        None,
    ]


def test_a_finding_aid_without_an_id_is_refused(tmp_path: Path) -> None:
    error = failure(written(tmp_path, aid("<dsc><c/></dsc>", head="")))
    assert (error.message, error.hint) == ("The finding aid has no id.", "Give it an `eadid`.")


def test_what_stands_after_the_components_below_is_told(tmp_path: Path) -> None:
    late = "<dsc><c01><did><unitid>1</unitid></did><c02><did><unitid>2</unitid></did></c02><odd><p>late</p></odd></c01></dsc>"
    found: list[str] = []
    raws = list(read(written(tmp_path, aid(late)), "ead", on_fault=lambda error, _: found.append(error.message)))
    assert [raw.value["id"] for raw in raws if isinstance(raw.value, dict)] == ["x/1", "x/1/2", "x"]
    assert found == ["`odd` stands after the components below; it is not read."]


def test_what_is_wrong_with_a_component_is_wrong_with_those_below(tmp_path: Path) -> None:
    inner = "<dsc><c01><did><unitid>&y;</unitid></did><c02><did><unitid>2</unitid></did></c02></c01><c01><did><unitid>3</unitid></did></c01></dsc>"
    found: list[str] = []
    path = written(tmp_path, f"<!DOCTYPE ead [<!ENTITY y 'z'>]>{aid(inner)}")
    raws = list(read(path, "ead", on_fault=lambda error, _: found.append(error.message)))
    assert [raw.value["id"] for raw in raws if isinstance(raw.value, dict)] == ["x/3", "x"]
    assert found == [
        "An entity of the file's own is not read; write out what it stands for.",
        "The component above could not be read, and this one's id begins with that one's.",
    ]
