"""Imports of rosters: what was sent, what was wrong with it, and which rows became whom."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from membership.tables.base import id_column, instant_column, metadata, text_column, version_column

roster_import = sa.Table(
    "roster_import",
    metadata,
    id_column("import_id", key=True),
    text_column("kind"),
    text_column("state"),
    text_column("policy", null=True),
    text_column("file_digest"),
    text_column("media_type"),
    sa.Column("file_bytes", sa.Integer, nullable=False),
    # Sealed with the field keys; empty once the import is applied or given up.
    sa.Column("file_sealed", sa.LargeBinary),
    text_column("source_reference"),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("good_rows", sa.Integer, nullable=False),
    sa.Column("problems", sa.Integer, nullable=False),
    sa.Column("entered_rows", sa.Integer, nullable=False),
    sa.Column("ignored_columns", ARRAY(sa.Text), nullable=False),
    id_column("uploaded_by", null=True),
    id_column("applied_by", null=True),
    instant_column("applied_at", null=True),
    id_column("rolled_back_by", null=True),
    instant_column("rolled_back_at", null=True),
    text_column("reason"),
    version_column(),
    instant_column("created_at"),
    text_column("left_behind", null=True),
)
sa.Index(
    "roster_import_left_behind_idx",
    roster_import.c.import_id,
    postgresql_where=sa.text("state = 'rolled_back' AND kind = 'persons' AND left_behind IS NULL"),
)
sa.Index("roster_import_file_digest_idx", roster_import.c.file_digest)
sa.Index(
    "roster_import_unfinished_idx",
    roster_import.c.created_at,
    postgresql_where=sa.text("state IN ('checked', 'applying')"),
)

roster_problem = sa.Table(
    "roster_problem",
    metadata,
    sa.Column("import_id", sa.Uuid, sa.ForeignKey("roster_import.import_id"), primary_key=True),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("row", sa.Integer, nullable=False),
    text_column("column_header"),
    text_column("zh"),
    text_column("en"),
)

roster_row = sa.Table(
    "roster_row",
    metadata,
    sa.Column("import_id", sa.Uuid, sa.ForeignKey("roster_import.import_id"), primary_key=True),
    sa.Column("row", sa.Integer, primary_key=True, autoincrement=False),
    id_column("person_id"),
)
