"""The metadata, and the columns that tables share. No table of the service's own."""

import sqlalchemy as sa

from chassis.tables import new_metadata

metadata = new_metadata()


def id_column(name: str, *, key: bool = False, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Uuid, primary_key=key, nullable=null)


def text_column(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=null)


def day_column(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Date, nullable=null)


def instant_column(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


def version_column() -> "sa.Column[int]":
    return sa.Column("version", sa.Integer, nullable=False)
