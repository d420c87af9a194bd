"""Creates the tables of information grants and views."""

from alembic import op

revision = "0005"
down_revision = "0004"

_STATEMENTS = (
    """
    CREATE TABLE information_grant (
        information_grant_id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        viewer_unit_id uuid NOT NULL,
        fields text[] NOT NULL,
        purpose text NOT NULL,
        valid daterange NOT NULL,
        end_reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT information_grant_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT information_grant_once_excl
            EXCLUDE USING gist (unit_id WITH =, viewer_unit_id WITH =, valid WITH &&)
    )
    """,
    "CREATE INDEX information_grant_viewer_unit_id_idx ON information_grant (viewer_unit_id)",
    """
    CREATE TABLE information_view (
        view_id uuid PRIMARY KEY,
        person_id uuid NOT NULL,
        viewer_id uuid NOT NULL,
        viewer_unit_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        information_grant_id uuid NOT NULL REFERENCES information_grant (information_grant_id),
        fields text[] NOT NULL,
        year integer NOT NULL,
        purpose text NOT NULL,
        viewed_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX information_view_person_id_idx ON information_view (person_id, view_id)",
    "CREATE INDEX information_view_unit_id_idx ON information_view (unit_id, view_id)",
    "CREATE INDEX information_view_viewer_unit_id_idx ON information_view (viewer_unit_id, view_id)",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
