"""What the organization service asks of others, answered as domain values; never inside a unit of work."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from chassis.errors import DeadlineExceededError, UnavailableError
from chassis.grpc_client import Siblings
from organization.domain.elections import Elector
from organization.domain.findings import Size
from organization.domain.reorganizations import Obstacle, Preview, PreviewedMove, RollMove
from organization.errors import MembershipUnavailableError
from shuyuan.membership.v1 import member_pb2, roll_service_pb2, roll_service_pb2_grpc

# Previews of a large reorganisation read many rolls.
PREVIEW_SECONDS = 20.0


class Membership:
    """The membership service, asked under our own name."""

    def __init__(self, siblings: Siblings) -> None:
        self._siblings = siblings

    def _rolls(self) -> "roll_service_pb2_grpc.RollServiceAsyncStub":
        return roll_service_pb2_grpc.RollServiceStub(self._siblings.channel("membership", as_service=True))

    async def count_roll(
        self, unit_id: UUID, on: date, *, after_event: UUID | None = None, participants: bool = True
    ) -> int:
        """How many people or open cases belong to the unit on the day or later, once our event is known there.

        Participants, whose formal relationship lies elsewhere, are left out when they end with the unit.
        """
        request = roll_service_pb2.CountUnitRollRequest(unit_id=str(unit_id), as_of=on.isoformat())
        try:
            answer = await self._rolls().CountUnitRoll(request, metadata=_after(after_event))
        except (UnavailableError, DeadlineExceededError):
            raise MembershipUnavailableError from None
        taking_part = answer.participations if participants else 0
        return answer.relationships + taking_part + answer.affiliations + answer.open_cases

    async def describe(self, person_ids: Iterable[UUID]) -> dict[UUID, date | None]:
        """Those of the persons who are registered, each with the first day of the standing of a full member."""
        request = roll_service_pb2.DescribePersonsRequest(person_ids=[str(each) for each in person_ids])
        try:
            answer = await self._rolls().DescribePersons(request)
        except (UnavailableError, DeadlineExceededError):
            raise MembershipUnavailableError from None
        return {
            UUID(each.person_id): date.fromisoformat(each.standing_from)
            if each.HasField("standing_from")
            else None
            for each in answer.persons
        }

    async def electors(self, unit_id: UUID, on: date) -> list[Elector]:
        """Everybody on the rolls of the unit and of those below it on the day, in one call."""
        request = roll_service_pb2.ListElectorsRequest(unit_id=str(unit_id), as_of=on.isoformat())
        try:
            answer = await self._rolls().ListElectors(request, timeout=PREVIEW_SECONDS)
        except (UnavailableError, DeadlineExceededError):
            raise MembershipUnavailableError from None
        return [_elector(each) for each in answer.electors]

    async def members(self, unit_id: UUID, on: date) -> set[UUID]:
        """Everybody on the roll of the unit on the day, as it is believed now."""
        request = roll_service_pb2.ListElectorsRequest(
            unit_id=str(unit_id), as_of=on.isoformat(), as_believed_now=True
        )
        try:
            answer = await self._rolls().ListElectors(request, timeout=PREVIEW_SECONDS)
        except (UnavailableError, DeadlineExceededError):
            raise MembershipUnavailableError from None
        return {UUID(each.person_id) for each in answer.electors}

    async def preview(
        self, moves: Iterable[RollMove], on: date, *, after_event: UUID | None = None
    ) -> Preview:
        """Who would go with which move on the day and what stands against it, once our event is known there."""
        request = roll_service_pb2.PreviewRollMovesRequest(
            moves=[
                roll_service_pb2.RollMove(
                    move_id=str(move.move_id),
                    from_unit_id=str(move.from_unit_id),
                    to_unit_id=str(move.to_unit_id),
                    affiliated_unit_id=str(move.affiliated_unit_id) if move.affiliated_unit_id else None,
                    person_ids=[str(person) for person in move.person_ids],
                )
                for move in moves
            ],
            effective_on=on.isoformat(),
        )
        try:
            answer = await self._rolls().PreviewRollMoves(
                request, timeout=PREVIEW_SECONDS, metadata=_after(after_event)
            )
        except (UnavailableError, DeadlineExceededError):
            raise MembershipUnavailableError from None
        return _preview(answer)

    async def trace_sizes(self, unit_ids: Iterable[UUID], until: date) -> dict[UUID, tuple[Size, ...]]:
        """How many members units had since when, up to a day; units without members are missing."""
        request = roll_service_pb2.TraceRollSizesRequest(
            unit_ids=[str(unit_id) for unit_id in unit_ids], as_of=until.isoformat()
        )
        try:
            answer = await self._rolls().TraceRollSizes(request, timeout=PREVIEW_SECONDS)
        except (UnavailableError, DeadlineExceededError):
            raise MembershipUnavailableError from None
        sizes: dict[UUID, list[Size]] = {}
        for size in answer.sizes:
            found = Size(
                since=date.fromisoformat(size.since),
                full=size.full_members,
                members=size.members,
                staff=size.staff_members,
                students=size.student_members,
            )
            sizes.setdefault(UUID(size.unit_id), []).append(found)
        return {unit_id: tuple(each) for unit_id, each in sizes.items()}


def _after(event: UUID | None) -> tuple[tuple[str, str], ...]:
    return () if event is None else (("after-event", f"organization/{event}"),)


def _elector(given: roll_service_pb2.Elector) -> Elector:
    status = member_pb2.MembershipStatus.Name(given.status)
    return Elector(
        person_id=UUID(given.person_id),
        status=status.removeprefix("MEMBERSHIP_STATUS_").lower(),
        standing_from=date.fromisoformat(given.standing_from) if given.HasField("standing_from") else None,
    )


def _preview(answer: roll_service_pb2.PreviewRollMovesResponse) -> Preview:
    return Preview(
        moves=tuple(
            PreviewedMove(
                move_id=UUID(move.move_id),
                person_ids=tuple(UUID(person) for person in move.person_ids),
                case_ids=tuple(UUID(case) for case in move.case_ids),
                staff=move.staff,
                students=move.students,
            )
            for move in answer.moves
        ),
        unplaced=tuple(UUID(person) for person in answer.unplaced_person_ids),
        obstacles=tuple(
            Obstacle(UUID(each.person_id), UUID(each.unit_id), each.reason) for each in answer.obstacles
        ),
    )
