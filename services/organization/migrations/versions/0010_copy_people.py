"""Creates the copies of membership's people that coverage reads."""

from alembic import op

revision = "0010"
down_revision = "0009"

_STATEMENTS = (
    """
    CREATE TABLE person_kind (
        person_id uuid NOT NULL,
        kind text NOT NULL,
        CONSTRAINT person_kind_pkey PRIMARY KEY (person_id)
    )
    """,
    "CREATE TABLE person_class (person_id uuid NOT NULL, unit_id uuid NOT NULL, valid daterange NOT NULL)",
    "CREATE INDEX person_class_person_id_idx ON person_class (person_id)",
    "CREATE INDEX person_class_unit_id_idx ON person_class (unit_id)",
    "CREATE TABLE member_period (person_id uuid NOT NULL, valid daterange NOT NULL)",
    "CREATE INDEX member_period_person_id_idx ON member_period (person_id)",
    "CREATE TABLE member_participation (person_id uuid NOT NULL, unit_id uuid NOT NULL, valid daterange NOT NULL)",
    "CREATE INDEX member_participation_person_id_idx ON member_participation (person_id)",
    "CREATE INDEX member_participation_unit_id_idx ON member_participation (unit_id)",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
