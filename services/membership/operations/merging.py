"""Merging two entries of one person, and making them two again."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from chassis.access import put_accounts
from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.ids import new_id
from membership.domain import merging as domain
from membership.domain.merging import MergeState, Obstacle, PersonMerge
from membership.domain.people import Person
from membership.errors import PersonNotFoundError
from membership.errors.merging import (
    PersonMergeNotFoundError,
    PersonMergeNotReversibleError,
    PersonsNotMergeableError,
)
from membership.events import merging as events
from membership.events import people as people_events
from membership.operations import waiting
from membership.operations.means import Means
from membership.repository import cases, members, merge_moves, merging, persons
from membership.repository.merge_moves import ContradictionError, Move

Counts = tuple[tuple[str, int], ...]


async def review(call: Call, kept: UUID, merged: UUID) -> tuple[tuple[Obstacle, ...], Counts]:
    """What stands against a merge, and what would move."""
    domain.check_two(kept, merged)
    found = await _obstacles(call.database, kept, merged)
    return found, await merge_moves.counts(call.database, merged)


async def _obstacles(reader: Reader, kept: UUID, merged: UUID) -> tuple[Obstacle, ...]:
    found = await merging.entries(reader, [kept, merged])
    for person_id in (kept, merged):
        if person_id not in found:
            raise PersonNotFoundError(person_id=person_id)
    together = await merging.in_one_case(reader, kept, merged)
    return domain.obstacles(found[kept], found[merged], in_one_case=together)


async def merge(call: Call, means: Means, kept: UUID, merged: UUID, *, reason: str) -> PersonMerge:
    """Make two persons one."""
    domain.check_two(kept, merged)
    async with call.transaction() as work:
        # Nobody opens a case or enters a roll for one of the two meanwhile.
        await work.lock("membership.register", "membership.establish")
        versions = await merging.hold(work, [kept, merged])
        domain.check_mergeable(kept, merged, await _obstacles(work, kept, merged))
        call.check_etag(versions[kept])
        try:
            moves = await merge_moves.forth(work, kept=kept, merged=merged)
        except ContradictionError:
            raise PersonsNotMergeableError(
                person_id=kept, merged_person_id=merged, obstacles=Obstacle.FACTS_CONTRADICT
            ) from None
        made = PersonMerge(new_id(), kept, merged, reason, call.caller.person_id, work.now)
        await merging.add(work, made, moves)
        made = replace(made, moved=_counted(moves))
        await _announce(work, means, moves, before=merged, after=kept)
        await _tell_persons(work, means, made)
        work.emit(events.made(made))
        work.audit_change("person_merge", made.merge_id, None, _audited(made), sensitive=["reason"])
        return work.answer(made)


def _counted(moves: Sequence[Move]) -> Counts:
    nouns = sorted({move.noun for move in moves})
    return tuple((noun, sum(move.rows for move in moves if move.noun == noun)) for noun in nouns)


def _keys(moves: Sequence[Move], noun: str, field: str) -> list[str]:
    return [key[field] for move in moves if move.noun == noun for key in move.keys]


async def _announce(
    work: UnitOfWork, means: Means, moves: Sequence[Move], *, before: UUID, after: UUID
) -> None:
    """Tell of each resource that is another person's now."""
    accounts = await merging.touch_accounts(work, _keys(moves, "account", "account_id"))
    await put_accounts(work, [(one.issuer, one.number_key, after, one.active) for one in accounts])
    for account in accounts:
        work.emit(people_events.account_changed(account))
    await _announce_member(work, moves, before=before, after=after)
    await _announce_cases(work, means, moves, before=before)
    await merge_moves.settle_inbox(work, [before, after])
    await waiting.keep_arrears(work, means, [before, after])


