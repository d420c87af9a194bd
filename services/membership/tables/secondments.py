"""Secondments of teachers into joint branches; what went before a change is in the events."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from membership.tables.base import (
    day_column,
    id_column,
    instant_column,
    metadata,
    text_column,
    version_column,
)

secondment = sa.Table(
    "secondment",
    metadata,
    id_column("secondment_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    id_column("from_unit_id"),
    id_column("to_unit_id"),
    sa.Column("purposes", ARRAY(sa.Text), nullable=False),
    text_column("qualification"),
    day_column("valid_from"),
    day_column("valid_until", null=True),
    text_column("state"),
    id_column("nominated_by", null=True),
    id_column("decided_by", null=True),
    day_column("decided_on", null=True),
    text_column("reason"),
    version_column(),
    instant_column("created_at"),
    instant_column("updated_at"),
    sa.CheckConstraint("valid_until > valid_from", name=sa.schema.conv("secondment_days_check")),
)
sa.Index("secondment_person_id_idx", secondment.c.person_id, secondment.c.to_unit_id)
sa.Index("secondment_from_unit_id_idx", secondment.c.from_unit_id, secondment.c.secondment_id)
sa.Index("secondment_to_unit_id_idx", secondment.c.to_unit_id, secondment.c.secondment_id)
