"""Who may write over HTTP: tokens, from the day they are made to the day they are revoked."""

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from data import tokens
from data.errors import InvalidToken, TokenRefused, WritingOff
from data.store import Store
from data.tokens import TokenRole

FONDS = str(Path(sys.executable).parent / "fonds")
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.create(f"sqlite:///{tmp_path / 'fonds.db'}")
    yield store
    store.close()


def fonds(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {name: value for name, value in os.environ.items() if not name.startswith("FONDS_")}
    return subprocess.run([FONDS, *words], cwd=folder, capture_output=True, text=True, check=False, env=env, timeout=60)


def test_without_a_token_in_use_writing_is_off(store: Store) -> None:
    with pytest.raises(WritingOff):
        tokens.holder(store, "anything")
    secret = tokens.add(store, "anna", TokenRole.EDITOR, NOON)
    tokens.revoke(store, "anna", NOON)
    with pytest.raises(WritingOff):
        tokens.holder(store, secret)


def test_a_secret_is_known_as_that_of_its_token_and_no_other_is(store: Store) -> None:
    anna, bob = (tokens.add(store, name, TokenRole.EDITOR, NOON) for name in ("anna", "bob"))
    assert (tokens.holder(store, anna), tokens.holder(store, bob)) == ("anna", "bob")
    for wrong in (None, "", anna[:-1], anna + "x", anna.upper(), "fonds_", sha256(anna.encode()).hexdigest()):
        with pytest.raises(TokenRefused):
            tokens.holder(store, wrong)
    tokens.revoke(store, "anna", NOON)
    with pytest.raises(TokenRefused):
        tokens.holder(store, anna)
    assert tokens.holder(store, bob) == "bob"


def test_secrets_have_256_random_bits_and_stand_nowhere_in_the_store(store: Store) -> None:
    secrets = {tokens.add(store, f"t{i}", TokenRole.EDITOR, NOON) for i in range(20)}
    assert len(secrets) == 20
    assert {len(secret.removeprefix("fonds_")) for secret in secrets} == {43}  # 32 bytes in base 64
    store.close()
    kept = b"".join(file.read_bytes() for file in store.path.parent.iterdir())
    assert not any(secret.encode() in kept or secret.removeprefix("fonds_").encode() in kept for secret in secrets)
    assert all(sha256(secret.encode()).hexdigest().encode() in kept for secret in secrets)


def test_tokens_are_listed_with_their_days_and_without_their_secrets(store: Store) -> None:
    assert tokens.listed(store) == []
    tokens.add(store, "anna", TokenRole.EDITOR, NOON)
    tokens.add(store, "bob", TokenRole.EDITOR, NOON + timedelta(hours=1))
    tokens.revoke(store, "anna", NOON + timedelta(hours=2))
    assert tokens.listed(store) == [
        tokens.Listed("anna", "editor", "2026-11-25T12:00:00.000000Z", "2026-11-25T14:00:00.000000Z"),
        tokens.Listed("bob", "editor", "2026-11-25T13:00:00.000000Z", None),
    ]


@pytest.mark.parametrize("name", ["", " ", "two words", "ünal", "a\n", ".hidden", "x" * 65, "a/b"])
def test_a_name_that_could_be_mistaken_is_no_name(store: Store, name: str) -> None:
    with pytest.raises(InvalidToken):
        tokens.add(store, name, TokenRole.EDITOR, NOON)


def test_a_name_is_given_once_for_ever_so_that_the_history_means_one_person(store: Store) -> None:
    tokens.add(store, "anna", TokenRole.EDITOR, NOON)
    for _ in range(2):
        with pytest.raises(InvalidToken, match="is or was"):
            tokens.add(store, "anna", TokenRole.EDITOR, NOON)
        if tokens.listed(store)[0].revoked_at is None:
            tokens.revoke(store, "anna", NOON)
    with pytest.raises(InvalidToken, match="in use"):
        tokens.revoke(store, "anna", NOON)


def test_tokens_can_be_read_while_somebody_writes(store: Store) -> None:
    secret = tokens.add(store, "anna", TokenRole.EDITOR, NOON)
    holder = sqlite3.connect(store.path, isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    assert tokens.holder(store, secret) == "anna"
    assert [one.name for one in tokens.listed(store)] == ["anna"]
    holder.close()


def test_the_commands_make_list_and_revoke_tokens(tmp_path: Path, store: Store) -> None:
    made = fonds(tmp_path, "token", "add", "anna", "--role", "editor")
    assert made.returncode == 0, made.stderr
    secret = made.stdout.strip()
    assert tokens.holder(store, secret) == "anna"
    assert "not shown again" in made.stderr
    shown = fonds(tmp_path, "token", "list")
    assert shown.stdout.startswith("anna\teditor\tsince 20")
    assert secret not in shown.stdout + shown.stderr
    assert fonds(tmp_path, "token", "revoke", "anna").returncode == 0
    assert "revoked" in fonds(tmp_path, "token", "list").stdout
    with pytest.raises(WritingOff):
        tokens.holder(store, secret)


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("add", "anna", "--role", "owner"), 1, "no role 'owner'"),
        (("add", "two words"), 1, "cannot be the name"),
        (("revoke", "nobody"), 1, "no token 'nobody'"),
        (("list", "--database", "sqlite:///other.db"), 2, "no store"),
    ],
)
def test_what_cannot_be_is_said_in_a_line(tmp_path: Path, store: Store, words: tuple[str, ...], code: int, said: str) -> None:
    assert store.path.exists()
    done = fonds(tmp_path, "token", *words)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "other.db").exists()
