"""All that can be done for an operation before the database is asked: parse, measure, validate, plan, price; kept by its text.

Of an operation that was seen before only its variables are looked at (`known`), and these by graphql-core only if they are of
kinds that need it.
"""

from collections.abc import Callable, Container, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, cast

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSyntaxError,
    InlineFragmentNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    get_variable_values,
    is_non_null_type,
    parse,
    specified_rules,
    type_from_ast,
    validate,
)
from strawberry.schema.config import StrawberryConfig

from data.errors import BadRequest, QueryTooDeep, QueryTooLong
from data.store import Store
from schema.arguments import Variables, is_large, plain_shape, shape
from schema.facts import SCALARS
from schema.faults import Refused
from schema.fields import enforce_one_of
from schema.kept import Kept, Steered
from schema.limits import Limits, check_cost, check_objects, check_size
from schema.mutation import Answering, Mutation, Writing, perform
from schema.plan import INTROSPECTION, Plan, Planner
from schema.query import Query

KEPT_CHARACTERS = 256 * 1024
"""Of operations, and of plans: what that comes to in bytes, `tests/benchmarks/memory.py` shows."""

ERRORS_TOLD = 20

schema = strawberry.Schema(query=Query, mutation=Mutation, config=StrawberryConfig(scalar_map=SCALARS))
GRAPHQL = schema._schema  # noqa: SLF001 - Strawberry offers its graphql-core schema under this name only
enforce_one_of(GRAPHQL)


def _is_int(value: Any) -> bool:
    return type(value) is int and -(2**31) <= value < 2**31


def _is_text(value: Any) -> bool:
    return type(value) is str


PLAIN: Mapping[str, Callable[[Any], bool]] = {
    "Int": _is_int,
    "ID": _is_text,
    "String": _is_text,
    "Boolean": lambda value: type(value) is bool,
}
"""Values that come through coercion as they are, by their type."""


@dataclass(frozen=True)
class Operation:
    """One operation of a document, parsed and valid: what is known of it before its variables are."""

    text: str
    document: DocumentNode
    node: OperationDefinitionNode
    fragments: Mapping[str, FragmentDefinitionNode]
    kinds: Mapping[str, Any]
    plain: tuple["Plain", ...] | None
    writes: bool
    introspects: bool
    reads: bool

    @classmethod
    def of(cls, text: str, document: DocumentNode, node: OperationDefinitionNode) -> "Operation":
        """The operation with what can be found out beforehand."""
        fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
        definitions = node.variable_definitions or ()
        kinds = {d.variable.name.value: type_from_ast(GRAPHQL, cast("Any", d.type)) for d in definitions}
        plain = _plain(kinds, {d.variable.name.value for d in definitions if d.default_value})
        writes = node.operation is OperationType.MUTATION
        names = root_names(node.selection_set, fragments, set())
        introspects = bool(names & INTROSPECTION)
        reads = bool(names - INTROSPECTION - {"__typename"}) or not introspects
        return cls(text, document, node, fragments, kinds, plain, writes, introspects, reads)

    @property
    def name(self) -> str | None:
        return self.node.name.value if self.node.name else None

    def plainly(self, given: Variables) -> tuple[Variables, Hashable] | None:
        """The variables that it declares with their shape, if they need no coercion."""
        if self.plain is None:
            return None
        found, shapes = {}, []
        for name, is_plain, may_be_null, may_be_absent in self.plain:
            if name in given:
                value = found[name] = given[name]
                if not (is_plain(value) or (value is None and may_be_null)):
                    return None
                shapes.append((name, plain_shape(value)))
            elif not may_be_absent:
                return None
        return found, tuple(shapes)

    def coerced(self, given: Variables, *, suggests: bool) -> Variables:
        """The variables as their declared types want them. Raises Refused."""
        definitions = self.node.variable_definitions or ()
        values = get_variable_values(
            GRAPHQL, definitions, cast("Any", given), max_errors=ERRORS_TOLD, hide_suggestions=not suggests
        )
        if isinstance(values, list):
            raise Refused(values)
        return cast("Variables", values.coerced)

    def shape(self, variables: Variables) -> Hashable:
        """What of the variables a plan depends on."""
        return tuple((name, shape(value, self.kinds[name])) for name, value in variables.items())


Plain = tuple[str, Callable[[Any], bool], bool, bool]
"""How to see that a variable needs no coercion: its name, a test, whether it may be null, whether it may be absent."""


def _plain(kinds: Mapping[str, Any], with_default: Container[str]) -> tuple[Plain, ...] | None:
    """That of all variables; None where it cannot be seen."""
    found = []
    for name, kind in kinds.items():
        bare = kind.of_type if is_non_null_type(kind) else kind
        if getattr(bare, "name", None) not in PLAIN:
            return None
        found.append((name, PLAIN[bare.name], bare is kind, bare is kind and name not in with_default))
    return tuple(found)


def root_names(selections: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]) -> set[str]:
    """The names of the fields at the root, those in fragments among them."""
    names: set[str] = set()
    for node in selections.selections:
        if isinstance(node, FieldNode):
            names.add(node.name.value)
        elif isinstance(node, InlineFragmentNode):
            names |= root_names(node.selection_set, fragments, seen)
        elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            names |= root_names(fragments[node.name.value].selection_set, fragments, seen)
    return names


