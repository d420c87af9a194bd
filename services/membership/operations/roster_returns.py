"""Taking an import of a roster back, unless later facts stand on one of its rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from membership.clients import OTHERS, Subjects
from membership.domain.roster_imports import RosterImport
from membership.domain.rosters import MOST_AT_ONCE, RosterKind
from membership.errors import RosterStoodUponError
from membership.events import people as people_events
from membership.events import rosters as events
from membership.operations import rosters as imports
from membership.operations.means import Means
from membership.repository import cases, members, persons, rosters, withdrawals

# By then every other service has heard that people are off the register.
HEARD_AFTER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class EnteredRow:
    """A row that was entered, whom it became, and what stands on it since."""

    row: int
    person_id: UUID
    later_facts: tuple[str, ...]


async def rows(call: Call, subjects: Subjects, import_id: UUID, *, after: int, size: int) -> list[EnteredRow]:
    """A page of rows; one more than the size says that another page follows."""
    found = await imports.get(call, import_id)
    entered = await rosters.rows_of(call.database, import_id, after=after, size=size + 1)
    people = [person_id for _, person_id in entered]
    since = found.applied_at or found.created_at
    standing = await withdrawals.standing(call.database, found.kind, people, since=since)
    elsewhere = await _held_elsewhere(subjects, found, people)
    return [
        EnteredRow(number, person_id, (*standing.get(person_id, ()), *elsewhere.get(person_id, ())))
        for number, person_id in entered
    ]


async def roll_back(
    call: Call, means: Means, subjects: Subjects, import_id: UUID, *, reason: str
) -> RosterImport:
    """Take an import back as a whole, or have a large one taken back in the background."""
    found = await imports.get(call, import_id)
    is_large = found.rows > MOST_AT_ONCE
    if not is_large:
        await _check_elsewhere(call, subjects, found)
    async with call.transaction() as work:
        before = await imports.held(work, import_id)
        chosen = before.rolling_back(call.caller.person_id, reason)
        await rosters.save(work, chosen)
        work.emit(events.changed(chosen))
        if is_large:
            work.touch(imports.WAITING)
        after = chosen if is_large else await _take_back(work, means, chosen)
        _audit(work, before, after)
        return work.answer(after)


def _audit(work: UnitOfWork, before: RosterImport, after: RosterImport) -> None:
    work.audit_change(
        "roster_import",
        after.import_id,
        imports.audited(before),
        imports.audited(after),
        sensitive=["reason"],
    )


async def take_back_waiting(call: Call, means: Means, subjects: Subjects) -> int:
    """Take back the imports that wait for it, each in a transaction of its own; answers how many were looked at."""
    count, after = 0, UUID(int=0)
    while (found := await rosters.rolling_back(call.database, after=after)) is not None:
        count, after = count + 1, found.import_id
        acting = await imports.on_behalf(call, found.rolled_back_by, imports.IMPORT)
        reason = "PERMISSION_DENIED"
        if acting is not None:
            try:
                await _check_elsewhere(acting, subjects, found)
                await _take_back_as_asked(acting, means, found)
                continue
            except RosterStoodUponError as error:
                reason = f"{error.reason}: {error.metadata['facts']}"
        await _keep(call, found, reason)
    return count


async def _take_back_as_asked(call: Call, means: Means, found: RosterImport) -> None:
    async with call.transaction() as work:
        mine = await rosters.lock(work, found.import_id)
        # Another replica may have been faster.
        if mine is not None and mine.version == found.version:
            _audit(work, mine, await _take_back(work, means, mine))
        work.answer(None)


async def look_after(call: Call, subjects: Subjects) -> int:
    """
    Find what others wrote of people while they were asked, and people were taken off the register; answers how many imports.

    They learn that the people are gone within seconds, and write nothing new of them from then on.
    """
    count, after = 0, UUID(int=0)
    before = call.clock.now() - HEARD_AFTER
    while (found := await rosters.not_looked_after(call.database, before=before, after=after)) is not None:
        count, after = count + 1, found.import_id
        held = await _held_elsewhere(subjects, found, await _people_of(call.database, found))
        async with call.transaction() as work:
            mine = await rosters.lock(work, found.import_id)
            if mine is not None and mine.version == found.version:
                kept = mine.looked_after(_facts(held))
                await rosters.save(work, kept)
                work.emit(events.changed(kept))
                _audit(work, mine, kept)
            work.answer(None)
    return count


async def _keep(call: Call, found: RosterImport, reason: str) -> None:
    async with call.transaction() as work:
        mine = await rosters.lock(work, found.import_id)
        if mine is not None and mine.version == found.version:
            after = mine.kept(reason)
            await rosters.save(work, after)
            work.emit(events.changed(after))
            _audit(work, mine, after)
        work.answer(None)


async def _take_back(work: UnitOfWork, means: Means, before: RosterImport) -> RosterImport:
    after = before.rolled_back(work.now)
    people = await _people_of(work, before)
    await _check_nothing_stands(work, before, people)
    if before.kind is RosterKind.PERSONS:
        await _withdraw_persons(work, means, before.import_id, people)
    elif before.kind is RosterKind.MEMBERS:
        await _withdraw_members(work, before.import_id, people)
    else:
        await _withdraw_cases(work, means, before, people)
    await rosters.save(work, after)
    work.emit(events.rolled_back(after))
    return after


async def _people_of(reader: Reader, found: RosterImport) -> list[UUID]:
    entered = await rosters.rows_of(reader, found.import_id, after=0, size=found.entered_rows)
    return sorted({person_id for _, person_id in entered})


async def _held_elsewhere(
    subjects: Subjects, found: RosterImport, people: Sequence[UUID]
) -> dict[UUID, tuple[str, ...]]:
    """What other services hold of people who would be off the register; of members the persons remain."""
    held: dict[UUID, tuple[str, ...]] = {}
    if found.kind is not RosterKind.PERSONS or not people:
        return held
    for service in OTHERS:
        for person_id, tables in (await subjects.held(service, people)).items():
            held[person_id] = (*held.get(person_id, ()), *(f"{service}.{table}" for table in tables))
    return held


async def _check_elsewhere(call: Call, subjects: Subjects, found: RosterImport) -> None:
    held = await _held_elsewhere(subjects, found, await _people_of(call.database, found))
    if held:
        raise _stood_upon(found, held)


def _stood_upon(found: RosterImport, standing: Mapping[UUID, tuple[str, ...]]) -> RosterStoodUponError:
    return RosterStoodUponError(import_id=found.import_id, rows=len(standing), facts=_facts(standing))


def _facts(standing: Mapping[UUID, tuple[str, ...]]) -> str:
    counts = Counter(noun for nouns in standing.values() for noun in nouns)
    return ", ".join(f"{noun}: {count}" for noun, count in sorted(counts.items()))


async def _check_nothing_stands(work: UnitOfWork, found: RosterImport, people: list[UUID]) -> None:
    await withdrawals.hold(work, found.kind, people)
    since = found.applied_at or found.created_at
    standing = await withdrawals.standing(work, found.kind, people, since=since)
    if standing:
        raise _stood_upon(found, standing)


async def _withdraw_persons(work: UnitOfWork, means: Means, import_id: UUID, people: list[UUID]) -> None:
    known = await persons.find_many(work, means.cipher, people, today=work.today)
    accounts = await persons.accounts_of_many(work, people)
    await withdrawals.withdraw_persons(work, people)
    for account in accounts:
        closed = replace(account, active=False, version=account.version + 1)
        work.emit(people_events.account_changed(closed))
    for person in known:
        last = replace(person, affiliations=(), version=person.version + 1, updated_at=work.now)
        work.emit(events.person_withdrawn(last, import_id))


async def _withdraw_members(work: UnitOfWork, import_id: UUID, people: list[UUID]) -> None:
    known = await members.find_many(work, people)
    await withdrawals.withdraw_members(work, people)
    for member in known:
        last = replace(member, relationships=(), statuses=(), version=member.version + 1, updated_at=work.now)
        work.emit(events.member_withdrawn(last, import_id))


async def _withdraw_cases(work: UnitOfWork, means: Means, found: RosterImport, people: list[UUID]) -> None:
    since = found.applied_at or found.created_at
    ids = await withdrawals.entered_cases(work, people, since=since)
    heads = await cases.lock_many(work, ids)
    whole = [(head, await means.rules.of(work, head.pack_digest)) for head in heads]
    taken = await cases.whole_many(work, whole)
    await withdrawals.withdraw_cases(work, ids)
    await _withdraw_members(
        work, found.import_id, await withdrawals.entered_members(work, people, since=since)
    )
    for case in taken:
        last = replace(case, head=replace(case.head, version=case.head.version + 1, updated_at=work.now))
        work.emit(events.case_taken_back(last, found.import_id))
