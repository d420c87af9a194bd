"""Creates the tables of programmes, of participation in them, and of assessments."""

from alembic import op

from chassis.bitemporal import history_ddl

revision = "0012"
down_revision = "0011"

_STATEMENTS = (
    """
    CREATE TABLE programme (
        programme_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        code text NOT NULL,
        name text NOT NULL,
        issuer text NOT NULL,
        first_responsible_id uuid,
        leader_in_charge_id uuid,
        valid_from date NOT NULL,
        valid_until date,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT programme_pkey PRIMARY KEY (programme_id),
        CONSTRAINT programme_code_key UNIQUE (code),
        CONSTRAINT programme_days_check CHECK (valid_until > valid_from),
        CONSTRAINT programme_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id),
        CONSTRAINT programme_first_responsible_id_fkey FOREIGN KEY (first_responsible_id) REFERENCES post (post_id),
        CONSTRAINT programme_leader_in_charge_id_fkey FOREIGN KEY (leader_in_charge_id) REFERENCES post (post_id)
    )
    """,
    "CREATE INDEX programme_unit_id_idx ON programme (unit_id, programme_id)",
    """
    CREATE TABLE programme_term (
        programme_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        batch integer NOT NULL,
        status text NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT programme_term_pkey PRIMARY KEY (row_id),
        CONSTRAINT programme_term_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT programme_term_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT programme_term_believed_excl EXCLUDE USING gist (programme_id WITH =, unit_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT programme_term_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES programme (programme_id),
        CONSTRAINT programme_term_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX programme_term_programme_id_idx ON programme_term (programme_id)",
    "CREATE INDEX programme_term_unit_id_idx ON programme_term (unit_id)",
    *history_ddl("programme_term"),
    """
    CREATE TABLE programme_assessment (
        programme_id uuid NOT NULL,
        year integer NOT NULL,
        unit_id uuid NOT NULL,
        grade text NOT NULL,
        summary text NOT NULL,
        person_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT programme_assessment_pkey PRIMARY KEY (programme_id, year, unit_id),
        CONSTRAINT programme_assessment_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES programme (programme_id),
        CONSTRAINT programme_assessment_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX programme_assessment_unit_id_idx ON programme_assessment (unit_id)",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
