"""Meetings, who attended them, and the class hours credited."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from activity.tables.base import day_column, id_column, instant_column, int_column, metadata, text_column

meeting = sa.Table(
    "meeting",
    metadata,
    sa.Column("meeting_id", sa.Uuid, primary_key=True),
    id_column("unit_id"),
    text_column("kind"),
    text_column("state"),
    text_column("title"),
    text_column("place"),
    text_column("online_link", null=True),
    instant_column("planned_start"),
    instant_column("planned_end"),
    # The campus day of the planned start: what periods and filters count by.
    day_column("planned_on"),
    sa.Column("agenda", JSONB, nullable=False),
    sa.Column("sessions", JSONB, nullable=False),
    sa.Column("themes", ARRAY(sa.Text), nullable=False),
    sa.Column("begins_with_study", sa.Boolean, nullable=False),
    text_column("exception_reason", null=True),
    sa.Column("judgements", JSONB, nullable=False),
    int_column("expected_count"),
    int_column("present_count"),
    instant_column("opened_at", null=True),
    instant_column("ended_at", null=True),
    text_column("minutes"),
    text_column("resolution"),
    sa.Column("vote", JSONB(none_as_null=True)),
    text_column("cancel_reason", null=True),
    id_column("convener_id", null=True),
    int_column("version"),
    instant_column("created_at"),
    instant_column("updated_at"),
)
sa.Index("meeting_planned_start_meeting_id_idx", meeting.c.planned_start, meeting.c.meeting_id)
sa.Index("meeting_unit_id_planned_start_idx", meeting.c.unit_id, meeting.c.planned_start)

attendance = sa.Table(
    "attendance",
    metadata,
    sa.Column("meeting_id", sa.Uuid, sa.ForeignKey("meeting.meeting_id"), nullable=False),
    id_column("person_id"),
    text_column("capacity"),
    sa.Column("expected", sa.Boolean, nullable=False),
    instant_column("checked_in_at", null=True),
    sa.PrimaryKeyConstraint("meeting_id", "person_id"),
)
sa.Index("attendance_person_id_idx", attendance.c.person_id)

# One act of crediting: the close of a meeting, or a record of self-study with its own times.
class_hour = sa.Table(
    "class_hour",
    metadata,
    sa.Column("class_hour_id", sa.Uuid, primary_key=True),
    sa.Column("meeting_id", sa.Uuid, sa.ForeignKey("meeting.meeting_id"), unique=True),
    id_column("person_id", null=True),
    text_column("material", null=True),
    instant_column("started_at", null=True),
    instant_column("ended_at", null=True),
    instant_column("created_at"),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
)
sa.Index(
    "class_hour_person_id_started_at_idx",
    class_hour.c.person_id,
    class_hour.c.started_at,
    postgresql_where=class_hour.c.person_id.is_not(None),
)

class_hour_entry = sa.Table(
    "class_hour_entry",
    metadata,
    sa.Column("class_hour_id", sa.Uuid, sa.ForeignKey("class_hour.class_hour_id"), nullable=False),
    id_column("person_id"),
    day_column("learned_on"),
    sa.Column("half_day", sa.SmallInteger, nullable=False),
    text_column("learning_mode"),
    int_column("minutes"),
    int_column("credited_minutes"),
    sa.PrimaryKeyConstraint("class_hour_id", "person_id", "learned_on", "half_day", "learning_mode"),
)
sa.Index(
    "class_hour_entry_person_id_learned_on_idx", class_hour_entry.c.person_id, class_hour_entry.c.learned_on
)
