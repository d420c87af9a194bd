"""What a meeting is planned with: agenda, sessions of learning, people; and when a plan contradicts itself."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from chassis.errors import InvalidArgumentError, Violation

LONGEST_MEETING: Final = timedelta(days=31)
LONGEST_SESSION: Final = timedelta(hours=12)


class LearningMode(StrEnum):
    """How something is learnt."""

    SELF_STUDY = "self_study"
    GROUP_DISCUSSION = "group_discussion"
    EXPERT_GUIDANCE = "expert_guidance"


class Capacity(StrEnum):
    """In what capacity somebody is at a meeting."""

    VOTER = "voter"
    NON_VOTER = "non_voter"
    TEACHER_ATTENDEE = "teacher_attendee"
    GUEST = "guest"


class ItemKind(StrEnum):
    """What is done under an item of the agenda."""

    STUDY = "study"
    RELAY = "relay"
    REPORT = "report"
    DELIBERATION = "deliberation"
    ADMISSION = "admission"
    ELECTION = "election"
    APPRAISAL = "appraisal"
    ASSIGNMENT = "assignment"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class AgendaItem:
    """One item of an agenda."""

    kind: ItemKind
    title: str
    learning_mode: LearningMode | None = None
    material: str = ""


@dataclass(frozen=True, slots=True)
class Session:
    """A stretch of time that counts as learning."""

    start: datetime
    end: datetime
    learning_mode: LearningMode | None = None


@dataclass(frozen=True, slots=True)
class Participant:
    """Somebody expected, or checking in."""

    person_id: UUID
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class Plan:
    """What can be said of a meeting before it is opened."""

    title: str
    start: datetime
    end: datetime
    agenda: tuple[AgendaItem, ...]
    place: str = ""
    online_link: str | None = None
    sessions: tuple[Session, ...] = ()
    themes: tuple[str, ...] = ()

    def settled(self) -> "Plan":
        """The plan with every mode of learning and every session spelt out; refused where it contradicts itself."""
        violations = [*_time_violations(self), *_agenda_violations(self.agenda)]
        if violations:
            raise InvalidArgumentError(violations)
        agenda = tuple(_with_mode(item) for item in self.agenda)
        mode = default_mode(agenda)
        sessions = self.sessions or (Session(self.start, self.end),)
        checked = settled_sessions(sessions, mode=mode, within=(self.start, self.end))
        return replace(self, agenda=agenda, sessions=checked)


def default_mode(agenda: Iterable[AgendaItem]) -> LearningMode:
    """How is learnt where nobody says: as under the first study item."""
    modes = (item.learning_mode for item in agenda if item.kind is ItemKind.STUDY)
    return next((mode for mode in modes if mode is not None), LearningMode.GROUP_DISCUSSION)


def _with_mode(item: AgendaItem) -> AgendaItem:
    if item.kind is ItemKind.STUDY and item.learning_mode is None:
        return replace(item, learning_mode=LearningMode.GROUP_DISCUSSION)
    return item


def _time_violations(plan: Plan) -> list[Violation]:
    if plan.end <= plan.start:
        return [Violation("planned_end_time", "结束时间应晚于开始时间", "must be after planned_start_time")]
    if plan.end - plan.start > LONGEST_MEETING:
        return [Violation("planned_end_time", "会议最长三十一天", "a meeting lasts at most 31 days")]
    if not plan.sessions and plan.end - plan.start > LONGEST_SESSION:
        zh, en = "超过十二小时的会议须列明学习时段", "a meeting of more than twelve hours names its sessions"
        return [Violation("sessions", zh, en)]
    return []


def _agenda_violations(agenda: Sequence[AgendaItem]) -> list[Violation]:
    violations = []
    for index, item in enumerate(agenda):
        if item.kind is ItemKind.STUDY:
            continue
        if item.learning_mode is not None:
            field = f"agenda[{index}].learning_mode"
            violations.append(Violation(field, "仅学习议题有学习方式", "is for study items only"))
        if item.material:
            field = f"agenda[{index}].material"
            violations.append(Violation(field, "仅学习议题有学习材料", "is for study items only"))
    return violations


def settled_sessions(
    sessions: Sequence[Session], *, mode: LearningMode, within: tuple[datetime, datetime] | None
) -> tuple[Session, ...]:
    """Sessions in order with their mode; refused where one is empty, too long, outside, or meets another."""
    violations: list[Violation] = []
    previous: Session | None = None
    for index, each in enumerate(sessions):
        problem = _session_problem(each, previous, within)
        if problem is not None:
            field, zh, en = problem
            violations.append(Violation(f"sessions[{index}].{field}", zh, en))
        previous = each
    if violations:
        raise InvalidArgumentError(violations)
    return tuple(replace(each, learning_mode=each.learning_mode or mode) for each in sessions)


def _session_problem(
    session: Session, previous: Session | None, within: tuple[datetime, datetime] | None
) -> tuple[str, str, str] | None:
    if session.end <= session.start:
        return "end_time", "结束时间应晚于开始时间", "must be after start_time"
    if session.end - session.start > LONGEST_SESSION:
        return "end_time", "学习时段最长十二小时", "a session lasts at most twelve hours"
    if previous is not None and session.start < previous.end:
        return (
            "start_time",
            "学习时段应按时间先后且不重叠",
            "must not begin before the session before it ends",
        )
    if within is not None and not (within[0] <= session.start and session.end <= within[1]):
        return "start_time", "学习时段应在会议时间之内", "lies outside the meeting"
    return None


def check_named_once(participants: Sequence[Participant], field: str) -> None:
    """Refuse a list that names somebody twice."""
    seen: set[UUID] = set()
    for index, each in enumerate(participants):
        if each.person_id in seen:
            place = f"{field}[{index}].person_id"
            raise InvalidArgumentError([Violation(place, "人员重复", "is named twice")])
        seen.add(each.person_id)
