"""Work orders: tasks that a unit gives to a unit, followed until they are done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from activity.domain.meetings import Meeting, MeetingState
from activity.errors import WorkOrderMeetingNotHeldError, WorkOrderWrongStateError
from chassis.errors import InvalidArgumentError, Violation

# Days between the reminder and the day it is due, where nobody says otherwise.
REMIND_DAYS: Final = 7


class WorkOrderState(StrEnum):
    """Where a work order stands."""

    ISSUED = "issued"
    ACCEPTED = "accepted"
    REPORTED = "reported"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class WorkOrderAct(StrEnum):
    """What was done about a work order."""

    ISSUED = "issued"
    ACCEPTED = "accepted"
    REPORTED = "reported"
    RETURNED = "returned"
    CLOSED = "closed"
    RESCHEDULED = "rescheduled"
    WITHDRAWN = "withdrawn"
    REMINDED = "reminded"
    FELL_OVERDUE = "fell_overdue"


_OPEN: Final = (WorkOrderState.ISSUED, WorkOrderState.ACCEPTED)


@dataclass(frozen=True, slots=True)
class Draft:
    """What a work order is given with."""

    assignee_unit_id: UUID
    decision: str
    title: str
    description: str
    due_on: date
    remind_days: int


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """A work order as it stands."""

    work_order_id: UUID
    unit_id: UUID
    assignee_unit_id: UUID
    meeting_id: UUID | None
    decision: str
    title: str
    description: str
    state: WorkOrderState
    due_on: date
    remind_days: int
    reminded_on: date | None
    fell_overdue_on: date | None
    reported_on: date | None
    ended_on: date | None
    evidence: tuple[str, ...]
    # How many steps its history has.
    steps: int
    created_at: datetime
    updated_at: datetime
    version: int

    @property
    def remind_on(self) -> date:
        """The day on which the unit in charge is reminded."""
        return self.due_on - timedelta(days=self.remind_days)

    def is_overdue(self, today: date) -> bool:
        """Whether its day has passed without a report; the last day is in time (C2)."""
        return self.state in _OPEN and self.due_on < today

    def accepted(self, now: datetime) -> "WorkOrder":
        """The unit in charge takes it on."""
        self._check_state(WorkOrderState.ISSUED)
        return self._next(now, state=WorkOrderState.ACCEPTED)

    def reported(self, evidence: Sequence[str], today: date, now: datetime) -> "WorkOrder":
        """The unit in charge says that it is done, and shows it."""
        self._check_state(*_OPEN)
        return self._next(now, state=WorkOrderState.REPORTED, reported_on=today, evidence=tuple(evidence))

    def returned(self, now: datetime) -> "WorkOrder":
        """What was reported is not enough."""
        self._check_state(WorkOrderState.REPORTED)
        return self._next(now, state=WorkOrderState.ACCEPTED, reported_on=None)

    def closed(self, today: date, now: datetime) -> "WorkOrder":
        """It is found to be done; nothing is closed that was not reported with evidence."""
        self._check_state(WorkOrderState.REPORTED)
        return self._next(now, state=WorkOrderState.CLOSED, ended_on=today)

    def rescheduled(self, due_on: date, today: date, now: datetime) -> "WorkOrder":
        """Another day; what was told of the former one is still to be told of this one."""
        self._check_state(*_OPEN)
        check_due(due_on, today, "due_on")
        return self._next(now, due_on=due_on, reminded_on=None, fell_overdue_on=None)

    def withdrawn(self, today: date, now: datetime) -> "WorkOrder":
        """It is no longer asked for."""
        self._check_state(*_OPEN, WorkOrderState.REPORTED)
        return self._next(now, state=WorkOrderState.WITHDRAWN, ended_on=today)

    def told(self, day: date, now: datetime) -> "tuple[WorkOrder, WorkOrderAct] | None":
        """What is to be told of it on a day, once; lateness takes the place of a reminder nobody has heard."""
        if self.is_overdue(day):
            if self.fell_overdue_on is not None:
                return None
            return self._next(now, fell_overdue_on=day), WorkOrderAct.FELL_OVERDUE
        if self.state in _OPEN and self.reminded_on is None and self.remind_on <= day:
            return self._next(now, reminded_on=day), WorkOrderAct.REMINDED
        return None

    def _check_state(self, *allowed: WorkOrderState) -> None:
        if self.state not in allowed:
            raise WorkOrderWrongStateError(work_order_id=self.work_order_id, state=self.state.value)

    def _next(self, now: datetime, **changes: object) -> "WorkOrder":
        return replace(
            self,
            updated_at=now,
            version=self.version + 1,
            steps=self.steps + 1,
            **changes,  # type: ignore[arg-type] # the names and types are those of the callers above
        )


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that was done about a work order; `by_id` is None for what the calendar did."""

    work_order_id: UUID
    number: int
    act: WorkOrderAct
    note: str
    evidence: tuple[str, ...]
    due_on: date
    by_id: UUID | None
    happened_at: datetime


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work orders of a meeting are; withdrawn ones do not count."""

    total: int
    open: int
    reported: int
    closed: int
    overdue: int


def check_due(due_on: date, today: date, field: str) -> None:
    """Refuse a day that has passed."""
    if due_on < today:
        raise InvalidArgumentError([Violation(field, "完成时限不能早于今天", "must not lie in the past")])


def check_drafts(drafts: Sequence[Draft], today: date) -> None:
    """Refuse days that have passed, and the same task for the same unit twice."""
    seen: set[tuple[UUID, str]] = set()
    for index, draft in enumerate(drafts):
        check_due(draft.due_on, today, f"work_orders[{index}].due_on")
        if (draft.assignee_unit_id, draft.title) in seen:
            field = f"work_orders[{index}].title"
            raise InvalidArgumentError([Violation(field, "同一单位的任务重复", "is given to the unit twice")])
        seen.add((draft.assignee_unit_id, draft.title))


def check_meeting(meeting: Meeting, unit_id: UUID) -> None:
    """Refuse a meeting that decided nothing (yet), and one of another unit."""
    if meeting.unit_id != unit_id or meeting.state not in (MeetingState.OPEN, MeetingState.CLOSED):
        raise WorkOrderMeetingNotHeldError(meeting_id=meeting.meeting_id)


def issued(
    draft: Draft, *, work_order_id: UUID, unit_id: UUID, meeting_id: UUID | None, now: datetime
) -> WorkOrder:
    """A work order that has just been given."""
    return WorkOrder(
        work_order_id=work_order_id,
        unit_id=unit_id,
        assignee_unit_id=draft.assignee_unit_id,
        meeting_id=meeting_id,
        decision=draft.decision,
        title=draft.title,
        description=draft.description,
        state=WorkOrderState.ISSUED,
        due_on=draft.due_on,
        remind_days=draft.remind_days,
        reminded_on=None,
        fell_overdue_on=None,
        reported_on=None,
        ended_on=None,
        evidence=(),
        steps=1,
        created_at=now,
        updated_at=now,
        version=1,
    )
