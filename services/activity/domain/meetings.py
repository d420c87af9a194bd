"""Meetings: how one goes from planned to open to closed, what its agenda and its resolution need."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from activity.domain import rules
from activity.domain.plans import (
    AgendaItem,
    Capacity,
    ItemKind,
    Plan,
    Session,
    default_mode,
    settled_sessions,
)
from activity.domain.rules import Judgement
from activity.domain.units import Unit
from activity.errors import (
    AgendaForbiddenError,
    ExceptionWithoutCauseError,
    MeetingDayNotReachedError,
    MeetingWrongStateError,
    MinutesMissingError,
    ResolutionForbiddenError,
    UnitKindNotAllowedError,
)
from chassis.days import campus_day
from chassis.errors import InvalidArgumentError, Violation


class MeetingKind(StrEnum):
    """What a meeting is."""

    BRANCH_GENERAL_MEETING = "branch_general_meeting"
    BRANCH_COMMITTEE_MEETING = "branch_committee_meeting"
    PARTY_GROUP_MEETING = "party_group_meeting"
    PARTY_LECTURE = "party_lecture"
    THEME_DAY = "theme_day"
    ORG_LIFE_MEETING = "org_life_meeting"
    SPECIAL_TOPIC = "special_topic"
    PROMOTION_MEETING = "promotion_meeting"
    TRAINING_CLASS = "training_class"
    COLLECTIVE_STUDY = "collective_study"
    COLLECTIVE_VIEWING = "collective_viewing"
    COMMITTEE_MEETING = "committee_meeting"


class MeetingState(StrEnum):
    """Where a meeting stands."""

    PLANNED = "planned"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


# Meetings that only units of certain kinds hold; the others any unit may.
_HELD_BY: Final = {
    MeetingKind.BRANCH_GENERAL_MEETING: frozenset({"BRANCH"}),
    MeetingKind.BRANCH_COMMITTEE_MEETING: frozenset({"BRANCH"}),
    MeetingKind.PARTY_GROUP_MEETING: frozenset({"PARTY_GROUP"}),
    MeetingKind.COMMITTEE_MEETING: frozenset(
        {
            "UNIVERSITY_COMMITTEE",
            "STANDING_COMMITTEE",
            "COMMUNITY_COMMITTEE",
            "PRIMARY_COMMITTEE",
            "STAFF_COMMITTEE",
            "RETIREES_COMMITTEE",
            "GENERAL_BRANCH",
            "ACADEMY_GENERAL_BRANCH",
        }
    ),
}

# Which meeting fulfils which periodic duty, for the units that have it.
DUTIES: Final = {
    "BRANCH": (
        (MeetingKind.BRANCH_GENERAL_MEETING, "duty.general_meeting"),
        (MeetingKind.BRANCH_COMMITTEE_MEETING, "duty.branch_committee_meeting"),
        (MeetingKind.PARTY_LECTURE, "duty.party_lecture"),
        (MeetingKind.THEME_DAY, "duty.theme_day"),
        (MeetingKind.ORG_LIFE_MEETING, "duty.org_life_meeting"),
        (None, "duty.talk"),
    ),
    "PARTY_GROUP": ((MeetingKind.PARTY_GROUP_MEETING, "duty.party_group_meeting"),),
}


@dataclass(frozen=True, slots=True)
class Attendance:
    """One person and one meeting."""

    meeting_id: UUID
    person_id: UUID
    capacity: Capacity
    expected: bool
    checked_in_at: datetime | None


@dataclass(frozen=True, slots=True)
class Vote:
    """How a resolution was voted on."""

    in_favour: int
    against: int
    abstained: int

    def check_possible(self, voters: "VoterCount") -> None:
        """Refuse more votes than there are voters; whoever wrote beforehand votes without being there (C11)."""
        votes, most = self.in_favour + self.against + self.abstained, voters.should_attend
        if votes > most:
            text = f"共 {votes} 票，有表决权的应到会 {most} 人", f"has {votes} votes of {most} voters"
            raise InvalidArgumentError([Violation("vote", *text)])


@dataclass(frozen=True, slots=True)
class VoterCount:
    """Voters of a meeting: whoever came should attend as well (C10)."""

    present: int
    should_attend: int


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting as it stands."""

    meeting_id: UUID
    unit_id: UUID
    kind: MeetingKind
    state: MeetingState
    plan: Plan
    exception_reason: str | None
    judgements: tuple[Judgement, ...]
    expected_count: int
    present_count: int
    opened_at: datetime | None
    ended_at: datetime | None
    minutes: str
    resolution: str
    vote: Vote | None
    cancel_reason: str | None
    convener_id: UUID | None
    version: int
    created_at: datetime
    updated_at: datetime

    @property
    def planned_on(self) -> date:
        """The campus day on which it is planned to begin."""
        return campus_day(self.plan.start)

    @property
    def begins_with_study(self) -> bool:
        """Whether the first item of the agenda is study."""
        return self.plan.agenda[0].kind is ItemKind.STUDY

    def check_state(self, *allowed: MeetingState) -> None:
        """Refuse what the meeting's state does not allow."""
        if self.state not in allowed:
            raise MeetingWrongStateError(meeting_id=self.meeting_id, state=self.state.value)

    def changed(
        self, plan: Plan, *, exception_reason: str | None, expected_count: int, today: date, now: datetime
    ) -> "Meeting":
        """Another plan for a meeting that is still planned."""
        self.check_state(MeetingState.PLANNED)
        settled = plan.settled()
        return replace(
            self,
            plan=settled,
            exception_reason=exception_reason,
            judgements=judged_agenda(settled.agenda, exception_reason, on=today),
            expected_count=expected_count,
            version=self.version + 1,
            updated_at=now,
        )

    def opened(self, now: datetime) -> "Meeting":
        """People can check in from now on."""
        self.check_state(MeetingState.PLANNED)
        if campus_day(now) < self.planned_on:
            raise MeetingDayNotReachedError(meeting_id=self.meeting_id, planned_on=self.planned_on)
        return replace(self, state=MeetingState.OPEN, opened_at=now, version=self.version + 1, updated_at=now)

    def checked_in(self, count: int, now: datetime) -> "Meeting":
        """So many more people are there."""
        self.check_state(MeetingState.OPEN)
        return replace(
            self, present_count=self.present_count + count, version=self.version + 1, updated_at=now
        )

    def recounted(self, expected: int, present: int, now: datetime) -> "Meeting":
        """People who were expected or came turned out to be one, or two."""
        return replace(
            self,
            expected_count=expected,
            present_count=present,
            version=self.version + 1,
            updated_at=now,
        )

    def with_minutes(self, minutes: str, now: datetime) -> "Meeting":
        """The minutes, in place of former ones."""
        self.check_state(MeetingState.OPEN, MeetingState.CLOSED)
        return replace(self, minutes=minutes, version=self.version + 1, updated_at=now)

    def closed(self, closing: "Closing", voters: VoterCount, now: datetime) -> "Meeting":
        """The meeting with its minutes and what was resolved; refused where rules forbid the resolution."""
        self.check_state(MeetingState.OPEN)
        minutes = closing.minutes if closing.minutes is not None else self.minutes
        if not minutes.strip():
            raise MinutesMissingError(meeting_id=self.meeting_id)
        today = campus_day(now)
        sessions = closing.settled_sessions(self.plan, today)
        judgements = closing.judge(self, voters, today)
        return replace(
            self,
            state=MeetingState.CLOSED,
            plan=replace(self.plan, sessions=sessions),
            judgements=self.judgements + judgements,
            ended_at=now,
            minutes=minutes,
            resolution=closing.resolution,
            vote=closing.vote,
            version=self.version + 1,
            updated_at=now,
        )

    def cancelled(self, reason: str, now: datetime) -> "Meeting":
        """It does not take place."""
        self.check_state(MeetingState.PLANNED, MeetingState.OPEN)
        return replace(
            self,
            state=MeetingState.CANCELLED,
            cancel_reason=reason,
            ended_at=now,
            version=self.version + 1,
            updated_at=now,
        )


