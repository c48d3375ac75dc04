"""The wheel: it holds what runs without the repository beside it, and nothing else."""

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

TOP = Path(__file__).parents[1]
PIP = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    done = subprocess.run([*PIP, "wheel", "--no-deps", "-w", str(folder), str(TOP)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


def test_the_wheel_holds_the_packages_with_their_data_and_no_sources_of_the_explorer(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    modules = {str(path.relative_to(TOP)) for name in ("server", "schema", "data") for path in (TOP / name).rglob("*.py")}
    assert modules <= set(names)
    assert {"data/records/documents.yaml", "server/graphiql/dist/index.html", "server/graphiql/dist/LICENSES.txt"} <= set(names)
    assert not [name for name in names if "node_modules" in name or name.startswith(("tests/", "server/graphiql/src/"))]


def test_an_installed_wheel_answers_with_the_nine_documents(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own, where the packages that it needs are, and the repository is not."""
    environment = tmp_path / "environment"
    venv.create(environment, with_pip=False)
    (site,) = environment.glob("lib/python*/site-packages")
    zipfile.ZipFile(wheel).extractall(site)
    needed = {str(Path(path).resolve()) for path in sys.path if "site-packages" in path}
    (site / "needed.pth").write_text("\n".join(sorted(needed)), encoding="utf-8")
    asked = "from server.cli import main; import data; assert data.__file__.startswith(" + repr(str(site)) + "); main()"
    command = [str(environment / "bin" / "python"), "-c", asked, "query", "{ documents { totalCount } }"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert '"totalCount": 9' in done.stdout
