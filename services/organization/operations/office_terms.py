"""Begin terms of office, shift elections, remind of them, and read the calendar."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from chassis.schedule import Slot
from organization.domain.rules import refuse_if_blocked
from organization.domain.terms import (
    Term,
    check_after,
    check_next,
    check_runs,
    check_shift,
    check_unit,
    election_verdicts,
    power_verdicts,
    regular_end,
    reminder_day,
)
from organization.domain.units import Unit, refuse
from organization.errors import TermNotFoundError
from organization.events import terms as facts
from organization.operations import founding
from organization.repository import terms, units
from rulebook import Verdict, blocking

READ, SHIFT, CORRECT, OVERRIDE = (
    f"organization.term.{verb}" for verb in ("read", "shift", "correct", "override")
)


@dataclass(frozen=True, slots=True)
class NewTerm:
    """What a term begins with."""

    started_on: date | None
    number: int
    document_number: str
    override_reason: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which terms are asked for; None asks for any."""

    unit_id: UUID | None
    below_id: UUID | None
    due_by: date | None
    include_ended: bool
    campus_id: UUID | None = None


async def begin_term(call: Call, unit_id: UUID, new: NewTerm) -> Term:
    """Record the term that begins with an election, and end the one that ran."""
    if new.override_reason:
        await call.access.require(OVERRIDE, unit=unit_id)
    async with call.transaction() as work:
        # The lock also keeps two terms of one unit from beginning at once.
        await units.lock(work, unit_id)
        await ensure_free(work, unit_id)
        return work.answer(await succeed(work, unit_id, new))


async def succeed(work: UnitOfWork, unit_id: UUID, new: NewTerm, *, shift_reason: str = "") -> Term:
    """Begin a term of a locked unit and end the one that ran; a reason approved with an election excuses a late one."""
    on = new.started_on or work.today
    unit = await founding.present(work, unit_id, work.today)
    check_unit(unit, on, today=work.today)
    before = await terms.running(work, unit_id)
    verdicts = power_verdicts(unit.form, on)
    if before is not None:
        check_next(before, on)
        reason = before.shift_reason or shift_reason
        verdicts += election_verdicts(unit.kind, since=before.started_on, reason=reason, on=on)
    if not new.override_reason:
        refuse_if_blocked(verdicts)
    if before is not None:
        await _keep(work, before, replace(before, ended_on=on), facts.term_ended)
    return await _begin(work, unit, new, on, verdicts)


async def _begin(work: UnitOfWork, unit: Unit, new: NewTerm, on: date, verdicts: list[Verdict]) -> Term:
    ends_on = regular_end(unit.kind, on, rules_of=work.today)
    term = Term(
        term_id=new_id(),
        unit_id=unit.unit_id,
        number=new.number,
        started_on=on,
        ends_on=ends_on,
        election_due_on=ends_on,
        reminder_on=reminder_day(ends_on, rules_of=work.today),
        reminded_on=None,
        ended_on=None,
        shift_reason="",
        shift_document_number="",
        document_number=new.document_number,
        # A reason that set nothing aside is none.
        override_reason=new.override_reason if blocking(verdicts) else "",
        created_at=work.now,
        updated_at=work.now,
        version=1,
        day=work.today,
    )
    await terms.add(work, term)
    work.emit(facts.term_begun(term))
    work.audit_change("term", term.term_id, None, _audited(term))
    return term


def _audited(term: Term) -> dict[str, object]:
    return {
        "unit_id": term.unit_id,
        "started_on": term.started_on,
        "election_due_on": term.election_due_on,
        "ended_on": term.ended_on,
        "shift_reason": term.shift_reason,
        "override_reason": term.override_reason,
    }


async def _keep(work: UnitOfWork, before: Term, changed: Term, announce: facts.Announce) -> Term:
    after = replace(changed, updated_at=work.now, version=before.version + 1)
    await terms.keep(work, [after])
    work.emit(announce(after))
    work.audit_change("term", after.term_id, _audited(before), _audited(after))
    return after


