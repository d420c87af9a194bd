"""Creates the table of elections."""

from alembic import op

revision = "0006"
down_revision = "0005"

_STATEMENTS = (
    """
    CREATE TABLE election (
        election_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        kind text NOT NULL,
        state text NOT NULL,
        held_on date NOT NULL,
        seats jsonb NOT NULL,
        term_from date NOT NULL,
        term_until date NOT NULL,
        shift_reason text NOT NULL,
        candidates jsonb NOT NULL,
        steps jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT election_pkey PRIMARY KEY (election_id),
        CONSTRAINT election_term_check CHECK (term_until > term_from),
        CONSTRAINT election_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX election_unit_id_idx ON election (unit_id)",
    """
    CREATE UNIQUE INDEX election_one_underway_idx ON election (unit_id)
     WHERE state NOT IN ('completed', 'withdrawn')
    """,
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
