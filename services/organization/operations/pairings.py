"""Pair leaders with branches, end and read the pairings."""

from dataclasses import replace
from datetime import date
from uuid import UUID

from chassis.bitemporal import period
from chassis.calls import Call
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.domain.pairings import Pairing, check_end, check_leads
from organization.domain.zones import check_branch
from organization.errors import PairingNotFoundError, PairingOverlapsError
from organization.events import pairings as facts
from organization.repository import pairings, posts, units

READ = "organization.pairing.read"


async def pair_leader(
    call: Call,
    unit_id: UUID,
    *,
    person_id: UUID,
    post_id: UUID,
    plan: str,
    valid_from: date | None,
    valid_until: date | None,
) -> Pairing:
    """Pair a leader with a branch on some days."""
    async with call.transaction() as work:
        pairing = Pairing(
            pairing_id=new_id(),
            unit_id=unit_id,
            person_id=person_id,
            post_id=post_id,
            plan=plan,
            days=period(valid_from or work.today, valid_until),
            reason="",
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        # The lock also keeps two pairings with the same branch from not seeing each other.
        await units.lock(work, unit_id)
        await ensure_free(work, unit_id)
        check_branch((await units.outlines(work, [unit_id])).get(unit_id), pairing.days)
        site = (await posts.sites(work, [post_id])).get(post_id)
        check_leads(site, is_held=await posts.holds(work, post_id, person_id, pairing.days.start))
        twin = await pairings.overlapping(work, pairing)
        if twin is not None:
            raise PairingOverlapsError(pairing_id=twin)
        await pairings.add(work, pairing)
        work.emit(facts.pairing_made(pairing))
        work.audit_change("pairing", pairing.pairing_id, None, _kept(pairing), sensitive=["reason"])
        return work.answer(pairing)


def _kept(pairing: Pairing) -> dict[str, object]:
    return {
        "unit_id": pairing.unit_id,
        "person_id": pairing.person_id,
        "post_id": pairing.post_id,
        "days": [pairing.days.start, pairing.days.end],
        "reason": pairing.reason,
    }


async def end_pairing(call: Call, pairing_id: UUID, *, ends_on: date | None, reason: str) -> Pairing:
    """End a pairing from a day on; also one of a branch that a process holds, because leaders change meanwhile."""
    seen = await _present(call, pairing_id)
    await call.access.require("organization.pairing.end", unit=seen.unit_id)
    async with call.transaction() as work:
        before = await pairings.lock(work, pairing_id)
        assert before is not None, "a pairing is never deleted"
        call.check_etag(before.version)
        on = ends_on or work.today
        check_end(before, on)
        after = replace(
            before,
            days=Interval(before.days.start, on),
            reason=reason,
            updated_at=work.now,
            version=before.version + 1,
        )
        await pairings.end(work, after)
        work.emit(facts.pairing_ended(after, on))
        work.audit_change("pairing", pairing_id, _kept(before), _kept(after), sensitive=["reason"])
        return work.answer(after)


async def _present(call: Call, pairing_id: UUID) -> Pairing:
    pairing = await pairings.find(call.database, pairing_id)
    if pairing is None:
        await call.access.require(READ, unit=None)
        raise PairingNotFoundError(pairing_id=pairing_id)
    return pairing


async def get_pairing(call: Call, pairing_id: UUID) -> Pairing:
    """Read a pairing; leaders read their own."""
    pairing = await _present(call, pairing_id)
    own = pairing.person_id == call.caller.person_id
    await call.access.require(READ, unit=pairing.unit_id, relation=own)
    return pairing


async def list_pairings(
    call: Call,
    *,
    unit_id: UUID | None,
    person_id: UUID | None,
    campus_id: UUID | None,
    as_of: date | None,
    size: int,
    token: str,
) -> Page[Pairing]:
    """List pairings of branches on which the caller may read them, and the caller's own."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await pairings.page(
        call.database,
        await call.access.filters(READ),
        caller_id=call.caller.person_id,
        unit_id=unit_id,
        person_id=person_id,
        campus_id=campus_id,
        on=as_of,
        today=call.clock.today(),
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda pairing: (pairing.pairing_id,))
