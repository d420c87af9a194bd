"""Giving and withdrawing consent to be selected, and reading what was given."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from activity.domain.selections import Consent, Selector, check_statement, consent_end
from activity.errors import SelectionConsentExistsError, SelectionConsentNotFoundError
from activity.events import selections as facts
from activity.operations.people import Register, ensure_known
from activity.operations.units import known_unit
from activity.repository import consents, selections
from activity.repository.consents import ConsentFilter
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size

RECORD: Final = "activity.selection_consent.record"
READ: Final = "activity.selection_consent.read"
# Held by whoever builds a list and whoever withdraws, so that no list is built with what was just withdrawn.
GATE: Final = "selection consents"


@dataclass(frozen=True, slots=True)
class NewConsent:
    """What somebody agrees to."""

    person_id: UUID
    unit_id: UUID
    selector: Selector
    valid_until: date | None
    statement: str


async def give_consent(call: Call, new: NewConsent, register: Register) -> Consent:
    """Record a consent: one's own, or one that was signed on paper."""
    own = call.caller.person_id == new.person_id
    await call.access.require(RECORD, unit=new.unit_id, relation=own)
    check_statement(new.statement, own=own)
    await ensure_known(call, register, [new.person_id])
    async with call.transaction() as work:
        (await known_unit(work, new.unit_id)).check_in_force(work.today)
        consent = Consent(
            consent_id=new_id(),
            person_id=new.person_id,
            unit_id=new.unit_id,
            selector=new.selector,
            given_on=work.today,
            valid_until=consent_end(new.valid_until, work.today),
            withdrawn_on=None,
            statement=new.statement,
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await work.lock(f"{GATE} of {new.person_id}")
        twin = await consents.same(work, consent)
        if twin is not None:
            raise SelectionConsentExistsError(consent_id=twin)
        await consents.add(work, consent)
        work.emit(facts.consent_given(consent))
        _audit(work, None, consent)
        return work.answer(consent)


async def withdraw_consent(call: Call, consent_id: UUID) -> Consent:
    """Withdraw a consent; the person drops out of every list that is not confirmed."""
    seen = await _present(call, consent_id, RECORD)
    own = call.caller.person_id == seen.person_id
    await call.access.require(RECORD, unit=seen.unit_id, relation=own)
    async with call.transaction() as work:
        await work.lock(GATE)
        before = await consents.lock(work, consent_id)
        assert before is not None, "a consent is never deleted"
        after = before.withdrawn(work.today, work.now)
        await consents.save(work, after)
        work.emit(facts.consent_withdrawn(after))
        _audit(work, before, after)
        await _drop_out(work, consent_id)
        return work.answer(after)


async def _drop_out(work: UnitOfWork, consent_id: UUID) -> None:
    rosters = await selections.drafts_with(work, consent_id)
    entries = await selections.entries_of(work, [roster.roster_id for roster in rosters])
    for roster in rosters:
        staying = [entry for entry in entries[roster.roster_id] if entry.consent_id != consent_id]
        changed, seated = roster.filled(staying, work.now)
        await selections.save(work, changed, seated)
        work.emit(facts.roster_changed(changed))


def _audit(work: UnitOfWork, before: Consent | None, after: Consent) -> None:
    work.audit_change(
        "selection_consent",
        after.consent_id,
        None if before is None else _audited(before),
        _audited(after),
        sensitive=("selector", "statement"),
    )


def _audited(consent: Consent) -> dict[str, object]:
    return {
        "person_id": consent.person_id,
        "unit_id": consent.unit_id,
        "selector": None if consent.selector is None else consent.selector.value,
        "valid_until": consent.valid_until,
        "withdrawn_on": consent.withdrawn_on,
        "statement": consent.statement,
    }


async def _present(call: Call, consent_id: UUID, permission: str) -> Consent:
    consent = await consents.find(call.database, consent_id)
    if consent is None:
        await call.access.require(permission, unit=None)
        raise SelectionConsentNotFoundError(consent_id=consent_id)
    return consent


async def get_consent(call: Call, consent_id: UUID) -> Consent:
    """Read a consent; the person may."""
    consent = await _present(call, consent_id, READ)
    own = consent.person_id == call.caller.person_id
    await call.access.require(READ, unit=consent.unit_id, relation=own)
    return consent


async def list_consents(call: Call, wanted: ConsentFilter, *, size: int, token: str) -> Page[Consent]:
    """List consents given to units on which the caller may read them, and the caller's own."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await consents.page(
        call.database,
        await call.access.filters(READ),
        wanted,
        own_id=call.caller.person_id,
        today=call.clock.today(),
        after=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda consent: (consent.consent_id,))
