"""Creates the tables of emergencies and of what was set up in them."""

from alembic import op

revision = "0018"
down_revision = "0017"

_STATEMENTS = (
    """
    CREATE TABLE emergency (
        emergency_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        name text NOT NULL,
        person_id uuid NOT NULL,
        document_number text NOT NULL,
        started_on date NOT NULL,
        ended_on date,
        reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT emergency_pkey PRIMARY KEY (emergency_id),
        CONSTRAINT emergency_life_check CHECK (ended_on > started_on),
        CONSTRAINT emergency_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX emergency_unit_id_idx ON emergency (unit_id)",
    """
    CREATE TABLE emergency_formation (
        formation_id uuid NOT NULL,
        emergency_id uuid NOT NULL,
        kind text NOT NULL,
        template_id uuid NOT NULL,
        set_up_on date NOT NULL,
        place integer NOT NULL,
        CONSTRAINT emergency_formation_pkey PRIMARY KEY (formation_id),
        CONSTRAINT emergency_formation_emergency_id_fkey FOREIGN KEY (emergency_id)
            REFERENCES emergency (emergency_id),
        CONSTRAINT emergency_formation_template_id_fkey FOREIGN KEY (template_id)
            REFERENCES formation_template (template_id)
    )
    """,
    "CREATE INDEX emergency_formation_emergency_id_idx ON emergency_formation (emergency_id)",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
