"""Lets a case name the document it was brought in from."""

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column; no case that exists was imported."""
    op.execute("ALTER TABLE admission_case ADD COLUMN source_reference text")
