"""Requests and answers about secondments."""

from collections.abc import Sequence

from chassis.calls import parse_uuid
from chassis.paging import encode_token
from membership.convert.values import enum_name, needed_name, optional_day, optional_id, page_of
from membership.domain.secondments import Purpose, Secondment, Workload
from membership.events import secondments as shapes
from membership.operations.secondments import Nomination
from membership.repository.secondments import SecondmentFilter
from shuyuan.membership.v1 import secondment_pb2
from shuyuan.membership.v1 import secondment_service_pb2 as pb


def nomination(request: pb.NominateSecondmentRequest) -> Nomination:
    """What a school proposes."""
    return Nomination(
        person_id=parse_uuid(request.person_id, field_name="person_id"),
        from_unit_id=parse_uuid(request.from_unit_id, field_name="from_unit_id"),
        to_unit_id=parse_uuid(request.to_unit_id, field_name="to_unit_id"),
        purposes=tuple(
            Purpose(needed_name(secondment_pb2.SecondmentPurpose, "SECONDMENT_PURPOSE", number, "purposes"))
            for number in request.purposes
        ),
        qualification=request.qualification,
        valid_from=optional_day(request, "valid_from"),
        valid_until=optional_day(request, "valid_until"),
    )


def wanted(request: pb.ListSecondmentsRequest | pb.ListSecondmentWorkloadsRequest) -> SecondmentFilter:
    """Which secondments are asked for."""
    return SecondmentFilter(
        person_id=optional_id(request, "person_id"),
        from_unit_id=optional_id(request, "from_unit_id"),
        to_unit_id=optional_id(request, "to_unit_id"),
    )


def state(request: pb.ListSecondmentsRequest) -> str | None:
    """The state that is asked for."""
    return enum_name(secondment_pb2.Secondment.State, "STATE", request.state)


def page(rows: Sequence[Secondment], size: int) -> pb.ListSecondmentsResponse:
    """A page of secondments."""
    shown, token = page_of(rows, size, "secondment_id")
    return pb.ListSecondmentsResponse(
        secondments=[shapes.secondment(found) for found in shown], next_page_token=token
    )


def workloads(rows: Sequence[Workload], size: int) -> pb.ListSecondmentWorkloadsResponse:
    """A page of workloads."""
    token = ""
    if len(rows) > size:
        last = rows[size - 1].secondment
        token = encode_token(last.person_id, last.to_unit_id)
    return pb.ListSecondmentWorkloadsResponse(
        workloads=[_workload(row) for row in rows[:size]], next_page_token=token
    )


def _workload(found: Workload) -> secondment_pb2.SecondmentWorkload:
    shape = shapes.secondment(found.secondment)
    return secondment_pb2.SecondmentWorkload(
        secondment_id=shape.secondment_id,
        person_id=shape.person_id,
        from_unit_id=shape.from_unit_id,
        to_unit_id=shape.to_unit_id,
        purposes=shape.purposes,
        applicants=found.applicants,
        candidates=found.candidates,
        applicants_everywhere=found.applicants_everywhere,
        branches=found.branches,
    )
