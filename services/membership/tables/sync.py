"""Campus sync: batches with their sealed rows, differences and problems; who is whose, and who seems to have left."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.bitemporal import history_columns, history_constraints
from membership.tables.base import (
    day_column,
    id_column,
    instant_column,
    metadata,
    text_column,
    version_column,
)

sync_batch = sa.Table(
    "sync_batch",
    metadata,
    id_column("batch_id", key=True),
    text_column("source"),
    text_column("state"),
    sa.Column("complete", sa.Boolean, nullable=False),
    day_column("as_of"),
    text_column("policy", null=True),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("new_persons", sa.Integer, nullable=False),
    sa.Column("linked_persons", sa.Integer, nullable=False),
    sa.Column("changed_persons", sa.Integer, nullable=False),
    sa.Column("unchanged_persons", sa.Integer, nullable=False),
    sa.Column("absent_persons", sa.Integer, nullable=False),
    sa.Column("problems", sa.Integer, nullable=False),
    id_column("sent_by", null=True),
    id_column("applied_by", null=True),
    instant_column("applied_at", null=True),
    text_column("reason"),
    version_column(),
    instant_column("created_at"),
)
sa.Index("sync_batch_source_idx", sync_batch.c.source, sync_batch.c.batch_id)
sa.Index(
    "sync_batch_unfinished_idx",
    sync_batch.c.created_at,
    postgresql_where=sa.text("state IN ('receiving', 'checking', 'checked', 'applying')"),
)

# Rows as they were sent, sealed with the field keys; gone once the batch is applied or given up.
sync_part = sa.Table(
    "sync_part",
    metadata,
    sa.Column("batch_id", sa.Uuid, sa.ForeignKey("sync_batch.batch_id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("rows_sealed", sa.LargeBinary, nullable=False),
)

sync_difference = sa.Table(
    "sync_difference",
    metadata,
    sa.Column("batch_id", sa.Uuid, sa.ForeignKey("sync_batch.batch_id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    text_column("kind"),
    sa.Column("row", sa.Integer, nullable=False),
    text_column("external_id"),
    id_column("person_id"),
    # Field, before and after; the field alone once the batch is applied or given up.
    sa.Column("changes", JSONB, nullable=False),
)
sa.Index("sync_difference_person_id_idx", sync_difference.c.person_id)

sync_problem = sa.Table(
    "sync_problem",
    metadata,
    sa.Column("batch_id", sa.Uuid, sa.ForeignKey("sync_batch.batch_id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("row", sa.Integer, nullable=False),
    text_column("field"),
    text_column("zh"),
    text_column("en"),
)

sync_departure = sa.Table(
    "sync_departure",
    metadata,
    id_column("departure_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    text_column("source"),
    id_column("batch_id"),
    text_column("state"),
    day_column("left_on", null=True),
    id_column("decided_by", null=True),
    text_column("reason"),
    version_column(),
    instant_column("created_at"),
)
sa.Index("sync_departure_person_id_idx", sync_departure.c.person_id)
sa.Index("sync_departure_state_idx", sync_departure.c.state, sync_departure.c.departure_id)

# Who is whose: the persons of a campus system by its keys.
person_source = sa.Table(
    "person_source",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    sa.Column("external_id", sa.Text, primary_key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    # Set while the system does not name them.
    sa.Column("departure_id", sa.Uuid, sa.ForeignKey("sync_departure.departure_id"), nullable=True),
    instant_column("seen_at"),
)
sa.Index("person_source_person_id_idx", person_source.c.person_id)

residence = sa.Table(
    "residence",
    metadata,
    id_column("person_id"),
    text_column("room"),
    *history_columns(),
    *history_constraints("residence", ["person_id"]),
)
sa.Index("residence_person_id_idx", residence.c.person_id)
