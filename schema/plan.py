"""The planner: one operation becomes one SQL statement whose only value is the JSON of the answer.

It walks the operation as GraphQL's execution does (fields of one response key merged, fragments by type, `@include` and `@skip`),
but on types and not on data: each field gives a SQL expression, and an object is the JSON text of its fields' expressions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import count
from math import inf
from typing import Any, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLIncludeDirective,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLSkipDirective,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)
from sqlalchemy import BindParameter, ColumnElement, Dialect, bindparam, select
from sqlalchemy.types import TypeEngine

from data.errors import RequestError
from data.search.words import Words
from schema.arguments import Arg, Getter, Variables, from_ast
from schema.fields import METADATA_KEY, Row, Sql
from schema.functions import inline, json_object

TYPE_KEY = " type"
"""Where an answer for graphql-core names the type of an object of an interface; no alias can be that."""

PACE_WEIGHT = 0.2
PACE_RUNS = 10
INTROSPECTION = frozenset({"__schema", "__type"})


@dataclass(frozen=True)
class Plan:
    """One SQL statement and what is bound to it at each run, in the order of its placeholders.

    `steers` find what else of the variables the statement depends on, beside their shape. Where it `searches`, how long it takes
    depends on the words, and to find those that begin so is one step of the database, which nothing interrupts.
    """

    sql: str
    values: tuple[Any, ...]
    checks: tuple["Bound", ...]
    cost: "Cost"
    steers: tuple["Bound", ...] = ()
    searches: bool = False
    number: int = field(default_factory=count().__next__, compare=False)
    pace: "Pace" = field(default_factory=lambda: Pace(), compare=False)  # noqa: PLW0108 - it stands below

    def bind(self, variables: Variables) -> tuple[Any, ...]:
        """The values of the placeholders. Raises GraphQLError for a value that its argument does not allow."""
        for check in self.checks:
            check(variables)
        values = list(self.values)
        for bound, places in self.bounds:
            value = bound(variables)
            for place in places:
                values[place] = value
        return tuple(values)

    def settled(self, variables: Variables) -> "Plan":
        """The plan with what no variable has a part in found once and for all. Raises GraphQLError as `bind` does."""
        watched = Watched(variables)
        found: dict[int, Any] = {}

        def settle(bound: Any) -> Any:
            if not isinstance(bound, Bound):
                return bound
            if id(bound) not in found:
                watched.was_asked = False
                value = bound(watched)
                found[id(bound)] = bound if watched.was_asked else value
            return found[id(bound)]

        checks = tuple(check for check in self.checks if settle(check) is check)
        steers = tuple(steer for steer in self.steers if settle(steer) is steer)
        values = tuple(map(settle, self.values))
        return replace(self, values=values, checks=checks, cost=self.cost.settled(settle), steers=steers)

    @cached_property
    def bounds(self) -> tuple[tuple["Bound", tuple[int, ...]], ...]:
        """What is found at each run, each with all its places among the values."""
        places: dict[int, tuple[Bound, list[int]]] = {}
        for place, value in enumerate(self.values):
            if isinstance(value, Bound):
                places.setdefault(id(value), (value, []))[1].append(place)
        return tuple((bound, tuple(found)) for bound, found in places.values())


@dataclass
class Pace:
    """How long a plan takes: the processor's seconds of its runs so far, the last ones most; without end before the first."""

    seconds: float = inf
    runs: int = 0

    def is_due(self) -> bool:
        """Whether to look at the clock: the first times, and then now and again, as to look takes time too."""
        self.runs += 1
        return self.runs <= PACE_RUNS or self.runs % PACE_RUNS == 0

    def learn(self, seconds: float) -> None:
        self.seconds = seconds if self.seconds == inf else self.seconds + PACE_WEIGHT * (seconds - self.seconds)


@dataclass(frozen=True)
class Bound:
    """A value that is found anew at each run: `get` finds it; an error of it names the field it stands in."""

    get: Getter
    nodes: tuple[FieldNode, ...]
    path: tuple[str, ...]

    def __call__(self, variables: Variables) -> Any:
        try:
            return self.get(variables)
        except RequestError as error:
            raise located(error, self.nodes, self.path) from error


def located(error: RequestError, nodes: Sequence[FieldNode], path: Sequence[str]) -> GraphQLError:
    """The error as GraphQL tells it: with its code and hint, and where in the operation it stands."""
    extensions = {"code": error.code} | ({"hint": error.hint} if error.hint else {})
    return GraphQLError(error.message, nodes=list(nodes), path=list(path) or None, extensions=extensions, original_error=error)


