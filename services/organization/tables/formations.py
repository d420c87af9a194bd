"""Templates, what temporary branches have beside other units, and emergencies with what was set up in them."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from organization.tables.base import (
    day_column,
    id_column,
    metadata,
    stamp_columns,
    text_column,
    unit_column,
)

formation_template = sa.Table(
    "formation_template",
    metadata,
    sa.Column("template_id", sa.Uuid, primary_key=True),
    text_column("kind"),
    sa.Column("name", sa.Text, nullable=False, unique=True),
    text_column("purpose", null=True),
    text_column("task"),
    sa.Column("posts", JSONB, nullable=False),
    text_column("default_length"),
    day_column("retired_on", null=True),
    *stamp_columns(),
)

temporary_branch = sa.Table(
    "temporary_branch",
    metadata,
    sa.Column("unit_id", sa.Uuid, sa.ForeignKey("unit.unit_id"), primary_key=True),
    sa.Column("template_id", sa.Uuid, sa.ForeignKey("formation_template.template_id")),
    # What stood in the way when it was to be dissolved last: [[reason, count], …].
    sa.Column("hindrances", JSONB, nullable=False),
    day_column("hindered_since", null=True),
)
sa.Index("temporary_branch_template_id_idx", temporary_branch.c.template_id)

emergency = sa.Table(
    "emergency",
    metadata,
    sa.Column("emergency_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    text_column("name"),
    # The approver named beforehand.
    id_column("person_id"),
    text_column("document_number"),
    day_column("started_on"),
    day_column("ended_on", null=True),
    text_column("reason"),
    *stamp_columns(),
    sa.CheckConstraint("ended_on > started_on", name=sa.schema.conv("emergency_life_check")),
)
sa.Index("emergency_unit_id_idx", emergency.c.unit_id)

# A branch by its unit, a team by itself; each is set up in one emergency.
emergency_formation = sa.Table(
    "emergency_formation",
    metadata,
    sa.Column("formation_id", sa.Uuid, primary_key=True),
    sa.Column("emergency_id", sa.Uuid, sa.ForeignKey("emergency.emergency_id"), nullable=False),
    text_column("kind"),
    sa.Column("template_id", sa.Uuid, sa.ForeignKey("formation_template.template_id"), nullable=False),
    day_column("set_up_on"),
    sa.Column("place", sa.Integer, nullable=False),
)
sa.Index("emergency_formation_emergency_id_idx", emergency_formation.c.emergency_id)
