"""Erasures of persons, and the holds that keep persons from being erased. Both outlive the person's file."""

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

legal_hold = sa.Table(
    "legal_hold",
    metadata,
    id_column("hold_id", key=True),
    id_column("person_id"),
    text_column("title"),
    text_column("document_reference"),
    day_column("placed_on"),
    id_column("placed_by", null=True),
    day_column("lifted_on", null=True),
    id_column("lifted_by", null=True),
    text_column("lift_reason"),
    instant_column("created_at"),
    version_column(),
)
sa.Index("legal_hold_person_id_idx", legal_hold.c.person_id, legal_hold.c.hold_id)
sa.Index("legal_hold_standing_idx", legal_hold.c.hold_id, postgresql_where=legal_hold.c.lifted_on.is_(None))

person_erasure = sa.Table(
    "person_erasure",
    metadata,
    id_column("erasure_id", key=True),
    # Nobody is erased twice.
    sa.Column("person_id", sa.Uuid, nullable=False, unique=True),
    text_column("state"),
    id_column("requested_by", null=True),
    text_column("reason"),
    day_column("begun_on"),
    sa.Column("places", ARRAY(sa.Text), nullable=False),
    # What is searched for afterwards, sealed with the field keys; empty once nothing was found.
    sa.Column("terms_sealed", sa.LargeBinary),
    instant_column("created_at"),
    instant_column("completed_at", null=True),
    version_column(),
)
