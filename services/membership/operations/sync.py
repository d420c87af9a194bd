"""Campus sync: receiving batches of people, comparing them with the register, and giving them up.

`sync_entering` enters them, `sync_departures` decides about those who are no longer named.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.errors import PermissionDeniedError
from chassis.ids import new_id, number_key
from chassis.schedule import Slot
from membership.domain.rosters import MOST_PROBLEMS_KEPT, Names, Problem, Row
from membership.domain.rosters import unit_words as ids_among
from membership.domain.sync_batches import BatchState, DifferenceKind, SyncBatch
from membership.domain.sync_rows import (
    EXTERNAL_ID,
    MOST_TIES,
    NUMBER,
    Judged,
    Known,
    judge,
    tie_field,
    unit_words,
)
from membership.errors.sync import SyncBatchNotFoundError
from membership.events import sync as events
from membership.operations.means import Means
from membership.repository import persons, rosters, sync, sync_people, units
from membership.repository.sync import Difference

# A campus system is the client of the issuer whose name this begins.
CLIENT_PREFIX = "campus-"
KEPT_UNAPPLIED = timedelta(days=30)
# What wakes the background that compares and enters what is too large for a call.
WAITING = "membership.sync"


@dataclass(frozen=True, slots=True)
class Sending:
    """The begin of a batch."""

    source: str
    complete: bool
    as_of: date | None


@dataclass(frozen=True, slots=True)
class Compared:
    """A batch beside the register."""

    judged: Judged
    # Key and person of those whom a complete batch does not name.
    absent: list[tuple[str, UUID]]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows do what."""
        return self.judged.counts(len(self.absent))


def own_source(call: Call) -> str | None:
    """The source of a calling campus system; None for people and for the service itself."""
    if call.caller.kind != "service" or call.caller.service is None:
        return None
    return call.caller.service.removeprefix(CLIENT_PREFIX)


async def send(
    call: Call, means: Means, begun: Sending, rows: Sequence[Mapping[str, str]], *, more_follows: bool
) -> SyncBatch:
    """Begin a batch; without more rows to follow it is compared with the register."""
    if own_source(call) not in (None, begun.source):
        raise PermissionDeniedError(permission="membership.sync.send")
    async with call.transaction() as work:
        made = SyncBatch(
            batch_id=new_id(),
            source=begun.source,
            state=BatchState.RECEIVING,
            complete=begun.complete,
            as_of=begun.as_of or work.today,
            sent_by=call.caller.person_id,
            created_at=work.now,
        )
        await sync.add(work, made)
        work.emit(events.sent(made))
        return work.answer(await _received(work, means, made, rows, more_follows=more_follows))


async def add_rows(
    call: Call, means: Means, batch_id: UUID, rows: Sequence[Mapping[str, str]], *, more_follows: bool
) -> SyncBatch:
    """Add rows to a batch."""
    async with call.transaction() as work:
        before = await held(work, batch_id)
        return work.answer(await _received(work, means, before, rows, more_follows=more_follows))


async def _received(
    work: UnitOfWork,
    means: Means,
    before: SyncBatch,
    rows: Sequence[Mapping[str, str]],
    *,
    more_follows: bool,
) -> SyncBatch:
    after = before.received(len(rows), more_follows=more_follows)
    await sync.add_rows(work, means.cipher, before.batch_id, rows)
    if after.state is BatchState.CHECKING:
        if after.is_large:
            work.touch(WAITING)
        else:
            after = await check(work, means, after)
    await sync.save(work, after)
    work.emit(events.changed(after))
    work.audit_change("sync_batch", after.batch_id, audited(before), audited(after))
    return after


async def check(work: UnitOfWork, means: Means, batch: SyncBatch) -> SyncBatch:
    """Compare a batch with the register and keep what differs."""
    compared = await compare(work, means, batch)
    await keep(work, batch, compared)
    return batch.checked(compared.counts)


async def keep(work: UnitOfWork, batch: SyncBatch, compared: Compared) -> None:
    """Keep the differences and problems of a batch."""
    differences = [
        Difference(item.kind, item.row, item.external_id, item.person_id, item.changes)
        for item in compared.judged.planned
        if item.kind is not None
    ]
    differences += [Difference(DifferenceKind.ABSENT, 0, key, person, ()) for key, person in compared.absent]
    problems = compared.judged.problems[:MOST_PROBLEMS_KEPT]
    await sync.keep_judgement(work, batch.batch_id, differences, problems)


