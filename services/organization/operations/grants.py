"""Give roles, take them back, and keep those that appointments bring in step with their terms."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from chassis.access import put_grant
from chassis.bitemporal import period
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.errors import PermissionDeniedError
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from organization.domain.grants import (
    ADMINISTRATOR,
    GIVE,
    GIVE_ANY,
    Basis,
    Grant,
    administers,
    check_revocable,
)
from organization.domain.posts import Appointment, Post
from organization.domain.units import refuse
from organization.errors import (
    GrantExistsError,
    GrantNotFoundError,
    LastAdministratorError,
    RoleExceedsOwnError,
)
from organization.events import facts
from organization.repository import grants, units

READ = "organization.grant.read"


async def require_may_give(call: Call, role: str, unit_id: UUID) -> None:
    """Nobody gives a role that allows more than they may do there themselves, unless they may give any."""
    if await call.access.holds(GIVE_ANY, unit=unit_id):
        return
    await call.access.require(GIVE, unit=unit_id)
    for permission in call.access.control.roles.get(role, ()):
        if not await call.access.holds(permission, unit=unit_id):
            raise RoleExceedsOwnError(role=role, permission=permission)


async def grant_role(
    call: Call,
    *,
    person_id: UUID,
    role: str,
    unit_id: UUID,
    valid_from: date | None,
    valid_until: date | None,
    reason: str,
) -> Grant:
    """Give a person a role over a unit for some days."""
    await require_may_give(call, role, unit_id)
    async with call.transaction() as work:
        days = period(valid_from or work.today, valid_until)
        await _check_unit(work, unit_id, days)
        await work.lock(f"grants:{person_id}")
        twin = await grants.twin(work, person_id=person_id, role=role, unit_id=unit_id, days=days)
        if twin is not None:
            raise GrantExistsError(grant_id=twin)
        return work.answer(await give(work, person_id, role, unit_id, days, Basis.GIVEN, reason=reason))


async def _check_unit(work: UnitOfWork, unit_id: UUID, days: Interval) -> None:
    unit = (await units.outlines(work, [unit_id])).get(unit_id)
    if unit is None or (unit.life.end is not None and unit.life.end <= days.start):
        refuse("unit_id", "没有此组织，或已撤销。", "There is no such unit, or it is dissolved.")


async def give(
    work: UnitOfWork,
    person_id: UUID,
    role: str,
    unit_id: UUID,
    days: Interval,
    basis: Basis,
    *,
    reason: str,
    appointment_id: UUID | None = None,
) -> Grant:
    """Keep and announce a new grant, whoever gives it."""
    grant = Grant(
        grant_id=new_id(),
        person_id=person_id,
        role=role,
        unit_id=unit_id,
        days=days,
        revoked=False,
        basis=basis,
        appointment_id=appointment_id,
        reason=reason,
        created_at=work.now,
        updated_at=work.now,
        version=1,
    )
    await grants.add(work, grant)
    await keep_access(work, grant)
    work.emit(facts.grant_given(grant))
    work.audit_change("grant", grant.grant_id, None, _kept(grant), sensitive=["reason"])
    return grant


async def keep_access(work: UnitOfWork, grant: Grant) -> None:
    """Have this service's own checks know the grant as it is now."""
    await put_grant(
        work,
        grant_id=grant.grant_id,
        person_id=grant.person_id,
        role=grant.role,
        unit_id=grant.unit_id,
        valid_from=grant.days.start,
        valid_until=grant.days.end,
        revoked=grant.revoked,
    )


def _kept(grant: Grant) -> dict[str, object]:
    return {
        "person_id": grant.person_id,
        "role": grant.role,
        "unit_id": grant.unit_id,
        "days": [grant.days.start, grant.days.end],
        "revoked": grant.revoked,
        "reason": grant.reason,
    }


async def bring(work: UnitOfWork, post: Post, appointment: Appointment) -> None:
    """Give the role of a post to whoever was appointed to it, for the term."""
    if post.role is not None:
        await give(
            work,
            appointment.person_id,
            post.role,
            post.role_unit_id or post.unit_id,
            appointment.term,
            Basis.APPOINTMENT,
            reason="",
            appointment_id=appointment.appointment_id,
        )


