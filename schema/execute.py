"""Running an operation: text → parse, validate → plan → one statement → the JSON of the answer.

It hooks into Strawberry as an extension that sets the result; Strawberry stays the owner of parsing, validation and types. The
database's JSON is passed on untouched (`orjson.Fragment`). An operation that mixes in introspection has its data read by the same
one statement, and is then walked by graphql-core.
"""

import logging
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Hashable
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any, cast
from uuid import uuid4

import anyio.to_thread
import orjson
import strawberry
from graphql import (
    ExecutionResult,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionSetNode,
    get_variable_values,
    type_from_ast,
)
from strawberry.extensions import SchemaExtension
from strawberry.schema.config import StrawberryConfig
from strawberry.types.graphql import OperationType

from data.errors import RequestError, StoreError
from data.store import Store
from schema.arguments import Variables, shape
from schema.facts import SCALARS
from schema.plan import INTROSPECTION, Plan, Planner, located
from schema.query import Query

PLANS_KEPT = 512
LOG = logging.getLogger("fonds.errors")


@dataclass
class Plans:
    """Plans by operation text, operation name and the shape of the variables; the least used goes first."""

    kept: OrderedDict[Hashable, Plan] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def get(self, key: Hashable, make: Callable[[], Plan]) -> Plan:
        with self.lock:
            if key in self.kept:
                self.kept.move_to_end(key)
                return self.kept[key]
        plan = make()
        with self.lock:
            self.kept[key] = plan
            if len(self.kept) > PLANS_KEPT:
                self.kept.popitem(last=False)
        return plan


@dataclass(frozen=True)
class Archive:
    """A store with what is needed to answer queries on it."""

    store: Store
    name: str = "Fonds"
    plans: Plans = field(default_factory=Plans, repr=False)


@dataclass(frozen=True)
class Operation:
    """A validated operation with its fragments and the variables as they came, coerced."""

    text: str
    node: OperationDefinitionNode
    fragments: dict[str, FragmentDefinitionNode]
    variables: Variables

    @property
    def name(self) -> str | None:
        return self.node.name.value if self.node.name else None

    def introspects(self) -> tuple[bool, bool]:
        """Whether it asks for introspection, and whether for anything else."""
        names = set(self._root_names(self.node.selection_set, set()))
        return bool(names & INTROSPECTION), bool(names - INTROSPECTION - {"__typename"}) or not names & INTROSPECTION

    def _root_names(self, selections: SelectionSetNode, seen: set[str]) -> list[str]:
        names: list[str] = []
        for node in selections.selections:
            if isinstance(node, FieldNode):
                names.append(node.name.value)
            elif isinstance(node, InlineFragmentNode):
                names += self._root_names(node.selection_set, seen)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
                seen.add(node.name.value)
                names += self._root_names(self.fragments[node.name.value].selection_set, seen)
        return names


def plan(archive: Archive, operation: Operation, *, for_executor: bool = False) -> Plan:
    """The operation's plan, made or found. Raises GraphQLError for an argument that cannot be."""

    def make() -> Plan:
        planner = Planner(
            schema=schema._schema,  # noqa: SLF001 - Strawberry offers its graphql-core schema under this name only
            dialect=archive.store.dialect,
            secret=archive.store.secret,
            archive_name=archive.name,
            fragments=operation.fragments,
            variables=operation.variables,
            for_executor=for_executor,
        )
        return planner.plan(operation.node)

    return archive.plans.get((operation.text, operation.name, _shape(operation), for_executor), make)


def _shape(operation: Operation) -> Hashable:
    graphql = schema._schema  # noqa: SLF001 - as above
    kinds = {
        definition.variable.name.value: type_from_ast(graphql, definition.type)
        for definition in operation.node.variable_definitions or ()
    }
    return tuple((name, shape(value, cast("Any", kinds[name]))) for name, value in operation.variables.items())


