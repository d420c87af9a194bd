"""Requests and answers about rolls and members."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

from chassis.calls import parse_uuid
from membership.convert.values import day, ids, needed_name, optional_day, optional_id, page_of
from membership.domain.members import (
    Elector,
    HeldCounts,
    Member,
    MembershipStatus,
    MovePlan,
    NewMember,
    Participation,
    RollMove,
    RollSize,
    UnitRoll,
)
from membership.domain.people import PersonKind
from membership.events import shapes
from shuyuan.membership.v1 import member_pb2, roll_service_pb2


def roll(counted: UnitRoll) -> roll_service_pb2.UnitRoll:
    """A counted roll."""
    return roll_service_pb2.UnitRoll(
        unit_id=str(counted.unit_id),
        as_of=counted.as_of.isoformat(),
        full_members=counted.full,
        probationary_members=counted.probationary,
        members_without_rights=counted.without_rights,
        voters=counted.full,
        participants=counted.participants,
        staff_members=counted.staff,
        student_members=counted.students,
        applicants=counted.applicants,
        activists=counted.activists,
        prospects=counted.prospects,
    )


def page(rows: Sequence[Member], size: int) -> roll_service_pb2.ListMembersResponse:
    """A page of members."""
    shown, token = page_of(rows, size, "person_id")
    return roll_service_pb2.ListMembersResponse(
        members=[shapes.member(member) for member in shown], next_page_token=token
    )


def new_member(message: roll_service_pb2.RelationshipInput) -> NewMember:
    """An existing member to be entered into a roll."""
    status = needed_name(member_pb2.MembershipStatus, "MEMBERSHIP_STATUS", message.status, "members.status")
    return NewMember(
        person_id=parse_uuid(message.person_id, field_name="members.person_id"),
        unit_id=parse_uuid(message.unit_id, field_name="members.unit_id"),
        relationship_from=day(message.relationship_from, "members.relationship_from"),
        status=MembershipStatus(status),
        probation_from=optional_day(message, "probation_from"),
        standing_from=optional_day(message, "standing_from"),
    )


def participation(request: roll_service_pb2.AddParticipationRequest) -> Participation:
    """A part in another branch; what sort of part follows from the branch."""
    return Participation(
        unit_id=parse_uuid(request.unit_id, field_name="unit_id"),
        kind="",
        valid_from=day(request.valid_from, "valid_from"),
        valid_until=optional_day(request, "valid_until"),
    )


def counts(held: HeldCounts) -> roll_service_pb2.CountUnitRollResponse:
    """What a unit holds."""
    return roll_service_pb2.CountUnitRollResponse(
        relationships=held.relationships,
        participations=held.participations,
        affiliations=held.affiliations,
        open_cases=held.open_cases,
    )


def described(found: Mapping[UUID, date | None]) -> roll_service_pb2.DescribePersonsResponse:
    """The registered ones of the persons asked about."""
    return roll_service_pb2.DescribePersonsResponse(
        persons=[
            roll_service_pb2.DescribedPerson(
                person_id=str(person_id), standing_from=None if since is None else since.isoformat()
            )
            for person_id, since in found.items()
        ]
    )


def electors(found: Sequence[Elector]) -> roll_service_pb2.ListElectorsResponse:
    """Everybody on the rolls."""
    return roll_service_pb2.ListElectorsResponse(
        electors=[
            roll_service_pb2.Elector(
                person_id=str(each.person_id),
                status=member_pb2.MembershipStatus.Value(f"MEMBERSHIP_STATUS_{each.status.value.upper()}"),
                standing_from=None if each.standing_from is None else each.standing_from.isoformat(),
            )
            for each in found
        ]
    )


def moves(request: roll_service_pb2.PreviewRollMovesRequest) -> list[RollMove]:
    """Moves, in the order in which they are tried."""
    return [move(item) for item in request.moves]


def move(message: roll_service_pb2.RollMove) -> RollMove:
    """One move."""
    return RollMove(
        move_id=parse_uuid(message.move_id, field_name="moves.move_id"),
        from_unit_id=parse_uuid(message.from_unit_id, field_name="moves.from_unit_id"),
        to_unit_id=parse_uuid(message.to_unit_id, field_name="moves.to_unit_id"),
        affiliated_unit_id=optional_id(message, "affiliated_unit_id"),
        person_ids=frozenset(ids(message.person_ids, "moves.person_ids")),
    )


def sizes(found: Sequence[RollSize]) -> roll_service_pb2.TraceRollSizesResponse:
    """How many members units had since when."""
    return roll_service_pb2.TraceRollSizesResponse(
        sizes=[
            roll_service_pb2.RollSize(
                unit_id=str(size.unit_id),
                since=size.since.isoformat(),
                full_members=size.full,
                members=size.members,
                staff_members=size.staff,
                student_members=size.students,
            )
            for size in found
        ]
    )


def plan(found: MovePlan) -> roll_service_pb2.PreviewRollMovesResponse:
    """Who would go where."""
    return roll_service_pb2.PreviewRollMovesResponse(
        moves=[
            roll_service_pb2.PreviewedMove(
                move_id=str(placement.move.move_id),
                from_unit_id=str(placement.move.from_unit_id),
                to_unit_id=str(placement.move.to_unit_id),
                person_ids=[str(person.person_id) for person in placement.people],
                case_ids=[str(case_id) for case_id in placement.case_ids],
                staff=placement.members_of(PersonKind.STAFF),
                students=placement.members_of(PersonKind.STUDENT),
            )
            for placement in found.placements
        ],
        unplaced_person_ids=[str(person_id) for person_id in found.unplaced],
        obstacles=[
            roll_service_pb2.RollObstacle(
                person_id=str(item.person_id), unit_id=str(item.unit_id), reason=item.reason
            )
            for item in found.obstacles
        ],
    )
