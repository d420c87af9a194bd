from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from activity.domain.meetings import Closing, Meeting, MeetingKind, MeetingState, Vote, VoterCount, convene
from activity.domain.plans import (
    AgendaItem,
    Capacity,
    ItemKind,
    LearningMode,
    Participant,
    Plan,
    Session,
    check_named_once,
)
from activity.domain.units import Unit
from activity.errors import (
    AgendaForbiddenError,
    ExceptionWithoutCauseError,
    MeetingDayNotReachedError,
    MeetingWrongStateError,
    MinutesMissingError,
    ResolutionForbiddenError,
    UnitKindNotAllowedError,
    UnitNotInForceError,
)
from chassis.errors import InvalidArgumentError

ID = UUID("018f0000-0000-7000-8000-000000000001")
# Nine in the evening in UTC is already the next day on campus.
START = datetime(2026, 5, 12, 1, 0, tzinfo=UTC)
TODAY = date(2026, 5, 12)
STUDY = AgendaItem(ItemKind.STUDY, "学习")
REPORT = AgendaItem(ItemKind.REPORT, "汇报")
PLAN = Plan("会议", START, START + timedelta(hours=2), (STUDY, REPORT))
BRANCH = Unit(ID, "BRANCH", date(2021, 3, 1), None)


def made(
    plan: Plan = PLAN,
    *,
    unit: Unit = BRANCH,
    kind: MeetingKind = MeetingKind.BRANCH_GENERAL_MEETING,
    exception: str | None = None,
) -> Meeting:
    return convene(
        meeting_id=ID,
        unit=unit,
        kind=kind,
        plan=plan,
        exception_reason=exception,
        expected_count=0,
        convener_id=None,
        today=TODAY,
        now=START,
    )


def opened(kind: MeetingKind = MeetingKind.BRANCH_GENERAL_MEETING) -> Meeting:
    return made(kind=kind).opened(START)


def fields(refused: pytest.ExceptionInfo[InvalidArgumentError]) -> list[str]:
    return [violation.field for violation in refused.value.violations]


class TestAgenda:
    @pytest.mark.covers("SEED-01")
    @pytest.mark.parametrize("agenda", [(REPORT,), (REPORT, STUDY)])
    def test_study_elsewhere_than_first_is_forbidden(self, agenda: tuple[AgendaItem, ...]) -> None:
        with pytest.raises(AgendaForbiddenError) as refused:
            made(replace(PLAN, agenda=agenda))

        assert refused.value.metadata == {"rules": "SEED-01"}

    @pytest.mark.covers("SEED-01")
    @pytest.mark.parametrize("kind", [MeetingKind.SPECIAL_TOPIC, MeetingKind.PROMOTION_MEETING])
    def test_the_rule_covers_meetings_of_every_kind(self, kind: MeetingKind) -> None:
        with pytest.raises(AgendaForbiddenError):
            made(replace(PLAN, agenda=(REPORT,)), kind=kind)

    def test_an_exception_keeps_the_verdict_with_its_reason(self) -> None:
        meeting = made(replace(PLAN, agenda=(REPORT,)), exception="紧急")

        (judgement,) = meeting.judgements
        assert (judgement.satisfied, judgement.override_reason, judgement.forbids) == (False, "紧急", False)

    def test_an_exception_that_is_not_needed_is_refused(self) -> None:
        with pytest.raises(ExceptionWithoutCauseError):
            made(exception="紧急")

    def test_verdicts_are_readable_in_both_languages(self) -> None:
        (judgement,) = made().judgements

        assert judgement.message("zh").startswith("会议第一项议题为学习")
        assert judgement.message("en").startswith("The first item of the agenda is a study item")

    def test_a_study_item_without_a_mode_is_discussed(self) -> None:
        assert made().plan.agenda[0].learning_mode is LearningMode.GROUP_DISCUSSION

    def test_other_items_have_neither_mode_nor_material(self) -> None:
        item = AgendaItem(ItemKind.REPORT, "汇报", LearningMode.SELF_STUDY, "党章")

        with pytest.raises(InvalidArgumentError) as refused:
            made(replace(PLAN, agenda=(STUDY, item)))

        assert fields(refused) == ["agenda[1].learning_mode", "agenda[1].material"]


