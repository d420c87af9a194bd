"""Creates the table of terms of office."""

from alembic import op

revision = "0007"
down_revision = "0006"

_STATEMENTS = (
    """
    CREATE TABLE term_of_office (
        term_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        number integer NOT NULL,
        started_on date NOT NULL,
        ends_on date NOT NULL,
        election_due_on date NOT NULL,
        reminder_on date NOT NULL,
        reminded_on date,
        ended_on date,
        shift_reason text NOT NULL,
        shift_document_number text NOT NULL,
        document_number text NOT NULL,
        override_reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT term_of_office_pkey PRIMARY KEY (term_id),
        CONSTRAINT term_of_office_days_check CHECK (ended_on > started_on),
        CONSTRAINT term_of_office_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX term_of_office_unit_id_idx ON term_of_office (unit_id)",
    "CREATE INDEX term_of_office_due_idx ON term_of_office (election_due_on, term_id)",
    """
    CREATE INDEX term_of_office_reminder_idx ON term_of_office (reminder_on)
     WHERE ended_on IS NULL AND reminded_on IS NULL
    """,
    "CREATE UNIQUE INDEX term_of_office_one_running_idx ON term_of_office (unit_id) WHERE ended_on IS NULL",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