async def shift_election(
    call: Call, term_id: UUID, *, election_on: date, reason: str, document_number: str
) -> Term:
    """Approve an election before or after the end of the term, as the superior of the unit."""
    seen = await _present(call, term_id, SHIFT)
    unit = await founding.present(call.database, seen.unit_id, call.clock.today())
    await call.access.require(SHIFT, unit=unit.parent_id)
    async with call.transaction() as work:
        await ensure_free(work, seen.unit_id)
        before = await terms.lock(work, term_id)
        assert before is not None, "a term is never deleted"
        call.check_etag(before.version)
        check_shift(before, election_on)
        refuse_if_blocked(
            election_verdicts(unit.kind, since=before.started_on, reason=reason, on=election_on)
        )
        reminder_on = reminder_day(election_on, rules_of=work.today)
        shifted = replace(
            before,
            election_due_on=election_on,
            reminder_on=reminder_on,
            # Where the new day leaves the time, its reminder is still to come.
            reminded_on=before.reminded_on if reminder_on <= work.today else None,
            shift_reason=reason,
            shift_document_number=document_number,
        )
        return work.answer(await _keep(work, before, shifted, facts.election_shifted))


async def correct_term(
    call: Call, term_id: UUID, *, started_on: date, number: int, document_number: str, reason: str
) -> Term:
    """Correct what was entered about the term that runs."""
    seen = await _present(call, term_id, CORRECT)
    await call.access.require(CORRECT, unit=seen.unit_id)
    async with call.transaction() as work:
        await units.lock(work, seen.unit_id)
        await ensure_free(work, seen.unit_id)
        unit = await founding.present(work, seen.unit_id, work.today)
        present = await terms.lock(work, term_id)
        assert present is not None, "a term is never deleted"
        call.check_etag(present.version)
        check_runs(present)
        check_unit(unit, started_on, today=work.today)
        before = await terms.before_running(work, seen.unit_id)
        if before is not None:
            check_after(before, started_on)
            if before.ended_on != started_on:
                await _keep(work, before, replace(before, ended_on=started_on), facts.term_ended)
        corrected = replace(present, started_on=started_on, number=number, document_number=document_number)
        return work.answer(
            await _keep(
                work,
                present,
                _reckoned(unit, corrected, today=work.today),
                lambda after: facts.term_corrected(after, reason),
            )
        )


def _reckoned(unit: Unit, term: Term, *, today: date) -> Term:
    """The term with what follows from its first day; an approved day stays where the rules allow it."""
    ends_on = regular_end(unit.kind, term.started_on, rules_of=today)
    due_on = term.election_due_on if term.shift_reason else ends_on
    if term.shift_reason:
        refuse_if_blocked(
            election_verdicts(unit.kind, since=term.started_on, reason=term.shift_reason, on=due_on)
        )
    reminder_on = reminder_day(due_on, rules_of=today)
    return replace(
        term,
        ends_on=ends_on,
        election_due_on=due_on,
        reminder_on=reminder_on,
        reminded_on=term.reminded_on if reminder_on <= today else None,
    )


async def remind_terms(call: Call, slot: Slot) -> int:
    """Announce, once for each day on which an election is due, that the time to prepare it has come."""
    async with call.transaction() as work:
        if not await slot.finish(work):
            return 0
        due = await terms.to_remind(work, slot.day)
        reminded = [
            replace(term, reminded_on=slot.day, updated_at=work.now, version=term.version + 1) for term in due
        ]
        await terms.keep(work, reminded)
        for term in reminded:
            work.emit(facts.term_reminded(term))
        return work.answer(len(reminded))


async def _present(call: Call, term_id: UUID, permission: str) -> Term:
    term = await terms.find(call.database, term_id, day=call.clock.today())
    if term is None:
        await call.access.require(permission, unit=None)
        raise TermNotFoundError(term_id=term_id)
    return term


async def get_term(call: Call, term_id: UUID) -> Term:
    """Read a term."""
    term = await _present(call, term_id, READ)
    await call.access.require(READ, unit=term.unit_id)
    return term


async def list_terms(call: Call, wanted: Wanted, *, size: int, token: str) -> Page[Term]:
    """List terms of units on which the caller may read them, by the day on which the next election is due."""
    if wanted.unit_id is not None and wanted.below_id is not None:
        refuse("below_unit_id", "不能与 unit_id 同时填写。", "It is not given together with unit_id.")
    if wanted.due_by is not None and wanted.include_ended:
        refuse("include_ended", "不能与 due_by 同时填写。", "It is not given together with due_by.")
    after = decode_token(token, date, UUID)
    most = page_size(size)
    found = await terms.page(
        call.database,
        await call.access.filters(READ),
        unit_id=wanted.unit_id,
        below_id=wanted.below_id,
        campus_id=wanted.campus_id,
        due_by=wanted.due_by,
        include_ended=wanted.include_ended,
        after=(after[0], after[1]) if after else None,
        most=most + 1,
        day=call.clock.today(),
    )
    return page_of(found, most, lambda term: (term.election_due_on, term.term_id))
