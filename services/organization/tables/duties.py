"""Duties, who has which part in them, and who has signed them off."""

import sqlalchemy as sa

from chassis.bitemporal import history_columns, history_constraints
from organization.tables.base import day_column, id_column, metadata, stamp_columns, text_column, unit_column

duty = sa.Table(
    "duty",
    metadata,
    sa.Column("duty_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    text_column("title"),
    text_column("description"),
    sa.Column("joint", sa.Boolean, nullable=False),
    day_column("due_on", null=True),
    day_column("valid_from"),
    day_column("valid_until", null=True),
    day_column("fulfilled_on", null=True),
    *stamp_columns(),
    sa.CheckConstraint("valid_until > valid_from", name=sa.schema.conv("duty_days_check")),
)
sa.Index("duty_unit_id_idx", duty.c.unit_id, duty.c.duty_id)
sa.Index("duty_due_on_idx", duty.c.due_on, postgresql_where=duty.c.due_on.is_not(None))

duty_term = sa.Table(
    "duty_term",
    metadata,
    sa.Column("duty_id", sa.Uuid, sa.ForeignKey("duty.duty_id"), nullable=False),
    unit_column("unit_id"),
    text_column("part"),
    sa.Column("share", sa.Integer),
    *history_columns(),
    *history_constraints("duty_term", ["duty_id", "unit_id", "part"]),
)
sa.Index("duty_term_duty_id_idx", duty_term.c.duty_id)
sa.Index("duty_term_unit_id_idx", duty_term.c.unit_id)

duty_sign_off = sa.Table(
    "duty_sign_off",
    metadata,
    sa.Column("duty_id", sa.Uuid, sa.ForeignKey("duty.duty_id"), primary_key=True),
    sa.Column("unit_id", sa.Uuid, sa.ForeignKey("unit.unit_id"), primary_key=True),
    id_column("person_id"),
    day_column("signed_on"),
    text_column("note"),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
)
