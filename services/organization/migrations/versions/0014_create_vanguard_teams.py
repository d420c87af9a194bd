"""Creates the tables of vanguard teams."""

from alembic import op

revision = "0014"
down_revision = "0013"

_STATEMENTS = (
    """
    CREATE TABLE vanguard_team (
        team_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        name text NOT NULL,
        mission text NOT NULL,
        formed_on date NOT NULL,
        disbanded_on date,
        reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT vanguard_team_pkey PRIMARY KEY (team_id),
        CONSTRAINT vanguard_team_life_check CHECK (disbanded_on > formed_on),
        CONSTRAINT vanguard_team_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX vanguard_team_unit_id_idx ON vanguard_team (unit_id)",
    """
    CREATE TABLE vanguard_team_member (
        team_id uuid NOT NULL,
        person_id uuid NOT NULL,
        leads boolean NOT NULL,
        valid daterange NOT NULL,
        CONSTRAINT vanguard_team_member_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT vanguard_team_member_once_excl EXCLUDE USING gist (team_id WITH =, person_id WITH =, valid WITH &&),
        CONSTRAINT vanguard_team_member_leader_excl EXCLUDE USING gist (team_id WITH =, valid WITH &&) WHERE (leads),
        CONSTRAINT vanguard_team_member_team_id_fkey FOREIGN KEY (team_id) REFERENCES vanguard_team (team_id)
    )
    """,
    "CREATE INDEX vanguard_team_member_person_id_idx ON vanguard_team_member (person_id)",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
