"""What committees decide in an admission: the approval, and at the end of probation conversion, extension or revocation."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.intervals import Interval
from rulebook import Period

from membership.domain.acts import Act, take
from membership.domain.admission import AdmissionCase, CaseState
from membership.domain.ballots import BallotPurpose, ConversionOutcome
from membership.domain.evidence import extension_end, outcome_operations, probation_end
from membership.domain.members import MembershipStatus, NewMember
from membership.domain.verdicts import Judgement, check_allowed
from membership.errors import FieldsContradictError, OutcomeNotResolvedError
from membership.events import admission as events
from membership.events import people as people_events
from membership.facts import Gathered, gather
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
        ballot = held.case.passed_ballot(BallotPurpose.ADMISSION)
        assert ballot is not None, "the order lets nobody be approved without a passed ballot"
        start = ballot.totals.held_on
        end = probation_end(held.rules, start)
        after = after.noted(approver_unit_id=act.units[0], probation_from=start, probation_until=end)
        after = after.with_detail(probation_until=end.isoformat())
        await write(work, held.case, after, events.step_taken(after, after.steps[-1]))
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
        end = _end_of(held.case, decision)
        gathered = await gather(work, held.case, act)
        judgements = _judge_conversion(held, decision, gathered, end)
        check_allowed(judgements, act.override, case_id=case_id, step=act.step)
        taken = take(held.case, act, held.catalogue, judgements, now=work.now, by=call.caller.person_id)
        after = _decided(taken, decision, end)
        await write(
            work, held.case, after, events.conversion_decided(after, decision.outcome, act.occurred_on)
        )
        await _follow_decision(work, after, decision)
        return work.answer(after)


def _check_resolved(case: AdmissionCase, outcome: ConversionOutcome) -> None:
    ballot = case.passed_ballot(BallotPurpose.CONVERSION)
    resolved = None if ballot is None else ballot.totals.outcome
    if resolved is not outcome:
        raise OutcomeNotResolvedError(outcome=outcome, resolved=resolved or "-")


def _end_of(case: AdmissionCase, decision: Decision) -> date:
    end = case.head.probation_until
    assert end is not None, "the order lets nobody be converted before the approval"
    return end if decision.extension is None else extension_end(end, decision.extension)


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


def _decided(case: AdmissionCase, decision: Decision, end: date) -> AdmissionCase:
    outcome = decision.outcome
    match outcome:
        case ConversionOutcome.CONVERT:
            return case.noted(state=CaseState.CONVERTED, conversion_outcome=outcome, full_member_from=end)
        case ConversionOutcome.EXTEND:
            assert decision.extension is not None
            length = str(Period.parse(decision.extension))
            return case.extended(until=end, extension=length)
        case ConversionOutcome.REVOKE:
            return case.noted(state=CaseState.REVOKED, conversion_outcome=outcome)


async def _follow_decision(work: UnitOfWork, case: AdmissionCase, decision: Decision) -> None:
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
    await members.touch(work, [person_id])
    member = await members.find(work, person_id)
    assert member is not None
    if head.full_member_from is not None:
        work.emit(people_events.member_converted(member, head.case_id, head.full_member_from))
    else:
        work.emit(people_events.member_revoked(member, head.case_id, decision.act.occurred_on))
