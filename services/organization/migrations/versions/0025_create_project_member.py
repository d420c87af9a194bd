"""Creates the table of who takes part in projects."""

from alembic import op

from chassis.bitemporal import history_ddl

revision = "0025"
down_revision = "0024"

_STATEMENTS = (
    """
    CREATE TABLE project_member_term (
        unit_id uuid NOT NULL,
        person_id uuid NOT NULL,
        task text NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT project_member_term_pkey PRIMARY KEY (row_id),
        CONSTRAINT project_member_term_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT project_member_term_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT project_member_term_believed_excl EXCLUDE USING gist (unit_id WITH =, person_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT project_member_term_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX project_member_term_unit_id_idx ON project_member_term (unit_id, person_id)",
    "CREATE INDEX project_member_term_person_id_idx ON project_member_term (person_id)",
    *history_ddl("project_member_term"),
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
