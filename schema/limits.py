"""What an operation may ask for: its length, depth and breadth before it is validated, its cost and time later on.

Each fragment is measured once, however often it is spread, so measuring takes time in proportion to the text. That comes before
validation, whose own rules compare fields with each other.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    OperationDefinitionNode,
    SelectionSetNode,
)

from data.errors import (
    QueryTooCostly,
    QueryTooDeep,
    RequestError,
    TooManyAliases,
    TooManyDirectives,
    TooManyFields,
)


@dataclass(frozen=True)
class Limits:
    """The most that is answered; more is refused before anything is read."""

    page_max_rows: int = 100
    ranked_max_hits: int = 50_000
    query_max_tokens: int = 5000
    query_max_depth: int = 16
    query_max_fields: int = 1000
    query_max_aliases: int = 100
    query_max_directives: int = 100
    query_max_cost_rows: int = 100_000
    statement_max_seconds: float = 5.0
    answers_max_bytes: int = 16 * 1024 * 1024
    read_threads: int = 4
    read_wait_max_seconds: float = 3.0
    load_max_records: int = 10_000
    introspection: bool = True


@dataclass(frozen=True)
class Size:
    """How large a selection is with its fragments written out: levels, fields, and those of them that are aliased or repeated."""

    depth: int = 0
    fields: int = 0
    aliases: int = 0

    def beside(self, other: "Size") -> "Size":
        return Size(max(self.depth, other.depth), self.fields + other.fields, self.aliases + other.aliases)


@dataclass
class Measuring:
    """Measures one document; a fragment that is being measured already (a cycle, refused later) counts nothing."""

    fragments: dict[str, FragmentDefinitionNode]
    known: dict[str, Size] = field(default_factory=dict)
    directives: int = 0

    def selections(self, found: SelectionSetNode) -> Size:
        size, keys = Size(), set[str]()
        for node in found.selections:
            self.directives += len(node.directives or ())
            if isinstance(node, FieldNode):
                below = self.selections(node.selection_set) if node.selection_set else Size()
                key = (node.alias or node.name).value
                extra = 1 if node.alias or key in keys else 0
                keys.add(key)
                size = size.beside(Size(below.depth + 1, below.fields + 1, below.aliases + extra))
            elif isinstance(node, FragmentSpreadNode):
                size = size.beside(self.fragment(node.name.value))
            else:
                size = size.beside(self.selections(node.selection_set))  # type: ignore[attr-defined] # the one kind left
        return size

    def fragment(self, name: str) -> Size:
        if name not in self.known:
            self.known[name] = Size()
            definition = self.fragments.get(name)
            if definition:
                self.directives += len(definition.directives or ())
                self.known[name] = self.selections(definition.selection_set)
        return self.known[name]


def check_size(document: DocumentNode, limits: Limits) -> None:
    """Raises RequestError for a document with an operation, or a fragment, that is too deep or too broad."""
    fragments = {d.name.value: d for d in document.definitions if isinstance(d, FragmentDefinitionNode)}
    measuring = Measuring(fragments)
    sizes = [measuring.fragment(name) for name in fragments]
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            sizes.append(measuring.selections(operation.selection_set))
            variables = operation.variable_definitions or ()
            measuring.directives += len(operation.directives or ()) + sum(len(v.directives or ()) for v in variables)
    deepest, fields, aliases = (
        max((getattr(size, name) for size in sizes), default=0) for name in ("depth", "fields", "aliases")
    )
    _refuse(
        (QueryTooDeep, "is {} levels deep", deepest, limits.query_max_depth),
        (TooManyFields, "has {} fields", fields, limits.query_max_fields),
        (TooManyAliases, "has {} aliased or repeated fields", aliases, limits.query_max_aliases),
        (TooManyDirectives, "has {} directives", measuring.directives, limits.query_max_directives),
    )


def check_objects(variables: Mapping[str, Any], limits: Limits) -> None:
    """Raises TooManyFields for variables with more objects (conditions of filters) than a query may have fields."""
    objects, waiting = 0, list(variables.values())
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            objects += 1
            waiting.extend(value.values())
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            waiting.extend(value)
    _refuse((TooManyFields, "has {} objects in its variables", objects, limits.query_max_fields))


def check_cost(rows: int, limits: Limits) -> None:
    """Raises QueryTooCostly if the pages asked for, multiplied down the tree, may hold more rows than allowed."""
    _refuse((QueryTooCostly, "may read {} rows", rows, limits.query_max_cost_rows))


def _refuse(*found: tuple[type[RequestError], str, int, int]) -> None:
    for error, what, size, limit in found:
        if size > limit:
            shown = f"{size:,}" if size < 10**12 else "more than 10^12"
            raise error(f"The query {what.format(shown)}; the limit is {limit:,}.", hint=_HINTS[error])


_HINTS: dict[type[RequestError], str] = {
    QueryTooDeep: "Ask for the inner levels in another query, by the ids that this one finds.",
    TooManyFields: "Ask for fewer fields, or in several queries; fragments count each time they are spread.",
    TooManyAliases: "Ask for several things of a kind with a filter, such as `documents(filter: {id: [...]})`, or by `nodes`.",
    TooManyDirectives: "Leave out fields in the query's text.",
    QueryTooCostly: "Ask for smaller pages (`first`) of the lists that stand in other lists.",
}
