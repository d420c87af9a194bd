"""Requests and answers about peer mentors."""

from collections.abc import Sequence

from chassis.calls import parse_uuid
from membership.convert.values import needed_name, optional_day, optional_id, page_of
from membership.domain.peer_mentors import Ground, PeerMentor, Rating
from membership.events import peer_mentors as shapes
from membership.operations.peer_mentors import Selection
from membership.repository.peer_mentors import PeerMentorFilter
from shuyuan.membership.v1 import peer_mentor_pb2
from shuyuan.membership.v1 import peer_mentor_service_pb2 as pb


def selection(request: pb.SelectPeerMentorRequest) -> Selection:
    """Who is to be a mentor."""
    grounds = {
        Ground(needed_name(peer_mentor_pb2.SelectionGround, "SELECTION_GROUND", number, "grounds"))
        for number in request.grounds
    }
    return Selection(
        unit_id=parse_uuid(request.unit_id, field_name="unit_id"),
        person_id=parse_uuid(request.person_id, field_name="person_id"),
        cohort_year=request.cohort_year,
        grounds=tuple(ground for ground in Ground if ground in grounds),
        valid_from=optional_day(request, "valid_from"),
        valid_until=optional_day(request, "valid_until"),
    )


def rating(request: pb.AssessPeerMentorRequest) -> Rating:
    """The rating, which must be given."""
    return Rating(needed_name(peer_mentor_pb2.MentorRating, "MENTOR_RATING", request.rating, "rating"))


def wanted(request: pb.ListPeerMentorsRequest) -> PeerMentorFilter:
    """Which mentors are asked for."""
    return PeerMentorFilter(
        unit_id=optional_id(request, "unit_id"),
        person_id=optional_id(request, "person_id"),
        mentee_person_id=optional_id(request, "mentee_person_id"),
        as_of=optional_day(request, "as_of"),
    )


def page(rows: Sequence[PeerMentor], size: int) -> pb.ListPeerMentorsResponse:
    """A page of mentors."""
    shown, token = page_of(rows, size, "peer_mentor_id")
    return pb.ListPeerMentorsResponse(
        peer_mentors=[shapes.peer_mentor(found) for found in shown], next_page_token=token
    )
