"""Creates the tables of documents, their editions and articles, and the reviews of trials."""

from alembic import op

revision = "0011"
down_revision = "0010"

_STATEMENTS = (
    """
    CREATE TABLE document (
        document_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        number text NOT NULL,
        title text NOT NULL,
        supersedes_id uuid,
        repealed_on date,
        repeal_reason text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT document_pkey PRIMARY KEY (document_id),
        CONSTRAINT document_number_key UNIQUE (number),
        CONSTRAINT document_unit_id_fkey FOREIGN KEY (unit_id) REFERENCES unit (unit_id),
        CONSTRAINT document_supersedes_id_fkey FOREIGN KEY (supersedes_id) REFERENCES document (document_id)
    )
    """,
    "CREATE INDEX document_unit_id_idx ON document (unit_id, document_id)",
    """
    CREATE TABLE document_edition (
        document_id uuid NOT NULL,
        edition integer NOT NULL,
        issued_on date NOT NULL,
        effective_on date NOT NULL,
        trial boolean NOT NULL,
        review_due_on date,
        note text NOT NULL,
        CONSTRAINT document_edition_pkey PRIMARY KEY (document_id, edition),
        CONSTRAINT document_edition_trial_check CHECK (trial = (review_due_on IS NOT NULL)),
        CONSTRAINT document_edition_document_id_fkey FOREIGN KEY (document_id) REFERENCES document (document_id)
    )
    """,
    """
    CREATE TABLE document_clause (
        document_id uuid NOT NULL,
        edition integer NOT NULL,
        position integer NOT NULL,
        article text NOT NULL,
        text text NOT NULL,
        rule_ids text[] NOT NULL,
        duty_ids uuid[] NOT NULL,
        CONSTRAINT document_clause_pkey PRIMARY KEY (document_id, edition, position),
        CONSTRAINT document_clause_edition_fkey FOREIGN KEY (document_id, edition) REFERENCES document_edition (document_id, edition)
    )
    """,
    "CREATE INDEX document_clause_rule_ids_idx ON document_clause USING gin (rule_ids)",
    "CREATE INDEX document_clause_duty_ids_idx ON document_clause USING gin (duty_ids)",
    """
    CREATE TABLE document_review (
        review_id uuid NOT NULL,
        document_id uuid NOT NULL,
        edition integer NOT NULL,
        reviewed_on date NOT NULL,
        outcome text NOT NULL,
        next_due_on date,
        conclusion text NOT NULL,
        person_id uuid NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT document_review_pkey PRIMARY KEY (review_id),
        CONSTRAINT document_review_edition_fkey FOREIGN KEY (document_id, edition) REFERENCES document_edition (document_id, edition)
    )
    """,
    "CREATE INDEX document_review_document_id_idx ON document_review (document_id)",
)


def upgrade() -> None:
    """Run the step."""
    for statement in _STATEMENTS:
        op.execute(statement)
