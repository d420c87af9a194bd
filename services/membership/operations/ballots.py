"""Votes of branch meetings: totals entered by one person and confirmed by another.

A meeting that was not in order is refused; a resolution that did not pass is recorded, and a later meeting may
vote again.
"""

from dataclasses import replace
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from membership.domain import steps as names
from membership.domain.acts import Act, take
from membership.domain.admission import AdmissionCase, check_confirmer
from membership.domain.ballots import (
    Ballot,
    BallotPurpose,
    BallotState,
    ConversionOutcome,
    Totals,
    as_outcome,
    ballot_facts,
    check_totals,
    is_majority,
    outcome_of,
    should_attend,
)
from membership.domain.verdicts import Judgement, Override, check_allowed, judge
from membership.errors import BallotContradictsRollError, StepNotDueError
from membership.events import admission as events
from membership.facts import gather, known_unit, voters
from membership.operations.means import Means
from membership.operations.taking import (
    VOTE,
    Held,
    ask_rules,
    check_order,
    hold,
    require_on_case,
    write,
)
from rulebook import Fact

# Asked where a pack declares them: the powers of a branch by its form, and who may be left out of the base.
_POWERS, _EXCLUSION = "branch.exercise_power", "meeting.exclude_from_base"


async def enter_totals(
    call: Call, means: Means, case_id: UUID, totals: Totals, *, override: Override | None = None
) -> AdmissionCase:
    """Enter the totals of a branch meeting; the case moves on when somebody else confirms them."""
    await require_on_case(call, case_id, VOTE, override=override)
    async with call.transaction() as work:
        held = await hold(work, means, case_id)
        purpose = _purpose(held)
        totals = _with_outcome(totals, purpose)
        act = Act(_STEPS[purpose], totals.held_on, override=override)
        check_order(held, act, today=work.today)
        powers = await _judge_power(work, held, act, totals)
        # Said before the totals, which contradict the roll of a branch that nobody formally belongs to.
        check_allowed(powers, None, case_id=case_id, step=act.step)
        base = await _base(work, held, totals)
        check_totals(totals, base=base)
        judgements = (*powers, *await _judge(work, held, act, totals, base))
        check_allowed(judgements, override, besides=is_majority, case_id=case_id, step=act.step)
        ballot = Ballot(
            number=len(held.case.ballots) + 1,
            purpose=purpose,
            state=BallotState.ENTERED,
            totals=totals,
            should_attend=base,
            entered_by=call.caller.person_id,
            judgements=judgements,
        )
        after = held.case.changed(at=work.now).with_ballot(ballot)
        await write(work, held, after, events.ballot_entered(after, ballot))
        return work.answer(after)


_STEPS = {BallotPurpose.ADMISSION: names.BRANCH_MEETING, BallotPurpose.CONVERSION: names.CONVERSION_MEETING}


def _purpose(held: Held) -> BallotPurpose:
    case, taken = held.case, held.case.taken
    if case.awaits_confirmation:
        raise StepNotDueError(
            case_id=case.head.case_id,
            step="enter_ballot_totals",
            state=case.head.state,
            awaited="confirm_ballot_totals",
        )
    if held.catalogue.may_take(names.CONVERSION_MEETING, taken):
        return BallotPurpose.CONVERSION
    case.check_due(names.BRANCH_MEETING, held.catalogue)
    return BallotPurpose.ADMISSION


def _with_outcome(totals: Totals, purpose: BallotPurpose) -> Totals:
    if purpose is BallotPurpose.ADMISSION:
        return replace(totals, outcome=None)
    return replace(totals, outcome=totals.outcome or ConversionOutcome.CONVERT)


async def _base(work: UnitOfWork, held: Held, totals: Totals) -> int:
    roll = await voters(work, held.case.head.unit_id, day=totals.held_on, now=work.now)
    return should_attend(roll, totals.exclusions)


