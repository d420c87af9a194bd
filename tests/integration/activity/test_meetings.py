from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

import pytest

from activity.domain.meetings import Attendance, Closing, Meeting, MeetingKind, MeetingState, Vote
from activity.domain.plans import Capacity, LearningMode, Participant
from activity.errors import (
    AgendaForbiddenError,
    MeetingDayNotReachedError,
    MeetingNotFoundError,
    MeetingWrongStateError,
    PersonUnknownError,
    ResolutionForbiddenError,
    UnitKindNotAllowedError,
    UnitUnknownError,
)
from activity.events.shapes import meeting_message
from activity.operations import meetings
from activity.operations.meetings import MeetingChange
from activity.repository.meetings import MeetingFilter
from chassis import idempotency
from chassis.errors import EtagMismatchError, PermissionDeniedError
from chassis.ids import new_id
from shuyuan.activity.v1 import meeting_service_pb2 as pb
from tests.integration.activity.desk import AUDIT, NOW, REPORT, STUDY, Desk, voter


class TestConvene:
    @pytest.mark.covers("S55", "S58")
    async def test_a_meeting_whose_first_item_is_study_is_convened_and_announced(self, desk: Desk) -> None:
        people = await desk.people(3)

        meeting = await desk.convene(voters=people, themes=("xiqian_spirit",))

        assert (meeting.state, meeting.begins_with_study, meeting.version) == (MeetingState.PLANNED, True, 1)
        assert meeting.judgements[0].rule_id == "SEED-01" and meeting.judgements[0].satisfied
        (name, data), *others = await desk.events()
        assert (name, others) == ("meeting.convened", [])
        assert data["meeting"]["meetingId"] == str(meeting.meeting_id)
        assert [each["personId"] for each in data["participants"]] == [str(person) for person in people]
        assert await meetings.get_meeting(desk.call(), meeting.meeting_id) == meeting

    @pytest.mark.covers("S55")
    async def test_a_meeting_that_begins_otherwise_is_refused_with_the_rule(self, desk: Desk) -> None:
        with pytest.raises(AgendaForbiddenError) as refused:
            await desk.convene(agenda=(REPORT, STUDY))

        assert [each.rule_id for each in refused.value.verdicts] == ["SEED-01"]
        assert await desk.events() == []

    async def test_an_exception_is_not_the_branch_secretarys_to_give(self, desk: Desk) -> None:
        with pytest.raises(PermissionDeniedError):
            await desk.convene(agenda=(REPORT,), exception="防汛紧急会议")

    @pytest.mark.covers("S55")
    async def test_the_committees_secretary_may_allow_an_exception_with_a_reason(self, desk: Desk) -> None:
        meeting = await desk.convene(by=desk.committee_secretary, agenda=(REPORT,), exception="防汛紧急会议")

        assert (meeting.begins_with_study, meeting.exception_reason) == (False, "防汛紧急会议")
        assert meeting.judgements[0].override_reason == "防汛紧急会议"

    async def test_nobody_convenes_a_meeting_of_another_branch(self, desk: Desk) -> None:
        with pytest.raises(PermissionDeniedError):
            await desk.convene(unit_id=desk.other)

    async def test_a_committee_holds_no_branch_general_meeting(self, desk: Desk) -> None:
        with pytest.raises(UnitKindNotAllowedError):
            await desk.convene(by=desk.committee_secretary, unit_id=desk.committee)

    async def test_people_who_are_nowhere_registered_are_refused(self, desk: Desk) -> None:
        with pytest.raises(PersonUnknownError):
            await desk.convene(voters=[new_id()])

    async def test_somebody_whom_only_membership_knows_yet_is_welcome(self, desk: Desk) -> None:
        newcomer = new_id()
        desk.membership.registered.add(newcomer)

        meeting = await desk.convene(voters=[newcomer])

        assert meeting.expected_count == 1
        assert desk.membership.asked == [[newcomer]]

    async def test_a_unit_that_is_not_known_here_is_refused(self, desk: Desk) -> None:
        unit_id = new_id()
        await desk.grant(desk.secretary, "ROLE_BRANCH_SECRETARY", unit_id)

        with pytest.raises(UnitUnknownError):
            await desk.convene(unit_id=unit_id)


