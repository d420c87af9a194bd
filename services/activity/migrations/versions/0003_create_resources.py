"""Creates the tables of resources, their sharing and their bookings."""

from alembic import op

revision = "0003"
down_revision = "0002"

_STATEMENTS = (
    """
    CREATE TABLE resource (
        resource_id uuid PRIMARY KEY,
        unit_id uuid NOT NULL,
        kind text NOT NULL,
        origin text NOT NULL,
        name text NOT NULL,
        description text NOT NULL,
        provider text NOT NULL,
        capacity integer NOT NULL,
        state text NOT NULL,
        retire_reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX resource_unit_id_name_idx ON resource (unit_id, name) WHERE state <> 'retired'",
    """
    CREATE TABLE share_grant (
        share_grant_id uuid PRIMARY KEY,
        resource_id uuid NOT NULL REFERENCES resource (resource_id),
        unit_id uuid NOT NULL,
        grantee_unit_id uuid NOT NULL,
        scope text NOT NULL,
        terms text NOT NULL,
        valid daterange NOT NULL,
        end_reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT share_grant_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT share_grant_once_excl
            EXCLUDE USING gist (resource_id WITH =, grantee_unit_id WITH =, valid WITH &&)
    )
    """,
    "CREATE INDEX share_grant_grantee_unit_id_idx ON share_grant (grantee_unit_id)",
    "CREATE INDEX share_grant_unit_id_idx ON share_grant (unit_id)",
    """
    CREATE TABLE resource_booking (
        booking_id uuid PRIMARY KEY,
        resource_id uuid NOT NULL REFERENCES resource (resource_id),
        unit_id uuid NOT NULL,
        user_unit_id uuid NOT NULL,
        basis text NOT NULL,
        share_grant_id uuid REFERENCES share_grant (share_grant_id),
        state text NOT NULL,
        during tstzrange NOT NULL,
        attendees integer NOT NULL,
        purpose text NOT NULL,
        requester_id uuid,
        decider_id uuid,
        note text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT resource_booking_during_check CHECK (NOT isempty(during)),
        CONSTRAINT resource_booking_alone_excl
            EXCLUDE USING gist (resource_id WITH =, during WITH &&) WHERE (state = 'approved')
    )
    """,
    """CREATE INDEX resource_booking_resource_id_begins_idx
        ON resource_booking (resource_id, lower(during), booking_id)""",
    """CREATE INDEX resource_booking_unit_id_begins_idx
        ON resource_booking (unit_id, lower(during), booking_id)""",
    """CREATE INDEX resource_booking_user_unit_id_begins_idx
        ON resource_booking (user_unit_id, lower(during), booking_id)""",
    "CREATE INDEX resource_booking_begins_idx ON resource_booking (lower(during), booking_id)",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
