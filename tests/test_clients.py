"""What others wrote, on our server: the specification's audits, clients, generators and schema rules. Needs Node."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import ask_archive
from serving import Running

from schema.execute import Archive

NODE = Path(__file__).parent / "node"
CHROMIUM = shutil.which("chromium")
EXAMPLES = json.loads((Path(__file__).parents[1] / "server" / "graphiql" / "dist" / "examples.json").read_text(encoding="utf-8"))
SDL = Path(__file__).parents[1] / "schema" / "schema.graphql"

pytestmark = pytest.mark.skipif(
    not (shutil.which("node") and (NODE / "node_modules").is_dir()), reason="needs Node, and `npm ci` in tests/node"
)


def node(*command: str, cwd: Path = NODE, **environment: str) -> str:
    done = subprocess.run(
        command, cwd=cwd, env={**os.environ, **environment}, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_all_audits_of_graphql_over_http_pass(server: Running) -> None:
    assert node("node", "audits.mjs", f"{server.base}/graphql").split("\n") == ["MUST 13/13", "SHOULD 23/23", "MAY 25/25", ""]


def test_the_clients_of_frontends_ask_page_and_are_told_errors(server: Running) -> None:
    assert "# fail 0" in node("node", "--test", "--test-reporter=tap", "clients.test.mjs", FONDS_URL=f"{server.base}/graphql")


@pytest.mark.skipif(not CHROMIUM, reason="needs Chromium (Debian package `chromium`)")
def test_the_explorer_runs_its_first_example_in_a_browser_that_can_reach_nothing_else(server: Running, nine: Archive) -> None:
    seen = json.loads(node("node", "explorer.mjs", server.base, CHROMIUM or ""))
    titles = ask_archive(nine, "{ documents(orderBy: {field: POSITION}) { nodes { title } } }")["data"]["documents"]["nodes"]
    assert seen["titles"] == [title["title"] for title in titles]
    assert len(seen["titles"]) == 9
    assert '"totalCount": 9' in seen["shown"].replace("\xa0", " ")
    assert seen["tabs"] == [example["name"] for example in EXAMPLES]
    assert "DocumentConnection" in seen["docs"]
    assert "documents" in seen["builder"]
    assert seen["ends"] == "/graphiql/"
    assert seen["foreign"] == []
    assert seen["faults"] == []


def test_types_are_generated_from_the_sdl_and_compile_strictly() -> None:
    node("node_modules/.bin/graphql-codegen", "-c", "codegen.json")
    node("node_modules/.bin/tsc", "--strict", "--noEmit", "--skipLibCheck", "uses.ts")


def test_relay_compiles_a_fragment_with_a_paged_connection(tmp_path: Path) -> None:
    shutil.copytree(NODE / "relay", tmp_path / "relay")  # the compiler would add what it makes to a repository around it
    shutil.copy(SDL, tmp_path)
    shutil.copy(NODE / "relay.config.json", tmp_path)
    node(str(NODE / "node_modules/.bin/relay-compiler"), "relay.config.json", cwd=tmp_path)
    assert (tmp_path / "relay" / "__generated__" / "DocumentsPageQuery.graphql.js").exists()


def test_the_sdl_keeps_the_rules_of_schemas_and_of_relay() -> None:
    copy = NODE / "generated" / "schema.graphql"
    copy.parent.mkdir(exist_ok=True)
    shutil.copy(SDL, copy)
    assert not node("node_modules/.bin/eslint", "generated/schema.graphql").strip()
