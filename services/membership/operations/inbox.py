"""The inbox: what is waited for is written with every change, read a page at a time, and reminded of once."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.ids import new_id
from chassis.schedule import Slot
from membership.domain.admission import AdmissionCase
from membership.domain.duties import InboxItem, SubjectKind, items_of_case, urgency_of
from membership.domain.letter_duties import items_of_transfer
from membership.domain.steps import Catalogue
from membership.domain.transfers import Transfer
from membership.events import inbox as events
from membership.operations import waiting
from membership.operations.means import Means
from membership.repository import cases, inbox, transfers
from membership.repository.inbox import InboxFilter, Waiting
from rulebook import RuleSet

# Who finds the items of a kind of matter: who may read such matters.
READERS = {
    SubjectKind.ADMISSION_CASE: "membership.admission_case.read",
    SubjectKind.TRANSFER: "membership.transfer.read",
    SubjectKind.STANDING_CASE: "membership.standing_case.read",
    SubjectKind.DUES_ACCOUNT: "membership.dues.read",
    SubjectKind.DUES_LEDGER: "membership.dues.read",
    SubjectKind.INSPECTION_DUTY: "membership.inspection.read",
}
# How far ahead a page looks when nobody says how far.
AHEAD = timedelta(days=30)
# Reminders of one transaction, and cases looked at in one.
_BATCH = 200
# Before every id.
_NIL = UUID(int=0)


async def keep_cases(work: UnitOfWork, changed: Sequence[tuple[AdmissionCase, RuleSet]]) -> None:
    """Write what cases wait for after a change."""
    items = [item for case, rules in changed for item in items_of_case(case, rules, Catalogue.of(rules))]
    await inbox.replace(work, [case.head.case_id for case, _ in changed], items)


async def keep_transfers(work: UnitOfWork, means: Means, changed: Sequence[Transfer]) -> None:
    """Write what transfers wait for after a change."""
    items = [
        item
        for found in changed
        for item in items_of_transfer(found, await means.rules.of(work, found.pack_digest))
    ]
    await inbox.replace(work, [found.transfer_id for found in changed], items)


async def page(
    call: Call, means: Means, wanted: InboxFilter, *, after: tuple[date, UUID] | None, size: int
) -> list[InboxItem]:
    """What the caller finds; one more than the size says that another page follows."""
    found = await inbox.page(
        call.database,
        units={kind: await call.access.allowed_units(reader) for kind, reader in READERS.items()},
        self_id=call.caller.person_id,
        wanted=wanted,
        today=call.clock.today(),
        after=after,
        size=size + 1,
    )
    return await _explained(call.database, means, found)


async def _explained(reader: Reader, means: Means, found: Iterable[Waiting]) -> list[InboxItem]:
    # Rule sets are read once in the life of the process.
    return [each.explained(await means.rules.of(reader, each.item.pack_digest)) for each in found]


async def remind(call: Call, means: Means, slot: Slot) -> int:
    """Announce, once each, what came due and what was missed; a kill in between loses and repeats nothing."""
    await _complete(call, means)
    await waiting.go_round(call, means)
    given = 0
    while True:
        async with call.transaction() as work:
            # Two that remind at once would both find the same items.
            await work.lock("membership.remind")
            found = await inbox.to_remind(work, today=slot.day, size=_BATCH)
            reminders = [(new_id(), each, urgency_of(each.item.duty, slot.day)) for each in found]
            await inbox.note_reminders(work, reminders, now=work.now)
            for reminder_id, each, _ in reminders:
                (item,) = await _explained(work, means, [each])
                work.emit(events.issued(reminder_id, item, issued_on=slot.day))
            given += len(found)
            if len(found) < _BATCH:
                await slot.finish(work)
                return work.answer(given)
            work.answer(given)


async def _complete(call: Call, means: Means) -> None:
    """Write what those wait for that were brought here before there was an inbox."""
    after = _NIL
    while True:
        async with call.transaction() as work:
            heads = await cases.without_items(work, after=after, size=_BATCH)
            wanted = [(head, await means.rules.of(work, head.pack_digest)) for head in heads]
            whole = await cases.whole_many(work, wanted)
            await keep_cases(work, [(case, rules) for case, (_, rules) in zip(whole, wanted, strict=True)])
            work.answer(None)
        if len(heads) < _BATCH:
            break
        after = heads[-1].case_id
    after = _NIL
    while True:
        async with call.transaction() as work:
            found = await transfers.without_items(work, after=after, size=_BATCH)
            await keep_transfers(work, means, found)
            work.answer(None)
        if len(found) < _BATCH:
            break
        after = found[-1].transfer_id
