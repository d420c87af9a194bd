"""Exports of members' record sets for comparing with the national system, written in the background.

What a requester may export is asked again when it is written. Numbers are masked, unless the requester may reveal
them; then each member finds it among the disclosures, with the purpose.
"""

import asyncio
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from chassis import process
from chassis.access import Scope
from chassis.calls import Call, Caller
from chassis.database import UnitOfWork
from chassis.errors import PermissionDeniedError
from chassis.ids import new_id
from chassis.process import DONE, Outcome, Process, ProcessKind
from chassis.schedule import Slot
from membership.clients import Subjects
from membership.domain import record_sets as domain
from membership.domain.identity import Disclosure, DisclosureKind, masked_identity
from membership.domain.members import Member, MembershipStatus
from membership.domain.people import masked_number
from membership.domain.record_sets import KEEPERS, LOOKS_BACK, Reconciliation, RecordSet
from membership.domain.rosters import day_text
from membership.errors import RosterTooLargeError
from membership.errors.record_sets import ReconciliationNotFoundError
from membership.events import record_sets as events
from membership.operations.means import Means
from membership.operations.person_files import REVEAL
from membership.operations.roster_exports import STATUS_WORDS, unit_names
from membership.repository import members, person_files, persons, record_sets
from membership.repository.holdings import HOLDINGS

EXPORT = "membership.reconciliation.export"
KIND, WRITE = "reconciliation", "write"
MOST_MEMBERS = 60_000
# Members of one file.
A_FILE = 2_000
# As many as another service answers for at once.
AT_ONCE = 50
Cells = dict[UUID, list[list[str]]]


def reconciliation_process(means: Means, subjects: Subjects) -> ProcessKind:
    """The kind of process: one step, which may be done again until every service has answered."""

    async def step(call: Call, current: Process) -> Outcome:
        return await write(call, means, subjects, current)

    return ProcessKind(name=KIND, first=WRITE, steps={WRITE: step})


async def begin(call: Call, means: Means, kind: ProcessKind, asked: Reconciliation) -> Reconciliation:
    """Begin to write an export."""
    await call.access.require(EXPORT, unit=asked.unit_id)
    if asked.unmasked:
        await call.access.require(REVEAL, unit=asked.unit_id)
    # Said at once: a step that finds it out later would be tried again and again.
    scope = await call.access.filters(EXPORT)
    size = await members.roster_size(call.database, scope=scope, unit_id=asked.unit_id, most=MOST_MEMBERS + 1)
    if size > MOST_MEMBERS:
        raise RosterTooLargeError(most=MOST_MEMBERS)
    async with call.transaction() as work:
        rules = await means.rules.begin(work, work.today)
        domain.check_sets(asked.record_sets, rules, today=work.today)
        await record_sets.add(work, asked)
        await process.begin(work, kind, state={"reconciliation_id": str(asked.reconciliation_id)})
        work.emit(events.begun(asked))
        work.audit_change("reconciliation", asked.reconciliation_id, None, _audited(asked))
        return work.answer(asked)


async def write(call: Call, means: Means, subjects: Subjects, current: Process) -> Outcome:
    """Gather the sets of every member whom the requester may export, and keep the file, sealed."""
    found = await _found(call, UUID(current.state["reconciliation_id"]))
    listed = await _members(call, found)
    # Nobody is a table of nobody.
    parts = [listed[start : start + A_FILE] for start in range(0, max(len(listed), 1), A_FILE)]
    files = [await _file(call, means, subjects, found, part) for part in parts]
    async with call.transaction() as work:
        # A step that is done again after a crash finds its own commit.
        if await process.advance(work, current.process_id, DONE, expected=WRITE):
            await _keep(work, means, found, files, listed)
    return DONE


async def _file(
    call: Call, means: Means, subjects: Subjects, found: Reconciliation, listed: Sequence[Member]
) -> bytes:
    """The sets of some of the members, as one file."""
    numbers = await persons.numbers(call.database, means.cipher, [each.person_id for each in listed])
    tables: dict[RecordSet, list[list[str]]] = {}
    for name in found.record_sets:
        cells = await _cells(call, subjects, name, listed)
        tables[name] = [
            [member.name, _number(found, numbers.get(member.person_id)), *row]
            for member in listed
            for row in cells.get(member.person_id, [])
        ]
    rows = await _member_rows(call, means, found, listed, numbers)
    return await asyncio.to_thread(domain.packed, rows, tables, found.media_type)


async def _members(call: Call, found: Reconciliation) -> list[Member]:
    caller = Caller("person", person_id=found.requested_by)
    access = call.access.control.access_for(caller)
    if found.unmasked:
        await access.require(REVEAL, unit=found.unit_id)
    return await _listed(call, await access.filters(EXPORT), found.unit_id)


