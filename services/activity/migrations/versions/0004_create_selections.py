"""Creates the tables of consents and target lists, and the copy of honours."""

from alembic import op

revision = "0004"
down_revision = "0003"

_STATEMENTS = (
    """
    CREATE TABLE honour (
        honour_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        kind text NOT NULL,
        level text NOT NULL,
        withdrawn boolean NOT NULL
    )
    """,
    "CREATE INDEX honour_person_id_idx ON honour (person_id)",
    """
    CREATE TABLE selection_consent (
        consent_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        selector text,
        given_on date NOT NULL,
        valid_until date NOT NULL,
        withdrawn_on date,
        statement text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL
    )
    """,
    "CREATE INDEX selection_consent_person_id_idx ON selection_consent (person_id)",
    "CREATE INDEX selection_consent_unit_id_idx ON selection_consent (unit_id)",
    """
    CREATE TABLE selection_roster (
        roster_id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        title text NOT NULL,
        purpose text NOT NULL,
        as_of date NOT NULL,
        state text NOT NULL,
        quotas jsonb NOT NULL,
        confirmed_at timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL
    )
    """,
    "CREATE INDEX selection_roster_unit_id_idx ON selection_roster (unit_id)",
    """
    CREATE TABLE selection_entry (
        roster_id uuid NOT NULL REFERENCES selection_roster (roster_id),
        position integer NOT NULL,
        place integer NOT NULL,
        person_id uuid NOT NULL,
        selector text NOT NULL,
        consent_id uuid NOT NULL REFERENCES selection_consent (consent_id),
        outcome text NOT NULL,
        reason text NOT NULL,
        PRIMARY KEY (roster_id, position)
    )
    """,
    "CREATE INDEX selection_entry_consent_id_idx ON selection_entry (consent_id)",
    "CREATE INDEX selection_entry_person_id_idx ON selection_entry (person_id)",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
