"""Adds who issued the letter of a transfer, and what justified its refusal.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0012"
down_revision = "0011"

_STATEMENTS = (
    "ALTER TABLE transfer ADD COLUMN issuing_unit_id uuid",
    "ALTER TABLE transfer ADD COLUMN refusal text",
)


def upgrade() -> None:
    """Add the columns."""
    for statement in _STATEMENTS:
        op.execute(statement)
