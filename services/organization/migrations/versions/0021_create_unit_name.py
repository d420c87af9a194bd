"""Creates the keys by which names of units are found, and fills them with the names there are.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

import sqlalchemy as sa
from alembic import op

from chassis.text_keys import keys_of

revision = "0021"
down_revision = "0020"

_STATEMENTS = (
    """
    CREATE TABLE unit_name (
        name text NOT NULL,
        folded text NOT NULL,
        initials text NOT NULL,
        grams text[] NOT NULL,
        CONSTRAINT unit_name_pkey PRIMARY KEY (name)
    )
    """,
    "CREATE INDEX unit_name_grams_idx ON unit_name USING gin (grams)",
)


def upgrade() -> None:
    """Create the table and fill it."""
    for statement in _STATEMENTS:
        op.execute(statement)
    bind = op.get_bind()
    names = bind.execute(
        sa.text("SELECT name FROM unit_description UNION SELECT short_name FROM unit_description")
    )
    rows = []
    for (name,) in names.fetchall():
        keys = keys_of(name)
        rows.append({"name": name, "folded": keys.folded, "initials": keys.initials, "grams": keys.grams})
    if rows:
        bind.execute(
            sa.text(
                "INSERT INTO unit_name (name, folded, initials, grams)"
                " VALUES (:name, :folded, :initials, :grams)"
            ),
            rows,
        )
