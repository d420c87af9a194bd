"""Creates the tables of the ledger of admission forms.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0008"
down_revision = "0007"

_STATEMENTS = (
    """
    CREATE TABLE form_year (
        ledger_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        year integer NOT NULL,
        closed_on date,
        version integer NOT NULL,
        CONSTRAINT form_year_pkey PRIMARY KEY (ledger_id)
    )
    """,
    "CREATE UNIQUE INDEX form_year_unit_id_year_idx ON form_year (unit_id, year)",
    """
    CREATE TABLE admission_form (
        form_id uuid NOT NULL,
        form_number text NOT NULL,
        unit_id uuid NOT NULL,
        year integer NOT NULL,
        state text NOT NULL,
        drawn_on date NOT NULL,
        accounted_on date,
        case_id uuid,
        reason text,
        version integer NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT admission_form_pkey PRIMARY KEY (form_id),
        CONSTRAINT admission_form_case_id_fkey FOREIGN KEY (case_id) REFERENCES admission_case (case_id)
    )
    """,
    "CREATE UNIQUE INDEX admission_form_form_number_idx ON admission_form (form_number)",
    "CREATE INDEX admission_form_unit_id_year_idx ON admission_form (unit_id, year)",
    "CREATE INDEX admission_form_case_id_idx ON admission_form (case_id) WHERE case_id IS NOT NULL",
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
