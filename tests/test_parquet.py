"""The reader `parquet`: a table with cells of any shape; it needs pyarrow."""

import gzip
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.check import Entry, parse
from data.errors import RecordError
from data.readers import parquet, read

arrow = pytest.importorskip("pyarrow")
pytest.importorskip("pyarrow.parquet")


def table(tmp_path: Path, rows: list[dict[str, Any]], name: str = "a.parquet", **options: Any) -> Path:
    path = tmp_path / name
    arrow.parquet.write_table(arrow.Table.from_pylist(rows), path, **options)
    return path


def failure(path: Path, file_format: str | None = None) -> RecordError:
    with pytest.raises(RecordError) as caught:
        list(read(path, file_format))
    return caught.value


def test_cells_may_be_lists_objects_dates_and_numbers(tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [
        {
            "id": "a",
            "title": "A",
            "date": date(1949, 12, 9),
            "topics": ["t1", "a|b"],
            "sender": ["anna"],
            "people": [{"role": "recipient", "as": "Bert", "person": None}],
            "position": 3,
            "text_original": "Здравствуй\n",
            "x_own": {"price": Decimal("1.50"), "at": datetime(1950, 1, 1, 12, 30), "none": None},  # noqa: DTZ001
        },
        {"id": "b", "title": "B"},
    ]
    raws = list(read(table(tmp_path, rows)))
    assert [raw.value for raw in raws] == [
        {
            "type": "document",
            "id": "a",
            "title": "A",
            "date": "1949-12-09",
            "topics": ["t1", "a|b"],
            "people": [{"person": "anna", "role": "sender"}, {"role": "recipient", "as": "Bert"}],
            "position": 3,
            "texts": [{"kind": "original", "body": "Здравствуй\n"}],
            "x_own": {"price": "1.50", "at": "1950-01-01T12:30:00"},
        },
        {"type": "document", "id": "b", "title": "B"},
    ]
    assert all(isinstance(parse(raw), Entry) for raw in raws)
    assert [raw.place.row for raw in raws] == [1, 2]


def test_rows_come_in_order_over_row_groups_and_out_of_a_stream(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquet, "BATCH_ROWS", 7)
    path = table(tmp_path, [{"id": str(number), "title": "T"} for number in range(100)], row_group_size=9)
    expected = [str(number) for number in range(100)]
    assert [raw.value["id"] for raw in read(path) if isinstance(raw.value, dict)] == expected
    packed = tmp_path / "a.parquet.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert [raw.value["id"] for raw in read(packed) if isinstance(raw.value, dict)] == expected
    with path.open("rb") as stream:
        assert [raw.value["id"] for raw in read(path, stream=stream) if isinstance(raw.value, dict)] == expected


def test_what_is_no_text_is_refused_with_row_and_column(tmp_path: Path) -> None:
    path = table(tmp_path, [{"id": "a", "title": b"A"}, {"id": "b", "title": b""}])
    error = failure(path)
    assert (error.code, error.place.row, error.message) == (
        "SYNTAX_INVALID",
        1,
        "A cell of `title` holds bytes, which is no text.",
    )
    (raw,) = read(table(tmp_path, [{"id": "a", "title": "A", "date": "1949-13"}]))
    errors = parse(raw)
    assert isinstance(errors, list)
    assert str(errors[0]).startswith(f"{tmp_path}/a.parquet (a, date, row 1, column `date`): ")


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1 but nothing more")
    error = failure(path)
    assert (error.code, error.message.partition(":")[0]) == ("SYNTAX_INVALID", "Not Parquet")
    assert failure(table(tmp_path, [{"id": "a", "Title": "A"}])).message == "The column `Title` is none of the format's."
    path.write_bytes(b"")
    assert failure(path).message == "The file is empty."


def test_without_the_extra_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        raise ImportError(name)

    path = table(tmp_path, [{"id": "a", "title": "A"}])
    monkeypatch.setattr(parquet, "import_module", missing)
    error = failure(path)
    assert (error.code, error.message, error.hint) == (
        "FILE_UNREADABLE",
        "Parquet is read with pyarrow, which is not installed.",
        "`pip install 'fonds[parquet]'` brings it.",
    )


def test_any_bytes_and_any_damage_are_read_or_refused(tmp_path: Path) -> None:
    path = table(tmp_path, [{"id": str(number), "title": "T", "topics": ["a"]} for number in range(50)])
    sample = path.read_bytes()

    @settings(max_examples=100, deadline=None)
    @given(at=st.integers(0, len(sample) - 1), piece=st.binary(max_size=8), junk=st.binary(min_size=1, max_size=64))
    def check(at: int, piece: bytes, junk: bytes) -> None:
        for content in (sample[:at] + piece + sample[at + len(piece) :], b"PAR1" + junk + b"PAR1", junk):
            path.write_bytes(content)
            try:
                raws = list(read(path))
            except RecordError as error:
                assert error.code in {"SYNTAX_INVALID", "FILE_UNREADABLE"}  # noqa: PT017 - either is right
            else:
                assert all(raw.place.row for raw in raws)

    check()
