"""What totals make of an election: whether the vote was in order, who is elected, and whether the committee is.

The same for totals that people entered and for an electronic ballot that has closed.
"""

from collections.abc import Sequence
from dataclasses import replace

from chassis.database import UnitOfWork
from organization.domain import election_rules as rules
from organization.domain.election_ballots import ContestKind, Round, RoundState, Totals, decide
from organization.domain.elections import Election, ElectionState, StepKind
from organization.domain.rules import refuse_if_blocked
from organization.domain.verdicts import kept
from organization.operations.election_steps import step
from rulebook import Verdict, blocking


def order_verdicts(totals: Totals, should_attend: int) -> list[Verdict]:
    """What the rules say of the meeting and its ballots (ELE-04, ELE-05, ELE-07)."""
    return rules.opening_verdicts(totals, should_attend=should_attend) + rules.counting_verdicts(totals)


def is_out_of_order(verdicts: Sequence[Verdict]) -> bool:
    """Whether the vote must not have been held so; that its ballots are void is an outcome and forbids nothing."""
    return any(not rules.is_void(verdict) for verdict in blocking(verdicts))


def refuse_if_out_of_order(totals: Totals, should_attend: int) -> list[Verdict]:
    """What the rules say of the meeting; refuses one that was not in order."""
    verdicts = order_verdicts(totals, should_attend)
    if is_out_of_order(verdicts):
        refuse_if_blocked(verdicts)
    return verdicts


def settled(work: UnitOfWork, election: Election, earlier: Sequence[Round], entered: Round) -> Election:
    """The election after a round whose totals stand; with its committee when every seat is filled."""
    counted, verdicts = _counted(entered)
    elected = (*election.elected, *counted.elected)
    closing = rules.closing_verdicts(
        elected=len(elected),
        seats=election.seat_count - election.vacant,
        tied=bool(counted.tied),
        on=entered.totals.held_on,
    )
    counted = replace(counted, verdicts=kept(verdicts + closing))
    after = election.changed(at=work.now, ballot=None, rounds=(*earlier, counted), elected=elected)
    return _closed(work, after, closing) if len(elected) == election.seat_count else after


def _counted(entered: Round) -> tuple[Round, list[Verdict]]:
    """The round with its result, and what the rules said of it."""
    totals, contest = entered.totals, entered.contest
    order = order_verdicts(totals, entered.should_attend)
    if totals.is_void:
        return replace(entered, state=RoundState.VOID), order
    votes = dict(totals.every_vote)
    if contest.kind is ContestKind.TIE:
        elected, tied = decide(contest, votes, contest.candidates)
        return replace(entered, state=RoundState.COUNTED, elected=elected, tied=tied), order
    winning = rules.winning_verdicts(totals, should_attend=entered.should_attend)
    winners = {person_id for person_id, verdicts in winning.items() if not blocking(verdicts)}
    elected, tied = decide(contest, votes, winners)
    every = [verdict for verdicts in winning.values() for verdict in verdicts]
    counted = replace(
        entered,
        state=RoundState.COUNTED,
        elected=elected,
        tied=tied,
        win_base=next((each.threshold["base"] for each in every if "base" in each.threshold), ""),
    )
    return counted, order + every


def _closed(work: UnitOfWork, election: Election, verdicts: Sequence[Verdict]) -> Election:
    """The election with its committee elected."""
    closing = step(work, StepKind.COMMITTEE_ELECTED, verdicts=verdicts)
    return replace(election, state=ElectionState.ELECTED, steps=(*election.steps, closing))
