"""Creates the boxes of electronic ballots, and marks the roll."""

from alembic import op

revision = "0015"
down_revision = "0014"

_STATEMENTS = (
    "ALTER TABLE election ADD COLUMN ballot jsonb",
    "ALTER TABLE election_elector ADD COLUMN ballot_number integer NOT NULL DEFAULT 0",
    """
    CREATE TABLE ballot_box (
        election_id uuid NOT NULL,
        number integer NOT NULL,
        is_open boolean NOT NULL,
        outstanding bytea[] NOT NULL,
        cast_slips bytea[] NOT NULL,
        votes jsonb NOT NULL,
        CONSTRAINT ballot_box_pkey PRIMARY KEY (election_id, number),
        CONSTRAINT ballot_box_election_id_fkey FOREIGN KEY (election_id) REFERENCES election (election_id)
    )
    """,
    "CREATE UNIQUE INDEX ballot_box_one_open_idx ON ballot_box (election_id) WHERE is_open",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
