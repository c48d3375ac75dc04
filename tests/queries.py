"""Queries that are made up: generated from the schema (`hypothesis-graphql`), rewritten so that they mean the same, chains of lists.

For generating, the schema's SDL is narrowed: sizes are small, ids, names and dates are such as the archive has, and cursors are left
to tests of their own.
"""

import re
from pathlib import Path
from typing import Any

from graphql import (
    REMOVE,
    ArgumentNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLSchema,
    InlineFragmentNode,
    ListValueNode,
    NamedTypeNode,
    NameNode,
    NullValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    build_schema,
    get_named_type,
    parse,
    parse_type,
    print_ast,
    value_from_ast_untyped,
    visit,
)
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries
from oracle import Oracle

from data.records import FILES

SDL = (Path(__file__).parents[1] / "schema" / "schema.graphql").read_text(encoding="utf-8")
RECORDS = [*FILES, Path(__file__).parent / "data" / "awkward.yaml"]
SCHEMA = build_schema(SDL)
ORACLE = Oracle(RECORDS, SDL)
EVERYTHING = [*ORACLE.documents, *ORACLE.people, *ORACLE.topics]

HISTORY = {"Load", "LoadConnection", "Revision", "RevisionConnection", "Tombstone"}
"""Types that the oracle does not know: they tell of loads, with their times; `test_history.py` tries them."""


class WithoutHistory(Visitor):
    """Leaves fields of those types out of the schema."""

    def enter_field_definition(self, node: Any, *_: Any) -> Any:
        kind = node.type
        while not isinstance(kind, NamedTypeNode):
            kind = kind.type
        return REMOVE if kind.name.value in HISTORY else None

    def enter_object_type_definition(self, node: Any, *_: Any) -> Any:
        return REMOVE if node.name.value in HISTORY else None


NARROWED = [
    (r"\b(first|last): Int = null", r"\1: PageSize = null"),
    (r"\bfirst: Int! = (1000|100|10)\b", "first: PageSize! = 3"),
    *(
        (rf'(fields: `{field}:`[^"]*""")(\s*search:) String = null', rf"\1\2 {kind}Search = null")
        for field, kind in (("title", "Document"), ("person", "Person"), ("topic", "Topic"))
    ),
    (r"\bprefix: String = null", "prefix: Prefix = null"),
    (r'(typed so far, at most 500 characters\."""\s*text:) String!', r"\1 Typed!"),
    (r'"""[^"]*"""\s*RELEVANCE\n', ""),
    (r"\boffset: Int! = 0", "offset: Offset! = 0"),
    (r"\b(after|before): String = null", r"\1: Cursor = null"),
    (r"\b(id|below|ids|person): (\[?)ID!", r"\1: \2RecordId!"),
    (r"\b(genre|language|name|identifier): \[String!\] = null", r"\1: [Term!] = null"),
    (r"\bedtf: String!\n\n  \"\"\"Sharing", 'edtf: Edtf!\n\n  """Sharing'),
]
GENERATED = SDL
for pattern, narrow in NARROWED:
    GENERATED, replaced = re.subn(pattern, narrow, GENERATED)
    assert replaced, f"nothing to narrow: {pattern}"
GENERATED += "\n".join(
    f"scalar {name}"
    for name in (
        "PageSize",
        "Offset",
        "Prefix",
        "Typed",
        "DocumentSearch",
        "PersonSearch",
        "TopicSearch",
        "Cursor",
        "RecordId",
        "Term",
        "Edtf",
    )
)
GENERATED = print_ast(visit(parse(GENERATED), WithoutHistory()))

IDS = [key for thing in EVERYTHING for key in (thing.recordId, thing.id)]
TERMS = [
    "diary",
    "LETTER",
    "Memorandum of Conversation",
    "en",
    "zh",
    "ru",
    "viaf:1",
    "doi:10.1/x",
    "other:a:b",
    "filippov",
    "MAO",
]
PERIODS = [
    "1949",
    "1950-06/1951-07",
    "1949-12-09",
    "../1949-12-31",
    "1950/..",
    "194X",
    "1951-21",
    "-0100/0100",
    "1949-12-09/1949-12-10",
]
SEARCHES = [
    *(
        "",
        " ",
        "***",
        "nothing at all",
        "stalin",
        "Filippov",
        "roshchin telegram",
        '"soviet ambassador"',
        "mao OR stalin",
        "korea -mao",
    ),
    *("-stalin", "title:telegram", "person:filippov", "from:ann", "to:ann -stalin", "topic:arger", "genre:letter", "language:zh"),
    *(
        "date:1950",
        "-date:1950",
        "date:1950 OR stalin",
        "-ann OR date:1949 telegram",
        "d\u2019Affaires",
        "No. 3557",
        "\u5317",
        "peking",
    ),
    *(
        "fillipov",
        "roshchim",
        "Stallin -mao",
        "person:stallin",
        '"soviet ambasador"',
        "Chou En lai",
        "telegramm OR xyzzy",
        "fillip*",
    ),
    *("topic:koera", "from:rosh", "stalin penguin", "armistise tolks", "date:1950 filipov", "Anm", "coreia"),
]
TYPED = [
    *(
        "",
        " ",
        "s",
        "kor",
        "Fillipov",
        "Roschin",
        "Chou En lai",
        "en-lai zhou",
        "stalin",
        "memor",
        "telegram of",
        "telegram roshch",
    ),
    *(
        "\u5317",
        "d\u2019aff",
        "\u201codd",
        "same",
        "anna",
        "arger",
        "quoted",
        "mao zedon",
        "Armistise",
        "***",
        "undated",
        "[an open",
    ),
]


