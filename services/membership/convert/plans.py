"""Answers about plans and the forecast."""

from collections.abc import Sequence

from chassis.paging import encode_token
from membership.domain.forecast import Foretold, by_month
from membership.domain.plans import PlanUse
from membership.events import plans as shapes
from membership.operations.plans import Forecast
from shuyuan.membership.v1 import admission_plan_pb2
from shuyuan.membership.v1 import admission_plan_service_pb2 as pb


def use(found: PlanUse) -> admission_plan_pb2.AdmissionPlanUse:
    """A plan with what was used of it."""
    return admission_plan_pb2.AdmissionPlanUse(
        plan=shapes.plan(found.plan),
        admitted=found.admitted,
        reserved=found.reserved,
        remaining=found.remaining,
    )


def page(rows: Sequence[PlanUse], size: int) -> pb.ListAdmissionPlansResponse:
    """A page of plans."""
    token = encode_token(rows[size - 1].plan.plan_id) if len(rows) > size else ""
    return pb.ListAdmissionPlansResponse(plans=[use(row) for row in rows[:size]], next_page_token=token)


def forecast(found: Forecast) -> pb.ForecastAdmissionsResponse:
    """A page of the forecast."""
    page = found.page
    return pb.ForecastAdmissionsResponse(
        people=[_person(one) for one in page.people],
        months=[
            admission_plan_pb2.MonthForecast(month=month, step=step, people=number)
            for month, step, number in by_month(page.people)
        ],
        plan=None if found.plan is None else use(found.plan),
        next_page_token="" if page.next_after is None else encode_token(page.next_after),
    )


def _person(found: Foretold) -> admission_plan_pb2.EligibilityForecast:
    return admission_plan_pb2.EligibilityForecast(
        case_id=str(found.head.case_id),
        person_id=str(found.head.person_id),
        unit_id=str(found.head.unit_id),
        step=found.step,
        eligible_on=found.eligible_on.isoformat(),
        rule_id=found.rule_id,
        provisional=found.provisional,
    )
