"""Parquet, with the extra `fonds[parquet]`: a table whose cells may be lists and objects; read in batches of rows."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, time
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from data.errors import InvalidSyntax, Place, RecordError, UnreadableFile
from data.readers.files import Source
from data.readers.streams import CHUNK_BYTES
from data.readers.tables import Row, Table, as_row, check_header

BATCH_ROWS = 1000
MAGIC = b"PAR1"


def read_parquet(source: Source) -> Table | None:
    """The table. UnreadableFile without the extra; InvalidSyntax for what is no Parquet, or a column given twice.

    Null is an empty cell. Dates and times become text as ISO 8601 has it, decimal numbers text; bytes are refused, row by row.
    """
    parquet, arrow = _libraries(source.place())
    with _explained(source, arrow):
        file = arrow.OSFile(str(source.path)) if _is_itself(source.path) else _copied(source, arrow)
        opened = parquet.ParquetFile(file, pre_buffer=False)
    columns = [str(name) for name in opened.schema_arrow.names]
    check_header(columns, source.place())
    return Table(source.place(), columns, _rows(source, opened, arrow))


def _libraries(place: Place) -> tuple[Any, Any]:
    try:
        return import_module("pyarrow.parquet"), import_module("pyarrow")
    except ImportError:
        raise UnreadableFile(
            "Parquet is read with pyarrow, which is not installed.", place=place, hint="`pip install 'fonds[parquet]'` brings it."
        ) from None


def _is_itself(path: Path | None) -> bool:
    """Whether the file can be read where it lies: it is there, and not compressed."""
    if path is None:
        return False
    with path.open("rb") as file:
        return file.read(len(MAGIC)) == MAGIC


def _copied(source: Source, arrow: Any) -> Any:
    """The bytes in a file of their own, for in Parquet one jumps; it goes when it is closed."""
    with NamedTemporaryFile(delete=False) as copy:
        while content := source.stream.read(CHUNK_BYTES):
            copy.write(content)
    try:
        return arrow.OSFile(copy.name)
    finally:
        with suppress(OSError):  # where an open file keeps its name
            Path(copy.name).unlink()


def _rows(source: Source, opened: Any, arrow: Any) -> Iterator[Row]:
    number = 0
    batches = opened.iter_batches(batch_size=BATCH_ROWS, use_threads=False)
    while True:
        with _explained(source, arrow):
            batch = next(batches, None)
            rows = [] if batch is None else batch.to_pylist()
        if batch is None:
            return
        for row in rows:
            number += 1
            yield from _row(source, row, source.place(row=number))


def _row(source: Source, row: dict[str, Any], place: Place) -> Iterator[Row]:
    try:
        cells = {name: _plain(value, name, place) for name, value in row.items() if value is not None and value != ""}
    except RecordError as error:
        source.fault(error, as_row(list(row), row))
    else:
        yield Row(place, cells)


def _plain(value: Any, column: str, place: Place) -> object:
    """The value as JSON has it."""
    if isinstance(value, dict):
        return {str(key): _plain(inner, column, place) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [_plain(inner, column, place) for inner in value]
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    if value is None or isinstance(value, str | int | float):
        return value
    raise InvalidSyntax(
        f"A cell of `{column}` holds {type(value).__name__}, which is no text.",
        place=place,
        hint="Write the column as text, or leave it out.",
    )


@contextmanager
def _explained(source: Source, arrow: Any) -> Iterator[None]:
    try:
        yield
    except (arrow.ArrowException, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise InvalidSyntax(f"Not Parquet: {reason}.", place=source.place()) from None
