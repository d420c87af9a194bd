"""Creates the tables of inspections of the admission of members, and lets the inbox hold matters of other kinds.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0024"
down_revision = "0023"

_STATEMENTS = (
    """
    CREATE TABLE inspection_duty (
        inspection_duty_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        level text NOT NULL,
        inspector text NOT NULL,
        starts_on date NOT NULL,
        last_inspected_on date,
        due_on date,
        ended_on date,
        end_reason text,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT inspection_duty_pkey PRIMARY KEY (inspection_duty_id)
    )
    """,
    """
    CREATE UNIQUE INDEX inspection_duty_open_idx ON inspection_duty (unit_id, level) WHERE ended_on IS NULL
    """,
    """
    CREATE TABLE inspection (
        inspection_id uuid NOT NULL,
        revision integer NOT NULL,
        inspection_duty_id uuid NOT NULL,
        inspected_on date NOT NULL,
        basis text NOT NULL,
        conclusion text NOT NULL,
        problems text[] NOT NULL,
        correction_reason text,
        pack_digest text NOT NULL,
        verdicts jsonb NOT NULL,
        recorded_by uuid,
        recorded_at timestamptz NOT NULL,
        superseded_at timestamptz,
        CONSTRAINT inspection_pkey PRIMARY KEY (inspection_id, revision),
        CONSTRAINT inspection_inspection_duty_id_fkey
            FOREIGN KEY (inspection_duty_id) REFERENCES inspection_duty (inspection_duty_id),
        CONSTRAINT inspection_pack_digest_fkey FOREIGN KEY (pack_digest) REFERENCES rule_set (digest)
    )
    """,
    "CREATE INDEX inspection_inspection_duty_id_idx ON inspection (inspection_duty_id, inspection_id)",
    "ALTER TABLE inbox_item ADD COLUMN subject_kind text",
    "ALTER TABLE inbox_item ADD COLUMN subject_id uuid",
    "ALTER TABLE inbox_item ALTER COLUMN person_id DROP NOT NULL",
    "ALTER TABLE inbox_item DROP CONSTRAINT inbox_item_subject_check",
    """
    ALTER TABLE inbox_item ADD CONSTRAINT inbox_item_subject_check
        CHECK (num_nonnulls(case_id, transfer_id, subject_id) = 1 AND num_nonnulls(subject_kind, subject_id) <> 1)
    """,
    """
    CREATE INDEX inbox_item_subject_due_on_idx ON inbox_item (subject_kind, due_on, item_id)
        WHERE subject_id IS NOT NULL
    """,
    "CREATE INDEX inbox_item_subject_id_idx ON inbox_item (subject_id) WHERE subject_id IS NOT NULL",
)


def upgrade() -> None:
    """Create the tables, and widen the inbox."""
    for statement in _STATEMENTS:
        op.execute(statement)
