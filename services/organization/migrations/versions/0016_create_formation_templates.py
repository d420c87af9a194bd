"""Creates the tables of templates and of what temporary branches have beside other units."""

from alembic import op

revision = "0016"
down_revision = "0015"

_STATEMENTS = (
    """
    CREATE TABLE formation_template (
        template_id uuid NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        purpose text,
        task text NOT NULL,
        posts jsonb NOT NULL,
        default_length text NOT NULL,
        retired_on date,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT formation_template_pkey PRIMARY KEY (template_id),
        CONSTRAINT formation_template_name_key UNIQUE (name)
    )
    """,
    """
    CREATE TABLE temporary_branch (
        unit_id uuid NOT NULL,
        template_id uuid,
        hindrances jsonb NOT NULL,
        hindered_since date,
        CONSTRAINT temporary_branch_pkey PRIMARY KEY (unit_id),
        CONSTRAINT temporary_branch_template_id_fkey FOREIGN KEY (template_id)
            REFERENCES formation_template (template_id),
        CONSTRAINT temporary_branch_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX temporary_branch_template_id_idx ON temporary_branch (template_id)",
    "CREATE INDEX unit_planned_end_on_idx ON unit (planned_end_on) WHERE dissolved_on IS NULL AND planned_end_on IS NOT NULL",
    # Those founded before dissolve by themselves as well.
    "INSERT INTO temporary_branch (unit_id, hindrances) SELECT unit_id, '[]' FROM unit WHERE form = 'temporary'",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
