"""Work orders: their public shape, and the facts about them as events of the contract."""

from activity.domain.work_orders import Step, WorkOrder
from activity.events.shapes import number, text
from chassis.events import Event
from chassis.message_values import stamp
from shuyuan.activity.v1 import events_pb2, work_order_pb2

STATE = work_order_pb2.WorkOrder.State.DESCRIPTOR
ACT = work_order_pb2.WorkOrderStep.Act.DESCRIPTOR


def work_order_message(order: WorkOrder) -> work_order_pb2.WorkOrder:
    """A work order for those who may read it; events strip the evidence."""
    return work_order_pb2.WorkOrder(
        work_order_id=str(order.work_order_id),
        unit_id=str(order.unit_id),
        assignee_unit_id=str(order.assignee_unit_id),
        meeting_id=text(order.meeting_id),
        decision=order.decision,
        title=order.title,
        description=order.description,
        state=number(STATE, order.state),
        due_on=order.due_on.isoformat(),
        remind_on=order.remind_on.isoformat(),
        reported_on=order.reported_on.isoformat() if order.reported_on else None,
        ended_on=order.ended_on.isoformat() if order.ended_on else None,
        evidence=order.evidence,
        create_time=stamp(order.created_at),
        update_time=stamp(order.updated_at),
        version=order.version,
        etag=str(order.version),
    )


def step_message(step: Step) -> work_order_pb2.WorkOrderStep:
    """One thing that was done."""
    return work_order_pb2.WorkOrderStep(
        number=step.number,
        act=number(ACT, step.act),
        note=step.note,
        evidence=step.evidence,
        due_on=step.due_on.isoformat(),
        person_id=text(step.by_id),
        time=stamp(step.happened_at),
    )


def work_order_event(order: WorkOrder, step: Step) -> Event:
    """What was done, told with why where the contract has a place for it."""
    message = work_order_message(order)
    name = "".join(part.title() for part in step.act.value.split("_"))
    kind = getattr(events_pb2, f"WorkOrder{name}")
    data = kind(work_order=message)
    if "reason" in kind.DESCRIPTOR.fields_by_name:
        data.reason = step.note
    return Event(order.work_order_id, order.version, data)
