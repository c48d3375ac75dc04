"""The reader `oai`: what an OAI-PMH server answers in Dublin Core."""

from pathlib import Path
from typing import Any

import pytest

from data.check import Entry, parse
from data.errors import RecordError
from data.readers import read

HARVEST = Path(__file__).parent / "data" / "harvest.oai.xml"


def written(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "a.xml"
    path.write_text(content, encoding="utf-8")
    return path


def records(path: Path) -> list[Any]:
    return [raw.value for raw in read(path, "oai")]


def failure(path: Path) -> RecordError:
    with pytest.raises(RecordError) as caught:
        records(path)
    return caught.value


EXPECTED: list[tuple[int, bool, Any]] = [
    (
        6,
        False,
        {
            "type": "document",
            "id": "oai:example.org:1",
            "title": "Letter to Bert",
            "date": {"edtf": "1891-08-11", "label": "1891-08-11T00:00:00Z"},
            "x_dates": ["about 1891"],
            "description": "One.\n\nTwo.",
            "source": "Berg papers",
            "rights": "CC0",
            "genre": "letter",
            "languages": ["de"],
            "people": [
                {"role": "author", "as": "Berg, Anna", "basis": "catalogue"},
                {"role": "contributor", "as": "Carl", "basis": "catalogue"},
                {"role": "other", "as": "City Archive", "basis": "catalogue", "label": "publisher"},
            ],
            "topics": ["Paint"],
            "url": "https://example.org/1",
            "identifiers": ["doi:10.1/1"],
            "x_identifiers": ["MS 12"],
            "x_titles": ["Brief an Bert"],
            "x_types": ["Text"],
            "x_languages": ["some Latin"],
            "x_coverage": ["Wien"],
            "x_formats": ["image/jpeg"],
            "x_relations": ["The papers"],
            "x_sets": ["letters"],
            "x_datestamp": "2025-12-01",
        },
    ),
    (6, True, {"type": "topic", "id": "Paint", "name": "Paint"}),
]


def test_a_harvest_s_records_are_documents_and_what_is_none_is_told() -> None:
    faults: list[tuple[int | None, str]] = []
    remarks: list[tuple[int | None, str]] = []
    raws = list(
        read(
            HARVEST,
            on_fault=lambda error, _: faults.append((error.place.line, error.message)),
            on_remark=lambda said, place: remarks.append((place.line, said)),
        )
    )
    assert [(raw.place.line, raw.is_implied, raw.value) for raw in raws] == EXPECTED
    assert all(isinstance(parse(raw), Entry) for raw in raws)
    assert faults == [(26, "The record's metadata holds `mods`, not oai_dc.")]
    assert remarks == [
        (25, "The source has deleted its record oai:example.org:2; nothing is removed here."),
        (30, "The harvest goes on: the answer ends with a resumption token."),
    ]


def test_a_harvest_of_deletions_only_is_no_error(tmp_path: Path) -> None:
    deleted = "<record><header status='deleted'><identifier>x</identifier></header></record>"
    assert records(written(tmp_path, f"<OAI-PMH><ListRecords>{deleted}</ListRecords></OAI-PMH>")) == []


def test_an_answer_that_is_an_error_is_refused_with_its_code(tmp_path: Path) -> None:
    error = failure(written(tmp_path, "<OAI-PMH><error code='noRecordsMatch'>Nothing there</error></OAI-PMH>"))
    assert (error.message, error.value) == ("The answer is an error: noRecordsMatch.", "Nothing there")


def test_a_record_without_metadata_is_refused(tmp_path: Path) -> None:
    record = "<record><header><identifier>x</identifier></header></record>"
    assert failure(written(tmp_path, f"<OAI-PMH>{record}</OAI-PMH>")).message == "The record's metadata is empty, not oai_dc."
