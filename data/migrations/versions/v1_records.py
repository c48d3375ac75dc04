"""Layout 1: the first that users got. It is where the way begins; no store is older."""

revision = "1"
down_revision = None
branch_labels = None
depends_on = None

REBUILDS = False


def upgrade() -> None:
    """Nothing: a store of this layout is one already."""
