"""What this service keeps of other services' events, and the event that completes a ceremony."""

from datetime import date
from typing import Any
from uuid import UUID

from activity.domain.units import Unit
from activity.operations import copying, merging
from activity.operations.ceremonies import take_oath_roll
from chassis.copies import Copy, ReceivedEvent
from chassis.database import UnitOfWork


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _period(row: dict[str, Any]) -> tuple[UUID, date, date | None]:
    return UUID(row["unitId"]), date.fromisoformat(row["validFrom"]), _day(row.get("validUntil"))


async def _unit_changed(work: UnitOfWork, event: ReceivedEvent) -> None:
    resource = event.resource
    unit = Unit(
        unit_id=event.resource_id,
        kind=resource["kind"].removeprefix("KIND_"),
        established_on=date.fromisoformat(resource["establishedOn"]),
        dissolved_on=_day(resource.get("dissolvedOn")),
    )
    await copying.keep_unit(work, unit, version=event.version)


async def _person_changed(work: UnitOfWork, event: ReceivedEvent) -> None:
    # Of whoever is off the register nothing new is written.
    if event.verb in ("erased", "withdrawn"):
        await copying.drop_person(work, event.resource_id)
        return
    await copying.keep_person(work, event.resource_id)
    if event.verb == "merged":
        kept, merge_id = UUID(event.data["intoPersonId"]), UUID(event.data["mergeId"])
        await merging.follow(work, merge_id, kept=kept, merged=event.resource_id)
        await copying.drop_person(work, event.resource_id)
    elif event.verb == "restored":
        kept, merge_id = UUID(event.data["fromPersonId"]), UUID(event.data["mergeId"])
        await merging.go_back(work, merge_id, kept=kept, merged=event.resource_id)


async def _member_changed(work: UnitOfWork, event: ReceivedEvent) -> None:
    periods = [_period(row) for row in event.resource.get("relationships", [])]
    await copying.keep_relationships(work, event.resource_id, periods)


async def _honour_changed(work: UnitOfWork, event: ReceivedEvent) -> None:
    resource = event.resource
    await copying.keep_honour(
        work,
        event.resource_id,
        person_id=UUID(resource["personId"]),
        kind=resource["kind"].removeprefix("HONOUR_KIND_").lower(),
        level=resource["level"].removeprefix("AWARD_LEVEL_").lower(),
        withdrawn=resource["withdrawn"],
    )


async def _oath_roll_recorded(work: UnitOfWork, event: ReceivedEvent) -> None:
    refusals = {UUID(row["personId"]): row["reason"] for row in event.resource.get("refusals", [])}
    await take_oath_roll(work, event.resource_id, refusals)


CONSUMERS = (
    Copy("organization", "unit", _unit_changed, copying.forget_units),
    Copy("membership", "person", _person_changed, copying.forget_persons),
    Copy("membership", "member", _member_changed, copying.forget_relationships),
    Copy("evaluation", "honour", _honour_changed, copying.forget_honours),
    Copy("membership", "oath_roll", _oath_roll_recorded),
)
