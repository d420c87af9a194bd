"""What membership hears of the other services: units, executed reorganisations and held ceremonies."""

from uuid import UUID

from chassis.copies import Copy, ReceivedEvent
from chassis.database import UnitOfWork
from membership.convert import copies as convert
from membership.convert.values import day
from membership.operations import oaths, reorganizations, units
from membership.operations.means import Means
from shuyuan.activity.v1 import events_pb2 as activity
from shuyuan.organization.v1 import events_pb2 as organization


def consumers(means: Means) -> list[Copy]:
    """The table of what is heard."""

    async def unit(work: UnitOfWork, event: ReceivedEvent) -> None:
        kept = convert.unit(event.resource)
        await units.keep_unit(work, kept, version=event.version)
        message = event.message
        # Whoever takes part in a temporary branch does so until it ends with its task; a reorganisation ends its own.
        if isinstance(message, organization.UnitDissolved) and not message.HasField("reorganization_id"):
            dissolved_on = day(message.dissolved_on, "dissolved_on")
            await reorganizations.end_participations(work, [kept.unit_id], dissolved_on)

    async def reorganization(work: UnitOfWork, event: ReceivedEvent) -> None:
        message = event.message
        if isinstance(message, organization.ReorganizationStarted):
            plan = message.reorganization
            await units.hold_units(
                work,
                convert.touched(plan),
                {UUID(unit.unit_id): UUID(unit.parent_unit_id) for unit in plan.establishes},
                process_id=UUID(message.process_id),
                effective_on=day(plan.effective_on, "effective_on"),
            )
        if isinstance(message, organization.ReorganizationUndone):
            await units.free_units(work, process_id=UUID(message.reorganization.process_id))
        if isinstance(message, organization.ReorganizationExecuted):
            await reorganizations.apply_moves(
                work,
                means,
                UUID(message.reorganization_id),
                [convert.move(item) for item in message.reorganization.moves],
                effective_on=day(message.effective_on, "effective_on"),
                dissolved_unit_ids=[UUID(item) for item in message.reorganization.dissolves_unit_ids],
            )
            await units.free_units(work, process_id=UUID(message.process_id))

    async def ceremony(work: UnitOfWork, event: ReceivedEvent) -> None:
        message = event.message
        if not isinstance(message, activity.CeremonyHeld):
            return
        await oaths.record_oaths(
            work,
            means,
            UUID(message.ceremony_id),
            [convert.sworn(item) for item in message.sworn],
            held_on=day(message.held_on, "held_on"),
        )

    return [
        Copy("organization", "unit", unit, units.forget_units),
        Copy("organization", "reorganization", reorganization),
        Copy("activity", "ceremony", ceremony),
    ]
