"""What a mapping may say: rules for records, and for each field of the record format where its value comes from.

A value is written short or in full: `title` is the object's key of that name, `=original` the word itself, and
`{from: title, split: ";"}` has all that follows. A list may be left out around a single item.
"""

import re
from typing import Annotated, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from data.mapping.paths import template_keys

CONSTANT = "="
DIRECTIVES = frozenset("YmdBbAaHIMSp%")
_DIRECTIVES = re.compile(r"%(.?)", re.DOTALL)


def _regular(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise PydanticCustomError("regex", "is no regular expression: {reason}", {"reason": str(error)}) from None
    return pattern


def _path(text: str) -> str:
    if not text.removeprefix("/"):
        raise PydanticCustomError("path", "is no way to a value; write `key`, `key.inner` or `list[].key`")
    return text


def _template(text: str) -> str:
    try:
        for key in template_keys(text):
            _path(key)
    except ValueError as error:
        raise PydanticCustomError("template", "is no template: {reason}", {"reason": str(error)}) from None
    return text


def _in_full(value: object) -> object:
    if isinstance(value, str):
        return {"value": value.removeprefix(CONSTANT)} if value.startswith(CONSTANT) else {"from": value}
    return value


def _list(value: object) -> object:
    return value if isinstance(value, list) else [value]


Splitting = TypeVar("Splitting", bound="Items | Rule")


def _splitting(given: Splitting) -> Splitting:
    if given.split is not None and given.each is None:
        raise PydanticCustomError("split", "has `split`, which needs `each`")
    return given


Pattern = Annotated[str, AfterValidator(_regular)]
Way = Annotated[str, AfterValidator(_path)]
Template = Annotated[str, AfterValidator(_template)]


class Strict(BaseModel):
    """No unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class Match(Strict):
    """What a value must be for a condition to hold; of several all must hold."""

    is_: list[str] | None = Field(default=None, alias="is", description="One of these.")
    not_: list[str] | None = Field(default=None, alias="not", description="None of these.")
    matches: Pattern | None = Field(default=None, description="A regular expression that is found in it.")
    empty: bool | None = Field(default=None, description="Whether there is nothing.")


def _match(value: object) -> object:
    """`{role: sender}`, `{role: [sender, author]}`, `{title: null}` in full."""
    if value is None:
        return {"empty": True}
    if isinstance(value, str | list):
        return {"is": _list(value)}
    return (
        {key: _list(inner) if key in {"is", "not"} else inner for key, inner in value.items()}
        if isinstance(value, dict)
        else value
    )


Conditions = Annotated[dict[Way, Annotated[Match, BeforeValidator(_match)]], Field(description="By key; all must hold.")]


class Value(Strict):
    """Where a value comes from (one of the first five), and what is done with it, in this order. Of a list, with each item."""

    from_: Way | None = Field(default=None, alias="from", description="A key, or a way: `collection.name`, `people[].id`, `/id`.")
    value: str | None = Field(default=None, description="This text itself.")
    template: Template | None = Field(
        default=None, description="A text with keys in it: `{title} ({number})`; nothing if one is empty."
    )
    first: "list[Term] | None" = Field(default=None, description="The first of these that is not empty.")
    join: "list[Term] | None" = Field(default=None, description="All of these that are not empty, with `with` between.")
    with_: str | None = Field(default=None, alias="with", description="What stands between what is joined; `, ` if not said.")
    each: Way | None = Field(
        default=None,
        description="A list for each item of which it is made; as in `people`.",
    )
    when: Conditions | None = Field(default=None, description="Only then; with `each`, only of the items of which it holds.")
    split: str | None = Field(default=None, description="Cut the text here, into a list.")
    replace: dict[Pattern, str] = Field(
        default_factory=dict, description="Regular expressions, and what stands for what they find."
    )
    table: str | None = Field(default=None, description="Look the value up in this table of the mapping.")
    else_: str | None = Field(default=None, alias="else", description="What the table gives for others; null: nothing.")
    not_in: str | None = Field(default=None, description="Nothing, if this table has the value.")
    prefix: str | None = Field(default=None, description="What is put before it.")
    default: str | None = Field(default=None, description="What is given where there is nothing.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        sources = [
            name
            for name in ("from", "value", "template", "first", "join")
            if getattr(self, f"{name}_", None) is not None or getattr(self, name, None) is not None
        ]
        if len(sources) != 1:
            raise PydanticCustomError("source", "needs one of `from`, `value`, `template`, `first`, `join`")
        if self.with_ is not None and self.join is None:
            raise PydanticCustomError("with", "has `with`, which needs `join`")
        if "else_" in self.model_fields_set and self.table is None:
            raise PydanticCustomError("else", "has `else`, which needs a `table`")
        return self


Term = Annotated[Value, BeforeValidator(_in_full)]
Terms = Annotated[list[Term], BeforeValidator(_list)]


def _form(text: str) -> str:
    if "%Y" not in text or not set(_DIRECTIVES.findall(text)) <= DIRECTIVES:
        known = ", ".join(f"%{letter}" for letter in sorted(DIRECTIVES - {"%"}))
        raise PydanticCustomError("form", "is no form of a date: it has `%Y`, and of {known} what it needs", {"known": known})
    return text


class Edtf(Value):
    """A date."""

    forms: list[Annotated[str, AfterValidator(_form)]] = Field(
        default_factory=list,
        description="How the source writes dates that are no EDTF, each tried in turn: `%d.%m.%Y`, `%m/%Y`, `%B %d, %Y` (months "
        "in English). What it writes becomes the label of a date that was made of it, where no other is given.",
    )
    invalid: Literal["refuse", "keep"] = Field(
        default="refuse", description="What is no EDTF is an error, or kept as `x_date`, and there is no date."
    )


class PersonId(Value):
    """A reference to a person."""

    missing: Literal["refuse", "name", "drop"] = Field(
        default="refuse",
        description="If neither the load nor the store has the id: an error; or the name stays without an id; or nothing.",
    )


class TopicId(Value):
    """A reference to a topic."""

    missing: Literal["refuse", "drop"] = Field(default="refuse", description="As for people; or it is left out.")


def _date(value: object) -> object:
    """`date`, and `{from: date, label: date_text}`, in full."""
    if not isinstance(value, dict) or "edtf" in value:
        return value if isinstance(value, dict) else {"edtf": value}
    label = {"label": value["label"]} if "label" in value else {}
    return {"edtf": {key: inner for key, inner in value.items() if key != "label"}, **label}


class DateRule(Strict):
    """A date: EDTF, and what the source prints."""

    edtf: Annotated[Edtf, BeforeValidator(_in_full)]
    label: Term | None = None


class Items(Strict):
    """One item, or one for each item of a list."""

    each: Way | None = Field(
        default=None,
        description="A list, one item for each of which is made. One value alone is its own list; of an object `key` and `value` "
        "can be read.",
    )
    split: str | None = Field(default=None, description="Cut the text that stands there here, into the items.")
    when: Conditions | None = Field(default=None, description="Only then.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        return _splitting(self)


class PartRule(Items):
    """Somebody's part in a document."""

    person: Annotated[PersonId, BeforeValidator(_in_full)] | None = None
    role: Term
    as_: Term | None = Field(default=None, alias="as")
    evidence: Term | None = None
    certainty: Term | None = None
    basis: Term | None = None
    alternative: Term | None = None
    label: Term | None = None


class NameRule(Items):
    """Another name."""

    name: Term
    kind: Term | None = None
    language: Term | None = None
    from_: Term | None = Field(default=None, alias="from")
    to: Term | None = None


class NoteRule(Items):
    """A note."""

    kind: Term
    text: Term


class TextRule(Items):
    """A text."""

    kind: Term
    language: Term | None = None
    body: Term | None = None
    file: Term | None = None
    translator: Term | None = None


def _names(value: object) -> object:
    """`variants` in full."""
    return [
        {"each": item, "name": "."} if isinstance(item, str) else item for item in (value if isinstance(value, list) else [value])
    ]


Date = Annotated[DateRule, BeforeValidator(_date)]
Topics = Annotated[list[Annotated[TopicId, BeforeValidator(_in_full)]], BeforeValidator(_list)]


class Fields(BaseModel):
    """What every record has; a key that begins with `x_` is a field of one's own."""

    model_config = ConfigDict(extra="allow", frozen=True, populate_by_name=True)
    __pydantic_extra__: dict[Annotated[str, Field(pattern="^x_")], Term] = Field(init=False)  # pyright: ignore[reportIncompatibleVariableOverride]

    id: Term
    identifiers: Terms | None = None
    notes: Annotated[list[NoteRule], BeforeValidator(_list)] | None = None


class DocumentFields(Fields):
    """A document's."""

    title: Term
    date: Date | None = None
    description: Term | None = None
    source: Term | None = None
    repository: Term | None = None
    collection: Term | None = None
    rights: Term | None = None
    url: Term | None = None
    number: Term | None = None
    genre: Term | None = None
    classification: Term | None = None
    languages: Terms | None = None
    people: Annotated[list[PartRule], BeforeValidator(_list)] | None = None
    topics: Topics | None = None
    texts: Annotated[list[TextRule], BeforeValidator(_list)] | None = None
    position: Term | None = None


class NamedFields(Fields):
    """What people and topics have."""

    name: Term
    kind: Term | None = None
    names: Annotated[list[NameRule], BeforeValidator(_names)] | None = None
    description: Term | None = None


class PersonFields(NamedFields):
    """A person's."""

    birth: Date | None = None
    death: Date | None = None


class TopicFields(NamedFields):
    """A topic's."""

    broader: Topics | None = None


class Rule(Strict):
    """Which objects become records, and how."""

    files: str | None = Field(default=None, description="Only objects of files whose name is of this form: `people*.jsonl`.")
    each: Way | None = Field(default=None, description="A list within the object: one record for each item.")
    split: str | None = Field(default=None, description="Cut the text that `each` finds here, into the items.")
    when: Conditions | None = Field(default=None, description="Only objects of which this holds; with `each`, only such items.")
    skip: Conditions | None = Field(default=None, description="None of which this holds.")
    once: bool = Field(default=False, description="Of records with the same id only the first.")
    if_missing: bool = Field(default=False, description="Only where neither the load nor the store has a record of that id.")
    unmapped: Literal["keep", "drop", "refuse"] = Field(
        default="keep", description="What becomes of a key that no field takes: kept as `x_…`, left out, or an error."
    )
    drop: list[Way] = Field(default_factory=list, description="Keys that are left out, whatever `unmapped` says.")

    @model_validator(mode="after")
    def _fits(self) -> Self:
        return _splitting(self)


class DocumentRule(Rule):
    """Objects that become documents."""

    type: Literal["document"]
    fields: DocumentFields


class PersonRule(Rule):
    """Objects that become people."""

    type: Literal["person"]
    fields: PersonFields


class TopicRule(Rule):
    """Objects that become topics."""

    type: Literal["topic"]
    fields: TopicFields


AnyRule = Annotated[DocumentRule | PersonRule | TopicRule, Field(discriminator="type")]


class MappingFile(Strict):
    """A whole mapping."""

    tables: dict[str, dict[str, str | None]] = Field(
        default_factory=dict, description="Words of the source, and what they mean here."
    )
    json_: list[str] = Field(
        default_factory=list, alias="json", description="Columns whose cells hold JSON, which is read before anything else."
    )
    records: Annotated[list[AnyRule], Field(min_length=1)] = Field(description="Each object goes through each rule that fits it.")


MODELS = (MappingFile, Match, Edtf, PersonId, DateRule, PartRule, NameRule, NoteRule, TextRule, DocumentRule)


def names_of(model: type[BaseModel]) -> list[str]:
    """The keys that a model has, as they are written."""
    return [field.alias or name for name, field in model.model_fields.items()]
