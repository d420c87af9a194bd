"""Correcting an act of a standing case: the case is gone through anew, the roll follows, the old act stays known."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from membership.domain.members import Member
from membership.domain.standing import LEAVING, STATUS_ACTS, Act, Entry, StandingCase
from membership.domain.standing_corrections import Shift, check_kind, corrected, effect, shifted, undone
from membership.domain.units import Use
from membership.errors import StandingCaseNotFoundError
from membership.errors.standing import StandingEntryNotFoundError
from membership.events import standing as events
from membership.facts import usable_unit
from membership.operations import resuming, waiting
from membership.operations import standing as standing_acts
from membership.operations.means import Means
from membership.operations.standing_entries import audited
from membership.repository import members, standing
from rulebook import RuleSet

CORRECT = "membership.standing_case.correct"


@dataclass(frozen=True, slots=True)
class Correction:
    """What an act was, in the place of what is written."""

    position: int
    # None for the act that is written.
    act: Act | None
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
        entry = _entry(work, wrong, right)
        check_kind(wrong.act, entry)
        entries = list(before.entries)
        entries[right.position - 1] = entry
        after = corrected(
            before,
            entries,
            right.position - 1,
            await _rules(work, means, entries[right.position - 1 :]),
            await _approvers(work, entries[right.position - 1 :]),
            today=work.today,
        )
        await _follow(work, means, before, after, wrong, entry)
        return await _keep(work, means, before, after, right.position)


def _entry(work: UnitOfWork, wrong: Entry, right: Correction) -> Entry:
    return Entry(
        act=right.act or wrong.act,
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


async def _follow(
    work: UnitOfWork, means: Means, before: StandingCase, after: StandingCase, wrong: Entry, right: Entry
) -> None:
    """Let the roll follow a decision whose day was another one, or which was another decision, or none."""
    is_same_day, is_same = wrong.occurred_on == right.occurred_on, effect(wrong.act) is effect(right.act)
    if not {wrong.act, right.act} & STATUS_ACTS or (wrong.act is right.act and is_same_day):
        return
    person_id = before.person_id
    await members.lock(work, person_id)
    if wrong.act in LEAVING and not (is_same and is_same_day):
        await resuming.resume(work, means, before)
    if not is_same:
        await _change(work, means, before, after, wrong, right)
    elif not is_same_day:
        await _move_day(work, means, before, wrong, right)
    await waiting.keep_arrears(work, means, [person_id])
    await members.touch(work, [person_id])
    found = await _member(work, person_id)
    if wrong.act is right.act:
        work.emit(events.membership_changed(found, right.act, before.standing_case_id, right.occurred_on))
    else:
        work.emit(events.standing_corrected(found, before.standing_case_id, wrong, right))


async def _move_day(work: UnitOfWork, means: Means, case: StandingCase, wrong: Entry, right: Entry) -> None:
    """What was ended with the membership goes on until the other day."""
    member = await _member(work, case.person_id)
    shift = shifted(member, wrong.act, wrong.occurred_on, right.occurred_on)
    await _apply(work, case.person_id, wrong.act, shift)
    if right.act in LEAVING:
        await standing_acts.leave_the_rest(work, means, case, member, right.occurred_on)


async def _change(
    work: UnitOfWork, means: Means, before: StandingCase, after: StandingCase, wrong: Entry, right: Entry
) -> None:
    if wrong.act in STATUS_ACTS:
        await _undo(work, before, wrong)
    if right.act in STATUS_ACTS:
        await standing_acts.follow(work, means, after, right.act, right.occurred_on)


async def _undo(work: UnitOfWork, case: StandingCase, wrong: Entry) -> None:
    """The member is what they were; who was not removed is in the branch again, if that can have members."""
    shift = undone(await _member(work, case.person_id), wrong.act, wrong.occurred_on)
    if shift.unit_id is not None:
        (await usable_unit(work, shift.unit_id, Use.FORMAL_RELATIONSHIP, day=wrong.occurred_on)).check_free()
    await _apply(work, case.person_id, wrong.act, shift)


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
