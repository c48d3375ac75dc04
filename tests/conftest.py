"""What every test may use: a store with the nine documents, and a way to ask it."""

import asyncio
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from serving import Running, serving

from data.load import load
from data.records import FILES
from data.store import Store
from schema.execute import Archive, answer

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
README_QUERY = README.split("```graphql\n", 1)[1].split("```", 1)[0]

collect_ignore = ["benchmarks"]

Asked = Callable[..., dict[str, Any]]


def ask_archive(
    archive: Archive, text: str, variables: dict[str, Any] | None = None, operation: str | None = None
) -> dict[str, Any]:
    result = asyncio.run(answer(archive, text, variables, operation))
    found: dict[str, Any] = orjson.loads(orjson.dumps(result))
    return found


@pytest.fixture(scope="session")
def nine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    store = Store.create(f"sqlite:///{tmp_path_factory.mktemp('nine') / 'nine.db'}")
    load(store, FILES)
    yield Archive(store)
    store.close()


@pytest.fixture
def ask(nine: Archive) -> Asked:
    def asked(text: str, variables: dict[str, Any] | None = None, operation: str | None = None) -> dict[str, Any]:
        return ask_archive(nine, text, variables, operation)

    return asked


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server with the nine documents, for all tests."""
    with serving(tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture
def loaded(tmp_path: Path) -> Iterator[Callable[..., Archive]]:
    """A new store with the records of a YAML text."""
    stores: list[Store] = []

    def make(*texts: str) -> Archive:
        store = Store.create(f"sqlite:///{tmp_path / 'archive.db'}")
        stores.append(store)
        for number, text in enumerate(texts):
            file = tmp_path / f"records{number}.yaml"
            file.write_text(text, encoding="utf-8")
            load(store, [file])
        return Archive(store)

    yield make
    for store in stores:
        store.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 4 MB, where one may be mounted."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(folder)], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("no disk may be mounted here")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)
