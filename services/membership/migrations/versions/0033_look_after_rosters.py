"""Adds what others hold of the people of an import that was taken back."""

from alembic import op

revision = "0033"
down_revision = "0032"

_STATEMENTS = (
    "ALTER TABLE roster_import ADD COLUMN left_behind text",
    """
    CREATE INDEX roster_import_left_behind_idx ON roster_import (import_id)
     WHERE state = 'rolled_back' AND kind = 'persons' AND left_behind IS NULL
    """,
)


def upgrade() -> None:
    """Add the column and its index."""
    for statement in _STATEMENTS:
        op.execute(statement)
