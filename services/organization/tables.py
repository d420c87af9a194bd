"""Storage of the organization service.

What has a history lives in `*_term`, `unit_description`, `unit_parent` and `unit_sponsor`, two-dimensional in time;
the other tables hold what never changes and what is believed now, for speed.
"""

import sqlalchemy as sa
from chassis import tables as frame
from chassis.bitemporal import history_columns, history_constraints
from sqlalchemy.dialects.postgresql import JSONB

metadata = frame.new_metadata()
for _table in frame.metadata.tables.values():
    _table.to_metadata(metadata)


def _id(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Uuid, nullable=null)


def _text(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=null)


def _day(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Date, nullable=null)


def _unit(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Uuid, sa.ForeignKey("unit.unit_id"), nullable=null)


def _stamps() -> "list[sa.Column[object]]":
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    ]


campus = sa.Table(
    "campus",
    metadata,
    sa.Column("campus_id", sa.Uuid, primary_key=True),
    sa.Column("code", sa.Text, nullable=False, unique=True),
    _text("name"),
    sa.Column("version", sa.Integer, nullable=False),
)

unit = sa.Table(
    "unit",
    metadata,
    sa.Column("unit_id", sa.Uuid, primary_key=True),
    _text("kind"),
    _text("form", null=True),
    _text("function", null=True),
    sa.Column("cohort_year", sa.Integer),
    _text("major_code", null=True),
    _text("purpose", null=True),
    _unit("host_id", null=True),
    _text("task", null=True),
    _day("planned_end_on", null=True),
    _day("established_on"),
    _day("dissolved_on", null=True),
    _text("dissolved_because", null=True),
    # The process that dissolves it at the moment.
    _id("frozen_by", null=True),
    *_stamps(),
    sa.CheckConstraint("dissolved_on > established_on", name=sa.schema.conv("unit_life_check")),
)
# There is one university; a second root would make every question of scope ambiguous.
sa.Index(
    "unit_one_root_idx", unit.c.kind, unique=True, postgresql_where=unit.c.kind == sa.text("'university'")
)
sa.Index("unit_host_id_idx", unit.c.host_id, postgresql_where=unit.c.host_id.is_not(None))

unit_description = sa.Table(
    "unit_description",
    metadata,
    _unit("unit_id"),
    _text("name"),
    _text("short_name"),
    sa.Column("campus_id", sa.Uuid, sa.ForeignKey("campus.campus_id")),
    *history_columns(),
    *history_constraints("unit_description", ["unit_id"]),
)
sa.Index("unit_description_unit_id_idx", unit_description.c.unit_id)
# Pages are ordered by name, and a new name is looked for among its siblings'.
sa.Index(
    "unit_description_name_idx",
    unit_description.c.name,
    unit_description.c.unit_id,
    postgresql_where=unit_description.c.recorded_until.is_(None),
)

unit_parent = sa.Table(
    "unit_parent",
    metadata,
    _unit("unit_id"),
    _unit("parent_id"),
    *history_columns(),
    *history_constraints("unit_parent", ["unit_id"]),
)
sa.Index("unit_parent_unit_id_idx", unit_parent.c.unit_id)
sa.Index("unit_parent_parent_id_idx", unit_parent.c.parent_id)

unit_sponsor = sa.Table(
    "unit_sponsor",
    metadata,
    _unit("unit_id"),
    _unit("sponsor_id"),
    _text("part"),
    *history_columns(),
    *history_constraints("unit_sponsor", ["unit_id", "sponsor_id"]),
)
sa.Index("unit_sponsor_unit_id_idx", unit_sponsor.c.unit_id)
sa.Index("unit_sponsor_sponsor_id_idx", unit_sponsor.c.sponsor_id)

unit_lineage = sa.Table(
    "unit_lineage",
    metadata,
    sa.Column("from_unit_id", sa.Uuid, sa.ForeignKey("unit.unit_id"), primary_key=True),
    sa.Column("to_unit_id", sa.Uuid, sa.ForeignKey("unit.unit_id"), primary_key=True),
    _text("kind"),
    _day("effective_on"),
    _id("reorganization_id", null=True),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
)
sa.Index("unit_lineage_to_unit_id_idx", unit_lineage.c.to_unit_id)

post = sa.Table(
    "post",
    metadata,
    sa.Column("post_id", sa.Uuid, primary_key=True),
    _unit("unit_id"),
    _text("kind"),
    _text("title"),
    sa.Column("seats", sa.Integer, nullable=False),
    _text("role", null=True),
    _unit("role_unit_id", null=True),
    sa.Column("bound_post_id", sa.Uuid, sa.ForeignKey("post.post_id")),
    _day("valid_from"),
    _day("valid_until", null=True),
    *_stamps(),
    sa.CheckConstraint("valid_until > valid_from", name=sa.schema.conv("post_days_check")),
)
sa.Index("post_unit_id_idx", post.c.unit_id)
sa.Index("post_bound_post_id_idx", post.c.bound_post_id, postgresql_where=post.c.bound_post_id.is_not(None))

