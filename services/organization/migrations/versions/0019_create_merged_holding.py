"""Creates the table of appointments and grants that merges of persons moved."""

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        CREATE TABLE merged_holding (
            merge_id uuid NOT NULL,
            noun text NOT NULL,
            resource_id uuid NOT NULL,
            CONSTRAINT merged_holding_pkey PRIMARY KEY (merge_id, noun, resource_id)
        )
        """
    )
