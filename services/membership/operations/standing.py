"""What is done about members who are away, lost, idle or unqualified; the roll follows the decisions."""

from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.ids import new_id
from chassis.intervals import Interval
from membership.domain import standing as domain
from membership.domain.members import Member
from membership.domain.standing import LEAVING, STATUS_ACTS, Act, Decision, Ground, Kind, StandingCase
from membership.domain.standing_corrections import known
from membership.domain.units import Use
from membership.errors import (
    MemberNotFoundError,
    StandingCaseAlreadyOpenError,
    StandingCaseNotFoundError,
    StandingLeftToAdmissionError,
    TransferAlreadyOpenError,
)
from membership.events import standing as events
from membership.facts import known_unit, usable_unit
from membership.operations import leaving, resuming, waiting
from membership.operations.means import Means, scope_of
from membership.operations.standing_entries import audited, keep, new_entry
from membership.repository import cases, members, removal_ends, standing, transfers
from membership.repository.standing import StandingFilter

READ, OPEN, RECORD, DECIDE = (
    f"membership.standing_case.{verb}" for verb in ("read", "open", "record", "decide")
)


async def open_case(
    call: Call,
    means: Means,
    person_id: UUID,
    *,
    kind: Kind,
    ground: Ground | None,
    since: date,
    reason: str,
) -> StandingCase:
    """Open a case of a member."""
    unit_id = await _branch_of(call, person_id)
    await call.access.require(OPEN, unit=unit_id)
    async with call.transaction() as work:
        member = await _held_member(work, person_id)
        latest = member.latest
        if latest is None or member.status_on(work.today) is None:
            raise MemberNotFoundError(person_id=person_id)
        for found in await standing.open_of(work, person_id):
            if found.kind is kind:
                raise StandingCaseAlreadyOpenError(
                    person_id=person_id, standing_case_id=found.standing_case_id
                )
        rules = await means.rules.begin(work, work.today)
        bare = StandingCase(new_id(), person_id, latest.unit_id, kind, ground, since, work.now, work.now)
        case = domain.opened(bare, new_entry(work, Act.OPENING, since, reason), rules, today=work.today)
        await standing.save(work, case, kept_entries=0)
        await waiting.keep_standing(work, case, rules)
        work.emit(events.opened(case, today=work.today))
        work.audit_change("standing_case", case.standing_case_id, None, audited(case))
        return work.answer(case)


async def get(
    call: Call, means: Means, standing_case_id: UUID, *, known_at: datetime | None = None
) -> StandingCase:
    """Read a case with its acts, also as they were known at an instant; people read their own."""
    found = await standing.find(call.database, standing_case_id)
    if found is None:
        # Who may not see cases anywhere learns nothing about which exist.
        await call.access.require(READ, unit=None)
        raise StandingCaseNotFoundError(standing_case_id=standing_case_id)
    own = call.caller.person_id == found.person_id
    await call.access.require(READ, unit=found.unit_id, relation=own)
    if known_at is None:
        return await _whole(call.database, means, found)
    entries = await standing.known_entries(call.database, standing_case_id, means.rules.of, known_at=known_at)
    digests = [entry.pack_digest for entry in entries if entry.pack_digest is not None]
    if not digests:
        raise StandingCaseNotFoundError(standing_case_id=standing_case_id)
    return known(found, entries, await means.rules.of(call.database, digests[-1]))


async def page(call: Call, wanted: StandingFilter, *, after: UUID | None, size: int) -> list[StandingCase]:
    """A page of cases; one more than the size says that another page follows."""
    return await standing.page(
        call.database,
        scope=await scope_of(call, READ),
        wanted=wanted,
        self_id=call.caller.person_id,
        after=after,
        size=size + 1,
    )


async def contact(
    call: Call, means: Means, standing_case_id: UUID, *, contacted_on: date, reached: bool, note: str
) -> StandingCase:
    """Record that the member was contacted, or searched for in vain."""
    await _require(call, standing_case_id, RECORD)
    async with call.transaction() as work:
        before = await _held(work, means, standing_case_id)
        rules = await means.rules.begin(work, contacted_on)
        entry = replace(new_entry(work, Act.CONTACT, contacted_on, note), reached=reached)
        return await keep(work, before, before.contacted(entry, rules, today=work.today), rules)


async def end(
    call: Call, means: Means, standing_case_id: UUID, *, ended_on: date, reason: str
) -> StandingCase:
    """End a case that needs no decision any more."""
    await _require(call, standing_case_id, RECORD)
    async with call.transaction() as work:
        before = await _held(work, means, standing_case_id)
        after = before.ended(new_entry(work, Act.END, ended_on, reason), today=work.today)
        return await keep(work, before, after)


