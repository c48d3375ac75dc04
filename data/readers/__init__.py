"""Files → records, unchecked: one module for each format, chosen by the file's suffix or by name.

Each reader takes a `Source` and yields `Raw` in the file's order, as it reads: an error may come after records, and memory does
not grow with the file. A format's module is imported when the first file of it is read: some stand on large libraries.
"""

from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO, cast

from data.errors import Place, RecordError, UnreadableFile
from data.readers.files import OnFault, OnRemark, Source, checked_encoding
from data.readers.raw import Piece, Raw, Unchanged
from data.readers.streams import COMPRESSED_SUFFIXES, STANDARD_INPUT, check_file, is_standard_input, opened
from data.readers.tables import Table, flat_records, plain_rows

__all__ = ["READERS", "STANDARD_INPUT", "SUFFIXES", "OnFault", "OnRemark", "Piece", "Raw", "format_of", "read"]

Reader = Callable[[Source], Iterator[Raw] | Table | None]
"""Gives a file's objects, or a table, or None if there is nothing in it."""

READERS = {
    "jsonl": "json_lines:read_json_lines",
    "json": "json_values:read_json",
    "yaml": "yaml_list:read_yaml_list",
    "csv": "delimited:read_csv",
    "tsv": "delimited:read_tsv",
    "parquet": "parquet:read_parquet",
    "xml": "xml_root:read_xml",
    "tei": "tei:read_tei",
    "ead": "ead:read_ead",
    "oai": "oai:read_oai",
    "listing": "listing:read_listing",
}
"""Every format by its name, with the module in this folder and the function in it."""

SUFFIXES = {
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".json": "json",
    ".yaml": "yaml",
    ".yml": "yaml",
    ".csv": "csv",
    ".tsv": "tsv",
    ".parquet": "parquet",
    ".xml": "xml",
    ".tei": "tei",
    ".ead": "ead",
}
"""The formats that a suffix tells (in any case; `.gz` or `.zst` may follow); `listing` has none and is always named."""


def read(  # noqa: PLR0913 - a file and how it is to be read, by keyword
    path: Path,
    file_format: str | None = None,
    *,
    encoding: str | None = None,
    stream: BinaryIO | None = None,
    on_fault: OnFault | None = None,
    on_remark: OnRemark | None = None,
    unchanged: Unchanged | None = None,
    is_mapped: bool = False,
) -> Iterator[Raw]:
    """Every object of the file, in its order; the format is the suffix's unless `file_format` names one.

    `path` may be `-`, standard input; of a `stream` that is given the bytes are read, and `path` is its name. What is compressed
    (gzip, Zstandard) is told by its first bytes. Text is UTF-8 unless `encoding` names another. An error that concerns one
    record is given to `on_fault`, and reading goes on; without it, and if nothing can follow, it is raised. `on_remark` is told
    what is no error and yet to be known. What is `unchanged` may be given unread. The rows of a table are read as records; for a
    mapping (`is_mapped`) as they are.

    UnreadableFile, at once: an unknown format, suffix or encoding, a file that is missing, empty or a directory. While
    reading: UnreadableFile for a file that may not be opened, for bytes that are not of the encoding, and at the end of
    one without any record; InvalidSyntax for what the format does not allow.
    """
    reader = _reader(format_of(path, file_format))
    found = checked_encoding(encoding, Place(str(path)))
    if stream is None:
        check_file(path)
    is_plain = stream is None and not is_standard_input(path)

    def made(content: BufferedReader, heard: OnFault, remarked: OnRemark) -> Source:
        return Source(str(path), content, found, path if is_plain else None, heard, remarked, unchanged)

    return _all(path, stream, made, partial(_raws, reader, is_mapped=is_mapped), (on_fault, on_remark))


def format_of(path: Path, file_format: str | None = None) -> str:
    """The name of the file's format; UnreadableFile if there is none, or none of the name that was given."""
    place = Place(str(path))
    if file_format is not None:
        if file_format in READERS:
            return file_format
        hint = f"Known formats: {', '.join(READERS)}."
        raise UnreadableFile("No such format.", place=place, value=file_format, hint=hint)
    plain = path.with_suffix("") if path.suffix.lower() in COMPRESSED_SUFFIXES else path
    name = SUFFIXES.get(plain.suffix.lower())
    if name is None:
        raise UnreadableFile(
            _without_format(path, plain.suffix),
            place=place,
            hint=f"Known suffixes: {', '.join(SUFFIXES)}; or name the format: {', '.join(READERS)}.",
        )
    return name


def _without_format(path: Path, suffix: str) -> str:
    if is_standard_input(path):
        return "Standard input has no suffix that says its format."
    return f"The suffix `{suffix}` says nothing of the format." if suffix else "The file has no suffix that says its format."


def _reader(file_format: str) -> Reader:
    module, _, function = READERS[file_format].partition(":")
    return cast("Reader", getattr(import_module(f"data.readers.{module}"), function))


def _raws(reader: Reader, source: Source, *, is_mapped: bool) -> Iterator[Raw]:
    found = reader(source)
    if isinstance(found, Table):
        return plain_rows(found) if is_mapped else flat_records(found, source.fault)
    return found or iter(())


def _all(
    path: Path,
    stream: BinaryIO | None,
    made: Callable[[BufferedReader, OnFault, OnRemark], Source],
    read_source: Callable[[Source], Iterator[Raw]],
    told: tuple[OnFault | None, OnRemark | None],
) -> Iterator[Raw]:
    is_empty = True
    on_fault, on_remark = told

    def heard(error: RecordError, piece: Piece) -> None:
        nonlocal is_empty
        is_empty = False
        if on_fault is None:
            raise error
        on_fault(error, piece)

    def remarked(sentence: str, place: Place) -> None:
        nonlocal is_empty
        is_empty = False
        if on_remark is not None:
            on_remark(sentence, place)

    with opened(path, stream) as content:
        for raw in read_source(made(content, heard, remarked)):
            is_empty = False
            yield raw
    if is_empty:
        raise UnreadableFile("The file holds no record.", place=Place(str(path)))
