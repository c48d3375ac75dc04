"""The command line: what it prints, what it refuses, and that a refusal leaves the store as it was."""

import json
import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

FONDS = str(Path(sys.executable).parent / "fonds")
LISTING = Path(__file__).parent / "data" / "listing.txt"
GOOD = '{"type": "document", "id": "a", "title": "A"}\n'

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def fonds(*words: str, **env: str) -> Done:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("FONDS_")}
        return subprocess.run(
            [FONDS, *words], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False, env={**clean, **env}
        )

    return fonds


def _count(run: Run, **env: str) -> int:
    done = run("query", "{ archive { documentCount } }", **env)
    count: int = json.loads(done.stdout)["data"]["archive"]["documentCount"]
    return count


def test_a_load_into_a_new_store_holds_those_files_only_and_again_changes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD, encoding="utf-8")
    assert "1 added, 0 changed, 0 unchanged" in run("load", "a.jsonl").stderr
    assert "0 added, 0 changed, 1 unchanged" in run("load", "a.jsonl").stderr
    assert _count(run) == 1


def test_an_upsert_replaces_what_is_given_and_leaves_the_rest(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        "- {type: document, id: a, title: A, number: 7, languages: [ru], date: 1950}", encoding="utf-8"
    )
    (tmp_path / "b.yaml").write_text("- {type: document, id: a, title: B, number: null}", encoding="utf-8")
    run("load", "a.yaml")
    assert "0 added, 1 changed" in run("load", "b.yaml").stderr
    found = json.loads(run("query", '{ document(id: "a") { title number languages date { edtf } } }').stdout)
    assert found["data"]["document"] == {"title": "B", "number": None, "languages": ["ru"], "date": {"edtf": "1950"}}


def test_a_results_page_is_loaded_as_pasted(run: Run, tmp_path: Path) -> None:
    done = run("load", str(LISTING), "--format", "listing", "--database", "sqlite:///page.db")
    assert done.returncode == 0, done.stderr
    assert _count(run, FONDS_DATABASE_URL="sqlite:///page.db") == 9
    assert not (tmp_path / "fonds.db").exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("missing.jsonl", None, ["missing.jsonl"]),
        ("empty.jsonl", b"", ["empty"]),
        ("folder.jsonl", "DIR", ["directory"]),
        ("broken.jsonl", GOOD.encode() + b'{"type": "document",\n', ["broken.jsonl:2"]),
        ("broken.yaml", b"- type: document\n  id: [\n", ["broken.yaml:"]),
        ("key.jsonl", b'{"type": "document", "id": "b", "titel": "x", "title": "y"}', ["key.jsonl:1", "titel"]),
        ("date.jsonl", b'{"type": "document", "id": "b", "title": "y", "date": "20-21 January 1951"}', ["date.jsonl:1", "date"]),
        (
            "dangling.jsonl",
            b'{"type": "document", "id": "b", "title": "y", "topics": ["t"]}',
            ["dangling.jsonl:1", "topics[0]", "[t]"],
        ),
        ("twice.jsonl", (GOOD + GOOD).encode(), ["twice.jsonl:2", "twice.jsonl:1"]),
        (
            "cycle.yaml",
            b"- {type: topic, id: s, name: S, broader: [t]}\n- {type: topic, id: t, name: T, broader: [s]}",
            ["cycle.yaml"],
        ),
        ("long.jsonl", b'{"type": "document", "id": "' + b"x" * 300 + b'", "title": "y"}', ["long.jsonl:1", "255"]),
        ("nul.jsonl", b'{"type": "document", "id": "b", "title": "a\\u0000b"}', ["nul.jsonl:1", "NUL"]),
        ("latin.jsonl", b'{"type": "document", "id": "b", "title": "\xe9"}', ["latin.jsonl"]),
        ("what.docx", b"x", ["docx"]),
    ],
)
def test_a_bad_file_is_refused_with_its_place_and_leaves_the_store_as_it_was(
    run: Run, tmp_path: Path, name: str, content: bytes | str | None, words: list[str]
) -> None:
    (tmp_path / "good.jsonl").write_text(GOOD, encoding="utf-8")
    run("load", "good.jsonl")
    if content == "DIR":
        (tmp_path / name).mkdir()
    elif isinstance(content, bytes):
        (tmp_path / name).write_bytes(content)
    done = run("load", name)
    assert done.returncode == 1, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in done.stderr
    assert _count(run) == 1
    refused = run("load", name, "--database", "sqlite:///new.db")
    assert refused.returncode == 1
    assert not (tmp_path / "new.db").exists()


