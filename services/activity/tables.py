"""Storage of the activity service, beside the tables of the frame."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB

from chassis import tables as frame

metadata = frame.new_metadata()
for _table in frame.metadata.tables.values():
    _table.to_metadata(metadata)


def _id(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Uuid, nullable=null)


def _text(name: str, *, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, nullable=null)


def _int(name: str) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, nullable=False)


def _day(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.Date, nullable=null)


def _instant(name: str, *, null: bool = False) -> "sa.Column[object]":
    return sa.Column(name, sa.DateTime(timezone=True), nullable=null)


# Copies of what others own: units of organization; persons and relationships of membership.
unit = sa.Table(
    "unit",
    metadata,
    sa.Column("unit_id", sa.Uuid, primary_key=True),
    _text("kind"),
    _day("established_on"),
    _day("dissolved_on", null=True),
    _int("version"),
)

person = sa.Table(
    "person",
    metadata,
    sa.Column("person_id", sa.Uuid, primary_key=True),
)

relationship = sa.Table(
    "relationship",
    metadata,
    _id("person_id"),
    _id("unit_id"),
    sa.Column("valid", DATERANGE, nullable=False),
)
sa.Index("relationship_person_id_idx", relationship.c.person_id)
sa.Index("relationship_unit_id_person_id_idx", relationship.c.unit_id, relationship.c.person_id)

meeting = sa.Table(
    "meeting",
    metadata,
    sa.Column("meeting_id", sa.Uuid, primary_key=True),
    _id("unit_id"),
    _text("kind"),
    _text("state"),
    _text("title"),
    _text("place"),
    _text("online_link", null=True),
    _instant("planned_start"),
    _instant("planned_end"),
    # The campus day of the planned start: what periods and filters count by.
    _day("planned_on"),
    sa.Column("agenda", JSONB, nullable=False),
    sa.Column("sessions", JSONB, nullable=False),
    sa.Column("themes", ARRAY(sa.Text), nullable=False),
    sa.Column("begins_with_study", sa.Boolean, nullable=False),
    _text("exception_reason", null=True),
    sa.Column("judgements", JSONB, nullable=False),
    _int("expected_count"),
    _int("present_count"),
    _instant("opened_at", null=True),
    _instant("ended_at", null=True),
    _text("minutes"),
    _text("resolution"),
    sa.Column("vote", JSONB(none_as_null=True)),
    _text("cancel_reason", null=True),
    _id("convener_id", null=True),
    _int("version"),
    _instant("created_at"),
    _instant("updated_at"),
)
sa.Index("meeting_planned_start_meeting_id_idx", meeting.c.planned_start, meeting.c.meeting_id)
sa.Index("meeting_unit_id_planned_start_idx", meeting.c.unit_id, meeting.c.planned_start)

attendance = sa.Table(
    "attendance",
    metadata,
    sa.Column("meeting_id", sa.Uuid, sa.ForeignKey("meeting.meeting_id"), nullable=False),
    _id("person_id"),
    _text("capacity"),
    sa.Column("expected", sa.Boolean, nullable=False),
    _instant("checked_in_at", null=True),
    sa.PrimaryKeyConstraint("meeting_id", "person_id"),
)
sa.Index("attendance_person_id_idx", attendance.c.person_id)

# One act of crediting: the close of a meeting, or a record of self-study with its own times.
class_hour = sa.Table(
    "class_hour",
    metadata,
    sa.Column("class_hour_id", sa.Uuid, primary_key=True),
    sa.Column("meeting_id", sa.Uuid, sa.ForeignKey("meeting.meeting_id"), unique=True),
    _id("person_id", null=True),
    _text("material", null=True),
    _instant("started_at", null=True),
    _instant("ended_at", null=True),
    _instant("created_at"),
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
    _id("person_id"),
    _day("learned_on"),
    sa.Column("half_day", sa.SmallInteger, nullable=False),
    _text("learning_mode"),
    _int("minutes"),
    _int("credited_minutes"),
    sa.PrimaryKeyConstraint("class_hour_id", "person_id", "learned_on", "half_day", "learning_mode"),
)
sa.Index(
    "class_hour_entry_person_id_learned_on_idx", class_hour_entry.c.person_id, class_hour_entry.c.learned_on
)

ceremony = sa.Table(
    "ceremony",
    metadata,
    sa.Column("ceremony_id", sa.Uuid, primary_key=True),
    _id("unit_id"),
    _text("title"),
    _text("state"),
    _day("held_on"),
    _text("place"),
    _id("lead_id"),
    _id("process_id", null=True),
    _text("cancel_reason", null=True),
    _int("version"),
    _instant("created_at"),
    _instant("updated_at"),
)
sa.Index("ceremony_held_on_ceremony_id_idx", ceremony.c.held_on, ceremony.c.ceremony_id)
sa.Index("ceremony_unit_id_held_on_idx", ceremony.c.unit_id, ceremony.c.held_on)

oath_taker = sa.Table(
    "oath_taker",
    metadata,
    sa.Column("ceremony_id", sa.Uuid, sa.ForeignKey("ceremony.ceremony_id"), nullable=False),
    _id("person_id"),
    _id("case_id"),
    _text("outcome"),
    _text("refusal", null=True),
    sa.PrimaryKeyConstraint("ceremony_id", "person_id"),
)
sa.Index("oath_taker_person_id_idx", oath_taker.c.person_id)

talk = sa.Table(
    "talk",
    metadata,
    sa.Column("talk_id", sa.Uuid, primary_key=True),
    _id("unit_id"),
    _text("kind"),
    _day("held_on"),
    _text("summary"),
    _instant("created_at"),
)
sa.Index("talk_unit_id_held_on_idx", talk.c.unit_id, talk.c.held_on)
sa.Index("talk_held_on_talk_id_idx", talk.c.held_on, talk.c.talk_id)

talk_participant = sa.Table(
    "talk_participant",
    metadata,
    sa.Column("talk_id", sa.Uuid, sa.ForeignKey("talk.talk_id"), nullable=False),
    _id("person_id"),
    sa.PrimaryKeyConstraint("talk_id", "person_id"),
)
sa.Index("talk_participant_person_id_idx", talk_participant.c.person_id)