class Watched(Mapping[str, Any]):
    """Variables that remember whether they were asked for anything."""

    def __init__(self, variables: Variables) -> None:
        self._variables = variables
        self.was_asked = False

    def __getitem__(self, name: str) -> Any:
        self.was_asked = True
        return self._variables[name]

    def __iter__(self) -> Iterator[str]:
        self.was_asked = True
        return iter(self._variables)

    def __len__(self) -> int:
        self.was_asked = True
        return len(self._variables)


@dataclass
class Cost:
    """How many rows an operation may read at most: the sizes of its pages, multiplied down the tree.

    `more` is what of those below is known already.
    """

    rows: Bound | int = 1
    below: list["Cost"] = field(default_factory=list)
    more: int = 0

    def total(self, variables: Variables) -> int:
        own = self.rows(variables) if isinstance(self.rows, Bound) else self.rows
        return cast("int", own) * (1 + self.more + sum([cost.total(variables) for cost in self.below]))

    def settled(self, settle: Callable[[Any], Any]) -> "Cost":
        """The same, with what is the same for all variables multiplied out."""
        below = [cost.settled(settle) for cost in self.below]
        known = [cost for cost in below if not cost.below and isinstance(cost.rows, int)]
        more = sum(cost.total({}) for cost in known)
        return Cost(settle(self.rows), [cost for cost in below if cost not in known], more)


@dataclass(frozen=True)
class Ask:
    """What a field's function may ask the planner: its arguments, the row it hangs on, and to render the selection below it."""

    planner: "Planner"
    args: Mapping[str, Arg]
    type: GraphQLNamedType
    nodes: tuple[FieldNode, ...]
    path: tuple[str, ...]
    owner: str
    row: Row = None

    def __getitem__(self, name: str) -> Arg:
        return self.args.get(name) or Arg(name, is_null=True)

    @property
    def name(self) -> str:
        """The field with its type, such as `Person.documents`."""
        return f"{self.owner}.{self.nodes[0].name.value}"

    def below(self, row: Row, *, as_type: str | None = None) -> ColumnElement[str]:
        """The JSON object of the selection below this field, on a row; for an interface, of the type that is named."""
        return self.planner.object(self._object_type(as_type), self, row)

    def _object_type(self, as_type: str | None) -> GraphQLObjectType:
        found = self.planner.schema.get_type(as_type) if as_type else self.type
        return cast("GraphQLObjectType", found)

    def selected(self) -> frozenset[str]:
        """The names of the fields that are selected below."""
        found = self.planner.collect(cast("GraphQLObjectType", self.type), self.nodes)
        return frozenset(nodes[0].name.value for nodes in found.values())

    def bind(self, get: Getter, type_: TypeEngine[Any]) -> BindParameter[Any]:
        """A placeholder whose value is found at each run."""
        return self.planner.bind(self.late(get), type_)

    def late(self, get: Getter) -> Bound:
        """The value as something that is found at each run, and whose errors name this field."""
        return Bound(get, self.nodes, self.path)

    def check(self, get: Getter) -> None:
        """Has an argument checked at each run, also where what is selected does not need it."""
        self.planner.checks.append(self.late(get))

    def steer(self, get: Getter) -> None:
        """Makes the plan one for variables of which this finds the same."""
        steer = self.late(get)
        steer(self.planner.variables)
        self.planner.steers.append(steer)

    @contextmanager
    def rows(self, at_most: Bound | int) -> Iterator[None]:
        """What is rendered inside may be read once for each of so many rows."""
        with self.planner.costing(at_most):
            yield