async def decide(call: Call, means: Means, standing_case_id: UUID, decision: Decision) -> StandingCase:
    """Decide in a case; what it makes of the membership holds from the day of the decision on."""
    await _require(call, standing_case_id, DECIDE)
    await call.access.require(DECIDE, unit=decision.approver_unit_id)
    async with call.transaction() as work:
        before = await _held(work, means, standing_case_id)
        before.check_due(decision.act)
        day = decision.decided_on
        approver = await usable_unit(work, decision.approver_unit_id, Use.APPROVAL, day=day)
        rules = await means.rules.begin(work, day)
        entry = replace(
            new_entry(work, decision.act, day, decision.reason),
            until=decision.until,
            resolved_on=decision.resolved_on,
            approver_unit_id=decision.approver_unit_id,
            document_reference=decision.document_reference,
        )
        after = before.decided(entry, rules, approver_type=approver.approver_type, today=work.today)
        if decision.act in STATUS_ACTS:
            member = await follow(work, means, before, decision.act, day)
            work.emit(events.membership_changed(member, decision.act, before.standing_case_id, day))
        return await keep(work, before, after, rules)


async def follow(work: UnitOfWork, means: Means, case: StandingCase, act: Act, day: date) -> Member:
    """Let the roll follow a decision; answers the member after it, of whom nothing is announced yet."""
    person_id = case.person_id
    member = await _held_member(work, person_id)
    for head in await cases.open_of(work, [person_id]):
        raise StandingLeftToAdmissionError(person_id=person_id, case_id=head.case_id)
    status = domain.status_after(case, member, act, day)
    await members.set_status(work, person_id, Interval(day), status)
    if act in LEAVING:
        await _leave(work, means, case, member, day)
    await members.touch(work, [person_id])
    (changed,) = await members.find_many(work, [person_id])
    work.audit_change("member", person_id, _statuses(member), _statuses(changed))
    return changed


async def _leave(work: UnitOfWork, means: Means, case: StandingCase, member: Member, day: date) -> None:
    """End what ties a member to branches, and whatever else was under way."""
    person_id = member.person_id
    for transfer_id in (await transfers.open_of(work, [person_id])).values():
        raise TransferAlreadyOpenError(person_id=person_id, transfer_id=transfer_id)
    (await known_unit(work, case.unit_id)).check_free()
    await members.relate(work, person_id, Interval(day), None)
    await leave_the_rest(work, means, case, member, day)


async def leave_the_rest(
    work: UnitOfWork, means: Means, case: StandingCase, member: Member, day: date
) -> None:
    """End whatever else only a member does, kept with the case so that it can be resumed."""
    for part in member.participations:
        if part.valid_until is None or part.valid_until > day:
            first = max(day, part.valid_from)
            await members.participate(work, member.person_id, part.unit_id, Interval(first), None)
            await removal_ends.keep(work, case.standing_case_id, resuming.of_part(part, first))
    await leaving.leave_roll(
        work, means, member.person_id, day, reason="已出党", without=case.standing_case_id
    )


async def _branch_of(call: Call, person_id: UUID) -> UUID | None:
    member = await members.find(call.database, person_id)
    return None if member is None or member.latest is None else member.latest.unit_id


async def _held_member(work: UnitOfWork, person_id: UUID) -> Member:
    if await members.lock(work, person_id) is None:
        raise MemberNotFoundError(person_id=person_id)
    (member,) = await members.find_many(work, [person_id])
    return member


async def _require(call: Call, standing_case_id: UUID, permission: str) -> None:
    found = await standing.find(call.database, standing_case_id)
    await call.access.require(permission, unit=None if found is None else found.unit_id)
    if found is None:
        raise StandingCaseNotFoundError(standing_case_id=standing_case_id)


async def _held(work: UnitOfWork, means: Means, standing_case_id: UUID) -> StandingCase:
    found = await standing.lock(work, standing_case_id)
    if found is None:
        raise StandingCaseNotFoundError(standing_case_id=standing_case_id)
    work.call.check_etag(found.version)
    return await _whole(work, means, found)


async def _whole(reader: Reader, means: Means, found: StandingCase) -> StandingCase:
    return await standing.whole(reader, found, means.rules.of)


def _statuses(member: Member) -> dict[str, object]:
    return {
        "statuses": [
            {"status": item.status, "from": item.valid_from, "until": item.valid_until}
            for item in member.statuses
        ],
        "unit_id": None if member.latest is None else member.latest.unit_id,
        "version": member.version,
    }
