"""The tables of the membership service. Facts with a period are kept twice dated: when they hold, and when we knew."""

import sqlalchemy as sa
from chassis.bitemporal import history_columns, history_constraints
from chassis.tables import new_metadata
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

metadata = new_metadata()


def _id(name: str, *, key: bool = False, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Uuid, primary_key=key, nullable=null)


def _text(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=null)


def _day(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Date, nullable=null)


def _instant(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _version() -> "sa.Column[int]":
    return sa.Column("version", sa.Integer, nullable=False)


person = sa.Table(
    "person",
    metadata,
    _id("person_id", key=True),
    _text("name"),
    _text("pinyin"),
    # Sealed with the field keys; found by the key of the account.
    sa.Column("number_sealed", sa.LargeBinary),
    _text("kind"),
    _text("category", null=True),
    _day("born_on", null=True),
    _version(),
    _instant("created_at"),
    _instant("updated_at"),
)
sa.Index("person_pinyin_idx", person.c.pinyin, person.c.person_id)

account = sa.Table(
    "account",
    metadata,
    _id("account_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    _text("issuer"),
    _text("number_key"),
    sa.Column("active", sa.Boolean, nullable=False),
    _version(),
    sa.UniqueConstraint("issuer", "number_key"),
)
sa.Index("account_person_id_idx", account.c.person_id)

affiliation = sa.Table(
    "affiliation",
    metadata,
    _id("person_id"),
    _text("kind"),
    _id("unit_id"),
    *history_columns(),
    *history_constraints("affiliation", ["person_id", "kind"]),
)
sa.Index("affiliation_person_id_idx", affiliation.c.person_id)
sa.Index("affiliation_unit_id_idx", affiliation.c.unit_id)

member = sa.Table(
    "member",
    metadata,
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), primary_key=True),
    _day("standing_from", null=True),
    _version(),
    _instant("updated_at"),
)

relationship = sa.Table(
    "relationship",
    metadata,
    _id("person_id"),
    _id("unit_id"),
    *history_columns(),
    *history_constraints("relationship", ["person_id"]),
)
sa.Index("relationship_person_id_idx", relationship.c.person_id)
sa.Index("relationship_unit_id_idx", relationship.c.unit_id)

membership_status = sa.Table(
    "membership_status",
    metadata,
    _id("person_id"),
    _text("status"),
    *history_columns(),
    *history_constraints("membership_status", ["person_id"]),
)
sa.Index("membership_status_person_id_idx", membership_status.c.person_id)

participation = sa.Table(
    "participation",
    metadata,
    _id("person_id"),
    _id("unit_id"),
    _text("kind"),
    *history_columns(),
    *history_constraints("participation", ["person_id", "unit_id"]),
)
sa.Index("participation_person_id_idx", participation.c.person_id)
sa.Index("participation_unit_id_idx", participation.c.unit_id)

# A copy of what the organization service says of its units.
unit = sa.Table(
    "unit",
    metadata,
    _id("unit_id", key=True),
    _text("kind"),
    _text("form"),
    _day("established_on"),
    _day("dissolved_on", null=True),
    _id("frozen_by", null=True),
    _version(),
)

# Rule sets by digest, kept for ever: a case is judged by the one it began under.
rule_set = sa.Table(
    "rule_set",
    metadata,
    sa.Column("digest", sa.Text, primary_key=True),
    _text("content"),
    _instant("kept_at"),
)

admission_case = sa.Table(
    "admission_case",
    metadata,
    _id("case_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    _id("unit_id"),
    _day("applied_on"),
    sa.Column("pack_digest", sa.Text, sa.ForeignKey("rule_set.digest"), nullable=False),
    _text("state"),
    sa.Column("stage", sa.SmallInteger, nullable=False),
    _text("step"),
    _id("approver_unit_id", null=True),
    _day("probation_from", null=True),
    _day("probation_until", null=True),
    _day("oath_on", null=True),
    _id("ceremony_id", null=True),
    _text("conversion_outcome", null=True),
    _text("extension", null=True),
    _day("full_member_from", null=True),
    _version(),
    _instant("created_at"),
    _instant("updated_at"),
    # The document of a case that was brought in from paper.
    _text("source_reference", null=True),
)
# One run at a time for each person.
sa.Index(
    "admission_case_open_idx",
    admission_case.c.person_id,
    unique=True,
    postgresql_where=admission_case.c.state == sa.text("'open'"),
)
sa.Index("admission_case_person_id_idx", admission_case.c.person_id)
sa.Index("admission_case_unit_id_case_id_idx", admission_case.c.unit_id, admission_case.c.case_id)

case_step = sa.Table(
    "case_step",
    metadata,
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("admission_case.case_id"), primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
    _text("step"),
    sa.Column("number", sa.SmallInteger, nullable=False),
    sa.Column("stage", sa.SmallInteger, nullable=False),
    _day("occurred_on"),
    _instant("recorded_at"),
    _id("recorded_by", null=True),
    sa.Column("detail", JSONB, nullable=False),
    sa.Column("verdicts", JSONB, nullable=False),
    sa.Column("superseded", sa.Boolean, nullable=False),
)

case_companion = sa.Table(
    "case_companion",
    metadata,
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("admission_case.case_id"), primary_key=True),
    sa.Column("part", sa.Text, primary_key=True),
    _id("person_id", key=True),
    sa.Column("valid_from", sa.Date, primary_key=True),
    _day("valid_until", null=True),
)
sa.Index("case_companion_person_id_idx", case_companion.c.person_id)

# Totals only. Nothing here or elsewhere says who voted how.
case_ballot = sa.Table(
    "case_ballot",
    metadata,
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("admission_case.case_id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    _text("purpose"),
    _text("state"),
    sa.Column("totals", JSONB, nullable=False),
    sa.Column("should_attend", sa.Integer, nullable=False),
    _id("entered_by", null=True),
    _id("confirmed_by", null=True),
    sa.Column("verdicts", JSONB, nullable=False),
)

# Transfers of the relationship; the newest letter only, what went before is in the events.
transfer = sa.Table(
    "transfer",
    metadata,
    _id("transfer_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    _id("from_unit_id"),
    _id("to_unit_id", null=True),
    _text("to_organization", null=True),
    _text("state"),
    _text("letter_number"),
    _day("letter_issued_on"),
    _day("letter_valid_through"),
    sa.Column("letters_issued", sa.SmallInteger, nullable=False),
    _day("left_on"),
    sa.Column("pack_digest", sa.Text, sa.ForeignKey("rule_set.digest"), nullable=False),
    _day("accepted_on", null=True),
    _day("receipt_due_on", null=True),
    _day("receipt_returned_on", null=True),
    _text("reason", null=True),
    sa.Column("verdicts", JSONB, nullable=False),
    _version(),
    _instant("created_at"),
    _instant("updated_at"),
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
    _id("reorganization_id", key=True),
    _day("effective_on"),
    sa.Column("moved_persons", sa.Integer, nullable=False),
    sa.Column("moved_cases", sa.Integer, nullable=False),
    sa.Column("ended_participations", sa.Integer, nullable=False),
    _instant("applied_at"),
)

# Ceremonies whose oaths were recorded, so that none is recorded twice.
oath_roll = sa.Table(
    "oath_roll",
    metadata,
    _id("ceremony_id", key=True),
    _day("held_on"),
    sa.Column("case_ids", ARRAY(sa.Uuid), nullable=False),
    sa.Column("refusals", JSONB, nullable=False),
    _instant("recorded_at"),
)
