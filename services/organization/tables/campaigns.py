"""The numbers of campaigns, and who has done their part, two-dimensional in time."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from chassis.bitemporal import history_columns, history_constraints
from organization.tables.base import id_column, metadata, stamp_columns, text_column, unit_column

campaign = sa.Table(
    "campaign",
    metadata,
    sa.Column("programme_id", sa.Uuid, sa.ForeignKey("programme.programme_id"), primary_key=True),
    sa.Column("target", sa.Integer, nullable=False),
    sa.Column("topics", ARRAY(sa.Text), nullable=False),
    *stamp_columns(),
)

# From the day of their part on: what is once done stays done.
campaign_term = sa.Table(
    "campaign_term",
    metadata,
    sa.Column("programme_id", sa.Uuid, sa.ForeignKey("campaign.programme_id"), nullable=False),
    id_column("person_id"),
    unit_column("unit_id"),
    text_column("topic"),
    *history_columns(),
    *history_constraints("campaign_term", ["programme_id", "person_id"]),
)
sa.Index("campaign_term_programme_id_idx", campaign_term.c.programme_id, campaign_term.c.person_id)
sa.Index("campaign_term_person_id_idx", campaign_term.c.person_id)
