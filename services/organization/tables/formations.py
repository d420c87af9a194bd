"""Templates, and what temporary branches have beside other units."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from organization.tables.base import day_column, metadata, stamp_columns, text_column

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
