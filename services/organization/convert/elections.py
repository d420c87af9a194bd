"""Requests and answers about elections."""

from collections.abc import Iterable
from uuid import UUID

from chassis.calls import current
from chassis.paging import Page
from organization.convert.values import chosen, day_of, enum_of, id_of, ids_of, optional_day
from organization.domain.election_ballots import Congress, Exclusion, PostResult, Totals
from organization.domain.elections import (
    Background,
    Candidate,
    Election,
    ElectionKind,
    ElectionState,
    Enrolled,
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


def totals(given: election_pb2.ElectionTotals) -> Totals:
    """What the tellers counted."""
    return Totals(
        held_on=day_of(given.held_on, "totals.held_on"),
        present=given.present,
        issued=given.ballots_issued,
        returned=given.ballots_returned,
        invalid=given.ballots_invalid,
        secret=given.secret_ballot,
        votes=_votes(given.votes, "totals.votes"),
        write_ins=_votes(given.write_ins, "totals.write_ins"),
    )


def _votes(given: Iterable[election_pb2.CandidateVotes], path: str) -> tuple[tuple[UUID, int], ...]:
    return tuple(
        (id_of(each.person_id, f"{path}[{place}].person_id"), each.votes) for place, each in enumerate(given)
    )


def exclusions(request: pb.FixElectoralRollRequest) -> list[Exclusion]:
    """Who is left out of the should-attend number."""
    return [
        Exclusion(
            id_of(each.person_id, f"exclusions[{place}].person_id"), each.reason, each.consent_reference
        )
        for place, each in enumerate(request.exclusions)
    ]


def congress(request: pb.FixElectoralRollRequest) -> Congress:
    """Who votes in place of the members."""
    delegates = ids_of(list(request.delegate_person_ids), "delegate_person_ids")
    return Congress(tuple(delegates), request.dispersed_reason)


def results(request: pb.ElectPostsRequest) -> list[PostResult]:
    """Who holds which post."""
    return [
        PostResult(
            id_of(each.post_id, f"results[{place}].post_id"),
            id_of(each.person_id, f"results[{place}].person_id"),
            each.votes,
        )
        for place, each in enumerate(request.results)
    ]


def electors_page(page: Page[Enrolled]) -> pb.ListElectionElectorsResponse:
    """A page of the roll."""
    return pb.ListElectionElectorsResponse(
        electors=[
            election_pb2.ElectionElector(
                person_id=str(each.person_id),
                exclusion_reason=each.exclusion_reason,
                ballot_number=each.ballot_number,
            )
            for each in page.items
        ],
        next_page_token=page.next_token,
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
