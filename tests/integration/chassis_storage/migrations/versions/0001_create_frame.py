"""Creates the frame's tables, as the first migration of a service does."""

from alembic import op

from chassis.migrations import v0001

revision = "0001"
down_revision = None


def upgrade() -> None:
    v0001.upgrade(op)
