"""Documents with their editions, articles and reviews."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY

from organization.tables.base import day_column, id_column, metadata, stamp_columns, text_column, unit_column

document = sa.Table(
    "document",
    metadata,
    sa.Column("document_id", sa.Uuid, primary_key=True),
    unit_column("unit_id"),
    sa.Column("number", sa.Text, nullable=False, unique=True),
    text_column("title"),
    sa.Column("supersedes_id", sa.Uuid, sa.ForeignKey("document.document_id")),
    day_column("repealed_on", null=True),
    text_column("repeal_reason"),
    *stamp_columns(),
)
sa.Index("document_unit_id_idx", document.c.unit_id, document.c.document_id)

document_edition = sa.Table(
    "document_edition",
    metadata,
    sa.Column("document_id", sa.Uuid, sa.ForeignKey("document.document_id"), primary_key=True),
    sa.Column("edition", sa.Integer, primary_key=True, autoincrement=False),
    day_column("issued_on"),
    day_column("effective_on"),
    sa.Column("trial", sa.Boolean, nullable=False),
    day_column("review_due_on", null=True),
    text_column("note"),
    sa.CheckConstraint(
        "trial = (review_due_on IS NOT NULL)", name=sa.schema.conv("document_edition_trial_check")
    ),
)

document_clause = sa.Table(
    "document_clause",
    metadata,
    sa.Column("document_id", sa.Uuid, primary_key=True),
    sa.Column("edition", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
    text_column("article"),
    text_column("text"),
    sa.Column("rule_ids", ARRAY(sa.Text), nullable=False),
    sa.Column("duty_ids", ARRAY(sa.Uuid), nullable=False),
    sa.ForeignKeyConstraint(
        ["document_id", "edition"],
        ["document_edition.document_id", "document_edition.edition"],
        name=sa.schema.conv("document_clause_edition_fkey"),
    ),
)
sa.Index("document_clause_rule_ids_idx", document_clause.c.rule_ids, postgresql_using="gin")
sa.Index("document_clause_duty_ids_idx", document_clause.c.duty_ids, postgresql_using="gin")

document_review = sa.Table(
    "document_review",
    metadata,
    sa.Column("review_id", sa.Uuid, primary_key=True),
    sa.Column("document_id", sa.Uuid, nullable=False),
    sa.Column("edition", sa.Integer, nullable=False),
    day_column("reviewed_on"),
    text_column("outcome"),
    day_column("next_due_on", null=True),
    text_column("conclusion"),
    id_column("person_id"),
    sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(
        ["document_id", "edition"],
        ["document_edition.document_id", "document_edition.edition"],
        name=sa.schema.conv("document_review_edition_fkey"),
    ),
)
sa.Index("document_review_document_id_idx", document_review.c.document_id)