async def _announce_member(work: UnitOfWork, moves: Sequence[Move], *, before: UUID, after: UUID) -> None:
    if not _keys(moves, "member", "person_id"):
        return
    await merging.touch(work, "member", [after])
    (member,) = await members.find_many(work, [after])
    left = replace(member, person_id=before, relationships=(), statuses=(), participations=())
    for one in (left, member):
        work.emit(events.member_reassigned(one, before=before, after=after))


async def _announce_cases(work: UnitOfWork, means: Means, moves: Sequence[Move], *, before: UUID) -> None:
    ids = [UUID(item) for item in _keys(moves, "admission_case", "case_id")]
    await merging.touch(work, "admission_case", ids)
    for head in await cases.lock_many(work, ids):
        rules = await means.rules.of(work, head.pack_digest)
        work.emit(events.case_reassigned(await cases.whole(work, head, rules), before=before))


async def reverse(call: Call, means: Means, merge_id: UUID, *, reason: str) -> PersonMerge:
    """Make two persons of one again."""
    async with call.transaction() as work:
        await work.lock("membership.register", "membership.establish")
        before = await merging.lock(work, merge_id)
        if before is None:
            raise PersonMergeNotFoundError(merge_id=merge_id)
        call.check_etag(before.version)
        kept, merged = before.person_id, before.merged_person_id
        await merging.hold(work, [kept, merged])
        found = await merging.entries(work, [kept])
        if kept not in found:
            # Who was erased was erased with every entry.
            raise PersonNotFoundError(person_id=kept)
        after = before.reversed(call.caller.person_id, work.now, is_merged_further=found[kept].is_merged)
        moves = await merging.moves_of(work, merge_id)
        try:
            await merge_moves.back(work, moves, kept=kept, merged=merged)
        except ContradictionError as error:
            raise PersonMergeNotReversibleError(merge_id=merge_id, facts=error.noun) from None
        await merging.save(work, after)
        await merging.redirect(work, merged, into=None)
        await _announce(work, means, moves, before=kept, after=merged)
        await _tell_persons(work, means, after)
        work.emit(events.reversed_(after))
        audited = _audited(after) | {"reason": reason}
        work.audit_change("person_merge", merge_id, _audited(before), audited, sensitive=["reason"])
        return work.answer(after)


async def _tell_persons(work: UnitOfWork, means: Means, found: PersonMerge) -> None:
    await persons.touch(work, found.person_id)
    ids = [found.person_id, found.merged_person_id]
    for person in await persons.find_many(work, means.cipher, ids, today=work.today):
        if person.person_id == found.person_id:
            work.emit(people_events.person_updated(person))
        elif found.state is MergeState.MERGED:
            work.emit(events.person_merged(person, found))
        else:
            work.emit(events.person_restored(person, found))


async def get(call: Call, merge_id: UUID) -> PersonMerge:
    """Read a merge."""
    found = await merging.find(call.database, merge_id)
    if found is None:
        raise PersonMergeNotFoundError(merge_id=merge_id)
    return found


async def page(call: Call, *, before: UUID | None, size: int) -> list[PersonMerge]:
    """A page of merges; one more than the size says that another page follows."""
    return await merging.page(call.database, before=before, size=size + 1)


async def duplicates(
    call: Call, means: Means, *, after: tuple[UUID, UUID] | None, size: int
) -> list[tuple[Person, Person]]:
    """A page of pairs that look like one person; one more than the size says that another page follows."""
    pairs = await merging.duplicates(call.database, after=after, size=size + 1)
    ids = sorted({person_id for pair in pairs for person_id in pair})
    today = call.clock.today()
    found = {
        person.person_id: person
        for person in await persons.find_many(call.database, means.cipher, ids, today=today)
    }
    return [(found[one], found[other]) for one, other in pairs]


def _audited(found: PersonMerge) -> dict[str, object]:
    return {
        "person_id": found.person_id,
        "merged_person_id": found.merged_person_id,
        "state": found.state,
        "moved": dict(found.moved),
        "reason": found.reason,
        "version": found.version,
    }
