"""Creates the table of transfers.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0003"
down_revision = "0002"

_STATEMENTS = (
    """
    CREATE TABLE transfer (
        transfer_id uuid NOT NULL,
        person_id uuid NOT NULL,
        from_unit_id uuid NOT NULL,
        to_unit_id uuid,
        to_organization text,
        state text NOT NULL,
        letter_number text NOT NULL,
        letter_issued_on date NOT NULL,
        letter_valid_through date NOT NULL,
        letters_issued smallint NOT NULL,
        left_on date NOT NULL,
        pack_digest text NOT NULL,
        accepted_on date,
        receipt_due_on date,
        receipt_returned_on date,
        reason text,
        verdicts jsonb NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT transfer_pkey PRIMARY KEY (transfer_id),
        CONSTRAINT transfer_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id),
        CONSTRAINT transfer_pack_digest_fkey FOREIGN KEY (pack_digest) REFERENCES rule_set (digest),
        CONSTRAINT transfer_receiver_check CHECK ((to_unit_id IS NULL) <> (to_organization IS NULL))
    )
    """,
    "CREATE UNIQUE INDEX transfer_open_idx ON transfer (person_id) WHERE state IN ('started', 'expired')",
    "CREATE INDEX transfer_started_idx ON transfer (letter_valid_through) WHERE state = 'started'",
    "CREATE INDEX transfer_person_id_idx ON transfer (person_id)",
    "CREATE INDEX transfer_from_unit_id_idx ON transfer (from_unit_id, transfer_id)",
    "CREATE INDEX transfer_to_unit_id_idx ON transfer (to_unit_id, transfer_id)",
)


def upgrade() -> None:
    """Create the table and its indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
