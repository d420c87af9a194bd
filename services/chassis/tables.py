"""The tables every service's database has, whatever its domain; `migrations/v0001` creates them.

Services make their own metadata with `new_metadata` and never write to these tables themselves.
"""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB

# PostgreSQL's own names, so that hand-written migrations and `create_all` give the same schema.
_NAMES = {
    "pk": "%(table_name)s_pkey",
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "ck": "%(table_name)s_%(constraint_name)s_check",
}


def new_metadata() -> sa.MetaData:
    """Metadata whose constraints carry the names PostgreSQL would give them."""
    return sa.MetaData(naming_convention=_NAMES)


metadata = new_metadata()


def _instant(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def _system_instant(name: str) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def _text(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=null)


def _int(name: str, *, null: bool = False, default: str | None = None) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, nullable=null, server_default=sa.text(default) if default else None)


def _one_row(name: str) -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.CheckConstraint("id = 1", name=sa.schema.conv(f"{name}_id_check")),
    ]


event_log = sa.Table(
    "event_log",
    metadata,
    # The order of insertion, which is not the order of commits: never read the log by it.
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), nullable=False),
    sa.Column("event_id", sa.Uuid, primary_key=True),
    _text("noun"),
    _text("verb"),
    _text("type"),
    sa.Column("resource_id", sa.Uuid, nullable=False),
    _int("resource_version"),
    _instant("occurred_at"),
    sa.Column("actor_id", sa.Uuid),
    _text("traceparent", null=True),
    # JSON as it was rendered at the commit: the log and the broker give the same bytes for ever.
    _text("data"),
    _int("epoch", null=True),
    _int("position", null=True),
    _int("previous_position", null=True),
)
sa.Index(
    "event_log_position_idx",
    event_log.c.position,
    unique=True,
    postgresql_where=event_log.c.position.is_not(None),
)
sa.Index(
    "event_log_noun_position_idx",
    event_log.c.noun,
    event_log.c.position,
    postgresql_where=event_log.c.position.is_not(None),
)
sa.Index("event_log_pending_idx", event_log.c.seq, postgresql_where=event_log.c.position.is_(None))

# One life of the log: a restore opens the next one.
epoch = sa.Table(
    "epoch",
    metadata,
    sa.Column("epoch", sa.Integer, primary_key=True, autoincrement=False),
    _int("after_position"),
    _text("reason"),
    _system_instant("opened_at"),
)

relay_state = sa.Table(
    "relay_state",
    metadata,
    *_one_row("relay_state"),
    # Every event up to here has been acknowledged by the broker.
    _int("published_position", default="0"),
    # Above published_position while an operator has events published again.
    _int("replay_until", default="0"),
)

audit_log = sa.Table(
    "audit_log",
    metadata,
    sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    # Given by the relay, dense, with the hash over this row and the hash before it.
    sa.Column("number", sa.BigInteger),
    sa.Column("hash", sa.LargeBinary),
    _instant("recorded_at"),
    _system_instant("system_at"),
    _text("outcome"),
    _text("reason", null=True),
    _text("principal", null=True),
    sa.Column("person_id", sa.Uuid),
    _text("method"),
    _text("noun", null=True),
    sa.Column("resource_id", sa.Uuid),
    sa.Column("changes", JSONB, nullable=False),
    sa.Column("event_ids", ARRAY(sa.Uuid), nullable=False),
    _text("remote_address", null=True),
    _text("request_id", null=True),
    _text("traceparent", null=True),
    sa.CheckConstraint("outcome IN ('allowed', 'refused')", name=sa.schema.conv("audit_log_outcome_check")),
)
sa.Index(
    "audit_log_number_idx",
    audit_log.c.number,
    unique=True,
    postgresql_where=audit_log.c.number.is_not(None),
)
sa.Index("audit_log_pending_idx", audit_log.c.seq, postgresql_where=audit_log.c.number.is_(None))
sa.Index("audit_log_resource_id_idx", audit_log.c.resource_id)
sa.Index("audit_log_person_id_idx", audit_log.c.person_id)

