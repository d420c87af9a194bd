"""Campuses, units with their histories, and plans of reorganisation."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.bitemporal import history_columns, history_constraints
from organization.tables.base import day_column, id_column, metadata, stamp_columns, text_column, unit_column

campus = sa.Table(
    "campus",
    metadata,
    sa.Column("campus_id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    text_column("name"),
    sa.Column("version", sa.Integer, nullable=False),
)

unit = sa.Table(
    "unit",
    metadata,
    sa.Column("unit_id", sa.Uuid, primary_key=True),
    text_column("kind"),
    text_column("form", null=True),
    text_column("function", null=True),
    sa.Column("cohort_year", sa.Integer),
    text_column("major_code", null=True),
    text_column("purpose", null=True),
    unit_column("host_id", null=True),
    text_column("task", null=True),
    day_column("planned_end_on", null=True),
    day_column("established_on"),
    day_column("dissolved_on", null=True),
    text_column("dissolved_because", null=True),
    # The process that dissolves it at the moment.
    id_column("frozen_by", null=True),
    *stamp_columns(),
    sa.CheckConstraint("dissolved_on > established_on", name=sa.schema.conv("unit_life_check")),
)
# There is one university; a second root would make every question of scope ambiguous.
sa.Index(
    "unit_one_root_idx", unit.c.kind, unique=True, postgresql_where=unit.c.kind == sa.text("'university'")
)
sa.Index("unit_host_id_idx", unit.c.host_id, postgresql_where=unit.c.host_id.is_not(None))
sa.Index(
    "unit_planned_end_on_idx",
    unit.c.planned_end_on,
    postgresql_where=sa.text("dissolved_on IS NULL AND planned_end_on IS NOT NULL"),
)

unit_description = sa.Table(
    "unit_description",
    metadata,
    unit_column("unit_id"),
    text_column("name"),
    text_column("short_name"),
    sa.Column("campus_id", sa.Uuid, sa.ForeignKey("campus.campus_id")),
    *history_columns(),
    *history_constraints("unit_description", ["unit_id"]),
)
sa.Index("unit_description_unit_id_idx", unit_description.c.unit_id)
# Pages are ordered by name, and a new name is looked for among its siblings'.
sa.Index(
    "unit_description_name_idx",
    unit_description.c.name,
    unit_description.c.unit_id,
    postgresql_where=unit_description.c.recorded_until.is_(None),
)

# By what the names of units are found, whichever unit has or had one; derived from the name alone.
unit_name = sa.Table(
    "unit_name",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    text_column("folded"),
    text_column("initials"),
    sa.Column("grams", sa.ARRAY(sa.Text), nullable=False),
)
sa.Index("unit_name_grams_idx", unit_name.c.grams, postgresql_using="gin")

unit_parent = sa.Table(
    "unit_parent",
    metadata,
    unit_column("unit_id"),
    unit_column("parent_id"),
    *history_columns(),
    *history_constraints("unit_parent", ["unit_id"]),
)
sa.Index("unit_parent_unit_id_idx", unit_parent.c.unit_id)
sa.Index("unit_parent_parent_id_idx", unit_parent.c.parent_id)

unit_sponsor = sa.Table(
    "unit_sponsor",
    metadata,
    unit_column("unit_id"),
    unit_column("sponsor_id"),
    text_column("part"),
    *history_columns(),
    *history_constraints("unit_sponsor", ["unit_id", "sponsor_id"]),
)
sa.Index("unit_sponsor_unit_id_idx", unit_sponsor.c.unit_id)
sa.Index("unit_sponsor_sponsor_id_idx", unit_sponsor.c.sponsor_id)

unit_lineage = sa.Table(
    "unit_lineage",
    metadata,
    sa.Column("from_unit_id", sa.Uuid, sa.ForeignKey("unit.unit_id"), primary_key=True),
    sa.Column("to_unit_id", sa.Uuid, sa.ForeignKey("unit.unit_id"), primary_key=True),
    text_column("kind"),
    day_column("effective_on"),
    id_column("reorganization_id", null=True),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Index("unit_lineage_to_unit_id_idx", unit_lineage.c.to_unit_id)

reorganization = sa.Table(
    "reorganization",
    metadata,
    sa.Column("reorganization_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    text_column("title"),
    sa.Column("plan", JSONB, nullable=False),
    text_column("state"),
    id_column("approved_by", null=True),
    sa.Column("approved_at", sa.DateTime(timezone=True)),
    text_column("document_number"),
    id_column("process_id", null=True),
    sa.Column("moved_persons", sa.Integer),
    sa.Column("moved_cases", sa.Integer),
    text_column("failure"),
    *stamp_columns(),
)
sa.Index("reorganization_unit_id_idx", reorganization.c.unit_id)
