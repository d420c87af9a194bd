"""Creates the tables of dues.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

from chassis.bitemporal import history_ddl

revision = "0011"
down_revision = "0010"

_HISTORY = """
        row_id bigint GENERATED ALWAYS AS IDENTITY,
        valid daterange NOT NULL,
        recorded_from timestamptz NOT NULL,
        recorded_until timestamptz,
        CONSTRAINT {0}_pkey PRIMARY KEY (row_id),
        CONSTRAINT {0}_valid_check CHECK (NOT isempty(valid)),
        CONSTRAINT {0}_recorded_check CHECK (recorded_until > recorded_from),
        CONSTRAINT {0}_believed_excl EXCLUDE USING gist (person_id WITH =, valid WITH &&)
            WHERE (recorded_until IS NULL)
"""
_STATEMENTS = (
    """
    CREATE TABLE dues_ledger (
        unit_id uuid NOT NULL,
        from_month date NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT dues_ledger_pkey PRIMARY KEY (unit_id)
    )
    """,
    """
    CREATE TABLE dues_account (
        person_id uuid NOT NULL,
        version integer NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT dues_account_pkey PRIMARY KEY (person_id),
        CONSTRAINT dues_account_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id)
    )
    """,
    f"""
    CREATE TABLE dues_base (
        person_id uuid NOT NULL,
        category text NOT NULL,
        monthly_pay numeric(12, 2),
        {_HISTORY.format("dues_base")}
    )
    """,
    "CREATE INDEX dues_base_person_id_idx ON dues_base (person_id)",
    *history_ddl("dues_base"),
    f"""
    CREATE TABLE dues_reduction (
        person_id uuid NOT NULL,
        amount numeric(12, 2) NOT NULL,
        reason text NOT NULL,
        studied_on date NOT NULL,
        approver_unit_id uuid NOT NULL,
        approved_on date NOT NULL,
        {_HISTORY.format("dues_reduction")}
    )
    """,
    "CREATE INDEX dues_reduction_person_id_idx ON dues_reduction (person_id)",
    *history_ddl("dues_reduction"),
    """
    CREATE TABLE dues_payment (
        payment_id uuid NOT NULL,
        person_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        gift boolean NOT NULL,
        forwarded boolean NOT NULL,
        amount numeric(12, 2) NOT NULL,
        paid_on date NOT NULL,
        manner text NOT NULL,
        pack_digest text NOT NULL,
        verdicts jsonb NOT NULL,
        recorded_at timestamptz NOT NULL,
        recorded_by uuid,
        CONSTRAINT dues_payment_pkey PRIMARY KEY (payment_id),
        CONSTRAINT dues_payment_person_id_fkey FOREIGN KEY (person_id) REFERENCES person (person_id),
        CONSTRAINT dues_payment_pack_digest_fkey FOREIGN KEY (pack_digest) REFERENCES rule_set (digest)
    )
    """,
    "CREATE INDEX dues_payment_unit_id_paid_on_idx ON dues_payment (unit_id, paid_on)",
    """
    CREATE TABLE dues_month (
        person_id uuid NOT NULL,
        month date NOT NULL,
        payment_id uuid NOT NULL,
        amount numeric(12, 2) NOT NULL,
        CONSTRAINT dues_month_pkey PRIMARY KEY (person_id, month),
        CONSTRAINT dues_month_payment_id_fkey FOREIGN KEY (payment_id) REFERENCES dues_payment (payment_id)
    )
    """,
    "CREATE INDEX dues_month_payment_id_idx ON dues_month (payment_id)",
    """
    CREATE TABLE dues_publication (
        publication_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        year smallint NOT NULL,
        published_on date NOT NULL,
        payers integer NOT NULL,
        collected numeric(12, 2) NOT NULL,
        gifts numeric(12, 2) NOT NULL,
        gifts_forwarded numeric(12, 2) NOT NULL,
        members_in_arrears integer NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT dues_publication_pkey PRIMARY KEY (publication_id),
        CONSTRAINT dues_publication_unit_id_year_key UNIQUE (unit_id, year)
    )
    """,
)


def upgrade() -> None:
    """Create the tables and their indexes."""
    for statement in _STATEMENTS:
        op.execute(statement)
