"""Deciding about people whom a campus system no longer names: nothing is ever deleted for its silence."""

from datetime import date
from uuid import UUID

from chassis.access import put_accounts
from chassis.calls import Call
from chassis.database import UnitOfWork
from membership.domain.people import AffiliationKind
from membership.domain.sync_batches import SyncDeparture, check_departure
from membership.errors.sync import SyncDepartureNotFoundError
from membership.events import people as people_events
from membership.events import sync as events
from membership.operations.means import Means
from membership.operations.sync import own_source
from membership.repository import members, persons, sync_departures, sync_people


async def page(
    call: Call, *, state: str, source: str | None, before: UUID | None, size: int
) -> list[SyncDeparture]:
    """A page of departures; one more than the size says that another page follows."""
    mine = own_source(call)
    if mine is not None and source not in (None, mine):
        return []
    return await sync_departures.page(
        call.database, state=state, source=mine or source, before=before, size=size + 1
    )


async def decide(
    call: Call, means: Means, departure_id: UUID, *, left: bool, left_on: date | None, reason: str
) -> SyncDeparture:
    """Decide whether somebody has left."""
    check_departure(left=left, left_on=left_on, today=call.clock.today())
    async with call.transaction() as work:
        before = await sync_departures.lock(work, departure_id)
        if before is None:
            raise SyncDepartureNotFoundError(departure_id=departure_id)
        call.check_etag(before.version)
        after = before.decided(call.caller.person_id, reason, left_on)
        await sync_departures.save(work, after)
        if left_on is not None:
            await _leave(work, means, after.person_id, left_on)
        work.emit(events.departure_settled(after))
        work.audit_change(
            "sync_departure",
            departure_id,
            {"state": before.state},
            {"state": after.state, "left_on": after.left_on, "reason": reason},
            sensitive=["reason"],
        )
        return work.answer(after)


async def _leave(work: UnitOfWork, means: Means, person_id: UUID, left_on: date) -> None:
    await persons.lock(work, person_id)
    await sync_people.leave(work, person_id, list(AffiliationKind), left_on)
    await persons.touch(work, person_id)
    # Whoever is on a roll pays dues and is transferred: they still log in.
    if not await members.find_many(work, [person_id]):
        closed = await sync_people.close_accounts(work, means.issuer, [person_id])
        await put_accounts(work, [(one.issuer, one.number_key, person_id, False) for one in closed])
        for account in closed:
            work.emit(people_events.account_changed(account))
    (person,) = await persons.find_many(work, means.cipher, [person_id], today=work.today)
    work.emit(events.person_departed(person, left_on))
