"""Elections over gRPC on a real database: from the roll of electors to the appointments."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError, PermissionDeniedError, RulesError, StateError
from chassis.ids import new_id
from organization.domain.elections import Elector
from shuyuan.organization.v1 import appointment_pb2, appointment_service_pb2, election_pb2, term_service_pb2
from shuyuan.organization.v1 import election_service_pb2 as pb
from tests.integration.organization.polls import HELD, UNTIL, Poll
from tests.integration.organization.test_grants import give
from tests.integration.organization.world import Campus, World

State = election_pb2.Election.State
Contest = election_pb2.ElectionContest
RoundState = election_pb2.ElectionRound.State


@pytest.fixture
async def poll(world: World, campus: Campus) -> Poll:
    """An election whose candidates are approved, and somebody who confirms totals."""
    poll = await Poll.prepare(world, campus)
    await give(world, await world.person("teller"), "BRANCH_OFFICER", poll.branch.unit_id)
    await poll.up_to_approval()
    return poll


async def in_office(world: World, poll: Poll, day: date) -> dict[str, str]:
    """Who holds which post of the branch on a day."""
    request = appointment_service_pb2.ListAppointmentsRequest(
        unit_id=poll.branch.unit_id, as_of=day.isoformat()
    )
    listed = (await world.ask(world.stubs.appointments.ListAppointments, request)).appointments
    return {each.post_id: each.person_id for each in listed}


@pytest.mark.covers("F10", "ELE-06", "ELE-10")
async def test_those_elected_are_appointed_for_the_term_when_the_superior_confirms(
    world: World, poll: Poll
) -> None:
    old = await world.appoint(poll.posts[0].post_id, poll.people[9], on=date(2021, 9, 1), method="elected")
    await poll.fix_roll()
    elected = await poll.vote(9, 8, 7, 5)
    await poll.elect_posts()
    await poll.do("FileElection", document_number="院党支〔2024〕2号")
    done = await poll.do("ConfirmElection", document_number="党组〔2024〕9号")

    assert (elected.should_attend, elected.state) == (10, State.STATE_ELECTED)
    (held,) = elected.rounds
    assert (held.win_base, held.state) == ("present", RoundState.STATE_COUNTED)
    assert list(elected.elected_person_ids) == [str(each) for each in poll.people[:3]]
    lost = [each for each in held.verdicts if each.rule_id == "ELE-06" and not each.satisfied]
    assert [(each.seen, each.needed) for each in lost] == [("5/10", "≥ 6/10")]
    assert (done.state, len(done.appointment_ids)) == (State.STATE_COMPLETED, 3)
    after = await in_office(world, poll, HELD)
    assert after == {post.post_id: str(who) for post, who in zip(poll.posts, poll.people, strict=False)}
    assert await in_office(world, poll, date(2024, 8, 31)) == {old.post_id: old.person_id}
    assert await in_office(world, poll, UNTIL) == {}
    request = appointment_service_pb2.GetAppointmentRequest(appointment_id=done.appointment_ids[0])
    made = (await world.ask(world.stubs.appointments.GetAppointment, request)).appointment
    assert made.method == appointment_pb2.Appointment.METHOD_ELECTED
    assert (made.valid_until, made.document_number) == (UNTIL.isoformat(), "党组〔2024〕9号")
    verbs = [event["verb"] for event in await world.events("election")]
    assert verbs[-5:] == ["totals_entered", "totals_confirmed", "posts_elected", "filed", "completed"]


async def test_only_full_members_with_their_rights_are_on_the_roll(world: World, poll: Poll) -> None:
    world.membership.roll[8] = replace(world.membership.roll[8], status="probationary")
    excluded = election_pb2.ElectionExclusion(
        person_id=str(poll.people[9]), reason="bedridden", consent_reference="党组〔2024〕3号"
    )

    fixed = await poll.fix_roll(exclusions=[excluded])

    assert (fixed.should_attend, fixed.state, fixed.roll_on) == (8, State.STATE_VOTING, "2024-09-01")
    assert (fixed.contest.kind, fixed.contest.seats) == (Contest.KIND_FIRST, 3)
    request = pb.ListElectionElectorsRequest(election_id=fixed.election_id, page_size=6)
    first = await world.ask(world.stubs.elections.ListElectionElectors, request)
    request.page_token = first.next_page_token
    second = await world.ask(world.stubs.elections.ListElectionElectors, request)
    listed = {each.person_id: each.exclusion_reason for each in (*first.electors, *second.electors)}
    assert listed == {str(each): "" for each in poll.people[:8]} | {str(poll.people[9]): "bedridden"}
    with pytest.raises(RulesError) as unfounded:
        await poll.fix_roll(
            exclusions=[election_pb2.ElectionExclusion(person_id=excluded.person_id, reason="busy")]
        )
    assert [each.rule_id for each in unfounded.value.verdicts if not each.satisfied] == ["LOC-10"]
    with pytest.raises(InvalidArgumentError):
        await poll.fix_roll(
            exclusions=[election_pb2.ElectionExclusion(person_id=str(poll.people[8]), reason="bedridden")]
        )


@pytest.mark.covers("ELE-04", "ELE-07")
async def test_totals_are_refused_by_field_or_by_rule_or_void_the_vote(world: World, poll: Poll) -> None:
    await poll.fix_roll()

    with pytest.raises(InvalidArgumentError) as field:
        await poll.do("EnterElectionTotals", totals=poll.totals(9, 8, 7, 5, present=11))
    with pytest.raises(RulesError) as quorum:
        few = poll.totals(7, 7, 7, 0, present=7, ballots_issued=7, ballots_returned=7)
        await poll.do("EnterElectionTotals", totals=few)
    with pytest.raises(RulesError) as shown:
        await poll.do("EnterElectionTotals", totals=poll.totals(9, 8, 7, 5, secret_ballot=False))
    void = await poll.vote(9, 8, 7, 5, ballots_issued=9)

    assert [each.field for each in field.value.violations] == ["totals.present"]
    assert [each.rule_id for each in quorum.value.verdicts if not each.satisfied] == ["ELE-04"]
    assert [each.rule_id for each in shown.value.verdicts if not each.satisfied] == ["ELE-05.ballot"]
    assert void.rounds[0].state == RoundState.STATE_VOID
    assert (void.state, void.contest.kind, len(void.elected_person_ids)) == (
        State.STATE_VOTING,
        Contest.KIND_FIRST,
        0,
    )


async def test_totals_are_confirmed_by_somebody_else_or_rejected(world: World, poll: Poll) -> None:
    await poll.fix_roll()
    await poll.do("EnterElectionTotals", totals=poll.totals(9, 8, 7, 5))

    with pytest.raises(StateError) as same:
        await poll.do("ConfirmElectionTotals", number=1)
    with pytest.raises(StateError) as pending:
        await poll.do("EnterElectionTotals", totals=poll.totals(9, 8, 7, 5))
    with pytest.raises(StateError) as wrong:
        await poll.do("RejectElectionTotals", by="teller", number=2)
    await poll.do("RejectElectionTotals", by="teller", number=1)
    again = await poll.vote(9, 8, 7, 4)

    assert same.value.reason == "TOTALS_CONFIRMED_BY_SAME_PERSON"
    assert (pending.value.reason, wrong.value.reason) == ("TOTALS_PENDING", "TOTALS_NOT_PENDING")
    assert [each.state for each in again.rounds] == [RoundState.STATE_REJECTED, RoundState.STATE_COUNTED]
    assert again.rounds[1].entered_by != again.rounds[1].confirmed_by


@pytest.mark.covers("ELE-08")
async def test_a_tie_is_voted_on_again_and_so_are_seats_that_are_left(world: World, poll: Poll) -> None:
    await poll.fix_roll()
    tied = await poll.vote(9, 7, 6, 6)
    a_tie = tied.contest
    again = await poll.vote(5, 5, people=poll.people[2:4])
    elected = await poll.vote(4, 6, people=poll.people[2:4])

    assert (a_tie.kind, a_tie.seats) == (Contest.KIND_TIE, 1)
    assert list(a_tie.candidate_person_ids) == [str(each) for each in poll.people[2:4]]
    assert [each.rule_id for each in tied.rounds[0].verdicts if each.rule_id.startswith("ELE-08")] == [
        "ELE-08",
        "ELE-08.tie",
    ]
    assert again.contest == a_tie
    assert elected.state == State.STATE_ELECTED
    people = [poll.people[0], poll.people[1], poll.people[3]]
    assert list(elected.elected_person_ids) == [str(each) for each in people]


@pytest.mark.covers("ELE-08")
async def test_fewer_than_the_seats_vote_again_or_stay_fewer_with_consent(
    world: World, campus: Campus
) -> None:
    small = await Poll.prepare(world, campus, voters=6)
    await give(world, await world.person("teller"), "BRANCH_OFFICER", small.branch.unit_id)
    small.posts[2:] = []
    small.posts[1] = await world.post(small.branch.unit_id, "deputy_secretary")
    await small.up_to_approval(candidates=3)
    await small.fix_roll()
    six: dict[str, Any] = {"present": 6, "ballots_issued": 6, "ballots_returned": 6}
    left = await small.vote(5, 3, 2, **six)
    contest = left.contest
    still = await small.vote(3, 1, people=small.people[1:3], **six)
    with pytest.raises(PermissionDeniedError):
        await small.do("AcceptVacancies", by="teller", reason="暂缺副书记")
    fewer = await small.do("AcceptVacancies", reason="暂缺副书记")
    secretary = small.posts[0].post_id
    one = election_pb2.PostResult(post_id=secretary, person_id=str(small.people[0]), votes=5)
    seated = await small.elect_posts(present=6, results=[one])
    await small.do("FileElection")
    done = await small.do("ConfirmElection")

    assert (contest.kind, contest.seats) == (Contest.KIND_FILL, 1)
    assert list(contest.candidate_person_ids) == [str(each) for each in small.people[1:3]]
    assert still.state == State.STATE_VOTING
    assert (fewer.state, fewer.vacant_seats) == (State.STATE_ELECTED, 1)
    assert seated.state == State.STATE_SEATED
    assert await in_office(world, small, HELD) == {secretary: str(small.people[0])}
    assert len(done.appointment_ids) == 1


@pytest.mark.covers("ELE-10", "HE-06")
async def test_the_committee_elects_its_secretary_from_among_its_members(world: World, poll: Poll) -> None:
    await poll.fix_roll()
    await poll.vote(9, 8, 7, 5)
    stranger = [
        election_pb2.PostResult(post_id=post.post_id, person_id=str(who), votes=3)
        for post, who in zip(poll.posts, [poll.people[3], *poll.people[1:3]], strict=True)
    ]

    with pytest.raises(RulesError) as outside:
        await poll.elect_posts(results=stranger)
    with pytest.raises(RulesError) as half:
        await poll.elect_posts(1, 0, 0, present=2)
    with pytest.raises(RulesError) as few:
        await poll.elect_posts(1, 0, 0, present=1)
    with pytest.raises(InvalidArgumentError) as many:
        await poll.elect_posts(3, 0, 0, present=4)
    with pytest.raises(InvalidArgumentError) as missing:
        await poll.elect_posts(results=[stranger[1], stranger[2]])
    seated = await poll.elect_posts(2, 0, 0)

    assert [each.rule_id for each in outside.value.verdicts if not each.satisfied] == ["ELE-10"]
    assert [each.rule_id for each in half.value.verdicts if not each.satisfied] == ["ELE-10.majority"]
    assert [each.rule_id for each in few.value.verdicts if not each.satisfied] == ["BR-14.quorum"]
    assert [each.field for each in many.value.violations] == ["present"]
    assert {each.field for each in missing.value.violations} == {"results"}
    said = {each.rule_id: each.satisfied for each in seated.steps[-1].verdicts}
    assert said["HE-06.student"] and said["BR-26"]


async def test_a_result_is_returned_to_the_committee_and_a_roll_is_that_of_the_day(
    world: World, campus: Campus, poll: Poll
) -> None:
    await give(world, await world.person("above"), "COMMITTEE_SECRETARY", campus.community.unit_id)
    await poll.fix_roll()
    await poll.fix_roll(roll_on="2024-09-02")
    await poll.vote(9, 8, 7, 5, held_on="2024-09-02")
    await poll.elect_posts(held_on="2024-09-02")
    await poll.do("FileElection")

    with pytest.raises(PermissionDeniedError):
        await poll.do("ConfirmElection", by="teller")
    returned = await poll.do("ReturnElection", by="above", reason="另选书记")
    assert (returned.state, len(returned.post_results)) == (State.STATE_ELECTED, 0)
    await poll.elect_posts(held_on="2024-09-03")
    await poll.do("FileElection")
    done = await poll.do("ConfirmElection", by="above")

    assert done.state == State.STATE_COMPLETED
    with pytest.raises(StateError):
        await poll.do("WithdrawElection", reason="不再需要")
    assert {UUID(each) for each in done.elected_person_ids} == set(poll.people[:3])


@pytest.mark.covers("ELE-01", "ELE-02")
async def test_a_confirmed_term_is_in_the_calendar_and_the_next_election_waits_for_it(
    world: World, poll: Poll
) -> None:
    await poll.fix_roll()
    await poll.vote(9, 8, 7, 5)
    await poll.elect_posts()
    await poll.do("FileElection")
    await poll.do("ConfirmElection", document_number="党组〔2024〕9号")

    request = term_service_pb2.ListTermsRequest(unit_id=poll.branch.unit_id)
    (term,) = (await world.ask(world.stubs.terms.ListTerms, request)).terms
    assert (term.started_on, term.election_due_on, term.number) == ("2024-09-01", "2027-09-01", 1)
    with pytest.raises(StateError) as early:
        await poll.plan(held_on="2027-08-31", term_until="2030-08-31")
    with pytest.raises(RulesError) as late:
        await poll.plan(held_on="2027-09-02", term_until="2030-09-01")
    in_time = await poll.plan(held_on="2027-09-01", term_until="2030-09-01")

    assert early.value.reason == "TERM_NOT_DUE"
    broken = {each.rule_id for each in late.value.verdicts if not each.satisfied}
    assert broken == {"ELE-01", "BR-23", "HE-04.term"}
    assert in_time.state == State.STATE_PLANNED


async def test_a_by_election_leaves_the_others_in_office(world: World, poll: Poll) -> None:
    await poll.do("WithdrawElection", reason="改为补选")
    sitting = await world.appoint(
        poll.posts[0].post_id, poll.people[9], on=date(2023, 9, 1), method="elected"
    )
    poll.posts[1] = await world.post(poll.branch.unit_id, "committee_member", seats=2)
    other = await world.appoint(poll.posts[1].post_id, poll.people[8], on=date(2023, 9, 1), method="elected")
    seat = election_pb2.ElectionSeat(post_id=poll.posts[1].post_id, seats=1)
    await poll.plan(kind=election_pb2.Election.KIND_BY_ELECTION, seats=[seat], term_until="2026-09-01")
    for person_id in poll.people[:2]:
        await poll.nominate(person_id)
    await poll.do("SubmitCandidates")
    await poll.do("ApproveCandidates")
    await poll.fix_roll()
    await poll.vote(9, 1)
    result = election_pb2.PostResult(post_id=poll.posts[1].post_id, person_id=str(poll.people[0]), votes=9)
    await poll.elect_posts(present=10, results=[result])
    await poll.do("FileElection")
    await poll.do("ConfirmElection")

    request = appointment_service_pb2.ListAppointmentsRequest(
        unit_id=poll.branch.unit_id, as_of=HELD.isoformat()
    )
    listed = (await world.ask(world.stubs.appointments.ListAppointments, request)).appointments
    assert {each.person_id for each in listed} == {
        sitting.person_id,
        other.person_id,
        str(poll.people[0]),
    }


class TestCongress:
    """A general branch whose members are many, or work far apart, elects by delegates (ELE-09)."""

    @staticmethod
    async def prepare(world: World, campus: Campus, members: int) -> Poll:
        poll = Poll(world, campus)
        poll.branch = campus.general_branch
        poll.people = [new_id() for _ in range(members)]
        world.membership.roll = [Elector(each, "full", date(2020, 5, 4)) for each in poll.people]
        kinds = ("secretary", "organization_officer", "publicity_officer")
        poll.posts = [await world.post(poll.branch.unit_id, kind) for kind in kinds]
        await poll.up_to_approval()
        return poll

    @staticmethod
    def chosen(poll: Poll, count: int) -> list[str]:
        return [str(each) for each in poll.people[:count]]

    @pytest.mark.covers("ELE-09")
    @pytest.mark.parametrize(
        ("members", "delegates", "reason", "broken"),
        [
            (501, 100, "", set()),
            (501, 99, "", {"ELE-09", "ELE-09.usual"}),
            (501, 301, "", {"ELE-09", "ELE-09.usual"}),
            (500, 100, "", {"ELE-09.congress"}),
            (500, 20, "校区相距较远", set()),
        ],
    )
    async def test_as_many_delegates_as_the_rule_wants_vote_for_the_members(
        self, world: World, campus: Campus, members: int, delegates: int, reason: str, broken: set[str]
    ) -> None:
        poll = await self.prepare(world, campus, members)
        people = self.chosen(poll, delegates)

        try:
            fixed = await poll.fix_roll(delegate_person_ids=people, dispersed_reason=reason)
        except RulesError as refused:
            assert {each.rule_id for each in refused.verdicts if not each.satisfied} == broken
        else:
            assert broken <= {"ELE-09.usual"}
            assert fixed.should_attend == delegates
            said = fixed.steps[-1]
            assert {each.rule_id for each in said.verdicts if not each.satisfied} == broken
            assert said.note == " ".join(each for each in ("2024-09-01", reason) if each)
            request = pb.ListElectionElectorsRequest(election_id=fixed.election_id, page_size=200)
            roll = await world.ask(world.stubs.elections.ListElectionElectors, request)
            assert [each.person_id for each in roll.electors] == sorted(people)[:200]

    async def test_delegates_are_members_with_a_vote_and_never_of_a_branch(
        self, world: World, campus: Campus, poll: Poll
    ) -> None:
        with pytest.raises(InvalidArgumentError) as branch:
            await poll.fix_roll(delegate_person_ids=self.chosen(poll, 5), dispersed_reason="分散")
        general = await self.prepare(world, campus, 30)
        world.membership.roll[10] = replace(world.membership.roll[10], status="probationary")
        with pytest.raises(InvalidArgumentError) as refused:
            delegates = [*self.chosen(general, 2), str(general.people[10]), str(new_id())]
            await general.fix_roll(delegate_person_ids=delegates, dispersed_reason="分散")

        assert [each.field for each in branch.value.violations] == ["delegate_person_ids"]
        assert [each.field for each in refused.value.violations] == [
            "delegate_person_ids[2]",
            "delegate_person_ids[3]",
        ]