def _foreign(path: Path) -> None:
    path.write_bytes(b"This is no database." * 500)


def _other(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE t (x)")


def _newer(path: Path) -> None:
    subprocess.run([FONDS, "query", "{ archive { name } }"], cwd=path.parent, capture_output=True, check=True)
    connection = sqlite3.connect(path)
    connection.execute("UPDATE fonds_meta SET version = 999")
    connection.commit()
    connection.close()


def _folder(path: Path) -> None:
    path.mkdir()


@pytest.mark.parametrize(
    ("make", "word"), [(_foreign, "not a database"), (_other, "not one of Fonds"), (_newer, "newer"), (_folder, "directory")]
)
@pytest.mark.parametrize("command", ["load", "query", "serve"])
def test_a_file_that_is_not_our_store_is_named_and_left_alone(
    run: Run, tmp_path: Path, make: Callable[[Path], None], word: str, command: str
) -> None:
    database = tmp_path / "fonds.db"
    make(database)
    before = database.read_bytes() if database.is_file() else None
    (tmp_path / "a.jsonl").write_text(GOOD, encoding="utf-8")
    done = run(command, *{"load": ["a.jsonl"], "query": ["{ archive { name } }"], "serve": ["--port", "0"]}[command])
    assert done.returncode == 2, done.stderr
    assert word in done.stderr
    assert "Traceback" not in done.stderr
    assert (database.read_bytes() if database.is_file() else None) == before


def test_a_locked_store_is_named_as_locked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD, encoding="utf-8")
    run("load", "a.jsonl")
    holder = sqlite3.connect(tmp_path / "fonds.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    done = run("load", "a.jsonl", FONDS_WRITE_WAIT_MAX_SECONDS="0.2")
    holder.execute("ROLLBACK")
    holder.close()
    assert done.returncode == 2
    assert "Another process is writing" in done.stderr


def test_the_report_of_a_load_is_one_json_object_also_when_it_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD + '{"type": "document", "id": "b"}\n', encoding="utf-8")
    refused = run("load", "a.jsonl", "--json")
    report = json.loads(refused.stdout)
    assert (refused.returncode, report["refused"], report["load"], report["errorCount"]) == (1, True, None, 1)
    assert report["errors"] == [
        {
            "code": "RECORD_INVALID",
            "message": "`title` is required.",
            "file": "a.jsonl",
            "line": 2,
            "row": None,
            "column": None,
            "record": "b",
            "path": "title",
            "value": None,
            "hint": None,
        }
    ]
    assert not (tmp_path / "fonds.db").exists()


@pytest.mark.parametrize(
    ("words", "code", "status"),
    [
        (["a.jsonl", "--delete-missing", "everything"], "SCOPE_INVALID", 1),
        (["a.jsonl", "--delete-missing", "topic"], "SCOPE_INVALID", 1),
        (["a.jsonl", "--delete-missing", "document", "--on-error", "skip"], "SCOPE_INVALID", 1),
        (["a.jsonl", "--on-error", "skip", "--rejected", "taken.jsonl"], "FILE_UNREADABLE", 1),
        (["missing.jsonl"], "LOAD_REJECTED", 1),
        (["a.jsonl", "none/*.jsonl"], "LOAD_REJECTED", 1),
        (["taken.txt"], "LOAD_REJECTED", 1),
        (["a.jsonl", "--format", "doc"], "LOAD_REJECTED", 1),
        (["a.jsonl", "--map", "missing.yaml"], "FILE_UNREADABLE", 1),
        (["a.jsonl", "--map", "taken.txt"], "LOAD_REJECTED", 1),
        (["a.jsonl", "--database", "sqlite:///taken.txt"], "STORE_FOREIGN", 2),
        (["a.jsonl", "--database", "nonsense"], "STORE_UNUSABLE", 2),
    ],
)
def test_every_refusal_is_a_json_object_for_a_script(run: Run, tmp_path: Path, words: list[str], code: str, status: int) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD, encoding="utf-8")
    for name in ("taken.jsonl", "taken.txt"):
        (tmp_path / name).write_text("x: y", encoding="utf-8")
    done = run("load", *words, "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["refused"], report["load"], report["error"]["code"]) == (status, True, None, code)
    assert report["error"].keys() == {"code", "message", "hint"}
    assert len(report["errors"]) == report["errorCount"]
    assert bool(report["errors"]) == (code in {"LOAD_REJECTED", "FILE_UNREADABLE"})
    assert not (tmp_path / "fonds.db").exists()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["load"], "Missing argument 'files'."),
        (["load", "a.jsonl", "--zzz"], "No such option: --zzz"),
        (
            ["load", "a.jsonl", "--append", "--replace"],
            "Invalid value: --replace, --append and --delete-missing exclude each other.",
        ),
        (["check", "--zzz"], "No such option: --zzz"),
    ],
)
def test_a_command_line_that_cannot_be_understood_is_a_json_object_for_a_script(run: Run, words: list[str], message: str) -> None:
    done = run(*words, "--json")
    error = {"code": "COMMAND_INVALID", "message": message, "hint": f"Ask `fonds {words[0]} --help`."}
    assert (done.returncode, json.loads(done.stdout), done.stderr) == (2, {"error": error}, "")
    assert run(words[0], "--json", "--help").returncode == 0


