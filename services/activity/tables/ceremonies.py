"""Ceremonies and those who take the oath at them."""

import sqlalchemy as sa

from activity.tables.base import day_column, id_column, instant_column, int_column, metadata, text_column

ceremony = sa.Table(
    "ceremony",
    metadata,
    sa.Column("ceremony_id", sa.Uuid, primary_key=True),
    id_column("unit_id"),
    text_column("title"),
    text_column("state"),
    day_column("held_on"),
    text_column("place"),
    id_column("lead_id"),
    id_column("process_id", null=True),
    text_column("cancel_reason", null=True),
    int_column("version"),
    instant_column("created_at"),
    instant_column("updated_at"),
)
sa.Index("ceremony_held_on_ceremony_id_idx", ceremony.c.held_on, ceremony.c.ceremony_id)
sa.Index("ceremony_unit_id_held_on_idx", ceremony.c.unit_id, ceremony.c.held_on)

oath_taker = sa.Table(
    "oath_taker",
    metadata,
    sa.Column("ceremony_id", sa.Uuid, sa.ForeignKey("ceremony.ceremony_id"), nullable=False),
    id_column("person_id"),
    id_column("case_id"),
    text_column("outcome"),
    text_column("refusal", null=True),
    sa.PrimaryKeyConstraint("ceremony_id", "person_id"),
)
sa.Index("oath_taker_person_id_idx", oath_taker.c.person_id)
