"""Papers that were sent for steps of admission cases; a paper that is sent again is another row."""

import sqlalchemy as sa

from membership.tables.base import id_column, instant_column, metadata, text_column, version_column

case_material = sa.Table(
    "case_material",
    metadata,
    id_column("material_id", key=True),
    sa.Column("case_id", sa.Uuid, sa.ForeignKey("admission_case.case_id"), nullable=False),
    text_column("step"),
    text_column("name"),
    text_column("media_type"),
    sa.Column("file_bytes", sa.Integer, nullable=False),
    text_column("sha256"),
    # Sealed with the field keys, and by itself, so that lists never read it.
    sa.Column("file_sealed", sa.LargeBinary, nullable=False),
    text_column("state"),
    text_column("note"),
    id_column("submitted_by", null=True),
    id_column("reviewed_by", null=True),
    version_column(),
    instant_column("created_at"),
    instant_column("updated_at"),
)
sa.Index("case_material_case_id_idx", case_material.c.case_id, case_material.c.material_id)