async def _judge(work: UnitOfWork, held: Held, act: Act, totals: Totals, base: int) -> tuple[Judgement, ...]:
    catalogue = held.catalogue
    operations = [*catalogue.operations(act.step), *catalogue.vote_operations(act.step)]
    stated = dict(ballot_facts(totals, base=base))
    judgements = ask_rules(held, act, await gather(work, held.case, act), operations, stated)
    return as_outcome((*judgements, *_judge_exclusions(held, act, totals)))


async def _judge_power(work: UnitOfWork, held: Held, act: Act, totals: Totals) -> tuple[Judgement, ...]:
    """Whether the branch may admit members at all: a functional or temporary one may not (BR-09, BR-29)."""
    if act.step != names.BRANCH_MEETING or _POWERS not in held.rules.operation_names:
        return ()
    unit = await known_unit(work, held.case.head.unit_id)
    facts = unit.power_facts("member_admission", totals.held_on)
    return judge(held.rules, [_POWERS], facts, on=act.occurred_on, override=act.override)


def _judge_exclusions(held: Held, act: Act, totals: Totals) -> list[Judgement]:
    if _EXCLUSION not in held.rules.operation_names:
        return []
    judgements: list[Judgement] = []
    for exclusion in totals.exclusions:
        facts: dict[str, Fact] = {
            "exclusion_reason": exclusion.reason,
            "superior_consents": bool(exclusion.consent_reference),
            # Listing somebody here states that the meeting agreed; the minutes are the proof.
            "general_meeting_agrees": True,
        }
        judgements += judge(held.rules, [_EXCLUSION], facts, on=act.occurred_on, override=act.override)
    return judgements


async def confirm_totals(call: Call, means: Means, case_id: UUID, number: int) -> AdmissionCase:
    """Confirm entered totals, by another person than the one who entered them."""
    await require_on_case(call, case_id, VOTE)
    confirmer = call.person_id
    async with call.transaction() as work:
        held = await hold(work, means, case_id)
        entered = held.case.entered_ballot(number)
        check_confirmer(entered, confirmer)
        act = Act(
            _STEPS[entered.purpose],
            entered.totals.held_on,
            {"ballot": number, **_acts(entered.purpose)},
            override=_override_of(entered),
        )
        base = await _base(work, held, entered.totals)
        if base != entered.should_attend:
            raise BallotContradictsRollError(
                should_attend=base, problem="the roll of the day has changed since the totals were entered"
            )
        judgements = await _judge(work, held, act, entered.totals, base)
        check_allowed(judgements, act.override, besides=is_majority, case_id=case_id, step=act.step)
        state = outcome_of(judgements)
        ballot = replace(entered, state=state, confirmed_by=confirmer, judgements=judgements)
        if state is BallotState.PASSED:
            taken = take(held.case, act, held.catalogue, judgements, now=work.now, by=confirmer)
        else:
            taken = held.case.changed(at=work.now)
        after = taken.with_ballot(ballot)
        await write(work, held, after, events.ballot_confirmed(after, ballot))
        return work.answer(after)


def _acts(purpose: BallotPurpose) -> dict[str, list[str]]:
    return {"acts": ["conversion_meeting"]} if purpose is BallotPurpose.CONVERSION else {}


def _override_of(ballot: Ballot) -> Override | None:
    aside = [item for item in ballot.judgements if item.override_reason is not None]
    if not aside:
        return None
    return Override(aside[0].override_reason or "", frozenset(item.rule_id for item in aside))


async def reject_totals(call: Call, means: Means, case_id: UUID, number: int) -> AdmissionCase:
    """Reject totals as entered wrongly, so that they can be entered again."""
    await require_on_case(call, case_id, VOTE)
    async with call.transaction() as work:
        held = await hold(work, means, case_id)
        entered = held.case.entered_ballot(number)
        ballot = replace(entered, state=BallotState.REJECTED, confirmed_by=call.caller.person_id)
        after = held.case.changed(at=work.now).with_ballot(ballot)
        await write(work, held, after, events.ballot_rejected(after, ballot))
        return work.answer(after)
