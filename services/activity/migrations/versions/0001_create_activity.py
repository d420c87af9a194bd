"""Creates the tables of activity, after those of the frame.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

from chassis.migrations import v0001

revision = "0001"
down_revision = None

_STATEMENTS = (
    """
    CREATE TABLE unit (
        unit_id uuid PRIMARY KEY,
        kind text NOT NULL,
        established_on date NOT NULL,
        dissolved_on date,
        version integer NOT NULL
    )
    """,
    "CREATE TABLE person (person_id uuid PRIMARY KEY)",
    """
    CREATE TABLE relationship (
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        valid daterange NOT NULL
    )
    """,
    "CREATE INDEX relationship_person_id_idx ON relationship (person_id)",
    "CREATE INDEX relationship_unit_id_person_id_idx ON relationship (unit_id, person_id)",
    """
    CREATE TABLE meeting (
        meeting_id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        kind text NOT NULL,
        state text NOT NULL,
        title text NOT NULL,
        place text NOT NULL,
        online_link text,
        planned_start timestamptz NOT NULL,
        planned_end timestamptz NOT NULL,
        planned_on date NOT NULL,
        agenda jsonb NOT NULL,
        sessions jsonb NOT NULL,
        themes text[] NOT NULL,
        begins_with_study boolean NOT NULL,
        exception_reason text,
        judgements jsonb NOT NULL,
        expected_count integer NOT NULL,
        present_count integer NOT NULL,
        opened_at timestamptz,
        ended_at timestamptz,
        minutes text NOT NULL,
        resolution text NOT NULL,
        vote jsonb,
        cancel_reason text,
        convener_id uuid,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX meeting_planned_start_meeting_id_idx ON meeting (planned_start, meeting_id)",
    "CREATE INDEX meeting_unit_id_planned_start_idx ON meeting (unit_id, planned_start)",
    """
    CREATE TABLE attendance (
        meeting_id uuid NOT NULL REFERENCES meeting (meeting_id),
        person_id uuid NOT NULL,
        capacity text NOT NULL,
        expected boolean NOT NULL,
        checked_in_at timestamptz,
        PRIMARY KEY (meeting_id, person_id)
    )
    """,
    "CREATE INDEX attendance_person_id_idx ON attendance (person_id)",
    """
    CREATE TABLE class_hour (
        class_hour_id uuid PRIMARY KEY,
        meeting_id uuid UNIQUE REFERENCES meeting (meeting_id),
        person_id uuid,
        material text,
        started_at timestamptz,
        ended_at timestamptz,
        created_at timestamptz NOT NULL
    )
    """,
    """
    CREATE INDEX class_hour_person_id_started_at_idx ON class_hour (person_id, started_at)
        WHERE person_id IS NOT NULL
    """,
    """
    CREATE TABLE class_hour_entry (
        class_hour_id uuid NOT NULL REFERENCES class_hour (class_hour_id),
        person_id uuid NOT NULL,
        learned_on date NOT NULL,
        half_day smallint NOT NULL,
        learning_mode text NOT NULL,
        minutes integer NOT NULL,
        credited_minutes integer NOT NULL,
        PRIMARY KEY (class_hour_id, person_id, learned_on, half_day, learning_mode)
    )
    """,
    """
    CREATE INDEX class_hour_entry_person_id_learned_on_idx ON class_hour_entry (person_id, learned_on)
    """,
    """
    CREATE TABLE ceremony (
        ceremony_id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        title text NOT NULL,
        state text NOT NULL,
        held_on date NOT NULL,
        place text NOT NULL,
        lead_id uuid NOT NULL,
        process_id uuid,
        cancel_reason text,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX ceremony_held_on_ceremony_id_idx ON ceremony (held_on, ceremony_id)",
    "CREATE INDEX ceremony_unit_id_held_on_idx ON ceremony (unit_id, held_on)",
    """
    CREATE TABLE oath_taker (
        ceremony_id uuid NOT NULL REFERENCES ceremony (ceremony_id),
        person_id uuid NOT NULL,
        case_id uuid NOT NULL,
        outcome text NOT NULL,
        refusal text,
        PRIMARY KEY (ceremony_id, person_id)
    )
    """,
    "CREATE INDEX oath_taker_person_id_idx ON oath_taker (person_id)",
    """
    CREATE TABLE talk (
        talk_id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        kind text NOT NULL,
        held_on date NOT NULL,
        summary text NOT NULL,
        created_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX talk_unit_id_held_on_idx ON talk (unit_id, held_on)",
    "CREATE INDEX talk_held_on_talk_id_idx ON talk (held_on, talk_id)",
    """
    CREATE TABLE talk_participant (
        talk_id uuid NOT NULL REFERENCES talk (talk_id),
        person_id uuid NOT NULL,
        PRIMARY KEY (talk_id, person_id)
    )
    """,
    "CREATE INDEX talk_participant_person_id_idx ON talk_participant (person_id)",
)


def upgrade() -> None:
    """Create the tables."""
    v0001.upgrade(op)
    for statement in _STATEMENTS:
        op.execute(statement)
