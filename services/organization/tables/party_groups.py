"""Who belongs to which group of a branch, two-dimensional in time; the groups themselves are units."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import DATERANGE

from chassis.bitemporal import history_columns, history_constraints
from organization.tables.base import id_column, metadata, stamp_columns, unit_column

party_group_member = sa.Table(
    "party_group_member",
    metadata,
    sa.Column("member_id", sa.Uuid, primary_key=True),
    unit_column("branch_id"),
    id_column("person_id"),
    # Membership's word is followed from here on; what it said before was asked for, or followed.
    sa.Column("checked_at", sa.DateTime(timezone=True), nullable=False),
    *stamp_columns(),
    sa.UniqueConstraint("person_id", "branch_id", name=sa.schema.conv("party_group_member_once_key")),
)
sa.Index("party_group_member_branch_id_idx", party_group_member.c.branch_id)

# Days in a group that ended because membership said that they were not in the branch: it may say otherwise later.
party_group_cut = sa.Table(
    "party_group_cut",
    metadata,
    sa.Column("cut_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("member_id", sa.Uuid, sa.ForeignKey("party_group_member.member_id"), nullable=False),
    unit_column("unit_id"),
    sa.Column("valid", DATERANGE, nullable=False),
)
sa.Index("party_group_cut_member_id_idx", party_group_cut.c.member_id)

party_group_term = sa.Table(
    # One group of a branch on any day: the exclusion is on the member, not on the group.
    "party_group_term",
    metadata,
    sa.Column("member_id", sa.Uuid, sa.ForeignKey("party_group_member.member_id"), nullable=False),
    unit_column("unit_id"),
    *history_columns(),
    *history_constraints("party_group_term", ["member_id"]),
)
sa.Index("party_group_term_member_id_idx", party_group_term.c.member_id)
sa.Index("party_group_term_unit_id_idx", party_group_term.c.unit_id)
