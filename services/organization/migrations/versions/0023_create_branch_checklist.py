"""Creates the tables of what student branches say of their duties."""

from alembic import op

from chassis.bitemporal import history_ddl

revision = "0023"
down_revision = "0022"

_STATEMENTS = (
    """
    CREATE TABLE branch_checklist (
        unit_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT branch_checklist_pkey PRIMARY KEY (unit_id),
        CONSTRAINT branch_checklist_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    """
    CREATE TABLE branch_duty_term (
        unit_id uuid NOT NULL,
        duty text NOT NULL,
        statement text NOT NULL,
        record text NOT NULL,
        person_id uuid,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT branch_duty_term_pkey PRIMARY KEY (row_id),
        CONSTRAINT branch_duty_term_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT branch_duty_term_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT branch_duty_term_believed_excl EXCLUDE USING gist (unit_id WITH =, duty WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT branch_duty_term_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX branch_duty_term_unit_id_idx ON branch_duty_term (unit_id)",
    *history_ddl("branch_duty_term"),
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