appointment = sa.Table(
    "appointment",
    metadata,
    sa.Column("appointment_id", sa.Uuid, primary_key=True),
    sa.Column("post_id", sa.Uuid, sa.ForeignKey("post.post_id"), nullable=False),
    _id("person_id"),
    _text("method"),
    sa.Column("basis_post_id", sa.Uuid, sa.ForeignKey("post.post_id")),
    _text("document_number"),
    _text("reason"),
    *_stamps(),
)
sa.Index("appointment_post_id_idx", appointment.c.post_id)
sa.Index("appointment_person_id_idx", appointment.c.person_id)

appointment_term = sa.Table(
    "appointment_term",
    metadata,
    sa.Column("appointment_id", sa.Uuid, sa.ForeignKey("appointment.appointment_id"), nullable=False),
    *history_columns(),
    *history_constraints("appointment_term", ["appointment_id"]),
)
sa.Index("appointment_term_appointment_id_idx", appointment_term.c.appointment_id)

grant = sa.Table(
    # `grant` is a word of SQL.
    "role_grant",
    metadata,
    sa.Column("grant_id", sa.Uuid, primary_key=True),
    _id("person_id"),
    _text("role"),
    _unit("unit_id"),
    _text("basis"),
    sa.Column("appointment_id", sa.Uuid, sa.ForeignKey("appointment.appointment_id")),
    _text("reason"),
    sa.Column("revoked", sa.Boolean, nullable=False),
    _day("valid_from"),
    _day("valid_until", null=True),
    *_stamps(),
)
sa.Index("role_grant_person_id_idx", grant.c.person_id)
sa.Index("role_grant_unit_id_idx", grant.c.unit_id)
sa.Index(
    "role_grant_appointment_id_idx",
    grant.c.appointment_id,
    postgresql_where=grant.c.appointment_id.is_not(None),
)

grant_term = sa.Table(
    "role_grant_term",
    metadata,
    sa.Column("grant_id", sa.Uuid, sa.ForeignKey("role_grant.grant_id"), nullable=False),
    *history_columns(),
    *history_constraints("role_grant_term", ["grant_id"]),
)
sa.Index("role_grant_term_grant_id_idx", grant_term.c.grant_id)

reorganization = sa.Table(
    "reorganization",
    metadata,
    sa.Column("reorganization_id", sa.Uuid, primary_key=True),
    _unit("unit_id"),
    _text("title"),
    sa.Column("plan", JSONB, nullable=False),
    _text("state"),
    _id("approved_by", null=True),
    sa.Column("approved_at", sa.DateTime(timezone=True)),
    _text("document_number"),
    _id("process_id", null=True),
    sa.Column("moved_persons", sa.Integer),
    sa.Column("moved_cases", sa.Integer),
    _text("failure"),
    *_stamps(),
)
sa.Index("reorganization_unit_id_idx", reorganization.c.unit_id)

place = sa.Table(
    "place",
    metadata,
    sa.Column("place_id", sa.Uuid, primary_key=True),
    _text("kind"),
    _text("name"),
    sa.Column("campus_id", sa.Uuid, sa.ForeignKey("campus.campus_id"), nullable=False),
    sa.Column("parent_id", sa.Uuid, sa.ForeignKey("place.place_id")),
    _unit("unit_id"),
    sa.Column("capacity", sa.Integer),
    sa.Column("hours", JSONB, nullable=False),
    _day("opened_on"),
    _day("closed_on", null=True),
    *_stamps(),
    sa.CheckConstraint("closed_on > opened_on", name=sa.schema.conv("place_life_check")),
)
sa.Index("place_campus_id_idx", place.c.campus_id, place.c.place_id)
sa.Index("place_parent_id_idx", place.c.parent_id, postgresql_where=place.c.parent_id.is_not(None))
sa.Index("place_unit_id_idx", place.c.unit_id)

zone = sa.Table(
    "zone",
    metadata,
    sa.Column("zone_id", sa.Uuid, primary_key=True),
    _unit("unit_id"),
    sa.Column("place_id", sa.Uuid, sa.ForeignKey("place.place_id")),
    _unit("class_id", null=True),
    _day("valid_from"),
    _day("valid_until", null=True),
    *_stamps(),
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
    _id("area_id"),
    sa.Column("zone_id", sa.Uuid, sa.ForeignKey("zone.zone_id"), nullable=False),
    _unit("unit_id"),
    *history_columns(),
    *history_constraints("zone_term", ["area_id"]),
)
sa.Index("zone_term_area_id_idx", zone_term.c.area_id)

class_link = sa.Table(
    "class_link",
    metadata,
    sa.Column("link_id", sa.Uuid, primary_key=True),
    _unit("unit_id"),
    _unit("class_id"),
    _id("contact_person_id"),
    *_stamps(),
)

class_link_term = sa.Table(
    "class_link_term",
    metadata,
    _unit("class_id"),
    _unit("unit_id"),
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
    _unit("unit_id"),
    sa.Column("place_id", sa.Uuid, sa.ForeignKey("place.place_id"), nullable=False),
    _id("person_id"),
    _day("issued_on"),
    _day("withdrawn_on", null=True),
    _text("reason"),
    *_stamps(),
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