async def _listed(call: Call, scope: Scope, unit_id: UUID | None) -> list[Member]:
    listed = await members.roster(call.database, scope=scope, unit_id=unit_id, size=MOST_MEMBERS + 1)
    if len(listed) > MOST_MEMBERS:
        raise RosterTooLargeError(most=MOST_MEMBERS)
    return list(listed)


async def _cells(call: Call, subjects: Subjects, name: RecordSet, listed: Sequence[Member]) -> Cells:
    since = call.clock.today() - LOOKS_BACK
    cells: Cells = {}
    for start in range(0, len(listed), AT_ONCE):
        ids = [member.person_id for member in listed[start : start + AT_ONCE]]
        if name in KEEPERS:
            rows = await subjects.record_set(KEEPERS[name], name, ids, since=since)
        else:
            rows = await HOLDINGS.record_set(call.database, name, ids, since=since)
        for person_id, row in rows:
            cells.setdefault(person_id, []).append(row)
    return cells


async def _member_rows(
    call: Call, means: Means, found: Reconciliation, listed: Sequence[Member], numbers: dict[UUID, str]
) -> list[list[str]]:
    today = call.clock.today()
    people = [member.person_id for member in listed]
    identities = await record_sets.identities(call.database, means.cipher, people)
    names = await unit_names(
        call.database, {unit for member in listed if (unit := member.unit_on(today)) is not None}
    )
    return [
        [
            member.name,
            _number(found, numbers.get(member.person_id)),
            _identity(found, identities[member.person_id][1]),
            day_text(identities[member.person_id][0]),
            names.get(member.unit_on(today) or member.person_id, ""),
            *_standing(member, today),
        ]
        for member in listed
    ]


def _standing(member: Member, today: date) -> list[str]:
    status = member.status_on(today)
    probation = next(
        (item.valid_from for item in member.statuses if item.status is MembershipStatus.PROBATIONARY), None
    )
    word = "" if status is None else STATUS_WORDS[status.status]
    return [word, day_text(probation), day_text(member.standing_from)]


def _number(found: Reconciliation, number: str | None) -> str:
    return (number or "") if found.unmasked else masked_number(number)


def _identity(found: Reconciliation, number: str | None) -> str:
    return (number or "") if found.unmasked else masked_identity(number)


async def _keep(
    work: UnitOfWork, means: Means, found: Reconciliation, files: Sequence[bytes], listed: Sequence[Member]
) -> None:
    ready = found.ready(files, members=len(listed), today=work.today)
    await record_sets.finish(work, means.cipher, ready, files)
    if found.unmasked and listed:
        kind, by, purpose = DisclosureKind.NUMBERS, found.requested_by, found.purpose
        read = [Disclosure(new_id(), each.person_id, kind, by, purpose, work.now) for each in listed]
        await person_files.add_disclosures(work, read)
    work.emit(events.completed(ready))
    work.audit_change("reconciliation", found.reconciliation_id, _audited(found), _audited(ready))


async def get(call: Call, reconciliation_id: UUID) -> Reconciliation:
    """How an export stands, for whoever asked for it and may still export."""
    found = await record_sets.find(call.database, reconciliation_id)
    await call.access.require(EXPORT, unit=None if found is None else found.unit_id)
    if found is None:
        raise ReconciliationNotFoundError(reconciliation_id=reconciliation_id)
    if call.caller.person_id != found.requested_by:
        raise PermissionDeniedError(permission=EXPORT)
    return found


async def download(call: Call, means: Means, reconciliation_id: UUID, part: int) -> bytes:
    """A file of an export, counted from 1."""
    found = await get(call, reconciliation_id)
    found.check_downloadable(today=call.clock.today())
    async with call.transaction() as work:
        data = await record_sets.file(work, means.cipher, reconciliation_id, part)
        if data is None:
            raise ReconciliationNotFoundError(reconciliation_id=reconciliation_id)
        read = {"downloaded": found.file_digest, "part": part}
        work.audit_change("reconciliation", reconciliation_id, None, read)
        return data


async def expire(call: Call, means: Means, slot: Slot) -> int:
    """Drop the files whose days are over."""
    async with call.transaction() as work:
        overdue = await record_sets.overdue(work, today=work.today)
        for each in overdue:
            gone = each.expired()
            await record_sets.finish(work, means.cipher, gone, ())
            work.emit(events.expired(gone))
            work.audit_change("reconciliation", each.reconciliation_id, _audited(each), _audited(gone))
        await slot.finish(work)
        return len(overdue)


async def _found(call: Call, reconciliation_id: UUID) -> Reconciliation:
    found = await record_sets.find(call.database, reconciliation_id)
    if found is None:
        raise ReconciliationNotFoundError(reconciliation_id=reconciliation_id)
    return found


def _audited(found: Reconciliation) -> dict[str, object]:
    return {
        "unit_id": found.unit_id,
        "purpose": found.purpose,
        "unmasked": found.unmasked,
        "state": found.state,
        "members": found.members,
        "file_digest": found.file_digest,
    }
