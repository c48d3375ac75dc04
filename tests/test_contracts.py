"""What holds across all modules: imports run downwards, names are ours, the SDL and the README say what the code does."""

import ast
import importlib.metadata
import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import README

from data import errors
from schema.execute import schema
from server.settings import Settings

TOP = Path(__file__).parents[1]
PACKAGES = ("server", "schema", "data")


def _order(package: str) -> list[str]:
    """The modules of a package, top to bottom, as its docstring lists them."""
    text = ast.get_docstring(ast.parse((TOP / package / "__init__.py").read_text(encoding="utf-8"))) or ""
    return re.findall(r"^    (\w+) ", text, re.MULTILINE)


def _imports(path: Path) -> set[str]:
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    plain = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    origins = {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module}
    inside = {f"{node.module}.{alias.name}" for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    return plain | origins | inside


@pytest.mark.parametrize("package", PACKAGES)
def test_imports_run_down_the_list_that_the_package_gives(package: str) -> None:
    order = _order(package)
    found = {path.stem for path in (TOP / package).glob("*.py")} - {"__init__"}
    assert found <= set(order)
    for module in found:
        for imported in _imports(TOP / package / f"{module}.py"):
            top, _, rest = imported.partition(".")
            assert top not in PACKAGES[: PACKAGES.index(package)], f"{package}.{module} imports {imported}"
            name = rest.split(".")[0]
            if top == package and name in order:
                assert order.index(name) > order.index(module), f"{package}.{module} imports {imported}"


def test_the_words_of_a_database_stand_where_they_must() -> None:
    said = {
        str(path.relative_to(TOP))
        for package in PACKAGES
        for path in (TOP / package).rglob("*.py")
        if re.search(r"sqlite|postgres", "".join(_code(path)), re.IGNORECASE)
    }
    assert said <= {
        "data/driver.py",
        "data/database.py",
        "data/tables.py",  # how the rows of a table are kept is asked for under the database's name
        "data/migrations/versions/v5_links.py",
        "data/faults.py",
        "schema/functions.py",
        "server/settings.py",
        "server/cli.py",
        "server/console.py",
    }


def _code(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]


def test_nobody_else_owns_our_import_names() -> None:
    owners = importlib.metadata.packages_distributions()
    assert {owner for name in PACKAGES for owner in owners.get(name, [])} <= {"fonds"}


def test_the_committed_sdl_is_what_the_code_says() -> None:
    assert (TOP / "schema" / "schema.graphql").read_text(encoding="utf-8") == schema.as_str() + "\n"


def test_every_setting_stands_in_the_readme_with_its_default() -> None:
    for name, field in Settings.model_fields.items():
        assert (
            f"| `FONDS_{name.upper()}` | `{str(field.default).lower() if isinstance(field.default, bool) else field.default}` | {field.description} |"
            in README
        )


def _codes(root: type[errors.FondsError]) -> set[str]:
    return {root.code} | {code for child in root.__subclasses__() for code in _codes(child)}


def test_every_error_code_stands_in_the_readme() -> None:
    assert {code for code in _codes(errors.FondsError) if f"| `{code}` |" not in README} <= {"FONDS_ERROR"}


def test_the_commands_of_the_readme_work(tmp_path: Path) -> None:
    fonds = str(Path(sys.executable).parent / "fonds")
    (tmp_path / "roshchin.graphql").write_text(README.split("```graphql\n", 1)[1].split("```", 1)[0], encoding="utf-8")
    (tmp_path / "letters.yaml").write_text(README.split("```yaml\n", 1)[1].split("```", 1)[0], encoding="utf-8")
    table = README.split("```csv\n", 1)[1]
    (tmp_path / "briefe.csv").write_text(table.split("```", 1)[0], encoding="utf-8")
    (tmp_path / "briefe.map.yaml").write_text(table.split("```yaml\n", 1)[1].split("```", 1)[0], encoding="utf-8")
    commands = [
        "fonds query roshchin.graphql",
        *re.findall(r"^    (fonds (?:query|load|export|map|token|undo|merge|distinct) .*)$", README, re.MULTILINE),
    ]
    assert len(commands) >= 5
    for command in commands:
        words = shlex.split(command)
        done = subprocess.run([fonds, *words[1:]], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        if words[1] == "query":
            assert "errors" not in json.loads(done.stdout)
