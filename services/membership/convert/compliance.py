"""Answers about what was found in cases."""

from datetime import date

from chassis.paging import encode_token
from chassis.verdicts import to_message
from membership.domain.compliance import CaseFindings, StepFinding
from membership.events import inbox as shapes
from membership.operations.compliance import Examined
from shuyuan.membership.v1 import compliance_service_pb2 as pb


def page(examined: Examined, language: str, *, today: date) -> pb.ListCaseFindingsResponse:
    """A page of findings."""
    return pb.ListCaseFindingsResponse(
        case_findings=[_case(found, language, today) for found in examined.findings],
        next_page_token="" if examined.last is None else encode_token(examined.last),
        cases_examined=examined.count,
    )


def _case(found: CaseFindings, language: str, today: date) -> pb.CaseFindings:
    return pb.CaseFindings(
        case_id=str(found.head.case_id),
        person_id=str(found.head.person_id),
        unit_id=str(found.head.unit_id),
        steps=[_step(item, language) for item in found.steps],
        overdue=[shapes.item(item, language, today=today) for item in found.overdue],
    )


def _step(found: StepFinding, language: str) -> pb.StepFinding:
    return pb.StepFinding(
        step=found.step.step,
        zh=found.zh,
        occurred_on=found.step.occurred_on.isoformat(),
        verdict=to_message(found.judgement, language),
    )
