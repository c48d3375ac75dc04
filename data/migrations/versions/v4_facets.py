"""Layout 4: what facets count, packed."""

import sqlalchemy as sa
from alembic import op

revision = "4"
down_revision = "3"
branch_labels = None
depends_on = None

REBUILDS = False  # blocks are made anew by every upgrade


def upgrade() -> None:
    op.create_table(
        "facet_blocks",
        sa.Column("kind", sa.String(), primary_key=True),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("sizes", sa.LargeBinary(), nullable=False),
        sa.Column("items", sa.LargeBinary(), nullable=False),
        sa.Column("more", sa.LargeBinary(), nullable=False),
    )
