"""Yearly plans of admission."""

import sqlalchemy as sa

from membership.tables.base import id_column, instant_column, metadata, version_column

admission_plan = sa.Table(
    "admission_plan",
    metadata,
    id_column("plan_id", key=True),
    id_column("unit_id"),
    sa.Column("year", sa.Integer, nullable=False),
    sa.Column("quota", sa.Integer, nullable=False),
    version_column(),
    instant_column("created_at"),
    instant_column("updated_at"),
)
# One plan for each unit and year; the year first, by which plans are compared.
sa.Index("admission_plan_year_unit_id_idx", admission_plan.c.year, admission_plan.c.unit_id, unique=True)
