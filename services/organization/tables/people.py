"""What is kept of membership's people: who works here, who belongs to which class, who is a member when.

Copies: membership's events write them, nothing else does, and nobody is named.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DATERANGE

from organization.tables.base import id_column, metadata, text_column

person_kind = sa.Table(
    "person_kind",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
    text_column("kind"),
)

person_class = sa.Table(
    "person_class",
    metadata,
    id_column("person_id"),
    id_column("unit_id"),
    sa.Column("valid", DATERANGE, nullable=False),
)
sa.Index("person_class_person_id_idx", person_class.c.person_id)
sa.Index("person_class_unit_id_idx", person_class.c.unit_id)

# The days on which somebody is a full or a probationary member with their rights.
member_period = sa.Table(
    "member_period",
    metadata,
    id_column("person_id"),
    sa.Column("valid", DATERANGE, nullable=False),
)
sa.Index("member_period_person_id_idx", member_period.c.person_id)

member_participation = sa.Table(
    "member_participation",
    metadata,
    id_column("person_id"),
    id_column("unit_id"),
    sa.Column("valid", DATERANGE, nullable=False),
)
sa.Index("member_participation_person_id_idx", member_participation.c.person_id)
sa.Index("member_participation_unit_id_idx", member_participation.c.unit_id)
