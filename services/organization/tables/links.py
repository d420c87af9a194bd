"""Pacts of co-building with what partners answered, leaders who are paired with branches, and vanguard teams."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DATERANGE, ExcludeConstraint

from organization.tables.base import day_column, id_column, metadata, stamp_columns, text_column, unit_column

pact = sa.Table(
    "pact",
    metadata,
    sa.Column("pact_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    text_column("title"),
    text_column("plan"),
    sa.Column("least_partners", sa.Integer, nullable=False),
    day_column("proposed_on"),
    day_column("valid_from"),
    day_column("valid_until", null=True),
    day_column("ended_on", null=True),
    text_column("reason"),
    *stamp_columns(),
    sa.CheckConstraint("valid_until > valid_from", name=sa.schema.conv("pact_days_check")),
    sa.CheckConstraint("ended_on >= proposed_on", name=sa.schema.conv("pact_ended_check")),
    sa.CheckConstraint("least_partners >= 1", name=sa.schema.conv("pact_least_check")),
)
sa.Index("pact_unit_id_idx", pact.c.unit_id)

pact_partner = sa.Table(
    "pact_partner",
    metadata,
    sa.Column("pact_id", sa.Uuid, sa.ForeignKey("pact.pact_id"), primary_key=True),
    sa.Column("unit_id", sa.Uuid, sa.ForeignKey("unit.unit_id"), primary_key=True),
    text_column("answer"),
    day_column("answered_on", null=True),
    day_column("left_on", null=True),
    text_column("reason"),
    sa.CheckConstraint(
        "(answer = 'open') = (answered_on IS NULL)", name=sa.schema.conv("pact_partner_answer_check")
    ),
    sa.CheckConstraint("left_on > answered_on", name=sa.schema.conv("pact_partner_days_check")),
)
sa.Index("pact_partner_unit_id_idx", pact_partner.c.unit_id)

pairing = sa.Table(
    "pairing",
    metadata,
    sa.Column("pairing_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    id_column("person_id"),
    sa.Column("post_id", sa.Uuid, sa.ForeignKey("post.post_id"), nullable=False),
    text_column("plan"),
    day_column("valid_from"),
    day_column("valid_until", null=True),
    text_column("reason"),
    *stamp_columns(),
    sa.CheckConstraint("valid_until > valid_from", name=sa.schema.conv("pairing_days_check")),
)
sa.Index("pairing_unit_id_idx", pairing.c.unit_id)
sa.Index("pairing_person_id_idx", pairing.c.person_id)

vanguard_team = sa.Table(
    "vanguard_team",
    metadata,
    sa.Column("team_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    text_column("name"),
    text_column("mission"),
    day_column("formed_on"),
    day_column("disbanded_on", null=True),
    text_column("reason"),
    *stamp_columns(),
    sa.CheckConstraint("disbanded_on > formed_on", name=sa.schema.conv("vanguard_team_life_check")),
)
sa.Index("vanguard_team_unit_id_idx", vanguard_team.c.unit_id)

# Nobody is in a team twice on a day, and nobody leads it beside another.
vanguard_team_member = sa.Table(
    "vanguard_team_member",
    metadata,
    sa.Column("team_id", sa.Uuid, sa.ForeignKey("vanguard_team.team_id"), nullable=False),
    id_column("person_id"),
    sa.Column("leads", sa.Boolean, nullable=False),
    sa.Column("valid", DATERANGE, nullable=False),
    ExcludeConstraint(
        (sa.column("team_id"), "="),
        (sa.column("person_id"), "="),
        (sa.column("valid"), "&&"),
        using="gist",
        name="vanguard_team_member_once_excl",
    ),
    ExcludeConstraint(
        (sa.column("team_id"), "="),
        (sa.column("valid"), "&&"),
        where=sa.text("leads"),
        using="gist",
        name="vanguard_team_member_leader_excl",
    ),
    sa.CheckConstraint("NOT isempty(valid)", name=sa.schema.conv("vanguard_team_member_valid_check")),
)
sa.Index("vanguard_team_member_person_id_idx", vanguard_team_member.c.person_id)
