"""Places, who answers for them, and what links branches with classes and rooms."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.bitemporal import history_columns, history_constraints
from organization.tables.base import day_column, id_column, metadata, stamp_columns, text_column, unit_column

place = sa.Table(
    "place",
    metadata,
    sa.Column("place_id", sa.Uuid, primary_key=True),
    text_column("kind"),
    text_column("name"),
    sa.Column("campus_id", sa.Uuid, sa.ForeignKey("campus.campus_id"), nullable=False),
    sa.Column("parent_id", sa.Uuid, sa.ForeignKey("place.place_id")),
    unit_column("unit_id"),
    sa.Column("capacity", sa.Integer),
    sa.Column("hours", JSONB, nullable=False),
    day_column("opened_on"),
    day_column("closed_on", null=True),
    *stamp_columns(),
    sa.CheckConstraint("closed_on > opened_on", name=sa.schema.conv("place_life_check")),
)
sa.Index("place_campus_id_idx", place.c.campus_id, place.c.place_id)
sa.Index("place_parent_id_idx", place.c.parent_id, postgresql_where=place.c.parent_id.is_not(None))
sa.Index("place_unit_id_idx", place.c.unit_id)

zone = sa.Table(
    "zone",
    metadata,
    sa.Column("zone_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    sa.Column("place_id", sa.Uuid, sa.ForeignKey("place.place_id")),
    unit_column("class_id", null=True),
    day_column("valid_from"),
    day_column("valid_until", null=True),
    *stamp_columns(),
    sa.CheckConstraint("num_nonnulls(place_id, class_id) = 1", name=sa.schema.conv("zone_area_check")),
    sa.CheckConstraint("valid_until > valid_from", name=sa.schema.conv("zone_days_check")),
)
sa.Index("zone_unit_id_idx", zone.c.unit_id)
sa.Index("zone_place_id_idx", zone.c.place_id, postgresql_where=zone.c.place_id.is_not(None))
sa.Index("zone_class_id_idx", zone.c.class_id, postgresql_where=zone.c.class_id.is_not(None))

# `area_id` is the place or the class: that one branch at most answers for it on any day is the exclusion itself.
zone_term = sa.Table(
    "zone_term",
    metadata,
    id_column("area_id"),
    sa.Column("zone_id", sa.Uuid, sa.ForeignKey("zone.zone_id"), nullable=False),
    unit_column("unit_id"),
    *history_columns(),
    *history_constraints("zone_term", ["area_id"]),
)
sa.Index("zone_term_area_id_idx", zone_term.c.area_id)

class_link = sa.Table(
    "class_link",
    metadata,
    sa.Column("link_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    unit_column("class_id"),
    id_column("contact_person_id"),
    *stamp_columns(),
)

class_link_term = sa.Table(
    "class_link_term",
    metadata,
    unit_column("class_id"),
    unit_column("unit_id"),
    sa.Column("link_id", sa.Uuid, sa.ForeignKey("class_link.link_id"), nullable=False),
    *history_columns(),
    *history_constraints("class_link_term", ["class_id", "unit_id"]),
)
sa.Index("class_link_term_class_id_idx", class_link_term.c.class_id)
sa.Index("class_link_term_unit_id_idx", class_link_term.c.unit_id)
sa.Index("class_link_term_link_id_idx", class_link_term.c.link_id)

plaque = sa.Table(
    "plaque",
    metadata,
    sa.Column("plaque_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    sa.Column("place_id", sa.Uuid, sa.ForeignKey("place.place_id"), nullable=False),
    id_column("person_id"),
    day_column("issued_on"),
    day_column("withdrawn_on", null=True),
    text_column("reason"),
    *stamp_columns(),
    sa.CheckConstraint("withdrawn_on > issued_on", name=sa.schema.conv("plaque_days_check")),
)
sa.Index("plaque_unit_id_idx", plaque.c.unit_id)
sa.Index("plaque_place_id_idx", plaque.c.place_id)
sa.Index("plaque_person_id_idx", plaque.c.person_id)
# A member has one plaque at most; a withdrawal never lies ahead, so what hangs is what has no end.
sa.Index(
    "plaque_one_per_person_idx",
    plaque.c.person_id,
    unique=True,
    postgresql_where=plaque.c.withdrawn_on.is_(None),
)
