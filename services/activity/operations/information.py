"""Granting information between units, showing it, and keeping what was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from activity.domain.class_hours import year_asked
from activity.domain.information import (
    InformationField,
    InformationGrant,
    Shared,
    View,
    check_grant,
    shown,
)
from activity.domain.resources import share_days
from activity.errors import InformationGrantNotFoundError, InformationGrantOverlapsError
from activity.events import information as facts
from activity.operations.units import known_unit
from activity.repository import information
from activity.repository.information import GrantFilter, ViewFilter
from chassis.calls import Call
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size

GRANT: Final = "activity.information_grant.grant"
READ: Final = "activity.information_grant.read"
READ_VIEWS: Final = "activity.information_view.read"


@dataclass(frozen=True, slots=True)
class NewGrant:
    """What a unit lets another see."""

    unit_id: UUID
    viewer_unit_id: UUID
    fields: tuple[InformationField, ...]
    purpose: str
    valid_from: date | None
    valid_until: date | None


async def grant_information(call: Call, new: NewGrant) -> InformationGrant:
    """Let a unit see some fields of another's people; the contract asks for the permission before."""
    async with call.transaction() as work:
        days = share_days(new.valid_from or work.today, new.valid_until)
        check_grant(new.unit_id, new.viewer_unit_id, days, work.today)
        for unit_id in (new.unit_id, new.viewer_unit_id):
            (await known_unit(work, unit_id)).check_in_force(days.start)
        grant = InformationGrant(
            information_grant_id=new_id(),
            unit_id=new.unit_id,
            viewer_unit_id=new.viewer_unit_id,
            fields=new.fields,
            purpose=new.purpose,
            days=days,
            end_reason="",
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await work.lock(f"information of {new.unit_id} for {new.viewer_unit_id}")
        twin = await information.overlapping(work, grant)
        if twin is not None:
            raise InformationGrantOverlapsError(information_grant_id=twin)
        await information.add(work, grant)
        work.emit(facts.information_granted(grant))
        work.audit_change("information_grant", grant.information_grant_id, None, _audited(grant))
        return work.answer(grant)


def _audited(grant: InformationGrant) -> dict[str, object]:
    return {
        "unit_id": grant.unit_id,
        "viewer_unit_id": grant.viewer_unit_id,
        "fields": [field.value for field in grant.fields],
        "days": [grant.days.start, grant.days.end],
        "end_reason": grant.end_reason,
    }


async def end_grant(
    call: Call, information_grant_id: UUID, *, valid_until: date | None, reason: str
) -> InformationGrant:
    """End a grant from a day on."""
    seen = await _present(call, information_grant_id, GRANT)
    await call.access.require(GRANT, unit=seen.unit_id)
    async with call.transaction() as work:
        before = await information.lock(work, information_grant_id)
        assert before is not None, "a grant is never deleted"
        call.check_etag(before.version)
        until = valid_until or work.today + timedelta(days=1)
        after = before.ended(until, reason, work.today, work.now)
        await information.save(work, after)
        work.emit(facts.information_ended(after))
        work.audit_change("information_grant", information_grant_id, _audited(before), _audited(after))
        return work.answer(after)


async def _present(call: Call, information_grant_id: UUID, permission: str) -> InformationGrant:
    grant = await information.find(call.database, information_grant_id)
    if grant is None:
        await call.access.require(permission, unit=None)
        raise InformationGrantNotFoundError(information_grant_id=information_grant_id)
    return grant


async def get_grant(call: Call, information_grant_id: UUID) -> InformationGrant:
    """Read a grant, for both sides."""
    grant = await _present(call, information_grant_id, READ)
    gives = await call.access.holds(READ, unit=grant.unit_id)
    await call.access.require(READ, unit=grant.viewer_unit_id, relation=gives)
    return grant


async def list_grants(call: Call, wanted: GrantFilter, *, size: int, token: str) -> Page[InformationGrant]:
    """List grants of units on either side on which the caller may read them."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await information.page(
        call.database,
        await call.access.filters(READ),
        wanted,
        after=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda grant: (grant.information_grant_id,))


async def view_information(
    call: Call, viewer_unit_id: UUID, person_ids: Sequence[UUID], *, year: int, purpose: str
) -> tuple[Shared, ...]:
    """Show a unit what is shared with it about people, and keep each look; the contract asks for the permission."""
    viewer_id = call.person_id
    async with call.transaction() as work:
        year = year_asked(year, work.today)
        reaches = await information.reaching(work, viewer_unit_id, person_ids, work.today)
        records = await information.records(work, sorted({reach.person_id for reach in reaches}), year)
        views = [
            View(
                view_id=new_id(),
                person_id=reach.person_id,
                viewer_id=viewer_id,
                viewer_unit_id=viewer_unit_id,
                unit_id=reach.unit_id,
                information_grant_id=reach.information_grant_id,
                fields=reach.fields,
                year=year,
                purpose=purpose,
                viewed_at=work.now,
            )
            for reach in reaches
        ]
        await information.add_views(work, views)
        for view in views:
            seen = {"person_id": view.person_id, "fields": list(view.fields), "purpose": purpose}
            work.audit_change("information_view", view.view_id, None, seen, sensitive=("purpose",))
        return work.answer(tuple(shown(reach, records[reach.person_id]) for reach in reaches))


async def list_views(call: Call, wanted: ViewFilter, *, size: int, token: str) -> Page[View]:
    """List who saw what of whom, the newest first; people see who looked at theirs."""
    before = decode_token(token, UUID)
    most = page_size(size)
    found = await information.view_page(
        call.database,
        await call.access.filters(READ_VIEWS),
        wanted,
        own_id=call.caller.person_id,
        before=before[0] if before else None,
        most=most + 1,
    )
    return page_of(found, most, lambda view: (view.view_id,))
