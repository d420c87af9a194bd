"""Keeps with an appointment what the rules said of it, and whether it was cancelled before its term."""

from alembic import op

revision = "0022"
down_revision = "0021"

_STATEMENTS = (
    """
    ALTER TABLE appointment
        ADD COLUMN background text,
        ADD COLUMN verdicts jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN override_reason text NOT NULL DEFAULT '',
        ADD COLUMN cancelled boolean NOT NULL DEFAULT false
    """,
    """
    ALTER TABLE appointment
        ALTER COLUMN verdicts DROP DEFAULT,
        ALTER COLUMN override_reason DROP DEFAULT,
        ALTER COLUMN cancelled DROP DEFAULT
    """,
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
