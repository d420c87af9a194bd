"""Fix the roll of electors, and take votes by totals that one person enters and another confirms.

A meeting that was not in order is refused; a vote that fills no seat is recorded, and the meeting votes again.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.paging import Page, decode_token, page_of, page_size
from organization.clients import Membership
from organization.domain import election_rules as rules
from organization.domain.election_ballots import (
    Congress,
    Contest,
    Exclusion,
    Round,
    RoundState,
    Totals,
    check_totals,
    check_write_ins,
)
from organization.domain.elections import (
    Election,
    ElectionState,
    Elector,
    Enrolled,
    StepKind,
    check_confirmer,
    delegated,
    on_roll,
)
from organization.domain.rules import refuse_if_blocked
from organization.domain.units import Findings, refuse
from organization.domain.verdicts import kept
from organization.errors import ElectionStateError
from organization.events import elections as facts
from organization.operations import founding
from organization.operations.election_counting import refuse_if_out_of_order, settled
from organization.operations.election_steps import (
    COUNT,
    READ,
    RUN,
    above,
    allowed,
    keep,
    step,
    taken,
    timing,
)
from organization.repository import elections
from rulebook import Verdict

State = ElectionState
# The whole election goes out in one event.
MOST_ROUNDS = 20


async def fix_roll(
    call: Call,
    membership: Membership,
    election_id: UUID,
    *,
    roll_on: date | None,
    exclusions: Sequence[Exclusion],
    congress: Congress,
) -> Election:
    """Fix who votes on the day of the meeting."""
    seen = await allowed(call, election_id, RUN)
    on = roll_on or seen.held_on
    roll = await membership.electors(seen.unit_id, on)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.APPROVED, State.VOTING)
        before.ensure_nothing_pending()
        unit = await founding.present(work, before.unit_id, on)
        entitled = rules.with_rights(roll, on)
        voters = delegated(unit, entitled, congress.delegates)
        excluded = _excluded(exclusions, voters)
        standing = on_roll(before.candidates, roll, on)
        verdicts = (
            _meeting(congress, len(roll), on)
            + rules.standing_verdicts(standing, on)
            + rules.exclusion_verdicts(exclusions, on)
        )
        # The meeting may have been put off since it was planned.
        verdicts += await timing(work, unit, before.kind, before.seats, on=on, reason=before.shift_reason)
        refuse_if_blocked(verdicts)
        await elections.fix_roll(work, election_id, voters, excluded)
        after = before.changed(
            at=work.now,
            state=State.VOTING,
            roll_on=on,
            should_attend=len(voters) - len(excluded),
            steps=(
                *before.steps,
                step(work, StepKind.ROLL_FIXED, note=_note(on, congress), verdicts=verdicts),
            ),
        )
        return work.answer(await keep(work, before, after, facts.roll_fixed))


def _note(on: date, congress: Congress) -> str:
    return " ".join(part for part in (on.isoformat(), congress.dispersed_reason.strip()) if part)


def _meeting(congress: Congress, members: int, on: date) -> list[Verdict]:
    """What the rules say of a congress; nothing of a meeting of all members."""
    if not congress.delegates:
        return []
    return rules.congress_verdicts(
        members=members,
        delegates=len(congress.delegates),
        dispersed=bool(congress.dispersed_reason.strip()),
        on=on,
    )


def _excluded(exclusions: Sequence[Exclusion], voters: Sequence[Elector]) -> dict[UUID, str]:
    findings = Findings()
    voting = {voter.person_id for voter in voters}
    excluded: dict[UUID, str] = {}
    for place, each in enumerate(exclusions):
        path = f"exclusions[{place}].person_id"
        if each.person_id not in voting:
            findings.add(path, "此人没有选举权。", "The person does not vote anyway.")
        if each.person_id in excluded:
            findings.add(path, "同一人列了两次。", "A person is listed twice.")
        excluded[each.person_id] = each.reason
    findings.refuse_if_any()
    return excluded


async def list_electors(call: Call, election_id: UUID, *, size: int, token: str) -> Page[Enrolled]:
    """List the roll of an election."""
    await allowed(call, election_id, READ)
    after = decode_token(token, UUID)
    most = page_size(size)
    listed = await elections.roll(
        call.database, election_id, after_id=after[0] if after else None, most=most + 1
    )
    return page_of(listed, most, lambda each: (each.person_id,))


async def enter_totals(call: Call, election_id: UUID, totals: Totals) -> Election:
    """Enter the totals of the vote that is due."""
    seen = await allowed(call, election_id, COUNT)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.VOTING)
        before.ensure_nothing_pending()
        contest = before.contest
        assert before.roll_on is not None, "the roll is fixed"
        if contest is None:
            # Nobody is left to vote on: the superior consents to fewer seats, or the election is given up.
            raise ElectionStateError(election_id=election_id, state=before.state.value)
        if len(before.rounds) >= MOST_ROUNDS:
            refuse("totals", "投票轮次过多。", "There are too many rounds.")
        check_totals(
            totals,
            contest,
            roll_on=before.roll_on,
            should_attend=before.should_attend,
            today=work.today,
        )
        await _check_write_ins(work, before, contest, totals)
        verdicts = refuse_if_out_of_order(totals, before.should_attend)
        entered = Round(
            number=len(before.rounds) + 1,
            contest=contest,
            state=RoundState.ENTERED,
            totals=totals,
            should_attend=before.should_attend,
            entered_by=call.caller.person_id,
            verdicts=kept(verdicts),
        )
        after = before.changed(at=work.now, rounds=(*before.rounds, entered))
        return work.answer(await keep(work, before, after, facts.totals_entered))


async def _check_write_ins(work: UnitOfWork, election: Election, contest: Contest, totals: Totals) -> None:
    people = [person for person, _ in totals.write_ins]
    enrolled = await elections.standings(work, election.election_id, people)
    findings = Findings()
    check_write_ins(findings, "totals.write_ins", people, contest, elected=election.elected, on_roll=enrolled)
    findings.refuse_if_any()


async def confirm_totals(call: Call, election_id: UUID, number: int) -> Election:
    """Confirm totals, by another person than the one who entered them, and compute the result."""
    seen = await allowed(call, election_id, COUNT)
    confirmer = call.person_id
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.VOTING)
        entered = before.pending(number)
        check_confirmer(entered, confirmer)
        refuse_if_out_of_order(entered.totals, entered.should_attend)
        after = settled(work, before, before.rounds[:-1], replace(entered, confirmed_by=confirmer))
        return work.answer(await keep(work, before, after, facts.totals_confirmed))


async def reject_totals(call: Call, election_id: UUID, number: int) -> Election:
    """Reject totals as entered wrongly."""
    seen = await allowed(call, election_id, COUNT)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.VOTING)
        rejected = replace(
            before.pending(number), state=RoundState.REJECTED, confirmed_by=call.caller.person_id
        )
        after = before.changed(at=work.now, rounds=(*before.rounds[:-1], rejected))
        return work.answer(await keep(work, before, after, facts.totals_rejected))


async def accept_vacancies(call: Call, election_id: UUID, *, reason: str) -> Election:
    """Consent to fewer seats, for the organisation above the unit."""
    seen = await above(call, election_id)
    async with call.transaction() as work:
        before = await taken(call, work, seen, State.VOTING)
        before.ensure_nothing_pending()
        assert before.roll_on is not None, "the roll is fixed"
        elected, tied = len(before.elected), bool(before.rounds and before.rounds[-1].tied)
        unit = await founding.present(work, before.unit_id, before.roll_on)
        verdicts = rules.closing_verdicts(
            # Nobody at all is no committee, whatever the consent.
            elected=elected,
            seats=max(elected, 1),
            tied=tied,
            on=before.roll_on,
        ) + rules.committee_verdicts(unit, size=elected, full_members=before.should_attend, on=before.roll_on)
        refuse_if_blocked(verdicts)
        after = before.changed(
            at=work.now,
            state=State.ELECTED,
            vacant=before.seat_count - elected,
            steps=(
                *before.steps,
                step(work, StepKind.VACANCIES_ACCEPTED, note=reason, verdicts=verdicts),
            ),
        )
        return work.answer(await keep(work, before, after, facts.vacancies_accepted))
