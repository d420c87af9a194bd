"""Terms of office."""

import sqlalchemy as sa

from organization.tables.base import day_column, metadata, stamp_columns, text_column, unit_column

term_of_office = sa.Table(
    "term_of_office",
    metadata,
    sa.Column("term_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    sa.Column("number", sa.Integer, nullable=False),
    day_column("started_on"),
    day_column("ends_on"),
    day_column("election_due_on"),
    day_column("reminder_on"),
    day_column("reminded_on", null=True),
    day_column("ended_on", null=True),
    text_column("shift_reason"),
    text_column("shift_document_number"),
    text_column("document_number"),
    text_column("override_reason"),
    *stamp_columns(),
    sa.CheckConstraint("ended_on > started_on", name=sa.schema.conv("term_of_office_days_check")),
)
sa.Index("term_of_office_unit_id_idx", term_of_office.c.unit_id)
sa.Index("term_of_office_due_idx", term_of_office.c.election_due_on, term_of_office.c.term_id)
sa.Index(
    "term_of_office_reminder_idx",
    term_of_office.c.reminder_on,
    postgresql_where=sa.text("ended_on IS NULL AND reminded_on IS NULL"),
)
# The next term ends the one that runs.
sa.Index(
    "term_of_office_one_running_idx",
    term_of_office.c.unit_id,
    unique=True,
    postgresql_where=term_of_office.c.ended_on.is_(None),
)
