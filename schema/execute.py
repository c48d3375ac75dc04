"""Running an operation: its text → what is ready for it (`schema.prepare`) → one statement (`schema.reading`) → JSON.

Strawberry owns the types; running does not pass through it. The database's JSON is passed on untouched. An operation that mixes
in introspection has its data read by the same one statement, and is then walked by graphql-core.

What was asked before takes the short way (`at_once`), if its answer is kept or quickly read: not once does it wait for anything.
"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import Any, NamedTuple

import orjson
from graphql import execute_sync

from data.errors import BadRequest, WritingOff
from data.store import Store
from schema.answers import Answers
from schema.faults import Refused, faults, told
from schema.limits import Limits
from schema.mutation import Writing
from schema.prepare import GRAPHQL, Operation, Preparing, Ready, schema
from schema.reading import Readers, written

EVERYBODY = "everybody"
"""Who asks: all see the same. Where they do not, this is where an answer becomes somebody's."""

__all__ = ["Answer", "Archive", "Asked", "Writer", "again", "answer", "at_once", "faults", "in_turn", "schema"]


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


@dataclass(slots=True)
class Answer:
    """What an operation came to: the whole as bytes (`content`), or the members of GraphQL's response format (`body`).

    A request that was refused has no `data` at all. With `wants_cost` the answer says what it cost.
    """

    body: dict[str, Any] = field(default_factory=dict)
    content: bytes | None = None
    operation: str | None = None
    statements: int = 0
    wants_cost: bool = False
    has_written: bool = False
    status: int | None = None
    """The HTTP status that says why a request was refused, where there is one."""
    ready: Ready | None = None
    """The operation, where it was found to be known."""

    @property
    def is_refused(self) -> bool:
        return self.content is None and "data" not in self.body

    def as_json(self) -> bytes:
        """The whole."""
        return orjson.dumps(self.body) if self.content is None else self.content


Writer = Callable[[], str]
"""Says who writes. Raises BadRequest if nobody may."""


def nobody() -> str:
    """Who writes where nothing may be written."""
    raise WritingOff("This archive cannot be written here.", hint="Use the commands, or a server and a token.")


class Asked(NamedTuple):
    """A request: the text, its variables, which operation of the text, and who writes, when it is a mutation.

    `source` are the bytes that it was read from; the same bytes ask for the same.
    """

    text: str
    variables: dict[str, Any] | None = None
    name: str | None = None
    writer: Writer = nobody
    source: bytes = b""


def again(archive: Archive, source: bytes, answer: Answer) -> bool:
    """Answers a request that came before with the very same bytes, if its answer is kept; says whether it did. As `at_once`."""
    if source not in archive.answers.sources:
        return False
    try:
        found = archive.answers.again(_version(archive), source)
    except Exception:  # noqa: BLE001 - as there
        return False
    if found is None:
        return False
    answer.content, answer.operation = found
    return True


def at_once(archive: Archive, asked: Asked, answer: Answer) -> bool:
    """Answers what was asked before, if its answer is kept or takes no time; says whether it did. Never raises, never waits."""
    generation = archive.store.generation
    try:
        ready = answer.ready = archive.preparing.known(asked.text, asked.variables, asked.name)
        if ready is None or ready.plan is None or ready.operation.introspects:
            return False
        key = (ready.plan.number, ready.values, EVERYBODY)
        version = _version(archive)
        content = archive.answers.find(version, key) if version else None
        if content is None:
            found = archive.readers.at_once(ready.plan, ready.values)
            if found is None:
                return False
            answer.statements, content = 1, _whole(archive, version, key, found)
        if version and asked.source and not answer.wants_cost:
            archive.answers.remember(key, asked.source, ready.operation.name)
    except Exception:  # noqa: BLE001 - `in_turn` comes upon it too, and tells it
        return False
    if archive.store.generation != generation:
        return False
    _give(archive, ready, content, answer)
    return True


async def in_turn(archive: Archive, asked: Asked, answer: Answer) -> None:
    """Answers what `at_once` did not, in threads, so that no query, whatever its text, keeps the others waiting.

    Never raises: what goes wrong is told in the answer, and what is our fault is masked and logged.
    """
    generation = archive.store.generation
    if answer.ready and answer.ready.generation != generation:
        answer.ready = None
    await _run_once(archive, asked, answer)
    if archive.store.generation != generation and not answer.has_written:
        # the file was replaced meanwhile: what was made for the one may not fit the other
        answer.body, answer.content, answer.ready = {}, None, None
        await _run_once(archive, asked, answer)


