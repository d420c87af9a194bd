"""Creates the table of what merges of persons made of what both had in one campaign, project, branch or team."""

from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        CREATE TABLE merged_term (
            merge_id uuid NOT NULL,
            noun text NOT NULL,
            resource_id uuid NOT NULL,
            survivor_before jsonb NOT NULL,
            survivor_after jsonb NOT NULL,
            other jsonb NOT NULL,
            CONSTRAINT merged_term_pkey PRIMARY KEY (merge_id, noun, resource_id)
        )
        """
    )
