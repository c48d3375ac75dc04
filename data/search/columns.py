"""What is searched: the columns of each search table, the fields of the query language that name them, and their weights.

Columns of names hold words as they are; all others hold stems. The weights say how much a word counts that stands there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """Where a search is found, as a hit tells it."""

    TITLE = "TITLE"
    NAME = "NAME"
    PERSON = "PERSON"
    TOPIC = "TOPIC"
    DESCRIPTION = "DESCRIPTION"
    TEXT = "TEXT"
    GENRE = "GENRE"
    LANGUAGE = "LANGUAGE"


@dataclass(frozen=True, slots=True)
class Searched:
    """One column of a search table: its weight, whether it holds stems, and where a hit in it was found."""

    name: str
    place: Place
    weight: float = 0.0
    is_stemmed: bool = True

    @property
    def is_default(self) -> bool:
        """Whether words without a field are looked for in it."""
        return self.weight > 0


@dataclass(frozen=True, eq=False)
class Subject:
    """A type of records that can be searched: its search table, its columns, the fields that name some of them."""

    type: str
    columns: tuple[Searched, ...]
    fields: Mapping[str, tuple[str, ...]]
    has_dates: bool = False

    @property
    def table(self) -> str:
        return f"{self.type}_search"

    def of_field(self, field: str | None) -> tuple[Searched, ...]:
        """The columns that a field names; without a field, those of the default."""
        if field is None:
            return tuple(column for column in self.columns if column.is_default)
        return tuple(column for column in self.columns if column.name in self.fields[field])

    def field_names(self) -> list[str]:
        """The fields of the query language, as a message lists them."""
        return [*self.fields, *(["date"] if self.has_dates else [])]


DOCUMENT = Subject(
    "document",
    (
        Searched("title", Place.TITLE, 2.0),
        Searched("people", Place.PERSON, 1.5, is_stemmed=False),
        Searched("topics", Place.TOPIC, 1.5),
        Searched("description", Place.DESCRIPTION, 1.0),
        Searched("texts", Place.TEXT, 1.0),
        Searched("senders", Place.PERSON, is_stemmed=False),
        Searched("recipients", Place.PERSON, is_stemmed=False),
        Searched("genre", Place.GENRE),
        Searched("languages", Place.LANGUAGE, is_stemmed=False),
    ),
    {
        "title": ("title",),
        "person": ("people",),
        "from": ("senders",),
        "to": ("recipients",),
        "topic": ("topics",),
        "genre": ("genre",),
        "language": ("languages",),
    },
    has_dates=True,
)
PERSON = Subject(
    "person",
    (
        Searched("name", Place.NAME, 3.0, is_stemmed=False),
        Searched("names", Place.NAME, 2.0, is_stemmed=False),
        Searched("description", Place.DESCRIPTION, 1.0),
    ),
    {"person": ("name", "names")},
)
TOPIC = Subject(
    "topic",
    (
        Searched("name", Place.NAME, 3.0),
        Searched("names", Place.NAME, 2.0),
        Searched("broader", Place.TOPIC, 1.0),
        Searched("description", Place.DESCRIPTION, 1.0),
    ),
    {"topic": ("name", "names")},
)
SUBJECTS = {subject.type: subject for subject in (DOCUMENT, PERSON, TOPIC)}
