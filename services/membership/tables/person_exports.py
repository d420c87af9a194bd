"""Packages of everything held on a person."""

import sqlalchemy as sa

from membership.tables.base import (
    day_column,
    id_column,
    instant_column,
    metadata,
    text_column,
    version_column,
)

# It outlives the person's file, so it refers to nothing.
person_export = sa.Table(
    "person_export",
    metadata,
    id_column("export_id", key=True),
    id_column("person_id"),
    text_column("state"),
    id_column("requested_by", null=True),
    text_column("purpose"),
    text_column("file_digest"),
    sa.Column("file_bytes", sa.Integer, nullable=False),
    sa.Column("records", sa.Integer, nullable=False),
    day_column("expires_on", null=True),
    # Sealed with the field keys; empty before it is ready and after it has expired.
    sa.Column("file_sealed", sa.LargeBinary),
    instant_column("created_at"),
    version_column(),
)
sa.Index("person_export_person_id_idx", person_export.c.person_id, person_export.c.export_id)
sa.Index(
    "person_export_gathering_idx",
    person_export.c.person_id,
    unique=True,
    postgresql_where=person_export.c.state == sa.text("'gathering'"),
)
sa.Index(
    "person_export_expires_on_idx",
    person_export.c.expires_on,
    postgresql_where=person_export.c.state == sa.text("'ready'"),
)
