"""The record format: what a document, a person and a topic may hold, as models; `fonds format` prints it.

A field that is absent stays as it is in the store; one that is given, even as `null`, replaces. Texts are
kept byte for byte.

Records out of files are read by their keys in the file (`as`, `from`); `as_` and `from_` are for Python only.
"""

import math
import re
from collections.abc import Iterator
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
    WithJsonSchema,
    model_validator,
)
from pydantic_core import PydanticCustomError

from data.dates import NotEdtf, parse_edtf

ID_MAX_CHARACTERS = 255
EXTRA_MAX_LEVELS = 100
WHOLE_NUMBER_MAX = 2**63 - 1

# A pattern, and in words what it asks for.
LANGUAGE_PATTERN = r"^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"
IDENTIFIER_PATTERN = r"^[^:\s]+:[\s\S]+$"
EXTRA_KEY_PATTERN = "^x_"
PATTERNS_IN_WORDS = {
    LANGUAGE_PATTERN: "is not a language tag (BCP 47), such as `en`, `ru` or `zh-Hant`",
    IDENTIFIER_PATTERN: "is not of the form `scheme:value`, such as `wikidata:Q855`",
}


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


_SURROGATE = re.compile("[\ud800-\udfff]")


def _storable(text: str) -> str:
    if "\x00" in text:
        raise PydanticCustomError("nul", "holds a NUL character, which no text may")
    if not text.isascii() and _SURROGATE.search(text):
        raise PydanticCustomError("surrogate", "holds half of a surrogate pair, which is no character")
    return text


def _filled_storable(text: str) -> str:
    if text.isspace():
        raise PydanticCustomError("blank", "is blank; leave the field out where there is nothing to say")
    return text if text.isascii() and "\x00" not in text else _storable(text)


def _edtf(text: str) -> str:
    try:
        parse_edtf(text)
    except NotEdtf as error:
        raise PydanticCustomError("edtf", "{reason}", {"reason": str(error)}) from None
    return text


def _distinct(values: list[str]) -> list[str]:
    """A list of ids, tags or identifiers is a set in order: a repetition says nothing new and is folded."""
    return list(dict.fromkeys(values))


def _term(term: type[StrEnum]) -> BeforeValidator:
    """Terms are written in small letters in a record (`sender`); any case is read."""
    members = {spelling: member for member in term for spelling in (member.value, member.lower())}

    def read(value: object) -> object:
        if not isinstance(value, str):
            return value
        return members.get(value) or members.get(value.upper(), value)

    words = {"type": "string", "enum": [member.lower() for member in term]}
    return BeforeValidator(read, json_schema_input_type=Annotated[str, WithJsonSchema(words)])


def _extra_key(key: str) -> str:
    if not key.startswith("x_"):
        raise PydanticCustomError("unknown_key", "Unknown key.")
    return _storable(key)


def _extra_value(value: object) -> object:
    """What an `x_…` field may hold: anything that JSON can write and a store give back unchanged."""
    waiting: list[tuple[object, int]] = [(value, 1)]
    while waiting:
        inner, level = waiting.pop()
        if level > EXTRA_MAX_LEVELS:
            raise PydanticCustomError("depth", "is nested more than {levels} levels deep", {"levels": EXTRA_MAX_LEVELS})
        _check_scalar(inner)
        waiting.extend((item, level + 1) for item in _items(inner))
    return value


