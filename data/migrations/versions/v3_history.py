"""Layout 3: history. Every load with its files and what it did to each record; what was removed, merged, held apart; tokens."""

import sqlalchemy as sa
from alembic import op

revision = "3"
down_revision = "2"
branch_labels = None
depends_on = None

REBUILDS = False


def upgrade() -> None:
    for records in ("documents", "people", "topics"):
        op.add_column(records, sa.Column("given_digest", sa.LargeBinary()))
    _loads()
    _changes()
    op.create_table(
        "tokens",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(), nullable=False, unique=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False, unique=True),
        sa.Column("created_at", sa.String(), nullable=False),
        sa.Column("revoked_at", sa.String()),
    )


def _loads() -> None:
    counts = [sa.Column(name, sa.Integer(), nullable=False) for name in ("added", "changed", "unchanged", "removed", "rejected")]
    op.create_table(
        "loads",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("at", sa.String(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        *counts,
        sa.Column("seconds", sa.Float(), nullable=False),
        sa.Column("undoes_id", sa.Integer(), sa.ForeignKey("loads.id")),
    )
    op.create_index("ix_loads_undoes_id", "loads", ["undoes_id"])
    op.create_table(
        "load_files",
        sa.Column("id", sa.Integer(), primary_key=True),
        _of_load(),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
    )
    op.create_index("ix_load_files_load_id", "load_files", ["load_id"])


def _changes() -> None:
    op.create_table(
        "revisions",
        sa.Column("id", sa.Integer(), primary_key=True),
        _of_load(),
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("before", sa.String()),
        sa.Column("after", sa.String()),
    )
    op.create_index("revisions_of_record", "revisions", ["type", "key", "id"])
    op.create_table("tombstones", *_primary("type", "key"), _of_load())
    op.create_table("redirects", *_primary("type", "key"), sa.Column("target", sa.String(), nullable=False), _of_load())
    op.create_index("redirects_to", "redirects", ["type", "target"])
    op.create_table("distinct_people", *_primary("key", "other"), _of_load())
    for table in ("revisions", "tombstones", "redirects", "distinct_people"):
        op.create_index(f"ix_{table}_load_id", table, ["load_id"])


def _of_load() -> sa.Column[int]:
    return sa.Column("load_id", sa.Integer(), sa.ForeignKey("loads.id"), nullable=False)


def _primary(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.String(), primary_key=True) for name in names]