class TestUpdate:
    async def test_what_is_absent_stays(self, desk: Desk) -> None:
        meeting = await desk.convene(place="东花园")
        change = MeetingChange(title="改期会议", agenda=(STUDY,))

        changed = await meetings.update_meeting(desk.call(), meeting.meeting_id, change, desk.membership)

        assert (changed.plan.title, changed.plan.place, len(changed.plan.agenda)) == ("改期会议", "东花园", 1)
        assert (changed.plan.start, changed.version) == (meeting.plan.start, 2)

    async def test_an_agenda_is_judged_again(self, desk: Desk) -> None:
        meeting = await desk.convene()

        with pytest.raises(AgendaForbiddenError):
            change = MeetingChange(agenda=(REPORT,))
            await meetings.update_meeting(desk.call(), meeting.meeting_id, change, desk.membership)

    async def test_a_version_that_is_no_longer_the_newest_is_refused(self, desk: Desk) -> None:
        meeting = await desk.convene()
        change = MeetingChange(title="改期会议")
        await meetings.update_meeting(desk.call(if_match='"1"'), meeting.meeting_id, change, desk.membership)

        with pytest.raises(EtagMismatchError):
            await meetings.update_meeting(
                desk.call(if_match='"1"'), meeting.meeting_id, change, desk.membership
            )

    async def test_participants_that_are_sent_replace_the_former_ones(self, desk: Desk) -> None:
        first, second, third = await desk.people(3)
        meeting = await desk.convene(voters=[first, second])
        change = MeetingChange(participants=(voter(third),))

        changed = await meetings.update_meeting(desk.call(), meeting.meeting_id, change, desk.membership)

        assert changed.expected_count == 1
        assert [each.person_id for each in await _attendances(desk, meeting.meeting_id)] == [third]

    async def test_an_open_meeting_is_not_changed(self, desk: Desk) -> None:
        meeting = await desk.convene()
        await meetings.open_meeting(desk.call(), meeting.meeting_id)

        with pytest.raises(MeetingWrongStateError):
            change = MeetingChange(title="改期会议")
            await meetings.update_meeting(desk.call(), meeting.meeting_id, change, desk.membership)


class TestRun:
    async def test_a_meeting_of_tomorrow_is_not_opened_today(self, desk: Desk) -> None:
        meeting = await desk.convene(start=NOW + timedelta(days=1))

        with pytest.raises(MeetingDayNotReachedError):
            await meetings.open_meeting(desk.call(), meeting.meeting_id)

    @pytest.mark.covers("S31")
    async def test_checking_in_twice_counts_once_and_keeps_the_first_time(self, desk: Desk) -> None:
        student, teacher = await desk.people(2)
        meeting = await desk.convene(voters=[student])
        await meetings.open_meeting(desk.call(), meeting.meeting_id)
        both = [voter(student), Participant(teacher, Capacity.TEACHER_ATTENDEE)]
        first = await meetings.check_in(desk.call(), meeting.meeting_id, both, desk.membership)
        desk.clock.instant += timedelta(minutes=10)

        again = await meetings.check_in(desk.call(), meeting.meeting_id, both, desk.membership)

        assert (first.added, first.already, again.added, again.already) == (2, 0, 0, 2)
        assert again.meeting.present_count == 2 and again.meeting.version == first.meeting.version
        assert again.attendances == first.attendances
        capacities = {each.person_id: (each.capacity, each.expected) for each in again.attendances}
        assert capacities == {
            student: (Capacity.VOTER, True),
            teacher: (Capacity.TEACHER_ATTENDEE, False),
        }

    async def test_somebody_expected_may_check_in_alone(self, desk: Desk) -> None:
        meeting = await desk.convene(voters=[desk.member])
        await meetings.open_meeting(desk.call(), meeting.meeting_id)

        done = await meetings.check_in(
            desk.call(desk.member), meeting.meeting_id, [voter(desk.member)], desk.membership
        )

        assert done.added == 1

    async def test_somebody_else_is_not_checked_in_without_the_permission(self, desk: Desk) -> None:
        (other,) = await desk.people(1)
        meeting = await desk.convene(voters=[desk.member, other])
        await meetings.open_meeting(desk.call(), meeting.meeting_id)

        with pytest.raises(PermissionDeniedError):
            await meetings.check_in(
                desk.call(desk.member), meeting.meeting_id, [voter(other)], desk.membership
            )

    async def test_nobody_checks_in_before_the_opening(self, desk: Desk) -> None:
        meeting = await desk.convene(voters=[desk.member])

        with pytest.raises(MeetingWrongStateError):
            await meetings.check_in(desk.call(), meeting.meeting_id, [voter(desk.member)], desk.membership)

    async def test_closing_announces_the_meeting_without_what_was_said(self, desk: Desk) -> None:
        (person,) = await desk.people(1)

        meeting = await desk.held(voter(person), voters=[person], closing=Closing("机密记录", "同意"))

        assert (meeting.state, meeting.minutes, meeting.resolution) == (
            MeetingState.CLOSED,
            "机密记录",
            "同意",
        )
        names = [name for name, _ in await desk.events()]
        assert names == [
            "meeting.convened",
            "meeting.opened",
            "meeting.checked_in",
            "meeting.closed",
            "class_hour.credited",
        ]
        assert "机密记录" not in str(await desk.events())
        assert "机密记录" not in str(await desk.database.fetch(AUDIT))

    async def test_a_resolution_without_majority_is_refused_and_changes_nothing(self, desk: Desk) -> None:
        people = await desk.people(4)
        meeting = await desk.convene(voters=people)
        await meetings.open_meeting(desk.call(), meeting.meeting_id)
        await meetings.check_in(
            desk.call(), meeting.meeting_id, [voter(each) for each in people], desk.membership
        )

        with pytest.raises(ResolutionForbiddenError) as refused:
            closing = Closing("记录", "同意", Vote(2, 2, 0))
            await meetings.close_meeting(desk.call(), meeting.meeting_id, closing)

        broken = [each.rule_id for each in refused.value.verdicts if not each.satisfied]
        assert broken == ["BR-13"]
        assert (await meetings.get_meeting(desk.call(), meeting.meeting_id)).state is MeetingState.OPEN

    async def test_a_meeting_is_cancelled_with_a_reason(self, desk: Desk) -> None:
        meeting = await desk.convene()

        cancelled = await meetings.cancel_meeting(desk.call(), meeting.meeting_id, "雨天")

        assert (cancelled.state, cancelled.cancel_reason) == (MeetingState.CANCELLED, "雨天")
        with pytest.raises(MeetingWrongStateError):
            await meetings.open_meeting(desk.call(), meeting.meeting_id)


