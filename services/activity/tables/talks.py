"""Heart-to-heart talks."""

import sqlalchemy as sa

from activity.tables.base import day_column, id_column, instant_column, metadata, text_column

talk = sa.Table(
    "talk",
    metadata,
    sa.Column("talk_id", sa.Uuid, primary_key=True),
    id_column("unit_id"),
    text_column("kind"),
    day_column("held_on"),
    text_column("summary"),
    instant_column("created_at"),
)
sa.Index("talk_unit_id_held_on_idx", talk.c.unit_id, talk.c.held_on)
sa.Index("talk_held_on_talk_id_idx", talk.c.held_on, talk.c.talk_id)

talk_participant = sa.Table(
    "talk_participant",
    metadata,
    sa.Column("talk_id", sa.Uuid, sa.ForeignKey("talk.talk_id"), nullable=False),
    id_column("person_id"),
    sa.PrimaryKeyConstraint("talk_id", "person_id"),
)
sa.Index("talk_participant_person_id_idx", talk_participant.c.person_id)