class TestTimes:
    @pytest.mark.parametrize("length", [timedelta(0), timedelta(hours=-1), timedelta(days=31, seconds=1)])
    def test_a_meeting_ends_after_its_beginning_within_a_month(self, length: timedelta) -> None:
        with pytest.raises(InvalidArgumentError) as refused:
            made(replace(PLAN, end=START + length))

        assert fields(refused) == ["planned_end_time"]

    def test_a_meeting_without_sessions_counts_as_a_whole(self) -> None:
        (session,) = made().plan.sessions

        assert (session.start, session.end) == (PLAN.start, PLAN.end)

    def test_a_meeting_of_days_names_its_sessions(self) -> None:
        with pytest.raises(InvalidArgumentError) as refused:
            made(replace(PLAN, end=START + timedelta(days=2)))

        assert fields(refused) == ["sessions"]

    @pytest.mark.parametrize(
        ("begins", "ends", "field"),
        [
            (timedelta(hours=-1), timedelta(hours=1), "sessions[0].start_time"),
            (timedelta(hours=1), timedelta(hours=3), "sessions[0].start_time"),
            (timedelta(hours=1), timedelta(hours=1), "sessions[0].end_time"),
        ],
    )
    def test_a_session_lies_within_the_meeting(self, begins: timedelta, ends: timedelta, field: str) -> None:
        with pytest.raises(InvalidArgumentError) as refused:
            made(replace(PLAN, sessions=(Session(START + begins, START + ends),)))

        assert fields(refused) == [field]

    def test_sessions_do_not_overlap(self) -> None:
        first = Session(START, START + timedelta(hours=1))
        second = Session(START + timedelta(minutes=59), START + timedelta(hours=2))

        with pytest.raises(InvalidArgumentError) as refused:
            made(replace(PLAN, sessions=(first, second)))

        assert fields(refused) == ["sessions[1].start_time"]


class TestUnit:
    @pytest.mark.parametrize(
        ("established", "dissolved"), [(date(2026, 5, 13), None), (date(2021, 1, 1), date(2026, 5, 12))]
    )
    def test_a_unit_meets_while_it_exists(self, established: date, dissolved: date | None) -> None:
        with pytest.raises(UnitNotInForceError):
            made(unit=replace(BRANCH, established_on=established, dissolved_on=dissolved))

    def test_a_unit_meets_on_its_last_day(self) -> None:
        assert made(unit=replace(BRANCH, dissolved_on=date(2026, 5, 13))).planned_on == TODAY

    @pytest.mark.parametrize(
        ("unit_kind", "kind"),
        [
            ("SCHOOL", MeetingKind.BRANCH_GENERAL_MEETING),
            ("PRIMARY_COMMITTEE", MeetingKind.BRANCH_COMMITTEE_MEETING),
            ("BRANCH", MeetingKind.PARTY_GROUP_MEETING),
            ("BRANCH", MeetingKind.COMMITTEE_MEETING),
        ],
    )
    def test_some_kinds_belong_to_kinds_of_units(self, unit_kind: str, kind: MeetingKind) -> None:
        with pytest.raises(UnitKindNotAllowedError):
            made(unit=replace(BRANCH, kind=unit_kind), kind=kind)

    @pytest.mark.covers("S10")
    def test_the_standing_committee_takes_up_a_special_topic(self) -> None:
        meeting = made(unit=replace(BRANCH, kind="STANDING_COMMITTEE"), kind=MeetingKind.SPECIAL_TOPIC)

        assert meeting.kind is MeetingKind.SPECIAL_TOPIC


