"""Mappings of whole archives: those that are written, and those that `fonds map` proposes."""

import json
from pathlib import Path
from typing import Any

import pytest

from data.check import Entry, parse
from data.mapping import Mapping, read_mapping
from data.mapping.propose import propose
from data.readers import read
from data.readers.tables import LISTS

MAPS = Path(__file__).parent / "data" / "maps"


def mapping(tmp_path: Path, text: str) -> Mapping:
    path = tmp_path / "a.map.yaml"
    path.write_text(text, encoding="utf-8")
    return read_mapping(path)


ROWS: dict[str, list[dict[str, Any]]] = {
    "documents": [
        {
            "id": "v1/d1",
            "title": "The Envoy in Ruritania to the Secretary",
            "date": "1949-01-14",
            "date_text": "Strelsau, January 14, 1949—2 p. m.",
            "description": None,
            "text": "Strelsau, January 14, 1949\nNothing to report.",
            "language": "en",
            "people": [
                {"id": "p1", "name": "Rassendyll", "role": "sender", "as_written": "Rassendyll"},
                {"id": "p9", "name": "Sapt", "role": "signatory"},
            ],
            "topics": [{"id": "t1", "name": "Ruritania", "derived": True}],
            "places": ["Strelsau"],
            "collection": {"id": "v1", "name": "Volume 1"},
            "type": "brief",
            "source_url": "https://example.org/d1",
            "rights": "Public domain",
        },
        {"id": "v1/d2", "title": "Undated note", "date": None, "date_text": "undated", "people": [], "topics": [], "text": None},
        {
            "id": "v1/d3",
            "title": "Third",
            "date": "1949",
            "date_text": None,
            "people": [{"id": "p1", "name": "R.", "role": "mentioned"}],
        },
    ],
    "people": [
        {
            "id": "p1",
            "name": "Rassendyll, Rudolf",
            "variants": ["R. R."],
            "kind": "person",
            "birth": "1865",
            "identifiers": {"wikidata": "Q1"},
        }
    ],
    "topics": [
        {"id": "t0", "name": "Countries", "broader": None},
        {"id": "t1", "name": "Ruritania", "broader": "t0", "scheme": "made-up"},
    ],
}


@pytest.mark.parametrize("name", ["frus", "tate", "letters"])
def test_the_mappings_of_other_archives_give_good_records(tmp_path: Path, name: str) -> None:
    rules = read_mapping(MAPS / f"{name}.yaml")
    files = {}
    for kind, rows in ROWS.items():
        files[kind] = tmp_path / f"{kind}.jsonl"
        files[kind].write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8-sig")
    known = {found for path in files.values() for found in rules.ids(read(path, is_mapped=True))}
    records = [
        raw
        for path in files.values()
        for raw in rules.apply(read(path, is_mapped=True), known=lambda type_, key: (type_, key) in known)
    ]
    assert all(isinstance(parse(raw), Entry) for raw in records)
    assert [raw.value["id"] for raw in records if isinstance(raw.value, dict)] == ["v1/d1", "v1/d2", "v1/d3", "p1", "t0", "t1"]
    first = records[0].value
    assert isinstance(first, dict)
    assert first["date"] == {"edtf": "1949-01-14", "label": "Strelsau, January 14, 1949—2 p. m."}
    assert first["people"][0]["person"] == "p1"
    assert "person" not in first["people"][1]
    assert first["people"][1]["as"] == "Sapt"
    assert first["texts"][0]["body"] == ROWS["documents"][0]["text"]
    assert records[1].value == {"type": "document", "id": "v1/d2", "title": "Undated note", "x_date_text": "undated"}


def test_a_mapping_is_proposed_that_can_be_loaded_as_it_is(tmp_path: Path) -> None:
    for kind, rows in ROWS.items():
        path = tmp_path / f"{kind}.jsonl"
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        rules = mapping(tmp_path, propose({path: read(path, is_mapped=True)}))
        raws = list(rules.apply(read(path, is_mapped=True)))
        assert [parse(raw) for raw in raws if not isinstance(parse(raw), Entry)] == []
        assert [raw.value["id"] for raw in raws if isinstance(raw.value, dict) and not raw.is_implied] == [
            row["id"] for row in rows
        ]


def test_one_mapping_is_proposed_for_several_files_and_loads_them_together(tmp_path: Path) -> None:
    paths = [tmp_path / f"{kind}.jsonl" for kind in ROWS]
    for path, rows in zip(paths, ROWS.values(), strict=True):
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
    cells = tmp_path / "more letters.csv"
    cells.write_text('id;title;people\nl1;A;"[{""name"": ""Anna"", ""role"": ""carried by""}]"\n', encoding="utf-8")
    rules = mapping(tmp_path, propose({path: read(path, is_mapped=True) for path in [*paths, cells]}))
    found = [raw for path in [*paths, cells] for raw in rules.apply(read(path, is_mapped=True))]
    assert [parse(raw) for raw in found if not isinstance(parse(raw), Entry)] == []
    values = [raw.value for raw in found if isinstance(raw.value, dict) and not raw.is_implied]
    assert [value["id"] for value in values] == ["v1/d1", "v1/d2", "v1/d3", "p1", "t0", "t1", "l1"]
    assert values[-1]["people"] == [{"role": "other", "as": "Anna", "label": "carried by"}]


