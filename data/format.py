"""The record format: what a document, a person and a topic may hold, as pydantic models; `fonds format` prints them.

A field that is absent stays as it is in the store; one that is given, even as `null`, replaces. Texts are kept byte for byte.
"""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    model_validator,
)
from pydantic_core import PydanticCustomError

from data.dates import NotEdtf, parse_edtf

ID_MAX_CHARACTERS = 255


class PersonKind(StrEnum):
    PERSON = "PERSON"
    ORGANIZATION = "ORGANIZATION"
    FAMILY = "FAMILY"
    OFFICE = "OFFICE"
    UNKNOWN = "UNKNOWN"


class TopicKind(StrEnum):
    SUBJECT = "SUBJECT"
    PLACE = "PLACE"
    EVENT = "EVENT"


class NameKind(StrEnum):
    VARIANT = "VARIANT"
    CIPHER = "CIPHER"
    PSEUDONYM = "PSEUDONYM"
    TRANSLITERATION = "TRANSLITERATION"
    ABBREVIATION = "ABBREVIATION"
    OFFICE = "OFFICE"


class Role(StrEnum):
    SENDER = "SENDER"
    RECIPIENT = "RECIPIENT"
    INTERMEDIARY = "INTERMEDIARY"
    AUTHOR = "AUTHOR"
    PARTICIPANT = "PARTICIPANT"
    MENTIONED = "MENTIONED"
    SUBJECT = "SUBJECT"
    TRANSLATOR = "TRANSLATOR"
    EDITOR = "EDITOR"
    CONTRIBUTOR = "CONTRIBUTOR"
    OTHER = "OTHER"


class Evidence(StrEnum):
    EXPLICIT = "EXPLICIT"
    EDITORIAL = "EDITORIAL"
    INFERRED = "INFERRED"


class Certainty(StrEnum):
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    UNKNOWN = "UNKNOWN"


class Basis(StrEnum):
    TITLE = "TITLE"
    DESCRIPTION = "DESCRIPTION"
    TEXT = "TEXT"
    CATALOGUE = "CATALOGUE"


class NoteKind(StrEnum):
    SIC = "SIC"
    EDITORIAL = "EDITORIAL"
    SCOPE = "SCOPE"
    PROVENANCE = "PROVENANCE"
    BIOGRAPHY = "BIOGRAPHY"


class TextKind(StrEnum):
    ORIGINAL = "ORIGINAL"
    TRANSLATION = "TRANSLATION"
    TRANSCRIPT = "TRANSCRIPT"
    EXCERPT = "EXCERPT"


