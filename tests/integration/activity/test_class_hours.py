from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from activity.domain.class_hours import Half, hours_text
from activity.domain.meetings import Closing, MeetingKind
from activity.domain.plans import Capacity, LearningMode, Participant, Session
from activity.errors import SelfStudyOverlapsError
from activity.operations import class_hours
from chassis.calls import Call
from chassis.errors import InvalidArgumentError, PermissionDeniedError
from chassis.ids import new_id
from tests.integration.activity.desk import NOW, Desk, voter

NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)  # nine o'clock on campus


class TestMeetings:
    @pytest.mark.covers("S57", "EDU-03")
    async def test_an_hour_is_a_class_hour_for_everybody_who_came(self, desk: Desk) -> None:
        came, absent, guest = await desk.people(3)

        await desk.held(
            voter(came), Participant(guest, Capacity.GUEST), voters=[came, absent], start=NINE, hours=2.5
        )

        assert await _hours(desk, came) == "2.50"
        assert await _hours(desk, absent) == "0.00"
        assert await _hours(desk, guest) == "0.00"

    @pytest.mark.covers("EDU-03")
    async def test_two_meetings_of_one_half_day_count_at_most_four_together(self, desk: Desk) -> None:
        (person,) = await desk.people(1)
        await desk.held(voter(person), start=NINE - timedelta(hours=1), hours=3)

        await desk.held(voter(person), start=NINE + timedelta(hours=2), hours=1.75)

        statement = await class_hours.get_class_hours(desk.call(), person, 0)
        minutes = [(entry.half, entry.minutes, entry.credited) for entry in statement.entries]
        assert minutes == [
            (Half.MORNING, 180, 180),
            (Half.MORNING, 60, 60),
            (Half.AFTERNOON, 45, 45),
        ]
        await desk.held(voter(person), start=NINE + timedelta(hours=1), hours=1)
        assert await _hours(desk, person) == "4.75"

    async def test_sessions_said_at_the_close_count_instead_of_those_planned(self, desk: Desk) -> None:
        (person,) = await desk.people(1)
        really = (Session(NINE, NINE + timedelta(hours=1), LearningMode.EXPERT_GUIDANCE),)

        await desk.held(voter(person), start=NINE, closing=Closing("记录", sessions=really))

        statement = await class_hours.get_class_hours(desk.call(), person, 0)
        assert hours_text(statement.account.account.minutes[LearningMode.EXPERT_GUIDANCE]) == "1.00"
        assert statement.account.account.total == 60

    async def test_a_meeting_whose_sessions_lie_in_the_future_is_not_closed(self, desk: Desk) -> None:
        (person,) = await desk.people(1)
        sessions = tuple(Session(NINE + timedelta(days=n), NINE + timedelta(days=n, hours=3)) for n in (0, 1))

        with pytest.raises(InvalidArgumentError) as refused:
            await desk.held(
                voter(person),
                kind=MeetingKind.TRAINING_CLASS,
                start=NINE,
                hours=30,
                sessions=sessions,
            )

        assert refused.value.violations[0].field == "sessions[1].start_time"

    async def test_credited_hours_are_announced_once_for_the_meeting(self, desk: Desk) -> None:
        people = await desk.people(3)

        meeting = await desk.held(*(voter(person) for person in people), start=NINE)

        credited = [data["classHour"] for name, data in await desk.events() if name == "class_hour.credited"]
        assert len(credited) == 1
        assert credited[0]["meetingId"] == str(meeting.meeting_id)
        assert {each["personId"] for each in credited[0]["entries"]} == {str(each) for each in people}