def test_a_mapping_is_proposed_for_the_list_within_one_object(tmp_path: Path) -> None:
    path = tmp_path / "all.json"
    letters = [{"nr": 1, "betreff": "A", "am": "3.5.1895", "tags": [{"id": "t", "name": "T"}]}, {"nr": 2, "betreff": "B"}]
    path.write_text(json.dumps({"meta": {"v": 1}, "letters": letters}), encoding="utf-8")
    rules = mapping(tmp_path, propose({path: read(path, is_mapped=True)}))
    records = [raw.value for raw in rules.apply(read(path, is_mapped=True))]
    assert [(one["type"], one["id"]) for one in records if isinstance(one, dict)] == [
        ("document", "1"),
        ("document", "2"),
        ("topic", "t"),
    ]


@pytest.mark.parametrize(
    ("dates", "forms"),
    [
        (["3.5.1895", "May 4, 1895", "undated", "1895"], '["%d.%m.%Y", "%B %d, %Y"]'),
        (["3/5/1895", "13/5/1895"], '["%d/%m/%Y"]'),
        (["3/5/1895", "5/13/1895"], '["%m/%d/%Y"]'),
        (["3/5/1895", "5/3/1895"], None),
        (["13/5/1895", "5/13/1895"], None),
        (["1895"], None),
    ],
)
def test_forms_of_dates_are_proposed_where_they_can_be_read_in_one_way_only(
    tmp_path: Path, dates: list[str], forms: str | None
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f"{json.dumps({'id': date, 'title': 'A', 'date': date})}\n" for date in dates), encoding="utf-8")
    proposed = propose({path: read(path, is_mapped=True)})
    (line,) = [line for line in proposed.splitlines() if line.strip().startswith("date:")]
    assert (f"forms: {forms}" in line) if forms else ("forms" not in line)
    mapping(tmp_path, proposed)


def test_places_are_no_people(tmp_path: Path) -> None:
    path = tmp_path / "letters.json"
    path.write_text('[{"id": "a", "title": "A", "places": [{"name": "Wien", "role": "sent from"}]}]', encoding="utf-8")
    assert "people:" not in propose({path: read(path, is_mapped=True)})


def test_a_mapping_is_proposed_for_a_table_of_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "Briefe 1890.csv"
    path.write_text(
        "Nr.;Titel;Datum;Absender;Schlagwörter;Ort\n1;An Bert;1.5.1890;Anna;Bahn|Post;Wien\n2;B;1891-05;Anna;;\n",
        encoding="utf-8",
    )
    text = propose({path: read(path, is_mapped=True)})
    assert (
        text
        == """# A mapping for Briefe 1890.csv, as the first objects look. Read it over: nothing else knows what the keys mean.
records:
  - type: document
    unmapped: keep  # what no field takes becomes x_…; or: drop, refuse
    fields:
      id: "Nr."  # "1", "2"
      title: Titel  # "An Bert", "B"
      date: {edtf: {from: Datum, forms: ["%d.%m.%Y"], invalid: keep}}  # "1.5.1890", "1891-05"
      topics: {from: "Schlagwörter", split: "|"}  # "Bahn|Post"
      people:
        - each: Absender  # "Anna"
          role: =sender
          as: .
      # Left over, and kept:
      # x_Ort: Ort  # "Wien"
  # The topics that the documents name, where no other file has them.
  - type: topic
    each: "Schlagwörter"
    split: "|"
    if_missing: true
    fields: {id: ., name: .}
"""
    )
    records = [raw.value for raw in mapping(tmp_path, text).apply(read(path, is_mapped=True))]
    assert records[0] == {
        "type": "document",
        "id": "1",
        "title": "An Bert",
        "date": {"edtf": "1890-05-01", "label": "1.5.1890"},
        "topics": ["Bahn", "Post"],
        "people": [{"role": "sender", "as": "Anna"}],
        "x_Ort": "Wien",
    }
    assert "people" in LISTS


def test_a_proposal_says_where_it_is_unsure(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"wer": "Anna", "was": "x"}\n{"wer": "Bert", "was": "x"}\n', encoding="utf-8")
    lines = propose({path: read(path, is_mapped=True)}).splitlines()
    assert '      id: wer  # "Anna", "Bert"  (unsure: no key is called so)' in lines
    assert '      title: wer  # "Anna", "Bert"  (unsure: no key is called so)' in lines
