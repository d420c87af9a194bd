"""Creates the tables of peer mentors.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0015"
down_revision = "0014"

_STATEMENTS = (
    """
    CREATE TABLE peer_mentor (
        peer_mentor_id uuid NOT NULL,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        cohort_year smallint NOT NULL,
        grounds text[] NOT NULL,
        valid_from date NOT NULL,
        valid_until date,
        reason text NOT NULL,
        rating text,
        pack_digest text NOT NULL,
        verdicts jsonb NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT peer_mentor_pkey PRIMARY KEY (peer_mentor_id),
        CONSTRAINT peer_mentor_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id),
        CONSTRAINT peer_mentor_pack_digest_fkey FOREIGN KEY (pack_digest) REFERENCES rule_set (digest),
        CONSTRAINT peer_mentor_days_check CHECK (valid_until > valid_from)
    )
    """,
    "CREATE INDEX peer_mentor_person_id_idx ON peer_mentor (person_id)",
    "CREATE INDEX peer_mentor_unit_id_idx ON peer_mentor (unit_id, peer_mentor_id)",
    """
    CREATE TABLE peer_mentee (
        peer_mentor_id uuid NOT NULL,
        person_id uuid NOT NULL,
        valid_from date NOT NULL,
        valid_until date,
        cohort_year smallint NOT NULL,
        CONSTRAINT peer_mentee_pkey PRIMARY KEY (peer_mentor_id, person_id, valid_from),
        CONSTRAINT peer_mentee_peer_mentor_id_fkey
            FOREIGN KEY (peer_mentor_id) REFERENCES peer_mentor (peer_mentor_id),
        CONSTRAINT peer_mentee_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id),
        CONSTRAINT peer_mentee_days_check CHECK (valid_until > valid_from)
    )
    """,
    "CREATE INDEX peer_mentee_person_id_idx ON peer_mentee (person_id)",
    """
    CREATE TABLE peer_mentor_entry (
        peer_mentor_id uuid NOT NULL,
        sequence integer NOT NULL,
        occurred_on date NOT NULL,
        mentee_ids uuid[] NOT NULL,
        note text NOT NULL,
        rating text,
        recorded_at timestamptz NOT NULL,
        recorded_by uuid,
        pack_digest text,
        verdicts jsonb NOT NULL,
        CONSTRAINT peer_mentor_entry_pkey PRIMARY KEY (peer_mentor_id, sequence),
        CONSTRAINT peer_mentor_entry_peer_mentor_id_fkey
            FOREIGN KEY (peer_mentor_id) REFERENCES peer_mentor (peer_mentor_id),
        CONSTRAINT peer_mentor_entry_pack_digest_fkey FOREIGN KEY (pack_digest) REFERENCES rule_set (digest)
    )
    """,
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
