"""Creates the tables of work orders."""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    """
    CREATE TABLE work_order (
        work_order_id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        assignee_unit_id uuid NOT NULL,
        meeting_id uuid REFERENCES meeting (meeting_id),
        decision text NOT NULL,
        title text NOT NULL,
        description text NOT NULL,
        state text NOT NULL,
        due_on date NOT NULL,
        remind_days integer NOT NULL,
        reminded_on date,
        fell_overdue_on date,
        reported_on date,
        ended_on date,
        evidence text[] NOT NULL,
        steps integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL
    )
    """,
    "CREATE INDEX work_order_due_on_work_order_id_idx ON work_order (due_on, work_order_id)",
    "CREATE INDEX work_order_unit_id_due_on_idx ON work_order (unit_id, due_on)",
    "CREATE INDEX work_order_assignee_unit_id_due_on_idx ON work_order (assignee_unit_id, due_on)",
    "CREATE INDEX work_order_meeting_id_idx ON work_order (meeting_id)",
    "CREATE INDEX work_order_open_due_on_idx ON work_order (due_on) WHERE state IN ('issued', 'accepted')",
    """
    CREATE TABLE work_order_step (
        work_order_id uuid NOT NULL REFERENCES work_order (work_order_id),
        number integer NOT NULL,
        act text NOT NULL,
        note text NOT NULL,
        evidence text[] NOT NULL,
        due_on date NOT NULL,
        by_id uuid,
        happened_at timestamptz NOT NULL,
        PRIMARY KEY (work_order_id, number)
    )
    """,
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
