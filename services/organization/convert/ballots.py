"""Requests and answers about electronic ballots."""

from uuid import UUID

from chassis.paging import Page
from organization.convert.values import id_of
from organization.domain.ballot_boxes import Choice
from organization.domain.election_ballots import Contest
from organization.events.elections import contest_message
from shuyuan.organization.v1 import ballot_service_pb2 as pb


def choice(request: pb.CastBallotRequest) -> Choice:
    """Who is voted for."""
    return Choice(
        [
            id_of(each, f"candidate_person_ids[{place}]")
            for place, each in enumerate(request.candidate_person_ids)
        ],
        [
            id_of(each, f"write_in_person_ids[{place}]")
            for place, each in enumerate(request.write_in_person_ids)
        ],
    )


def issued(given: tuple[UUID, int, Contest]) -> pb.IssueBallotResponse:
    """A slip, and what is voted on."""
    slip, number, contest = given
    return pb.IssueBallotResponse(slip=str(slip), number=number, contest=contest_message(contest))


def slips_page(page: Page[str]) -> pb.ListBallotSlipsResponse:
    """A page of digests."""
    return pb.ListBallotSlipsResponse(slip_digests=page.items, next_page_token=page.next_token)
