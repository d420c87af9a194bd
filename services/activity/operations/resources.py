"""Registering resources, sharing them, and saying how they were used."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from activity.domain.bookings import Usage, report_span
from activity.domain.resources import (
    Description,
    Origin,
    Resource,
    ResourceKind,
    ResourceState,
    ShareGrant,
    ShareScope,
    check_provider,
    check_share,
    share_days,
    state_of,
)
from activity.errors import (
    ResourceExistsError,
    ResourceNotFoundError,
    ShareGrantNotFoundError,
    ShareGrantOverlapsError,
)
from activity.events import resources as facts
from activity.operations.units import known_unit
from activity.repository import bookings, resources
from activity.repository.resources import ResourceFilter, ShareFilter
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size

READ: Final = "activity.resource.read"
UPDATE: Final = "activity.resource.update"
RETIRE: Final = "activity.resource.retire"
SHARE: Final = "activity.share_grant.grant"
END_SHARE: Final = "activity.share_grant.end"
READ_SHARE: Final = "activity.share_grant.read"


@dataclass(frozen=True, slots=True)
class NewResource:
    """What a resource is registered with."""

    unit_id: UUID
    kind: ResourceKind
    origin: Origin
    said: Description
    offered: bool


@dataclass(frozen=True, slots=True)
class ResourceChange:
    """What changes of a resource; None stays."""

    name: str | None
    description: str | None
    provider: str | None
    capacity: int | None
    offered: bool | None


@dataclass(frozen=True, slots=True)
class NewShare:
    """What a resource is shared with."""

    resource_id: UUID
    grantee_unit_id: UUID
    scope: ShareScope
    terms: str
    valid_from: date | None
    valid_until: date | None


async def register_resource(call: Call, new: NewResource) -> Resource:
    """Register a resource of a unit; the contract asks for the permission before."""
    check_provider(new.origin, new.said.provider)
    async with call.transaction() as work:
        (await known_unit(work, new.unit_id)).check_in_force(work.today)
        await _check_name(work, new.unit_id, new.said.name)
        resource = Resource(
            resource_id=new_id(),
            unit_id=new.unit_id,
            kind=new.kind,
            origin=new.origin,
            name=new.said.name,
            description=new.said.description,
            provider=new.said.provider,
            capacity=new.said.capacity,
            state=state_of(new.offered),
            retire_reason="",
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await resources.add(work, resource)
        work.emit(facts.resource_registered(resource))
        work.audit_change("resource", resource.resource_id, None, _audited(resource))
        return work.answer(resource)


async def _check_name(work: UnitOfWork, unit_id: UUID, name: str, *, own: UUID | None = None) -> None:
    # Two who choose the same name at once meet here, and the second finds it.
    await work.lock(f"resources of {unit_id}")
    if await resources.namesake(work, unit_id, name) not in (None, own):
        raise ResourceExistsError(name=name)


def _audited(resource: Resource) -> dict[str, object]:
    return {
        "unit_id": resource.unit_id,
        "name": resource.name,
        "provider": resource.provider,
        "capacity": resource.capacity,
        "state": resource.state.value,
        "retire_reason": resource.retire_reason,
    }


async def update_resource(call: Call, resource_id: UUID, change: ResourceChange) -> Resource:
    """Change what is said of a resource, or whether it is offered."""
    seen = await present_resource(call, resource_id, UPDATE)
    await call.access.require(UPDATE, unit=seen.unit_id)
    async with call.transaction() as work:
        before = await _locked(work, resource_id)
        call.check_etag(before.version)
        said = Description(
            name=before.name if change.name is None else change.name,
            description=before.description if change.description is None else change.description,
            provider=before.provider if change.provider is None else change.provider,
            capacity=before.capacity if change.capacity is None else change.capacity,
        )
        offered = before.state is ResourceState.OFFERED if change.offered is None else change.offered
        after = before.changed(said, offered=offered, now=work.now)
        await _check_name(work, before.unit_id, said.name, own=resource_id)
        return work.answer(await _keep(work, before, after, facts.resource_updated))


async def retire_resource(call: Call, resource_id: UUID, reason: str) -> Resource:
    """Say that a resource is no longer there."""
    seen = await present_resource(call, resource_id, RETIRE)
    await call.access.require(RETIRE, unit=seen.unit_id)
    async with call.transaction() as work:
        before = await _locked(work, resource_id)
        call.check_etag(before.version)
        after = before.retired(reason, work.now)
        return work.answer(await _keep(work, before, after, facts.resource_retired))


async def _locked(work: UnitOfWork, resource_id: UUID) -> Resource:
    resource = await resources.lock(work, resource_id)
    assert resource is not None, "a resource is never deleted"
    return resource


async def _keep(
    work: UnitOfWork, before: Resource, after: Resource, announce: Callable[[Resource], Event]
) -> Resource:
    await resources.save(work, after)
    work.emit(announce(after))
    work.audit_change("resource", after.resource_id, _audited(before), _audited(after))
    return after


async def present_resource(call: Call, resource_id: UUID, permission: str) -> Resource:
    """The resource; who may not ask for any is not told that there is none."""
    resource = await resources.find(call.database, resource_id)
    if resource is None:
        await call.access.require(permission, unit=None)
        raise ResourceNotFoundError(resource_id=resource_id)
    return resource


async def get_resource(call: Call, resource_id: UUID) -> Resource:
    """Read a resource that one may see."""
    resource = await present_resource(call, resource_id, READ)
    seen = await resources.is_visible(call.database, resource_id, await call.access.filters(READ))
    await call.access.require(READ, unit=resource.unit_id, relation=seen)
    return resource


async def list_resources(call: Call, wanted: ResourceFilter, *, size: int, token: str) -> Page[Resource]:
    """List the resources that the caller may see."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await resources.page(
        call.database,
        await call.access.filters(READ),
        wanted,
        after=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda resource: (resource.resource_id,))


