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


def int_column(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, nullable=False)


def day_column(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Date, nullable=null)


def instant_column(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def stamp_columns() -> "list[sa.Column[object]]":
    return [
        instant_column("created_at"),
        instant_column("updated_at"),
        sa.Column("version", sa.Integer, nullable=False),
    ]
