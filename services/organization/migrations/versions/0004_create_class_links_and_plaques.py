"""Creates the tables of links between branches and classes, and of plaques in dormitories."""

from alembic import op

from chassis.bitemporal import history_ddl

revision = "0004"
down_revision = "0003"

_STATEMENTS = (
    """
    CREATE TABLE class_link (
        link_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        class_id uuid NOT NULL,
        contact_person_id uuid NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT class_link_pkey PRIMARY KEY (link_id),
        CONSTRAINT class_link_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id),
        CONSTRAINT class_link_class_id_fkey FOREIGN KEY (class_id) REFERENCES unit (unit_id)
    )
    """,
    """
    CREATE TABLE class_link_term (
        class_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        link_id uuid NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT class_link_term_pkey PRIMARY KEY (row_id),
        CONSTRAINT class_link_term_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT class_link_term_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT class_link_term_believed_excl EXCLUDE USING gist (class_id WITH =, unit_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT class_link_term_class_id_fkey FOREIGN KEY (class_id) REFERENCES unit (unit_id),
        CONSTRAINT class_link_term_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id),
        CONSTRAINT class_link_term_link_id_fkey FOREIGN KEY (link_id) REFERENCES class_link (link_id)
    )
    """,
    "CREATE INDEX class_link_term_class_id_idx ON class_link_term (class_id)",
    "CREATE INDEX class_link_term_unit_id_idx ON class_link_term (unit_id)",
    "CREATE INDEX class_link_term_link_id_idx ON class_link_term (link_id)",
    *history_ddl("class_link_term"),
    """
    CREATE TABLE plaque (
        plaque_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        place_id uuid NOT NULL,
        person_id uuid NOT NULL,
        issued_on date NOT NULL,
        withdrawn_on date,
        reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT plaque_pkey PRIMARY KEY (plaque_id),
        CONSTRAINT plaque_days_check CHECK (withdrawn_on > issued_on),
        CONSTRAINT plaque_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id),
        CONSTRAINT plaque_place_id_fkey FOREIGN KEY (place_id) REFERENCES place (place_id)
    )
    """,
    "CREATE INDEX plaque_unit_id_idx ON plaque (unit_id)",
    "CREATE INDEX plaque_place_id_idx ON plaque (place_id)",
    "CREATE INDEX plaque_person_id_idx ON plaque (person_id)",
    "CREATE UNIQUE INDEX plaque_one_per_person_idx ON plaque (person_id) WHERE withdrawn_on IS NULL",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