@dataclass(frozen=True, slots=True)
class Closing:
    """What is said of a meeting at its close."""

    minutes: str | None = None
    resolution: str = ""
    vote: Vote | None = None
    sessions: tuple[Session, ...] = ()

    def settled_sessions(self, plan: Plan, today: date) -> tuple[Session, ...]:
        """What was learning indeed: what was planned unless something else is said, and nothing still to come."""
        if not self.sessions:
            sessions = plan.sessions
        else:
            mode = default_mode(plan.agenda)
            sessions = settled_sessions(self.sessions, mode=mode, within=None)
        late = next((i for i, each in enumerate(sessions) if campus_day(each.start) > today), None)
        if late is not None:
            field = f"sessions[{late}].start_time"
            raise InvalidArgumentError(
                [
                    Violation(
                        field, "学习时段尚未开始", "lies in the future: close later or say what took place"
                    )
                ]
            )
        return sessions

    def judge(self, meeting: Meeting, voters: VoterCount, today: date) -> tuple[Judgement, ...]:
        """What the rules say about the resolution; refused where they forbid it."""
        if self.vote is not None and not self.resolution.strip():
            raise InvalidArgumentError([Violation("vote", "没有决议可供表决", "needs a resolution")])
        if self.vote is not None and meeting.kind is MeetingKind.BRANCH_GENERAL_MEETING:
            self.vote.check_possible(voters)
        judgements = self._judge(meeting.kind, voters, today)
        forbidding = rules.forbidding(judgements)
        if forbidding:
            names = rules.rule_names(forbidding)
            raise ResolutionForbiddenError(judgements, meeting_id=meeting.meeting_id, rules=names)
        return judgements

    def _judge(self, kind: MeetingKind, voters: VoterCount, today: date) -> tuple[Judgement, ...]:
        if self.vote is not None and kind is MeetingKind.BRANCH_GENERAL_MEETING:
            return rules.general_resolution_judgements(
                present_voters=voters.present,
                should_attend_voters=voters.should_attend,
                in_favour=self.vote.in_favour,
                on=today,
            )
        if self.resolution.strip() and kind is MeetingKind.BRANCH_COMMITTEE_MEETING:
            return rules.committee_resolution_judgements(
                present=voters.present, should_attend=voters.should_attend, on=today
            )
        return ()


