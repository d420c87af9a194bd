"""Requests and answers about standing cases."""

from collections.abc import Sequence
from datetime import date

from chassis.calls import parse_uuid
from membership.convert.values import (
    day,
    enum_name,
    needed_name,
    optional_day,
    optional_id,
    optional_text,
    page_of,
)
from membership.domain.standing import Act, Decision, Ground, Kind, StandingCase
from membership.events import standing as shapes
from membership.operations.standing_corrections import Correction
from membership.repository.standing import StandingFilter
from shuyuan.membership.v1 import standing_case_pb2
from shuyuan.membership.v1 import standing_service_pb2 as pb


def kind(request: pb.OpenStandingCaseRequest) -> Kind:
    """What the case is about."""
    return Kind(needed_name(standing_case_pb2.StandingCaseKind, "STANDING_CASE_KIND", request.kind, "kind"))


def ground(request: pb.OpenStandingCaseRequest) -> Ground | None:
    """The ground, where one is given."""
    name = enum_name(standing_case_pb2.StandingGround, "STANDING_GROUND", request.ground)
    return None if name is None else Ground(name)


def decision(request: pb.DecideStandingCaseRequest) -> Decision:
    """What is decided, and by which authority."""
    return Decision(
        act=Act(needed_name(standing_case_pb2.StandingAct, "STANDING_ACT", request.act, "act")),
        decided_on=day(request.decided_on, "decided_on"),
        approver_unit_id=parse_uuid(request.approver_unit_id, field_name="approver_unit_id"),
        reason=request.reason,
        resolved_on=optional_day(request, "resolved_on"),
        until=optional_day(request, "until"),
        document_reference=optional_text(request, "document_reference"),
    )


def correction(request: pb.CorrectStandingEntryRequest) -> Correction:
    """What an act was."""
    act = enum_name(standing_case_pb2.StandingAct, "STANDING_ACT", request.act)
    return Correction(
        position=request.position,
        act=None if act is None else Act(act),
        occurred_on=day(request.occurred_on, "occurred_on"),
        note=request.note,
        reason=request.reason,
        reached=request.reached,
        until=optional_day(request, "until"),
        resolved_on=optional_day(request, "resolved_on"),
        approver_unit_id=optional_id(request, "approver_unit_id"),
        document_reference=optional_text(request, "document_reference"),
    )


def wanted(request: pb.ListStandingCasesRequest) -> StandingFilter:
    """Which cases are asked for."""
    return StandingFilter(
        unit_id=optional_id(request, "unit_id"),
        person_id=optional_id(request, "person_id"),
        kind=enum_name(standing_case_pb2.StandingCaseKind, "STANDING_CASE_KIND", request.kind),
        state=enum_name(standing_case_pb2.StandingCaseState, "STANDING_CASE_STATE", request.state),
        overdue=request.overdue,
        decision_due=request.decision_due,
    )


def page(
    rows: Sequence[StandingCase], size: int, language: str, *, today: date
) -> pb.ListStandingCasesResponse:
    """A page of cases."""
    shown, token = page_of(rows, size, "standing_case_id")
    return pb.ListStandingCasesResponse(
        standing_cases=[shapes.standing_case(found, language, today=today) for found in shown],
        next_page_token=token,
    )
