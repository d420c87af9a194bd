"""Elections over gRPC on a real database: from the plan to the approval of the candidates."""

from dataclasses import replace
from uuid import uuid4

import pytest

from chassis.errors import (
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    RulesError,
    StateError,
    UnavailableError,
)
from organization.errors import MembershipUnavailableError
from shuyuan.organization.v1 import election_pb2
from shuyuan.organization.v1 import election_service_pb2 as pb
from tests.integration.organization.polls import HELD, Poll
from tests.integration.organization.test_grants import give
from tests.integration.organization.world import Campus, World

State = election_pb2.Election.State


@pytest.fixture
async def poll(world: World, campus: Campus) -> Poll:
    return await Poll.prepare(world, campus)


async def hire(world: World, number: str, role: str, unit_id: str) -> None:
    """Somebody new gets a role over a unit."""
    await give(world, await world.person(number), role, unit_id)


@pytest.mark.covers("F10")
async def test_candidates_are_nominated_submitted_and_approved_with_what_the_rules_said(
    world: World, poll: Poll
) -> None:
    await poll.up_to_approval()

    election = poll.election
    assert election.state == State.STATE_APPROVED
    assert (election.seat_count, len(election.candidates), election.version) == (3, 4, 7)
    kinds = [election_pb2.ElectionStep.Kind.Name(step.kind) for step in election.steps]
    assert kinds == ["KIND_PLANNED", "KIND_SUBMITTED", "KIND_APPROVED"]
    (candidates,) = [each for each in election.steps[2].verdicts if each.rule_id == "ELE-05"]
    assert (candidates.seen, candidates.needed, candidates.satisfied) == ("4", "≥ 4", True)
    assert "fifth more candidates" in candidates.message
    verbs = [event["verb"] for event in await world.events("election")]
    assert verbs == ["planned", *["candidate_nominated"] * 4, "candidates_submitted", "candidates_approved"]


@pytest.mark.covers("F10")
async def test_too_few_candidates_and_members_without_rights_are_refused(world: World, poll: Poll) -> None:
    await poll.plan()
    for person_id in poll.people[:3]:
        await poll.nominate(person_id)

    with pytest.raises(RulesError) as few:
        await poll.do("SubmitCandidates")
    await poll.nominate(poll.people[3])
    world.membership.roll[3] = replace(world.membership.roll[3], status="probationary")
    with pytest.raises(RulesError) as probationary:
        await poll.do("SubmitCandidates")
    world.membership.roll.pop(3)
    with pytest.raises(StateError) as stranger:
        await poll.do("SubmitCandidates")

    assert [each.rule_id for each in few.value.verdicts if not each.satisfied] == ["ELE-05"]
    assert [each.rule_id for each in probationary.value.verdicts if not each.satisfied] == ["DEV-37"]
    assert stranger.value.reason == "CANDIDATE_NOT_ON_ROLL"


async def test_without_membership_nothing_is_submitted(world: World, poll: Poll) -> None:
    await poll.plan()
    world.membership.failure = MembershipUnavailableError()

    with pytest.raises(UnavailableError):
        await poll.do("SubmitCandidates")


async def test_one_election_at_a_time_until_it_is_given_up(world: World, poll: Poll) -> None:
    first = await poll.plan()

    with pytest.raises(StateError) as refused:
        await poll.plan()
    poll.election = first
    await poll.do("WithdrawElection", reason="人员变动")
    second = await poll.plan()

    assert refused.value.reason == "ELECTION_UNDERWAY"
    request = pb.ListElectionsRequest(unit_id=poll.branch.unit_id)
    listed = (await world.ask(world.stubs.elections.ListElections, request)).elections
    assert [each.election_id for each in listed] == [second.election_id, first.election_id]
    assert listed[1].state == State.STATE_WITHDRAWN
    planned = pb.ListElectionsRequest(state=State.STATE_PLANNED, page_size=1)
    page = await world.ask(world.stubs.elections.ListElections, planned)
    assert ([each.election_id for each in page.elections], page.next_page_token) == ([second.election_id], "")


async def test_the_branch_runs_and_only_the_organisation_above_approves(
    world: World, campus: Campus, poll: Poll
) -> None:
    await hire(world, "secretary", "BRANCH_SECRETARY", poll.branch.unit_id)
    await hire(world, "own", "COMMITTEE_SECRETARY", poll.branch.unit_id)
    await hire(world, "above", "COMMITTEE_SECRETARY", campus.community.unit_id)
    await hire(world, "beside", "COMMITTEE_SECRETARY", campus.other_general_branch.unit_id)
    await poll.plan(by="secretary")
    for person_id in poll.people[:4]:
        await poll.nominate(person_id)
    await poll.do("SubmitCandidates", by="secretary")

    for number in ("secretary", "own", "beside"):
        with pytest.raises(PermissionDeniedError):
            await poll.do("ApproveCandidates", by=number)
    returned = await poll.do("ReturnCandidates", by="above", reason="再酝酿")
    await poll.do("RemoveCandidate", by="secretary", person_id=str(poll.people[3]))
    await poll.nominate(poll.people[4])
    await poll.do("SubmitCandidates", by="secretary")
    approved = await poll.do("ApproveCandidates", by="above")

    assert returned.state == State.STATE_PLANNED
    assert approved.state == State.STATE_APPROVED
    request = pb.GetElectionRequest(election_id=approved.election_id)
    with pytest.raises(PermissionDeniedError):
        await world.ask(world.stubs.elections.GetElection, request, by="beside")


async def test_a_step_out_of_order_or_on_an_old_version_changes_nothing(world: World, poll: Poll) -> None:
    first = await poll.plan()
    await poll.nominate(poll.people[0])

    with pytest.raises(StateError) as early:
        await poll.do("ApproveCandidates")
    latest, poll.election = poll.election, first
    with pytest.raises(ConflictError) as stale:
        await poll.nominate(poll.people[1])

    assert (early.value.reason, stale.value.reason) == ("ELECTION_STATE", "ETAG_MISMATCH")
    request = pb.GetElectionRequest(election_id=latest.election_id)
    assert (await world.ask(world.stubs.elections.GetElection, request)).election == latest


async def test_seats_of_other_units_are_no_seats(world: World, campus: Campus, poll: Poll) -> None:
    other = await world.post(campus.general_branch.unit_id, "secretary")

    with pytest.raises(InvalidArgumentError) as refused:
        await poll.plan(seats=[election_pb2.ElectionSeat(post_id=other.post_id, seats=1)])

    assert [each.field for each in refused.value.violations] == ["seats[0].post_id"]
    missing = pb.GetElectionRequest(election_id=str(uuid4()))
    with pytest.raises(NotFoundError):
        await world.ask(world.stubs.elections.GetElection, missing)
    assert HELD.isoformat() == (await poll.plan()).held_on
