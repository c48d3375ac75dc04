"""Files → records, unchecked: one module for each format, chosen by the file's suffix or by name.

Each reader takes a path and yields `Raw` in the file's order, as it reads: an error may come after records.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from data.errors import Place, UnreadableFile
from data.readers.files import check_file
from data.readers.json_lines import read_json_lines
from data.readers.listing import read_listing
from data.readers.raw import Raw
from data.readers.yaml_list import read_yaml_list

__all__ = ["READERS", "SUFFIXES", "Raw", "read"]

Reader = Callable[[Path], Iterator[Raw]]

READERS: dict[str, Reader] = {
    "jsonl": read_json_lines,
    "yaml": read_yaml_list,
    "listing": read_listing,
}
"""Every format by its name."""

SUFFIXES = {".jsonl": "jsonl", ".ndjson": "jsonl", ".yaml": "yaml", ".yml": "yaml"}
"""The formats that a suffix tells (in any case); `listing` has none and is always named."""


def read(path: Path, file_format: str | None = None) -> Iterator[Raw]:
    """Every object of the file, in its order; the format is the suffix's unless `file_format` names one.

    UnreadableFile, at once: an unknown format or suffix, a file that is missing, empty or a directory. While
    reading: UnreadableFile for a file that may not be opened, for bytes that are not UTF-8, and at the end of
    one without any record; InvalidSyntax for what the format does not allow.
    """
    reader = READERS[_format_of(path, file_format)]
    check_file(path)
    return _at_least_one(path, reader(path))


def _format_of(path: Path, file_format: str | None) -> str:
    place = Place(str(path))
    if file_format is None:
        name = SUFFIXES.get(path.suffix.lower())
        if name is None:
            raise UnreadableFile(
                f"The suffix `{path.suffix}` says nothing of the format."
                if path.suffix
                else "The file has no suffix that says its format.",
                place=place,
                hint=f"Known suffixes: {', '.join(SUFFIXES)}; or name the format: {', '.join(READERS)}.",
            )
        return name
    if file_format not in READERS:
        raise UnreadableFile(
            "No such format.",
            place=place,
            value=file_format,
            hint=f"Known formats: {', '.join(READERS)}.",
        )
    return file_format


def _at_least_one(path: Path, raws: Iterator[Raw]) -> Iterator[Raw]:
    count = 0
    for count, raw in enumerate(raws, start=1):  # noqa: B007 - what is left of it says whether there was one
        yield raw
    if not count:
        raise UnreadableFile("The file holds no record.", place=Place(str(path)))
