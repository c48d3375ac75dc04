"""CSV and TSV, as spreadsheets write them (RFC 4180): a header, then rows; quoted cells may hold line ends and quotes."""

import csv
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from data.errors import InvalidSyntax
from data.readers.files import LINE_MAX_BYTES, Source
from data.readers.raw import Form, Piece
from data.readers.tables import Row, Table, check_header

SEPARATORS = (",", ";", "\t", "|")

csv.field_size_limit(LINE_MAX_BYTES)  # of the whole process: Python's own limit is shorter than many a letter

_QUOTED = re.compile(r'"(?:[^"]|"")*"?')
_DECLARED = re.compile(r'"?sep=(.)"?\r?\n?', re.ASCII)  # Excel's own first line


class _Parsed(NamedTuple):
    """A row: the line it begins on, its cells, and itself as it stands in the file."""

    line: int
    cells: Sequence[str]
    content: bytes


def read_csv(source: Source) -> Table | None:
    """The table; None if the file has no row. The separator is what the header has most of: `,` `;` tab or `|`, outside quotes.

    InvalidSyntax: a column without a name or with another's; while reading: a quote that is opened and never closed, or closed
    and followed by text. A row with more or fewer cells than the header concerns that row. Blank lines are skipped.
    """
    return _table(source, None)


def read_tsv(source: Source) -> Table | None:
    """As `read_csv`, with tabs."""
    return _table(source, "\t")


def _table(source: Source, separator: str | None) -> Table | None:
    lines, suffix = _Lines(source), ".tsv" if separator else ".csv"
    first, above = next(lines, ""), ""
    if declared := _DECLARED.fullmatch(first):
        above, first, separator = first, next(lines, ""), separator or declared[1]
    lines.put_back(first)
    rows = _parsed(source, lines, separator or _separator(first))
    header = next(rows, None)
    if header is None:
        return None
    place = source.place(header.line)
    check_header(header.cells, place)
    form = Form(suffix, above.encode() + header.content)
    return Table(place, header.cells, _rows(source, header.cells, form, rows), form)


def _rows(source: Source, columns: Sequence[str], form: Form, rows: Iterator[_Parsed]) -> Iterator[Row]:
    for row, (line, values, content) in enumerate(rows, start=1):
        place = source.place(line, row)
        if len(values) == len(columns):
            yield Row(place, {name: value for name, value in zip(columns, values, strict=True) if value}, content)
        else:
            source.fault(
                InvalidSyntax(
                    f"The row has {len(values)} cells, the header {len(columns)}.",
                    place=place,
                    value=values[len(columns)] if len(values) > len(columns) else None,
                    hint="A cell that holds the separator, a quote or a line end stands in double quotes.",
                ),
                Piece(content, form),
            )


def _separator(header: str) -> str:
    plain = _QUOTED.sub("", header)
    return max(SEPARATORS, key=plain.count)


def _parsed(source: Source, lines: "_Lines", separator: str) -> Iterator[_Parsed]:
    """Each row that has cells."""
    reader = csv.reader(lines, delimiter=separator, strict=True)
    while True:
        first_line = lines.number + 1
        try:
            cells = next(reader, None)
        except csv.Error as error:
            reason = str(error).partition(" - ")[0]  # Python's own advice is for programmers
            raise InvalidSyntax(
                f"Not {'TSV' if separator == chr(9) else 'CSV'}: {reason}.",
                place=source.place(first_line),
                hint="A quote inside a quoted cell is written twice; a cell with quotes, separators or line ends is quoted.",
            ) from None
        if cells is None:
            return
        content = lines.taken()
        if cells:
            yield _Parsed(first_line, cells, content)


class _Lines:
    """The file's lines as text; `number` is that of the last one that was taken."""

    def __init__(self, source: Source) -> None:
        self._lines = ((line.number, source.text_of(line)) for line in source.lines())
        self._again: list[str] = []
        self._taken: list[str] = []
        self.number = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        if self._again:
            self.number += 1
            text = self._again.pop()
        else:
            self.number, text = next(self._lines)
        self._taken.append(text)
        return text

    def taken(self) -> bytes:
        """What was taken since the last time, without the last line end."""
        text = "".join(self._taken)
        self._taken.clear()
        return text.rstrip("\r\n").encode(errors="surrogatepass")

    def put_back(self, text: str) -> None:
        if text:
            self._again.append(text)
            self._taken.clear()
            self.number -= 1
