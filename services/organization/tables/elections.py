"""Elections; seats, candidates and steps are documents, always read and written whole."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from organization.tables.base import day_column, metadata, stamp_columns, text_column, unit_column

election = sa.Table(
    "election",
    metadata,
    sa.Column("election_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    text_column("kind"),
    text_column("state"),
    day_column("held_on"),
    sa.Column("seats", JSONB, nullable=False),
    day_column("term_from"),
    day_column("term_until"),
    text_column("shift_reason"),
    sa.Column("candidates", JSONB, nullable=False),
    sa.Column("steps", JSONB, nullable=False),
    *stamp_columns(),
    day_column("roll_on", null=True),
    sa.Column("should_attend", sa.Integer, nullable=False, server_default="0"),
    sa.Column("rounds", JSONB, nullable=False, server_default=sa.text("'[]'")),
    sa.Column("elected", sa.ARRAY(sa.Uuid), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("vacant", sa.Integer, nullable=False, server_default="0"),
    sa.Column("results", JSONB, nullable=False, server_default=sa.text("'[]'")),
    sa.Column("appointment_ids", sa.ARRAY(sa.Uuid), nullable=False, server_default=sa.text("'{}'")),
    sa.Column("ballot", JSONB),
    sa.CheckConstraint("term_until > term_from", name=sa.schema.conv("election_term_check")),
)
sa.Index("election_unit_id_idx", election.c.unit_id)
# One at a time: the second would fill the seats that the first fills.
sa.Index(
    "election_one_underway_idx",
    election.c.unit_id,
    unique=True,
    postgresql_where=sa.text("state NOT IN ('completed', 'withdrawn')"),
)

election_elector = sa.Table(
    # Who votes in an election on the day of its roll; nothing here says how.
    "election_elector",
    metadata,
    sa.Column("election_id", sa.Uuid, sa.ForeignKey("election.election_id"), primary_key=True),
    sa.Column("person_id", sa.Uuid, primary_key=True),
    day_column("standing_from", null=True),
    text_column("exclusion_reason"),
    # The last electronic ballot of which the person took a slip.
    sa.Column("ballot_number", sa.Integer, nullable=False, server_default="0"),
)

ballot_box = sa.Table(
    # One row for each ballot, always rewritten whole: a row for each slip would keep the order in which they came.
    "ballot_box",
    metadata,
    sa.Column("election_id", sa.Uuid, sa.ForeignKey("election.election_id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("is_open", sa.Boolean, nullable=False),
    sa.Column("outstanding", sa.ARRAY(sa.LargeBinary), nullable=False),
    sa.Column("cast_slips", sa.ARRAY(sa.LargeBinary), nullable=False),
    sa.Column("votes", JSONB, nullable=False),
)
sa.Index(
    "ballot_box_one_open_idx",
    ballot_box.c.election_id,
    unique=True,
    postgresql_where=sa.text("is_open"),
)