async def grant_share(call: Call, new: NewShare) -> ShareGrant:
    """Share a resource with a unit and those below it."""
    seen = await present_resource(call, new.resource_id, SHARE)
    await call.access.require(SHARE, unit=seen.unit_id)
    async with call.transaction() as work:
        # Locked, so that it is not shared twice or retired at the same moment.
        resource = await _locked(work, new.resource_id)
        days = share_days(new.valid_from or work.today, new.valid_until)
        check_share(resource, new.grantee_unit_id, days, work.today)
        (await known_unit(work, new.grantee_unit_id)).check_in_force(days.start)
        grant = ShareGrant(
            share_grant_id=new_id(),
            resource_id=resource.resource_id,
            unit_id=resource.unit_id,
            grantee_unit_id=new.grantee_unit_id,
            scope=new.scope,
            terms=new.terms,
            days=days,
            end_reason="",
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        twin = await resources.overlapping_share(work, grant)
        if twin is not None:
            raise ShareGrantOverlapsError(share_grant_id=twin)
        await resources.add_share(work, grant)
        work.emit(facts.share_granted(grant))
        work.audit_change("share_grant", grant.share_grant_id, None, _audited_share(grant))
        return work.answer(grant)


def _audited_share(grant: ShareGrant) -> dict[str, object]:
    return {
        "resource_id": grant.resource_id,
        "grantee_unit_id": grant.grantee_unit_id,
        "scope": grant.scope.value,
        "days": [grant.days.start, grant.days.end],
        "end_reason": grant.end_reason,
    }


async def end_share(call: Call, share_grant_id: UUID, *, valid_until: date | None, reason: str) -> ShareGrant:
    """End a grant from a day on."""
    seen = await _present_share(call, share_grant_id, END_SHARE)
    await call.access.require(END_SHARE, unit=seen.unit_id)
    async with call.transaction() as work:
        before = await resources.lock_share(work, share_grant_id)
        assert before is not None, "a grant is never deleted"
        call.check_etag(before.version)
        until = valid_until or work.today + timedelta(days=1)
        after = before.ended(until, reason, work.today, work.now)
        await resources.save_share(work, after)
        work.emit(facts.share_ended(after))
        work.audit_change("share_grant", share_grant_id, _audited_share(before), _audited_share(after))
        return work.answer(after)


async def _present_share(call: Call, share_grant_id: UUID, permission: str) -> ShareGrant:
    grant = await resources.find_share(call.database, share_grant_id)
    if grant is None:
        await call.access.require(permission, unit=None)
        raise ShareGrantNotFoundError(share_grant_id=share_grant_id)
    return grant


async def get_share(call: Call, share_grant_id: UUID) -> ShareGrant:
    """Read a grant, for the units on both sides."""
    grant = await _present_share(call, share_grant_id, READ_SHARE)
    owns = await call.access.holds(READ_SHARE, unit=grant.unit_id)
    await call.access.require(READ_SHARE, unit=grant.grantee_unit_id, relation=owns)
    return grant


async def list_shares(call: Call, wanted: ShareFilter, *, size: int, token: str) -> Page[ShareGrant]:
    """List grants of units on either side on which the caller may read them."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await resources.share_page(
        call.database,
        await call.access.filters(READ_SHARE),
        wanted,
        after=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda grant: (grant.share_grant_id,))


async def list_usage(
    call: Call, unit_id: UUID, *, first: date, until: date, size: int, token: str
) -> Page[Usage]:
    """Say how the resources of a unit were used; the contract asks for the permission before."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await bookings.usage_page(
        call.database,
        unit_id,
        report_span(first, until),
        day=call.clock.today(),
        after=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda usage: (usage.resource_id,))
