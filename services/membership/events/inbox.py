"""The shape of what is waited for, and the event of a reminder."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from chassis.verdicts import severity, source
from membership.domain.duties import InboxItem, urgency_of
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2, inbox_pb2


def item(found: InboxItem, language: str, *, today: date) -> inbox_pb2.InboxItem:
    """An item as answers and events show it."""
    duty = found.duty
    message = inbox_pb2.InboxItem(
        item_id=str(found.item_id),
        case_id=shapes.id_text(found.case_id),
        transfer_id=shapes.id_text(found.transfer_id),
        person_id=shapes.id_text(found.person_id),
        unit_id=str(found.unit_id),
        step=duty.step,
        zh=duty.zh,
        actor=duty.actor,
        kind=shapes.enum_number(inbox_pb2.InboxItem.Kind, "KIND", duty.kind),
        urgency=shapes.enum_number(inbox_pb2.InboxItem.Urgency, "URGENCY", urgency_of(duty, today)),
        due_on=duty.due_on.isoformat(),
        days_left=(duty.due_on - today).days,
        subject_kind=shapes.enum_number(inbox_pb2.InboxItem.SubjectKind, "SUBJECT_KIND", found.subject.kind),
        subject_id=str(found.subject.subject_id),
    )
    if duty.judgement is not None:
        # Whether the rule is satisfied is not said: it was asked on the day of the last step, not today.
        found_by = duty.judgement
        message.rule_id, message.severity = found_by.rule_id, severity(found_by.severity)
        message.message = found_by.message(language)
        message.source.CopyFrom(source(found_by.source))
    return message


def issued(reminder_id: UUID, found: InboxItem, *, issued_on: date) -> Event:
    """An item came due, or its day was missed."""
    reminder = inbox_pb2.Reminder(
        reminder_id=str(reminder_id),
        issued_on=issued_on.isoformat(),
        item=item(found, shapes.EVENT_LANGUAGE, today=issued_on),
        version=1,
    )
    return Event(reminder_id, 1, events_pb2.ReminderIssued(reminder=reminder))
