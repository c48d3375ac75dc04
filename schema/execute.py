"""Running an operation: its text → what is ready for it (`schema.prepare`) → one statement (`schema.reading`) → JSON.

Strawberry owns the types; running does not pass through it. The database's JSON is passed on untouched. An operation that mixes
in introspection has its data read by the same one statement, and is then walked by graphql-core.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any

import orjson
from graphql import execute_sync

from data.errors import BadRequest, WritingOff
from data.store import Store
from schema.answers import Answers
from schema.arguments import is_large
from schema.faults import Refused, faults, told
from schema.limits import Limits
from schema.mutation import Writing
from schema.plan import Plan
from schema.prepare import GRAPHQL, Operation, Preparing, Ready, schema
from schema.reading import Readers, beside, written

EVERYBODY = "everybody"
"""Who asks: all see the same. Where they do not, this is where an answer becomes somebody's."""

__all__ = ["Answer", "Archive", "Writer", "answer", "faults", "run", "schema"]


@dataclass(frozen=True)
class Archive:
    """A store with what is needed to answer queries on it."""

    store: Store
    name: str = "Fonds"
    limits: Limits = field(default_factory=Limits)

    @cached_property
    def preparing(self) -> Preparing:
        """Where its operations become plans, and are kept."""
        return Preparing(self.store, self.name, self.limits)

    @cached_property
    def answers(self) -> Answers:
        """What it answered, as long as that holds."""
        return Answers(self.limits.answers_max_bytes)

    @cached_property
    def readers(self) -> Readers:
        """Who runs its plans."""
        return Readers(self.store, self.limits)


@dataclass
class Answer:
    """What an operation came to, in GraphQL's response format; a request that was refused has no `data` at all.

    `body["data"]` may be an `orjson.Fragment`, the database's own JSON; then `content` is the whole as bytes. With `wants_cost`
    the answer says what it cost.
    """

    body: dict[str, Any] = field(default_factory=dict)
    content: bytes | None = None
    operation: str | None = None
    statements: int = 0
    wants_cost: bool = False
    has_written: bool = False
    status: int | None = None
    """The HTTP status that says why a request was refused, where there is one."""

    @property
    def is_refused(self) -> bool:
        return "data" not in self.body


Writer = Callable[[], str]
"""Says who writes. Raises BadRequest if nobody may."""


def nobody() -> str:
    """Who writes where nothing may be written."""
    raise WritingOff("This archive cannot be written here.", hint="Use the commands, or a server and a token.")


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the text, its variables, which operation of the text, and who writes, when it is a mutation."""

    text: str
    variables: dict[str, Any] | None
    name: str | None
    writer: Writer


async def run(  # noqa: PLR0913 - the parts of a request, as GraphQL names them
    archive: Archive,
    text: str,
    variables: dict[str, Any] | None = None,
    name: str | None = None,
    *,
    answer: Answer | None = None,
    writer: Writer = nobody,
) -> Answer:
    """Answers an operation. Never raises: what goes wrong is told in the answer, and what is our fault is masked and logged.

    `writer` says who writes, when it is a mutation. What may take long is done in a thread, so that no query, whatever its text,
    keeps the others waiting.
    """
    answer = answer or Answer()
    generation = archive.store.generation
    asked = Asked(text, variables, name, writer)
    await _run_once(archive, asked, answer)
    if archive.store.generation != generation and not answer.has_written:
        # the file was replaced meanwhile: what was made for the one may not fit the other
        answer.body, answer.content = {}, None
        await _run_once(archive, asked, answer)
    return answer


async def _run_once(archive: Archive, asked: Asked, answer: Answer) -> None:
    try:
        ready = None
        if not is_large(asked.variables):
            ready = archive.preparing.known(asked.text, asked.variables, asked.name)
        if ready is None:
            operation = await beside(partial(archive.preparing.operation, asked.text, asked.name))
            answer.operation = operation.name
            if operation.writes:
                await _write(archive, operation, asked, answer)
                return
            ready = await beside(partial(archive.preparing.new, operation, asked.variables))
    except Exception as error:  # noqa: BLE001 - here and below, what is not the client's fault is masked and logged
        answer.body = {"errors": faults(error)}
        answer.status = error.status if isinstance(error, BadRequest) else None
        return
    answer.operation = ready.operation.name
    try:
        await _read(archive, ready, answer, asked.variables)
    except Exception as error:  # noqa: BLE001 - as above
        answer.body = {"errors": faults(error), "data": None}


async def _write(archive: Archive, operation: Operation, asked: Asked, answer: Answer) -> None:
    """Does what a mutation asks for, and reads its answer, which is kept nowhere."""
    writing = Writing(archive.store, await beside(asked.writer), archive.limits)
    answer.has_written = True
    try:
        found = await written(partial(archive.preparing.write, operation, asked.variables, writing))
        answer.statements = 1
        answer.body = {"data": orjson.Fragment(found)}
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        answer.body = {"errors": faults(error), "data": None}


async def _read(archive: Archive, ready: Ready, answer: Answer, variables: dict[str, Any] | None) -> None:
    found = b"{}"
    if ready.plan:
        found = await _found(archive, ready.plan, ready.values, answer)
    if ready.operation.introspects:
        answer.body = await beside(partial(_walked, ready, found, variables))
    else:
        answer.body = {"data": orjson.Fragment(found)}
        answer.content = b'{"data":%b}' % found
    if answer.wants_cost:
        answer.body["extensions"] = {"cost": {"rows": ready.cost, "limit": archive.limits.query_max_cost_rows}}
        answer.content = None


async def _found(archive: Archive, plan: Plan, values: tuple[Any, ...], answer: Answer) -> bytes:
    """The data: those that were found before, if nothing was committed since; else what the statement selects."""
    answers = archive.answers
    version = archive.store.version() if answers.most_bytes else None
    asked = (plan.number, values, EVERYBODY)
    found = answers.find(version, asked) if answers.most_bytes else None
    if found is None:
        answer.statements = 1
        found = (await archive.readers.read(plan, values)).encode()
        if answers.most_bytes:
            answers.keep(version, asked, found)
    return found


def _walked(ready: Ready, found: bytes, variables: dict[str, Any] | None) -> dict[str, Any]:
    """The answer as graphql-core makes it, from the data that were found."""
    operation = ready.operation
    result = execute_sync(GRAPHQL, operation.document, orjson.loads(found), {}, variables, operation.name)
    errors = {"errors": [told(error) for error in result.errors]} if result.errors else {}
    return {**errors, "data": result.data}


async def answer(
    archive: Archive,
    text: str,
    variables: dict[str, Any] | None = None,
    operation_name: str | None = None,
    *,
    writer: Writer = nobody,
) -> dict[str, Any]:
    """The whole answer to an operation, as GraphQL's response format has it; `data` may be an `orjson.Fragment`."""
    return (await run(archive, text, variables, operation_name, writer=writer)).body
