"""Building target lists from consents and rules, changing and confirming them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol
from uuid import UUID

from activity.domain.selections import (
    Consent,
    Entry,
    Known,
    Quota,
    Roster,
    RosterState,
    SeatOutcome,
    Studies,
    check_quotas,
    drawn,
    excluded,
    fill,
)
from activity.errors import SelectionRosterNotFoundError
from activity.events import selections as facts
from activity.operations.consents import GATE
from activity.operations.units import known_unit
from activity.repository import consents, selections
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size

READ: Final = "activity.selection_roster.read"
BUILD: Final = "activity.selection_roster.build"
CONFIRM: Final = "activity.selection_roster.confirm"
READ_ENTRIES: Final = "activity.selection_entry.read"


class StudentRegister(Protocol):
    """Who studies, as its owner says."""

    async def studies(self, person_ids: Sequence[UUID]) -> Studies:
        """Which of the people study, and as what."""
        ...


@dataclass(frozen=True, slots=True)
class NewRoster:
    """What a list is built with."""

    unit_id: UUID
    title: str
    purpose: str
    quotas: tuple[Quota, ...]


async def build_roster(call: Call, new: NewRoster, register: StudentRegister) -> Roster:
    """Build a list; the contract asks for the permission before."""
    check_quotas(new.quotas)
    # Membership is asked outside the unit of work; whoever agrees meanwhile is on the next list.
    asked = {consent.person_id for consent in await _given(call, new)}
    studies = await register.studies(sorted(asked))
    async with call.transaction() as work:
        (await known_unit(work, new.unit_id)).check_in_force(work.today)
        await work.lock(GATE)
        selectors = [quota.selector for quota in new.quotas]
        given = await consents.given_to(work, new.unit_id, selectors, work.today)
        roster_id = new_id()
        known = await _known(work, {consent.person_id for consent in given}, studies)
        quotas, entries = fill(new.quotas, drawn(roster_id, new.quotas, given, known))
        roster = Roster(
            roster_id=roster_id,
            unit_id=new.unit_id,
            title=new.title,
            purpose=new.purpose,
            as_of=work.today,
            state=RosterState.DRAFT,
            quotas=quotas,
            confirmed_at=None,
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await selections.add(work, roster, entries)
        work.emit(facts.roster_built(roster))
        work.audit_change("selection_roster", roster_id, None, _audited(roster))
        return work.answer(roster)


async def _given(call: Call, new: NewRoster) -> list[Consent]:
    selectors = [quota.selector for quota in new.quotas]
    return await consents.given_to(call.database, new.unit_id, selectors, call.clock.today())


async def _known(work: UnitOfWork, person_ids: Iterable[UUID], studies: Studies) -> Known:
    people = sorted(person_ids)
    return Known(
        students=studies.students,
        undergraduates=studies.undergraduates,
        members_with_duty=await consents.members_with_duty(work, people, work.today),
        scholars=await consents.scholars(work, people),
    )


def _audited(roster: Roster) -> dict[str, object]:
    return {
        "unit_id": roster.unit_id,
        "title": roster.title,
        "state": roster.state.value,
        "quotas": [[each.selector.value, each.seats, each.candidates, each.chosen] for each in roster.quotas],
    }


async def exclude_person(call: Call, roster_id: UUID, *, person_id: UUID, reason: str) -> Roster:
    """Exclude somebody; the next in the group moves up."""
    seen = await _present(call, roster_id, BUILD)
    await call.access.require(BUILD, unit=seen.unit_id)
    async with call.transaction() as work:
        before, entries = await _locked(call, work, roster_id)
        after, seated = before.filled(excluded(entries, person_id, reason), work.now)
        await selections.save(work, after, seated)
        work.emit(facts.roster_changed(after))
        audited = _audited(after) | {"excluded": person_id, "reason": reason}
        work.audit_change("selection_roster", roster_id, _audited(before), audited, sensitive=("reason",))
        return work.answer(after)


async def confirm_roster(call: Call, roster_id: UUID) -> Roster:
    """Make a list final; whoever's consent has run out drops out before."""
    seen = await _present(call, roster_id, CONFIRM)
    await call.access.require(CONFIRM, unit=seen.unit_id)
    async with call.transaction() as work:
        await work.lock(GATE)
        before, entries = await _locked(call, work, roster_id)
        holding = await consents.still_holding(work, [entry.consent_id for entry in entries], work.today)
        filled, seated = before.filled((entry for entry in entries if entry.consent_id in holding), work.now)
        after = filled.confirmed(work.now)
        await selections.save(work, after, seated)
        work.emit(facts.roster_confirmed(after))
        work.audit_change("selection_roster", roster_id, _audited(before), _audited(after))
        return work.answer(after)


async def _locked(call: Call, work: UnitOfWork, roster_id: UUID) -> tuple[Roster, list[Entry]]:
    roster = await selections.lock(work, roster_id)
    assert roster is not None, "a list is never deleted"
    call.check_etag(roster.version)
    roster.check_draft()
    return roster, (await selections.entries_of(work, [roster_id]))[roster_id]


async def _present(call: Call, roster_id: UUID, permission: str) -> Roster:
    roster = await selections.find(call.database, roster_id)
    if roster is None:
        await call.access.require(permission, unit=None)
        raise SelectionRosterNotFoundError(roster_id=roster_id)
    return roster


async def get_roster(call: Call, roster_id: UUID) -> Roster:
    """Read a list without its people."""
    roster = await _present(call, roster_id, READ)
    await call.access.require(READ, unit=roster.unit_id)
    return roster


async def list_rosters(
    call: Call, *, unit_id: UUID | None, state: RosterState | None, size: int, token: str
) -> Page[Roster]:
    """List the lists of units on which the caller may read them."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await selections.page(
        call.database,
        await call.access.filters(READ),
        unit_id=unit_id,
        state=state,
        after=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda roster: (roster.roster_id,))


async def list_entries(
    call: Call, roster_id: UUID, *, outcome: SeatOutcome | None, size: int, token: str
) -> Page[Entry]:
    """List who is on a list."""
    after = decode_token(token, int)
    most = page_size(size)
    roster = await _present(call, roster_id, READ_ENTRIES)
    await call.access.require(READ_ENTRIES, unit=roster.unit_id)
    found = await selections.entry_page(
        call.database, roster_id, outcome=outcome, after=after[0] if after else 0, most=most + 1
    )
    return page_of(found, most, lambda entry: (entry.position,))
