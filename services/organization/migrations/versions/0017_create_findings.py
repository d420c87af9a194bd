"""Creates the record of findings."""

from alembic import op

revision = "0017"
down_revision = "0016"

_STATEMENTS = (
    """
    CREATE TABLE finding (
        finding_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        unit_name text NOT NULL,
        rule_id text NOT NULL,
        severity text NOT NULL,
        since date NOT NULL,
        verdict jsonb NOT NULL,
        found_at timestamptz NOT NULL,
        cleared_at timestamptz,
        CONSTRAINT finding_pkey PRIMARY KEY (finding_id),
        CONSTRAINT finding_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE UNIQUE INDEX finding_one_open_idx ON finding (unit_id, rule_id) WHERE cleared_at IS NULL",
    "CREATE INDEX finding_unit_id_idx ON finding (unit_id, rule_id)",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
