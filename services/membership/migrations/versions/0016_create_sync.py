"""Creates the tables of campus sync, and the history of rooms."""

from alembic import op

from chassis.bitemporal import history_ddl

revision = "0016"
down_revision = "0015"

_STATEMENTS = (
    """
    CREATE TABLE sync_batch (
        batch_id uuid NOT NULL,
        source text NOT NULL,
        state text NOT NULL,
        complete boolean NOT NULL,
        as_of date NOT NULL,
        policy text,
        rows integer NOT NULL,
        new_persons integer NOT NULL,
        linked_persons integer NOT NULL,
        changed_persons integer NOT NULL,
        unchanged_persons integer NOT NULL,
        absent_persons integer NOT NULL,
        problems integer NOT NULL,
        sent_by uuid,
        applied_by uuid,
        applied_at timestamptz,
        reason text NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT sync_batch_pkey PRIMARY KEY (batch_id)
    )
    """,
    "CREATE INDEX sync_batch_source_idx ON sync_batch (source, batch_id)",
    """CREATE INDEX sync_batch_unfinished_idx ON sync_batch (created_at)
        WHERE state IN ('receiving', 'checking', 'checked', 'applying')""",
    """
    CREATE TABLE sync_part (
        batch_id uuid NOT NULL,
        number integer NOT NULL,
        rows_sealed bytea NOT NULL,
        CONSTRAINT sync_part_pkey PRIMARY KEY (batch_id, number),
        CONSTRAINT sync_part_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES sync_batch (batch_id)
    )
    """,
    """
    CREATE TABLE sync_difference (
        batch_id uuid NOT NULL,
        position integer NOT NULL,
        kind text NOT NULL,
        "row" integer NOT NULL,
        external_id text NOT NULL,
        person_id uuid NOT NULL,
        changes jsonb NOT NULL,
        CONSTRAINT sync_difference_pkey PRIMARY KEY (batch_id, position),
        CONSTRAINT sync_difference_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES sync_batch (batch_id)
    )
    """,
    "CREATE INDEX sync_difference_person_id_idx ON sync_difference (person_id)",
    """
    CREATE TABLE sync_problem (
        batch_id uuid NOT NULL,
        position integer NOT NULL,
        "row" integer NOT NULL,
        field text NOT NULL,
        zh text NOT NULL,
        en text NOT NULL,
        CONSTRAINT sync_problem_pkey PRIMARY KEY (batch_id, position),
        CONSTRAINT sync_problem_batch_id_fkey FOREIGN KEY (batch_id) REFERENCES sync_batch (batch_id)
    )
    """,
    """
    CREATE TABLE sync_departure (
        departure_id uuid NOT NULL,
        person_id uuid NOT NULL,
        source text NOT NULL,
        batch_id uuid NOT NULL,
        state text NOT NULL,
        left_on date,
        decided_by uuid,
        reason text NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT sync_departure_pkey PRIMARY KEY (departure_id),
        CONSTRAINT sync_departure_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id)
    )
    """,
    "CREATE INDEX sync_departure_person_id_idx ON sync_departure (person_id)",
    "CREATE INDEX sync_departure_state_idx ON sync_departure (state, departure_id)",
    """
    CREATE TABLE person_source (
        source text NOT NULL,
        external_id text NOT NULL,
        person_id uuid NOT NULL,
        departure_id uuid,
        seen_at timestamptz NOT NULL,
        CONSTRAINT person_source_pkey PRIMARY KEY (source, external_id),
        CONSTRAINT person_source_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id),
        CONSTRAINT person_source_departure_id_fkey FOREIGN KEY (departure_id)
            REFERENCES sync_departure (departure_id)
    )
    """,
    "CREATE INDEX person_source_person_id_idx ON person_source (person_id)",
    """
    CREATE TABLE residence (
        person_id uuid NOT NULL,
        room text NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT residence_pkey PRIMARY KEY (row_id),
        CONSTRAINT residence_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT residence_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT residence_believed_excl EXCLUDE USING gist (person_id WITH =, valid WITH &&)
            WHERE (recorded_until IS NULL)
    )
    """,
    "CREATE INDEX residence_person_id_idx ON residence (person_id)",
    *history_ddl("residence"),
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
