"""Creates the tables of units, posts, appointments, grants and reorganisations, and the frame's own."""

from alembic import op

from chassis.migrations import v0001

revision = "0001"
down_revision = None

_STATEMENTS = (
    """
    CREATE TABLE campus (
        campus_id uuid NOT NULL,
        code text NOT NULL,
        name text NOT NULL,
        version integer NOT NULL,
        CONSTRAINT campus_pkey PRIMARY KEY (campus_id),
        CONSTRAINT campus_code_key UNIQUE (code)
    )
    """,
    """
    CREATE TABLE unit (
        unit_id uuid NOT NULL,
        kind text NOT NULL,
        form text,
        function text,
        cohort_year integer,
        major_code text,
        purpose text,
        host_id uuid,
        task text,
        planned_end_on date,
        established_on date NOT NULL,
        dissolved_on date,
        dissolved_because text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT unit_pkey PRIMARY KEY (unit_id),
        CONSTRAINT unit_life_check CHECK (dissolved_on > established_on),
        CONSTRAINT unit_host_id_fkey FOREIGN KEY (host_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX unit_host_id_idx ON unit (host_id) WHERE host_id IS NOT NULL",
    "CREATE UNIQUE INDEX unit_one_root_idx ON unit (kind) WHERE kind = 'university'",
    """
    CREATE TABLE post (
        post_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        kind text NOT NULL,
        title text NOT NULL,
        seats integer NOT NULL,
        role text,
        role_unit_id uuid,
        bound_post_id uuid,
        valid_from date NOT NULL,
        valid_until date,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT post_pkey PRIMARY KEY (post_id),
        CONSTRAINT post_days_check CHECK (valid_until > valid_from),
        CONSTRAINT post_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id),
        CONSTRAINT post_role_unit_id_fkey FOREIGN KEY (role_unit_id) REFERENCES unit (unit_id),
        CONSTRAINT post_bound_post_id_fkey FOREIGN KEY (bound_post_id) REFERENCES post (post_id)
    )
    """,
    "CREATE INDEX post_bound_post_id_idx ON post (bound_post_id) WHERE bound_post_id IS NOT NULL",
    "CREATE INDEX post_unit_id_idx ON post (unit_id)",
    """
    CREATE TABLE reorganization (
        reorganization_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        title text NOT NULL,
        plan jsonb NOT NULL,
        state text NOT NULL,
        approved_by uuid,
        approved_at timestamptz,
        document_number text NOT NULL,
        process_id uuid,
        moved_persons integer,
        moved_cases integer,
        failure text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT reorganization_pkey PRIMARY KEY (reorganization_id),
        CONSTRAINT reorganization_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX reorganization_unit_id_idx ON reorganization (unit_id)",
    """
    CREATE TABLE unit_description (
        unit_id uuid NOT NULL,
        name text NOT NULL,
        short_name text NOT NULL,
        campus_id uuid,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT unit_description_pkey PRIMARY KEY (row_id),
        CONSTRAINT unit_description_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT unit_description_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT unit_description_believed_excl EXCLUDE USING gist (unit_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT unit_description_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id),
        CONSTRAINT unit_description_campus_id_fkey FOREIGN KEY (campus_id) REFERENCES campus (campus_id)
    )
    """,
    "CREATE INDEX unit_description_unit_id_idx ON unit_description (unit_id)",
    "CREATE INDEX unit_description_name_idx ON unit_description (name, unit_id) WHERE recorded_until IS NULL",
    """
    CREATE TABLE unit_lineage (
        from_unit_id uuid NOT NULL,
        to_unit_id uuid NOT NULL,
        kind text NOT NULL,
        effective_on date NOT NULL,
        reorganization_id uuid,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT unit_lineage_pkey PRIMARY KEY (from_unit_id, to_unit_id),
        CONSTRAINT unit_lineage_from_unit_id_fkey FOREIGN KEY (from_unit_id) REFERENCES unit (unit_id),
        CONSTRAINT unit_lineage_to_unit_id_fkey FOREIGN KEY (to_unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX unit_lineage_to_unit_id_idx ON unit_lineage (to_unit_id)",
    """
    CREATE TABLE unit_parent (
        unit_id uuid NOT NULL,
        parent_id uuid NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT unit_parent_pkey PRIMARY KEY (row_id),
        CONSTRAINT unit_parent_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT unit_parent_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT unit_parent_believed_excl EXCLUDE USING gist (unit_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT unit_parent_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id),
        CONSTRAINT unit_parent_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX unit_parent_parent_id_idx ON unit_parent (parent_id)",
    "CREATE INDEX unit_parent_unit_id_idx ON unit_parent (unit_id)",
    """
    CREATE TABLE unit_sponsor (
        unit_id uuid NOT NULL,
        sponsor_id uuid NOT NULL,
        part text NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT unit_sponsor_pkey PRIMARY KEY (row_id),
        CONSTRAINT unit_sponsor_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT unit_sponsor_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT unit_sponsor_believed_excl EXCLUDE USING gist (unit_id WITH =, sponsor_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT unit_sponsor_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id),
        CONSTRAINT unit_sponsor_sponsor_id_fkey FOREIGN KEY (sponsor_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX unit_sponsor_sponsor_id_idx ON unit_sponsor (sponsor_id)",
    "CREATE INDEX unit_sponsor_unit_id_idx ON unit_sponsor (unit_id)",
    """
    CREATE TABLE appointment (
        appointment_id uuid NOT NULL,
        post_id uuid NOT NULL,
        person_id uuid NOT NULL,
        method text NOT NULL,
        basis_post_id uuid,
        document_number text NOT NULL,
        reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT appointment_pkey PRIMARY KEY (appointment_id),
        CONSTRAINT appointment_post_id_fkey FOREIGN KEY (post_id) REFERENCES post (post_id),
        CONSTRAINT appointment_basis_post_id_fkey FOREIGN KEY (basis_post_id) REFERENCES post (post_id)
    )
    """,
    "CREATE INDEX appointment_person_id_idx ON appointment (person_id)",
    "CREATE INDEX appointment_post_id_idx ON appointment (post_id)",
    """
    CREATE TABLE appointment_term (
        appointment_id uuid NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT appointment_term_pkey PRIMARY KEY (row_id),
        CONSTRAINT appointment_term_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT appointment_term_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT appointment_term_believed_excl EXCLUDE USING gist (appointment_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT appointment_term_appointment_id_fkey FOREIGN KEY (appointment_id) REFERENCES appointment (appointment_id)
    )
    """,
    "CREATE INDEX appointment_term_appointment_id_idx ON appointment_term (appointment_id)",
    """
    CREATE TABLE role_grant (
        grant_id uuid NOT NULL,
        person_id uuid NOT NULL,
        role text NOT NULL,
        unit_id uuid NOT NULL,
        basis text NOT NULL,
        appointment_id uuid,
        reason text NOT NULL,
        revoked boolean NOT NULL,
        valid_from date NOT NULL,
        valid_until date,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT role_grant_pkey PRIMARY KEY (grant_id),
        CONSTRAINT role_grant_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id),
        CONSTRAINT role_grant_appointment_id_fkey FOREIGN KEY (appointment_id) REFERENCES appointment (appointment_id)
    )
    """,
    "CREATE INDEX role_grant_appointment_id_idx ON role_grant (appointment_id) WHERE appointment_id IS NOT NULL",
    "CREATE INDEX role_grant_person_id_idx ON role_grant (person_id)",
    "CREATE INDEX role_grant_unit_id_idx ON role_grant (unit_id)",
    """
    CREATE TABLE role_grant_term (
        grant_id uuid NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT role_grant_term_pkey PRIMARY KEY (row_id),
        CONSTRAINT role_grant_term_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT role_grant_term_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT role_grant_term_believed_excl EXCLUDE USING gist (grant_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT role_grant_term_grant_id_fkey FOREIGN KEY (grant_id) REFERENCES role_grant (grant_id)
    )
    """,
    "CREATE INDEX role_grant_term_grant_id_idx ON role_grant_term (grant_id)",
)

_HISTORIES = ("unit_description", "unit_parent", "unit_sponsor", "appointment_term", "role_grant_term")


def upgrade() -> None:
    """Run the step."""
    v0001.upgrade(op)
    for statement in _STATEMENTS:
        op.execute(statement)
    for table in _HISTORIES:
        op.execute(
            f"CREATE TRIGGER {table}_guard BEFORE UPDATE OR DELETE ON {table} "
            "FOR EACH ROW EXECUTE FUNCTION history_guard()"
        )
