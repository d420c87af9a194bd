"""Creates the tables of identity numbers and of who read what answers mask."""

from alembic import op

revision = "0010"
down_revision = "0009"

_STATEMENTS = (
    """
    CREATE TABLE person_identity (
        person_id uuid NOT NULL,
        number_sealed bytea NOT NULL,
        number_key text NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT person_identity_pkey PRIMARY KEY (person_id),
        CONSTRAINT person_identity_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id),
        CONSTRAINT person_identity_number_key_key UNIQUE (number_key)
    )
    """,
    """
    CREATE TABLE disclosure (
        disclosure_id uuid NOT NULL,
        person_id uuid NOT NULL,
        kind text NOT NULL,
        read_by uuid,
        purpose text NOT NULL,
        read_at timestamptz NOT NULL,
        CONSTRAINT disclosure_pkey PRIMARY KEY (disclosure_id)
    )
    """,
    "CREATE INDEX disclosure_person_id_idx ON disclosure (person_id, disclosure_id)",
)


def upgrade() -> None:
    """Create the tables and the index."""
    for statement in _STATEMENTS:
        op.execute(statement)
