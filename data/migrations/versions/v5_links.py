"""Layout 5: links and words stand in the order of their keys, without numbers of their own: smaller, and faster to write.

The index has entries for beginnings of words.
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "5"
down_revision = "4"
branch_labels = None
depends_on = None

REBUILDS = True


def upgrade() -> None:
    texts = ("role", "label", "named_as", "evidence", "certainty", "basis")
    parts = [sa.Column(name, sa.String(), nullable=name != "role") for name in texts]
    person = _link("person_id", "people", nullable=True)
    _remade(
        "participations", _owner("document", "documents"), _place(), person, *parts, sa.Column("alternative", sa.BigInteger())
    )
    op.create_index("participations_of_person", "participations", ["person_id", "role", "document_id"])
    for table, owner, owners, column, target, index in (
        ("document_people", "document", "documents", "person_id", "people", "of_person"),
        ("document_topics", "document", "documents", "topic_id", "topics", "of_topic"),
        ("topic_broader", "topic", "topics", "broader_id", "topics", "narrower"),
    ):
        _remade(table, _owner(owner, owners), _place(), _link(column, target))
        op.create_index(f"{table}_{index}", table, [column, f"{owner}_id"], unique=True)
    language = sa.Column("language", sa.String(), nullable=False)
    _remade("document_languages", _owner("document", "documents"), _place(), language)
    op.create_index("document_languages_of_language", "document_languages", ["language", "document_id"], unique=True)
    _remade("topic_descent", _owner("ancestor", "topics"), _owner("topic", "topics"))
    op.create_index("topic_descent_up", "topic_descent", ["topic_id", "ancestor_id"], unique=True)
    _remade("search_words", sa.Column("word", sa.String(), primary_key=True))


def _remade(table: str, *columns: sa.Column[Any]) -> None:
    """The table with these columns, its rows kept; its indexes are gone."""
    made = op.create_table(f"{table}_5", *columns, sqlite_with_rowid=False)
    names = [column.name for column in made.c]
    old = sa.table(table, *(sa.column(name) for name in names))
    rows = sa.select(old)
    op.execute(sa.insert(made).from_select(names, rows.order_by(*(old.c[key.name] for key in made.primary_key))))
    op.drop_table(table)
    op.rename_table(f"{table}_5", table)


def _owner(name: str, of: str) -> sa.Column[Any]:
    return sa.Column(f"{name}_id", sa.Integer(), sa.ForeignKey(f"{of}.id", ondelete="CASCADE"), primary_key=True)


def _place() -> sa.Column[Any]:
    return sa.Column("position", sa.Integer(), primary_key=True)


def _link(name: str, to: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), sa.ForeignKey(f"{to}.id"), nullable=nullable)
