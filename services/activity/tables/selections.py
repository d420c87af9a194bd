"""Consents to be selected, target lists, and the honours of others that a rule reads."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from activity.tables.base import (
    day_column,
    id_column,
    instant_column,
    int_column,
    metadata,
    stamp_columns,
    text_column,
)

# What evaluation announced of honours, as far as a rule asks.
honour = sa.Table(
    "honour",
    metadata,
    sa.Column("honour_id", sa.Uuid, primary_key=True),
    id_column("person_id"),
    text_column("kind"),
    text_column("level"),
    sa.Column("withdrawn", sa.Boolean, nullable=False),
)
sa.Index("honour_person_id_idx", honour.c.person_id)

selection_consent = sa.Table(
    "selection_consent",
    metadata,
    sa.Column("consent_id", sa.Uuid, primary_key=True),
    id_column("person_id"),
    id_column("unit_id"),
    text_column("selector", null=True),
    day_column("given_on"),
    day_column("valid_until"),
    day_column("withdrawn_on", null=True),
    text_column("statement"),
    *stamp_columns(),
)
sa.Index("selection_consent_person_id_idx", selection_consent.c.person_id)
sa.Index("selection_consent_unit_id_idx", selection_consent.c.unit_id)

selection_roster = sa.Table(
    "selection_roster",
    metadata,
    sa.Column("roster_id", sa.Uuid, primary_key=True),
    id_column("unit_id"),
    text_column("title"),
    text_column("purpose"),
    day_column("as_of"),
    text_column("state"),
    sa.Column("quotas", JSONB, nullable=False),
    instant_column("confirmed_at", null=True),
    *stamp_columns(),
)
sa.Index("selection_roster_unit_id_idx", selection_roster.c.unit_id)

selection_entry = sa.Table(
    "selection_entry",
    metadata,
    sa.Column("roster_id", sa.Uuid, sa.ForeignKey("selection_roster.roster_id"), nullable=False),
    int_column("position"),
    int_column("place"),
    id_column("person_id"),
    text_column("selector"),
    sa.Column("consent_id", sa.Uuid, sa.ForeignKey("selection_consent.consent_id"), nullable=False),
    text_column("outcome"),
    text_column("reason"),
    sa.PrimaryKeyConstraint("roster_id", "position"),
)
sa.Index("selection_entry_consent_id_idx", selection_entry.c.consent_id)
sa.Index("selection_entry_person_id_idx", selection_entry.c.person_id)