def _no_nul(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("nul", "A text may not hold a NUL character.")
    return text


def _filled(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("blank", "A text of white space only says nothing; leave the field out.")
    return text


def _edtf(text: str) -> str:
    try:
        parse_edtf(text)
    except NotEdtf as error:
        raise PydanticCustomError("edtf", "{reason}", {"reason": str(error)}) from None
    return text


def _vocabulary(term: type[StrEnum]) -> Callable[[Any], Any]:
    """Terms are written in small letters in a record (`sender`); any case is read."""

    def read(value: Any) -> Any:
        return value.upper() if isinstance(value, str) and value.upper() in term.__members__ else value

    return read


Text = Annotated[str, AfterValidator(_no_nul)]
Filled = Annotated[Text, StringConstraints(min_length=1), AfterValidator(_filled)]
RecordId = Annotated[Filled, StringConstraints(max_length=ID_MAX_CHARACTERS)]
Edtf = Annotated[Text, AfterValidator(_edtf)]
Tag = Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$", max_length=64)]
SchemeValue = Annotated[Filled, StringConstraints(pattern=r"(?s)^[^:\s]+:.+$", max_length=2048)]
Position = Annotated[int, Field(ge=0, le=2**53 - 1)]

NoteKindTerm = Annotated[NoteKind, Field(strict=False), BeforeValidator(_vocabulary(NoteKind))]
NameKindTerm = Annotated[NameKind, Field(strict=False), BeforeValidator(_vocabulary(NameKind))]
RoleTerm = Annotated[Role, Field(strict=False), BeforeValidator(_vocabulary(Role))]
EvidenceTerm = Annotated[Evidence, Field(strict=False), BeforeValidator(_vocabulary(Evidence))]
CertaintyTerm = Annotated[Certainty, Field(strict=False), BeforeValidator(_vocabulary(Certainty))]
BasisTerm = Annotated[Basis, Field(strict=False), BeforeValidator(_vocabulary(Basis))]
TextKindTerm = Annotated[TextKind, Field(strict=False), BeforeValidator(_vocabulary(TextKind))]
PersonKindTerm = Annotated[PersonKind, Field(strict=False), BeforeValidator(_vocabulary(PersonKind))]
TopicKindTerm = Annotated[TopicKind, Field(strict=False), BeforeValidator(_vocabulary(TopicKind))]


class Strict(BaseModel):
    """No unknown keys, no silent conversion of a value's kind."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Note(Strict):
    """A remark of the source or of the curator: kind and text."""

    kind: NoteKindTerm
    text: Filled


class Date(Strict):
    """A date as EDTF (levels 0 to 2), and what the source prints, if that is to be kept."""

    edtf: Edtf
    label: Filled | None = None


class Name(Strict):
    """Another name of a person or a topic, with its kind and, where known, its language and period."""

    name: Filled
    kind: NameKindTerm = Field(default=NameKind.VARIANT)
    language: Tag | None = None
    from_: Edtf | None = Field(default=None, alias="from")
    to: Edtf | None = None


class Part(Strict):
    """A person's part in a document. `person` is a record's id, `as` the name as the source writes it; one of both is needed."""

    person: RecordId | None = None
    role: RoleTerm
    as_: Filled | None = Field(default=None, alias="as")
    evidence: EvidenceTerm | None = Field(default=None)
    certainty: CertaintyTerm | None = Field(default=None)
    basis: BasisTerm | None = Field(default=None)
    alternative: Position | None = Field(
        default=None, description="Parts of one document with equal numbers mean “or”."
    )
    label: Filled | None = Field(default=None, description="What the source itself calls the role.")

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.person is None and self.as_ is None:
            raise PydanticCustomError(
                "nobody", "A part needs `person` (an id) or `as` (the name as written)."
            )
        return self


class TextBody(Strict):
    """A text of the document: its kind, its language, and its body, or the file that holds it."""

    kind: TextKindTerm
    language: Tag | None = None
    body: Filled | None = None
    file: Filled | None = Field(
        default=None, description="A path, relative to the record's file and below it."
    )
    translator: Filled | None = None

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.body is None) == (self.file is None):
            raise PydanticCustomError("body_or_file", "A text needs either `body` or `file`, and not both.")
        return self


def _date(value: Any) -> Any:
    return {"edtf": value} if isinstance(value, str) else value


class Record(BaseModel):
    """What every record has. Keys that begin with `x_` are kept and returned; other unknown keys are errors."""

    model_config = ConfigDict(extra="allow", strict=True, frozen=True, populate_by_name=True)

    id: RecordId
    identifiers: list[SchemeValue] = Field(default=[], description="`scheme:value`, such as `wikidata:Q855`.")
    notes: list[Note] = []

    @model_validator(mode="after")
    def _only_x(self) -> Self:
        for key in self.model_extra or {}:
            if not key.startswith("x_"):
                raise PydanticCustomError("unknown_key", "Unknown key `{key}`.", {"key": key})
        return self

    @property
    def extra(self) -> dict[str, Any]:
        """The `x_…` fields."""
        return dict(self.model_extra or {})


class DocumentRecord(Record):
    """One archival item: a letter, a telegram, a memorandum, a diary entry."""

    type: Literal["document"]
    title: Filled = Field(description="Verbatim; an archive that has none gives `[untitled]`.")
    date: Annotated[Date, BeforeValidator(_date)] | None = Field(
        default=None, description="EDTF text, or `{edtf, label}`; absent means undated."
    )
    description: Text | None = None
    source: Text | None = None
    repository: Text | None = None
    collection: Text | None = None
    rights: Text | None = None
    url: Text | None = None
    number: Text | None = None
    genre: Filled | None = None
    classification: Text | None = None
    languages: list[Tag] = []
    people: list[Part] = []
    topics: list[RecordId] = []
    texts: list[TextBody] = []
    position: Position | None = Field(default=None, description="Its place in the source's own order.")


class PersonRecord(Record):
    """Whoever can act: a person, an organization, a family, an office, or somebody unknown."""

    type: Literal["person"]
    name: Filled = Field(description="The preferred form.")
    kind: PersonKindTerm = Field(default=PersonKind.PERSON)
    names: list[Name] = []
    birth: Annotated[Date, BeforeValidator(_date)] | None = None
    death: Annotated[Date, BeforeValidator(_date)] | None = None
    description: Text | None = None


class TopicRecord(Record):
    """What a document is about: a subject, a place, an event; `broader` makes the tree (SKOS)."""

    type: Literal["topic"]
    name: Filled = Field(description="The preferred form.")
    kind: TopicKindTerm = Field(default=TopicKind.SUBJECT)
    names: list[Name] = []
    description: Text | None = None
    broader: list[RecordId] = []


AnyRecord = DocumentRecord | PersonRecord | TopicRecord
record_adapter: TypeAdapter[AnyRecord] = TypeAdapter(Annotated[AnyRecord, Field(discriminator="type")])


def json_schema() -> dict[str, Any]:
    """The record format as a JSON Schema (draft 2020-12), one object of a file."""
    schema = record_adapter.json_schema(by_alias=True)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A record of Fonds",
        **schema,
    }
