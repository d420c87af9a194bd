"""Adds the pinyin initials of names, made of the stored pinyin.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the column; the database fills it."""
    op.execute(
        "ALTER TABLE person ADD COLUMN initials text"
        r" GENERATED ALWAYS AS (regexp_replace(pinyin, '(\S)\S*\s*', '\1', 'g')) STORED"
    )
