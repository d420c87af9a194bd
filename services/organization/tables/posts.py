"""Posts and those appointed to them; roles that are granted."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.bitemporal import history_columns, history_constraints
from organization.tables.base import day_column, id_column, metadata, stamp_columns, text_column, unit_column

post = sa.Table(
    "post",
    metadata,
    sa.Column("post_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    text_column("kind"),
    text_column("title"),
    sa.Column("seats", sa.Integer, nullable=False),
    text_column("role", null=True),
    unit_column("role_unit_id", null=True),
    sa.Column("bound_post_id", sa.Uuid, sa.ForeignKey("post.post_id")),
    day_column("valid_from"),
    day_column("valid_until", null=True),
    *stamp_columns(),
    sa.CheckConstraint("valid_until > valid_from", name=sa.schema.conv("post_days_check")),
)
sa.Index("post_unit_id_idx", post.c.unit_id)
sa.Index("post_bound_post_id_idx", post.c.bound_post_id, postgresql_where=post.c.bound_post_id.is_not(None))

appointment = sa.Table(
    "appointment",
    metadata,
    sa.Column("appointment_id", sa.Uuid, primary_key=True),
    sa.Column("post_id", sa.Uuid, sa.ForeignKey("post.post_id"), nullable=False),
    id_column("person_id"),
    text_column("method"),
    sa.Column("basis_post_id", sa.Uuid, sa.ForeignKey("post.post_id")),
    text_column("document_number"),
    text_column("reason"),
    *stamp_columns(),
    text_column("background", null=True),
    # What the rules said when the person was appointed.
    sa.Column("verdicts", JSONB, nullable=False),
    text_column("override_reason"),
    sa.Column("cancelled", sa.Boolean, nullable=False),
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
    id_column("person_id"),
    text_column("role"),
    unit_column("unit_id"),
    text_column("basis"),
    sa.Column("appointment_id", sa.Uuid, sa.ForeignKey("appointment.appointment_id")),
    text_column("reason"),
    sa.Column("revoked", sa.Boolean, nullable=False),
    day_column("valid_from"),
    day_column("valid_until", null=True),
    *stamp_columns(),
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

# What a merge of persons made of what both had in one campaign, project, branch or team, so that it goes back.
merged_term = sa.Table(
    "merged_term",
    metadata,
    sa.Column("merge_id", sa.Uuid, primary_key=True),
    sa.Column("noun", sa.Text, primary_key=True),
    sa.Column("resource_id", sa.Uuid, primary_key=True),
    sa.Column("survivor_before", JSONB, nullable=False),
    sa.Column("survivor_after", JSONB, nullable=False),
    sa.Column("other", JSONB, nullable=False),
)

# Which appointments and grants a merge of persons moved, so that they go back when it is reversed.
merged_holding = sa.Table(
    "merged_holding",
    metadata,
    sa.Column("merge_id", sa.Uuid, primary_key=True),
    sa.Column("noun", sa.Text, primary_key=True),
    sa.Column("resource_id", sa.Uuid, primary_key=True),
)