class TestStates:
    def test_a_meeting_is_opened_on_its_campus_day(self) -> None:
        evening_before = datetime(2026, 5, 11, 16, 0, tzinfo=UTC)

        assert made().opened(evening_before).state is MeetingState.OPEN

    def test_a_meeting_is_not_opened_the_day_before(self) -> None:
        with pytest.raises(MeetingDayNotReachedError):
            made().opened(datetime(2026, 5, 11, 15, 59, tzinfo=UTC))

    def test_a_closed_meeting_allows_minutes(self) -> None:
        closed = opened().closed(Closing("记录"), VoterCount(0, 0), START + timedelta(hours=2))

        assert closed.with_minutes("更正", START).minutes == "更正"

    @pytest.mark.parametrize(
        "act",
        [
            lambda meeting: meeting.opened(START),
            lambda meeting: meeting.checked_in(1, START),
            lambda meeting: meeting.cancelled("", START),
        ],
    )
    def test_a_closed_meeting_allows_nothing_else(self, act: Callable[[Meeting], Meeting]) -> None:
        closed = opened().closed(Closing("记录"), VoterCount(0, 0), START + timedelta(hours=2))

        with pytest.raises(MeetingWrongStateError):
            act(closed)

    def test_every_change_raises_the_version(self) -> None:
        meeting = opened().checked_in(3, START).with_minutes("记录", START)

        assert (meeting.version, meeting.present_count) == (4, 3)

    def test_minutes_written_before_are_kept_at_the_close(self) -> None:
        meeting = opened().with_minutes("记录", START).closed(Closing(), VoterCount(0, 0), START)

        assert meeting.minutes == "记录"

    @pytest.mark.parametrize("minutes", [None, "", "  "])
    def test_a_meeting_without_minutes_is_not_closed(self, minutes: str | None) -> None:
        with pytest.raises(MinutesMissingError):
            opened().closed(Closing(minutes), VoterCount(0, 0), START)


class TestResolutions:
    @pytest.mark.covers("BR-13")
    @pytest.mark.parametrize(
        ("present", "in_favour", "broken"),
        [(4, 4, {"BR-13.quorum", "BR-13"}), (5, 5, {"BR-13"}), (6, 5, {"BR-13"})],
    )
    def test_a_general_meeting_needs_quorum_and_majority(
        self, present: int, in_favour: int, broken: set[str]
    ) -> None:
        closing = Closing("记录", "决议", Vote(in_favour, present - in_favour, 0))

        with pytest.raises(ResolutionForbiddenError) as refused:
            opened().closed(closing, VoterCount(present, 10), START)

        assert {each.rule_id for each in refused.value.verdicts if not each.satisfied} == broken

    @pytest.mark.covers("BR-13")
    def test_six_of_ten_in_favour_carry_a_resolution(self) -> None:
        closing = Closing("记录", "决议", Vote(6, 0, 0))

        meeting = opened().closed(closing, VoterCount(6, 10), START)

        assert meeting.resolution == "决议"
        assert {each.rule_id for each in meeting.judgements} == {"SEED-01", "BR-13", "BR-13.quorum"}

    def test_no_more_votes_are_taken_than_there_are_voters(self) -> None:
        # Whoever wrote beforehand votes without being there (C11).
        voters = VoterCount(present=8, should_attend=10)
        resolved = opened().closed(Closing("记录", "决议", Vote(6, 3, 1)), voters, START)

        with pytest.raises(InvalidArgumentError) as refused:
            opened().closed(Closing("记录", "决议", Vote(6, 3, 2)), voters, START)

        assert resolved.vote == Vote(6, 3, 1)
        assert [each.field for each in refused.value.violations] == ["vote"]

    @pytest.mark.covers("BR-14")
    def test_a_branch_committee_resolves_with_half_of_its_members(self) -> None:
        committee = opened(MeetingKind.BRANCH_COMMITTEE_MEETING)
        closing = Closing("记录", "决议")

        assert committee.closed(closing, VoterCount(2, 4), START).state is MeetingState.CLOSED
        with pytest.raises(ResolutionForbiddenError):
            committee.closed(closing, VoterCount(1, 4), START)

    def test_a_vote_is_on_a_resolution(self) -> None:
        with pytest.raises(InvalidArgumentError) as refused:
            opened().closed(Closing("记录", " ", Vote(1, 0, 0)), VoterCount(1, 1), START)

        assert fields(refused) == ["vote"]

    def test_without_a_resolution_nothing_is_judged(self) -> None:
        meeting = opened(MeetingKind.BRANCH_COMMITTEE_MEETING).closed(
            Closing("记录"), VoterCount(0, 4), START
        )

        assert [each.rule_id for each in meeting.judgements] == ["SEED-01"]


def test_nobody_is_named_twice() -> None:
    twice = [Participant(ID, Capacity.VOTER), Participant(ID, Capacity.GUEST)]

    with pytest.raises(InvalidArgumentError) as refused:
        check_named_once(twice, "participants")

    assert fields(refused) == ["participants[1].person_id"]