def suits(search: str, kind: str) -> bool:
    """Whether the fields that a search names are those of a kind of things."""
    own = f"{kind.lower()}:"
    return kind == "Document" or all(field == own for field in re.findall(r"\w+:", search))


STRATEGIES: dict[str, st.SearchStrategy[Any]] = {
    "PageSize": st.integers(0, 4).map(nodes.Int),
    "Offset": st.integers(0, 2).map(nodes.Int),
    "Cursor": st.builds(NullValueNode),
    "RecordId": st.sampled_from([*IDS, "nobody", "Topic:nobody", ""]).map(nodes.String),
    "Term": st.sampled_from([*TERMS, "nothing"]).map(nodes.String),
    **{
        f"{kind}Search": st.sampled_from([text for text in SEARCHES if suits(text, kind)]).map(nodes.String)
        for kind in ("Document", "Person", "Topic")
    },
    "Prefix": st.sampled_from(["", "s", "kor", "fil", "mao z", "arg", "embass", "***"]).map(nodes.String),
    "Typed": st.sampled_from(TYPED).map(nodes.String),
    "Edtf": st.sampled_from(PERIODS).map(nodes.String),
}
generated = queries(GENERATED, custom_scalars=STRATEGIES)
thorough = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


class Cursors(Visitor):
    """Leaves the fields that are cursors out of a query, under whatever alias."""

    def __init__(self) -> None:
        super().__init__()
        self.found = 0

    def enter_field(self, node: FieldNode, *_: Any) -> Any:
        if node.name.value in {"cursor", "startCursor", "endCursor"}:
            return FieldNode(name=NameNode(value="__typename"), alias=node.alias or NameNode(value=node.name.value))
        return None


def without_cursors(text: str) -> str:
    return print_ast(visit(parse(text), Cursors()))


LISTS = {name for name in SCHEMA.type_map if name.endswith("Connection")} | {
    "Participation",
    "Person",
    "Node",
    "SearchMatch",
    "Suggestion",
}
ALWAYS = 3
"""Lists (and single things) that any SQLite can follow in each other."""


def depth_of(value: Any) -> int:
    """How many conditions a filter has in each other; what stands in a variable is taken for deep."""
    if isinstance(value, ObjectValueNode):
        return max((1 + depth_of(member.value) for member in value.fields), default=0)
    if isinstance(value, ListValueNode):
        return max(map(depth_of, value.values), default=0)
    return ALWAYS if isinstance(value, VariableNode) else 0


class Nesting(Visitor):
    """How many lists an operation has in each other; a search counts as one, and so does each condition in another."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.depth = self.deepest = 0

    def enter_field(self, node: FieldNode, *_: Any) -> None:
        self.depth += self._levels(node)
        self.deepest = max(self.deepest, self.depth)

    def leave_field(self, node: FieldNode, *_: Any) -> None:
        self.depth -= self._levels(node)

    def _levels(self, node: FieldNode) -> int:
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        return self._is_list() + ("search" in given) + (depth_of(given["filter"]) if "filter" in given else 0)

    def _is_list(self) -> bool:
        kind, parent = get_named_type(self.types.get_type()), self.types.get_parent_type()
        assert kind is not None
        assert parent is not None
        return kind.name in LISTS and not parent.name.endswith(("Connection", "Edge"))


def nesting(text: str) -> int:
    types = TypeInfo(SCHEMA)
    found = Nesting(types)
    visit(parse(text), TypeInfoVisitor(types, found))
    return found.deepest


class Variables(Visitor):
    """Moves every argument into a variable."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.values: dict[str, Any] = {}
        self.kinds: dict[str, Any] = {}

    def leave_argument(self, node: ArgumentNode, *_: Any) -> ArgumentNode:
        declared = self.types.get_argument()
        assert declared is not None
        name = f"v{len(self.values)}"
        self.values[name] = value_from_ast_untyped(node.value)
        self.kinds[name] = declared.type
        return ArgumentNode(name=node.name, value=VariableNode(name=NameNode(value=name)))


