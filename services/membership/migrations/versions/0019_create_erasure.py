"""Creates the tables of erasures and legal holds, and marks persons of whom nothing personal is left."""

from alembic import op

revision = "0019"
down_revision = "0018"

_STATEMENTS = (
    "ALTER TABLE person ADD COLUMN erased_at timestamptz",
    """
    CREATE TABLE legal_hold (
        hold_id uuid NOT NULL,
        person_id uuid NOT NULL,
        title text NOT NULL,
        document_reference text NOT NULL,
        placed_on date NOT NULL,
        placed_by uuid,
        lifted_on date,
        lifted_by uuid,
        lift_reason text NOT NULL,
        created_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT legal_hold_pkey PRIMARY KEY (hold_id)
    )
    """,
    "CREATE INDEX legal_hold_person_id_idx ON legal_hold (person_id, hold_id)",
    "CREATE INDEX legal_hold_standing_idx ON legal_hold (hold_id) WHERE lifted_on IS NULL",
    """
    CREATE TABLE person_erasure (
        erasure_id uuid NOT NULL,
        person_id uuid NOT NULL,
        state text NOT NULL,
        requested_by uuid,
        reason text NOT NULL,
        begun_on date NOT NULL,
        places text[] NOT NULL,
        terms_sealed bytea,
        created_at timestamptz NOT NULL,
        completed_at timestamptz,
        version integer NOT NULL,
        CONSTRAINT person_erasure_pkey PRIMARY KEY (erasure_id),
        CONSTRAINT person_erasure_person_id_key UNIQUE (person_id)
    )
    """,
)


def upgrade() -> None:
    """Create the tables, their indexes and the column."""
    for statement in _STATEMENTS:
        op.execute(statement)
