"""What this service keeps of other services' events: units, and persons without anything personal."""

from datetime import date
from uuid import UUID

from chassis.copies import Copy, ReceivedEvent
from chassis.database import UnitOfWork
from evaluation.domain.units import Person, Unit
from evaluation.operations import copying, merging


async def _unit_changed(work: UnitOfWork, event: ReceivedEvent) -> None:
    resource = event.resource
    dissolved = resource.get("dissolvedOn")
    unit = Unit(
        unit_id=event.resource_id,
        kind=resource["kind"].removeprefix("KIND_").lower(),
        name=resource["name"],
        established_on=date.fromisoformat(resource["establishedOn"]),
        dissolved_on=date.fromisoformat(dissolved) if dissolved else None,
    )
    await copying.keep_unit(work, unit, version=event.version)


async def _person_changed(work: UnitOfWork, event: ReceivedEvent) -> None:
    # Of whoever is off the register nothing new is written.
    if event.verb in ("erased", "withdrawn"):
        await copying.drop_person(work, event.resource_id)
        return
    category = event.resource.get("category", "").removeprefix("PERSON_CATEGORY_").lower()
    known = category if category not in ("", "unspecified") else None
    await copying.keep_person(work, Person(event.resource_id, known), version=event.version)
    if event.verb == "merged":
        kept, merge_id = UUID(event.data["intoPersonId"]), UUID(event.data["mergeId"])
        await merging.follow(work, merge_id, kept=kept, merged=event.resource_id)
        await copying.drop_person(work, event.resource_id)
    elif event.verb == "restored":
        kept, merge_id = UUID(event.data["fromPersonId"]), UUID(event.data["mergeId"])
        await merging.go_back(work, merge_id, kept=kept, merged=event.resource_id)


CONSUMERS = (
    Copy("organization", "unit", _unit_changed, copying.forget_units),
    Copy("membership", "person", _person_changed, copying.forget_persons),
)
