"""Creates the tables of duties, of the parts that units have in them, and of their sign-offs."""

from alembic import op

from chassis.bitemporal import history_ddl

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    """
    CREATE TABLE duty (
        duty_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        title text NOT NULL,
        description text NOT NULL,
        joint boolean NOT NULL,
        due_on date,
        valid_from date NOT NULL,
        valid_until date,
        fulfilled_on date,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT duty_pkey PRIMARY KEY (duty_id),
        CONSTRAINT duty_days_check CHECK (valid_until > valid_from),
        CONSTRAINT duty_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX duty_unit_id_idx ON duty (unit_id, duty_id)",
    "CREATE INDEX duty_due_on_idx ON duty (due_on) WHERE due_on IS NOT NULL",
    """
    CREATE TABLE duty_term (
        duty_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        part text NOT NULL,
        share integer,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT duty_term_pkey PRIMARY KEY (row_id),
        CONSTRAINT duty_term_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT duty_term_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT duty_term_believed_excl EXCLUDE USING gist (duty_id WITH =, unit_id WITH =, part WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT duty_term_duty_id_fkey FOREIGN KEY (duty_id) REFERENCES duty (duty_id),
        CONSTRAINT duty_term_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX duty_term_duty_id_idx ON duty_term (duty_id)",
    "CREATE INDEX duty_term_unit_id_idx ON duty_term (unit_id)",
    *history_ddl("duty_term"),
    """
    CREATE TABLE duty_sign_off (
        duty_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        person_id uuid NOT NULL,
        signed_on date NOT NULL,
        note text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT duty_sign_off_pkey PRIMARY KEY (duty_id, unit_id),
        CONSTRAINT duty_sign_off_duty_id_fkey FOREIGN KEY (duty_id) REFERENCES duty (duty_id),
        CONSTRAINT duty_sign_off_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
