"""The arguments of a field as the planner sees them: their shape is known, their values only when the plan runs.

A plan is made once for all variables of one shape. What steers the statement (null or not, enum values, booleans, which keys an
input object has) is the shape; a text or a number is bound at each run.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputField,
    GraphQLInputObjectType,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableNode,
    get_nullable_type,
    is_list_type,
    is_non_null_type,
    value_from_ast,
)
from graphql.utilities.coerce_input_value import coerce_default_value

from data.errors import InvalidArgument

Variables = Mapping[str, Any]
Getter = Callable[[Variables], Any]

FEW_VALUES = 500
"""Coerced in less than 2 ms."""


@dataclass(frozen=True)
class Arg:
    """One value among the arguments. `name` is how an error calls it: `filter.date.edtf`.

    `known` is the value of an enum or a boolean; `keys` are the given members of an input object; `parts` those of a list of
    input objects; anything else has `get`, which finds the value among the variables. Absent and null are one: `is_null`.
    """

    name: str
    is_null: bool = False
    known: Any = None
    get: Getter = field(default=lambda _: None)
    keys: Mapping[str, "Arg"] = field(default_factory=dict)
    parts: tuple["Arg", ...] = ()

    def __getitem__(self, key: str) -> "Arg":
        return self.keys.get(key) or Arg(f"{self.name}.{key}", is_null=True)

    def given(self) -> Iterator[tuple[str, "Arg"]]:
        """The members that are there and not null, in the order they were given."""
        return ((key, arg) for key, arg in self.keys.items() if not arg.is_null)


def plain(arg: Arg, variables: Variables) -> Any:
    """The value of an argument as JSON has it; members that are null are left out."""
    if arg.keys:
        return {key: plain(member, variables) for key, member in arg.given()}
    return [plain(part, variables) for part in arg.parts] if arg.parts else arg.get(variables)


def is_large(variables: Variables | None) -> bool:
    """Whether there are so many values, at whatever depth, that to coerce them would keep others waiting."""
    lists: list[Any] = [variables or {}]
    count = 0
    while lists and count <= FEW_VALUES:
        found = lists.pop()
        values = found.values() if isinstance(found, Mapping) else found
        count += len(values)
        lists.extend(value for value in values if isinstance(value, (dict, list)))
    return count > FEW_VALUES


def _bare(kind: Any) -> Any:
    return get_nullable_type(kind)


def _is_object_list(kind: Any) -> bool:
    return is_list_type(kind) and isinstance(_bare(kind.of_type), GraphQLInputObjectType)


def plain_shape(value: Any) -> Hashable:
    """As `shape`, of a value that is a text, a number, a boolean or null."""
    return value if value is None or value is True or value is False else "·"


def shape(value: Any, kind: Any) -> Hashable:
    """What a coerced value tells the planner beforehand; equal shapes may share a plan."""
    kind = _bare(kind)
    if value is None or isinstance(kind, GraphQLEnumType):
        return cast("Hashable", value)
    if isinstance(kind, GraphQLInputObjectType):
        return tuple((key, shape(item, kind.fields[key].type)) for key, item in value.items())
    if _is_object_list(kind):
        return tuple(shape(item, kind.of_type) for item in value)
    return plain_shape(value)


def from_value(name: str, kind: Any, value: Any, get: Getter) -> Arg:
    """An argument from a coerced value; `get` finds it again among later variables of the same shape."""
    kind = _bare(kind)
    if value is None:
        return Arg(name, is_null=True)
    if isinstance(kind, GraphQLInputObjectType):
        return Arg(
            name,
            keys={
                key: from_value(f"{name}.{key}", kind.fields[key].type, item, _member(get, key)) for key, item in value.items()
            },
        )
    if _is_object_list(kind):
        return Arg(
            name,
            parts=tuple(from_value(f"{name}[{i}]", kind.of_type, item, _member(get, i)) for i, item in enumerate(value)),
        )
    return Arg(name, known=value, get=get)


def _member(get: Getter, key: str | int) -> Getter:
    return lambda variables: get(variables)[key]


def from_ast(name: str, of: GraphQLArgument | GraphQLInputField, node: ValueNode | None, variables: Variables) -> Arg | None:
    """The argument as the operation writes it, or its default; None if it is absent and has none."""
    if isinstance(node, VariableNode) and node.name.value not in variables:
        node = None
    if node is None:
        default = coerce_default_value(of)
        return None if default is Undefined else from_value(name, of.type, default, lambda _: default)
    return _from_node(name, of.type, node, variables)


def _from_node(name: str, kind: Any, node: ValueNode, variables: Variables) -> Arg:
    is_required, kind = is_non_null_type(kind), _bare(kind)
    if isinstance(node, VariableNode):
        variable = node.name.value
        value = variables.get(variable)
        if value is None and is_required:
            raise InvalidArgument(f"`{name}` must not be null.", hint="Leave the variable out: then the default holds.")
        if is_list_type(kind) and value is not None and not isinstance(value, list):
            value = [value]
        return from_value(name, kind, value, lambda given: given.get(variable))
    if isinstance(node, NullValueNode):
        return Arg(name, is_null=True)
    if isinstance(kind, GraphQLInputObjectType):
        return _from_object(name, kind, node, variables)
    if is_list_type(kind):
        return _from_list(name, kind, node, variables)
    constant = value_from_ast(node, kind)
    return Arg(name, known=constant, get=lambda _: constant)


def _from_object(name: str, kind: GraphQLInputObjectType, node: ValueNode, variables: Variables) -> Arg:
    written = {item.name.value: item.value for item in node.fields} if isinstance(node, ObjectValueNode) else {}
    keys = {}
    order = [*written, *(key for key in kind.fields if key not in written)]
    for key in order:
        arg = from_ast(f"{name}.{key}", kind.fields[key], written.get(key), variables)
        if arg is not None:
            keys[key] = arg
    return Arg(name, keys=keys)


def _from_list(name: str, kind: Any, node: ValueNode, variables: Variables) -> Arg:
    nodes = node.values if isinstance(node, ListValueNode) else (node,)
    items = tuple(_from_node(f"{name}[{i}]", kind.of_type, item, variables) for i, item in enumerate(nodes))
    if _is_object_list(kind):
        return Arg(name, parts=items)
    known = [item.known for item in items]
    return Arg(name, known=known, get=lambda given: [item.get(given) for item in items])
