"""Creates the table of what removals ended, so that it goes on where a removal is corrected."""

from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    """Create the table."""
    op.execute(
        """
        CREATE TABLE removal_end (
            standing_case_id uuid NOT NULL,
            noun text NOT NULL,
            resource_id uuid NOT NULL,
            version integer NOT NULL,
            before jsonb NOT NULL,
            CONSTRAINT removal_end_pkey PRIMARY KEY (standing_case_id, noun, resource_id),
            CONSTRAINT removal_end_standing_case_id_fkey FOREIGN KEY (standing_case_id)
                REFERENCES standing_case (standing_case_id)
        )
        """
    )