async def follow(work: UnitOfWork, appointment: Appointment) -> None:
    """Let the roles that an appointment brings hold for its new term."""
    for before in await grants.brought_by(work, appointment.appointment_id):
        if before.days == appointment.term:
            continue
        after = replace(before, days=appointment.term, updated_at=work.now, version=before.version + 1)
        await grants.change(work, before, after, in_force=after.days)
        await keep_access(work, after)
        work.emit(facts.grant_changed(after))
        work.audit_change("grant", after.grant_id, _kept(before), _kept(after), sensitive=["reason"])


async def withdraw(work: UnitOfWork, appointment: Appointment) -> None:
    """Take back the roles that a cancelled appointment would have brought; they never were in force."""
    for before in await grants.brought_by(work, appointment.appointment_id):
        after = replace(
            before,
            revoked=True,
            reason=appointment.reason,
            updated_at=work.now,
            version=before.version + 1,
        )
        await grants.change(work, before, after, in_force=None)
        await keep_access(work, after)
        work.emit(facts.grant_revoked(after))
        work.audit_change("grant", after.grant_id, _kept(before), _kept(after), sensitive=["reason"])


async def revoke_grant(call: Call, grant_id: UUID, *, reason: str) -> Grant:
    """Take a role back at once."""
    seen = await _present(call, grant_id)
    await call.access.require("organization.grant.revoke", unit=seen.unit_id)
    async with call.transaction() as work:
        if seen.role == ADMINISTRATOR:
            # Two administrators must not take each other's role back at once.
            await work.lock("grants.administrators")
        before = await grants.lock(work, grant_id)
        assert before is not None, "a grant is never deleted"
        call.check_etag(before.version)
        check_revocable(before)
        if before.role == ADMINISTRATOR and not administers(
            await grants.administrators(work), without=grant_id
        ):
            raise LastAdministratorError
        # Today is over for it at once; what it was in force for stays in the history.
        held = Interval.of(before.days.start, work.today)
        held = held and held.intersection(before.days)
        after = replace(
            before,
            days=held or before.days,
            revoked=True,
            reason=reason,
            updated_at=work.now,
            version=before.version + 1,
        )
        await grants.change(work, before, after, in_force=held)
        await keep_access(work, after)
        work.emit(facts.grant_revoked(after))
        work.audit_change("grant", grant_id, _kept(before), _kept(after), sensitive=["reason"])
        return work.answer(after)


async def _present(call: Call, grant_id: UUID) -> Grant:
    grant = await grants.find(call.database, grant_id)
    if grant is None:
        await call.access.require(READ, unit=None)
        raise GrantNotFoundError(grant_id=grant_id)
    return grant


async def get_grant(call: Call, grant_id: UUID) -> Grant:
    """Read a grant; people read their own wherever it holds."""
    grant = await _present(call, grant_id)
    own = grant.person_id == call.caller.person_id
    await call.access.require(READ, unit=grant.unit_id, relation=own)
    return grant


async def list_grants(
    call: Call,
    *,
    person_id: UUID | None,
    unit_id: UUID | None,
    role: str | None,
    as_of: date | None,
    known_at: datetime | None,
    size: int,
    token: str,
) -> Page[Grant]:
    """List grants over units on which the caller may read grants."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await grants.page(
        call.database,
        await call.access.filters(READ),
        person_id=person_id,
        unit_id=unit_id,
        role=role,
        on=as_of,
        known_at=known_at,
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda grant: (grant.grant_id,))


async def list_own_grants(call: Call) -> list[Grant]:
    """List the caller's own grants in force today; a service has none."""
    try:
        person_id = call.person_id
    except PermissionDeniedError:
        return []
    return await grants.own(call.database, person_id, on=call.clock.today())


async def check_access(call: Call, *, person_id: UUID, permission: str, unit_id: UUID | None) -> bool:
    """Say whether a person holds a permission on a unit today; services ask before they refuse."""
    return await call.access.control.holds_here(person_id, permission, unit_id)
