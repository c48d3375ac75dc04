"""Files → records, unchecked: one module for each format, chosen by the file's suffix or by name.

Each reader takes a `Source` and yields `Raw` in the file's order, as it reads: an error may come after records, and memory does
not grow with the file. A format's module is imported when the first file of it is read: some stand on large libraries.
"""

from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import BinaryIO, cast

from data.errors import Place, RecordError, UnreadableFile
from data.readers.files import OnFault, Source, checked_encoding
from data.readers.raw import Raw
from data.readers.streams import COMPRESSED_SUFFIXES, STANDARD_INPUT, check_file, is_standard_input, opened

__all__ = ["READERS", "STANDARD_INPUT", "SUFFIXES", "OnFault", "Raw", "format_of", "read"]

READERS = {
    "jsonl": "json_lines:read_json_lines",
    "yaml": "yaml_list:read_yaml_list",
    "listing": "listing:read_listing",
}
"""Every format by its name, with the module in this folder and the function in it."""

SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".yaml": "yaml", ".yml": "yaml"}
"""The formats that a suffix tells (in any case; `.gz` or `.zst` may follow); `listing` has none and is always named."""


def read(
    path: Path,
    file_format: str | None = None,
    *,
    encoding: str | None = None,
    stream: BinaryIO | None = None,
    on_fault: OnFault | None = None,
) -> Iterator[Raw]:
    """Every object of the file, in its order; the format is the suffix's unless `file_format` names one.

    `path` may be `-`, standard input; of a `stream` that is given the bytes are read, and `path` is its name. What is compressed
    (gzip, Zstandard) is told by its first bytes. Text is UTF-8 unless `encoding` names another. An error that concerns one
    record is given to `on_fault`, and reading goes on; without it, and if nothing can follow, it is raised.

    UnreadableFile, at once: an unknown format, suffix or encoding, a file that is missing, empty or a directory. While
    reading: UnreadableFile for a file that may not be opened, for bytes that are not of the encoding, and at the end of
    one without any record; InvalidSyntax for what the format does not allow.
    """
    reader = _reader(format_of(path, file_format))
    found = checked_encoding(encoding, Place(str(path)))
    if stream is None:
        check_file(path)
    return _all(reader, path, found, stream, on_fault)


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


def _reader(file_format: str) -> Callable[[Source], Iterator[Raw]]:
    module, _, function = READERS[file_format].partition(":")
    return cast("Callable[[Source], Iterator[Raw]]", getattr(import_module(f"data.readers.{module}"), function))


def _all(
    reader: Callable[[Source], Iterator[Raw]], path: Path, encoding: str, stream: BinaryIO | None, on_fault: OnFault | None
) -> Iterator[Raw]:
    is_empty = True

    def heard(error: RecordError, content: bytes | None) -> None:
        nonlocal is_empty
        is_empty = False
        if on_fault is None:
            raise error
        on_fault(error, content)

    is_plain = stream is None and not is_standard_input(path)
    with opened(path, stream) as content:
        for raw in reader(Source(str(path), content, encoding, path if is_plain else None, heard)):
            is_empty = False
            yield raw
    if is_empty:
        raise UnreadableFile("The file holds no record.", place=Place(str(path)))
