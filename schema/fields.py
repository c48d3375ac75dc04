"""Declaring a field: its GraphQL type, its description, and the function that turns it into SQL; no second resolver.

The function gets the row that the field hangs on and an `Ask` (its arguments, and a way to render the selection below it), and
returns a SQL expression. Where an operation has to run through graphql-core (introspection mixed in), the same expression
has been run beforehand, and the field only picks its value from the answer.
"""

import inspect
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar

import strawberry
from graphql import GraphQLInputObjectType, GraphQLSchema
from sqlalchemy import ColumnElement

Row = Any
"""What fields hang on: an aliased table, a page of a list, or a few columns under their names."""

Sql = Callable[[Row, Any], ColumnElement[Any]]
"""A field's function: it gets the row and an `Ask` (of `schema.plan`, which stands above and so is not named here)."""

METADATA_KEY = "fonds"


@dataclass(frozen=True)
class Argument:
    """An argument of a field: its GraphQL type (a Python annotation, or its name as text), what it means, its default."""

    type: Any
    description: str
    default: Any = None

    REQUIRED: ClassVar[Any] = inspect.Parameter.empty
    """As the default: there is none, the argument must be given."""


def _pick(root: Mapping[str, Any], info: strawberry.Info, **_: Any) -> Any:
    return root[str(info.path.key)]


def field(
    type_: Any,
    sql: Sql,
    description: str | None = None,
    *,
    args: Mapping[str, Argument] | None = None,
    name: str | None = None,
) -> Any:
    """A field of a type. Its description is the function's docstring, where none is given; `name` is for names Python keeps."""
    text = description or inspect.getdoc(sql)
    if not text:
        message = "every field has a description"
        raise TypeError(message)

    def resolve(root: Any, info: strawberry.Info, **_: Any) -> Any:
        return _pick(root, info)

    resolve.__module__ = sys._getframe(1).f_globals["__name__"]  # noqa: SLF001 - names in annotations belong to the caller's module
    resolve.__signature__ = _signature(args or {}, type_)  # type: ignore[attr-defined] # functions take it, their type does not say so
    resolve.__annotations__ = {"return": type_}
    return strawberry.field(
        resolver=resolve,
        name=name,
        description=text,
        metadata={METADATA_KEY: sql},
    )


def _signature(args: Mapping[str, Argument], type_: Any) -> inspect.Signature:
    own = [
        inspect.Parameter("root", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=Any),
        inspect.Parameter("info", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=strawberry.Info),
    ]
    asked = [
        inspect.Parameter(
            name,
            inspect.Parameter.KEYWORD_ONLY,
            default=arg.default,
            annotation=Annotated[arg.type, strawberry.argument(name=name, description=arg.description)],
        )
        for name, arg in args.items()
    ]
    return inspect.Signature([*own, *asked], return_annotation=type_)


def column(name: str) -> Sql:
    """The SQL of a field that is a column of its row."""
    return lambda row, _: row.c[name]


def enforce_one_of(schema: GraphQLSchema) -> None:
    """Has inputs with `@oneOf` checked by graphql-core itself: Strawberry does so only for operations that it runs."""
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType) and kind.extensions["strawberry-definition"].is_one_of:
            kind.is_one_of = True
