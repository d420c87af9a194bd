"""Issue plaques to members at their rooms, withdraw and read them."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.domain.plaques import Plaque, check_issue, check_room, check_withdrawal
from organization.domain.zones import check_branch
from organization.errors import PlaceNotFoundError, PlaqueNotFoundError, PlaqueOverlapsError
from organization.events import links as facts
from organization.repository import places, plaques, units

READ = "organization.plaque.read"


async def issue_plaque(
    call: Call, unit_id: UUID, *, place_id: UUID, person_id: UUID, issued_on: date | None
) -> Plaque:
    """Issue a plaque to a member at a room."""
    async with call.transaction() as work:
        plaque = Plaque(
            plaque_id=new_id(),
            unit_id=unit_id,
            place_id=place_id,
            person_id=person_id,
            issued_on=issued_on or work.today,
            withdrawn_on=None,
            reason="",
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        check_issue(plaque.issued_on, work.today)
        await ensure_free(work, unit_id)
        branch = (await units.outlines(work, [unit_id])).get(unit_id)
        check_branch(branch, Interval(plaque.issued_on))
        # Locked, so that it is not closed at the same moment.
        place = await places.lock(work, place_id)
        if place is None:
            raise PlaceNotFoundError(place_id=place_id)
        check_room(place, plaque.issued_on)
        await work.lock(f"plaques:{person_id}")
        twin = await plaques.since(work, person_id, plaque.issued_on)
        if twin is not None:
            raise PlaqueOverlapsError(plaque_id=twin)
        await plaques.add(work, plaque)
        work.emit(facts.plaque_issued(plaque))
        work.audit_change("plaque", plaque.plaque_id, None, _kept(plaque), sensitive=["reason"])
        return work.answer(plaque)


def _kept(plaque: Plaque) -> dict[str, object]:
    return {
        "unit_id": plaque.unit_id,
        "place_id": plaque.place_id,
        "person_id": plaque.person_id,
        "days": [plaque.issued_on, plaque.withdrawn_on],
        "reason": plaque.reason,
    }


async def withdraw_plaque(call: Call, plaque_id: UUID, *, withdrawn_on: date | None, reason: str) -> Plaque:
    """Withdraw a plaque; also that of a branch which a process holds, because it only follows where somebody lives."""
    seen = await _present(call, plaque_id)
    await call.access.require("organization.plaque.withdraw", unit=seen.unit_id)
    async with call.transaction() as work:
        before = await plaques.lock(work, plaque_id)
        assert before is not None, "a plaque is never deleted"
        call.check_etag(before.version)
        on = withdrawn_on or work.today
        check_withdrawal(before, on, work.today)
        after = replace(
            before, withdrawn_on=on, reason=reason, updated_at=work.now, version=before.version + 1
        )
        await plaques.withdraw(work, after)
        work.emit(facts.plaque_withdrawn(after))
        work.audit_change("plaque", plaque_id, _kept(before), _kept(after), sensitive=["reason"])
        return work.answer(after)


async def _present(call: Call, plaque_id: UUID) -> Plaque:
    plaque = await plaques.find(call.database, plaque_id)
    if plaque is None:
        await call.access.require(READ, unit=None)
        raise PlaqueNotFoundError(plaque_id=plaque_id)
    return plaque


async def get_plaque(call: Call, plaque_id: UUID) -> Plaque:
    """Read a plaque; people read their own."""
    plaque = await _present(call, plaque_id)
    own = plaque.person_id == call.caller.person_id
    await call.access.require(READ, unit=plaque.unit_id, relation=own)
    return plaque


async def list_plaques(
    call: Call,
    *,
    unit_id: UUID | None,
    place_id: UUID | None,
    person_id: UUID | None,
    campus_id: UUID | None,
    as_of: date | None,
    size: int,
    token: str,
) -> Page[Plaque]:
    """List plaques of branches on which the caller may read them, and the caller's own."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await plaques.page(
        call.database,
        await call.access.filters(READ),
        caller_id=call.caller.person_id,
        unit_id=unit_id,
        place_id=place_id,
        person_id=person_id,
        campus_id=campus_id,
        on=as_of,
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda plaque: (plaque.plaque_id,))
