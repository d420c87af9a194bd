"""Pacts of co-building: a branch, those it asked, and what they answered."""

import sqlalchemy as sa

from organization.tables.base import day_column, metadata, stamp_columns, text_column, unit_column

pact = sa.Table(
    "pact",
    metadata,
    sa.Column("pact_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    text_column("title"),
    text_column("plan"),
    sa.Column("least_partners", sa.Integer, nullable=False),
    day_column("proposed_on"),
    day_column("valid_from"),
    day_column("valid_until", null=True),
    day_column("ended_on", null=True),
    text_column("reason"),
    *stamp_columns(),
    sa.CheckConstraint("valid_until > valid_from", name=sa.schema.conv("pact_days_check")),
    sa.CheckConstraint("ended_on >= proposed_on", name=sa.schema.conv("pact_ended_check")),
    sa.CheckConstraint("least_partners >= 1", name=sa.schema.conv("pact_least_check")),
)
sa.Index("pact_unit_id_idx", pact.c.unit_id)

pact_partner = sa.Table(
    "pact_partner",
    metadata,
    sa.Column("pact_id", sa.Uuid, sa.ForeignKey("pact.pact_id"), primary_key=True),
    sa.Column("unit_id", sa.Uuid, sa.ForeignKey("unit.unit_id"), primary_key=True),
    text_column("answer"),
    day_column("answered_on", null=True),
    day_column("left_on", null=True),
    text_column("reason"),
    sa.CheckConstraint(
        "(answer = 'open') = (answered_on IS NULL)", name=sa.schema.conv("pact_partner_answer_check")
    ),
    sa.CheckConstraint("left_on > answered_on", name=sa.schema.conv("pact_partner_days_check")),
)
sa.Index("pact_partner_unit_id_idx", pact_partner.c.unit_id)
