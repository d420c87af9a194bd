"""Who takes part in projects, two-dimensional in time."""

import sqlalchemy as sa

from chassis.bitemporal import history_columns, history_constraints
from organization.tables.base import id_column, metadata, text_column, unit_column

project_member_term = sa.Table(
    "project_member_term",
    metadata,
    unit_column("unit_id"),
    id_column("person_id"),
    text_column("task"),
    *history_columns(),
    *history_constraints("project_member_term", ["unit_id", "person_id"]),
)
sa.Index("project_member_term_unit_id_idx", project_member_term.c.unit_id, project_member_term.c.person_id)
sa.Index("project_member_term_person_id_idx", project_member_term.c.person_id)
