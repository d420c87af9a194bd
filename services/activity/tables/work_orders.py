"""Work orders and what was done about them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from activity.tables.base import (
    day_column,
    id_column,
    instant_column,
    int_column,
    metadata,
    stamp_columns,
    text_column,
)

work_order = sa.Table(
    "work_order",
    metadata,
    sa.Column("work_order_id", sa.Uuid, primary_key=True),
    id_column("unit_id"),
    id_column("assignee_unit_id"),
    sa.Column("meeting_id", sa.Uuid, sa.ForeignKey("meeting.meeting_id")),
    text_column("decision"),
    text_column("title"),
    text_column("description"),
    text_column("state"),
    day_column("due_on"),
    int_column("remind_days"),
    day_column("reminded_on", null=True),
    day_column("fell_overdue_on", null=True),
    day_column("reported_on", null=True),
    day_column("ended_on", null=True),
    sa.Column("evidence", ARRAY(sa.Text), nullable=False),
    int_column("steps"),
    *stamp_columns(),
)
sa.Index("work_order_due_on_work_order_id_idx", work_order.c.due_on, work_order.c.work_order_id)
sa.Index("work_order_unit_id_due_on_idx", work_order.c.unit_id, work_order.c.due_on)
sa.Index("work_order_assignee_unit_id_due_on_idx", work_order.c.assignee_unit_id, work_order.c.due_on)
sa.Index("work_order_meeting_id_idx", work_order.c.meeting_id)
# What is still to be done: few, however many have been given over the years.
sa.Index(
    "work_order_open_due_on_idx",
    work_order.c.due_on,
    postgresql_where=work_order.c.state.in_(["issued", "accepted"]),
)

work_order_step = sa.Table(
    "work_order_step",
    metadata,
    sa.Column("work_order_id", sa.Uuid, sa.ForeignKey("work_order.work_order_id"), nullable=False),
    int_column("number"),
    text_column("act"),
    text_column("note"),
    sa.Column("evidence", ARRAY(sa.Text), nullable=False),
    day_column("due_on"),
    id_column("by_id", null=True),
    instant_column("happened_at"),
    sa.PrimaryKeyConstraint("work_order_id", "number"),
)