class TestRead:
    @pytest.mark.covers("EDU-01")
    async def test_a_year_below_thirty_two_hours_is_not_satisfied(self, desk: Desk) -> None:
        (person,) = await desk.people(1)
        for day in range(8):
            start = NINE - timedelta(days=day, hours=1)
            await desk.held(voter(person), start=start, hours=4 if day else 3.99)

        short = await class_hours.get_class_hours(desk.call(), person, 2026)
        await desk.held(voter(person), start=NINE + timedelta(hours=2.98), hours=0.02)
        enough = await class_hours.get_class_hours(desk.call(), person, 2026)

        assert [(each.rule_id, each.satisfied) for each in short.account.judgements] == [("EDU-01", False)]
        assert [(each.rule_id, each.satisfied) for each in enough.account.judgements] == [("EDU-01", True)]

    async def test_people_read_their_own_and_not_each_others(self, desk: Desk) -> None:
        first, second = await desk.people(2)

        assert await _hours(desk, first, by=first) == "0.00"
        with pytest.raises(PermissionDeniedError):
            await _hours(desk, first, by=second)

    async def test_a_secretary_reads_the_branchs_people_only(self, desk: Desk) -> None:
        (outsider,) = await desk.people(1, branch=desk.other)

        with pytest.raises(PermissionDeniedError):
            await _hours(desk, outsider)

    @pytest.mark.covers("S57")
    async def test_a_units_list_names_everybody_also_those_without_hours(self, desk: Desk) -> None:
        came, absent = await desk.people(2)
        await desk.people(1, branch=desk.other)
        await desk.held(voter(came), start=NINE)
        known = {desk.secretary, desk.committee_secretary, desk.member}

        call = await desk.checked(None, class_hours.READ, desk.branch)
        seen: dict[UUID, int] = {}
        token = ""
        while True:
            page = await class_hours.list_class_hours(call, desk.branch, 0, page_size=2, page_token=token)
            seen |= {each.account.person_id: each.account.total for each in page.accounts}
            token = page.next_token
            if not token:
                break

        assert seen == {came: 120, absent: 0} | dict.fromkeys(known, 0)

    @pytest.mark.parametrize("year", [1920, 2027])
    async def test_a_year_in_which_nobody_can_have_learnt_is_refused(self, desk: Desk, year: int) -> None:
        with pytest.raises(InvalidArgumentError):
            await class_hours.get_class_hours(desk.call(), desk.secretary, year)


class TestSelfStudy:
    @pytest.mark.covers("S57")
    async def test_self_study_counts_with_its_material(self, desk: Desk) -> None:
        call = await _caller(desk)

        credit = await class_hours.record_self_study(
            call, material="党章", start=NOW - timedelta(hours=2), end=NOW - timedelta(hours=1)
        )

        assert [(each.mode, each.credited) for each in credit.entries] == [(LearningMode.SELF_STUDY, 60)]
        statement = await class_hours.get_class_hours(desk.call(desk.member), desk.member, 0)
        assert [each.material for each in statement.entries] == ["党章"]
        assert "党章" not in await desk.audited()

    async def test_time_recorded_already_is_refused(self, desk: Desk) -> None:
        start = NOW - timedelta(hours=3)
        await class_hours.record_self_study(
            await _caller(desk), material="党章", start=start, end=start + timedelta(hours=1)
        )

        with pytest.raises(SelfStudyOverlapsError):
            await class_hours.record_self_study(
                await _caller(desk),
                material="党史",
                start=start + timedelta(minutes=59),
                end=start + timedelta(hours=2),
            )

    async def test_the_next_hour_may_follow_at_once(self, desk: Desk) -> None:
        start = NOW - timedelta(hours=3)
        for hour in (0, 1):
            await class_hours.record_self_study(
                await _caller(desk),
                material="党章",
                start=start + timedelta(hours=hour),
                end=start + timedelta(hours=hour + 1),
            )

        assert await _hours(desk, desk.member) == "2.00"

    async def test_somebody_without_an_account_records_nothing(self, desk: Desk) -> None:
        with pytest.raises(PermissionDeniedError):
            await class_hours.record_self_study(
                desk.system(), material="党章", start=NOW - timedelta(hours=2), end=NOW
            )


async def _caller(desk: Desk) -> Call:
    call = desk.call(desk.member)
    call.access.mark_checked()
    return call


async def _hours(desk: Desk, person_id: UUID, *, by: UUID | None = None) -> str:
    statement = await class_hours.get_class_hours(desk.call(by), person_id, 0)
    return hours_text(statement.account.account.total)


async def test_a_stranger_has_no_hours_and_is_the_universitys_to_read(desk: Desk) -> None:
    with pytest.raises(PermissionDeniedError):
        await _hours(desk, new_id())
