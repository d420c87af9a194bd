"""Creates the table of rows that followed a person who was merged into another."""

from alembic import op

revision = "0006"
down_revision = "0005"

_STATEMENT = """
    CREATE TABLE merged_row (
        merge_id uuid NOT NULL,
        table_name text NOT NULL,
        column_name text NOT NULL,
        key jsonb NOT NULL,
        CONSTRAINT merged_row_pkey PRIMARY KEY (merge_id, table_name, column_name, key)
    )
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(_STATEMENT)