class TestRead:
    async def test_people_expected_read_a_meeting_without_a_role(self, desk: Desk) -> None:
        (guest,) = await desk.people(1)
        meeting = await desk.convene(others=[Participant(guest, Capacity.GUEST)])

        assert (
            await meetings.get_meeting(desk.call(guest), meeting.meeting_id)
        ).meeting_id == meeting.meeting_id

    async def test_strangers_do_not_read_a_meeting(self, desk: Desk) -> None:
        meeting = await desk.convene()

        with pytest.raises(PermissionDeniedError):
            await meetings.get_meeting(desk.call(new_id()), meeting.meeting_id)

    async def test_an_unknown_meeting_is_not_found(self, desk: Desk) -> None:
        with pytest.raises(MeetingNotFoundError):
            await meetings.get_meeting(desk.call(), new_id())

    async def test_a_list_shows_the_units_within_the_callers_reach(self, desk: Desk) -> None:
        own = await desk.convene()
        below = await desk.convene(
            unit_id=desk.group, kind=MeetingKind.PARTY_GROUP_MEETING, start=NOW - timedelta(days=1)
        )
        await desk.convene(by=desk.committee_secretary, unit_id=desk.other)

        page = await _list(desk, MeetingFilter())

        assert [each.meeting_id for each in page] == [own.meeting_id, below.meeting_id]

    async def test_a_list_is_narrowed_by_kind_state_day_unit_and_theme(self, desk: Desk) -> None:
        lecture = await desk.convene(
            kind=MeetingKind.PARTY_LECTURE, start=NOW - timedelta(days=3), themes=("vanguard",)
        )
        today = await desk.convene()
        everything = {lecture.meeting_id, today.meeting_id}

        async def ids(**narrow: object) -> set[UUID]:
            return {each.meeting_id for each in await _list(desk, MeetingFilter(**narrow))}  # type: ignore[arg-type]

        assert await ids(kind=MeetingKind.PARTY_LECTURE) == {lecture.meeting_id}
        assert await ids(state=MeetingState.CLOSED) == set()
        assert await ids(first_day=date(2026, 11, 24)) == {today.meeting_id}
        assert await ids(end_day=date(2026, 11, 24)) == {lecture.meeting_id}
        assert await ids(theme="vanguard") == {lecture.meeting_id}
        assert await ids(unit_id=desk.branch) == everything
        assert await ids(unit_id=desk.group) == set()

    @pytest.mark.parametrize("latest_first", [True, False])
    async def test_pages_follow_each_other_without_a_gap(self, desk: Desk, latest_first: bool) -> None:
        convened = [await desk.convene(start=NOW - timedelta(days=n)) for n in (3, 3, 2, 1, 0)]
        seen: list[UUID] = []
        token = ""
        while True:
            page = await meetings.list_meetings(
                desk.call(), MeetingFilter(), latest_first=latest_first, page_size=2, page_token=token
            )
            seen += [each.meeting_id for each in page.meetings]
            token = page.next_token
            if not token:
                break

        in_order = sorted(convened, key=lambda each: (each.plan.start, each.meeting_id), reverse=latest_first)
        assert seen == [each.meeting_id for each in in_order]

    async def test_whoever_reads_at_the_university_lists_every_unit(self, desk: Desk) -> None:
        auditor = new_id()
        await desk.grant(auditor, "ROLE_AUDITOR", desk.university)
        late = await desk.convene(by=desk.committee_secretary, unit_id=desk.other)
        early = await desk.convene(start=NOW - timedelta(days=1))

        everywhere = await _list(desk, MeetingFilter(), by=auditor)
        below_one = await _list(desk, MeetingFilter(unit_id=desk.branch), by=auditor)

        assert [each.meeting_id for each in everywhere] == [late.meeting_id, early.meeting_id]
        assert [each.meeting_id for each in below_one] == [early.meeting_id]

    async def test_a_filter_by_person_shows_only_what_the_caller_may_see(self, desk: Desk) -> None:
        (person,) = await desk.people(1)
        own = await desk.convene(voters=[person])
        await desk.convene(by=desk.committee_secretary, unit_id=desk.other, voters=[person])

        found = await _list(desk, MeetingFilter(person_id=person))

        assert [each.meeting_id for each in found] == [own.meeting_id]

    async def test_people_list_their_own_meetings_without_a_role(self, desk: Desk) -> None:
        (person,) = await desk.people(1)
        meeting = await desk.convene(voters=[person])

        assert await _list(desk, MeetingFilter(), by=person) == []
        mine = await _list(desk, MeetingFilter(person_id=person), by=person)
        assert [each.meeting_id for each in mine] == [meeting.meeting_id]

    async def test_attendances_are_narrowed_to_who_came_in_what_capacity(self, desk: Desk) -> None:
        came, absent, teacher = await desk.people(3)
        teaching = Participant(teacher, Capacity.TEACHER_ATTENDEE)
        meeting = await desk.held(voter(came), teaching, voters=[came, absent])

        everybody = await _attendances(desk, meeting.meeting_id)
        present = await _attendances(desk, meeting.meeting_id, present_only=True)
        teachers = await _attendances(desk, meeting.meeting_id, capacity=Capacity.TEACHER_ATTENDEE)

        assert {each.person_id for each in everybody} == {came, absent, teacher}
        assert {each.person_id for each in present} == {came, teacher}
        assert [each.person_id for each in teachers] == [teacher]


