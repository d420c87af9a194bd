"""The metadata, and the columns that tables share. No table of the service's own."""

import sqlalchemy as sa

from chassis import tables as frame

metadata = frame.new_metadata()
for _table in frame.metadata.tables.values():
    _table.to_metadata(metadata)


def id_column(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Uuid, nullable=null)


def text_column(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=null)


def day_column(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Date, nullable=null)


def unit_column(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Uuid, sa.ForeignKey("unit.unit_id"), nullable=null)


def stamp_columns() -> "list[sa.Column[object]]":
    return [
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    ]
