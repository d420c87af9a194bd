"""Programmes, who takes part in them, and what units say of their own part."""

import sqlalchemy as sa

from chassis.bitemporal import history_columns, history_constraints
from organization.tables.base import day_column, id_column, metadata, stamp_columns, text_column, unit_column

programme = sa.Table(
    "programme",
    metadata,
    sa.Column("programme_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    text_column("name"),
    text_column("issuer"),
    sa.Column("first_responsible_id", sa.Uuid, sa.ForeignKey("post.post_id")),
    sa.Column("leader_in_charge_id", sa.Uuid, sa.ForeignKey("post.post_id")),
    day_column("valid_from"),
    day_column("valid_until", null=True),
    *stamp_columns(),
    sa.CheckConstraint("valid_until > valid_from", name=sa.schema.conv("programme_days_check")),
)
sa.Index("programme_unit_id_idx", programme.c.unit_id, programme.c.programme_id)

programme_term = sa.Table(
    "programme_term",
    metadata,
    sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.programme_id"), nullable=False),
    unit_column("unit_id"),
    sa.Column("batch", sa.Integer, nullable=False),
    text_column("status"),
    *history_columns(),
    *history_constraints("programme_term", ["programme_id", "unit_id"]),
)
sa.Index("programme_term_programme_id_idx", programme_term.c.programme_id)
sa.Index("programme_term_unit_id_idx", programme_term.c.unit_id)

programme_assessment = sa.Table(
    "programme_assessment",
    metadata,
    sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.programme_id"), primary_key=True),
    sa.Column("year", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("unit_id", sa.Uuid, sa.ForeignKey("unit.unit_id"), primary_key=True),
    text_column("grade"),
    text_column("summary"),
    id_column("person_id"),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Index("programme_assessment_unit_id_idx", programme_assessment.c.unit_id)
