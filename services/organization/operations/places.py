"""Register, change, close and read places, and say who answers for one."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from organization.domain.places import (
    Hours,
    NewPlace,
    Node,
    Place,
    PlaceKind,
    check_description,
    check_location,
    check_open,
)
from organization.domain.units import refuse
from organization.domain.zones import Responsible
from organization.errors import PlaceInUseError, PlaceNameTakenError, PlaceNotFoundError
from organization.events import places as facts
from organization.operations import founding
from organization.repository import places, units


async def register_place(call: Call, new: NewPlace, *, opened_on: date | None) -> Place:
    """Register a place for a unit."""
    check_description(new.name, new.hours)
    async with call.transaction() as work:
        on = opened_on or work.today
        await _check_unit(work, new.unit_id, on)
        await founding.check_campus(work, new.campus_id, path="campus_id")
        check_location(new, await _around(work, new.parent_id), opened_on=on)
        place = Place(
            place_id=new_id(),
            kind=new.kind,
            name=new.name,
            campus_id=new.campus_id,
            parent_id=new.parent_id,
            unit_id=new.unit_id,
            capacity=new.capacity,
            hours=new.hours,
            life=Interval(on),
            created_at=work.now,
            updated_at=work.now,
            version=1,
            day=work.today,
        )
        await _check_name(work, place)
        await places.add(work, place)
        work.emit(facts.place_registered(place))
        work.audit_change("place", place.place_id, None, _kept(place))
        return work.answer(place)


async def _check_unit(work: UnitOfWork, unit_id: UUID, on: date) -> None:
    unit = (await units.outlines(work, [unit_id])).get(unit_id)
    if unit is None or (unit.life.end is not None and unit.life.end <= on):
        refuse("unit_id", "没有此组织，或已撤销。", "There is no such unit, or it is dissolved.")


async def _around(work: UnitOfWork, parent_id: UUID | None) -> Place | None:
    if parent_id is None:
        return None
    # Locked, so that it is not closed while something is registered in it.
    parent = await places.lock(work, parent_id)
    if parent is None:
        refuse("parent_place_id", "没有此场所。", "There is no such place.")
    return parent


async def _check_name(work: UnitOfWork, place: Place) -> None:
    await work.lock(f"places:{place.parent_id or place.campus_id}")
    twin = await places.namesake(
        work,
        place_id=place.place_id,
        campus_id=place.campus_id,
        parent_id=place.parent_id,
        name=place.name,
        day=work.today,
    )
    if twin is not None:
        raise PlaceNameTakenError(name=place.name, place_id=twin)


def _kept(place: Place) -> dict[str, object]:
    return {
        "kind": place.kind,
        "name": place.name,
        "unit_id": place.unit_id,
        "capacity": place.capacity,
        "hours": [[each.weekday, each.opens_at, each.closes_at] for each in place.hours],
        "life": [place.life.start, place.life.end],
    }


async def _take(work: UnitOfWork, place_id: UUID) -> Place:
    place = await places.lock(work, place_id)
    assert place is not None, "a place is never deleted"
    work.call.check_etag(place.version)
    check_open(place)
    return place


async def _keep(work: UnitOfWork, before: Place, after: Place) -> None:
    await places.change(work, after)
    work.audit_change("place", after.place_id, _kept(before), _kept(after))


async def update_place(
    call: Call, place_id: UUID, *, name: str, capacity: int | None, hours: tuple[Hours, ...]
) -> Place:
    """Change name, capacity and opening hours of a place."""
    seen = await get_place(call, place_id)
    await call.access.require("organization.place.update", unit=seen.unit_id)
    check_description(name, hours)
    async with call.transaction() as work:
        before = await _take(work, place_id)
        after = replace(
            before,
            name=name,
            capacity=capacity,
            hours=hours,
            updated_at=work.now,
            version=before.version + 1,
        )
        await _check_name(work, after)
        await _keep(work, before, after)
        work.emit(facts.place_updated(after))
        return work.answer(after)


async def close_place(call: Call, place_id: UUID, *, closed_on: date | None) -> Place:
    """Close a place for good from a day on."""
    seen = await get_place(call, place_id)
    await call.access.require("organization.place.close", unit=seen.unit_id)
    async with call.transaction() as work:
        before = await _take(work, place_id)
        on = closed_on or work.today
        if on <= before.life.start:
            refuse("closed_on", "停用日期须晚于启用日期。", "It lies after the first day of its use.")
        if await places.in_use(work, place_id, since=on):
            raise PlaceInUseError(place_id=place_id)
        after = replace(
            before, life=Interval(before.life.start, on), updated_at=work.now, version=before.version + 1
        )
        await _keep(work, before, after)
        work.emit(facts.place_closed(after, on))
        return work.answer(after)


async def get_place(call: Call, place_id: UUID) -> Place:
    """Read a place; where the places are is no secret."""
    place = await places.find(call.database, place_id, day=call.clock.today())
    if place is None:
        call.access.only_public()
        raise PlaceNotFoundError(place_id=place_id)
    return place


async def list_places(
    call: Call,
    *,
    campus_id: UUID | None,
    parent_id: UUID | None,
    unit_id: UUID | None,
    kind: PlaceKind | None,
    closed: bool,
    size: int,
    token: str,
) -> Page[Place]:
    """List places in the order of their registration."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await places.page(
        call.database,
        campus_id=campus_id,
        parent_id=parent_id,
        unit_id=unit_id,
        kind=kind,
        closed=closed,
        day=call.clock.today(),
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda place: (place.place_id,))


async def get_tree(call: Call, place_id: UUID) -> list[Node]:
    """Read a place and what is open in it."""
    nodes = await places.tree(call.database, place_id, day=call.clock.today())
    if not nodes:
        raise PlaceNotFoundError(place_id=place_id)
    return nodes


async def get_responsible_branch(
    call: Call, place_id: UUID, *, as_of: date | None, known_at: datetime | None
) -> Responsible:
    """Say which branch answers for a place on a day."""
    day = as_of or call.clock.today()
    found = await places.responsible(call.database, place_id, day=day, known_at=known_at)
    if found is None:
        raise PlaceNotFoundError(place_id=place_id)
    return found
