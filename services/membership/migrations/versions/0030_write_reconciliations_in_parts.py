"""Lets an export for reconciliation have several files, each of so many members.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0030"
down_revision = "0029"

_STATEMENTS = (
    """
    CREATE TABLE reconciliation_part (
        reconciliation_id uuid NOT NULL,
        part integer NOT NULL,
        file_sealed bytea NOT NULL,
        CONSTRAINT reconciliation_part_pkey PRIMARY KEY (reconciliation_id, part),
        CONSTRAINT reconciliation_part_reconciliation_id_fkey
            FOREIGN KEY (reconciliation_id) REFERENCES reconciliation (reconciliation_id)
    )
    """,
    """
    INSERT INTO reconciliation_part (reconciliation_id, part, file_sealed)
    SELECT reconciliation_id, 1, file_sealed FROM reconciliation WHERE file_sealed IS NOT NULL
    """,
    "ALTER TABLE reconciliation ADD COLUMN parts integer NOT NULL DEFAULT 0",
    "UPDATE reconciliation SET parts = 1 WHERE file_digest <> ''",
    "ALTER TABLE reconciliation ALTER COLUMN parts DROP DEFAULT",
    "ALTER TABLE reconciliation DROP COLUMN file_sealed",
)


def upgrade() -> None:
    """Create the table of the files, and move those that there are."""
    for statement in _STATEMENTS:
        op.execute(statement)
