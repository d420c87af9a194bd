"""Lets a page of the inbox find the transfers among the cases.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the index."""
    op.execute(
        "CREATE INDEX inbox_item_transfer_due_on_idx ON inbox_item (due_on, item_id) WHERE transfer_id IS NOT NULL"
    )
