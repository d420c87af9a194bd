"""Creates the tables of standing cases.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    """
    CREATE TABLE standing_case (
        standing_case_id uuid NOT NULL,
        person_id uuid NOT NULL,
        kind text NOT NULL,
        ground text,
        since date NOT NULL,
        state text NOT NULL,
        kept_through date,
        contact_due_on date,
        next_decision text,
        decision_from date,
        suspended_on date,
        rectify_until date,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT standing_case_pkey PRIMARY KEY (standing_case_id),
        CONSTRAINT standing_case_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id)
    )
    """,
    "CREATE UNIQUE INDEX standing_case_open_idx ON standing_case (person_id, kind) WHERE state = 'open'",
    "CREATE INDEX standing_case_person_id_idx ON standing_case (person_id, standing_case_id)",
    """
    CREATE TABLE standing_entry (
        standing_case_id uuid NOT NULL,
        sequence integer NOT NULL,
        act text NOT NULL,
        occurred_on date NOT NULL,
        recorded_at timestamptz NOT NULL,
        recorded_by uuid,
        reason text NOT NULL,
        reached boolean NOT NULL,
        until date,
        resolved_on date,
        approver_unit_id uuid,
        document_reference text,
        pack_digest text,
        verdicts jsonb NOT NULL,
        CONSTRAINT standing_entry_pkey PRIMARY KEY (standing_case_id, sequence),
        CONSTRAINT standing_entry_standing_case_id_fkey
            FOREIGN KEY (standing_case_id) REFERENCES standing_case (standing_case_id),
        CONSTRAINT standing_entry_pack_digest_fkey FOREIGN KEY (pack_digest) REFERENCES rule_set (digest)
    )
    """,
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
