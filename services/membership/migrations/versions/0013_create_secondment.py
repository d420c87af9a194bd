"""Creates the table of secondments.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0013"
down_revision = "0012"

_STATEMENTS = (
    """
    CREATE TABLE secondment (
        secondment_id uuid NOT NULL,
        person_id uuid NOT NULL,
        from_unit_id uuid NOT NULL,
        to_unit_id uuid NOT NULL,
        purposes text[] NOT NULL,
        qualification text NOT NULL,
        valid_from date NOT NULL,
        valid_until date,
        state text NOT NULL,
        nominated_by uuid,
        decided_by uuid,
        decided_on date,
        reason text NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT secondment_pkey PRIMARY KEY (secondment_id),
        CONSTRAINT secondment_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id),
        CONSTRAINT secondment_days_check CHECK (valid_until > valid_from)
    )
    """,
    "CREATE INDEX secondment_person_id_idx ON secondment (person_id, to_unit_id)",
    "CREATE INDEX secondment_from_unit_id_idx ON secondment (from_unit_id, secondment_id)",
    "CREATE INDEX secondment_to_unit_id_idx ON secondment (to_unit_id, secondment_id)",
)


def upgrade() -> None:
    """Create the table and its indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
