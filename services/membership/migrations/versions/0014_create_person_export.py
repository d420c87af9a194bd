"""Creates the table of packages of everything held on a person."""

from alembic import op

revision = "0014"
down_revision = "0013"

_STATEMENTS = (
    """
    CREATE TABLE person_export (
        export_id uuid NOT NULL,
        person_id uuid NOT NULL,
        state text NOT NULL,
        requested_by uuid,
        purpose text NOT NULL,
        file_digest text NOT NULL,
        file_bytes integer NOT NULL,
        records integer NOT NULL,
        expires_on date,
        file_sealed bytea,
        created_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT person_export_pkey PRIMARY KEY (export_id)
    )
    """,
    "CREATE INDEX person_export_person_id_idx ON person_export (person_id, export_id)",
    "CREATE UNIQUE INDEX person_export_gathering_idx ON person_export (person_id) WHERE state = 'gathering'",
    "CREATE INDEX person_export_expires_on_idx ON person_export (expires_on) WHERE state = 'ready'",
)


def upgrade() -> None:
    """Create the table and its indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
