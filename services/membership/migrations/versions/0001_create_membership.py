"""Creates the tables of membership, after those of the frame.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

from chassis.migrations import v0001

revision = "0001"
down_revision = None

_STATEMENTS = (
    """
    CREATE TABLE person (
        person_id uuid NOT NULL,
        name text NOT NULL,
        pinyin text NOT NULL,
        number_sealed bytea,
        kind text NOT NULL,
        category text,
        born_on DATE,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT person_pkey PRIMARY KEY (person_id)
    )
    """,
    "CREATE INDEX person_pinyin_idx ON person (pinyin, person_id)",
    """
    CREATE TABLE account (
        account_id uuid NOT NULL,
        person_id uuid NOT NULL,
        issuer text NOT NULL,
        number_key text NOT NULL,
        active boolean NOT NULL,
        version integer NOT NULL,
        CONSTRAINT account_pkey PRIMARY KEY (account_id),
        CONSTRAINT account_issuer_number_key_key UNIQUE (issuer, number_key),
        CONSTRAINT account_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (person_id)
    )
    """,
    "CREATE INDEX account_person_id_idx ON account (person_id)",
    """
    CREATE TABLE affiliation (
        person_id uuid NOT NULL,
        kind text NOT NULL,
        unit_id uuid NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT affiliation_pkey PRIMARY KEY (row_id),
        CONSTRAINT affiliation_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT affiliation_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT affiliation_believed_excl EXCLUDE USING gist (person_id WITH =, kind WITH =, valid WITH &&) WHERE (recorded_until IS NULL)
    )
    """,
    "CREATE INDEX affiliation_person_id_idx ON affiliation (person_id)",
    "CREATE INDEX affiliation_unit_id_idx ON affiliation (unit_id)",
    "CREATE TRIGGER affiliation_guard BEFORE UPDATE OR DELETE ON affiliation FOR EACH ROW EXECUTE FUNCTION history_guard()",
    """
    CREATE TABLE member (
        person_id uuid NOT NULL,
        standing_from DATE,
        version integer NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT member_pkey PRIMARY KEY (person_id),
        CONSTRAINT member_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (person_id)
    )
    """,
    """
    CREATE TABLE relationship (
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT relationship_pkey PRIMARY KEY (row_id),
        CONSTRAINT relationship_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT relationship_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT relationship_believed_excl EXCLUDE USING gist (person_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL)
    )
    """,
    "CREATE INDEX relationship_person_id_idx ON relationship (person_id)",
    "CREATE INDEX relationship_unit_id_idx ON relationship (unit_id)",
    "CREATE TRIGGER relationship_guard BEFORE UPDATE OR DELETE ON relationship FOR EACH ROW EXECUTE FUNCTION history_guard()",
    """
    CREATE TABLE membership_status (
        person_id uuid NOT NULL,
        status text NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT membership_status_pkey PRIMARY KEY (row_id),
        CONSTRAINT membership_status_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT membership_status_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT membership_status_believed_excl EXCLUDE USING gist (person_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL)
    )
    """,
    "CREATE INDEX membership_status_person_id_idx ON membership_status (person_id)",
    "CREATE TRIGGER membership_status_guard BEFORE UPDATE OR DELETE ON membership_status FOR EACH ROW EXECUTE FUNCTION history_guard()",
    """
    CREATE TABLE participation (
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        kind text NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT participation_pkey PRIMARY KEY (row_id),
        CONSTRAINT participation_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT participation_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT participation_believed_excl EXCLUDE USING gist (person_id WITH =, unit_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL)
    )
    """,
    "CREATE INDEX participation_person_id_idx ON participation (person_id)",
    "CREATE INDEX participation_unit_id_idx ON participation (unit_id)",
    "CREATE TRIGGER participation_guard BEFORE UPDATE OR DELETE ON participation FOR EACH ROW EXECUTE FUNCTION history_guard()",
    """
    CREATE TABLE unit (
        unit_id uuid NOT NULL,
        kind text NOT NULL,
        form text NOT NULL,
        established_on date NOT NULL,
        dissolved_on DATE,
        frozen_by uuid,
        version integer NOT NULL,
        CONSTRAINT unit_pkey PRIMARY KEY (unit_id)
    )
    """,
    """
    CREATE TABLE rule_set (
        digest text NOT NULL,
        content text NOT NULL,
        kept_at timestamptz NOT NULL,
        CONSTRAINT rule_set_pkey PRIMARY KEY (digest)
    )
    """,
    """
    CREATE TABLE admission_case (
        case_id uuid NOT NULL,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        applied_on date NOT NULL,
        pack_digest text NOT NULL,
        state text NOT NULL,
        stage smallint NOT NULL,
        step text NOT NULL,
        approver_unit_id uuid,
        probation_from DATE,
        probation_until DATE,
        oath_on DATE,
        ceremony_id uuid,
        conversion_outcome text,
        extension text,
        full_member_from DATE,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT admission_case_pkey PRIMARY KEY (case_id),
        CONSTRAINT admission_case_person_id_fkey FOREIGN KEY(person_id) REFERENCES person (person_id),
        CONSTRAINT admission_case_pack_digest_fkey FOREIGN KEY(pack_digest) REFERENCES rule_set (digest)
    )
    """,
    "CREATE UNIQUE INDEX admission_case_open_idx ON admission_case (person_id) WHERE state = 'open'",
    "CREATE INDEX admission_case_person_id_idx ON admission_case (person_id)",
    "CREATE INDEX admission_case_unit_id_case_id_idx ON admission_case (unit_id, case_id)",
    """
    CREATE TABLE case_step (
        case_id uuid NOT NULL,
        sequence integer NOT NULL,
        step text NOT NULL,
        number smallint NOT NULL,
        stage smallint NOT NULL,
        occurred_on date NOT NULL,
        recorded_at timestamptz NOT NULL,
        recorded_by uuid,
        detail jsonb NOT NULL,
        verdicts jsonb NOT NULL,
        superseded boolean NOT NULL,
        CONSTRAINT case_step_pkey PRIMARY KEY (case_id, sequence),
        CONSTRAINT case_step_case_id_fkey FOREIGN KEY(case_id) REFERENCES admission_case (case_id)
    )
    """,
    """
    CREATE TABLE case_companion (
        case_id uuid NOT NULL,
        part text NOT NULL,
        person_id uuid NOT NULL,
        valid_from date NOT NULL,
        valid_until DATE,
        CONSTRAINT case_companion_pkey PRIMARY KEY (case_id, part, person_id, valid_from),
        CONSTRAINT case_companion_case_id_fkey FOREIGN KEY(case_id) REFERENCES admission_case (case_id)
    )
    """,
    "CREATE INDEX case_companion_person_id_idx ON case_companion (person_id)",
    """
    CREATE TABLE case_ballot (
        case_id uuid NOT NULL,
        number integer NOT NULL,
        purpose text NOT NULL,
        state text NOT NULL,
        totals jsonb NOT NULL,
        should_attend integer NOT NULL,
        entered_by uuid,
        confirmed_by uuid,
        verdicts jsonb NOT NULL,
        CONSTRAINT case_ballot_pkey PRIMARY KEY (case_id, number),
        CONSTRAINT case_ballot_case_id_fkey FOREIGN KEY(case_id) REFERENCES admission_case (case_id)
    )
    """,
    """
    CREATE TABLE roll_move (
        reorganization_id uuid NOT NULL,
        effective_on date NOT NULL,
        moved_persons integer NOT NULL,
        moved_cases integer NOT NULL,
        ended_participations integer NOT NULL,
        applied_at timestamptz NOT NULL,
        CONSTRAINT roll_move_pkey PRIMARY KEY (reorganization_id)
    )
    """,
    """
    CREATE TABLE oath_roll (
        ceremony_id uuid NOT NULL,
        held_on date NOT NULL,
        case_ids uuid[] NOT NULL,
        refusals jsonb NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT oath_roll_pkey PRIMARY KEY (ceremony_id)
    )
    """,
)


def upgrade() -> None:
    """Create everything."""
    v0001.upgrade(op)
    for statement in _STATEMENTS:
        op.execute(statement)
