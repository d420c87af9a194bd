"""Checklists of duties: their public shape, and the facts about them as events of the contract."""

from datetime import date

from chassis.events import Event
from chassis.intervals import Interval
from organization.domain.branch_checklists import Checklist, Fulfilment, StudentDuty
from organization.events.shapes import day, instant, number, text
from shuyuan.organization.v1 import branch_checklist_pb2, events_pb2

_DUTY = branch_checklist_pb2.StudentBranchDuty.DESCRIPTOR


def fulfilment_message(fulfilment: Fulfilment) -> branch_checklist_pb2.BranchDutyFulfilment:
    """By what a duty is fulfilled on some days."""
    return branch_checklist_pb2.BranchDutyFulfilment(
        duty=number(_DUTY, fulfilment.duty),
        statement=fulfilment.said.statement,
        record=fulfilment.said.record,
        person_id=text(fulfilment.said.person_id),
        valid_from=fulfilment.days.start.isoformat(),
        valid_until=day(fulfilment.days.end),
        record_time=instant(fulfilment.recorded_at),
        replace_time=None if fulfilment.replaced_at is None else instant(fulfilment.replaced_at),
    )


def checklist_message(checklist: Checklist) -> branch_checklist_pb2.BranchChecklist:
    """A checklist as everybody who may read it sees it."""
    return branch_checklist_pb2.BranchChecklist(
        unit_id=str(checklist.unit_id),
        as_of=checklist.day.isoformat(),
        fulfilled=[fulfilment_message(each) for each in checklist.fulfilled],
        open=[number(_DUTY, duty) for duty in checklist.open],
        version=checklist.version,
        etag=str(checklist.version),
    )


def declared(checklist: Checklist, duty: StudentDuty, days: Interval) -> Event:
    """A branch says by what it fulfils a duty."""
    data = events_pb2.BranchChecklistDeclared(
        duty=number(_DUTY, duty),
        valid_from=days.start.isoformat(),
        valid_until=day(days.end),
        branch_checklist=checklist_message(checklist),
    )
    return Event(checklist.unit_id, checklist.version, data)


def reopened(checklist: Checklist, duty: StudentDuty, on: date) -> Event:
    """A duty is open again."""
    data = events_pb2.BranchChecklistReopened(
        duty=number(_DUTY, duty), opens_on=on.isoformat(), branch_checklist=checklist_message(checklist)
    )
    return Event(checklist.unit_id, checklist.version, data)
