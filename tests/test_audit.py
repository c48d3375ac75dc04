"""`fonds check` and `fonds reindex`: each thing that a store makes from its records is damaged on purpose, found, and mended."""

import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from conftest import README, ask_archive
from serving import FONDS

from data.audit import audit
from data.audit.findings import CODES, REINDEX, Finding
from data.database import copy
from data.derive import reindex
from data.editing import Editor
from data.errors import StoreReadOnly
from data.load import load
from data.merge import merge, split
from data.options import Mode, Options, Scope
from data.records import FILES
from data.store import Store
from data.undo import undo
from schema.execute import Archive

AWKWARD = Path(__file__).parent / "data" / "awkward.yaml"
SEARCH = '{ documents(search: "conversations", first: 100) { totalCount nodes { id } } }'

MENDED_BY_REINDEX = {
    "a title's sort key": ("UPDATE documents SET sort_title = 'zzz' WHERE key = 'older'", {"ORDER_STALE document older"}),
    "a person's folded name": ("UPDATE people SET folded = 'x', sort_name = 'y' WHERE key = 'ann'", {"ORDER_STALE person ann"}),
    "a topic's folded name": ("UPDATE topics SET folded = 'x' WHERE key = 'awkward'", {"ORDER_STALE topic awkward"}),
    "a variant's folded name": ("UPDATE names SET folded = 'x' WHERE name = 'Anna'", {"ROWS_STALE person ann"}),
    "the first day of a date": ("UPDATE documents SET first_day = 19000101 WHERE key = 'older'", {"DATE_STALE document older"}),
    "the label of a date": ("UPDATE documents SET date_label = 'then' WHERE key = 'older'", {"DATE_STALE document older"}),
    "a birth's last day": ("UPDATE people SET birth_last_day = NULL WHERE key = 'ann'", {"DATE_STALE person ann"}),
    "a genre's folded name": (
        "UPDATE genres SET folded = 'x' WHERE name = 'Letter'",
        {"GENRE_STALE document Document:odd", "GENRE_STALE document odd"},
    ),
    "a document's genre": ("UPDATE documents SET genre_id = NULL WHERE key = 'odd'", {"GENRE_STALE document odd"}),
    "a person of a document that is lost": (
        "DELETE FROM document_people WHERE document_id = (SELECT id FROM documents WHERE key = 'odd')",
        {"PEOPLE_STALE document odd"},
    ),
    "a person of a document who has no part in it": (
        "INSERT INTO document_people SELECT d.id, 9, p.id FROM documents d, people p WHERE d.key = 'older' AND p.key = 'bob'",
        {"PEOPLE_STALE document older"},
    ),
    "what stands above a topic": (
        """DELETE FROM topic_descent WHERE topic_id = (SELECT id FROM topics WHERE key = 'awkward-c')
        AND ancestor_id = (SELECT id FROM topics WHERE key = 'awkward')""",
        {
            "BROADER_STALE topic awkward-c",
            "INDEX_STALE topic awkward-c",
            "INDEX_STALE document undated",
            "INDEX_STALE document same-day-1",
        },
    ),
    "what does not stand above a topic": (
        "INSERT INTO topic_descent SELECT a.id, b.id FROM topics a, topics b WHERE a.key = 'korea' AND b.key = 'awkward-a'",
        {"BROADER_STALE topic awkward-a", "INDEX_STALE topic awkward-a", "INDEX_STALE document Document:odd"},
    ),
    "a document that is not indexed": (
        "DELETE FROM document_search WHERE rowid = (SELECT id FROM documents WHERE key = 'odd')",
        {"INDEX_MISSING document odd"},
    ),
    "a person indexed with other words": (
        "UPDATE person_search SET names = 'nobody' WHERE rowid = (SELECT id FROM people WHERE key = 'ann')",
        {"INDEX_STALE person ann"},
    ),
    "a topic in the index that is none": (
        "INSERT INTO topic_search(rowid, name) VALUES (99999, 'ghost')",
        {"INDEX_ORPHAN table topic_search, row 99999"},
    ),
    "words that are found where they do not stand": (
        "UPDATE document_search_content SET c0 = 'even' WHERE id = (SELECT id FROM documents WHERE key = 'odd')",
        {"INDEX_STALE document odd", "INDEX_DAMAGED table document_search"},
    ),
    "words that are found in another document": (
        "UPDATE document_search_content SET id = 99998 WHERE id = (SELECT id FROM documents WHERE key = 'odd')",
        {"INDEX_MISSING document odd", "INDEX_ORPHAN table document_search, row 99998", "INDEX_DAMAGED table document_search"},
    ),
    "an index that lost its words": ("DELETE FROM person_search_data WHERE id > 10", {"INDEX_DAMAGED table person_search"}),
    "a word that the vocabulary lost": ("DELETE FROM search_words WHERE word = 'stalin'", {"WORD_MISSING 1 words"}),
    "the numbers of a facet": (
        "UPDATE facet_blocks SET items = x'00' WHERE kind = 'topics'",
        {"FACETS_STALE documents 0 to 1023"},
    ),
    "the numbers of documents that are none": (
        "INSERT INTO facet_blocks SELECT kind, 7, sizes, items, more FROM facet_blocks",
        {"FACETS_STALE documents 7168 to 8191"},
    ),
    "a search table that is gone": ("DROP TABLE topic_search", {"LOOKUP_MISSING table topic_search"}),
    "an index of a table that is gone": ("DROP INDEX ix_people_folded", {"LOOKUP_MISSING index ix_people_folded"}),
}
MENDED_OTHERWISE = {
    "a table that is gone": ("DROP TABLE texts", {"TABLE_MISSING table texts"}),
    "a participation of a document that is gone": (
        "UPDATE participations SET document_id = 99999 WHERE (document_id, position) = (SELECT max(document_id), 1 FROM participations)",
        {"LINK_BROKEN table participations"},
    ),
    "a circle of topics": (
        "INSERT INTO topic_broader SELECT a.id, 9, b.id FROM topics a, topics b WHERE a.key = 'awkward' AND b.key = 'awkward-a'",
        {"TOPIC_CIRCLE topic awkward", "TOPIC_CIRCLE topic awkward-a"},
    ),
    "a date that is none": ("UPDATE documents SET date_edtf = 'soon' WHERE key = 'older'", {"RECORD_WRONG document older"}),
    "a kind that is none": ("UPDATE people SET kind = 'GHOST' WHERE key = 'ann'", {"RECORD_WRONG person ann"}),
    "an id that leads nowhere": (
        "INSERT INTO redirects SELECT 'person', 'old', 'nobody', max(id) FROM loads",
        {"REDIRECT_BROKEN person old"},
    ),
    "a record that is told to be gone": (
        "INSERT INTO tombstones SELECT 'person', 'ann', max(id) FROM loads",
        {"TOMBSTONE_FALSE person ann"},
    ),
    "a revision that is not JSON": (
        "UPDATE revisions SET action = 'CHANGED', before = '{}', after = 'x' WHERE key = 'ann'",
        {"REVISION_WRONG revision {}"},
    ),
    "a record that is not as its last change left it": (
        """INSERT INTO revisions (load_id, type, key, action, before, after)
        SELECT max(id), 'person', 'ann', 'CHANGED', '{"name": "An"}', '{"name": "Anne"}' FROM loads""",
        {"HISTORY_STALE person ann"},
    ),
    "a record that went without a revision": (
        "DELETE FROM documents WHERE key = 'decade'",
        {"HISTORY_STALE document decade"},
    ),
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the nine documents and awkward ones, as loads made it."""
    path = tmp_path_factory.mktemp("whole") / "whole.db"
    store = Store.create(f"sqlite:///{path}")
    load(store, FILES)
    load(store, [AWKWARD])
    store.close()
    return path


@pytest.fixture
def store(whole: Path, tmp_path: Path) -> Iterator[Store]:
    """A copy of it."""
    opened = Store.open(f"sqlite:///{shutil.copyfile(whole, tmp_path / 'copy.db')}")
    yield opened
    opened.close()


def _damage(store: Store, statement: str) -> None:
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute(statement)
        connection.commit()


def _found(store: Store) -> list[Finding]:
    with store.snapshot() as connection:
        return list(audit(connection, store.words))


def _told(findings: list[Finding]) -> set[str]:
    return {f"{finding.code} {finding.where}" for finding in findings}


def test_a_store_that_loads_made_is_clean(store: Store) -> None:
    assert _found(store) == []


def test_a_store_stays_clean_through_every_kind_of_change(store: Store, tmp_path: Path) -> None:
    def loading(text: str, mode: Mode, scope: str | None = None) -> None:
        file = tmp_path / "records.yaml"
        file.write_text(text, encoding="utf-8")
        load(store, [file], Options(mode=mode, scope=Scope.parse(scope) if scope else None))

    editor = Editor(store, by="ann")
    changes: list[Callable[[], object]] = [
        lambda: loading("- {type: document, id: odd, title: Odder, topics: [korea]}", Mode.REPLACE),
        lambda: loading("- {type: document, id: fresh, title: Fresh, date: 1950}", Mode.DELETE_MISSING, "document"),
        lambda: loading("- {type: person, id: carl, name: Carl}", Mode.APPEND),
        lambda: load(store, [*FILES, AWKWARD]),
        lambda: loading("- {type: topic, id: awkward-c, name: zzz, broader: [awkward-b]}", Mode.UPSERT),
        lambda: merge(editor, "person", "Stalin", "stalin"),
        lambda: merge(editor, "topic", "awkward-a", "awkward-b"),
        lambda: split(editor, "person", "Stalin"),
        lambda: undo(editor, 5),
    ]
    for change in changes:
        change()
        assert _found(store) == []


@pytest.mark.parametrize("what", MENDED_BY_REINDEX)
def test_what_is_made_from_records_is_found_when_damaged_and_mended_by_reindex(store: Store, what: str) -> None:
    statement, told = MENDED_BY_REINDEX[what]
    _damage(store, statement)
    findings = _found(store)
    assert told <= _told(findings)
    codes = {one.split()[0] for one in told}
    assert codes <= {finding.code for finding in findings} <= codes | {"FACETS_STALE"}  # facets count days and genres too
    assert {finding.mends for finding in findings} == {REINDEX}
    reindex(store)
    assert _found(store) == []


@pytest.mark.parametrize("what", MENDED_OTHERWISE)
def test_what_records_say_is_found_when_damaged_and_not_changed_by_reindex(store: Store, what: str) -> None:
    statement, told = MENDED_OTHERWISE[what]
    _damage(store, statement)
    findings = [finding for finding in _found(store) if finding.mends != REINDEX]
    assert {finding.code for finding in findings} == {one.split()[0] for one in told}
    assert all(any(one.startswith(wanted.removesuffix("{}")) for one in _told(findings)) for wanted in told)


def test_a_sort_key_that_the_database_computed_wrong_is_found_and_mended(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as connection:
        (sql,) = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'documents'").fetchone()
        for changed in (sql.replace("coalesce(position, 9223372036854775807)", "coalesce(position, 5)"), sql):
            connection.execute("PRAGMA writable_schema = ON")
            connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'documents'", (changed,))
            connection.execute("PRAGMA writable_schema = RESET")
            connection.execute("UPDATE documents SET number = number WHERE key = 'older' AND ?", (changed != sql,))
            connection.commit()
    assert "ORDER_STALE document older" in _told(_found(store))
    reindex(store)
    assert _found(store) == []


def test_a_reindex_with_another_stemming_finds_by_other_stems_and_readers_go_on(store: Store) -> None:
    archive = Archive(store)
    english = ask_archive(archive, SEARCH)["data"]["documents"]["totalCount"]
    with store.snapshot() as before:
        reindex(store, "none")
        assert before.exec_driver_sql("SELECT stemming FROM fonds_meta").scalar_one() == "english"
    assert store.words.stemming == "none"
    assert ask_archive(archive, SEARCH)["data"]["documents"]["totalCount"] < english
    assert _found(store) == []
    reindex(store, "english")
    assert ask_archive(archive, SEARCH)["data"]["documents"]["totalCount"] == english


def test_a_reindex_changes_no_record(store: Store) -> None:
    names = ["documents", "people", "topics", "names", "notes", "identifiers", "participations", "texts", "document_topics"]
    with closing(sqlite3.connect(store.path)) as connection:
        before = [connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in names]  # noqa: S608 - our tables
        reindex(store)
        assert before == [connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall() for name in names]  # noqa: S608


def test_what_is_committed_while_a_check_runs_is_not_seen_by_it(store: Store, tmp_path: Path) -> None:
    (tmp_path / "more.yaml").write_text("- {type: person, id: carl, name: Carl}", encoding="utf-8")
    with store.snapshot() as connection:
        findings = audit(connection, store.words)
        connection.exec_driver_sql("SELECT 1 FROM people").all()
        load(store, [tmp_path / "more.yaml"])
        assert list(findings) == []
        assert connection.exec_driver_sql("SELECT count(*) FROM people WHERE key = 'carl'").scalar_one() == 0


def test_a_copy_is_whole_and_no_file_is_written_over(store: Store, tmp_path: Path) -> None:
    copied = Store.open(f"sqlite:///{copy(store.path, tmp_path / 'monday.db')}")
    assert _found(copied) == []
    assert ask_archive(Archive(copied), SEARCH) == ask_archive(Archive(store), SEARCH)
    copied.close()
    for taken in (tmp_path / "monday.db", tmp_path / "nowhere" / "monday.db"):
        with pytest.raises(StoreReadOnly):
            copy(store.path, taken)


def test_every_code_stands_in_the_readme() -> None:
    for code, (what, mends) in CODES.items():
        assert f"| `{code}` | {what} | {'`fonds reindex`' if mends == REINDEX else mends} |" in README


def _fonds(store: Store, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FONDS_")}
    address = {"FONDS_DATABASE_URL": f"sqlite:///{store.path}"}
    return subprocess.run([FONDS, *words], capture_output=True, text=True, timeout=120, check=False, env=clean | address)


def test_the_commands_say_what_is_wrong_and_what_mends_it(store: Store, tmp_path: Path) -> None:
    _damage(store, "UPDATE documents SET sort_title = 'zzz'")
    done = _fonds(store, "check", "--most", "2")
    assert done.returncode == 1
    lines = done.stdout.splitlines()
    assert lines[0].startswith("ORDER_STALE document ")
    assert lines[0].endswith("(sort_title) — fonds reindex")
    assert lines[2].startswith("… and ")
    assert len(lines) == 3
    told = json.loads(_fonds(store, "check", "--json").stdout)
    assert told["counts"] == {"ORDER_STALE": int(lines[2].split()[2]) + 2}
    assert told["findings"][0]["mends"] == REINDEX
    assert _fonds(store, "reindex", "--stemming", "russian").returncode == 0
    clean = _fonds(store, "check")
    assert (clean.returncode, clean.stdout) == (0, "")
    assert clean.stderr == "Nothing found.\n"
    assert _fonds(store, "reindex", "--stemming", "klingon").returncode == 2
    assert _fonds(store, "backup", str(tmp_path / "b.db")).returncode == 0
    assert _fonds(store, "backup", str(tmp_path / "b.db")).returncode == 2
    assert _fonds(store, "check", "--database", f"sqlite:///{tmp_path}/none.db").returncode == 2


def test_a_damaged_file_is_a_finding(store: Store) -> None:
    store.close()
    content = bytearray(store.path.read_bytes())
    content[16 * 4096 :] = b"\xff" * (len(content) - 16 * 4096)
    store.path.write_bytes(content)
    done = _fonds(store, "check", "--json")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["counts"]["FILE_DAMAGED"] >= 1
