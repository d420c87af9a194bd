"""Creates the tables of pacts of co-building."""

from alembic import op

revision = "0009"
down_revision = "0008"

_STATEMENTS = (
    """
    CREATE TABLE pact (
        pact_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        title text NOT NULL,
        plan text NOT NULL,
        least_partners integer NOT NULL,
        proposed_on date NOT NULL,
        valid_from date NOT NULL,
        valid_until date,
        ended_on date,
        reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT pact_pkey PRIMARY KEY (pact_id),
        CONSTRAINT pact_days_check CHECK (valid_until > valid_from),
        CONSTRAINT pact_ended_check CHECK (ended_on >= proposed_on),
        CONSTRAINT pact_least_check CHECK (least_partners >= 1),
        CONSTRAINT pact_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX pact_unit_id_idx ON pact (unit_id)",
    """
    CREATE TABLE pact_partner (
        pact_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        answer text NOT NULL,
        answered_on date,
        left_on date,
        reason text NOT NULL,
        CONSTRAINT pact_partner_pkey PRIMARY KEY (pact_id, unit_id),
        CONSTRAINT pact_partner_answer_check CHECK ((answer = 'open') = (answered_on IS NULL)),
        CONSTRAINT pact_partner_days_check CHECK (left_on > answered_on),
        CONSTRAINT pact_partner_pact_id_fkey FOREIGN KEY (pact_id) REFERENCES pact (pact_id),
        CONSTRAINT pact_partner_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id)
    )
    """,
    "CREATE INDEX pact_partner_unit_id_idx ON pact_partner (unit_id)",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
