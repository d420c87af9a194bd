"""Creates the table of days in Party groups that ended because somebody was said not to be in the branch."""

from alembic import op

revision = "0027"
down_revision = "0026"

_STATEMENTS = (
    """
    CREATE TABLE party_group_cut (
        cut_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        member_id uuid NOT NULL REFERENCES party_group_member (member_id),
        unit_id uuid NOT NULL REFERENCES unit (unit_id),
        valid daterange NOT NULL
    )
    """,
    "CREATE INDEX party_group_cut_member_id_idx ON party_group_cut (member_id)",
)


def upgrade() -> None:
    """Create the table."""
    for statement in _STATEMENTS:
        op.execute(statement)
