"""Propose pacts of co-building, answer for a partner, leave, end and read them."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from chassis.bitemporal import period
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.domain import pacts as decide
from organization.domain.pacts import Answer, Pact, Partner
from organization.errors import PactNotFoundError
from organization.events import pacts as facts
from organization.repository import pacts, units

READ = "organization.pact.read"


async def propose_pact(
    call: Call,
    unit_id: UUID,
    *,
    title: str,
    plan: str,
    partner_ids: Sequence[UUID],
    least: int,
    valid_from: date | None,
    valid_until: date | None,
) -> Pact:
    """Ask units to build up their work together with a branch."""
    async with call.transaction() as work:
        pact = Pact(
            pact_id=new_id(),
            unit_id=unit_id,
            title=title,
            plan=plan,
            least_partners=least or len(partner_ids),
            partners=tuple(Partner(each) for each in sorted(partner_ids)),
            proposed_on=work.today,
            days=period(valid_from or work.today, valid_until),
            ended_on=None,
            reason="",
            created_at=work.now,
            updated_at=work.now,
            version=1,
            day=work.today,
        )
        await units.lock(work, unit_id)
        await ensure_free(work, unit_id)
        known = await units.outlines(work, [unit_id, *partner_ids])
        decide.check_proposal(unit_id, partner_ids, least, known, pact.days)
        await pacts.add(work, pact)
        work.emit(facts.pact_proposed(pact))
        work.audit_change("pact", pact.pact_id, None, _kept(pact))
        return work.answer(pact)


def _kept(pact: Pact) -> dict[str, object]:
    return {
        "unit_id": pact.unit_id,
        "title": pact.title,
        "least_partners": pact.least_partners,
        "partners": [
            [each.unit_id, each.answer, each.answered_on, each.left_on, each.reason] for each in pact.partners
        ],
        "days": [pact.days.start, pact.days.end],
        "ended_on": pact.ended_on,
    }


async def consent(call: Call, pact_id: UUID, *, unit_id: UUID) -> Pact:
    """Consent for a partner, from today on."""
    async with call.transaction() as work:
        await ensure_free(work, unit_id)
        before = await _taken(work, pact_id)
        after = decide.answered(before, unit_id, Answer.CONSENTED, on=work.today, at=work.now)
        return await _keep(work, before, after, unit_id, lambda: facts.pact_consented(after, unit_id))


async def refuse(call: Call, pact_id: UUID, *, unit_id: UUID, reason: str) -> Pact:
    """Refuse for a partner; also one that a process holds, because a refusal binds it to nothing."""
    async with call.transaction() as work:
        before = await _taken(work, pact_id)
        after = decide.answered(before, unit_id, Answer.REFUSED, on=work.today, at=work.now, reason=reason)
        return await _keep(work, before, after, unit_id, lambda: facts.pact_refused(after, unit_id))


async def leave(call: Call, pact_id: UUID, *, unit_id: UUID, leaves_on: date | None, reason: str) -> Pact:
    """Leave for a partner, from a day on."""
    async with call.transaction() as work:
        before = await _taken(work, pact_id)
        on = leaves_on or work.today
        after = decide.left(before, unit_id, on=on, at=work.now, reason=reason)
        return await _keep(work, before, after, unit_id, lambda: facts.pact_left(after, unit_id, on))


async def end_pact(call: Call, pact_id: UUID, *, ends_on: date | None, reason: str) -> Pact:
    """End a pact from a day on, or take the proposal back."""
    seen = await _present(call, pact_id, call.clock.today())
    await call.access.require("organization.pact.end", unit=seen.unit_id)
    async with call.transaction() as work:
        before = await _taken(work, pact_id)
        call.check_etag(before.version)
        on = ends_on or work.today
        after = decide.ended(before, on=on, at=work.now, reason=reason)
        return await _keep(work, before, after, None, lambda: facts.pact_ended(after, on))


async def _taken(work: UnitOfWork, pact_id: UUID) -> Pact:
    # The lock makes partners who answer at once see each other.
    await pacts.lock(work, pact_id)
    pact = await pacts.find(work, pact_id, day=work.today)
    if pact is None:
        raise PactNotFoundError(pact_id=pact_id)
    return pact


async def _keep(
    work: UnitOfWork, before: Pact, after: Pact, unit_id: UUID | None, fact: Callable[[], Event]
) -> Pact:
    await pacts.change(work, after)
    if unit_id is not None:
        await pacts.change_partner(work, after.pact_id, after.partner(unit_id))
    work.emit(fact())
    work.audit_change("pact", after.pact_id, _kept(before), _kept(after))
    return work.answer(after)


async def _present(call: Call, pact_id: UUID, day: date) -> Pact:
    pact = await pacts.find(call.database, pact_id, day=day)
    if pact is None:
        await call.access.require(READ, unit=None)
        raise PactNotFoundError(pact_id=pact_id)
    return pact


async def get_pact(call: Call, pact_id: UUID, *, as_of: date | None) -> Pact:
    """Read a pact; its branch and every partner may."""
    pact = await _present(call, pact_id, as_of or call.clock.today())
    for partner in pact.partners:
        if await call.access.holds(READ, unit=partner.unit_id):
            return pact
    await call.access.require(READ, unit=pact.unit_id)
    return pact


async def list_pacts(
    call: Call,
    *,
    unit_id: UUID | None,
    partner_id: UUID | None,
    campus_id: UUID | None,
    as_of: date | None,
    size: int,
    token: str,
) -> Page[Pact]:
    """List pacts whose branch, or one of whose partners, the caller may see."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await pacts.page(
        call.database,
        await call.access.filters(READ),
        unit_id=unit_id,
        partner_id=partner_id,
        campus_id=campus_id,
        on=as_of,
        today=call.clock.today(),
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda pact: (pact.pact_id,))
