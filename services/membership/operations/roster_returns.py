"""Taking an import of a roster back, unless later facts stand on one of its rows."""

from collections import Counter
from dataclasses import dataclass, replace
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from membership.domain.roster_imports import RosterImport
from membership.domain.rosters import RosterKind
from membership.errors import RosterStoodUponError
from membership.events import people as people_events
from membership.events import rosters as events
from membership.operations import rosters as imports
from membership.operations.means import Means
from membership.repository import cases, members, persons, rosters, withdrawals


@dataclass(frozen=True, slots=True)
class EnteredRow:
    """A row that was entered, whom it became, and what stands on it since."""

    row: int
    person_id: UUID
    later_facts: tuple[str, ...]


async def rows(call: Call, import_id: UUID, *, after: int, size: int) -> list[EnteredRow]:
    """A page of rows; one more than the size says that another page follows."""
    found = await imports.get(call, import_id)
    entered = await rosters.rows_of(call.database, import_id, after=after, size=size + 1)
    people = [person_id for _, person_id in entered]
    since = found.applied_at or found.created_at
    standing = await withdrawals.standing(call.database, found.kind, people, since=since)
    return [EnteredRow(number, person_id, standing.get(person_id, ())) for number, person_id in entered]


async def roll_back(call: Call, means: Means, import_id: UUID, *, reason: str) -> RosterImport:
    """Take an import back as a whole."""
    async with call.transaction() as work:
        before = await imports.held(work, import_id)
        after = before.rolled_back(call.caller.person_id, reason, work.now)
        entered = await rosters.rows_of(work, import_id, after=0, size=before.entered_rows)
        people = sorted({person_id for _, person_id in entered})
        await _check_nothing_stands(work, before, people)
        if before.kind is RosterKind.PERSONS:
            await _withdraw_persons(work, means, import_id, people)
        elif before.kind is RosterKind.MEMBERS:
            await _withdraw_members(work, import_id, people)
        else:
            await _withdraw_cases(work, means, before, people)
        await rosters.save(work, after)
        work.emit(events.rolled_back(after))
        work.audit_change(
            "roster_import",
            import_id,
            imports.audited(before),
            imports.audited(after),
            sensitive=["reason"],
        )
        return work.answer(after)


async def _check_nothing_stands(work: UnitOfWork, found: RosterImport, people: list[UUID]) -> None:
    await withdrawals.hold(work, found.kind, people)
    since = found.applied_at or found.created_at
    standing = await withdrawals.standing(work, found.kind, people, since=since)
    if standing:
        counts = Counter(noun for nouns in standing.values() for noun in nouns)
        facts = ", ".join(f"{noun}: {count}" for noun, count in sorted(counts.items()))
        raise RosterStoodUponError(import_id=found.import_id, rows=len(standing), facts=facts)


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
