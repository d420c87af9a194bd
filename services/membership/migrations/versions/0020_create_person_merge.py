"""Creates the tables of merged persons."""

from alembic import op

revision = "0020"
down_revision = "0019"

_STATEMENTS = (
    "ALTER TABLE person ADD COLUMN merged_into uuid",
    "CREATE INDEX person_name_born_on_idx ON person (name, born_on, person_id)",
    """
    CREATE TABLE person_merge (
        merge_id uuid NOT NULL,
        person_id uuid NOT NULL,
        merged_person_id uuid NOT NULL,
        state text NOT NULL,
        reason text NOT NULL,
        merged_by uuid,
        merged_at timestamptz NOT NULL,
        reversed_by uuid,
        reversed_at timestamptz,
        version integer NOT NULL,
        CONSTRAINT person_merge_pkey PRIMARY KEY (merge_id),
        CONSTRAINT person_merge_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id),
        CONSTRAINT person_merge_merged_person_id_fkey FOREIGN KEY (merged_person_id)
            REFERENCES person (person_id)
    )
    """,
    "CREATE INDEX person_merge_person_id_idx ON person_merge (person_id)",
    "CREATE INDEX person_merge_merged_person_id_idx ON person_merge (merged_person_id)",
    """
    CREATE TABLE person_merge_move (
        merge_id uuid NOT NULL,
        noun text NOT NULL,
        field text NOT NULL,
        keys jsonb NOT NULL,
        rows integer NOT NULL,
        CONSTRAINT person_merge_move_pkey PRIMARY KEY (merge_id, noun, field),
        CONSTRAINT person_merge_move_merge_id_fkey FOREIGN KEY (merge_id) REFERENCES person_merge (merge_id)
    )
    """,
)


def upgrade() -> None:
    """Create the tables, their indexes and the column."""
    for statement in _STATEMENTS:
        op.execute(statement)
