"""What others judge a unit by: its periodic duties, and facts with the evidence behind them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from activity.domain.meetings import MeetingKind
from activity.domain.plans import Capacity, Participant
from activity.domain.talks import TalkKind
from activity.errors import UnitUnknownError
from activity.operations import judging, meetings, talks
from activity.operations.talks import NewTalk
from activity.repository import unit_facts
from chassis.errors import InvalidArgumentError
from chassis.ids import new_id
from tests.integration.activity.desk import NOW, REPORT, Desk, voter

NINE = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
YEAR = {"first": date(2026, 1, 1), "until": date(2027, 1, 1)}


async def duties(desk: Desk, unit_id: object = None) -> dict[str, tuple[date | None, bool]]:
    unit = unit_id or desk.branch
    call = await desk.checked(None, meetings.READ, unit)  # type: ignore[arg-type]
    found = await judging.list_meeting_duties(call, unit)  # type: ignore[arg-type]
    return {
        each.judgements[0].rule_id: (each.last_on, all(j.satisfied for j in each.judgements))
        for each in found
    }


class TestDuties:
    @pytest.mark.covers("BR-12", "BR-14", "BR-16", "BR-17", "BR-18")
    async def test_a_branch_that_never_met_is_overdue_since_its_beginning(self, desk: Desk) -> None:
        assert await duties(desk) == dict.fromkeys(
            ["BR-12", "BR-14", "BR-16", "BR-17", "BR-18", "BR-20"], (None, False)
        )

    @pytest.mark.covers("BR-12", "BR-17")
    async def test_the_last_meeting_of_the_kind_counts(self, desk: Desk) -> None:
        await desk.held(start=NINE - timedelta(days=90))
        await desk.held(kind=MeetingKind.THEME_DAY, start=NINE - timedelta(days=40))

        found = await duties(desk)

        assert found["BR-12"] == (date(2026, 8, 26), True)
        assert found["BR-17"] == (date(2026, 10, 15), False)

    @pytest.mark.covers("BR-15")
    async def test_a_party_group_has_its_own_duty(self, desk: Desk) -> None:
        await desk.held(unit_id=desk.group, kind=MeetingKind.PARTY_GROUP_MEETING)

        assert await duties(desk, desk.group) == {"BR-15": (date(2026, 11, 24), True)}

    @pytest.mark.covers("BR-20")
    async def test_a_talk_fulfils_the_duty_to_talk(self, desk: Desk) -> None:
        people = tuple(await desk.people(2))
        new = NewTalk(desk.branch, TalkKind.AMONG_MEMBERS, date(2026, 3, 1), people, "")
        await talks.record_talk(desk.call(), new, desk.membership)

        assert (await duties(desk))["BR-20"] == (date(2026, 3, 1), True)

    async def test_a_committee_has_none(self, desk: Desk) -> None:
        call = await desk.checked(desk.committee_secretary, meetings.READ, desk.committee)

        assert await judging.list_meeting_duties(call, desk.committee) == ()

    async def test_an_unknown_unit_is_refused(self, desk: Desk) -> None:
        with pytest.raises(UnitUnknownError):
            await judging.list_meeting_duties(desk.system(), new_id())


class TestFacts:
    @pytest.mark.covers("S31", "S55")
    async def test_numbers_come_with_the_meetings_behind_them(self, desk: Desk) -> None:
        came, absent, teacher = await desk.people(3)
        good = await desk.held(
            voter(came),
            Participant(teacher, Capacity.TEACHER_ATTENDEE),
            voters=[came, absent],
            start=NINE,
            hours=2,
        )
        breach = await desk.held(
            by=desk.committee_secretary, agenda=(REPORT,), exception="紧急", start=NOW - timedelta(days=1)
        )
        group = await desk.held(
            voter(came), unit_id=desk.group, kind=MeetingKind.PARTY_GROUP_MEETING, voters=[came], hours=1
        )
        await desk.convene()  # not closed: does not count
        call = await desk.checked(None, meetings.READ, desk.branch)

        found = await judging.get_unit_facts(call, desk.branch, **YEAR)

        assert found.by_kind == {
            MeetingKind.BRANCH_GENERAL_MEETING: [breach.meeting_id, good.meeting_id],
            MeetingKind.PARTY_GROUP_MEETING: [group.meeting_id],
        }
        assert found.breaches == [breach.meeting_id]
        assert (found.expected, found.present, found.attendance_rate) == (3, 2, "66.7")
        assert (found.teachers, found.credited_minutes) == (1, 240 + 60)

    async def test_another_branchs_meetings_and_other_days_do_not_count(self, desk: Desk) -> None:
        await desk.grant(desk.secretary, "ROLE_BRANCH_SECRETARY", desk.other)
        await desk.held(unit_id=desk.other)
        await desk.held(start=datetime(2025, 12, 31, 1, 0, tzinfo=UTC))
        call = await desk.checked(None, meetings.READ, desk.branch)

        found = await judging.get_unit_facts(call, desk.branch, **YEAR)

        assert (found.meetings, found.attendance_rate) == ((), None)

    async def test_a_period_is_not_empty(self, desk: Desk) -> None:
        with pytest.raises(InvalidArgumentError):
            await judging.get_unit_facts(
                desk.system(), desk.branch, first=date(2026, 1, 1), until=date(2026, 1, 1)
            )

    async def test_its_numbers_are_of_one_snapshot(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        asked = []

        def counting(name: str) -> Any:
            read = getattr(desk.database, name)

            def reading(*statement: Any, **params: Any) -> Any:
                asked.append(statement)
                return read(*statement, **params)

            return reading

        for name in ("fetch", "fetch_one", "fetch_value"):
            monkeypatch.setattr(desk.database, name, counting(name))
        await unit_facts.gather(desk.database, desk.branch, **YEAR)

        assert len(asked) == 1
