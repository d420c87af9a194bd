"""Creates the tables of who belongs to which Party group."""

from alembic import op

from chassis.bitemporal import history_ddl

revision = "0020"
down_revision = "0019"

_STATEMENTS = (
    """
    CREATE TABLE party_group_member (
        member_id uuid NOT NULL,
        branch_id uuid NOT NULL,
        person_id uuid NOT NULL,
        checked_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT party_group_member_pkey PRIMARY KEY (member_id),
        CONSTRAINT party_group_member_once_key UNIQUE (person_id, branch_id),
        CONSTRAINT party_group_member_branch_id_fkey FOREIGN KEY (branch_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX party_group_member_branch_id_idx ON party_group_member (branch_id)",
    """
    CREATE TABLE party_group_term (
        member_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT party_group_term_pkey PRIMARY KEY (row_id),
        CONSTRAINT party_group_term_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT party_group_term_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT party_group_term_believed_excl EXCLUDE USING gist (member_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT party_group_term_member_id_fkey FOREIGN KEY (member_id) REFERENCES party_group_member (member_id),
        CONSTRAINT party_group_term_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX party_group_term_member_id_idx ON party_group_term (member_id)",
    "CREATE INDEX party_group_term_unit_id_idx ON party_group_term (unit_id)",
    *history_ddl("party_group_term"),
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
