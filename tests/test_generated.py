"""Whatever is asked, the planner answers as the slow oracle does, with one statement, and the same by a kept plan as by a new one.

The queries are generated from the schema (`hypothesis-graphql`). For that its SDL is narrowed: sizes are small, ids, names and
dates are such as the archive has, and cursors are left to tests of their own.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Asked, ask_archive
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
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis_graphql import nodes, queries
from oracle import Oracle

from data.load import load
from data.reading import Brief, Reading
from data.records import FILES
from data.store import Store
from schema.execute import Archive
from schema.limits import Limits

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


class Counted(Store):
    """A store that counts the statements it runs."""

    statements = 0

    def answer(self, sql: str, values: tuple[Any, ...], reading: Reading | Brief | None = None) -> bytes:
        found = super().answer(sql, values, reading)
        self.statements += 1  # one that was stopped, to be run in a thread, is none
        return found


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    store = Counted.create(f"sqlite:///{tmp_path_factory.mktemp('generated') / 'archive.db'}")
    load(store, RECORDS)
    generous = Limits(
        query_max_depth=100,
        query_max_fields=100_000,
        query_max_aliases=1000,
        query_max_directives=1000,
        query_max_cost_rows=10**12,
        answers_max_bytes=0,
    )
    yield Archive(store, limits=generous)
    store.close()


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


def assert_answered(found: dict[str, Any], expected: dict[str, Any], text: str) -> None:
    if found != expected and "errors" in found:
        assert [error["extensions"]["code"] for error in found["errors"]] == ["QUERY_TOO_DEEP"]
        assert nesting(text) > ALWAYS
        return
    assert found == expected


@pytest.fixture(scope="module")
def once(archive: Archive) -> Asked:
    """Asks, and sees that it took one statement."""
    store = archive.store
    assert isinstance(store, Counted)

    def asked(text: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        before = store.statements
        found = ask_archive(archive, text, variables)
        codes = [error["extensions"]["code"] for error in found.get("errors", ())]
        assert store.statements == before + (codes != ["QUERY_TOO_DEEP"])  # what the database cannot parse is none
        return found

    return asked


@thorough
@given(text=generated)
def test_every_query_has_the_oracles_answer_in_one_statement(once: Asked, text: str) -> None:
    text = without_cursors(text)
    assert_answered(once(text), ORACLE.answer(text), text)


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


@thorough
@given(text=generated)
def test_variables_fragments_and_directives_change_nothing(once: Asked, text: str) -> None:
    text = without_cursors(text)
    other, variables = rewritten(text, SCHEMA)
    expected = ORACLE.answer(text)
    assert ORACLE.answer(other, variables) == expected
    assert_answered(once(other, variables), expected, text)
    assert_answered(once(other, variables), expected, text)  # by the plan that was kept


# Lists in lists, deeper than generated queries go by themselves.

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


@thorough
@given(chain=chains())
def test_lists_in_lists_in_lists_are_answered(once: Asked, chain: str) -> None:
    text = f"{{ {chain} }}"
    assert_answered(once(text), ORACLE.answer(text), text)


# Pages: walking a list from either end shows each thing once, in the order of the oracle.

WALKS = {
    "documents": [
        None,
        *ORDERS["Document"],
        "{field: DATE, direction: DESC}",
        "{field: POSITION, direction: DESC}",
        "{field: TITLE}",
    ],
    'person(id: "ann") { documents': [None, *ORDERS["Document"], "{field: DATE, direction: DESC}"],
    "people": [None, *ORDERS["Person"]],
    'document(id: "Document:odd") { related': [None, *ORDERS["Document"]],
    'topic(id: "korea") { people': [None, *ORDERS["Person"]],
    'document(id: "Document:odd") { people': [None, *ORDERS["Person"]],
    'topic(id: "awkward") { documents': [None, *ORDERS["Document"]],
}
LISTED = [(field, order) for field, orders in WALKS.items() for order in orders]


def page_of(ask: Asked, field: str, args: str) -> dict[str, Any]:
    end = "} }" if "{" in field else "}"
    selection = "totalCount edges { cursor node { recordId } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
    found: Any = ask(f"{{ {field}({args}) {{ {selection} }} {end}")["data"]
    while "edges" not in found:
        (found,) = found.values()
    return dict(found)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize(("field", "order"), LISTED)
def test_a_walk_through_all_pages_shows_each_thing_once(once: Asked, field: str, order: str | None, size: int) -> None:
    by = f"orderBy: {order}, " if order else ""
    whole = page_of(ORACLE.answer, field, f"{by}first: 100")
    ids = [edge["node"]["recordId"] for edge in whole["edges"]]
    assert ids
    for count, cursor_name, more, end in (
        ("first", "after", "hasNextPage", "endCursor"),
        ("last", "before", "hasPreviousPage", "startCursor"),
    ):
        seen: list[str] = []
        cursor, again = None, True
        while again:
            position = f', {cursor_name}: "{cursor}"' if cursor else ""
            page = page_of(once, field, f"{by}{count}: {size}{position}")
            assert page["totalCount"] == len(ids)
            found = [edge["node"]["recordId"] for edge in page["edges"]]
            assert page["pageInfo"]["startCursor"] == page["edges"][0]["cursor"]
            assert page["pageInfo"]["endCursor"] == page["edges"][-1]["cursor"]
            seen = seen + found if count == "first" else found + seen
            cursor, again = page["pageInfo"][end], page["pageInfo"][more]
        assert seen == ids


@pytest.mark.parametrize(("field", "order"), LISTED)
def test_what_lies_between_two_cursors_is_cut_as_relay_says(once: Asked, field: str, order: str | None) -> None:
    by = f"orderBy: {order}, " if order else ""
    whole = page_of(once, field, f"{by}first: 100")
    ours = [edge["cursor"] for edge in whole["edges"]]
    theirs = [edge["cursor"] for edge in page_of(ORACLE.answer, field, f"{by}first: 100")["edges"]]
    middle = len(ours) // 2
    for after, before in ((0, middle), (0, len(ours) - 1), (middle, middle), (middle, 0)):
        for sizes in ("first: 1", "last: 1", "first: 2, last: 1", "first: 1, last: 2", "first: 0", "first: 100", "last: 100"):
            found, expected = (
                page_of(asked, field, f'{by}{sizes}, after: "{cursors[after]}", before: "{cursors[before]}"')
                for asked, cursors in ((once, ours), (ORACLE.answer, theirs))
            )
            assert [edge["node"] for edge in found["edges"]] == [edge["node"] for edge in expected["edges"]], sizes
            for flag in ("hasNextPage", "hasPreviousPage"):
                assert found["pageInfo"][flag] == expected["pageInfo"][flag], (sizes, after, before)


def test_one_plan_serves_all_variables_of_a_shape(archive: Archive) -> None:
    text = """query ($ids: [ID!], $size: Int, $period: String!, $order: DocumentOrderField!, $dated: Boolean) {
      documents(filter: {or: [{id: $ids}, {date: {edtf: $period}}, {dated: $dated}]}, orderBy: {field: $order}, first: $size) {
        totalCount nodes { recordId } } }"""
    fresh = Archive(archive.store)
    for order in ("DATE", "TITLE"):
        for dated in (True, False, None):
            for ids in ([], ["odd"], ["ann", "Document:odd", "undated"], None):
                for size, period in ((0, "1949"), (1, "1950"), (50, "../1949-12")):
                    variables = {"ids": ids, "size": size, "period": period, "order": order, "dated": dated}
                    assert ask_archive(fresh, text, variables) == ORACLE.answer(text, variables)
    assert len(fresh.preparing.plans.made) == 2 * 3 * 2


VALUES: dict[str, list[Any]] = {
    "ids": [[], ["odd"], ["ann", "Document:odd", "undated"], ["nobody"]],
    "first": [None, 0, 1, 50],
    "search": ["korea", "zhou", "-zhou", "date:1950", '"no such phrase"', ""],
    "field": ["DATE", "TITLE", "POSITION"],
    "direction": ["ASC", "DESC"],
    "more": [True, False],
    "period": ["1949", "../1949-12", "1950~"],
}
OF_MANY = """query ($ids: [ID!]!, $first: Int, $search: String, $field: DocumentOrderField!, $direction: OrderDirection!,
  $more: Boolean!, $period: String!) {
  documents(search: $search, first: $first, orderBy: {field: $field, direction: $direction},
    filter: {or: [{id: $ids}, {date: {edtf: $period}}, {dated: $more}]}) {
    totalCount @include(if: $more)
    nodes { recordId people(first: $first) @skip(if: $more) { nodes { name } } } } }"""


@given(st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()}))
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
def test_plans_that_were_kept_answer_as_new_ones_do(archive: Archive, variables: dict[str, Any]) -> None:
    new = Archive(archive.store, limits=archive.limits)
    assert ask_archive(archive, OF_MANY, variables) == ask_archive(new, OF_MANY, variables)


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { queryType { name } } }",
        '{ __type(name: "Document") { name fields { name } } }',
        "{ __typename __schema { directives { name } } }",
    ],
)
def test_introspection_alone_needs_no_statement(archive: Archive, text: str) -> None:
    store = archive.store
    assert isinstance(store, Counted)
    before = store.statements
    assert "errors" not in ask_archive(archive, text)
    assert store.statements == before


@pytest.mark.parametrize(
    "text",
    [
        "{ __typename }",
        '{ __schema { queryType { name } } documents(first: 2) { nodes { title } } node(id: "Topic:korea") { __typename id } }',
        """{ a: person(id: "ann") { name } b: person(id: "bob") { ...P } ... on Query { c: topics { totalCount } } }
        fragment P on Node { id ... on Person { name kind } ... on Document { title } }""",
        '{ person(id: "ann") { names { name } } person(id: "ann") { names { kind } name } }',
        "{ documents(first: 1) { nodes { people { nodes { name } } } } documents(first: 1) { nodes { people { nodes { kind } } } } }",
    ],
)
def test_operations_of_every_form_take_one_statement(once: Asked, text: str) -> None:
    assert once(text) == ORACLE.answer(text)
