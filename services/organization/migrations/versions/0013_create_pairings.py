"""Creates the table of leaders who are paired with branches."""

from alembic import op

revision = "0013"
down_revision = "0012"

_STATEMENTS = (
    """
    CREATE TABLE pairing (
        pairing_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        person_id uuid NOT NULL,
        post_id uuid NOT NULL,
        plan text NOT NULL,
        valid_from date NOT NULL,
        valid_until date,
        reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT pairing_pkey PRIMARY KEY (pairing_id),
        CONSTRAINT pairing_days_check CHECK (valid_until > valid_from),
        CONSTRAINT pairing_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id),
        CONSTRAINT pairing_post_id_fkey FOREIGN KEY (post_id) REFERENCES post (post_id)
    )
    """,
    "CREATE INDEX pairing_unit_id_idx ON pairing (unit_id)",
    "CREATE INDEX pairing_person_id_idx ON pairing (person_id)",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
