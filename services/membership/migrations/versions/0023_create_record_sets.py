"""Creates the tables of entries of record sets, and of exports for comparing with the national system."""

from alembic import op

revision = "0023"
down_revision = "0022"

_STATEMENTS = (
    """
    CREATE TABLE record_entry (
        entry_id uuid NOT NULL,
        person_id uuid NOT NULL,
        record_set text NOT NULL,
        word text NOT NULL,
        description text NOT NULL,
        valid_from date,
        valid_until date,
        recorded_by uuid,
        created_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT record_entry_pkey PRIMARY KEY (entry_id),
        CONSTRAINT record_entry_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id),
        CONSTRAINT record_entry_days_check CHECK (valid_until > valid_from)
    )
    """,
    "CREATE INDEX record_entry_person_id_idx ON record_entry (person_id, entry_id)",
    """
    CREATE TABLE reconciliation (
        reconciliation_id uuid NOT NULL,
        unit_id uuid,
        record_sets text[] NOT NULL,
        media_type text NOT NULL,
        unmasked boolean NOT NULL,
        purpose text NOT NULL,
        state text NOT NULL,
        requested_by uuid,
        members integer NOT NULL,
        file_digest text NOT NULL,
        expires_on date,
        file_sealed bytea,
        created_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT reconciliation_pkey PRIMARY KEY (reconciliation_id)
    )
    """,
    "CREATE INDEX reconciliation_expires_on_idx ON reconciliation (expires_on) WHERE state = 'ready'",
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
