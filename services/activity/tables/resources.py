"""Resources, to whom they are shared, and their bookings."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DATERANGE, TSTZRANGE, ExcludeConstraint

from activity.tables.base import id_column, int_column, metadata, stamp_columns, text_column

resource = sa.Table(
    "resource",
    metadata,
    sa.Column("resource_id", sa.Uuid, primary_key=True),
    id_column("unit_id"),
    text_column("kind"),
    text_column("origin"),
    text_column("name"),
    text_column("description"),
    text_column("provider"),
    int_column("capacity"),
    text_column("state"),
    text_column("retire_reason"),
    *stamp_columns(),
)
sa.Index(
    "resource_unit_id_name_idx",
    resource.c.unit_id,
    resource.c.name,
    unique=True,
    postgresql_where=resource.c.state != "retired",
)

# A unit has a resource by one grant at most on any day.
share_grant = sa.Table(
    "share_grant",
    metadata,
    sa.Column("share_grant_id", sa.Uuid, primary_key=True),
    sa.Column("resource_id", sa.Uuid, sa.ForeignKey("resource.resource_id"), nullable=False),
    id_column("unit_id"),
    id_column("grantee_unit_id"),
    text_column("scope"),
    text_column("terms"),
    sa.Column("valid", DATERANGE, nullable=False),
    text_column("end_reason"),
    *stamp_columns(),
    ExcludeConstraint(
        (sa.column("resource_id"), "="),
        (sa.column("grantee_unit_id"), "="),
        (sa.column("valid"), "&&"),
        using="gist",
        name="share_grant_once_excl",
    ),
    sa.CheckConstraint("NOT isempty(valid)", name=sa.schema.conv("share_grant_valid_check")),
)
sa.Index("share_grant_grantee_unit_id_idx", share_grant.c.grantee_unit_id)
sa.Index("share_grant_unit_id_idx", share_grant.c.unit_id)

# What is allowed takes its time alone, whoever decides at the same moment.
resource_booking = sa.Table(
    "resource_booking",
    metadata,
    sa.Column("booking_id", sa.Uuid, primary_key=True),
    sa.Column("resource_id", sa.Uuid, sa.ForeignKey("resource.resource_id"), nullable=False),
    id_column("unit_id"),
    id_column("user_unit_id"),
    text_column("basis"),
    sa.Column("share_grant_id", sa.Uuid, sa.ForeignKey("share_grant.share_grant_id")),
    text_column("state"),
    sa.Column("during", TSTZRANGE, nullable=False),
    int_column("attendees"),
    text_column("purpose"),
    id_column("requester_id", null=True),
    id_column("decider_id", null=True),
    text_column("note"),
    *stamp_columns(),
    ExcludeConstraint(
        (sa.column("resource_id"), "="),
        (sa.column("during"), "&&"),
        where=sa.text("state = 'approved'"),
        using="gist",
        name="resource_booking_alone_excl",
    ),
    sa.CheckConstraint("NOT isempty(during)", name=sa.schema.conv("resource_booking_during_check")),
)
_begins = sa.text("lower(during)")
sa.Index(
    "resource_booking_resource_id_begins_idx",
    resource_booking.c.resource_id,
    _begins,
    resource_booking.c.booking_id,
)
sa.Index(
    "resource_booking_unit_id_begins_idx", resource_booking.c.unit_id, _begins, resource_booking.c.booking_id
)
sa.Index(
    "resource_booking_user_unit_id_begins_idx",
    resource_booking.c.user_unit_id,
    _begins,
    resource_booking.c.booking_id,
)
sa.Index("resource_booking_begins_idx", _begins, resource_booking.c.booking_id)
