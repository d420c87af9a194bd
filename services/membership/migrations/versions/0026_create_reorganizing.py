"""Creates the table of units whose people a reorganisation is about to move.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0026"
down_revision = "0025"

_STATEMENTS = (
    """
    CREATE TABLE reorganizing (
        unit_id uuid NOT NULL,
        parent_id uuid,
        process_id uuid NOT NULL,
        effective_on date NOT NULL,
        begun_at timestamptz NOT NULL,
        CONSTRAINT reorganizing_pkey PRIMARY KEY (unit_id)
    )
    """,
    "CREATE INDEX reorganizing_process_id_idx ON reorganizing (process_id)",
)


def upgrade() -> None:
    """Create the table."""
    for statement in _STATEMENTS:
        op.execute(statement)
