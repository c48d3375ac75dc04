"""Running an operation: text → parse, measure, validate → plan, price → one statement → the JSON of the answer.

Strawberry owns the types; running does not pass through it. The database's JSON is passed on untouched (`orjson.Fragment`). An
operation that mixes in introspection has its data read by the same one statement, and is then walked by graphql-core.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from threading import Lock
from typing import Any, Generic, TypeVar, cast
from uuid import uuid4

import orjson
import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    NoSchemaIntrospectionCustomRule,
    OperationDefinitionNode,
    SelectionSetNode,
    execute_sync,
    get_variable_values,
    parse,
    specified_rules,
    type_from_ast,
    validate,
)
from strawberry.schema.config import StrawberryConfig

from data.errors import BadRequest, QueryTimeout, QueryTooDeep, QueryTooLong, RequestError, StoreError, shorten
from data.store import Reading, Store
from schema.arguments import Variables, shape
from schema.facts import SCALARS
from schema.fields import enforce_one_of
from schema.limits import Limits, check_cost, check_size
from schema.plan import INTROSPECTION, Bound, Plan, Planner, located
from schema.query import Query

KEPT_CHARACTERS = 256 * 1024
"""Of documents, and of plans: what that comes to in bytes, `tests/benchmarks/memory.py` shows."""

WAYS_KEPT = 8
ERRORS_TOLD = 20
MESSAGE_MAX_CHARS = 300
INTERRUPT_AGAIN_SECONDS = 0.05
SHORT_CHARACTERS = 1000
"""Up to here a query is prepared where it arrived: that takes less than a change of threads is worth."""

PREPARING = ThreadPoolExecutor(1, thread_name_prefix="fonds-prepare")
T = TypeVar("T")
LOG = logging.getLogger("fonds.errors")


@dataclass
class Kept(Generic[T]):
    """What was made of operation texts before; the least used goes first, when all texts together are longer than allowed."""

    most_characters: int
    made: OrderedDict[tuple[str, Hashable], T] = field(default_factory=OrderedDict)
    characters: int = 0
    lock: Lock = field(default_factory=Lock)

    def get(self, text: str, more: Hashable, make: Callable[[], T]) -> T:
        """What belongs to a text (and to `more`), made now or before."""
        key = (text, more)
        with self.lock:
            if key in self.made:
                self.made.move_to_end(key)
                return self.made[key]
        found = make()
        with self.lock:
            if key not in self.made:
                self.made[key] = found
                self.characters += len(text)
            while self.characters > self.most_characters:
                (old, _), _ = self.made.popitem(last=False)
                self.characters -= len(old)
        return found


@dataclass
class Steered:
    """The plans of an operation for variables of one shape: one for each of the ways that they steer it (`Plan.steers`)."""

    steers: tuple[Bound, ...]
    plans: OrderedDict[Hashable, Plan] = field(default_factory=OrderedDict)

    def get(self, variables: Variables, make: Callable[[], Plan]) -> Plan:
        """The plan for the variables. Raises GraphQLError for one that cannot be."""
        way = tuple(steer(variables) for steer in self.steers)
        found = self.plans.get(way)
        if found is None:
            found = self.plans[way] = make()
            while len(self.plans) > WAYS_KEPT:
                self.plans.popitem(last=False)
        return found


schema = strawberry.Schema(query=Query, config=StrawberryConfig(scalar_map=SCALARS))
GRAPHQL = schema._schema  # noqa: SLF001 - Strawberry offers its graphql-core schema under this name only
enforce_one_of(GRAPHQL)


@dataclass(frozen=True)
class Archive:
    """A store with what is needed to answer queries on it."""

    store: Store
    name: str = "Fonds"
    limits: Limits = field(default_factory=Limits)
    plans: Kept["Steered"] = field(default_factory=lambda: Kept[Steered](KEPT_CHARACTERS), repr=False)
    documents: Kept[DocumentNode] = field(default_factory=lambda: Kept[DocumentNode](KEPT_CHARACTERS), repr=False)


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
            schema=GRAPHQL,
            dialect=archive.store.dialect,
            secret=archive.store.secret,
            archive_name=archive.name,
            fragments=operation.fragments,
            variables=operation.variables,
            page_max_rows=archive.limits.page_max_rows,
            words=archive.store.words,
            for_executor=for_executor,
        )
        return planner.plan(operation.node)

    first: list[Plan] = []

    def steered() -> Steered:
        first.append(make())
        return Steered(first[0].steers)

    known = archive.plans.get(operation.text, (operation.name, _shape(operation), for_executor), steered)
    return known.get(operation.variables, lambda: first[0] if first else make())


def _shape(operation: Operation) -> Hashable:
    kinds = {
        definition.variable.name.value: type_from_ast(GRAPHQL, definition.type)
        for definition in operation.node.variable_definitions or ()
    }
    return tuple((name, shape(value, cast("Any", kinds[name]))) for name, value in operation.variables.items())


def coerced(operation: OperationDefinitionNode, given: dict[str, Any] | None, *, suggests: bool) -> Variables:
    """The variables as their declared types want them. Raises the first GraphQLError there is."""
    values = get_variable_values(
        GRAPHQL,
        operation.variable_definitions or (),
        given or {},
        max_errors=ERRORS_TOLD,
        hide_suggestions=not suggests,
    )
    if isinstance(values, list):
        raise Refused(values)
    return cast("Variables", values.coerced)


class Refused(Exception):
    """What GraphQL itself finds wrong with a document or its variables."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__()
        self.errors = errors