def convene(
    *,
    meeting_id: UUID,
    unit: Unit,
    kind: MeetingKind,
    plan: Plan,
    exception_reason: str | None,
    expected_count: int,
    convener_id: UUID | None,
    today: date,
    now: datetime,
) -> Meeting:
    """A new meeting; refused where the unit cannot hold it or rules forbid the agenda."""
    settled = plan.settled()
    unit.check_in_force(campus_day(settled.start))
    if unit.kind not in _HELD_BY.get(kind, {unit.kind}):
        raise UnitKindNotAllowedError(unit_id=unit.unit_id, unit_kind=unit.kind, meeting_kind=kind.value)
    return Meeting(
        meeting_id=meeting_id,
        unit_id=unit.unit_id,
        kind=kind,
        state=MeetingState.PLANNED,
        plan=settled,
        exception_reason=exception_reason,
        judgements=judged_agenda(settled.agenda, exception_reason, on=today),
        expected_count=expected_count,
        present_count=0,
        opened_at=None,
        ended_at=None,
        minutes="",
        resolution="",
        vote=None,
        cancel_reason=None,
        convener_id=convener_id,
        version=1,
        created_at=now,
        updated_at=now,
    )


def judged_agenda(
    agenda: Sequence[AgendaItem], exception_reason: str | None, *, on: date
) -> tuple[Judgement, ...]:
    """What the rules say about an agenda; what they forbid needs an exception, and an exception needs that."""
    judgements = rules.agenda_judgements([item.kind.value for item in agenda], on)
    forbidding = rules.forbidding(judgements)
    if exception_reason is not None:
        if not forbidding:
            raise ExceptionWithoutCauseError()
        return rules.set_aside(judgements, exception_reason)
    if forbidding:
        raise AgendaForbiddenError(judgements, rules=rules.rule_names(forbidding))
    return judgements