def test_what_is_right_is_kept_and_the_rest_stands_in_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD + '{"type": "document",  "id": "b"}\n', encoding="utf-8")
    done = run("load", "a.jsonl", "--on-error", "skip", "--rejected", "bad.jsonl", "--json")
    report = json.loads(done.stdout)
    assert (done.returncode, report["added"], report["rejected"], report["files"][0]["records"]) == (1, 1, 1, 2)
    assert (tmp_path / "bad.jsonl").read_text(encoding="utf-8") == '{"type": "document",  "id": "b"}\n'
    assert "bad.jsonl:1 RECORD_INVALID a.jsonl:2" in (tmp_path / "bad.jsonl.errors.txt").read_text(encoding="utf-8")
    assert _count(run) == 1


def test_what_a_message_cites_stands_there_as_it_was_given(run: Run, tmp_path: Path) -> None:
    """No id, however it looks, is taken for markup or for the name of a picture."""
    (tmp_path / "a.jsonl").write_text('{"type": "document", "id": "oai:x:7/[red]:heart:"}\n', encoding="utf-8")
    assert "(oai:x:7/[red]:heart:, title)" in run("load", "a.jsonl").stderr


def test_a_dry_run_makes_no_store_and_options_that_exclude_each_other_are_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(GOOD, encoding="utf-8")
    done = run("load", "a.jsonl", "--dry-run", "--diff")
    assert (done.returncode, done.stdout) == (0, "+ document a “A”\n"), done.stderr
    assert "dry run, nothing was written: 1 added" in done.stderr
    assert not (tmp_path / "fonds.db").exists()
    assert run("load", "a.jsonl", "--append", "--replace").returncode == 2
    assert run("load", "a.jsonl", "--delete-missing", "everything").returncode == 1


def test_a_folder_that_is_not_there_and_a_url_of_another_kind_are_refused(run: Run) -> None:
    for url in ("sqlite:///nowhere/fonds.db", "mysql://localhost/x", "nonsense", "sqlite://"):
        done = run("query", "{ archive { name } }", "--database", url)
        assert done.returncode == 2, url
        assert "Traceback" not in done.stderr
        assert "error:" in done.stderr


def test_a_port_in_use_is_one_readable_line(run: Run) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = run("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "cannot be used" in done.stderr


def test_a_query_with_a_fault_ends_with_one_and_prints_the_error(run: Run) -> None:
    done = run("query", "{ nothing }")
    assert done.returncode == 1
    assert json.loads(done.stdout)["errors"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"


def test_variables_come_as_text_or_from_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "v.json").write_text('{"n": 2}', encoding="utf-8")
    for given in ('{"n": 2}', "v.json"):
        done = run("query", "query Q($n: Int) { documents(first: $n) { nodes { id } } }", "--variables", given)
        assert len(json.loads(done.stdout)["data"]["documents"]["nodes"]) == 2
    assert run("query", "{ archive { name } }", "--variables", "[1]{").returncode == 2


def test_the_record_format_is_a_json_schema(run: Run) -> None:
    assert json.loads(run("format").stdout)["$schema"].startswith("https://json-schema.org/")


def test_a_wrong_setting_is_named(run: Run) -> None:
    done = run("query", "{ archive { name } }", FONDS_PORT="many")
    assert done.returncode == 2
    assert "FONDS_PORT" in done.stderr


def test_help_is_shown_without_waiting_for_server_database_or_grammars() -> None:
    heavy = "{'strawberry', 'graphql', 'sqlalchemy', 'pydantic', 'uvicorn', 'edtf_validate'}"
    done = subprocess.run(
        [sys.executable, "-c", f"import server.cli, sys; print({heavy} & set(sys.modules))"], check=True, capture_output=True
    )
    assert done.stdout.strip() == b"set()"
