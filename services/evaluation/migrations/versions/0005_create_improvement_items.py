"""Creates the table of improvement items."""

from alembic import op

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    """
    CREATE TABLE improvement_item (
        improvement_item_id uuid PRIMARY KEY,
        award_id uuid NOT NULL REFERENCES award (award_id),
        edition_id uuid NOT NULL REFERENCES edition (edition_id),
        edition_number integer NOT NULL,
        unit_id uuid NOT NULL,
        criterion_key text NOT NULL,
        criterion_name text NOT NULL,
        score numeric NOT NULL,
        threshold numeric NOT NULL,
        state text NOT NULL,
        measure text NOT NULL,
        due_on date,
        report text NOT NULL,
        reported_on date,
        reason text NOT NULL,
        next_edition_id uuid REFERENCES edition (edition_id),
        next_score numeric,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        UNIQUE (edition_id, unit_id, criterion_key)
    )
    """,
    "CREATE INDEX improvement_item_unit_id_idx ON improvement_item (unit_id)",
    """
    CREATE INDEX improvement_item_open_idx ON improvement_item (award_id, unit_id)
     WHERE next_edition_id IS NULL
    """,
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