@dataclass(frozen=True)
class Preparing:
    """Prepares operations for one store; keeps what it made."""

    store: Store
    archive_name: str
    limits: Limits
    operations: Kept[Operation] = field(default_factory=lambda: Kept[Operation](KEPT_CHARACTERS), repr=False)
    plans: Kept[Steered] = field(default_factory=lambda: Kept[Steered](KEPT_CHARACTERS), repr=False)

    def known(self, text: str, variables: Variables | None, name: str | None) -> "Ready | None":
        """What is ready for an operation that was asked before; None if it was not, or if its variables are too many to be read
        at once. Raises what is wrong with the variables.
        """
        generation = self.store.generation
        operation = self.operations.find(text, name)
        if operation is None or operation.writes:
            return None
        plainly = operation.plainly(variables or {})
        if plainly is None and is_large(variables):
            return None
        given, its_shape = plainly or self._coerced(operation, variables)
        if not operation.reads:
            return Ready(operation, generation=generation)
        steered = self.plans.find(text, (operation.name, its_shape, generation))
        plan = steered and steered.find(given)
        return self._priced(operation, plan, given, generation) if plan else None

    def _coerced(self, operation: Operation, given: Variables | None) -> tuple[Variables, Hashable]:
        """The variables as they are declared, and their shape. Raises what is wrong with them."""
        found = operation.coerced(given or {}, suggests=self.limits.introspection)
        check_objects(found, self.limits)
        return found, operation.shape(found)

    def new(self, operation: Operation, variables: Variables | None) -> "Ready":
        """Plans and prices. Raises GraphQLError for an argument that cannot be."""
        generation = self.store.generation
        given, its_shape = operation.plainly(variables or {}) or self._coerced(operation, variables)
        if not operation.reads:
            return Ready(operation, generation=generation)
        first: list[Plan] = []

        def steered() -> Steered:
            first.append(self._plan(operation, given))
            return Steered(first[0].steers)

        # a plan depends beside the text on the shape, and on the file by whose secret and words it was made
        found = self.plans.get(operation.text, (operation.name, its_shape, generation), steered)
        plan = found.find(given) or found.keep(given, first[0] if first else self._plan(operation, given))
        return self._priced(operation, plan, given, generation)

    def write(self, operation: Operation, variables: Variables | None, writing: Writing) -> bytes:
        """Does what a mutation asks for; returns its answer. Raises Refused, and what `perform` raises."""
        definitions, given = operation.node.variable_definitions or (), cast("Any", variables or {})
        suggests = self.limits.introspection
        values = get_variable_values(GRAPHQL, definitions, given, max_errors=ERRORS_TOLD, hide_suggestions=not suggests)
        if isinstance(values, list):
            raise Refused(values)
        answering = Answering(**self._parts(operation, values.coerced))
        return perform(answering, operation.node, values, writing)

    def operation(self, text: str, name: str | None) -> Operation:
        """Parses, measures, validates. Raises RequestError, Refused, GraphQLSyntaxError."""

        def make() -> Operation:
            document = checked(text, self.limits)
            return Operation.of(text, document, chosen(document, name))

        return self.operations.get(text, name, make)

    def _plan(self, operation: Operation, variables: Variables) -> Plan:
        return Planner(**self._parts(operation, variables)).plan(operation.node).settled(variables)

    def _parts(self, operation: Operation, variables: Variables) -> dict[str, Any]:
        return {
            "schema": GRAPHQL,
            "dialect": self.store.dialect,
            "secret": self.store.secret,
            "archive_name": self.archive_name,
            "fragments": operation.fragments,
            "variables": variables,
            "page_max_rows": self.limits.page_max_rows,
            "ranked_max_hits": self.limits.ranked_max_hits,
            "words": self.store.words,
            "has_counts": self.store.has_counts,
            "for_executor": operation.introspects,
        }

    def _priced(self, operation: Operation, plan: Plan, variables: Variables, generation: int) -> "Ready":
        values = plan.bind(variables)
        cost = plan.cost.total(variables)
        check_cost(cost, self.limits)
        return Ready(operation, plan, values, cost, generation)


class Ready(NamedTuple):
    """An operation that only has to be run; without a plan if it only introspects."""

    operation: Operation
    plan: Plan | None = None
    values: tuple[Any, ...] = ()
    cost: int = 0
    generation: int = 0
    """Of the store, whose file its plan was made for."""


def checked(text: str, limits: Limits) -> DocumentNode:
    """The parsed and valid document. Raises RequestError, Refused or GraphQLSyntaxError."""
    document = parsed(text, limits)
    rules = specified_rules if limits.introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
    found = validate(GRAPHQL, document, rules, max_errors=ERRORS_TOLD, hide_suggestions=not limits.introspection)
    if found:
        raise Refused(found)
    return document


def parsed(text: str, limits: Limits) -> DocumentNode:
    """The parsed document, if it is not too large. Raises RequestError or GraphQLSyntaxError."""
    try:
        document = parse(text, max_tokens=limits.query_max_tokens)
        check_size(document, limits)
    except GraphQLSyntaxError as error:
        if "nested too deeply" in error.message:
            raise QueryTooDeep("The query is nested too deep to be read.", hint="Ask in several queries.") from error
        if "Parsing aborted" in error.message:
            raise QueryTooLong(
                f"The query has more than {limits.query_max_tokens:,} tokens.", hint="Ask in several queries; use variables."
            ) from error
        raise
    except RecursionError as error:
        raise QueryTooDeep("The query is nested too deep to be read.", hint="Ask in several queries.") from error
    return document


def chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run. Raises BadRequest if that is not clear."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    named = [node for node in operations if name is None or (node.name and node.name.value == name)]
    if len(named) != 1:
        message = "The document has no such operation." if named == [] else "The document has several operations."
        raise BadRequest(message, hint="`operationName` says which of them to run.")
    return named[0]