async def compare(work: UnitOfWork, means: Means, batch: SyncBatch, *, hold: bool = False) -> Compared:
    """What the rows would change; where they are about to be entered, their persons are held first."""
    rows = await sync.rows_of(work, means.cipher, batch.batch_id)
    keys = [row.cells.get(EXTERNAL_ID.header, "") for row in rows]
    numbers = {row.cells.get(NUMBER.header, "") for row in rows} - {""}
    linked = await sync_people.linked(work, batch.source, keys)
    number_keys = {number: number_key(means.identity_key, means.issuer, number) for number in numbers}
    holders = await rosters.holders(work, means.issuer, number_keys)
    person_ids = {*linked.values(), *(holder.person_id for holder in holders.values())}
    if hold:
        await sync_people.hold(work, person_ids)
    found = await persons.find_many(work, means.cipher, list(person_ids), today=batch.as_of)
    names, kinds = await _units(work, rows)
    known = Known(
        today=work.today,
        as_of=batch.as_of,
        names=names,
        department_kinds=kinds,
        linked=linked,
        holders={number: holder.person_id for number, holder in holders.items()},
        persons={person.person_id: person for person in found},
        stays=await sync_people.stays(work, person_ids),
    )
    # Tens of thousands of rows take seconds: other calls go on beside them.
    judged = await asyncio.to_thread(judge, rows, known, new_id)
    absent: list[tuple[str, UUID]] = []
    if batch.complete:
        absent = await sync_people.absent(work, batch.source, external_ids=keys, person_ids=list(person_ids))
    return Compared(judged, absent)


async def _units(reader: Reader, rows: Sequence[Row]) -> tuple[Names, frozenset[str]]:
    words = unit_words(rows)
    _, ids = ids_among(rows, [tie_field(place, "unit") for place in range(MOST_TIES)])
    found = {unit.unit_id: unit for unit in await units.named(reader, words)}
    found |= await units.find_all(reader, ids)
    return Names(found.values()), frozenset(unit.kind for unit in found.values())


async def held(work: UnitOfWork, batch_id: UUID) -> SyncBatch:
    """The batch that the caller has read, held until the end of the unit of work."""
    found = await sync.lock(work, batch_id)
    if found is None or own_source(work.call) not in (None, found.source):
        raise SyncBatchNotFoundError(batch_id=batch_id)
    work.call.check_etag(found.version)
    return found


async def discard(call: Call, batch_id: UUID, *, reason: str) -> SyncBatch:
    """Give a batch up; its rows are destroyed."""
    async with call.transaction() as work:
        return work.answer(await _discarded(work, await held(work, batch_id), reason))


async def _discarded(work: UnitOfWork, before: SyncBatch, reason: str) -> SyncBatch:
    after = before.discarded(reason)
    await sync.save(work, after)
    await sync.drop_rows(work, before.batch_id)
    work.emit(events.discarded(after))
    work.audit_change("sync_batch", after.batch_id, audited(before), audited(after), sensitive=["reason"])
    return after


async def discard_abandoned(call: Call, slot: Slot) -> int:
    """Give up what was begun a month ago and never applied."""
    async with call.transaction() as work:
        if not await slot.finish(work):
            return 0
        left = await sync.abandoned(work, before=work.now - KEPT_UNAPPLIED)
        for before in left:
            await _discarded(work, before, "")
        return work.answer(len(left))


async def get(call: Call, batch_id: UUID) -> SyncBatch:
    """Read a batch."""
    found = await sync.find(call.database, batch_id)
    if found is None or own_source(call) not in (None, found.source):
        raise SyncBatchNotFoundError(batch_id=batch_id)
    return found


async def page(call: Call, *, source: str | None, before: UUID | None, size: int) -> list[SyncBatch]:
    """A page of batches; one more than the size says that another page follows."""
    mine = own_source(call)
    if mine is not None and source not in (None, mine):
        return []
    return await sync.page(call.database, source=mine or source, before=before, size=size + 1)


async def differences(
    call: Call, batch_id: UUID, *, kind: str | None, after: int, size: int
) -> list[tuple[int, Difference]]:
    """A page of differences with their positions; one more than the size says that another page follows."""
    await get(call, batch_id)
    return await sync.differences_of(call.database, batch_id, kind=kind, after=after, size=size + 1)


async def problems(call: Call, batch_id: UUID, *, after: int, size: int) -> list[tuple[int, Problem]]:
    """A page of problems with their positions; one more than the size says that another page follows."""
    await get(call, batch_id)
    return await sync.problems_of(call.database, batch_id, after=after, size=size + 1)


def audited(found: SyncBatch) -> dict[str, object]:
    """What the audit keeps of a batch."""
    return {
        "source": found.source,
        "state": found.state,
        "complete": found.complete,
        "policy": found.policy,
        "rows": found.rows,
        "new_persons": found.new_persons,
        "changed_persons": found.changed_persons,
        "absent_persons": found.absent_persons,
        "problems": found.problems,
        "reason": found.reason,
        "version": found.version,
    }
