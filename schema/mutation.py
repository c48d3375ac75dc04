"""Writing over GraphQL: loads, undos, merges, splits. A mutation is its writing, and then one statement that answers it.

What is wrong with records is data, not an error: the payload has it, with the index and the path of each; an error is what is
wrong with the request. Writing is done in a thread of its own, one mutation after the other; readers do not wait for it.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as field_
from typing import Any, cast

import orjson
import strawberry
from graphql import FieldNode, GraphQLObjectType, OperationDefinitionNode
from graphql.execution.values import VariableValues, get_argument_values
from sqlalchemy import BigInteger, Boolean, ColumnElement, Float, Integer, Text, select
from sqlalchemy.types import TypeEngine

from data.editing import Editor
from data.errors import (
    ChangeRefused,
    FondsError,
    InvalidArgument,
    InvalidScope,
    LoadTooLarge,
    Place,
    RecordError,
    Rejected,
    RequestError,
)
from data.load import load
from data.merge import TYPES as MERGED
from data.merge import distinct, merge, split
from data.options import Mode, Options, Scope
from data.report import Report, Warned
from data.sources import RecordList
from data.store import Store
from data.undo import undo
from schema.arguments import Arg
from schema.facts import as_subquery, json_text, one
from schema.fields import Argument, Row, field
from schema.filters import term
from schema.functions import each, extract, json_array
from schema.history import LOADS, Load, number, terms
from schema.inputs import RecordInput, record_of
from schema.limits import Limits, check_cost
from schema.plan import Ask, Planner, located

AT = re.compile(rf"{RecordList.name}\[(\d+)\]")
"""What the place of a record of a request is called."""

LoadMode = terms(
    "LoadMode",
    "What a load does to records that are there already.",
    {
        "UPSERT": "Fields that are given replace, others stay.",
        "REPLACE": "A record that is given replaces the one there was as a whole.",
        "APPEND": "None of them may be there already.",
        "DELETE_MISSING": "As UPSERT; and what is in the scope and is not given is removed.",
    },
)


@dataclass(frozen=True)
class Writing:
    """Who writes where."""

    store: Store
    by: str
    limits: Limits

    def editor(self, *, is_dry_run: bool) -> Editor:
        return Editor(self.store, self.by, is_dry_run)


@dataclass(frozen=True)
class Outcome:
    """What one mutation came to."""

    report: Report = field_(default_factory=Report)
    errors: Sequence[FondsError] = ()


@dataclass(frozen=True)
class Pending:
    """The row that a payload hangs on: the outcome, which is there when the plan runs and not yet when it is made."""

    outcomes: Mapping[str, Outcome]
    key: str

    def bind(self, ask: Ask, get: Callable[[Outcome], Any], type_: TypeEngine[Any]) -> ColumnElement[Any]:
        """Something of the outcome, as a placeholder."""
        return ask.bind(lambda _: get(self.outcomes.get(self.key) or Outcome()), type_)


# The payload


def _count(name: str, type_: TypeEngine[Any]) -> Any:
    return lambda row, ask: row.bind(ask, lambda outcome: getattr(outcome.report, name), type_)


def _dry_run(row: Pending, ask: Ask) -> ColumnElement[bool]:
    """Whether it was only tried."""
    return row.bind(ask, lambda outcome: outcome.report.is_dry_run, Boolean())


def _messages(get: Callable[[Outcome], Iterable[FondsError | Warned]]) -> Any:
    def told(outcome: Outcome) -> str:
        return orjson.dumps([told_of(error) for error in get(outcome)]).decode()

    def sql(row: Pending, ask: Ask) -> ColumnElement[str]:
        message = each(row.bind(ask, told, Text())).table_valued("value", "key")
        item = select(ask.below(message).label("item")).select_from(message).order_by(message.c.key).subquery()
        return as_subquery(select(json_array(json_text(item.c.item))))

    return sql


def told_of(one: FondsError | Warned) -> dict[str, Any]:
    """An error or a warning as data."""
    place = one.place if isinstance(one, RecordError | Warned) else Place("")
    at = AT.fullmatch(place.file)
    found = {"record": place.record, "path": place.path, "value": getattr(one, "value", None), "code": one.code}
    return {"index": int(at[1]) if at else None, **found, "message": one.message, "hint": getattr(one, "hint", None)}


def _told(name: str) -> Any:
    return lambda row, _: extract(row.c.value, f"$.{name}")


def _refused(row: Pending, ask: Ask) -> ColumnElement[bool]:
    """Whether it was refused, for the errors: nothing was changed then, and the counts are 0."""
    return row.bind(ask, lambda outcome: outcome.report.is_refused, Boolean())


def _error_count(row: Pending, ask: Ask) -> ColumnElement[int]:
    """How many errors there are; only the first are listed."""
    return row.bind(ask, lambda outcome: max(outcome.report.error_count, len(outcome.errors)), Integer())


def _number(outcome: Outcome) -> int:
    """The number of the load that was kept; 0 if none was."""
    report = outcome.report
    return 0 if report.is_dry_run or report.is_refused else report.load_id or 0


def _load(row: Pending, ask: Ask) -> ColumnElement[str]:
    """The load as it stands in the history; null if nothing was changed: of a dry run, and where it was refused."""
    load = LOADS.alias()
    return one(ask, load, load.c.id == row.bind(ask, _number, BigInteger()))


@strawberry.type(description="What is wrong, or looks wrong.")
class LoadMessage:
    index = field(
        int | None, _told("index"), "The place of the record in `records`, from 0; null if it is about no record of these."
    )
    record = field(str | None, _told("record"), "The record's own id, where it has one.")
    path = field(str | None, _told("path"), "Where in the record, such as `people[2].person`.")
    value = field(str | None, _told("value"), "What stands there, shortened.")
    code = field(str, _told("code"), "A stable code, such as `DATE_INVALID`.")
    message = field(str, _told("message"), "What is wrong.")
    hint = field(str | None, _told("hint"), "What can be done about it.")


@strawberry.type(description="What a change of the archive did, or would have done, or why it was refused.")
class LoadPayload:
    load = field(Load | None, _load)
    dry_run = field(bool, _dry_run)
    refused = field(bool, _refused)
    added = field(int, _count("added", Integer()), "How many records are new.")
    changed = field(int, _count("changed", Integer()), "How many changed.")
    unchanged = field(int, _count("unchanged", Integer()), "How many were given as they are already.")
    removed = field(int, _count("removed", Integer()), "How many were removed.")
    rejected = field(int, _count("rejected", Integer()), "How many were refused, with errors.")
    left_out = field(int, _count("left_out", Integer()), "How many were left out, because they had been merged into others.")
    seconds = field(float, _count("seconds", Float()), "How long it took.")
    errors = field(list[LoadMessage], _messages(lambda outcome: outcome.errors), "Why it was refused; empty if it was not.")
    error_count = field(int, _error_count)
    warnings = field(list[LoadMessage], _messages(lambda outcome: outcome.report.warnings), "What looks wrong, but may be true.")
    warning_count = field(int, _count("warning_count", Integer()), "How many warnings there are; only the first are listed.")


# What is done


def _load_effect(
    writing: Writing,
    *,
    records: list[Any],
    mode: Any,
    scope: str | None = None,
    dryRun: bool = False,  # noqa: N803 - the argument's name
) -> Outcome:
    if len(records) > writing.limits.load_max_records:
        raise LoadTooLarge(
            f"There are {len(records):,} records; the limit is {writing.limits.load_max_records:,}.",
            hint="Load them in several requests.",
        )
    source = RecordList([record_of(record) for record in records])

    def loaded() -> Report:
        bounds = Scope.parse(scope) if scope is not None else None
        return load(writing.store, [source], Options(mode=Mode(term(mode)), scope=bounds, is_dry_run=dryRun, by=writing.by))

    return _tried(loaded, writing.editor(is_dry_run=dryRun))


def _undo_effect(writing: Writing, *, load: str, dryRun: bool = False) -> Outcome:  # noqa: N803 - as above
    load_id = number("load", load)
    editor = writing.editor(is_dry_run=dryRun)
    return _tried(lambda: undo(editor, load_id), editor)


def _merge_effect(writing: Writing, *, old: str, into: str, dryRun: bool = False) -> Outcome:  # noqa: N803 - as above
    type_, key = _thing("old", old)
    other, target = _thing("into", into)
    if type_ != other:
        raise InvalidArgument(
            "`old` and `into` are of different types.", hint="A person goes into a person, a topic into a topic."
        )
    editor = writing.editor(is_dry_run=dryRun)
    return _tried(lambda: merge(editor, type_, key, target), editor)


def _split_effect(writing: Writing, *, id: str, dryRun: bool = False) -> Outcome:  # noqa: A002, N803 - as above
    type_, key = _thing("id", id)
    editor = writing.editor(is_dry_run=dryRun)
    return _tried(lambda: split(editor, type_, key), editor)


def _distinct_effect(writing: Writing, *, one: str, other: str) -> Outcome:
    keys = []
    for name, id_ in (("one", one), ("other", other)):
        type_, key = _thing(name, id_)
        if type_ != "person":
            raise InvalidArgument(f"`{name}` is not the id of a person.", hint="Write `Person:stalin`.")
        keys.append(key)
    editor = writing.editor(is_dry_run=False)
    return _tried(lambda: distinct(editor, *keys), editor)


def _thing(name: str, id_: str) -> tuple[str, str]:
    """The type and the own id of a person or a topic, from a global id."""
    type_, _, key = id_.partition(":")
    if type_.lower() not in MERGED or not key:
        raise InvalidArgument(f"`{name}` is not the global id of a person or a topic.", hint="Write `Person:stalin`.")
    return type_.lower(), key


def _tried(work: Callable[[], Report], editor: Editor) -> Outcome:
    """What came of it; what was refused has its reasons as data."""
    try:
        return Outcome(work())
    except (Rejected, ChangeRefused, InvalidScope) as error:
        known = error.report if isinstance(error, Rejected) else None
        report = known if isinstance(known, Report) else Report(is_refused=True)
        report.is_dry_run = editor.dry_run
        reasons: Sequence[FondsError] = () if isinstance(error, InvalidScope) else error.errors
        return Outcome(report, reasons or [error])


Effect = Callable[..., Outcome]
EFFECTS: Mapping[str, Effect] = {
    "load": _load_effect,
    "undo": _undo_effect,
    "merge": _merge_effect,
    "split": _split_effect,
    "distinct": _distinct_effect,
}
DRY_RUN = {"dryRun": Argument(bool, "Only try it, and tell what would come of it.", False)}


def _payload(row: Row, ask: Ask) -> ColumnElement[str]:
    return ask.below(Pending(row, ask.path[-1]))


def _mutation(description: str, **args: Argument) -> Any:
    return field(LoadPayload, _payload, description, args=args)


@strawberry.type(description="What can be changed, by whoever has a token (`Authorization: Bearer …`), with POST only.")
class Mutation:
    load = _mutation(
        "Load records, as the command `fonds load` does: all of them, or nothing.",
        records=Argument(list[RecordInput], "The records. References may point forward.", Argument.REQUIRED),
        mode=Argument(LoadMode, "What is done to records that are there already.", LoadMode.UPSERT),
        scope=Argument(
            str | None,
            "Only with `mode: DELETE_MISSING`: what is removed unless it is given. `document`, `person`, `topic`, or documents "
            "by a field, as `collection=Box 7`.",
        ),
        **DRY_RUN,
    )
    undo = _mutation(
        "Take back what a load changed. Refused where later loads changed the same; it is a load itself and can be undone.",
        load=Argument(strawberry.ID, "The load: a global id (`Load:12`) or the number alone.", Argument.REQUIRED),
        **DRY_RUN,
    )
    merge = _mutation(
        "Make one of two people, or of two topics: names, identifiers, notes and all that refers to the old one move.",
        old=Argument(strawberry.ID, "The one that is no more; its id keeps resolving. A global id.", Argument.REQUIRED),
        into=Argument(strawberry.ID, "The one that stays. A global id.", Argument.REQUIRED),
        **DRY_RUN,
    )
    split = _mutation(
        "Take a merge back: both are as they were.",
        id=Argument(strawberry.ID, "The one that was merged into another. A global id.", Argument.REQUIRED),
        **DRY_RUN,
    )
    distinct = _mutation(
        "Keep that two people of like names are not the same, so that nobody is asked again.",
        one=Argument(strawberry.ID, "A person's global id.", Argument.REQUIRED),
        other=Argument(strawberry.ID, "Another person's.", Argument.REQUIRED),
    )


class Answering(Planner):
    """Plans the answer of a mutation; its root fields have been done, so that their arguments are not read again."""

    def _arguments(self, declared: Mapping[str, Any], node: FieldNode) -> dict[str, Arg]:
        mutation = cast("GraphQLObjectType", self.schema.mutation_type)
        if any(declared is known.args for known in mutation.fields.values()):
            return {}
        return super()._arguments(declared, node)


def perform(answering: Answering, operation: OperationDefinitionNode, values: VariableValues, writing: Writing) -> bytes:
    """Does what the operation's fields ask for, in their order; returns the answer. Raises GraphQLError, StoreError; before
    anything is written, if it can.

    The answer is planned, priced and read once before, so that nothing is written whose answer would then be refused. What was
    written is told in any case: it waits for no reader, has all the time that it takes, and what fails after it is data.
    """
    outcomes: dict[str, Outcome] = {}
    plan = answering.plan(operation, outcomes)
    check_cost(plan.cost.total(values.coerced), writing.limits)
    writing.store.answer(plan.sql, plan.bind(values.coerced))
    mutation = cast("GraphQLObjectType", answering.schema.mutation_type)
    asked = {key: nodes for key, nodes in answering.roots(operation).items() if nodes[0].name.value in EFFECTS}
    given = {key: get_argument_values(mutation.fields[nodes[0].name.value], nodes[0], values) for key, nodes in asked.items()}
    for key, nodes in asked.items():
        try:
            outcomes[key] = EFFECTS[nodes[0].name.value](writing, **given[key])
        except FondsError as error:
            if outcomes:
                outcomes[key] = Outcome(Report(is_refused=True), [error])
            elif isinstance(error, RequestError):
                raise located(error, nodes, (key,)) from error
            else:
                raise
    return writing.store.answer(plan.sql, plan.bind(values.coerced))
