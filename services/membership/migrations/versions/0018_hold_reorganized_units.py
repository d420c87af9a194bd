"""Lets a reorganisation hold the units that it touches.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the column and its index."""
    op.execute("ALTER TABLE unit ADD COLUMN reorganized_by uuid")
    op.execute(
        "CREATE INDEX unit_reorganized_by_idx ON unit (reorganized_by) WHERE reorganized_by IS NOT NULL"
    )
