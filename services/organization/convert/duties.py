"""Duties between the contract and the domain."""

from chassis.paging import Page
from organization.convert.values import chosen, enum_of, id_of, optional_day, optional_id
from organization.domain.duties import Answerable, Duty, Finding, FindingKind, Part
from organization.events.duties import duty_message
from organization.events.shapes import number
from organization.operations.duties import NewDuty, NewPart
from organization.repository.duties import Filter
from shuyuan.organization.v1 import appointment_pb2, duty_pb2
from shuyuan.organization.v1 import duty_service_pb2 as pb

_PART = duty_pb2.DutyAssignment.Part.DESCRIPTOR
_KIND = duty_pb2.DutyFinding.Kind.DESCRIPTOR
_POST_KIND = appointment_pb2.Post.Kind.DESCRIPTOR


def part_of(given: int) -> Part:
    """The part that a request must name."""
    return chosen(_PART, Part, given, "part")


def finding_kind(given: int) -> FindingKind | None:
    """The kind of finding asked for, None for any."""
    return enum_of(_KIND, FindingKind, given, "kind")


def new_duty(request: pb.PublishDutyRequest) -> NewDuty:
    """What a duty is published with."""
    return NewDuty(
        title=request.title.strip(),
        description=request.description,
        joint=request.joint,
        due_on=optional_day(request, "due_on"),
        valid_from=optional_day(request, "valid_from"),
        valid_until=optional_day(request, "valid_until"),
        parts=tuple(
            NewPart(
                id_of(each.unit_id, f"assignments[{place}].unit_id"),
                chosen(_PART, Part, each.part, f"assignments[{place}].part"),
                each.share if each.HasField("share") else None,
            )
            for place, each in enumerate(request.assignments)
        ),
    )


def new_part(request: pb.AssignDutyRequest) -> NewPart:
    """The part that a unit is given."""
    share = request.share if request.HasField("share") else None
    return NewPart(id_of(request.unit_id, "unit_id"), part_of(request.part), share)


def wanted(request: pb.ListDutiesRequest) -> Filter:
    """What a page of duties is asked for."""
    return Filter(
        unit_id=optional_id(request.unit_id, "unit_id"),
        assigned_id=optional_id(request.assigned_unit_id, "assigned_unit_id"),
        part=enum_of(_PART, Part, request.part, "part"),
        text=request.text or None,
        joint=request.joint if request.HasField("joint") else None,
        overdue_on=optional_day(request, "overdue_on"),
        day=optional_day(request, "as_of"),
    )


def duties_page(page: Page[Duty]) -> pb.ListDutiesResponse:
    """A page of duties."""
    return pb.ListDutiesResponse(
        duties=[duty_message(duty) for duty in page.items], next_page_token=page.next_token
    )


def findings_page(page: Page[Finding]) -> pb.ListDutyFindingsResponse:
    """A page of findings; their days always end, because those asked for do."""
    return pb.ListDutyFindingsResponse(
        findings=[
            duty_pb2.DutyFinding(
                duty_id=str(each.duty_id),
                title=each.title,
                kind=number(_KIND, each.kind),
                valid_from=each.days.start.isoformat(),
                valid_until=each.days.end.isoformat() if each.days.end else "",
                unit_ids=[str(unit) for unit in each.unit_ids],
            )
            for each in page.items
        ],
        next_page_token=page.next_token,
    )


def answerable_page(page: Page[Answerable]) -> pb.ListAnswerableUnitsResponse:
    """A page of units that answer for something."""
    return pb.ListAnswerableUnitsResponse(
        answerable_units=[
            duty_pb2.AnswerableUnit(
                duty_id=str(each.duty_id),
                title=each.title,
                unit_id=str(each.unit_id),
                part=number(_PART, each.part),
                share=each.share,
                leaders=[
                    duty_pb2.UnitLeader(
                        post_id=str(leader.post_id),
                        post_kind=number(_POST_KIND, leader.post_kind),
                        person_id=str(leader.person_id),
                    )
                    for leader in each.leaders
                ],
            )
            for each in page.items
        ],
        next_page_token=page.next_token,
    )
