"""Finds persons whose names sound alike and who were born on one day by an index."""

from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    """Create the index in place of the one by names as they are written."""
    op.execute("CREATE INDEX person_pinyin_born_on_idx ON person (pinyin, born_on, person_id)")
    op.execute("DROP INDEX person_name_born_on_idx")
