"""Peer mentors, whom they guide, and what they do; an entry is only ever added."""

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

peer_mentor = sa.Table(
    "peer_mentor",
    metadata,
    id_column("peer_mentor_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    id_column("unit_id"),
    sa.Column("cohort_year", sa.SmallInteger, nullable=False),
    sa.Column("grounds", ARRAY(sa.Text), nullable=False),
    day_column("valid_from"),
    day_column("valid_until", null=True),
    text_column("reason"),
    text_column("rating", null=True),
    sa.Column("pack_digest", sa.Text, sa.ForeignKey("rule_set.digest"), nullable=False),
    sa.Column("verdicts", JSONB, nullable=False),
    version_column(),
    instant_column("created_at"),
    instant_column("updated_at"),
    sa.CheckConstraint("valid_until > valid_from", name=sa.schema.conv("peer_mentor_days_check")),
)
sa.Index("peer_mentor_person_id_idx", peer_mentor.c.person_id)
sa.Index("peer_mentor_unit_id_idx", peer_mentor.c.unit_id, peer_mentor.c.peer_mentor_id)

peer_mentee = sa.Table(
    "peer_mentee",
    metadata,
    sa.Column("peer_mentor_id", sa.Uuid, sa.ForeignKey("peer_mentor.peer_mentor_id"), primary_key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), primary_key=True),
    sa.Column("valid_from", sa.Date, primary_key=True),
    day_column("valid_until", null=True),
    sa.Column("cohort_year", sa.SmallInteger, nullable=False),
    sa.CheckConstraint("valid_until > valid_from", name=sa.schema.conv("peer_mentee_days_check")),
)
sa.Index("peer_mentee_person_id_idx", peer_mentee.c.person_id)

peer_mentor_entry = sa.Table(
    "peer_mentor_entry",
    metadata,
    sa.Column("peer_mentor_id", sa.Uuid, sa.ForeignKey("peer_mentor.peer_mentor_id"), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    day_column("occurred_on"),
    sa.Column("mentee_ids", ARRAY(sa.Uuid), nullable=False),
    text_column("note"),
    text_column("rating", null=True),
    instant_column("recorded_at"),
    id_column("recorded_by", null=True),
    sa.Column("pack_digest", sa.Text, sa.ForeignKey("rule_set.digest"), nullable=True),
    sa.Column("verdicts", JSONB, nullable=False),
)
