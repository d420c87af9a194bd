"""Findings that scans have recorded; what is found now is computed and needs no table."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from organization.tables.base import day_column, metadata, text_column, unit_column

finding = sa.Table(
    "finding",
    metadata,
    sa.Column("finding_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    text_column("unit_name"),
    text_column("rule_id"),
    text_column("severity"),
    day_column("since"),
    sa.Column("verdict", JSONB, nullable=False),
    sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("cleared_at", sa.DateTime(timezone=True)),
)
# A rule is found on a unit once at a time; the scan that comes second finds it there.
sa.Index(
    "finding_one_open_idx",
    finding.c.unit_id,
    finding.c.rule_id,
    unique=True,
    postgresql_where=sa.text("cleared_at IS NULL"),
)
sa.Index("finding_unit_id_idx", finding.c.unit_id, finding.c.rule_id)
