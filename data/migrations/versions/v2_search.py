"""Layout 2: search. How the words of texts are stemmed, how often the archive has changed, and the words that it has."""

import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"
branch_labels = None
depends_on = None

REBUILDS = True


def upgrade() -> None:
    with op.batch_alter_table("fonds_meta") as meta:
        meta.add_column(sa.Column("stemming", sa.String(), nullable=False, server_default="english"))
        meta.add_column(sa.Column("changes", sa.Integer(), nullable=False, server_default="0"))
    with op.batch_alter_table("fonds_meta") as meta:
        meta.alter_column("stemming", server_default=None)
        meta.alter_column("changes", server_default=None)
    op.create_table("search_words", sa.Column("word", sa.String(), primary_key=True))