@dataclass
class Planner:
    """Makes the plan of one operation; used once."""

    schema: GraphQLSchema
    dialect: Dialect
    secret: str
    archive_name: str
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Variables
    page_max_rows: int
    ranked_max_hits: int
    words: Words
    has_counts: bool = False
    for_executor: bool = False
    bounds: dict[str, Bound] = field(default_factory=dict)
    checks: list[Bound] = field(default_factory=list)
    steers: list[Bound] = field(default_factory=list)
    searches: bool = False
    cost: Cost = field(default_factory=Cost)

    def plan(self, operation: OperationDefinitionNode, row: Row = None) -> Plan:
        """The plan of an operation, whose root fields hang on the row. Raises GraphQLError for an argument that cannot be."""
        type_ = cast("GraphQLObjectType", self.schema.get_root_type(operation.operation))
        root = Ask(self, {}, type_, (), (), "")
        answer = self._members(type_, self.roots(operation), root, row)
        compiled = select(answer).compile(dialect=self.dialect)
        values = {**compiled.params, **self.bounds}
        placed = tuple(values[name] for name in compiled.positiontup or ())
        return Plan(compiled.string, placed, tuple(self.checks), self.cost, tuple(self.steers), self.searches)

    def roots(self, operation: OperationDefinitionNode) -> dict[str, list[FieldNode]]:
        """The fields at the root of an operation by response key, in their order."""
        type_ = cast("GraphQLObjectType", self.schema.get_root_type(operation.operation))
        return self._collect_all(type_, [operation.selection_set])

    def bind(self, bound: Bound, type_: TypeEngine[Any]) -> BindParameter[Any]:
        name = f"p{len(self.bounds)}"
        self.bounds[name] = bound
        return bindparam(name, type_=type_)

    @contextmanager
    def costing(self, rows: Bound | int) -> Iterator[None]:
        outer, inner = self.cost, Cost(rows)
        outer.below.append(inner)
        self.cost = inner
        try:
            yield
        finally:
            self.cost = outer

    def object(self, type_: GraphQLObjectType, ask: Ask, row: Row) -> ColumnElement[str]:
        """The JSON object of the selection below a field, on a row."""
        return self._members(type_, self.collect(type_, ask.nodes), ask, row)

    def collect(self, type_: GraphQLObjectType, nodes: Iterable[FieldNode]) -> dict[str, list[FieldNode]]:
        """The selected fields below the nodes by response key, in the order of their first mention."""
        return self._collect_all(type_, [node.selection_set for node in nodes if node.selection_set])

    def _collect_all(self, type_: GraphQLObjectType, selections: Iterable[SelectionSetNode]) -> dict[str, list[FieldNode]]:
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for selection in selections:
            self._collect(type_, selection, found, seen)
        return found

    def _collect(
        self,
        type_: GraphQLObjectType,
        selections: SelectionSetNode,
        found: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for node in selections.selections:
            if not self._included(node.directives):
                continue
            if isinstance(node, FieldNode):
                key = (node.alias or node.name).value
                found.setdefault(key, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if self._applies(type_, node.type_condition.name.value if node.type_condition else None):
                    self._collect(type_, node.selection_set, found, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                fragment = self.fragments[node.name.value]
                if self._applies(type_, fragment.type_condition.name.value):
                    self._collect(type_, fragment.selection_set, found, seen)

    def _applies(self, type_: GraphQLObjectType, condition: str | None) -> bool:
        return condition in (None, type_.name) or any(face.name == condition for face in type_.interfaces)

    def _included(self, directives: Iterable[Any] | None) -> bool:
        for directive in directives or ():
            name = directive.name.value
            if name in (GraphQLSkipDirective.name, GraphQLIncludeDirective.name):
                is_set = self._flag(directive.arguments[0].value)
                if is_set == (name == GraphQLSkipDirective.name):
                    return False
        return True

    def _flag(self, node: ValueNode) -> bool:
        if isinstance(node, VariableNode):
            return bool(self.variables[node.name.value])
        return bool(cast("Any", node).value)

    def _members(self, type_: GraphQLObjectType, found: Mapping[str, list[FieldNode]], ask: Ask, row: Row) -> ColumnElement[str]:
        members = [
            (key, self._field(type_, tuple(nodes), (*ask.path, key), row))
            for key, nodes in found.items()
            if nodes[0].name.value not in INTROSPECTION
        ]
        if self.for_executor and type_.interfaces:
            members.append((TYPE_KEY, inline(f'"{type_.name}"')))
        return json_object(members)

    def _field(
        self, type_: GraphQLObjectType, nodes: tuple[FieldNode, ...], path: tuple[str, ...], row: Row
    ) -> ColumnElement[Any]:
        name = nodes[0].name.value
        if name == "__typename":
            return inline(f'"{type_.name}"')
        definition = type_.fields[name]
        named = get_named_type(definition.type)
        ask = Ask(self, self._arguments(definition.args, nodes[0]), named, nodes, path, type_.name, row)
        try:
            return sql_of(definition)(row, ask)
        except RequestError as error:
            raise located(error, nodes, path) from error

    def _arguments(self, declared: Mapping[str, Any], node: FieldNode) -> dict[str, Arg]:
        written = {argument.name.value: argument.value for argument in node.arguments or ()}
        read = {name: from_ast(name, of, written.get(name), self.variables) for name, of in declared.items()}
        return {name: arg for name, arg in read.items() if arg is not None}


def sql_of(definition: Any) -> Sql:
    """The function that a field was declared with (`schema.fields.field`)."""
    return cast("Sql", definition.extensions["strawberry-definition"].metadata[METADATA_KEY])
