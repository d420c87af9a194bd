"""Adds to elections the roll of electors, the votes, their result and the appointments made from it."""

from alembic import op

revision = "0008"
down_revision = "0007"

_STATEMENTS = (
    """
    ALTER TABLE election
        ADD COLUMN roll_on date,
        ADD COLUMN should_attend integer NOT NULL DEFAULT 0,
        ADD COLUMN rounds jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN elected uuid[] NOT NULL DEFAULT '{}',
        ADD COLUMN vacant integer NOT NULL DEFAULT 0,
        ADD COLUMN results jsonb NOT NULL DEFAULT '[]',
        ADD COLUMN appointment_ids uuid[] NOT NULL DEFAULT '{}'
    """,
    """
    CREATE TABLE election_elector (
        election_id uuid NOT NULL,
        person_id uuid NOT NULL,
        standing_from date,
        exclusion_reason text NOT NULL,
        CONSTRAINT election_elector_pkey PRIMARY KEY (election_id, person_id),
        CONSTRAINT election_elector_election_id_fkey FOREIGN KEY (election_id) REFERENCES election (election_id)
    )
    """,
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
