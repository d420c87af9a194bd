"""Lets a payment of dues be corrected: what was written stays as it was known then.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0027"
down_revision = "0026"

_STATEMENTS = (
    "ALTER TABLE dues_payment ADD COLUMN superseded_at timestamptz",
    "ALTER TABLE dues_payment ADD COLUMN superseded_by uuid",
    "ALTER TABLE dues_payment ADD COLUMN corrected_by uuid",
    "ALTER TABLE dues_payment ADD COLUMN correction_reason text",
    """
    ALTER TABLE dues_payment ADD CONSTRAINT dues_payment_superseded_by_fkey
        FOREIGN KEY (superseded_by) REFERENCES dues_payment (payment_id)
    """,
    "CREATE INDEX dues_payment_person_id_idx ON dues_payment (person_id, payment_id)",
    """
    CREATE TABLE dues_month_corrected (
        payment_id uuid NOT NULL,
        month date NOT NULL,
        person_id uuid NOT NULL,
        amount numeric(12, 2) NOT NULL,
        CONSTRAINT dues_month_corrected_pkey PRIMARY KEY (payment_id, month),
        CONSTRAINT dues_month_corrected_payment_id_fkey
            FOREIGN KEY (payment_id) REFERENCES dues_payment (payment_id)
    )
    """,
    "CREATE INDEX dues_month_corrected_person_id_idx ON dues_month_corrected (person_id)",
)


def upgrade() -> None:
    """Add the columns, and the table of months that are not believed paid any more."""
    for statement in _STATEMENTS:
        op.execute(statement)
