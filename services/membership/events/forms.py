"""The shapes of a form and of a ledger, and the events about them."""

from uuid import UUID

from chassis.events import Event
from membership.domain.forms import Form, FormState, Ledger
from membership.events import shapes
from shuyuan.membership.v1 import admission_form_pb2, events_pb2


def form(found: Form) -> admission_form_pb2.AdmissionForm:
    """A form as answers and events show it."""
    return admission_form_pb2.AdmissionForm(
        form_id=str(found.form_id),
        form_number=found.form_number,
        unit_id=str(found.unit_id),
        year=found.year,
        state=shapes.enum_number(admission_form_pb2.AdmissionFormState, "ADMISSION_FORM_STATE", found.state),
        drawn_on=found.drawn_on.isoformat(),
        accounted_on=shapes.day_text(found.accounted_on),
        case_id=shapes.id_text(found.case_id),
        reason=found.reason,
        update_time=shapes.stamp(found.updated_at),
        version=found.version,
        etag=str(found.version),
    )


def ledger(found: Ledger) -> admission_form_pb2.FormLedger:
    """A ledger as answers and events show it."""
    counts = {state.value: found.counts.get(state, 0) for state in FormState}
    return admission_form_pb2.FormLedger(
        unit_id=str(found.unit_id),
        year=found.year,
        drawn=found.drawn,
        balanced=found.is_balanced,
        closed_on=shapes.day_text(found.closed_on),
        **counts,
    )


def drawn(ledger_id: UUID, version: int, found: Ledger, count: int) -> Event:
    """Forms were drawn."""
    return Event(ledger_id, version, events_pb2.AdmissionFormsDrawn(count=count, form_ledger=ledger(found)))


def accounted(found: Form) -> Event:
    """A form was used, lost, voided or returned."""
    return Event(found.form_id, found.version, events_pb2.AdmissionFormAccounted(admission_form=form(found)))


def closed(ledger_id: UUID, version: int, found: Ledger) -> Event:
    """A year was closed."""
    return Event(ledger_id, version, events_pb2.FormYearClosed(form_ledger=ledger(found)))
