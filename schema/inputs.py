"""Records as GraphQL input, made from the models of the record format: their fields, kinds and descriptions stand there only.

What GraphQL itself cannot say (EDTF, language tags, references) is checked where the records of files are: in `data.check`.
"""

from collections.abc import Mapping
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import strawberry
from pydantic import BaseModel
from pydantic.fields import FieldInfo
from strawberry.scalars import JSON

from data import format as record_format
from schema import vocabulary

__all__ = ["RecordInput", "record_of", "vocabulary"]

NAMES: Mapping[type[BaseModel], str] = {
    record_format.DocumentRecord: "DocumentInput",
    record_format.PersonRecord: "PersonInput",
    record_format.TopicRecord: "TopicInput",
    record_format.Note: "NoteInput",
    record_format.Date: "DateInput",
    record_format.Name: "NameInput",
    record_format.Part: "PartInput",
    record_format.TextBody: "TextInput",
}
LEFT_OUT = {"type", "file"}
"""`type` is told by which member of `RecordInput` is given; files of the server are nobody's business."""

EXTRA = "Fields of your own, as an object: keys begin with `x_`."

_made: dict[type[BaseModel], Any] = {}


def input_of(model: type[BaseModel]) -> Any:
    """The input type of a model: the same fields, required where the model requires them."""
    if model not in _made:
        annotations: dict[str, Any] = {}
        members: dict[str, Any] = {"__module__": __name__, "__annotations__": annotations}
        for attribute, field in model.model_fields.items():
            if attribute not in LEFT_OUT:
                annotations[attribute], members[attribute] = _field(field)
        if issubclass(model, record_format.Record):
            annotations["extra"] = JSON | None
            members["extra"] = strawberry.field(description=EXTRA, default=strawberry.UNSET)
        description = (model.__doc__ or "").strip()
        _made[model] = strawberry.input(type(NAMES[model], (), members), description=description)
    return _made[model]


def _field(field: FieldInfo) -> tuple[Any, Any]:
    kind = _kind(field.annotation)
    if field.is_required():
        return kind, strawberry.field(description=field.description, name=field.alias)
    return kind | None, strawberry.field(description=field.description, name=field.alias, default=strawberry.UNSET)


def _kind(annotation: Any) -> Any:
    """The GraphQL type of a field's annotation, never null: null is for what may be left out."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _kind(arguments[0])
    if origin in (Union, UnionType):
        (inner,) = (argument for argument in arguments if argument is not NoneType)
        return _kind(inner)
    if origin is list:
        return list[_kind(arguments[0])]  # type: ignore[misc] # made at run time
    return input_of(annotation) if isinstance(annotation, type) and issubclass(annotation, BaseModel) else annotation


@strawberry.input(description="One record: exactly one of the three kinds.", one_of=True)
class RecordInput:
    document: input_of(record_format.DocumentRecord) | None = strawberry.field(  # type: ignore[valid-type] # as above
        description="An archival item.", default=strawberry.UNSET
    )
    person: input_of(record_format.PersonRecord) | None = strawberry.field(  # type: ignore[valid-type] # as above
        description="Whoever can act.", default=strawberry.UNSET
    )
    topic: input_of(record_format.TopicRecord) | None = strawberry.field(  # type: ignore[valid-type] # as above
        description="What documents are about.", default=strawberry.UNSET
    )


def record_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """A record as a file would give it, from a `RecordInput` as graphql-core reads it."""
    ((type_, fields),) = given.items()
    extra = fields.get("extra") or {}
    own = extra if isinstance(extra, dict) else {"": extra}
    unknown = {f"extra.{name}".rstrip("."): value for name, value in own.items() if not name.startswith("x_")}
    plain = {name: _plain(value) for name, value in fields.items() if name != "extra"}
    return {"type": type_, **plain, **{name: value for name, value in own.items() if name.startswith("x_")}, **unknown}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return str(value.value).lower()
    if isinstance(value, Mapping):
        return {name: _plain(item) for name, item in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list) else value
