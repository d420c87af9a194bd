"""Creates the table of papers of admission cases.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

revision = "0022"
down_revision = "0021"

_STATEMENTS = (
    """
    CREATE TABLE case_material (
        material_id uuid NOT NULL,
        case_id uuid NOT NULL,
        step text NOT NULL,
        name text NOT NULL,
        media_type text NOT NULL,
        file_bytes integer NOT NULL,
        sha256 text NOT NULL,
        file_sealed bytea NOT NULL,
        state text NOT NULL,
        note text NOT NULL,
        submitted_by uuid,
        reviewed_by uuid,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT case_material_pkey PRIMARY KEY (material_id),
        CONSTRAINT case_material_case_id_fkey FOREIGN KEY (case_id) REFERENCES admission_case (case_id)
    )
    """,
    "CREATE INDEX case_material_case_id_idx ON case_material (case_id, material_id)",
)


def upgrade() -> None:
    """Create the table and its index."""
    for statement in _STATEMENTS:
        op.execute(statement)
