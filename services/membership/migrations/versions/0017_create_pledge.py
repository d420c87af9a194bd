"""Creates the tables of pledges.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0017"
down_revision = "0016"

_STATEMENTS = (
    """
    CREATE TABLE pledge (
        pledge_id uuid NOT NULL,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        year smallint NOT NULL,
        items jsonb NOT NULL,
        state text NOT NULL,
        badge integer,
        published_on date,
        reason text NOT NULL,
        reviewed_on date,
        reviewed_by uuid,
        kept text[] NOT NULL,
        opinion text NOT NULL,
        pack_digest text,
        verdicts jsonb NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT pledge_pkey PRIMARY KEY (pledge_id),
        CONSTRAINT pledge_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id),
        CONSTRAINT pledge_pack_digest_fkey FOREIGN KEY (pack_digest) REFERENCES rule_set (digest)
    )
    """,
    "CREATE UNIQUE INDEX pledge_person_id_year_idx ON pledge (person_id, year) WHERE state <> 'withdrawn'",
    "CREATE INDEX pledge_unit_id_idx ON pledge (unit_id, pledge_id)",
    "CREATE UNIQUE INDEX pledge_year_badge_idx ON pledge (year, badge)",
    """
    CREATE TABLE pledge_evidence (
        pledge_id uuid NOT NULL,
        sequence integer NOT NULL,
        act text NOT NULL,
        occurred_on date NOT NULL,
        note text NOT NULL,
        reference text NOT NULL,
        recorded_at timestamptz NOT NULL,
        recorded_by uuid,
        CONSTRAINT pledge_evidence_pkey PRIMARY KEY (pledge_id, sequence),
        CONSTRAINT pledge_evidence_pledge_id_fkey FOREIGN KEY (pledge_id) REFERENCES pledge (pledge_id)
    )
    """,
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
