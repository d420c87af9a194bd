"""Duties to inspect the admission of members, and the inspections; a corrected one stays beside what replaced it."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from membership.tables.base import (
    day_column,
    id_column,
    instant_column,
    metadata,
    text_column,
    version_column,
)

# What follows from the inspections is kept beside the duty, so that a list of what is overdue needs no rules.
inspection_duty = sa.Table(
    "inspection_duty",
    metadata,
    id_column("inspection_duty_id", key=True),
    id_column("unit_id"),
    text_column("level"),
    text_column("inspector"),
    day_column("starts_on"),
    day_column("last_inspected_on", null=True),
    day_column("due_on", null=True),
    day_column("ended_on", null=True),
    text_column("end_reason", null=True),
    version_column(),
    instant_column("created_at"),
    instant_column("updated_at"),
)
# A committee is inspected from each level by one duty at a time.
sa.Index(
    "inspection_duty_open_idx",
    inspection_duty.c.unit_id,
    inspection_duty.c.level,
    unique=True,
    postgresql_where=inspection_duty.c.ended_on.is_(None),
)

inspection = sa.Table(
    "inspection",
    metadata,
    id_column("inspection_id", key=True),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column(
        "inspection_duty_id", sa.Uuid, sa.ForeignKey("inspection_duty.inspection_duty_id"), nullable=False
    ),
    day_column("inspected_on"),
    text_column("basis"),
    text_column("conclusion"),
    sa.Column("problems", ARRAY(sa.Text), nullable=False),
    text_column("correction_reason", null=True),
    sa.Column("pack_digest", sa.Text, sa.ForeignKey("rule_set.digest"), nullable=False),
    sa.Column("verdicts", JSONB, nullable=False),
    id_column("recorded_by", null=True),
    instant_column("recorded_at"),
    # Null while it is believed.
    instant_column("superseded_at", null=True),
)
sa.Index("inspection_inspection_duty_id_idx", inspection.c.inspection_duty_id, inspection.c.inspection_id)
