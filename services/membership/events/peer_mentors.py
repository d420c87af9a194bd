"""The shape of a peer mentor, and the events about it; what was done stays out of events."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from google.protobuf.message import Message

from chassis.events import Event
from membership.domain.peer_mentors import Entry, PeerMentor
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2 as pb
from shuyuan.membership.v1 import peer_mentor_pb2


def peer_mentor(found: PeerMentor, language: str | None = None) -> peer_mentor_pb2.PeerMentor:
    """A mentor as lists and events show it; with a language, with what was done and what the rules said."""
    shape = peer_mentor_pb2.PeerMentor(
        peer_mentor_id=str(found.peer_mentor_id),
        person_id=str(found.person_id),
        unit_id=str(found.unit_id),
        cohort_year=found.cohort_year,
        grounds=[
            shapes.enum_number(peer_mentor_pb2.SelectionGround, "SELECTION_GROUND", ground)
            for ground in found.grounds
        ],
        valid_from=found.days.start.isoformat(),
        valid_until=shapes.day_text(found.days.end),
        reason=found.reason,
        mentees=[
            peer_mentor_pb2.PeerMentee(
                person_id=str(each.person_id),
                cohort_year=each.cohort_year,
                valid_from=each.days.start.isoformat(),
                valid_until=shapes.day_text(each.days.end),
            )
            for each in found.mentees
        ],
        rating=shapes.enum_number(peer_mentor_pb2.MentorRating, "MENTOR_RATING", found.rating),
        create_time=shapes.stamp(found.created_at),
        update_time=shapes.stamp(found.updated_at),
        version=found.version,
        etag=str(found.version),
    )
    if language is not None:
        shape.entries.extend(_entry(entry, language) for entry in found.entries)
        shape.verdicts.extend(shapes.verdicts(found.judgements, language))
    return shape


def _entry(entry: Entry, language: str) -> peer_mentor_pb2.PeerMentorEntry:
    return peer_mentor_pb2.PeerMentorEntry(
        occurred_on=entry.occurred_on.isoformat(),
        mentee_person_ids=[str(each) for each in entry.mentee_ids],
        note=entry.note,
        rating=shapes.enum_number(peer_mentor_pb2.MentorRating, "MENTOR_RATING", entry.rating),
        record_time=shapes.stamp(entry.recorded_at),
        recorded_by=shapes.id_text(entry.recorded_by),
        verdicts=shapes.verdicts(entry.judgements, language),
    )


def selected(found: PeerMentor) -> Event:
    """A student member was selected."""
    return _event(found, pb.PeerMentorSelected(peer_mentor=peer_mentor(found)))


def assigned(found: PeerMentor, mentees: Sequence[UUID]) -> Event:
    """A mentor guides more people."""
    ids = [str(each) for each in mentees]
    return _event(found, pb.PeerMentorMenteesAssigned(mentee_person_ids=ids, peer_mentor=peer_mentor(found)))


def released(found: PeerMentor, person_id: UUID) -> Event:
    """A mentor no longer guides somebody."""
    mentee = str(person_id)
    return _event(found, pb.PeerMentorMenteeReleased(mentee_person_id=mentee, peer_mentor=peer_mentor(found)))


def resumed(found: PeerMentor) -> Event:
    """What a removal ended of a mentorship goes on."""
    return _event(found, pb.PeerMentorResumed(peer_mentor=peer_mentor(found)))


def logged(found: PeerMentor, day: date) -> Event:
    """A mentor did something."""
    return _event(found, pb.PeerMentorLogged(occurred_on=day.isoformat(), peer_mentor=peer_mentor(found)))


def assessed(found: PeerMentor, day: date) -> Event:
    """A mentor was rated."""
    return _event(found, pb.PeerMentorAssessed(assessed_on=day.isoformat(), peer_mentor=peer_mentor(found)))


def ended(found: PeerMentor, day: date) -> Event:
    """A mentorship ended."""
    return _event(found, pb.PeerMentorEnded(ended_on=day.isoformat(), peer_mentor=peer_mentor(found)))


def _event(found: PeerMentor, message: Message) -> Event:
    return Event(found.peer_mentor_id, found.version, message)