def _items(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _check_scalar(value: object) -> None:
    if isinstance(value, str):
        _storable(value)
    elif isinstance(value, float) and not math.isfinite(value):
        raise PydanticCustomError("not_finite", "is not a finite number")
    elif isinstance(value, int) and not -WHOLE_NUMBER_MAX - 1 <= value <= WHOLE_NUMBER_MAX:
        raise PydanticCustomError("too_large", "is a whole number beyond 64 bits; write it as text, in quotes")


Text = Annotated[str, AfterValidator(_storable)]
Filled = Annotated[str, StringConstraints(min_length=1), AfterValidator(_filled_storable)]
RecordId = Annotated[str, StringConstraints(min_length=1, max_length=ID_MAX_CHARACTERS), AfterValidator(_filled_storable)]
Edtf = Annotated[Text, AfterValidator(_edtf)]
Tag = Annotated[str, StringConstraints(pattern=LANGUAGE_PATTERN, max_length=64)]
Identifier = Annotated[str, StringConstraints(pattern=IDENTIFIER_PATTERN, max_length=2048), AfterValidator(_storable)]
Position = Annotated[int, Field(ge=0, le=2**53 - 1)]
Ids = Annotated[list[RecordId], AfterValidator(_distinct)]

NoteKindTerm = Annotated[NoteKind, Field(strict=False), _term(NoteKind)]
NameKindTerm = Annotated[NameKind, Field(strict=False), _term(NameKind)]
RoleTerm = Annotated[Role, Field(strict=False), _term(Role)]
EvidenceTerm = Annotated[Evidence, Field(strict=False), _term(Evidence)]
CertaintyTerm = Annotated[Certainty, Field(strict=False), _term(Certainty)]
BasisTerm = Annotated[Basis, Field(strict=False), _term(Basis)]
TextKindTerm = Annotated[TextKind, Field(strict=False), _term(TextKind)]
PersonKindTerm = Annotated[PersonKind, Field(strict=False), _term(PersonKind)]
TopicKindTerm = Annotated[TopicKind, Field(strict=False), _term(TopicKind)]


class Strict(BaseModel):
    """No unknown keys, no silent conversion of a value's kind."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, populate_by_name=True)


class Note(Strict):
    """A remark of the source or of the curator: kind and text."""

    kind: NoteKindTerm = Field(description="What the remark is about; `sic` marks a slip that was kept.")
    text: Filled = Field(description="The remark.")


class Date(Strict):
    """A date as EDTF (levels 0 to 2), and what the source prints, if that is to be kept."""

    edtf: Edtf = Field(description="Extended Date/Time Format, such as `1949-12-09`, `1949-12` or `1949~`.")
    label: Filled | None = Field(default=None, description="The date as the source prints it.")


class Name(Strict):
    """Another name of a person or a topic, with its kind and, where known, its language and period."""

    name: Filled = Field(description="The name.")
    kind: NameKindTerm = Field(
        default=NameKind.VARIANT,
        description="What sort of name it is.",
        json_schema_extra={"default": "variant"},
    )
    language: Tag | None = Field(default=None, description="BCP 47 tag of the name's language.")
    from_: Edtf | None = Field(default=None, alias="from", description="EDTF: since when it was used.")
    to: Edtf | None = Field(default=None, description="EDTF: until when it was used.")


class Part(Strict):
    """A person's part in a document: `person` (an id), `as` (the name as the source writes it), or both."""

    person: RecordId | None = Field(default=None, description="A person's id; absent where nobody has identified the name.")
    role: RoleTerm = Field(description="What the person is to the document.")
    as_: Filled | None = Field(default=None, alias="as", description="The name exactly as the source writes it.")
    evidence: EvidenceTerm | None = Field(
        default=None, description="Whether the source says so, an editor does, or the curator infers it."
    )
    certainty: CertaintyTerm | None = Field(default=None, description="How sure the part is.")
    basis: BasisTerm | None = Field(default=None, description="Where it is read: title, description, text, catalogue.")
    alternative: Position | None = Field(default=None, description="Parts of one document with equal numbers mean “or”.")
    label: Filled | None = Field(default=None, description="What the source itself calls the role.")

    @model_validator(mode="after")
    def _somebody(self) -> Self:
        if self.person is None and self.as_ is None:
            raise PydanticCustomError("nobody", "needs `person` (an id) or `as` (the name as written)")
        return self


class TextBody(Strict):
    """A text of the document: its kind, its language, and its body, or the file that holds it."""

    kind: TextKindTerm = Field(description="What the text is to the document.")
    language: Tag | None = Field(default=None, description="BCP 47 tag of the text's language.")
    body: Filled | None = Field(default=None, description="The text itself; this or `file`.")
    file: Filled | None = Field(
        default=None, description="A UTF-8 file, relative to the record's file and below it; this or `body`."
    )
    translator: Filled | None = Field(default=None, description="Who translated it, as the source says.")

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if (self.body is None) == (self.file is None):
            raise PydanticCustomError("body_or_file", "needs either `body` or `file`, and not both")
        return self


def _date(value: object) -> object:
    return {"edtf": value} if isinstance(value, str) else value


GivenDate = Annotated[Date, BeforeValidator(_date, json_schema_input_type=Edtf | Date)]


class Record(BaseModel):
    """What every record has. Keys that begin with `x_` are kept and returned; others unknown are errors."""

    model_config = ConfigDict(
        extra="allow",
        strict=True,
        frozen=True,
        populate_by_name=True,
        json_schema_extra={"additionalProperties": False, "patternProperties": {EXTRA_KEY_PATTERN: {}}},
    )
    # The validators of the extra keys and values, as pydantic asks for them.
    __pydantic_extra__: dict[  # pyright: ignore[reportIncompatibleVariableOverride]
        Annotated[str, AfterValidator(_extra_key)], Annotated[Any, AfterValidator(_extra_value)]
    ] = Field(init=False)

    id: RecordId = Field(description="The archivist's own id, verbatim; unique among records of its type.")
    identifiers: Annotated[list[Identifier], AfterValidator(_distinct)] = Field(
        default_factory=list, description="`scheme:value`, such as `wikidata:Q855`."
    )
    notes: list[Note] = Field(default_factory=list, description="Remarks of the source or of the curator.")

    @property
    def extra(self) -> dict[str, Any]:
        """The `x_…` fields."""
        return dict(self.model_extra or {})


class DocumentRecord(Record):
    """One archival item: a letter, a telegram, a memorandum, a diary entry."""

    type: Literal["document"] = Field(description="Which kind of record this is.")
    title: Filled = Field(description="Verbatim; an archive that has none gives `[untitled]`.")
    date: GivenDate | None = Field(default=None, description="EDTF text, or `{edtf, label}`; absent means undated.")
    description: Text | None = Field(default=None, description="What the source says of it, verbatim.")
    source: Text | None = Field(default=None, description="Where the record comes from, verbatim.")
    repository: Text | None = Field(default=None, description="The institution that keeps it, verbatim.")
    collection: Text | None = Field(default=None, description="The collection it belongs to, verbatim.")
    rights: Text | None = Field(default=None, description="Who may use it and how, verbatim.")
    url: Text | None = Field(default=None, description="Its web page, verbatim.")
    number: Text | None = Field(default=None, description="Its number, such as a telegram's; text, in quotes.")
    genre: Filled | None = Field(default=None, description="What it is by form, such as `ciphered telegram`.")
    classification: Text | None = Field(default=None, description="Its grade of secrecy, verbatim.")
    languages: Annotated[list[Tag], AfterValidator(_distinct)] = Field(
        default_factory=list, description="BCP 47 tags of the languages it is written in."
    )
    people: list[Part] = Field(default_factory=list, description="Who has a part in it, in the source's order.")
    topics: Ids = Field(default_factory=list, description="Ids of the topics it treats.")
    texts: list[TextBody] = Field(default_factory=list, description="Its texts.")
    position: Position | None = Field(default=None, description="Its place in the source's own order.")


class PersonRecord(Record):
    """Whoever can act: a person, an organization, a family, an office, or somebody unknown."""

    type: Literal["person"] = Field(description="Which kind of record this is.")
    name: Filled = Field(description="The preferred form.")
    kind: PersonKindTerm = Field(default=PersonKind.PERSON, description="Who acts.", json_schema_extra={"default": "person"})
    names: list[Name] = Field(default_factory=list, description="Other names.")
    birth: GivenDate | None = Field(default=None, description="EDTF text, or `{edtf, label}`.")
    death: GivenDate | None = Field(default=None, description="EDTF text, or `{edtf, label}`.")
    description: Text | None = Field(default=None, description="Who it is, in a sentence or two.")


class TopicRecord(Record):
    """What a document is about: a subject, a place, an event; `broader` makes the tree (SKOS)."""

    type: Literal["topic"] = Field(description="Which kind of record this is.")
    name: Filled = Field(description="The preferred form.")
    kind: TopicKindTerm = Field(
        default=TopicKind.SUBJECT,
        description="What sort of topic it is.",
        json_schema_extra={"default": "subject"},
    )
    names: list[Name] = Field(default_factory=list, description="Other names.")
    description: Text | None = Field(default=None, description="What the topic covers.")
    broader: Ids = Field(default_factory=list, description="Ids of the topics directly above it; never in a circle.")


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
