"""Copies of what others own: units of organization; persons and relationships of membership."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DATERANGE

from activity.tables.base import day_column, id_column, int_column, metadata, text_column

unit = sa.Table(
    "unit",
    metadata,
    sa.Column("unit_id", sa.Uuid, primary_key=True),
    text_column("kind"),
    day_column("established_on"),
    day_column("dissolved_on", null=True),
    int_column("version"),
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
)

relationship = sa.Table(
    "relationship",
    metadata,
    id_column("person_id"),
    id_column("unit_id"),
    sa.Column("valid", DATERANGE, nullable=False),
)
sa.Index("relationship_person_id_idx", relationship.c.person_id)
sa.Index("relationship_unit_id_person_id_idx", relationship.c.unit_id, relationship.c.person_id)
