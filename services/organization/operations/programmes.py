"""Register, change and end programmes, say who takes part; read them and who answers for them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from chassis.bitemporal import period
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.domain.programmes import (
    Line,
    Participation,
    Programme,
    Status,
    check_end,
    check_leaving,
    check_life,
    check_open,
    check_participation,
    check_posts,
)
from organization.errors import ProgrammeCodeTakenError, ProgrammeNotFoundError
from organization.events import programmes as facts
from organization.repository import posts, programmes, units

READ = "organization.programme.read"


@dataclass(frozen=True, slots=True)
class Description:
    """How a programme is named, and the posts by which it is answered for."""

    name: str
    issuer: str
    first_responsible_id: UUID | None
    leader_in_charge_id: UUID | None


async def register_programme(
    call: Call,
    unit_id: UUID,
    new: Description,
    *,
    code: str,
    valid_from: date | None,
    valid_until: date | None,
) -> Programme:
    """Register a programme that a unit carries."""
    async with call.transaction() as work:
        await ensure_free(work, unit_id)
        programme = Programme(
            programme_id=new_id(),
            unit_id=unit_id,
            code=code,
            name=new.name,
            issuer=new.issuer,
            first_responsible_id=new.first_responsible_id,
            leader_in_charge_id=new.leader_in_charge_id,
            days=period(valid_from or work.today, valid_until),
            participations=(),
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        check_life((await units.outlines(work, [unit_id])).get(unit_id), programme.days)
        await _check_posts(work, programme)
        await work.lock(f"programme|{code}")
        twin = await programmes.coded(work, code)
        if twin is not None:
            raise ProgrammeCodeTakenError(code=code, programme_id=twin)
        await programmes.add(work, programme)
        return await announce(work, None, programme.programme_id, facts.programme_registered)


async def _check_posts(work: UnitOfWork, programme: Programme) -> None:
    named = [post for post in (programme.first_responsible_id, programme.leader_in_charge_id) if post]
    check_posts(programme, await posts.sites(work, named) if named else {})


async def update_programme(call: Call, programme_id: UUID, new: Description) -> Programme:
    """Say anew how a programme is named and by which posts it is answered for."""
    seen = await _allowed(call, programme_id, "organization.programme.update")
    async with call.transaction() as work:
        before = await take(work, seen)
        check_open(before, work.today)
        after = replace(
            before,
            name=new.name,
            issuer=new.issuer,
            first_responsible_id=new.first_responsible_id,
            leader_in_charge_id=new.leader_in_charge_id,
        )
        await _check_posts(work, after)
        await keep(work, after)
        return await announce(work, before, programme_id, facts.programme_updated)


async def end_programme(call: Call, programme_id: UUID, *, ends_on: date | None) -> Programme:
    """End a programme from a day on, and every part in it."""
    seen = await _allowed(call, programme_id, "organization.programme.end")
    async with call.transaction() as work:
        before = await take(work, seen)
        on = ends_on or work.today
        check_end(before, on)
        await keep(work, replace(before, days=Interval(before.days.start, on)))
        return await announce(work, before, programme_id, lambda each: facts.programme_ended(each, on))


async def set_participation(
    call: Call,
    programme_id: UUID,
    unit_id: UUID,
    *,
    batch: int,
    status: Status,
    valid_from: date | None,
    valid_until: date | None,
) -> Programme:
    """Say with which batch and status a unit takes part from a day on."""
    seen = await _allowed(call, programme_id, "organization.programme.participate")
    async with call.transaction() as work:
        before = await take(work, seen, unit_id)
        days = period(valid_from or work.today, valid_until or before.days.end)
        check_participation(before, (await units.outlines(work, [unit_id])).get(unit_id), days)
        new = Participation(unit_id, batch, status, days)
        await programmes.set_participation(work, programme_id, new)
        await keep(work, before)
        return await announce(work, before, programme_id, lambda each: facts.participation_set(each, new))


async def end_participation(
    call: Call, programme_id: UUID, unit_id: UUID, *, ends_on: date | None
) -> Programme:
    """End the part of a unit in a programme from a day on."""
    seen = await _allowed(call, programme_id, "organization.programme.participate")
    async with call.transaction() as work:
        before = await take(work, seen, unit_id)
        on = ends_on or work.today
        check_leaving(before, unit_id, on)
        await programmes.end_participation(work, programme_id, unit_id, on)
        await keep(work, before)
        return await announce(
            work, before, programme_id, lambda each: facts.participation_ended(each, unit_id, on)
        )


async def take(work: UnitOfWork, seen: Programme, *others: UUID) -> Programme:
    """The programme, for whoever changes it; refuses when the caller read another version."""
    await ensure_free(work, *{seen.unit_id, *others})
    programme = await programmes.lock(work, seen.programme_id)
    assert programme is not None, "a programme is never deleted"
    work.call.check_etag(programme.version)
    return programme


async def keep(work: UnitOfWork, programme: Programme) -> None:
    """Keep the next version."""
    await programmes.change(work, replace(programme, updated_at=work.now, version=programme.version + 1))


async def announce(
    work: UnitOfWork, before: Programme | None, programme_id: UUID, fact: Callable[[Programme], Event]
) -> Programme:
    """Announce what became of a programme, and answer it as it is read afterwards."""
    after = await programmes.find(work, programme_id)
    assert after is not None, "it was kept just now"
    work.emit(fact(after))
    work.audit_change("programme", programme_id, None if before is None else _kept(before), _kept(after))
    return work.answer(after)


def _kept(programme: Programme) -> dict[str, object]:
    return {
        "unit_id": programme.unit_id,
        "code": programme.code,
        "name": programme.name,
        "issuer": programme.issuer,
        "first_responsible_id": programme.first_responsible_id,
        "leader_in_charge_id": programme.leader_in_charge_id,
        "days": [programme.days.start, programme.days.end],
        "participations": [
            [each.unit_id, each.batch, each.status, each.days.start, each.days.end]
            for each in programme.participations
        ],
    }


async def present(
    call: Call, programme_id: UUID, *, day: date | None = None, known_at: datetime | None = None
) -> Programme:
    """The programme; that there is none, only whoever may read all of them is told."""
    programme = await programmes.find(call.database, programme_id, day=day, known_at=known_at)
    if programme is None:
        await call.access.require(READ, unit=None)
        raise ProgrammeNotFoundError(programme_id=programme_id)
    return programme


async def _allowed(call: Call, programme_id: UUID, permission: str) -> Programme:
    programme = await present(call, programme_id)
    await call.access.require(permission, unit=programme.unit_id)
    return programme


async def get_programme(
    call: Call, programme_id: UUID, *, as_of: date | None, known_at: datetime | None
) -> Programme:
    """Read a programme; units that take part in it read it too."""
    programme = await present(call, programme_id, day=as_of, known_at=known_at)
    takes_part = await programmes.is_visible(call.database, programme_id, await call.access.filters(READ))
    await call.access.require(READ, unit=programme.unit_id, relation=takes_part)
    return programme


async def get_accountability(
    call: Call, programme_id: UUID, *, as_of: date | None, known_at: datetime | None
) -> list[Line]:
    """Read who answers for a programme on a day."""
    await get_programme(call, programme_id, as_of=as_of, known_at=known_at)
    day = as_of or call.clock.today()
    return await programmes.chain(call.database, programme_id, day=day, known_at=known_at)


async def list_programmes(
    call: Call, wanted: programmes.Filter, *, known_at: datetime | None, size: int, token: str
) -> Page[Programme]:
    """List programmes that the caller may read."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await programmes.page(
        call.database,
        await call.access.filters(READ),
        wanted,
        known_at=known_at,
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda each: (each.programme_id,))
