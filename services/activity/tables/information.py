"""What units let each other see, and what was seen."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, ExcludeConstraint

from activity.tables.base import (
    id_column,
    instant_column,
    int_column,
    metadata,
    stamp_columns,
    text_column,
)

# A unit sees another's people by one grant at most on any day, so that what it sees is said in one place.
information_grant = sa.Table(
    "information_grant",
    metadata,
    sa.Column("information_grant_id", sa.Uuid, primary_key=True),
    id_column("unit_id"),
    id_column("viewer_unit_id"),
    sa.Column("fields", ARRAY(sa.Text), nullable=False),
    text_column("purpose"),
    sa.Column("valid", DATERANGE, nullable=False),
    text_column("end_reason"),
    *stamp_columns(),
    ExcludeConstraint(
        (sa.column("unit_id"), "="),
        (sa.column("viewer_unit_id"), "="),
        (sa.column("valid"), "&&"),
        using="gist",
        name="information_grant_once_excl",
    ),
    sa.CheckConstraint("NOT isempty(valid)", name=sa.schema.conv("information_grant_valid_check")),
)
sa.Index("information_grant_viewer_unit_id_idx", information_grant.c.viewer_unit_id)

# Who saw what of whom; rows are only ever added.
information_view = sa.Table(
    "information_view",
    metadata,
    sa.Column("view_id", sa.Uuid, primary_key=True),
    id_column("person_id"),
    id_column("viewer_id"),
    id_column("viewer_unit_id"),
    id_column("unit_id"),
    sa.Column(
        "information_grant_id",
        sa.Uuid,
        sa.ForeignKey("information_grant.information_grant_id"),
        nullable=False,
    ),
    sa.Column("fields", ARRAY(sa.Text), nullable=False),
    int_column("year"),
    text_column("purpose"),
    instant_column("viewed_at"),
)
sa.Index("information_view_person_id_idx", information_view.c.person_id, information_view.c.view_id)
sa.Index("information_view_unit_id_idx", information_view.c.unit_id, information_view.c.view_id)
sa.Index("information_view_viewer_unit_id_idx", information_view.c.viewer_unit_id, information_view.c.view_id)
