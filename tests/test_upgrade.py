"""A store of an older Fonds, brought up to this one: nothing lost, nothing half, and a copy of it as it was."""

import json
import os
import re
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from conftest import README_QUERY, ask_archive
from serving import FONDS, serving

from data.database import VERSION
from data.errors import StoreFull, StoreTooNew, StoreTooOld
from data.load import load
from data.records import FILES
from data.store import Store
from data.upgrade import MIGRATIONS, upgrade
from schema.execute import Archive

DATA = Path(__file__).parent / "data"
NOW = datetime(2026, 11, 25, 22, 45, tzinfo=UTC)
QUERIES = [
    README_QUERY,
    '{ documents(search: "filippov", first: 100) { totalCount edges { node { id } matches { field } } } }',
    "{ documents(first: 100, orderBy: {field: DATE}) { nodes { id title date { edtf label } genre languages extra texts { body } } } }",
    "{ people(first: 100) { nodes { id name names { name kind } birth { label } documents { totalCount } } } }",
    "{ topics(first: 100) { nodes { id name broader { name } documents(includeNarrower: true) { totalCount } } } }",
]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of layout 1, as the Fonds of that time wrote it."""
    path = tmp_path / "old.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((DATA / "layout-1.sql").read_text(encoding="utf-8"))
        connection.execute("PRAGMA journal_mode = WAL")
    return path


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Store]:
    """A new store with the same records."""
    store = Store.create(f"sqlite:///{tmp_path / 'fresh.db'}")
    load(store, FILES)
    load(store, [DATA / "awkward.yaml"])
    yield store
    store.close()


def _rows(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(statement).fetchall()


def _layout(path: Path) -> dict[str, Any]:
    """Tables with their columns (in whatever order), indexes and links, as the database tells them."""
    found: dict[str, Any] = {}
    for kind, name, table, sql in _rows(path, "SELECT type, name, tbl_name, sql FROM sqlite_master"):
        if kind == "table" and "VIRTUAL" not in sql and "_search" not in name:
            links = sorted(row[2:] for row in _rows(path, f"PRAGMA foreign_key_list({name})"))
            found[name] = {row[1:] for row in _rows(path, f"PRAGMA table_xinfo({name})")}, links, _computed(sql)
        elif kind == "index" and name.startswith("sqlite_autoindex"):
            found.setdefault(f"unique of {table}", []).append(_rows(path, f"PRAGMA index_xinfo({name})"))
        else:
            found[name] = kind, table, sql
    return found


def _computed(sql: str) -> list[str]:
    return sorted(re.findall(r"\w+ \w+ NOT NULL GENERATED .* STORED", sql))


def _content(path: Path) -> dict[str, list[Any]]:
    """All rows of all tables, but for what is of this file only: its secret and its count of changes."""
    names = [row[0] for row in _rows(path, "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE '%VIRTUAL%'")]
    own = {"fonds_meta", "loads", "load_files", "revisions", "tombstones"}  # who loaded what was not kept before
    found = {}
    for name in names:
        if name in own or re.search("_search_(data|idx|docsize)", name):
            continue
        left_out = (
            {"given_digest", "id"} if name in {"names", "identifiers", "notes", "texts", "participations"} else {"given_digest"}
        )
        columns = sorted({row[1] for row in _rows(path, f"PRAGMA table_xinfo({name})")} - left_out)
        rows = _rows(path, "SELECT {} FROM {}".format(", ".join(f'"{column}"' for column in columns), name))  # noqa: S608 - names of ours
        found[name] = sorted((_read(dict(zip(columns, row, strict=True))) for row in rows), key=repr)
    return found


def _read(row: dict[str, Any]) -> dict[str, Any]:
    """The row with its JSON as what it says: how it is spaced and escaped is not of the layout."""
    return row | {"extra": json.loads(row["extra"])} if "extra" in row else row


def _upgrade(path: Path) -> Path:
    copy = upgrade(f"sqlite:///{path}", now=NOW).copy
    assert copy
    return copy


def test_the_newest_layout_is_the_last_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    script = ScriptDirectory.from_config(config)
    assert script.get_heads() == [str(VERSION)]
    assert [step.revision for step in script.walk_revisions()] == [str(version) for version in range(VERSION, 0, -1)]


def test_an_upgraded_store_has_the_layout_and_the_rows_of_a_new_one(old: Path, fresh: Store) -> None:
    _upgrade(old)
    assert _layout(old) == _layout(fresh.path)
    assert _content(old) == _content(fresh.path)


def test_an_upgraded_store_answers_as_a_new_one(old: Path, fresh: Store) -> None:
    _upgrade(old)
    store = Store.open(f"sqlite:///{old}")
    for query in QUERIES:
        assert ask_archive(Archive(store), query) == ask_archive(Archive(fresh), query)
    assert load(store, FILES).unchanged == load(fresh, FILES).unchanged
    store.close()


def test_the_copy_is_the_store_as_it_was_named_with_layout_and_time(old: Path, tmp_path: Path) -> None:
    before = list(_dump(old))
    copy = _upgrade(old)
    assert copy == tmp_path / "old.layout-1.20261125T224500Z.db"
    assert list(_dump(copy)) == before
    assert _rows(copy, "PRAGMA application_id") == _rows(old, "PRAGMA application_id")
    assert {path.name for path in tmp_path.iterdir() if path.suffix not in (".db-wal", ".db-shm")} == {"old.db", copy.name}


def _dump(path: Path) -> Iterator[str]:
    with closing(sqlite3.connect(path)) as connection:
        yield from connection.iterdump()


def test_an_upgrade_of_the_newest_layout_changes_nothing(old: Path) -> None:
    _upgrade(old)
    before = list(_dump(old))
    again = upgrade(f"sqlite:///{old}", now=NOW)
    assert (again.before, again.after, again.copy) == (VERSION, VERSION, None)
    assert list(_dump(old)) == before


def test_a_store_of_layout_1_is_refused_by_who_may_not_change_it(old: Path) -> None:
    with pytest.raises(StoreTooOld, match="layout 1") as found:
        Store.open(f"sqlite:///{old}")
    assert found.value.hint
    assert "fonds upgrade" in found.value.hint


def test_an_upgrade_that_fails_leaves_the_store_as_it_was_and_no_copy(old: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("CREATE TABLE loads (a)")  # in the way of layout 3, when layout 2 is done
        connection.commit()
    before = list(_dump(old))
    done = _fonds("upgrade", "--database", f"sqlite:///{old}")
    assert done.returncode == 2
    assert "has not the tables of layout 1 (table loads already exists)" in done.stderr
    assert list(_dump(old)) == before
    assert not list(tmp_path.glob("old.layout*"))


def test_rows_that_belong_to_nothing_stop_an_upgrade(old: Path) -> None:
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("DELETE FROM people WHERE key = 'stalin'")
        connection.commit()
    done = _fonds("upgrade", "--database", f"sqlite:///{old}")
    assert done.returncode == 2
    assert "has 19 rows that belong to nothing (in document_people, names, notes, participations)" in done.stderr
    assert _rows(old, "SELECT version FROM fonds_meta") == [(1,)]


def test_an_upgrade_without_space_for_the_copy_is_refused(old: Path, small_disk: Path) -> None:
    path = small_disk / "old.db"
    shutil.copyfile(old, path)
    (small_disk / "ballast").write_bytes(bytes(shutil.disk_usage(small_disk).free - 100_000))
    before = list(_dump(path))
    with pytest.raises(StoreFull, match="no space for a copy"):
        upgrade(f"sqlite:///{path}", now=NOW)
    assert list(_dump(path)) == before


def test_an_upgrade_that_fills_the_disk_leaves_the_store_as_it_was(old: Path, small_disk: Path) -> None:
    path = small_disk / "old.db"
    shutil.copyfile(old, path)
    room = old.stat().st_size + 150_000
    (small_disk / "ballast").write_bytes(bytes(shutil.disk_usage(small_disk).free - room))
    before = list(_dump(path))
    with pytest.raises(StoreFull):
        upgrade(f"sqlite:///{path}", now=NOW)
    assert list(_dump(path)) == before
    assert not list(small_disk.glob("*.layout*"))


def _fonds(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [FONDS, *words], capture_output=True, text=True, timeout=120, check=False, env={**_environment(), **env}
    )


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("FONDS_")}


def test_the_command_says_from_and_to_and_where_the_copy_is(old: Path) -> None:
    done = _fonds("upgrade", "--database", f"sqlite:///{old}")
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(
        rf"{old}: from layout 1 to {VERSION}\. As it was, it is kept as {old.parent}/old\.layout-1\.\d{{8}}T\d{{6}}Z\.db\.\n",
        done.stderr,
    )
    assert f"has layout {VERSION}, the newest" in _fonds("upgrade", "--database", f"sqlite:///{old}").stderr


def test_a_load_upgrades_an_older_store_first_unless_told_not_to(old: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"type": "document", "id": "a", "title": "A"}\n', encoding="utf-8")
    words = ("load", str(tmp_path / "a.jsonl"), "--database", f"sqlite:///{old}")
    refused = _fonds(*words, FONDS_UPGRADE="false")
    assert refused.returncode == 2
    assert "`fonds upgrade` brings it up" in refused.stderr
    assert _rows(old, "SELECT version FROM fonds_meta") == [(1,)]
    done = _fonds(*words)
    assert done.returncode == 0, done.stderr
    assert "from layout 1 to" in done.stderr
    assert _rows(old, "SELECT count(*) FROM documents WHERE key = 'a'") == [(1,)]


def test_serving_an_older_store_upgrades_it_first(old: Path, tmp_path: Path) -> None:
    with serving(tmp_path, FONDS_DATABASE_URL=f"sqlite:///{old}") as running:
        assert "from layout 1 to" in running.log.read_text()


def test_a_new_layout_is_refused_by_an_older_fonds(old: Path) -> None:
    _upgrade(old)
    with closing(sqlite3.connect(old)) as connection:
        connection.execute("UPDATE fonds_meta SET version = 99")
        connection.commit()
    with pytest.raises(StoreTooNew, match="layout 99"):
        Store.open(f"sqlite:///{old}")
    assert "written by a newer Fonds (layout 99" in _fonds("upgrade", "--database", f"sqlite:///{old}").stderr


def test_of_two_who_upgrade_one_store_one_does_and_the_other_finds_it_done(old: Path) -> None:
    both = [
        subprocess.Popen([FONDS, "upgrade", "--database", f"sqlite:///{old}"], stderr=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = sorted(one.communicate(timeout=120)[1] for one in both)
    assert [one.returncode for one in both] == [0, 0], said
    assert sum("from layout 1" in line for line in said) == 1
    assert len(list(old.parent.glob("old.layout-1.*"))) == 1