async def test_a_repeated_request_gets_the_first_answer(desk: Desk) -> None:
    """The answer is kept with the write; the interceptor looks it up before the operation runs."""
    meeting = await desk.convene()
    call = desk.call(
        idempotency_key="one",
        request_hash=b"hash",
        respond=lambda m: pb.OpenMeetingResponse(meeting=meeting_message(m)),
    )

    await meetings.open_meeting(call, meeting.meeting_id)

    kept = await idempotency.find(desk.database, call)
    assert kept is not None
    assert pb.OpenMeetingResponse.FromString(kept.answer).meeting.version == 2


async def test_a_study_items_mode_is_the_mode_of_the_meeting(desk: Desk) -> None:
    item = replace(STUDY, learning_mode=LearningMode.EXPERT_GUIDANCE)

    meeting = await desk.convene(kind=MeetingKind.PARTY_LECTURE, agenda=(item,))

    assert [each.learning_mode for each in meeting.plan.sessions] == [LearningMode.EXPERT_GUIDANCE]


async def _list(desk: Desk, wanted: MeetingFilter, *, by: UUID | None = None) -> list[Meeting]:
    page = await meetings.list_meetings(desk.call(by), wanted, latest_first=True, page_size=0, page_token="")
    return list(page.meetings)


async def _attendances(
    desk: Desk, meeting_id: UUID, *, capacity: Capacity | None = None, present_only: bool = False
) -> list[Attendance]:
    page = await meetings.list_attendances(
        desk.call(), meeting_id, capacity=capacity, present_only=present_only, page_size=0, page_token=""
    )
    return list(page.attendances)
