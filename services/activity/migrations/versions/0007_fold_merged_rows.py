"""Creates the table of rows that gave way in a merge of persons, and counts the states of class hours, which follow them."""

from alembic import op

revision = "0007"
down_revision = "0006"

_STATEMENTS = (
    """
    CREATE TABLE folded_row (
        merge_id uuid NOT NULL,
        table_name text NOT NULL,
        column_name text NOT NULL,
        key jsonb NOT NULL,
        subject_id uuid NOT NULL,
        before jsonb NOT NULL,
        after jsonb,
        CONSTRAINT folded_row_pkey PRIMARY KEY (merge_id, table_name, column_name, key)
    )
    """,
    "CREATE INDEX folded_row_subject_id_idx ON folded_row (subject_id)",
    "ALTER TABLE class_hour ADD COLUMN version integer NOT NULL DEFAULT 1",
)


def upgrade() -> None:
    """Create the table and the column."""
    for statement in _STATEMENTS:
        op.execute(statement)
