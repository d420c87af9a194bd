"""Creates the tables of places and of the zones over places and classes."""

from alembic import op

from chassis.bitemporal import history_ddl

revision = "0002"
down_revision = "0001"

_STATEMENTS = (
    """
    CREATE TABLE place (
        place_id uuid NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        campus_id uuid NOT NULL,
        parent_id uuid,
        unit_id uuid NOT NULL,
        capacity integer,
        hours jsonb NOT NULL,
        opened_on date NOT NULL,
        closed_on date,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT place_pkey PRIMARY KEY (place_id),
        CONSTRAINT place_life_check CHECK (closed_on > opened_on),
        CONSTRAINT place_campus_id_fkey FOREIGN KEY (campus_id) REFERENCES campus (campus_id),
        CONSTRAINT place_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES place (place_id),
        CONSTRAINT place_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX place_campus_id_idx ON place (campus_id, place_id)",
    "CREATE INDEX place_parent_id_idx ON place (parent_id) WHERE parent_id IS NOT NULL",
    "CREATE INDEX place_unit_id_idx ON place (unit_id)",
    """
    CREATE TABLE zone (
        zone_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        place_id uuid,
        class_id uuid,
        valid_from date NOT NULL,
        valid_until date,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT zone_pkey PRIMARY KEY (zone_id),
        CONSTRAINT zone_area_check CHECK (num_nonnulls(place_id, class_id) = 1),
        CONSTRAINT zone_days_check CHECK (valid_until > valid_from),
        CONSTRAINT zone_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id),
        CONSTRAINT zone_place_id_fkey FOREIGN KEY (place_id) REFERENCES place (place_id),
        CONSTRAINT zone_class_id_fkey FOREIGN KEY (class_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX zone_unit_id_idx ON zone (unit_id)",
    "CREATE INDEX zone_place_id_idx ON zone (place_id) WHERE place_id IS NOT NULL",
    "CREATE INDEX zone_class_id_idx ON zone (class_id) WHERE class_id IS NOT NULL",
    """
    CREATE TABLE zone_term (
        area_id uuid NOT NULL,
        zone_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT zone_term_pkey PRIMARY KEY (row_id),
        CONSTRAINT zone_term_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT zone_term_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT zone_term_believed_excl EXCLUDE USING gist (area_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT zone_term_zone_id_fkey FOREIGN KEY (zone_id) REFERENCES zone (zone_id),
        CONSTRAINT zone_term_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX zone_term_area_id_idx ON zone_term (area_id)",
    *history_ddl("zone_term"),
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
