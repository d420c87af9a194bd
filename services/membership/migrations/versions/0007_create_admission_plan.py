"""Creates the table of yearly plans, and an index by which what was used of them is counted.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0007"
down_revision = "0006"

_STATEMENTS = (
    """
    CREATE TABLE admission_plan (
        plan_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        year integer NOT NULL,
        quota integer NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT admission_plan_pkey PRIMARY KEY (plan_id)
    )
    """,
    "CREATE UNIQUE INDEX admission_plan_year_unit_id_idx ON admission_plan (year, unit_id)",
    """CREATE INDEX case_step_place_idx ON case_step (occurred_on)
        WHERE step IN ('admission_form', 'branch_meeting')""",
)


def upgrade() -> None:
    """Create the table and the indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
