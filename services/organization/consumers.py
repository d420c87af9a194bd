"""What the organization service keeps of other services' events: who calls, and that people have moved."""

from typing import cast
from uuid import UUID

from chassis.copies import Copy, ReceivedEvent
from chassis.database import UnitOfWork
from organization.operations import execution
from shuyuan.membership.v1 import events_pb2


async def apply_roll_move(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Membership has moved everybody of a reorganisation."""
    if event.verb == "applied":
        applied = cast(events_pb2.RollMoveApplied, event.message)
        await execution.complete(
            work,
            UUID(applied.reorganization_id),
            moved_persons=applied.moved_persons,
            moved_cases=applied.moved_cases,
        )


CONSUMERS = [Copy("membership", "roll_move", apply_roll_move)]