class Fragments(Visitor):
    """Moves every second selection set into a named fragment, the others into inline ones under conditions that hold."""

    def __init__(self, types: TypeInfo) -> None:
        super().__init__()
        self.types = types
        self.made: list[FragmentDefinitionNode] = []
        self.count = 0

    def leave_selection_set(self, node: Any, *_: Any) -> Any:
        kind = self.types.get_parent_type()
        assert kind is not None
        self.count += 1
        condition = NamedTypeNode(name=NameNode(value=kind.name))
        if self.count % 2:
            name = NameNode(value=f"F{self.count}")
            self.made.append(FragmentDefinitionNode(name=name, type_condition=condition, selection_set=node, directives=()))
            spread: Any = FragmentSpreadNode(name=name, directives=(when("include", "yes"),))
            twice: Any = FragmentSpreadNode(name=name, directives=())
            return type(node)(selections=(spread, twice))
        inline = InlineFragmentNode(type_condition=condition, selection_set=node, directives=(when("skip", "no"),))
        never = FieldNode(name=NameNode(value="__typename"), alias=NameNode(value="never"), directives=(when("include", "no"),))
        return type(node)(selections=(never, inline))


def when(name: str, variable: str) -> DirectiveNode:
    value = ArgumentNode(name=NameNode(value="if"), value=VariableNode(name=NameNode(value=variable)))
    return DirectiveNode(name=NameNode(value=name), arguments=(value,))


def rewritten(text: str, schema: GraphQLSchema) -> tuple[str, dict[str, Any]]:
    """The same query with variables, fragments and directives wherever they may stand."""
    types = TypeInfo(schema)
    moved = Variables(types)
    document = visit(parse(text), TypeInfoVisitor(types, moved))
    types = TypeInfo(schema)
    fragments = Fragments(types)
    document = visit(document, TypeInfoVisitor(types, fragments))
    declared = {**{name: str(kind) for name, kind in moved.kinds.items()}, "yes": "Boolean!", "no": "Boolean! = false"}
    definitions = []
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            variables = tuple(_declaration(name, kind) for name, kind in declared.items())
            definition = OperationDefinitionNode(  # noqa: PLW2901 - the same one, with its variables
                operation=definition.operation,
                name=NameNode(value="Rewritten"),
                variable_definitions=variables,
                directives=(),
                selection_set=definition.selection_set,
            )
        definitions.append(definition)
    whole = DocumentNode(definitions=(*definitions, *fragments.made))
    return print_ast(whole), {**moved.values, "yes": True}


def _declaration(name: str, kind: str) -> VariableDefinitionNode:
    wanted, _, default = kind.partition(" = ")
    return VariableDefinitionNode(
        variable=VariableNode(name=NameNode(value=name)),
        type=parse_type(wanted),
        default_value=nodes.Boolean(value=False) if default else None,
        directives=(),
    )


STEPS = {
    "Document": {"people": "Person", "topics": "Topic", "related": "Document"},
    "Person": {"documents": "Document", "topics": "Topic", "correspondents": "Person"},
    "Topic": {"documents": "Document", "people": "Person", "broader": "Topic", "narrower": "Topic"},
    "Query": {"documents": "Document", "people": "Person", "topics": "Topic"},
}
ORDERS = {
    "Document": [
        "{field: DATE}",
        "{field: DATE_LATEST, direction: DESC}",
        "{field: TITLE, direction: DESC}",
        "{field: POSITION}",
    ],
    "Person": ["{field: NAME}", "{field: NAME, direction: DESC}"],
    "Topic": ["{field: NAME}", "{field: NAME, direction: DESC}"],
}
FILTERS = {
    "Document": [
        '{not: {date: {edtf: "1950"}}}',
        '{or: [{dated: false}, {and: [{person: {id: ["ann"]}}]}]}',
        '{topic: {id: "korea"}}',
    ],
    "Person": ["{role: [SENDER, AUTHOR]}", '{not: {name: ["ann"]}}', "{or: [{kind: PERSON}, {kind: FAMILY}]}"],
    "Topic": ['{below: "awkward"}', "{not: {kind: PLACE}}"],
}
SHAPES = [
    "nodes {{ {} }}",
    "totalCount edges {{ node {{ {} }} }}",
    "edges {{ node {{ __typename {} }} }} pageInfo {{ hasNextPage hasPreviousPage }} nodes {{ id }}",
]


@st.composite
def chains(draw: st.DrawFn, kind: str = "Query", depth: int = 5) -> str:
    """A path of lists through the types, each with a page, and perhaps an order and a filter."""
    field = draw(st.sampled_from(sorted(STEPS[kind])))
    below = STEPS[kind][field]
    args = [draw(st.sampled_from(["first: 3", "last: 2", "first: 4, last: 1", "first: 1"]))]
    if draw(st.booleans()):
        args.append(f"orderBy: {draw(st.sampled_from(ORDERS[below]))}")
    if draw(st.integers(0, 3)) == 0:
        args.append(f"filter: {draw(st.sampled_from(FILTERS[below]))}")
    inner = "recordId"
    if depth > 1:
        inner += " " + draw(chains(below, depth - 1))
    return f"{field}({', '.join(args)}) {{ {draw(st.sampled_from(SHAPES)).format(inner)} }}"
