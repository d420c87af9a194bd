"""Pledges of members and what was done for them; evidence is only ever added."""

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

pledge = sa.Table(
    "pledge",
    metadata,
    id_column("pledge_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    id_column("unit_id"),
    sa.Column("year", sa.SmallInteger, nullable=False),
    sa.Column("items", JSONB, nullable=False),
    text_column("state"),
    sa.Column("badge", sa.Integer, nullable=True),
    day_column("published_on", null=True),
    text_column("reason"),
    day_column("reviewed_on", null=True),
    id_column("reviewed_by", null=True),
    sa.Column("kept", ARRAY(sa.Text), nullable=False),
    text_column("opinion"),
    sa.Column("pack_digest", sa.Text, sa.ForeignKey("rule_set.digest"), nullable=True),
    sa.Column("verdicts", JSONB, nullable=False),
    version_column(),
    instant_column("created_at"),
    instant_column("updated_at"),
)
# One for each member and year, apart from those taken back.
sa.Index(
    "pledge_person_id_year_idx",
    pledge.c.person_id,
    pledge.c.year,
    unique=True,
    postgresql_where=pledge.c.state != sa.text("'withdrawn'"),
)
sa.Index("pledge_unit_id_idx", pledge.c.unit_id, pledge.c.pledge_id)
sa.Index("pledge_year_badge_idx", pledge.c.year, pledge.c.badge, unique=True)

pledge_evidence = sa.Table(
    "pledge_evidence",
    metadata,
    sa.Column("pledge_id", sa.Uuid, sa.ForeignKey("pledge.pledge_id"), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    text_column("act"),
    day_column("occurred_on"),
    text_column("note"),
    text_column("reference"),
    instant_column("recorded_at"),
    id_column("recorded_by", null=True),
)
