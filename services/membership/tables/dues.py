"""Dues: books of branches, declared pay, reductions, payments by month, publications."""

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

_MONEY = sa.Numeric(12, 2)

dues_ledger = sa.Table(
    "dues_ledger",
    metadata,
    id_column("unit_id", key=True),
    day_column("from_month"),
    instant_column("created_at"),
)

# Writers of one member's dues queue here.
dues_account = sa.Table(
    "dues_account",
    metadata,
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), primary_key=True),
    version_column(),
    instant_column("updated_at"),
)

dues_base = sa.Table(
    "dues_base",
    metadata,
    id_column("person_id"),
    text_column("category"),
    sa.Column("monthly_pay", _MONEY, nullable=True),
    *history_columns(),
    *history_constraints("dues_base", ["person_id"]),
)
sa.Index("dues_base_person_id_idx", dues_base.c.person_id)

dues_reduction = sa.Table(
    "dues_reduction",
    metadata,
    id_column("person_id"),
    sa.Column("amount", _MONEY, nullable=False),
    text_column("reason"),
    day_column("studied_on"),
    id_column("approver_unit_id"),
    day_column("approved_on"),
    *history_columns(),
    *history_constraints("dues_reduction", ["person_id"]),
)
sa.Index("dues_reduction_person_id_idx", dues_reduction.c.person_id)

# Payments of months and gifts; nothing here is ever changed, a corrected one is superseded once.
dues_payment = sa.Table(
    "dues_payment",
    metadata,
    id_column("payment_id", key=True),
    sa.Column("person_id", sa.Uuid, sa.ForeignKey("person.person_id"), nullable=False),
    id_column("unit_id"),
    sa.Column("gift", sa.Boolean, nullable=False),
    sa.Column("forwarded", sa.Boolean, nullable=False),
    sa.Column("amount", _MONEY, nullable=False),
    day_column("paid_on"),
    text_column("manner"),
    sa.Column("pack_digest", sa.Text, sa.ForeignKey("rule_set.digest"), nullable=False),
    sa.Column("verdicts", JSONB, nullable=False),
    instant_column("recorded_at"),
    id_column("recorded_by", null=True),
    instant_column("superseded_at", null=True),
    sa.Column("superseded_by", sa.Uuid, sa.ForeignKey("dues_payment.payment_id")),
    id_column("corrected_by", null=True),
    text_column("correction_reason", null=True),
)
sa.Index("dues_payment_person_id_idx", dues_payment.c.person_id, dues_payment.c.payment_id)
sa.Index("dues_payment_unit_id_paid_on_idx", dues_payment.c.unit_id, dues_payment.c.paid_on)

# Each month is paid once.
dues_month = sa.Table(
    "dues_month",
    metadata,
    id_column("person_id", key=True),
    sa.Column("month", sa.Date, primary_key=True),
    sa.Column("payment_id", sa.Uuid, sa.ForeignKey("dues_payment.payment_id"), nullable=False),
    sa.Column("amount", _MONEY, nullable=False),
)
sa.Index("dues_month_payment_id_idx", dues_month.c.payment_id)

# Months that were believed paid until their payment was corrected.
dues_month_corrected = sa.Table(
    "dues_month_corrected",
    metadata,
    sa.Column("payment_id", sa.Uuid, sa.ForeignKey("dues_payment.payment_id"), primary_key=True),
    sa.Column("month", sa.Date, primary_key=True),
    id_column("person_id"),
    sa.Column("amount", _MONEY, nullable=False),
)
sa.Index("dues_month_corrected_person_id_idx", dues_month_corrected.c.person_id)

dues_publication = sa.Table(
    "dues_publication",
    metadata,
    id_column("publication_id", key=True),
    id_column("unit_id"),
    sa.Column("year", sa.SmallInteger, nullable=False),
    day_column("published_on"),
    sa.Column("payers", sa.Integer, nullable=False),
    sa.Column("collected", _MONEY, nullable=False),
    sa.Column("gifts", _MONEY, nullable=False),
    sa.Column("gifts_forwarded", _MONEY, nullable=False),
    sa.Column("members_in_arrears", sa.Integer, nullable=False),
    instant_column("created_at"),
    sa.UniqueConstraint("unit_id", "year"),
)
