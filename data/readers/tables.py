"""Tables (CSV, TSV, Parquet) → records: the columns that say what the fields of the record format say, in cells without nesting.

Each row is a record; `type` is `document` where there is no such column. An empty cell says nothing.

- A column named as a field with a text, a date or a number gives it: `title`, `date`, `position`, `name`, `kind`, …
- `date_label`, `birth_label`, `death_label` hold what the source prints; one without a date is kept as `x_date_label`, ….
- `languages`, `topics`, `broader` and `identifiers` hold items with `|` between, `names` other names (of kind variant).
- `sender`, `recipient` and every other role hold ids of people with `|` between; `sender_as`, … the names as the source writes
  them, in step with the ids, or alone, where nobody has identified them.
- `text_original`, `text_translation`, … hold a text; `text_original_language`, … its language.
- `note_sic`, `note_editorial`, … hold a note.
- A cell of `languages`, `topics`, `broader`, `identifiers`, `names`, `people`, `texts` or `notes` that begins with `[` is the
  list itself, as JSON. A cell of an `x_…` column that begins with `[` or `{` and is JSON is read as such.

Other columns are refused; a mapping reads them.
"""

import csv
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import partial
from io import StringIO
from itertools import zip_longest

from data.errors import InvalidRecord, InvalidSyntax, Place, RecordError, shorten
from data.format import DocumentRecord, NoteKind, PersonRecord, Role, TextKind, TopicRecord
from data.readers.json_lines import parsed_json
from data.readers.raw import JSON_LINES, Form, Piece, Raw

SEPARATOR = "|"
LISTS = frozenset({"identifiers", "languages", "topics", "broader", "names", "people", "texts", "notes"})
"""Fields that are lists; a cell of them may hold the list as JSON."""

_NUMBERS = frozenset({"position"})
_DATES = frozenset({"date", "birth", "death"})
_ROLES = tuple(role.lower() for role in Role)
_NOTES = tuple(f"note_{kind.lower()}" for kind in NoteKind)
_TEXTS = tuple(f"text_{kind.lower()}" for kind in TextKind)
_WHOLE_NUMBER = re.compile(r"-?\d{1,18}", re.ASCII)
_FIELDS = frozenset(name for model in (DocumentRecord, PersonRecord, TopicRecord) for name in model.model_fields)

Cells = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: its filled cells by column. Text in CSV and TSV; in Parquet whatever the file has.

    `content` is the row as it stands in the file, in UTF-8, if that is text.
    """

    place: Place
    cells: Cells
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: where its header stands, its columns, its rows as they are read, and a file that these could stand in."""

    place: Place
    columns: Sequence[str]
    rows: Iterator[Row]
    form: Form = JSON_LINES


@dataclass(slots=True)
class _Record:
    """A record that is being made of a row, and which column each of its paths comes from."""

    place: Place
    cells: Cells
    fields: dict[str, object]
    origins: dict[str, str]

    def give(self, name: str, value: object, column: str) -> None:
        self.fields[name] = value
        self.origins[name] = column

    def add(self, name: str, item: object, column: str) -> None:
        """Adds an item to a list."""
        items = self.fields.setdefault(name, [])
        if isinstance(items, list):
            self.origins[f"{name}[{len(items)}]"] = column
            items.append(item)

    def place_of(self, path: str, column: str) -> Place:
        return replace(self.place, path=path, origins={path: column})


Step = Callable[[_Record], None]


def check_header(columns: Sequence[str], place: Place) -> None:
    """InvalidSyntax if a column has no name or that of another."""
    for number, name in enumerate(columns, start=1):
        if not name.strip() or name in columns[: number - 1]:
            what = "is given twice" if name.strip() else "has no name"
            raise InvalidSyntax(f"Column {number} of the header {what}.", place=place, value=name or None)


def plain_rows(table: Table) -> Iterator[Raw]:
    """Each row as an object of its filled cells, for a mapping."""
    for row in table.rows:
        place = replace(row.place, origins={column: column for column in row.cells})
        yield Raw(place, dict(row.cells), row.content, table.form)


def flat_records(table: Table, fault: Callable[[RecordError, Piece], None]) -> Iterator[Raw]:
    """The record of each row; of a wrong one the error and the row go to `fault`. InvalidSyntax, at once: an unknown column."""
    steps = [(column, _step(column, table)) for column in table.columns]
    for row in table.rows:
        record = _Record(row.place, row.cells, {"type": "document"}, {})
        try:
            for column, step in steps:
                if column in row.cells:
                    step(record)
        except RecordError as error:
            fault(error, as_row(table.columns, row.cells) if row.content is None else Piece(row.content, table.form))
        else:
            yield Raw(replace(row.place, origins=record.origins), record.fields, row.content, table.form)


def as_row(columns: Sequence[str], cells: Cells) -> Piece:
    """Cells as a row of CSV, where the file itself has none."""
    values = ((json.dumps(cell) if isinstance(cell, list | dict) else cell) for cell in map(cells.get, columns))
    return Piece(_csv(values), Form(".csv", _csv(columns)))