idempotency_key = sa.Table(
    "idempotency_key",
    metadata,
    sa.Column("principal", sa.Text, primary_key=True),
    sa.Column("method", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("request_hash", sa.LargeBinary, nullable=False),
    sa.Column("answer", sa.LargeBinary, nullable=False),
    sa.Column("event_id", sa.Uuid),
    _instant("expires_at"),
)
sa.Index("idempotency_key_expires_at_idx", idempotency_key.c.expires_at)

clock = sa.Table(
    "clock",
    metadata,
    *_one_row("clock"),
    sa.Column("shift", sa.Interval, nullable=False),
)

process = sa.Table(
    "process",
    metadata,
    sa.Column("process_id", sa.Uuid, primary_key=True),
    _text("kind"),
    _text("status"),
    _text("step"),
    sa.Column("state", JSONB, nullable=False),
    _int("version", default="1"),
    _int("attempts", default="0"),
    _text("last_error", null=True),
    # System time, like leases and retries: moving the business clock must not make a process late.
    _instant("due_at"),
    _instant("deadline_at", null=True),
    _instant("leased_until", null=True),
    _instant("begun_at"),
    sa.Column("begun_by", sa.Uuid),
    _instant("ended_at", null=True),
    sa.CheckConstraint(
        "status IN ('running', 'waiting', 'stuck', 'done')", name=sa.schema.conv("process_status_check")
    ),
)
sa.Index("process_due_at_idx", process.c.due_at, postgresql_where=sa.text("status IN ('running', 'waiting')"))
sa.Index(
    "process_unfinished_idx", process.c.process_id, postgresql_where=process.c.status != sa.text("'done'")
)

process_freeze = sa.Table(
    "process_freeze",
    metadata,
    sa.Column("resource_id", sa.Uuid, primary_key=True),
    sa.Column("process_id", sa.Uuid, sa.ForeignKey("process.process_id"), nullable=False),
)
sa.Index("process_freeze_process_id_idx", process_freeze.c.process_id)

timed_run = sa.Table(
    "timed_run",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("slot", sa.Text, primary_key=True),
    _int("attempts", default="0"),
    _instant("due_at"),
    _instant("leased_until", null=True),
    _instant("finished_at", null=True),
    _text("last_error", null=True),
)

copy_watermark = sa.Table(
    "copy_watermark",
    metadata,
    sa.Column("source", sa.Text, primary_key=True),
    _int("epoch"),
    _int("position"),
    _system_instant("moved_at"),
)

parked_event = sa.Table(
    "parked_event",
    metadata,
    sa.Column("event_id", sa.Uuid, primary_key=True),
    _text("source"),
    _int("epoch"),
    _int("position"),
    _text("noun"),
    sa.Column("resource_id", sa.Uuid, nullable=False),
    sa.Column("document", JSONB, nullable=False),
    _text("reason"),
    _int("attempts", default="1"),
    _system_instant("parked_at"),
)
sa.Index("parked_event_source_resource_id_idx", parked_event.c.source, parked_event.c.resource_id)

access_account = sa.Table(
    "access_account",
    metadata,
    sa.Column("issuer", sa.Text, primary_key=True),
    sa.Column("number_key", sa.Text, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
)
sa.Index("access_account_person_id_idx", access_account.c.person_id)

access_edge = sa.Table(
    "access_edge",
    metadata,
    sa.Column("parent_id", sa.Uuid, nullable=False),
    sa.Column("child_id", sa.Uuid, nullable=False),
    _text("kind"),
    sa.Column("valid", DATERANGE, nullable=False),
)
sa.Index("access_edge_child_id_idx", access_edge.c.child_id)
sa.Index("access_edge_parent_id_idx", access_edge.c.parent_id)

access_closure = sa.Table(
    "access_closure",
    metadata,
    sa.Column("ancestor_id", sa.Uuid, nullable=False),
    sa.Column("descendant_id", sa.Uuid, nullable=False),
    sa.Column("valid", DATERANGE, nullable=False),
    sa.Column("reading_only", sa.Boolean, nullable=False),
)
sa.Index(
    "access_closure_descendant_id_ancestor_id_idx",
    access_closure.c.descendant_id,
    access_closure.c.ancestor_id,
)
sa.Index("access_closure_ancestor_id_idx", access_closure.c.ancestor_id)

access_grant = sa.Table(
    "access_grant",
    metadata,
    sa.Column("grant_id", sa.Uuid, primary_key=True),
    sa.Column("person_id", sa.Uuid, nullable=False),
    _text("role"),
    sa.Column("unit_id", sa.Uuid, nullable=False),
    sa.Column("valid", DATERANGE, nullable=False),
    sa.Column("revoked", sa.Boolean, nullable=False),
)
sa.Index("access_grant_person_id_idx", access_grant.c.person_id)