@dataclass
class Answer:
    """What an operation came to, in GraphQL's response format; a request that was refused has no `data` at all.

    `body["data"]` may be an `orjson.Fragment`, the database's own JSON.
    """

    body: dict[str, Any] = field(default_factory=dict)
    operation: str | None = None
    statements: int = 0

    @property
    def is_refused(self) -> bool:
        return "data" not in self.body


def prepare(archive: Archive, text: str) -> DocumentNode:
    """The parsed and valid document. Raises RequestError or Refused."""
    limits = archive.limits
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
    rules = specified_rules if limits.introspection else (*specified_rules, NoSchemaIntrospectionCustomRule)
    faults = validate(GRAPHQL, document, rules, max_errors=ERRORS_TOLD, hide_suggestions=not limits.introspection)
    if faults:
        raise Refused(faults)
    return document


def chosen(document: DocumentNode, name: str | None) -> OperationDefinitionNode:
    """The operation to run. Raises BadRequest if that is not clear."""
    operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
    named = [node for node in operations if name is None or (node.name and node.name.value == name)]
    if len(named) != 1:
        message = "The document has no such operation." if named == [] else "The document has several operations."
        raise BadRequest(message, hint="`operationName` says which of them to run.")
    return named[0]


@dataclass(frozen=True)
class Ready:
    """An operation with all that can be done before the database is asked; without a plan if it only introspects."""

    document: DocumentNode
    plan: Plan | None
    values: tuple[Any, ...]
    introspects: bool


def make_ready(archive: Archive, text: str, variables: dict[str, Any] | None, name: str | None, answer: Answer) -> Ready:
    """Parses, measures, validates, plans and prices. Raises what is wrong; `answer` learns the operation's name before."""
    document = archive.documents.get(text, None, lambda: prepare(archive, text))
    node = chosen(document, name)
    answer.operation = node.name.value if node.name else None
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    asked = Operation(text, node, fragments, coerced(node, variables, suggests=archive.limits.introspection))
    introspects, reads = asked.introspects()
    if not reads:
        return Ready(document, None, (), introspects)
    made = plan(archive, asked, for_executor=introspects)
    values = made.bind(asked.variables)
    check_cost(made.cost.total(asked.variables), archive.limits)
    return Ready(document, made, values, introspects)


async def run(archive: Archive, text: str, variables: dict[str, Any] | None = None, name: str | None = None) -> Answer:
    """Answers an operation. Never raises: what goes wrong is told in the answer, and what is our fault is masked and logged.

    What may take long is done in a thread, so that no query, whatever its text, keeps the others waiting.
    """
    answer = Answer()
    preparing = partial(make_ready, archive, text, variables, name, answer)
    try:
        ready = await _beside(preparing) if len(text) > SHORT_CHARACTERS else preparing()
    except Exception as error:  # noqa: BLE001 - here and below, what is not the client's fault is masked and logged
        answer.body = {"errors": faults(error)}
        return answer
    try:
        found = "{}"
        if ready.plan:
            answer.statements = 1
            found = await read_in_time(archive, ready.plan.sql, ready.values)
        if ready.introspects:
            root = orjson.loads(found)
            result = await _beside(partial(execute_sync, GRAPHQL, ready.document, root, {}, variables, name))
            errors = {"errors": [told(error) for error in result.errors]} if result.errors else {}
            answer.body = {**errors, "data": result.data}
        else:
            answer.body = {"data": orjson.Fragment(found)}
    except Exception as error:  # noqa: BLE001 - as above
        answer.body = {"errors": faults(error), "data": None}
    return answer


async def _beside(work: Callable[[], T]) -> T:
    """Done in the one thread for such work: one after the other, so that equal work is found done."""
    return await asyncio.get_running_loop().run_in_executor(PREPARING, work)


def faults(error: Exception) -> list[dict[str, Any]]:
    """What a client is told of an error."""
    if isinstance(error, Refused):
        return [told(one) for one in error.errors]
    if isinstance(error, RequestError):
        return [told(located(error, (), ()))]
    return [told(error if isinstance(error, GraphQLError) else masked(error))]


async def read_in_time(archive: Archive, sql: str, values: tuple[Any, ...]) -> str:
    """What the statement selects, read in a thread; interrupted when its time is up, and when nobody waits for it any more."""
    running = Reading()
    work = asyncio.ensure_future(asyncio.to_thread(archive.store.read, sql, values, running))
    seconds = archive.limits.statement_max_seconds
    try:
        done, _ = await asyncio.wait({work}, timeout=seconds)
        if done:
            return work.result()
        raise QueryTimeout(f"The query took longer than {seconds:g} seconds.", hint="Ask for less at a time.")
    finally:
        while not work.done():
            running.stop()
            await asyncio.wait({work}, timeout=INTERRUPT_AGAIN_SECONDS)
        if not work.cancelled():
            work.exception()  # seen, so that nobody logs it as lost


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
    formatted["message"] = shorten(error.message, MESSAGE_MAX_CHARS)
    extensions = formatted.get("extensions") or {}
    if "code" not in extensions:
        code = "GRAPHQL_PARSE_FAILED" if isinstance(error, GraphQLSyntaxError) else "GRAPHQL_VALIDATION_FAILED"
        formatted["extensions"] = {"code": code, **extensions}
    return formatted


async def answer(
    archive: Archive, text: str, variables: dict[str, Any] | None = None, operation_name: str | None = None
) -> dict[str, Any]:
    """The whole answer to an operation, as GraphQL's response format has it; `data` may be an `orjson.Fragment`."""
    return (await run(archive, text, variables, operation_name)).body
