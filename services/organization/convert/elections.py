"""Requests and answers about elections."""

from chassis.calls import current
from chassis.paging import Page
from organization.convert.values import chosen, day_of, enum_of, id_of, optional_day
from organization.domain.elections import (
    Background,
    Candidate,
    Election,
    ElectionKind,
    ElectionState,
    NewSeat,
    NominationSource,
)
from organization.events.elections import election_message
from organization.operations.elections import NewElection
from shuyuan.organization.v1 import election_pb2
from shuyuan.organization.v1 import election_service_pb2 as pb

_KIND = election_pb2.Election.Kind.DESCRIPTOR
_STATE = election_pb2.Election.State.DESCRIPTOR
_SOURCE = election_pb2.Candidate.Source.DESCRIPTOR
_BACKGROUND = election_pb2.Candidate.Background.DESCRIPTOR


def new_election(request: pb.PlanElectionRequest) -> NewElection:
    """What an election is planned with."""
    return NewElection(
        kind=chosen(_KIND, ElectionKind, request.kind, "kind"),
        held_on=day_of(request.held_on, "held_on"),
        seats=[
            NewSeat(id_of(seat.post_id, f"seats[{place}].post_id"), seat.seats)
            for place, seat in enumerate(request.seats)
        ],
        term_from=optional_day(request, "term_from"),
        term_until=day_of(request.term_until, "term_until"),
        shift_reason=request.shift_reason,
    )


def candidate(request: pb.NominateCandidateRequest) -> Candidate:
    """Somebody who is nominated."""
    return Candidate(
        person_id=id_of(request.person_id, "person_id"),
        source=chosen(_SOURCE, NominationSource, request.source, "source"),
        background=enum_of(_BACKGROUND, Background, request.background, "background"),
    )


def state_of(given: int) -> ElectionState | None:
    """The state asked for, None for any."""
    return enum_of(_STATE, ElectionState, given, "state")


def shown(election: Election) -> election_pb2.Election:
    """An election, its verdicts in the caller's language."""
    return election_message(election, current().language)


def elections_page(page: Page[Election]) -> pb.ListElectionsResponse:
    """A page of elections."""
    return pb.ListElectionsResponse(
        elections=[shown(each) for each in page.items], next_page_token=page.next_token
    )
