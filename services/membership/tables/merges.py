"""Merges of persons, and exactly which rows each moved, so that they can go back."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from membership.tables.base import id_column, instant_column, metadata, text_column, version_column

person_merge = sa.Table(
    "person_merge",
    metadata,
    id_column("merge_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    sa.Column("merged_person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    text_column("state"),
    text_column("reason"),
    id_column("merged_by", null=True),
    instant_column("merged_at"),
    id_column("reversed_by", null=True),
    instant_column("reversed_at", null=True),
    version_column(),
)
sa.Index("person_merge_person_id_idx", person_merge.c.person_id)
sa.Index("person_merge_merged_person_id_idx", person_merge.c.merged_person_id)

# The keys of the rows of one table, as one merge left them.
person_merge_move = sa.Table(
    "person_merge_move",
    metadata,
    sa.Column("merge_id", sa.Uuid, sa.ForeignKey("person_merge.merge_id"), primary_key=True),
    sa.Column("noun", sa.Text, primary_key=True),
    sa.Column("field", sa.Text, primary_key=True),
    # Of plain rows the keys; of a history the rows that closed and those that opened.
    sa.Column("keys", JSONB, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
)
