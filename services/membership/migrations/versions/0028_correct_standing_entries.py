"""Lets an act of a standing case be corrected: what was written stays as it was known then.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0028"
down_revision = "0027"

_STATEMENTS = (
    "ALTER TABLE standing_entry ADD COLUMN revision integer NOT NULL DEFAULT 1",
    "ALTER TABLE standing_entry ALTER COLUMN revision DROP DEFAULT",
    "ALTER TABLE standing_entry ADD COLUMN correction_reason text",
    "ALTER TABLE standing_entry ADD COLUMN superseded_at timestamptz",
    "ALTER TABLE standing_entry DROP CONSTRAINT standing_entry_pkey",
    """
    ALTER TABLE standing_entry ADD CONSTRAINT standing_entry_pkey
        PRIMARY KEY (standing_case_id, sequence, revision)
    """,
)


def upgrade() -> None:
    """Number the revisions of acts."""
    for statement in _STATEMENTS:
        op.execute(statement)
