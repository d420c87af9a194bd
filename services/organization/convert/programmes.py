"""Programmes between the contract and the domain."""

from collections.abc import Iterable

from chassis.paging import Page
from organization.convert.values import chosen, enum_of, optional_day, optional_id
from organization.domain.programmes import Assessment, Grade, Line, Programme, Status
from organization.events.programmes import assessment_message, programme_message
from organization.events.shapes import number, text
from organization.operations.programmes import Description
from organization.repository.programmes import Filter
from shuyuan.organization.v1 import appointment_pb2, programme_pb2
from shuyuan.organization.v1 import programme_service_pb2 as pb

_STATUS = programme_pb2.Participation.Status.DESCRIPTOR
_LEVEL = programme_pb2.AccountabilityLine.Level.DESCRIPTOR
_GRADE = programme_pb2.ProgrammeAssessment.Grade.DESCRIPTOR
_POST_KIND = appointment_pb2.Post.Kind.DESCRIPTOR


def status_of(given: int) -> Status:
    """How far a unit is."""
    return chosen(_STATUS, Status, given, "status")


def grade_of(given: int) -> Grade:
    """How a year went."""
    return chosen(_GRADE, Grade, given, "grade")


def description(request: pb.RegisterProgrammeRequest | pb.UpdateProgrammeRequest) -> Description:
    """How a programme is named, and the posts by which it is answered for."""
    return Description(
        name=request.name.strip(),
        issuer=request.issuer.strip(),
        first_responsible_id=optional_id(request.first_responsible_post_id, "first_responsible_post_id"),
        leader_in_charge_id=optional_id(request.leader_in_charge_post_id, "leader_in_charge_post_id"),
    )


def wanted(request: pb.ListProgrammesRequest) -> Filter:
    """What a page of programmes is asked for."""
    return Filter(
        unit_id=optional_id(request.unit_id, "unit_id"),
        participant_id=optional_id(request.participant_unit_id, "participant_unit_id"),
        status=enum_of(_STATUS, Status, request.status, "status"),
        text=request.text or None,
        day=optional_day(request, "as_of"),
    )


def programmes_page(page: Page[Programme]) -> pb.ListProgrammesResponse:
    """A page of programmes."""
    return pb.ListProgrammesResponse(
        programmes=[programme_message(each) for each in page.items], next_page_token=page.next_token
    )


def assessments_page(page: Page[Assessment]) -> pb.ListProgrammeAssessmentsResponse:
    """A page of assessments."""
    return pb.ListProgrammeAssessmentsResponse(
        assessments=[assessment_message(each) for each in page.items], next_page_token=page.next_token
    )


def accountability(lines: Iterable[Line]) -> pb.GetAccountabilityResponse:
    """The chain of who answers for a programme."""
    return pb.GetAccountabilityResponse(
        lines=[
            programme_pb2.AccountabilityLine(
                level=number(_LEVEL, line.level),
                unit_id=str(line.unit_id),
                post_id=text(line.post_id),
                post_kind=number(_POST_KIND, line.post_kind),
                person_ids=[str(person) for person in line.person_ids],
            )
            for line in lines
        ]
    )
