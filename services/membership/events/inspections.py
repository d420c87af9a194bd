"""The shapes of inspections and of the duties to hold them, and the events about them."""

from datetime import date

from chassis.events import Event
from membership.domain.inspections import Inspection, InspectionDuty
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2, inspection_pb2


def duty(found: InspectionDuty, *, today: date) -> inspection_pb2.InspectionDuty:
    """A duty as answers and events show it."""
    return inspection_pb2.InspectionDuty(
        inspection_duty_id=str(found.inspection_duty_id),
        unit_id=str(found.unit_id),
        level=shapes.enum_number(inspection_pb2.InspectionDuty.Level, "LEVEL", found.level),
        inspector=found.inspector,
        starts_on=found.starts_on.isoformat(),
        last_inspected_on=shapes.day_text(found.last_inspected_on),
        due_on=shapes.day_text(found.due_on),
        overdue=found.is_overdue(today),
        ended_on=shapes.day_text(found.ended_on),
        end_reason=found.end_reason,
        create_time=shapes.stamp(found.created_at),
        update_time=shapes.stamp(found.updated_at),
        version=found.version,
        etag=str(found.version),
    )


def inspection(made: Inspection, language: str) -> inspection_pb2.Inspection:
    """An inspection as answers and events show it."""
    return inspection_pb2.Inspection(
        inspection_id=str(made.inspection_id),
        inspection_duty_id=str(made.inspection_duty_id),
        unit_id=str(made.unit_id),
        inspected_on=made.found.inspected_on.isoformat(),
        basis=made.found.basis,
        conclusion=made.found.conclusion,
        problems=made.found.problems,
        verdicts=shapes.verdicts(made.judgements, language),
        correction_reason=made.correction_reason,
        record_time=shapes.stamp(made.recorded_at),
        recorded_by=shapes.id_text(made.recorded_by),
        version=made.revision,
        etag=str(made.revision),
    )


def duty_started(found: InspectionDuty, *, today: date) -> Event:
    """A committee is inspected from a level from now on."""
    message = events_pb2.InspectionDutyStarted(inspection_duty=duty(found, today=today))
    return Event(found.inspection_duty_id, found.version, message)


def duty_counted(found: InspectionDuty, *, today: date) -> Event:
    """The next inspection is due on another day."""
    message = events_pb2.InspectionDutyCounted(inspection_duty=duty(found, today=today))
    return Event(found.inspection_duty_id, found.version, message)


def duty_ended(found: InspectionDuty, *, today: date) -> Event:
    """A committee is not inspected from a level any more."""
    message = events_pb2.InspectionDutyEnded(inspection_duty=duty(found, today=today))
    return Event(found.inspection_duty_id, found.version, message)


def recorded(made: Inspection) -> Event:
    """An inspection was recorded."""
    shape = inspection(made, shapes.EVENT_LANGUAGE)
    return Event(made.inspection_id, made.revision, events_pb2.InspectionRecorded(inspection=shape))


def corrected(made: Inspection) -> Event:
    """What is written of an inspection was corrected."""
    shape = inspection(made, shapes.EVENT_LANGUAGE)
    return Event(made.inspection_id, made.revision, events_pb2.InspectionCorrected(inspection=shape))