async def _run_once(archive: Archive, asked: Asked, answer: Answer) -> None:
    try:
        ready = answer.ready or archive.preparing.known(asked.text, asked.variables, asked.name)
        if ready is None:
            operation = await archive.readers.beside(partial(archive.preparing.operation, asked.text, asked.name))
            answer.operation = operation.name
            if operation.writes:
                await _write(archive, operation, asked, answer)
                return
            ready = await archive.readers.beside(partial(archive.preparing.new, operation, asked.variables))
    except Exception as error:  # noqa: BLE001 - here and below, what is not the client's fault is masked and logged
        answer.body = {"errors": faults(error)}
        answer.status = error.status if isinstance(error, BadRequest) else None
        return
    answer.operation = ready.operation.name
    try:
        await _read(archive, ready, asked, answer)
    except Exception as error:  # noqa: BLE001 - as above
        answer.body = {"errors": faults(error), "data": None}


async def _write(archive: Archive, operation: Operation, asked: Asked, answer: Answer) -> None:
    """Does what a mutation asks for, and reads its answer, which is kept nowhere."""
    writing = Writing(archive.store, await archive.readers.beside(asked.writer), archive.limits)
    answer.has_written = True
    try:
        found = await written(partial(archive.preparing.write, operation, asked.variables, writing))
        answer.statements = 1
        answer.body = {"data": orjson.Fragment(found)}
    except Refused:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        answer.body = {"errors": faults(error), "data": None}


async def _read(archive: Archive, ready: Ready, asked: Asked, answer: Answer) -> None:
    """Reads what the plan selects, in a thread; an operation that introspects is then walked, and its answer is kept nowhere."""
    found = b"{}"
    version = _version(archive)
    if ready.plan:
        answer.statements = 1
        found = await archive.readers.read(ready.plan, ready.values)
    if ready.operation.introspects:
        answer.body = await archive.readers.beside(partial(_walked, ready, found, asked.variables))
        if answer.wants_cost:
            answer.body["extensions"] = _cost(archive, ready)
    elif ready.plan:
        key = (ready.plan.number, ready.values, EVERYBODY)
        _give(archive, ready, _whole(archive, version, key, found), answer)


def _version(archive: Archive) -> Hashable:
    """Which state of the store an answer is kept for; None if none are."""
    return archive.store.version() if archive.answers.most_bytes else None


def _whole(archive: Archive, version: Hashable, key: Hashable, found: bytes) -> bytes:
    """The whole answer that holds the data, kept for the state that was seen before they were read."""
    content = b'{"data":%b}' % found
    if version:
        archive.answers.keep(version, key, content)
    return content


def _give(archive: Archive, ready: Ready, content: bytes, answer: Answer) -> None:
    answer.operation, answer.content = ready.operation.name, content
    if answer.wants_cost:
        answer.content = b'%b,"extensions":%b}' % (content[:-1], orjson.dumps(_cost(archive, ready)))


def _cost(archive: Archive, ready: Ready) -> dict[str, Any]:
    return {"cost": {"rows": ready.cost, "limit": archive.limits.query_max_cost_rows}}


def _walked(ready: Ready, found: bytes, variables: dict[str, Any] | None) -> dict[str, Any]:
    """The answer as graphql-core makes it, from the data that were found."""
    operation = ready.operation
    result = execute_sync(GRAPHQL, operation.document, orjson.loads(found), {}, variables, operation.name)
    errors = {"errors": [told(error) for error in result.errors]} if result.errors else {}
    return {**errors, "data": result.data}


async def answer(
    archive: Archive, text: str, variables: dict[str, Any] | None = None, operation_name: str | None = None
) -> dict[str, Any]:
    """The whole answer to an operation that only reads, in GraphQL's response format."""
    asked, found = Asked(text, variables, operation_name), Answer()
    if not at_once(archive, asked, found):
        await in_turn(archive, asked, found)
    whole: dict[str, Any] = orjson.loads(found.as_json())
    return whole
