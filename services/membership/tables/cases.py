"""Admission cases with their steps, companions and ballots."""

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

# Rule sets by digest, kept for ever: a case is judged by the one it began under.
rule_set = sa.Table(
    "rule_set",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    text_column("content"),
    instant_column("kept_at"),
)

admission_case = sa.Table(
    "admission_case",
    metadata,
    id_column("case_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    id_column("unit_id"),
    day_column("applied_on"),
    sa.Column("pack_digest", sa.Text, sa.ForeignKey("rule_set.digest"), nullable=False),
    text_column("state"),
    sa.Column("stage", sa.SmallInteger, nullable=False),
    text_column("step"),
    id_column("approver_unit_id", null=True),
    day_column("probation_from", null=True),
    day_column("probation_until", null=True),
    day_column("oath_on", null=True),
    id_column("ceremony_id", null=True),
    text_column("conversion_outcome", null=True),
    text_column("extension", null=True),
    day_column("full_member_from", null=True),
    version_column(),
    instant_column("created_at"),
    instant_column("updated_at"),
    # The document of a case that was brought in from paper.
    text_column("source_reference", null=True),
)
# One run at a time for each person.
sa.Index(
    "admission_case_open_idx",
    admission_case.c.person_id,
    unique=True,
    postgresql_where=admission_case.c.state == sa.text("'open'"),
)
sa.Index("admission_case_person_id_idx", admission_case.c.person_id)
sa.Index("admission_case_unit_id_case_id_idx", admission_case.c.unit_id, admission_case.c.case_id)

case_step = sa.Table(
    "case_step",
    metadata,
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("admission_case.case_id"), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    text_column("step"),
    sa.Column("number", sa.SmallInteger, nullable=False),
    sa.Column("stage", sa.SmallInteger, nullable=False),
    day_column("occurred_on"),
    instant_column("recorded_at"),
    id_column("recorded_by", null=True),
    sa.Column("detail", JSONB, nullable=False),
    sa.Column("verdicts", JSONB, nullable=False),
    sa.Column("superseded", sa.Boolean, nullable=False),
)

# Where an admission takes up a place of a year's plan.
sa.Index(
    "case_step_place_idx",
    case_step.c.occurred_on,
    postgresql_where=sa.text("step IN ('admission_form', 'branch_meeting')"),
)

case_companion = sa.Table(
    "case_companion",
    metadata,
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("admission_case.case_id"), primary_key=True),
    sa.Column("part", sa.Text, primary_key=True),
    id_column("person_id", key=True),
    sa.Column("valid_from", sa.Date, primary_key=True),
    day_column("valid_until", null=True),
)
sa.Index("case_companion_person_id_idx", case_companion.c.person_id)

# Totals only. Nothing here or elsewhere says who voted how.
case_ballot = sa.Table(
    "case_ballot",
    metadata,
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("admission_case.case_id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    text_column("purpose"),
    text_column("state"),
    sa.Column("totals", JSONB, nullable=False),
    sa.Column("should_attend", sa.Integer, nullable=False),
    id_column("entered_by", null=True),
    id_column("confirmed_by", null=True),
    sa.Column("verdicts", JSONB, nullable=False),
)

# Ceremonies whose oaths were recorded, so that none is recorded twice.
oath_roll = sa.Table(
    "oath_roll",
    metadata,
    id_column("ceremony_id", key=True),
    day_column("held_on"),
    sa.Column("case_ids", ARRAY(sa.Uuid), nullable=False),
    sa.Column("refusals", JSONB, nullable=False),
    instant_column("recorded_at"),
)
