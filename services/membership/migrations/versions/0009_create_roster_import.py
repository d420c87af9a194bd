"""Creates the tables of roster imports, and gives the copy of units their names.

Names of units known before come with their next event, or when the copy is built again.
"""

from alembic import op

revision = "0009"
down_revision = "0008"

_STATEMENTS = (
    "ALTER TABLE unit ADD COLUMN name text NOT NULL DEFAULT ''",
    "ALTER TABLE unit ALTER COLUMN name DROP DEFAULT",
    "CREATE INDEX unit_name_idx ON unit (name)",
    """
    CREATE TABLE roster_import (
        import_id uuid NOT NULL,
        kind text NOT NULL,
        state text NOT NULL,
        policy text,
        file_digest text NOT NULL,
        media_type text NOT NULL,
        file_bytes integer NOT NULL,
        file_sealed bytea,
        source_reference text NOT NULL,
        rows integer NOT NULL,
        good_rows integer NOT NULL,
        problems integer NOT NULL,
        entered_rows integer NOT NULL,
        ignored_columns text[] NOT NULL,
        uploaded_by uuid,
        applied_by uuid,
        applied_at timestamptz,
        rolled_back_by uuid,
        rolled_back_at timestamptz,
        reason text NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT roster_import_pkey PRIMARY KEY (import_id)
    )
    """,
    "CREATE INDEX roster_import_file_digest_idx ON roster_import (file_digest)",
    """CREATE INDEX roster_import_unfinished_idx ON roster_import (created_at)
        WHERE state IN ('checked', 'applying')""",
    """
    CREATE TABLE roster_problem (
        import_id uuid NOT NULL,
        position integer NOT NULL,
        "row" integer NOT NULL,
        column_header text NOT NULL,
        zh text NOT NULL,
        en text NOT NULL,
        CONSTRAINT roster_problem_pkey PRIMARY KEY (import_id, position),
        CONSTRAINT roster_problem_import_id_fkey FOREIGN KEY (import_id) REFERENCES roster_import (import_id)
    )
    """,
    """
    CREATE TABLE roster_row (
        import_id uuid NOT NULL,
        "row" integer NOT NULL,
        person_id uuid NOT NULL,
        CONSTRAINT roster_row_pkey PRIMARY KEY (import_id, "row"),
        CONSTRAINT roster_row_import_id_fkey FOREIGN KEY (import_id) REFERENCES roster_import (import_id)
    )
    """,
)


def upgrade() -> None:
    """Create the tables, their indexes and the column."""
    for statement in _STATEMENTS:
        op.execute(statement)
