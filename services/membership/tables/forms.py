"""The ledger of the numbered admission forms."""

import sqlalchemy as sa

from membership.tables.base import (
    day_column,
    id_column,
    instant_column,
    metadata,
    text_column,
    version_column,
)

# The units and years that have a ledger.
form_year = sa.Table(
    "form_year",
    metadata,
    id_column("ledger_id", key=True),
    id_column("unit_id"),
    sa.Column("year", sa.Integer, nullable=False),
    day_column("closed_on", null=True),
    version_column(),
)
sa.Index("form_year_unit_id_year_idx", form_year.c.unit_id, form_year.c.year, unique=True)

admission_form = sa.Table(
    "admission_form",
    metadata,
    id_column("form_id", key=True),
    text_column("form_number"),
    id_column("unit_id"),
    sa.Column("year", sa.Integer, nullable=False),
    text_column("state"),
    day_column("drawn_on"),
    day_column("accounted_on", null=True),
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("admission_case.case_id"), nullable=True),
    text_column("reason", null=True),
    version_column(),
    instant_column("updated_at"),
)
# One number, one booklet.
sa.Index("admission_form_form_number_idx", admission_form.c.form_number, unique=True)
sa.Index("admission_form_unit_id_year_idx", admission_form.c.unit_id, admission_form.c.year)
sa.Index(
    "admission_form_case_id_idx",
    admission_form.c.case_id,
    postgresql_where=admission_form.c.case_id.is_not(None),
)
