"""Lets an entry about the family name a registered person, and say that it is a direct relative.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0029"
down_revision = "0028"

_STATEMENTS = (
    "ALTER TABLE record_entry ADD COLUMN relative_person_id uuid",
    "ALTER TABLE record_entry ADD COLUMN direct boolean NOT NULL DEFAULT false",
    "ALTER TABLE record_entry ALTER COLUMN direct DROP DEFAULT",
    """
    ALTER TABLE record_entry ADD CONSTRAINT record_entry_relative_person_id_fkey
        FOREIGN KEY (relative_person_id) REFERENCES person (person_id)
    """,
    """
    CREATE INDEX record_entry_relative_person_id_idx ON record_entry (relative_person_id)
        WHERE relative_person_id IS NOT NULL
    """,
)


def upgrade() -> None:
    """Add the columns."""
    for statement in _STATEMENTS:
        op.execute(statement)
