"""Creates the table of rows that gave way in a merge of persons."""

from alembic import op

revision = "0004"
down_revision = "0003"

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
)


def upgrade() -> None:
    """Create the table."""
    for statement in _STATEMENTS:
        op.execute(statement)
