"""The roll: party standing, relationships, participations and transfers; what is kept of units."""

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

member = sa.Table(
    "member",
    metadata,
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), primary_key=True),
    day_column("standing_from", null=True),
    version_column(),
    instant_column("updated_at"),
)

relationship = sa.Table(
    "relationship",
    metadata,
    id_column("person_id"),
    id_column("unit_id"),
    *history_columns(),
    *history_constraints("relationship", ["person_id"]),
)
sa.Index("relationship_person_id_idx", relationship.c.person_id)
sa.Index("relationship_unit_id_idx", relationship.c.unit_id)

membership_status = sa.Table(
    "membership_status",
    metadata,
    id_column("person_id"),
    text_column("status"),
    *history_columns(),
    *history_constraints("membership_status", ["person_id"]),
)
sa.Index("membership_status_person_id_idx", membership_status.c.person_id)

participation = sa.Table(
    "participation",
    metadata,
    id_column("person_id"),
    id_column("unit_id"),
    text_column("kind"),
    *history_columns(),
    *history_constraints("participation", ["person_id", "unit_id"]),
)
sa.Index("participation_person_id_idx", participation.c.person_id)
sa.Index("participation_unit_id_idx", participation.c.unit_id)

# A copy of what the organization service says of its units.
unit = sa.Table(
    "unit",
    metadata,
    id_column("unit_id", key=True),
    text_column("kind"),
    text_column("form"),
    day_column("established_on"),
    day_column("dissolved_on", null=True),
    id_column("frozen_by", null=True),
    version_column(),
    text_column("name"),
    id_column("reorganized_by", null=True),
)
sa.Index("unit_name_idx", unit.c.name)
sa.Index(
    "unit_reorganized_by_idx", unit.c.reorganized_by, postgresql_where=unit.c.reorganized_by.is_not(None)
)

# Units whose people a reorganisation is about to move; those that it establishes are not known here before.
reorganizing = sa.Table(
    "reorganizing",
    metadata,
    id_column("unit_id", key=True),
    id_column("parent_id", null=True),
    id_column("process_id"),
    day_column("effective_on"),
    instant_column("begun_at"),
)
sa.Index("reorganizing_process_id_idx", reorganizing.c.process_id)

# Transfers of the relationship; the newest letter only, what went before is in the events.
transfer = sa.Table(
    "transfer",
    metadata,
    id_column("transfer_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    id_column("from_unit_id"),
    id_column("to_unit_id", null=True),
    text_column("to_organization", null=True),
    text_column("state"),
    text_column("letter_number"),
    day_column("letter_issued_on"),
    day_column("letter_valid_through"),
    sa.Column("letters_issued", sa.SmallInteger, nullable=False),
    day_column("left_on"),
    sa.Column("pack_digest", sa.Text, sa.ForeignKey("rule_set.digest"), nullable=False),
    day_column("accepted_on", null=True),
    day_column("receipt_due_on", null=True),
    day_column("receipt_returned_on", null=True),
    text_column("reason", null=True),
    sa.Column("verdicts", JSONB, nullable=False),
    version_column(),
    instant_column("created_at"),
    instant_column("updated_at"),
    id_column("issuing_unit_id", null=True),
    text_column("refusal", null=True),
    sa.CheckConstraint(
        "(to_unit_id IS NULL) <> (to_organization IS NULL)", name=sa.schema.conv("transfer_receiver_check")
    ),
)
# One at a time for each person.
sa.Index(
    "transfer_open_idx",
    transfer.c.person_id,
    unique=True,
    postgresql_where=sa.text("state IN ('started', 'expired')"),
)
sa.Index(
    "transfer_started_idx",
    transfer.c.letter_valid_through,
    postgresql_where=transfer.c.state == sa.text("'started'"),
)
sa.Index("transfer_person_id_idx", transfer.c.person_id)
sa.Index("transfer_from_unit_id_idx", transfer.c.from_unit_id, transfer.c.transfer_id)
sa.Index("transfer_to_unit_id_idx", transfer.c.to_unit_id, transfer.c.transfer_id)

# Reorganisations whose moves were applied, so that none is applied twice.
roll_move = sa.Table(
    "roll_move",
    metadata,
    id_column("reorganization_id", key=True),
    day_column("effective_on"),
    sa.Column("moved_persons", sa.Integer, nullable=False),
    sa.Column("moved_cases", sa.Integer, nullable=False),
    sa.Column("ended_participations", sa.Integer, nullable=False),
    instant_column("applied_at"),
)
