"""Assign responsibility zones to branches, end and read them."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from chassis.bitemporal import period
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.domain.zones import Zone, check_area, check_branch, check_class, check_end, check_place
from organization.errors import PlaceNotFoundError, ZoneNotFoundError, ZoneOverlapsError
from organization.events import places as facts
from organization.repository import places, units, zones

READ = "organization.zone.read"


async def assign_zone(
    call: Call,
    unit_id: UUID,
    *,
    place_id: UUID | None,
    class_id: UUID | None,
    valid_from: date | None,
    valid_until: date | None,
) -> Zone:
    """Make a branch answer for a place or a class on some days."""
    check_area(place_id, class_id)
    async with call.transaction() as work:
        zone = Zone(
            zone_id=new_id(),
            unit_id=unit_id,
            place_id=place_id,
            class_id=class_id,
            days=period(valid_from or work.today, valid_until),
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await units.lock(work, unit_id)
        await ensure_free(work, unit_id)
        await _check_parties(work, zone)
        # Two branches given one area at once would not see each other.
        await work.lock(f"area:{zone.area_id}")
        twin = await zones.overlapping(work, zone.area_id, zone.days)
        if twin is not None:
            raise ZoneOverlapsError(zone_id=twin)
        await zones.add(work, zone)
        work.emit(facts.zone_assigned(zone))
        work.audit_change("zone", zone.zone_id, None, _kept(zone))
        return work.answer(zone)


async def _check_parties(work: UnitOfWork, zone: Zone) -> None:
    wanted = [zone.unit_id, *([zone.class_id] if zone.class_id else [])]
    known = await units.outlines(work, wanted)
    check_branch(known.get(zone.unit_id), zone.days)
    if zone.class_id is not None:
        check_class(known.get(zone.class_id), zone.days)
    if zone.place_id is not None:
        # Locked, so that it is not closed at the same moment.
        place = await places.lock(work, zone.place_id)
        if place is None:
            raise PlaceNotFoundError(place_id=zone.place_id)
        check_place(place, zone.days)


def _kept(zone: Zone) -> dict[str, object]:
    return {
        "unit_id": zone.unit_id,
        "place_id": zone.place_id,
        "class_id": zone.class_id,
        "days": [zone.days.start, zone.days.end],
    }


async def end_zone(call: Call, zone_id: UUID, *, ends_on: date | None) -> Zone:
    """End a zone from a day on."""
    seen = await _present(call, zone_id)
    await call.access.require("organization.zone.end", unit=seen.unit_id)
    async with call.transaction() as work:
        await ensure_free(work, seen.unit_id)
        before = await zones.lock(work, zone_id)
        assert before is not None, "a zone is never deleted"
        call.check_etag(before.version)
        on = ends_on or work.today
        check_end(before, on)
        after = replace(
            before, days=Interval(before.days.start, on), updated_at=work.now, version=before.version + 1
        )
        await zones.end(work, after, Interval(on, before.days.end))
        work.emit(facts.zone_ended(after, on))
        work.audit_change("zone", zone_id, _kept(before), _kept(after))
        return work.answer(after)


async def _present(call: Call, zone_id: UUID) -> Zone:
    zone = await zones.find(call.database, zone_id)
    if zone is None:
        await call.access.require(READ, unit=None)
        raise ZoneNotFoundError(zone_id=zone_id)
    return zone


async def get_zone(call: Call, zone_id: UUID) -> Zone:
    """Read a zone."""
    zone = await _present(call, zone_id)
    await call.access.require(READ, unit=zone.unit_id)
    return zone


async def list_zones(
    call: Call,
    *,
    unit_id: UUID | None,
    place_id: UUID | None,
    class_id: UUID | None,
    campus_id: UUID | None,
    as_of: date | None,
    size: int,
    token: str,
) -> Page[Zone]:
    """List zones of branches on which the caller may read them."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await zones.page(
        call.database,
        await call.access.filters(READ),
        unit_id=unit_id,
        place_id=place_id,
        class_id=class_id,
        campus_id=campus_id,
        on=as_of,
        today=call.clock.today(),
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda zone: (zone.zone_id,))
