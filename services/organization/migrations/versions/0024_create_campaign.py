"""Creates the tables of campaigns and of who has done their part."""

from alembic import op

from chassis.bitemporal import history_ddl

revision = "0024"
down_revision = "0023"

_STATEMENTS = (
    """
    CREATE TABLE campaign (
        programme_id uuid NOT NULL,
        target integer NOT NULL,
        topics text[] NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT campaign_pkey PRIMARY KEY (programme_id),
        CONSTRAINT campaign_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES programme (programme_id)
    )
    """,
    """
    CREATE TABLE campaign_term (
        programme_id uuid NOT NULL,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        topic text NOT NULL,
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT campaign_term_pkey PRIMARY KEY (row_id),
        CONSTRAINT campaign_term_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT campaign_term_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT campaign_term_believed_excl EXCLUDE USING gist (programme_id WITH =, person_id WITH =, valid WITH &&) WHERE (recorded_until IS NULL),
        CONSTRAINT campaign_term_programme_id_fkey FOREIGN KEY (programme_id) REFERENCES campaign (programme_id),
        CONSTRAINT campaign_term_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX campaign_term_programme_id_idx ON campaign_term (programme_id, person_id)",
    "CREATE INDEX campaign_term_person_id_idx ON campaign_term (person_id)",
    *history_ddl("campaign_term"),
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