def coerced(operation: OperationDefinitionNode, given: dict[str, Any] | None) -> Variables:
    """The variables as their declared types want them. Raises the first GraphQLError there is."""
    values = get_variable_values(
        schema._schema,  # noqa: SLF001 - as above
        operation.variable_definitions or (),
        given or {},
        max_errors=50,
    )
    if isinstance(values, list):
        raise BadVariables(values)
    return cast("Variables", values.coerced)


class BadVariables(Exception):
    """The variables do not fit their types."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__()
        self.errors = errors


class OneStatement(SchemaExtension):
    """Answers queries with one statement each."""

    async def on_execute(self) -> AsyncIterator[None]:
        context = self.execution_context
        if context.operation_type == OperationType.QUERY:
            try:
                await self._answer(context.context["archive"])
            except GraphQLError as error:
                context.result = ExecutionResult(data=None, errors=[error])
            except RequestError as error:
                context.result = ExecutionResult(data=None, errors=[located(error, (), ())])
            except BadVariables as bad:
                context.result = ExecutionResult(data=None, errors=bad.errors)
            except Exception as error:  # noqa: BLE001 - the one place that masks and logs
                context.result = ExecutionResult(data=None, errors=[masked(error)])
        yield

    async def _answer(self, archive: Archive) -> None:
        context = self.execution_context
        operation = self._operation()
        introspection, data = operation.introspects()
        if introspection and not data:
            return
        made = plan(archive, operation, for_executor=introspection)
        read = partial(archive.store.read, made.sql, made.bind(operation.variables))
        context.context["operation"] = context.operation_name or operation.name
        context.context["statements"] = 1
        text = await anyio.to_thread.run_sync(read)
        if introspection:
            context.root_value = orjson.loads(text)
            return
        context.result = ExecutionResult(data=cast("Any", orjson.Fragment(text.encode())))

    def _operation(self) -> Operation:
        context = self.execution_context
        definitions = cast("Any", context.graphql_document).definitions
        wanted = context.operation_name
        node = next(
            definition
            for definition in definitions
            if isinstance(definition, OperationDefinitionNode)
            and (wanted is None or (definition.name and definition.name.value == wanted))
        )
        fragments = {d.name.value: d for d in definitions if isinstance(d, FragmentDefinitionNode)}
        return Operation(context.query or "", node, fragments, coerced(node, context.variables))


def masked(error: Exception) -> GraphQLError:
    """What a client is told of an error that is not theirs: an id, under which the log has the whole."""
    id_ = uuid4().hex[:12]
    LOG.error("error %s", id_, exc_info=error)
    code = error.code if isinstance(error, StoreError) else "INTERNAL_ERROR"
    return GraphQLError(
        f"The archive could not answer (error {id_}).",
        extensions={
            "code": code,
            "id": id_,
            "hint": "Try again; if it stays, give this id to whoever runs the archive.",
        },
    )


def told(error: GraphQLError) -> dict[str, Any]:
    """The error in GraphQL's response format, always with a code."""
    formatted = cast("dict[str, Any]", error.formatted)
    extensions = formatted.get("extensions") or {}
    if "code" not in extensions:
        code = "GRAPHQL_PARSE_FAILED" if isinstance(error, GraphQLSyntaxError) else "GRAPHQL_VALIDATION_FAILED"
        formatted["extensions"] = {"code": code, **extensions}
    return formatted


class Schema(strawberry.Schema):
    """Strawberry's schema; errors are logged where they are masked, so a client's own faults are not logged as ours."""

    def process_errors(self, errors: list[GraphQLError], execution_context: Any = None) -> None:
        """Nothing: see `masked`."""


schema = Schema(query=Query, extensions=[OneStatement], config=StrawberryConfig(scalar_map=SCALARS))


async def answer(
    archive: Archive, text: str, variables: dict[str, Any] | None = None, operation_name: str | None = None
) -> dict[str, Any]:
    """The whole answer to an operation, as GraphQL's response format has it; `data` may be an `orjson.Fragment`."""
    result = await schema.execute(
        text, variable_values=variables, operation_name=operation_name, context_value={"archive": archive}
    )
    whole: dict[str, Any] = {}
    if result.errors:
        whole["errors"] = [told(error) for error in result.errors]
    return whole | {"data": result.data}
