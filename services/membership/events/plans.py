"""The shape of a plan of admission, and the event about it."""

from chassis.events import Event
from membership.domain.plans import Plan
from membership.events import shapes
from shuyuan.membership.v1 import admission_plan_pb2, events_pb2


def plan(found: Plan) -> admission_plan_pb2.AdmissionPlan:
    """A plan as answers and events show it."""
    return admission_plan_pb2.AdmissionPlan(
        plan_id=str(found.plan_id),
        unit_id=str(found.unit_id),
        year=found.year,
        quota=found.quota,
        create_time=shapes.stamp(found.created_at),
        update_time=shapes.stamp(found.updated_at),
        version=found.version,
        etag=str(found.version),
    )


def plan_set(found: Plan) -> Event:
    """A plan was made, or its quota changed."""
    return Event(found.plan_id, found.version, events_pb2.AdmissionPlanSet(admission_plan=plan(found)))
