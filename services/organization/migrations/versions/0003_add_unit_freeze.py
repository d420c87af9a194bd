"""Let a unit show the process that dissolves it."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE unit ADD COLUMN frozen_by uuid")
