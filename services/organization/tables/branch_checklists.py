"""What student branches say of their duties, two-dimensional in time, and how often each branch has said something."""

import sqlalchemy as sa

from chassis.bitemporal import history_columns, history_constraints
from organization.tables.base import id_column, metadata, stamp_columns, text_column, unit_column

branch_checklist = sa.Table(
    "branch_checklist",
    metadata,
    sa.Column("unit_id", sa.Uuid, sa.ForeignKey("unit.unit_id"), primary_key=True),
    *stamp_columns(),
)

branch_duty_term = sa.Table(
    "branch_duty_term",
    metadata,
    unit_column("unit_id"),
    text_column("duty"),
    text_column("statement"),
    text_column("record"),
    # Who says so.
    id_column("person_id", null=True),
    *history_columns(),
    *history_constraints("branch_duty_term", ["unit_id", "duty"]),
)
sa.Index("branch_duty_term_unit_id_idx", branch_duty_term.c.unit_id)
