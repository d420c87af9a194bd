"""Entering a batch of campus sync in one transaction: in the call, or in the background where it is large."""

from collections.abc import Sequence
from uuid import UUID

from chassis.access import put_accounts
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.errors import ServiceError
from chassis.ids import new_id, number_key
from membership.domain.people import Account, NewPerson
from membership.domain.rosters import RosterPolicy
from membership.domain.sync_batches import BatchState, DifferenceKind, SyncBatch, SyncDeparture
from membership.domain.sync_rows import Planned
from membership.errors.sync import SyncBatchOvertakenError, SyncHasProblemsError
from membership.events import people as people_events
from membership.events import sync as events
from membership.operations import sync as batches
from membership.operations.means import Means
from membership.operations.people import register_all
from membership.operations.rosters import on_behalf
from membership.operations.sync import Compared, audited
from membership.repository import persons, sync, sync_departures, sync_people

APPLY = "membership.sync.apply"


async def apply(call: Call, means: Means, batch_id: UUID, policy: RosterPolicy) -> SyncBatch:
    """Enter a batch, or have a large one entered in the background."""
    async with call.transaction() as work:
        before = await batches.held(work, batch_id)
        chosen = before.waiting(policy, call.caller.person_id)
        await sync.save(work, chosen)
        work.emit(events.changed(chosen))
        if before.is_large:
            after = chosen
            work.touch(batches.WAITING)
        else:
            after = await _enter(work, means, chosen)
        work.audit_change("sync_batch", batch_id, audited(before), audited(after))
        return work.answer(after)


async def _enter(work: UnitOfWork, means: Means, batch: SyncBatch) -> SyncBatch:
    # Nobody registers anybody, and no other batch is entered, between comparing and writing.
    await work.lock("membership.register")
    newer = await sync.newer(work, batch)
    if newer is not None:
        raise SyncBatchOvertakenError(batch_id=batch.batch_id, newer_batch_id=newer)
    compared = await batches.compare(work, means, batch, hold=True)
    wrong = len(compared.judged.problems)
    if wrong and (batch.policy is RosterPolicy.ALL_OR_NOTHING or not compared.judged.planned):
        raise SyncHasProblemsError(batch_id=batch.batch_id, problems=wrong)
    await _write(work, means, batch, compared)
    await batches.keep(work, batch, compared)
    await sync.drop_rows(work, batch.batch_id)
    after = batch.applied(compared.counts, work.now)
    await sync.save(work, after)
    work.emit(events.applied(after))
    return after


async def _write(work: UnitOfWork, means: Means, batch: SyncBatch, compared: Compared) -> None:
    judged = compared.judged
    await register_all(work, means, [_new(item) for item in judged.of(DifferenceKind.NEW)])
    known = judged.of(DifferenceKind.LINKED, DifferenceKind.CHANGED)
    different = [item for item in known if item.changes]
    await sync_people.correct(work, means.cipher, different)
    # Rooms of new persons too: registering knows of units only.
    await sync_people.place(work, [item for item in judged.planned if item.kind is not None])
    await _renumber(work, means, [item for item in different if item.campus_number is not None])
    await sync_people.link(work, batch.source, judged.planned)
    await _return(work, batch, [item.person_id for item in judged.planned])
    await _propose(work, batch, [person_id for _, person_id in compared.absent])
    fields = {item.person_id: [change.field for change in item.changes] for item in different}
    for person in await persons.find_many(work, means.cipher, list(fields), today=work.today):
        work.emit(events.person_synchronized(person, batch.batch_id, fields[person.person_id]))


def _new(item: Planned) -> NewPerson:
    return NewPerson(
        person_id=item.person_id,
        name=item.name,
        kind=item.person_kind,
        category=item.category,
        campus_number=item.campus_number,
        birth_date=item.birth_date,
        affiliations=item.ties,
    )


async def _renumber(work: UnitOfWork, means: Means, changed: Sequence[Planned]) -> None:
    """Logins follow the number: those of the old one close, one of the new opens."""
    if not changed:
        return
    closed = await sync_people.close_accounts(work, means.issuer, [item.person_id for item in changed])
    opened = [
        Account(
            new_id(),
            item.person_id,
            means.issuer,
            number_key(means.identity_key, means.issuer, item.campus_number or ""),
            active=True,
            version=1,
        )
        for item in changed
    ]
    await persons.add_accounts(work, opened)
    await put_accounts(
        work, [(one.issuer, one.number_key, one.person_id, one.active) for one in (*closed, *opened)]
    )
    for account in closed:
        work.emit(people_events.account_changed(account))
    for account in opened:
        work.emit(people_events.account_opened(account))


async def _return(work: UnitOfWork, batch: SyncBatch, person_ids: Sequence[UUID]) -> None:
    for found in await sync_departures.returned(work, batch.source, person_ids):
        back = found.returned()
        await sync_departures.save(work, back)
        work.emit(events.departure_settled(back))


async def _propose(work: UnitOfWork, batch: SyncBatch, person_ids: Sequence[UUID]) -> None:
    proposed = [
        SyncDeparture(new_id(), person_id, batch.source, batch.batch_id, work.now) for person_id in person_ids
    ]
    await sync_departures.propose(work, batch.source, proposed)
    for item in proposed:
        work.emit(events.departure_proposed(item))


async def work_off(call: Call, means: Means) -> int:
    """Compare and enter the batches that wait, each in a transaction of its own; answers how many were."""
    count = 0
    while (found := await sync.waiting(call.database)) is not None:
        if found.state is BatchState.CHECKING:
            await _check(call, means, found)
        else:
            await _enter_as_asked(call, means, found)
        count += 1
    return count


async def _check(call: Call, means: Means, found: SyncBatch) -> None:
    async with call.transaction() as work:
        mine = await _unchanged(work, found)
        if mine is None:
            return
        after = await batches.check(work, means, mine)
        await sync.save(work, after)
        work.emit(events.changed(after))


async def _unchanged(work: UnitOfWork, found: SyncBatch) -> SyncBatch | None:
    """The batch, held; None where another replica was faster."""
    mine = await sync.lock(work, found.batch_id)
    return None if mine is None or mine.version != found.version else mine


async def _enter_as_asked(call: Call, means: Means, found: SyncBatch) -> None:
    acting = await on_behalf(call, found.applied_by, APPLY)
    reason = "PERMISSION_DENIED"
    if acting is not None:
        try:
            async with acting.transaction() as work:
                mine = await _unchanged(work, found)
                if mine is None:
                    return
                after = await _enter(work, means, mine)
                work.audit_change("sync_batch", found.batch_id, audited(mine), audited(after))
            return
        except ServiceError as error:
            reason = error.reason
    await _give_back(call, means, found, reason)


async def _give_back(call: Call, means: Means, found: SyncBatch, reason: str) -> None:
    async with call.transaction() as work:
        mine = await _unchanged(work, found)
        if mine is None:
            return
        compared = await batches.compare(work, means, mine)
        await batches.keep(work, mine, compared)
        after = mine.given_back(compared.counts, reason)
        await sync.save(work, after)
        work.emit(events.changed(after))
