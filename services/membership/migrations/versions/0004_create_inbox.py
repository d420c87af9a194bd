"""Creates the tables of what cases and transfers wait for, and of reminders.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0004"
down_revision = "0003"

_STATEMENTS = (
    """
    CREATE TABLE inbox_item (
        item_id uuid NOT NULL,
        case_id uuid,
        transfer_id uuid,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        step text NOT NULL,
        zh text NOT NULL,
        actor text NOT NULL,
        kind text NOT NULL,
        due_on date NOT NULL,
        pack_digest text NOT NULL,
        verdict jsonb,
        CONSTRAINT inbox_item_pkey PRIMARY KEY (item_id),
        CONSTRAINT inbox_item_case_id_fkey FOREIGN KEY (case_id) REFERENCES admission_case (case_id),
        CONSTRAINT inbox_item_transfer_id_fkey FOREIGN KEY (transfer_id) REFERENCES transfer (transfer_id),
        CONSTRAINT inbox_item_subject_check CHECK ((case_id IS NULL) <> (transfer_id IS NULL))
    )
    """,
    "CREATE INDEX inbox_item_due_on_idx ON inbox_item (due_on, item_id)",
    "CREATE INDEX inbox_item_unit_id_idx ON inbox_item (unit_id, due_on, item_id)",
    "CREATE INDEX inbox_item_person_id_idx ON inbox_item (person_id)",
    "CREATE INDEX inbox_item_case_id_idx ON inbox_item (case_id)",
    "CREATE INDEX inbox_item_transfer_id_idx ON inbox_item (transfer_id)",
    """
    CREATE TABLE reminder (
        item_id uuid NOT NULL,
        due_on date NOT NULL,
        urgency text NOT NULL,
        reminder_id uuid NOT NULL,
        issued_at timestamptz NOT NULL,
        CONSTRAINT reminder_pkey PRIMARY KEY (item_id, due_on, urgency)
    )
    """,
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
