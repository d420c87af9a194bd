"""Standing cases and their acts; an act is only ever added, a corrected one beside what was known before."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from membership.tables.base import (
    day_column,
    id_column,
    instant_column,
    metadata,
    text_column,
    version_column,
)

# What follows from the acts is kept beside them, so that lists of what is due need no rules.
standing_case = sa.Table(
    "standing_case",
    metadata,
    id_column("standing_case_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    text_column("kind"),
    text_column("ground", null=True),
    day_column("since"),
    text_column("state"),
    day_column("kept_through", null=True),
    day_column("contact_due_on", null=True),
    text_column("next_decision", null=True),
    day_column("decision_from", null=True),
    day_column("suspended_on", null=True),
    day_column("rectify_until", null=True),
    version_column(),
    instant_column("created_at"),
    instant_column("updated_at"),
)
# One of each kind at a time for each person.
sa.Index(
    "standing_case_open_idx",
    standing_case.c.person_id,
    standing_case.c.kind,
    unique=True,
    postgresql_where=standing_case.c.state == sa.text("'open'"),
)
sa.Index("standing_case_person_id_idx", standing_case.c.person_id, standing_case.c.standing_case_id)

standing_entry = sa.Table(
    "standing_entry",
    metadata,
    sa.Column("standing_case_id", sa.Uuid, sa.ForeignKey("standing_case.standing_case_id"), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    text_column("act"),
    day_column("occurred_on"),
    instant_column("recorded_at"),
    id_column("recorded_by", null=True),
    text_column("reason"),
    sa.Column("reached", sa.Boolean, nullable=False),
    day_column("until", null=True),
    day_column("resolved_on", null=True),
    id_column("approver_unit_id", null=True),
    text_column("document_reference", null=True),
    sa.Column("pack_digest", sa.Text, sa.ForeignKey("rule_set.digest"), nullable=True),
    sa.Column("verdicts", JSONB, nullable=False),
    sa.Column("revision", sa.Integer, primary_key=True, autoincrement=False),
    text_column("correction_reason", null=True),
    # Null while it is believed.
    instant_column("superseded_at", null=True),
)

# What a removal ended, as it was, so that it goes on where there was no removal or it was on another day.
removal_end = sa.Table(
    "removal_end",
    metadata,
    sa.Column("standing_case_id", sa.Uuid, sa.ForeignKey("standing_case.standing_case_id"), primary_key=True),
    sa.Column("noun", sa.Text, primary_key=True),
    sa.Column("resource_id", sa.Uuid, primary_key=True),
    # The state that the removal left; whoever changed it since decides.
    version_column(),
    sa.Column("before", JSONB, nullable=False),
)
