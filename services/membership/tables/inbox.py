"""What open matters wait for, and the reminders that were given."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from membership.tables.base import day_column, id_column, instant_column, metadata, text_column

# Derived: written again whenever its matter changes, and never edited.
inbox_item = sa.Table(
    "inbox_item",
    metadata,
    id_column("item_id", key=True),
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("admission_case.case_id")),
    sa.Column("transfer_id", sa.Uuid, sa.ForeignKey("transfer.transfer_id")),
    # Null where a unit owes something that is about nobody.
    id_column("person_id", null=True),
    id_column("unit_id"),
    text_column("step"),
    text_column("zh"),
    text_column("actor"),
    text_column("kind"),
    day_column("due_on"),
    text_column("pack_digest"),
    # Null where a step waits for no day of a rule.
    sa.Column("verdict", JSONB),
    # A matter that is neither a case nor a transfer.
    text_column("subject_kind", null=True),
    id_column("subject_id", null=True),
    sa.CheckConstraint(
        "num_nonnulls(case_id, transfer_id, subject_id) = 1 AND num_nonnulls(subject_kind, subject_id) <> 1",
        name=sa.schema.conv("inbox_item_subject_check"),
    ),
)
sa.Index("inbox_item_due_on_idx", inbox_item.c.due_on, inbox_item.c.item_id)
sa.Index("inbox_item_unit_id_idx", inbox_item.c.unit_id, inbox_item.c.due_on, inbox_item.c.item_id)
# Transfers are few among the cases; a walk to the next of them should not pass every case.
sa.Index(
    "inbox_item_transfer_due_on_idx",
    inbox_item.c.due_on,
    inbox_item.c.item_id,
    postgresql_where=inbox_item.c.transfer_id.is_not(None),
)
# So are the others, kind by kind.
sa.Index(
    "inbox_item_subject_due_on_idx",
    inbox_item.c.subject_kind,
    inbox_item.c.due_on,
    inbox_item.c.item_id,
    postgresql_where=inbox_item.c.subject_id.is_not(None),
)
sa.Index(
    "inbox_item_subject_id_idx",
    inbox_item.c.subject_id,
    postgresql_where=inbox_item.c.subject_id.is_not(None),
)
sa.Index("inbox_item_person_id_idx", inbox_item.c.person_id)
sa.Index("inbox_item_case_id_idx", inbox_item.c.case_id)
sa.Index("inbox_item_transfer_id_idx", inbox_item.c.transfer_id)

# Given once for each day of an item and each urgency, also when the item is written again in between.
reminder = sa.Table(
    "reminder",
    metadata,
    id_column("item_id", key=True),
    sa.Column("due_on", sa.Date, primary_key=True),
    sa.Column("urgency", sa.Text, primary_key=True),
    id_column("reminder_id"),
    instant_column("issued_at"),
)
