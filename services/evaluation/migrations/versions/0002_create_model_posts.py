"""Creates the table of model posts."""

from alembic import op

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    """
    CREATE TABLE model_post (
        model_post_id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        person_id uuid NOT NULL,
        post text NOT NULL,
        basis text NOT NULL,
        pledge text NOT NULL,
        state text NOT NULL,
        nominated_on date NOT NULL,
        decided_on date,
        valid daterange,
        document_number text NOT NULL,
        displayed_on date,
        display_place text NOT NULL,
        reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT model_post_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT model_post_one_at_a_time_excl EXCLUDE USING gist (person_id WITH =, valid WITH &&)
    )
    """,
    "CREATE INDEX model_post_unit_id_idx ON model_post (unit_id)",
    "CREATE INDEX model_post_person_id_idx ON model_post (person_id)",
    "CREATE UNIQUE INDEX model_post_nominated_once_idx ON model_post (person_id) WHERE state = 'nominated'",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
