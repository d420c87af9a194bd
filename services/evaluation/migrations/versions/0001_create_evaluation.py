"""Creates the tables of evaluation, after those of the frame.

Written out, not derived from `tables`: a step that has run somewhere must never change.
"""

from alembic import op

from chassis.migrations import v0001

revision = "0001"
down_revision = None

_STATEMENTS = (
    """
    CREATE TABLE award (
        award_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        name text NOT NULL,
        level text NOT NULL,
        eligible_kinds text[] NOT NULL,
        first_year integer NOT NULL,
        dimensions jsonb NOT NULL,
        criteria jsonb NOT NULL,
        criteria_version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT award_pkey PRIMARY KEY (award_id),
        CONSTRAINT award_unit_id_name_key UNIQUE (unit_id, name)
    )
    """,
    """
    CREATE TABLE honour (
        honour_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        person_id uuid NOT NULL,
        kind text NOT NULL,
        title text NOT NULL,
        issuer text NOT NULL,
        level text NOT NULL,
        year integer NOT NULL,
        awarded_on date NOT NULL,
        evidence text NOT NULL,
        recorded_at timestamptz NOT NULL,
        withdrawn_at timestamptz,
        withdraw_reason text NOT NULL,
        version integer NOT NULL,
        CONSTRAINT honour_pkey PRIMARY KEY (honour_id)
    )
    """,
    "CREATE UNIQUE INDEX honour_sameness_idx"
    " ON honour (person_id, kind, title, year) WHERE withdrawn_at IS NULL",
    "CREATE INDEX honour_year_kind_idx ON honour (year, kind)",
    """
    CREATE TABLE indicator (
        indicator_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        code text NOT NULL,
        name text NOT NULL,
        definition jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT indicator_pkey PRIMARY KEY (indicator_id),
        CONSTRAINT indicator_code_key UNIQUE (code)
    )
    """,
    """
    CREATE TABLE person (
        person_id uuid NOT NULL,
        category text,
        version integer NOT NULL,
        CONSTRAINT person_pkey PRIMARY KEY (person_id)
    )
    """,
    """
    CREATE TABLE unit (
        unit_id uuid NOT NULL,
        kind text NOT NULL,
        name text NOT NULL,
        established_on date NOT NULL,
        dissolved_on date,
        version integer NOT NULL,
        CONSTRAINT unit_pkey PRIMARY KEY (unit_id)
    )
    """,
    """
    CREATE TABLE edition (
        edition_id uuid NOT NULL,
        award_id uuid NOT NULL,
        number integer NOT NULL,
        year integer NOT NULL,
        quota integer NOT NULL,
        state text NOT NULL,
        period_from date,
        period_until date,
        policy text,
        tie_rule text,
        criteria_version integer NOT NULL,
        criteria jsonb NOT NULL,
        captured_at timestamptz,
        ranked_at timestamptz,
        entries jsonb NOT NULL,
        digest text NOT NULL,
        tie_reason text NOT NULL,
        notice_posted_on date,
        publishable_on date,
        awarded_on date,
        imported boolean NOT NULL,
        partial boolean NOT NULL,
        evidence jsonb NOT NULL,
        cancel_reason text NOT NULL,
        judgements jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT edition_pkey PRIMARY KEY (edition_id),
        CONSTRAINT edition_award_id_fkey FOREIGN KEY(award_id) REFERENCES award (award_id)
    )
    """,
    "CREATE UNIQUE INDEX edition_award_id_number_idx"
    " ON edition (award_id, number) WHERE state != 'cancelled'",
    """
    CREATE TABLE indicator_value (
        value_id uuid NOT NULL,
        indicator_id uuid NOT NULL,
        definition_version integer NOT NULL,
        definition jsonb NOT NULL,
        year integer NOT NULL,
        as_of date,
        known_at timestamptz NOT NULL,
        numerator integer NOT NULL,
        denominator integer NOT NULL,
        computed_at timestamptz NOT NULL,
        digest text NOT NULL,
        CONSTRAINT indicator_value_pkey PRIMARY KEY (value_id),
        CONSTRAINT indicator_value_indicator_id_fkey FOREIGN KEY(indicator_id) REFERENCES indicator (indicator_id)
    )
    """,
    "CREATE INDEX indicator_value_indicator_id_value_id_idx ON indicator_value (indicator_id, value_id)",
    """
    CREATE TABLE edition_result (
        edition_id uuid NOT NULL,
        line integer NOT NULL,
        place integer,
        unit_id uuid,
        unit_name text NOT NULL,
        winner boolean NOT NULL,
        total numeric,
        CONSTRAINT edition_result_pkey PRIMARY KEY (edition_id, line),
        CONSTRAINT edition_result_edition_id_fkey FOREIGN KEY(edition_id) REFERENCES edition (edition_id)
    )
    """,
    """
    CREATE TABLE indicator_evidence (
        value_id uuid NOT NULL,
        person_id uuid NOT NULL,
        in_numerator boolean NOT NULL,
        honour_ids uuid[] NOT NULL,
        as_of date NOT NULL,
        status text,
        branch_id uuid,
        CONSTRAINT indicator_evidence_pkey PRIMARY KEY (value_id, person_id),
        CONSTRAINT indicator_evidence_value_id_fkey FOREIGN KEY(value_id) REFERENCES indicator_value (value_id)
    )
    """,
    """
    CREATE TABLE nomination (
        nomination_id uuid NOT NULL,
        edition_id uuid NOT NULL,
        unit_id uuid NOT NULL,
        unit_name text NOT NULL,
        statement text NOT NULL,
        state text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT nomination_pkey PRIMARY KEY (nomination_id),
        CONSTRAINT nomination_edition_id_fkey FOREIGN KEY(edition_id) REFERENCES edition (edition_id)
    )
    """,
    "CREATE UNIQUE INDEX nomination_edition_id_unit_id_idx"
    " ON nomination (edition_id, unit_id) WHERE state != 'withdrawn'",
    "CREATE INDEX nomination_unit_id_idx ON nomination (unit_id)",
    """
    CREATE TABLE captured_fact (
        nomination_id uuid NOT NULL,
        fact text NOT NULL,
        edition_id uuid NOT NULL,
        service text NOT NULL,
        method text NOT NULL,
        period_from date NOT NULL,
        period_until date NOT NULL,
        value numeric,
        evidence_noun text NOT NULL,
        evidence_ids uuid[] NOT NULL,
        captured_at timestamptz NOT NULL,
        CONSTRAINT captured_fact_pkey PRIMARY KEY (nomination_id, fact),
        CONSTRAINT captured_fact_nomination_id_fkey FOREIGN KEY(nomination_id) REFERENCES nomination (nomination_id),
        CONSTRAINT captured_fact_edition_id_fkey FOREIGN KEY(edition_id) REFERENCES edition (edition_id)
    )
    """,
    "CREATE INDEX captured_fact_edition_id_idx ON captured_fact (edition_id)",
    """
    CREATE TABLE judge_assignment (
        nomination_id uuid NOT NULL,
        person_id uuid NOT NULL,
        edition_id uuid NOT NULL,
        CONSTRAINT judge_assignment_pkey PRIMARY KEY (nomination_id, person_id),
        CONSTRAINT judge_assignment_nomination_id_fkey FOREIGN KEY(nomination_id) REFERENCES nomination (nomination_id),
        CONSTRAINT judge_assignment_edition_id_fkey FOREIGN KEY(edition_id) REFERENCES edition (edition_id)
    )
    """,
    "CREATE INDEX judge_assignment_edition_id_idx ON judge_assignment (edition_id)",
    "CREATE INDEX judge_assignment_person_id_idx ON judge_assignment (person_id)",
    """
    CREATE TABLE judge_score (
        score_id uuid NOT NULL,
        edition_id uuid NOT NULL,
        nomination_id uuid NOT NULL,
        judge_id uuid NOT NULL,
        criterion text NOT NULL,
        score numeric NOT NULL,
        remark text NOT NULL,
        scored_at timestamptz NOT NULL,
        version integer NOT NULL,
        CONSTRAINT judge_score_pkey PRIMARY KEY (score_id),
        CONSTRAINT judge_score_nomination_id_judge_id_criterion_key UNIQUE (nomination_id, judge_id, criterion),
        CONSTRAINT judge_score_edition_id_fkey FOREIGN KEY(edition_id) REFERENCES edition (edition_id),
        CONSTRAINT judge_score_nomination_id_fkey FOREIGN KEY(nomination_id) REFERENCES nomination (nomination_id)
    )
    """,
    "CREATE INDEX judge_score_edition_id_idx ON judge_score (edition_id)",
)


def upgrade() -> None:
    """Create everything."""
    v0001.upgrade(op)
    for statement in _STATEMENTS:
        op.execute(statement)
