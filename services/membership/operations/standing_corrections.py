"""Correcting an act of a standing case: the case is gone through anew, the roll follows, the old act stays known."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from membership.domain.members import Member
from membership.domain.standing import LEAVING, STATUS_ACTS, Act, Entry, StandingCase
from membership.domain.standing_corrections import Shift, corrected, shifted
from membership.domain.units import Use
from membership.errors import StandingCaseNotFoundError
from membership.errors.standing import StandingEntryNotFoundError
from membership.events import standing as events
from membership.facts import usable_unit
from membership.operations import waiting
from membership.operations.means import Means
from membership.operations.standing_entries import audited
from membership.repository import members, standing
from rulebook import RuleSet

CORRECT = "membership.standing_case.correct"


@dataclass(frozen=True, slots=True)
class Correction:
    """What an act was, in the place of what is written."""

    position: int
    occurred_on: date
    note: str
    reason: str
    reached: bool = False
    until: date | None = None
    resolved_on: date | None = None
    approver_unit_id: UUID | None = None
    document_reference: str | None = None


async def correct(call: Call, means: Means, standing_case_id: UUID, right: Correction) -> StandingCase:
    """Correct an act; refuses what would have been refused, also of the acts that came after it."""
    found = await standing.find(call.database, standing_case_id)
    await call.access.require(CORRECT, unit=None if found is None else found.unit_id)
    if found is None:
        raise StandingCaseNotFoundError(standing_case_id=standing_case_id)
    if right.approver_unit_id is not None:
        await call.access.require(CORRECT, unit=right.approver_unit_id)
    async with call.transaction() as work:
        head = await standing.lock(work, standing_case_id)
        assert head is not None, "standing cases are never deleted"
        call.check_etag(head.version)
        before = await standing.whole(work, head, means.rules.of)
        if right.position > len(before.entries):
            raise StandingEntryNotFoundError(position=right.position)
        wrong = before.entries[right.position - 1]
        entries = list(before.entries)
        entries[right.position - 1] = _entry(work, wrong, right)
        after = corrected(
            before,
            entries,
            right.position - 1,
            await _rules(work, means, entries[right.position - 1 :]),
            await _approvers(work, entries[right.position - 1 :]),
            today=work.today,
        )
        if wrong.act in STATUS_ACTS and wrong.occurred_on != right.occurred_on:
            await _move_day(work, means, before, wrong, right.occurred_on)
        return await _keep(work, means, before, after, right.position)


def _entry(work: UnitOfWork, wrong: Entry, right: Correction) -> Entry:
    return Entry(
        act=wrong.act,
        occurred_on=right.occurred_on,
        recorded_at=work.now,
        recorded_by=work.call.caller.person_id,
        reason=right.note,
        reached=right.reached,
        until=right.until,
        resolved_on=right.resolved_on,
        approver_unit_id=right.approver_unit_id,
        document_reference=right.document_reference,
        revision=wrong.revision + 1,
        correction_reason=right.reason,
    )


async def _rules(work: UnitOfWork, means: Means, entries: list[Entry]) -> dict[date, RuleSet]:
    days = {entry.occurred_on for entry in entries} | {work.today}
    return {day: await means.rules.begin(work, day) for day in sorted(days)}


async def _approvers(work: UnitOfWork, entries: list[Entry]) -> dict[UUID, str]:
    asked = {each.approver_unit_id: each.occurred_on for each in entries if each.approver_unit_id is not None}
    return {
        unit_id: (await usable_unit(work, unit_id, Use.APPROVAL, day=day)).approver_type
        for unit_id, day in asked.items()
    }


async def _move_day(work: UnitOfWork, means: Means, case: StandingCase, wrong: Entry, day: date) -> None:
    """Let the roll follow a decision whose day was another one."""
    person_id = case.person_id
    await members.lock(work, person_id)
    member = await _member(work, person_id)
    shift = shifted(member, wrong.act, wrong.occurred_on, day)
    await _apply(work, person_id, wrong.act, shift)
    await waiting.keep_arrears(work, means, [person_id])
    await members.touch(work, [person_id])
    after = await _member(work, person_id)
    work.emit(events.membership_changed(after, wrong.act, case.standing_case_id, day))


async def _apply(work: UnitOfWork, person_id: UUID, act: Act, shift: Shift) -> None:
    await members.set_status(work, person_id, shift.days, shift.status)
    if act in LEAVING:
        await members.relate(work, person_id, shift.unit_days, shift.unit_id)


async def _member(work: UnitOfWork, person_id: UUID) -> Member:
    (member,) = await members.find_many(work, [person_id])
    return member


async def _keep(
    work: UnitOfWork, means: Means, before: StandingCase, after: StandingCase, position: int
) -> StandingCase:
    kept = replace(after, version=before.version + 1, updated_at=work.now)
    await standing.save_corrected(work, kept, position)
    await waiting.keep_standing(work, kept, await means.rules.begin(work, work.today))
    work.emit(events.corrected(kept, position, today=work.today))
    reason = kept.entries[position - 1].correction_reason
    work.audit_change(
        "standing_case",
        kept.standing_case_id,
        audited(before),
        audited(kept) | {"position": position, "reason": reason},
        sensitive=["reason"],
    )
    return work.answer(kept)
