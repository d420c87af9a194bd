"""Requests and answers about inspections of the admission of members."""

from collections.abc import Sequence
from datetime import date

from membership.convert.values import day, enum_name, needed_name, optional_id, page_of
from membership.domain.inspections import Found, Inspection, InspectionDuty, Level
from membership.events import inspections as shapes
from membership.repository.inspections import DutyFilter
from shuyuan.membership.v1 import inspection_pb2
from shuyuan.membership.v1 import inspection_service_pb2 as pb


def level(request: pb.StartInspectionDutyRequest) -> Level:
    """From which level the committee is inspected."""
    return Level(needed_name(inspection_pb2.InspectionDuty.Level, "LEVEL", request.level, "level"))


def found(request: pb.RecordInspectionRequest | pb.CorrectInspectionRequest) -> Found:
    """What the inspection was and found."""
    return Found(
        day(request.inspected_on, "inspected_on"),
        request.basis,
        request.conclusion,
        tuple(request.problems),
    )


def wanted(request: pb.ListInspectionDutiesRequest) -> DutyFilter:
    """Which duties are asked for."""
    return DutyFilter(
        unit_id=optional_id(request, "unit_id"),
        level=enum_name(inspection_pb2.InspectionDuty.Level, "LEVEL", request.level),
        overdue=request.overdue,
    )


def duties(rows: Sequence[InspectionDuty], size: int, *, today: date) -> pb.ListInspectionDutiesResponse:
    """A page of duties."""
    shown, token = page_of(rows, size, "inspection_duty_id")
    return pb.ListInspectionDutiesResponse(
        inspection_duties=[shapes.duty(row, today=today) for row in shown], next_page_token=token
    )


def page(rows: Sequence[Inspection], size: int, language: str) -> pb.ListInspectionsResponse:
    """A page of inspections."""
    shown, token = page_of(rows, size, "inspection_id")
    return pb.ListInspectionsResponse(
        inspections=[shapes.inspection(row, language) for row in shown], next_page_token=token
    )