def _csv(cells: Iterable[object]) -> bytes:
    text = StringIO()
    csv.writer(text, lineterminator="").writerow(cells)
    return text.getvalue().encode(errors="backslashreplace")


def _step(column: str, table: Table) -> Step:
    """What a filled cell of the column adds to its record."""
    head, _, last = column.rpartition("_")
    rules = (
        (column.startswith("x_"), partial(_extra, column)),
        (column in LISTS, partial(_list, column)),
        (column in _DATES or (head in _DATES and last == "label"), partial(_date, column.removesuffix("_label"), column)),
        (column in _FIELDS, partial(_plain, column)),
        (column in _ROLES or (head in _ROLES and last == "as"), partial(_people, column.removesuffix("_as"), column)),
        (column in _NOTES, partial(_note, column)),
        (column in _TEXTS or (head in _TEXTS and last == "language"), partial(_text, column.removesuffix("_language"), column)),
    )
    found = next((step for fits, step in rules if fits), None)
    if found is None:
        message = f"The column `{shorten(column)}` is none of the format's."
        raise InvalidSyntax(message, place=table.place, hint=_near(column))
    return found


def _near(column: str) -> str:
    more = [f"{date}_label" for date in _DATES] + [f"{role}_as" for role in _ROLES]
    near = get_close_matches(column.strip().lower().replace(" ", "_"), [*_FIELDS, *_ROLES, *_NOTES, *_TEXTS, *more], n=1)
    guess = f"Did you mean `{near[0]}`? " if near else ""
    return f"{guess}Columns of one's own begin with `x_`; for others make a mapping: `fonds map FILE`."


def _plain(column: str, record: _Record) -> None:
    value = record.cells[column]
    if column in _NUMBERS and isinstance(value, str) and _WHOLE_NUMBER.fullmatch(value):
        value = int(value)
    record.give(column, value, column)


def _date(date: str, column: str, record: _Record) -> None:
    edtf, label = record.cells.get(date), record.cells.get(f"{date}_label")
    if edtf is None:
        record.give(f"x_{column}", label, column)
    elif label is None:
        record.give(date, edtf, date)
    else:
        record.give(date, {"edtf": edtf, "label": label}, date)
        record.origins[f"{date}.label"] = f"{date}_label"


def _list(column: str, record: _Record) -> None:
    for item in _items(record, column):
        record.add(column, {"name": item} if column == "names" and isinstance(item, str) else item, column)
    record.origins[column] = column


def _items(record: _Record, column: str) -> list[object]:
    value = record.cells[column]
    if isinstance(value, list):
        return value
    text = str(value)
    if text.lstrip().startswith("["):
        found = parsed_json(text, record.place_of(column, column))
        return found if isinstance(found, list) else [found]
    return [item.strip() for item in text.split(SEPARATOR) if item.strip()]


def _people(role: str, column: str, record: _Record) -> None:
    keys, names = _in_step(record.cells.get(role)), _in_step(record.cells.get(f"{role}_as"))
    if column != role and keys:
        return  # the ids' column has both
    if keys and names and len(keys) != len(names):
        raise InvalidRecord(
            f"`{role}` has {len(keys)} ids, `{role}_as` {len(names)} names.",
            place=record.place_of("people", f"{role}_as"),
            value=record.cells[f"{role}_as"],
            hint=f"Give as many as there are ids; one may be empty, as in `a{SEPARATOR}{SEPARATOR}c`.",
        )
    for key, name in zip_longest(keys, names, fillvalue=""):
        part = {"person": key, "as": name, "role": role}
        if key or name:
            record.add("people", {field: value for field, value in part.items() if value}, role if key else f"{role}_as")


def _in_step(value: object) -> list[str]:
    if isinstance(value, list):
        return [str(item) for item in value]
    return [] if value is None else [item.strip() for item in str(value).split(SEPARATOR)]


def _text(text: str, column: str, record: _Record) -> None:
    body, language = record.cells.get(text), record.cells.get(f"{text}_language")
    if body is None:
        raise InvalidRecord(f"`{column}` needs a `{text}`.", place=record.place_of("texts", column), value=language)
    if column == text:
        found = {"kind": text.removeprefix("text_"), "language": language, "body": body}
        record.add("texts", {name: value for name, value in found.items() if value is not None}, column)


def _note(column: str, record: _Record) -> None:
    record.add("notes", {"kind": column.removeprefix("note_"), "text": record.cells[column]}, column)


def _extra(column: str, record: _Record) -> None:
    value = record.cells[column]
    if isinstance(value, str) and value.lstrip()[:1] in {"[", "{"}:
        with suppress(InvalidSyntax):  # a text that begins with a bracket, such as "[sic]"
            value = parsed_json(value, record.place)
    record.give(column, value, column)
