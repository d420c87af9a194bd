"""What committees decide in an admission: the approval, and at the end of probation conversion, extension or revocation."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.intervals import Interval
from membership.domain import steps as names
from membership.domain.acts import Act, take
from membership.domain.admission import AdmissionCase
from membership.domain.ballots import ConversionOutcome
from membership.domain.decisions import approved, decided, end_of_probation, resolved
from membership.domain.evidence import outcome_operations, probation_end
from membership.domain.members import MembershipStatus, NewMember
from membership.domain.verdicts import Judgement, check_allowed
from membership.errors import FieldsContradictError, OutcomeNotResolvedError
from membership.events import admission as events
from membership.events import people as people_events
from membership.facts import Gathered, gather
from membership.operations.leaving import leave_roll
from membership.operations.means import Means
from membership.operations.taking import (
    APPROVE,
    Held,
    ask_rules,
    check_order,
    hold,
    require_on_case,
    take_act,
    write,
)
from membership.repository import members


async def approve(call: Call, means: Means, case_id: UUID, act: Act) -> AdmissionCase:
    """Approve the admission: the person is a probationary member from the day of the branch meeting on (DEV-25)."""
    await require_on_case(call, case_id, APPROVE, override=act.override)
    await call.access.require(APPROVE, unit=act.units[0])
    async with call.transaction() as work:
        held = await hold(work, means, case_id)
        after = await take_act(work, held, act)
        start = held.case.day_of(names.BRANCH_MEETING)
        assert start is not None, "the order lets nobody be approved before the branch meeting"
        after = approved(after, approver=act.units[0], start=start, end=probation_end(held.rules, start))
        await write(work, held, after, events.step_taken(after, after.steps[-1]))
        await _admit(work, after)
        return work.answer(after)


async def _admit(work: UnitOfWork, case: AdmissionCase) -> None:
    head = case.head
    assert head.probation_from is not None
    days = Interval(head.probation_from)
    if await members.lock(work, head.person_id) is None:
        new = NewMember(
            head.person_id,
            head.unit_id,
            head.probation_from,
            MembershipStatus.PROBATIONARY,
            head.probation_from,
        )
        await members.add(work, [new])
    else:
        # Somebody who was a member once and has come back.
        await members.relate(work, head.person_id, days, head.unit_id)
        await members.set_status(work, head.person_id, days, MembershipStatus.PROBATIONARY)
        await members.touch(work, [head.person_id])
    member = await members.find(work, head.person_id)
    assert member is not None
    work.emit(people_events.member_admitted(member, head.case_id, head.probation_from))


@dataclass(frozen=True, slots=True)
class Decision:
    """What a committee decides at the end of probation."""

    act: Act
    outcome: ConversionOutcome
    extension: str | None
    noticed_from: date | None

    def check(self) -> None:
        """Refuse an extension without its length, and a length without an extension."""
        if (self.outcome is ConversionOutcome.EXTEND) != (self.extension is not None):
            raise FieldsContradictError.of(
                "extension",
                "延长预备期须写明期限，其他决定不写。",
                "An extension states its length, and no other decision does.",
            )


async def approve_conversion(call: Call, means: Means, case_id: UUID, decision: Decision) -> AdmissionCase:
    """Decide what the branch meeting resolved: convert, extend once, or revoke.

    Full membership begins at the end of probation, whenever the decision is made (DEV-31).
    """
    act = decision.act
    decision.check()
    await require_on_case(call, case_id, APPROVE, override=act.override)
    await call.access.require(APPROVE, unit=act.units[0])
    async with call.transaction() as work:
        held = await hold(work, means, case_id)
        check_order(held, act, today=work.today)
        _check_resolved(held.case, decision.outcome)
        end = end_of_probation(held.case, decision.extension)
        gathered = await gather(work, held.case, act)
        judgements = _judge_conversion(held, decision, gathered, end)
        check_allowed(judgements, act.override, case_id=case_id, step=act.step)
        taken = take(held.case, act, held.catalogue, judgements, now=work.now, by=call.caller.person_id)
        after = decided(taken, decision.outcome, extension=decision.extension, end=end)
        await write(work, held, after, events.conversion_decided(after, decision.outcome, act.occurred_on))
        await _follow_decision(work, means, after, decision)
        return work.answer(after)


def _check_resolved(case: AdmissionCase, outcome: ConversionOutcome) -> None:
    found = resolved(case)
    if found is not outcome:
        raise OutcomeNotResolvedError(outcome=outcome, resolved=found or "-")


def _judge_conversion(held: Held, decision: Decision, gathered: Gathered, end: date) -> tuple[Judgement, ...]:
    stated = {
        "standing_starts_on": end,
        "probation_ends_on": end,
        "probation_extended_until": end,
        "notice_posted_on": decision.noticed_from,
    }
    act = decision.act
    (operation,) = held.catalogue.operations(act.step)
    return ask_rules(held, act, gathered, outcome_operations(decision.outcome, operation), stated)


async def _follow_decision(work: UnitOfWork, means: Means, case: AdmissionCase, decision: Decision) -> None:
    head, person_id = case.head, case.head.person_id
    if decision.outcome is ConversionOutcome.EXTEND:
        return
    if decision.outcome is ConversionOutcome.CONVERT:
        assert head.full_member_from is not None
        await members.set_status(work, person_id, Interval(head.full_member_from), MembershipStatus.FULL)
        await members.set_standing(work, person_id, head.full_member_from)
    else:
        ended = Interval(decision.act.occurred_on)
        await members.set_status(work, person_id, ended, None)
        await members.relate(work, person_id, ended, None)
        await leave_roll(work, means, person_id, decision.act.occurred_on, reason="已取消预备党员资格")
    await members.touch(work, [person_id])
    member = await members.find(work, person_id)
    assert member is not None
    if head.full_member_from is not None:
        work.emit(people_events.member_converted(member, head.case_id, head.full_member_from))
    else:
        work.emit(people_events.member_revoked(member, head.case_id, decision.act.occurred_on))
