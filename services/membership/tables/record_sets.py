"""Entries of record sets, and exports for comparing with the national system."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from membership.tables.base import (
    day_column,
    id_column,
    instant_column,
    metadata,
    text_column,
    version_column,
)

# Entries of sets that nothing else fills; gone with the person.
record_entry = sa.Table(
    "record_entry",
    metadata,
    id_column("entry_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    text_column("record_set"),
    text_column("word"),
    text_column("description"),
    day_column("valid_from", null=True),
    day_column("valid_until", null=True),
    id_column("recorded_by", null=True),
    instant_column("created_at"),
    version_column(),
    # A relative who is registered here too.
    sa.Column("relative_person_id", sa.Uuid, sa.ForeignKey("person.person_id")),
    sa.Column("direct", sa.Boolean, nullable=False),
    sa.CheckConstraint("valid_until > valid_from", name=sa.schema.conv("record_entry_days_check")),
)
sa.Index(
    "record_entry_relative_person_id_idx",
    record_entry.c.relative_person_id,
    postgresql_where=record_entry.c.relative_person_id.is_not(None),
)
sa.Index("record_entry_person_id_idx", record_entry.c.person_id, record_entry.c.entry_id)

reconciliation = sa.Table(
    "reconciliation",
    metadata,
    id_column("reconciliation_id", key=True),
    id_column("unit_id", null=True),
    sa.Column("record_sets", ARRAY(sa.Text), nullable=False),
    text_column("media_type"),
    sa.Column("unmasked", sa.Boolean, nullable=False),
    text_column("purpose"),
    text_column("state"),
    id_column("requested_by", null=True),
    sa.Column("members", sa.Integer, nullable=False),
    text_column("file_digest"),
    day_column("expires_on", null=True),
    instant_column("created_at"),
    version_column(),
    sa.Column("parts", sa.Integer, nullable=False),
)
sa.Index(
    "reconciliation_expires_on_idx",
    reconciliation.c.expires_on,
    postgresql_where=reconciliation.c.state == sa.text("'ready'"),
)

# Sealed with the field keys; none before the export is ready and after it has expired.
reconciliation_part = sa.Table(
    "reconciliation_part",
    metadata,
    sa.Column(
        "reconciliation_id", sa.Uuid, sa.ForeignKey("reconciliation.reconciliation_id"), primary_key=True
    ),
    sa.Column("part", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("file_sealed", sa.LargeBinary, nullable=False),
)
