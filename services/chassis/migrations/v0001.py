"""Creates the tables of the frame; the first migration of every service calls `upgrade`.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from typing import Protocol

_STATEMENTS = (
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    # What was recorded stays: a row of a history is opened, closed once, and nothing else.
    """
    CREATE FUNCTION history_guard() RETURNS trigger LANGUAGE plpgsql AS $guard$
    BEGIN
        IF TG_OP = 'DELETE' OR OLD.recorded_until IS NOT NULL OR NEW.recorded_until IS NULL
           OR to_jsonb(NEW) - 'recorded_until' IS DISTINCT FROM to_jsonb(OLD) - 'recorded_until'
        THEN
            RAISE EXCEPTION 'a row of % is closed once and never changed otherwise', TG_TABLE_NAME
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NEW;
    END
    $guard$
    """,
    """
    CREATE TABLE event_log (
        seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
        event_id uuid PRIMARY KEY,
        noun text NOT NULL,
        verb text NOT NULL,
        type text NOT NULL,
        resource_id uuid NOT NULL,
        resource_version integer NOT NULL,
        occurred_at timestamptz NOT NULL,
        actor_id uuid,
        traceparent text,
        data text NOT NULL,
        epoch integer,
        "position" integer,
        previous_position integer
    )
    """,
    'CREATE UNIQUE INDEX event_log_position_idx ON event_log ("position") WHERE "position" IS NOT NULL',
    'CREATE INDEX event_log_noun_position_idx ON event_log (noun, "position") WHERE "position" IS NOT NULL',
    'CREATE INDEX event_log_pending_idx ON event_log (seq) WHERE "position" IS NULL',
    """
    CREATE TABLE epoch (
        epoch integer PRIMARY KEY,
        after_position integer NOT NULL,
        reason text NOT NULL,
        opened_at timestamptz DEFAULT now() NOT NULL
    )
    """,
    "INSERT INTO epoch (epoch, after_position, reason) VALUES (1, 0, 'installed')",
    """
    CREATE TABLE relay_state (
        id smallint PRIMARY KEY CONSTRAINT relay_state_id_check CHECK (id = 1),
        published_position integer DEFAULT 0 NOT NULL,
        replay_until integer DEFAULT 0 NOT NULL
    )
    """,
    "INSERT INTO relay_state (id) VALUES (1)",
    """
    CREATE TABLE audit_log (
        seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        number bigint,
        hash bytea,
        recorded_at timestamptz NOT NULL,
        system_at timestamptz DEFAULT now() NOT NULL,
        outcome text NOT NULL CONSTRAINT audit_log_outcome_check CHECK (outcome IN ('allowed', 'refused')),
        reason text,
        principal text,
        person_id uuid,
        method text NOT NULL,
        noun text,
        resource_id uuid,
        changes jsonb NOT NULL,
        event_ids uuid[] NOT NULL,
        remote_address text,
        request_id text,
        traceparent text
    )
    """,
    "CREATE UNIQUE INDEX audit_log_number_idx ON audit_log (number) WHERE number IS NOT NULL",
    "CREATE INDEX audit_log_pending_idx ON audit_log (seq) WHERE number IS NULL",
    "CREATE INDEX audit_log_resource_id_idx ON audit_log (resource_id)",
    "CREATE INDEX audit_log_person_id_idx ON audit_log (person_id)",
    """
    CREATE TABLE idempotency_key (
        principal text NOT NULL,
        method text NOT NULL,
        key text NOT NULL,
        request_hash bytea NOT NULL,
        answer bytea NOT NULL,
        event_id uuid,
        expires_at timestamptz NOT NULL,
        PRIMARY KEY (principal, method, key)
    )
    """,
    "CREATE INDEX idempotency_key_expires_at_idx ON idempotency_key (expires_at)",
    """
    CREATE TABLE clock (
        id smallint PRIMARY KEY CONSTRAINT clock_id_check CHECK (id = 1),
        shift interval NOT NULL
    )
    """,
    """
    CREATE TABLE process (
        process_id uuid PRIMARY KEY,
        kind text NOT NULL,
        status text NOT NULL
            CONSTRAINT process_status_check CHECK (status IN ('running', 'waiting', 'stuck', 'done')),
        step text NOT NULL,
        state jsonb NOT NULL,
        version integer DEFAULT 1 NOT NULL,
        attempts integer DEFAULT 0 NOT NULL,
        last_error text,
        due_at timestamptz NOT NULL,
        deadline_at timestamptz,
        leased_until timestamptz,
        begun_at timestamptz NOT NULL,
        begun_by uuid,
        ended_at timestamptz
    )
    """,
    "CREATE INDEX process_due_at_idx ON process (due_at) WHERE status IN ('running', 'waiting')",
    "CREATE INDEX process_unfinished_idx ON process (process_id) WHERE status <> 'done'",
    """
    CREATE TABLE process_freeze (
        resource_id uuid PRIMARY KEY,
        process_id uuid NOT NULL REFERENCES process (process_id)
    )
    """,
    "CREATE INDEX process_freeze_process_id_idx ON process_freeze (process_id)",
    """
    CREATE TABLE timed_run (
        name text NOT NULL,
        slot text NOT NULL,
        attempts integer DEFAULT 0 NOT NULL,
        due_at timestamptz NOT NULL,
        leased_until timestamptz,
        finished_at timestamptz,
        last_error text,
        PRIMARY KEY (name, slot)
    )
    """,
    """
    CREATE TABLE copy_watermark (
        source text PRIMARY KEY,
        epoch integer NOT NULL,
        "position" integer NOT NULL,
        moved_at timestamptz DEFAULT now() NOT NULL
    )
    """,
    """
    CREATE TABLE parked_event (
        event_id uuid PRIMARY KEY,
        source text NOT NULL,
        epoch integer NOT NULL,
        "position" integer NOT NULL,
        noun text NOT NULL,
        resource_id uuid NOT NULL,
        document jsonb NOT NULL,
        reason text NOT NULL,
        attempts integer DEFAULT 1 NOT NULL,
        parked_at timestamptz DEFAULT now() NOT NULL
    )
    """,
    "CREATE INDEX parked_event_source_resource_id_idx ON parked_event (source, resource_id)",
    """
    CREATE TABLE access_account (
        issuer text NOT NULL,
        number_key text NOT NULL,
        person_id uuid NOT NULL,
        active boolean NOT NULL,
        PRIMARY KEY (issuer, number_key)
    )
    """,
    "CREATE INDEX access_account_person_id_idx ON access_account (person_id)",
    """
    CREATE TABLE access_edge (
        parent_id uuid NOT NULL,
        child_id uuid NOT NULL,
        kind text NOT NULL,
        valid daterange NOT NULL
    )
    """,
    "CREATE INDEX access_edge_child_id_idx ON access_edge (child_id)",
    "CREATE INDEX access_edge_parent_id_idx ON access_edge (parent_id)",
    """
    CREATE TABLE access_closure (
        ancestor_id uuid NOT NULL,
        descendant_id uuid NOT NULL,
        valid daterange NOT NULL,
        reading_only boolean NOT NULL
    )
    """,
    """
    CREATE INDEX access_closure_descendant_id_ancestor_id_idx
        ON access_closure (descendant_id, ancestor_id)
    """,
    "CREATE INDEX access_closure_ancestor_id_idx ON access_closure (ancestor_id)",
    """
    CREATE TABLE access_grant (
        grant_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        role text NOT NULL,
        unit_id uuid NOT NULL,
        valid daterange NOT NULL,
        revoked boolean NOT NULL
    )
    """,
    "CREATE INDEX access_grant_person_id_idx ON access_grant (person_id)",
)


class Executes(Protocol):
    """What runs a statement: `alembic.op`."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""
        ...


def upgrade(op: Executes) -> None:
    """Create the tables and their first rows."""
    for statement in _STATEMENTS:
        op.execute(statement)
