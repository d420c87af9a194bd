"""Nominating units, judging them, and opening each score to what it came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from chassis import paging
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from evaluation.domain.editions import Edition, EditionState
from evaluation.domain.nominations import (
    JudgeScore,
    NewScore,
    Nomination,
    NominationState,
    check_scores,
    check_tag_of_first,
)
from evaluation.domain.ranking import standings
from evaluation.domain.traces import Trace, facts_of, trace
from evaluation.errors import (
    EditionStateError,
    NominationExistsError,
    NominationNotFoundError,
    NotAJudgeError,
)
from evaluation.events import facts
from evaluation.operations.finding import (
    found_award,
    found_edition,
    found_nomination,
    known_unit,
    locked_edition,
)
from evaluation.operations.judging import READ_SCORES, ballot_of
from evaluation.repository import copies, nominations, scores

READ: Final = "evaluation.nomination.read"
WITHDRAW: Final = "evaluation.nomination.withdraw"
GIVE: Final = "evaluation.score.give"


@dataclass(frozen=True, slots=True)
class NominationFilter:
    """Which nominations are wanted."""

    edition_id: UUID | None
    unit_id: UUID | None
    state: NominationState | None
    judged_by_me: bool


async def submit_nomination(call: Call, *, edition_id: UUID, unit_id: UUID, statement: str) -> Nomination:
    """Nominate a unit; the contract asks for the permission on the unit before."""
    async with call.transaction() as work:
        edition = await locked_edition(work, edition_id)
        edition.check_state(EditionState.OPEN)
        award = await found_award(work, edition.award_id)
        unit = await known_unit(work, unit_id)
        unit.check_in_force(work.today)
        below = await copies.is_below(work, unit_id, award.unit_id, work.today)
        unit.check_eligible(award.eligible_kinds, below_holder=below)
        if await nominations.is_nominated(work, edition_id, unit_id):
            raise NominationExistsError(unit_id=unit_id)
        nomination = Nomination(
            nomination_id=new_id(),
            edition_id=edition_id,
            unit_id=unit_id,
            unit_name=unit.name,
            statement=statement,
            state=NominationState.SUBMITTED,
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await nominations.add(work, nomination)
        work.emit(facts.nomination_submitted(nomination))
        work.audit_change("nomination", nomination.nomination_id, None, _state(nomination))
        return work.answer(nomination)


async def get_nomination(call: Call, nomination_id: UUID) -> Nomination:
    """Read a nomination; its judges may."""
    nomination = await found_nomination(call.database, nomination_id)
    await _require_reading(call, nomination)
    return nomination


async def list_nominations(
    call: Call, wanted: NominationFilter, *, page_size: int, page_token: str
) -> tuple[Sequence[Nomination], str]:
    """List nominations that the caller may read or judges, and the token of the next page."""
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, UUID)
    found = await nominations.page(
        call.database,
        await call.access.filters(READ),
        judge_id=call.caller.person_id,
        judged_only=wanted.judged_by_me,
        edition_id=wanted.edition_id,
        unit_id=wanted.unit_id,
        state=wanted.state,
        after=key[0] if key else None,
        most=size + 1,
    )
    if len(found) <= size:
        return found, ""
    return found[:size], paging.encode_token(found[size - 1].nomination_id)


async def withdraw_nomination(call: Call, nomination_id: UUID) -> Nomination:
    """Withdraw a nomination while the edition is open."""
    seen = await found_nomination(call.database, nomination_id)
    await call.access.require(WITHDRAW, unit=seen.unit_id)
    async with call.transaction() as work:
        # The edition before the nomination, in the order of every other command on both.
        edition = await locked_edition(work, seen.edition_id)
        before = await nominations.lock(work, nomination_id)
        if before is None:
            raise NominationNotFoundError(nomination_id=nomination_id)
        call.check_etag(before.version)
        before.check_submitted()
        edition.check_state(EditionState.OPEN)
        after = before.withdrawn(work.now)
        await nominations.change(work, after)
        work.emit(facts.nomination_withdrawn(after))
        work.audit_change("nomination", nomination_id, _state(before), _state(after))
        return work.answer(after)


async def score_nomination(
    call: Call, nomination_id: UUID, given: Sequence[NewScore]
) -> Sequence[JudgeScore]:
    """Give or change the caller's own scores: all of them or none."""
    nomination = await found_nomination(call.database, nomination_id)
    if not await scores.judges(call.database, nomination_id, call.caller.person_id):
        raise NotAJudgeError(nomination_id=nomination_id)
    # Being assigned is what allows it; no role scores for a judge.
    await call.access.require(GIVE, unit=nomination.unit_id, relation=True)
    async with call.transaction() as work:
        edition = await locked_edition(work, nomination.edition_id)
        edition.check_state(EditionState.JUDGING)
        check_scores(given, edition.criteria)
        # The panel may have changed since we looked.
        if not await scores.judges(work, nomination_id, call.person_id):
            raise NotAJudgeError(nomination_id=nomination_id)
        before = await scores.of_nomination(work, nomination_id, judge_id=call.person_id)
        present = {score.criterion: score for score in before}
        for new in given:
            await _keep_score(work, nomination, call.person_id, present.get(new.criterion), new)
        own = await scores.of_nomination(work, nomination_id, judge_id=call.person_id)
        return work.answer(own)


async def _keep_score(
    work: UnitOfWork, nomination: Nomination, judge_id: UUID, before: JudgeScore | None, new: NewScore
) -> None:
    if before is None:
        check_tag_of_first(new)
        after = JudgeScore(
            score_id=new_id(),
            edition_id=nomination.edition_id,
            nomination_id=nomination.nomination_id,
            judge_id=judge_id,
            criterion=new.criterion,
            score=new.score,
            remark=new.remark,
            scored_at=work.now,
            version=1,
        )
        await scores.add(work, after)
    else:
        after = before.changed(new, work.now)
        await scores.change(work, after)
    work.emit(facts.score_given(after))
    work.audit_change("score", after.score_id, _given(before), _given(after), sensitive=["remark"])


async def list_scores(call: Call, nomination_id: UUID) -> Sequence[JudgeScore]:
    """The scores of a nomination; a judge who may not read all of them sees their own."""
    nomination = await found_nomination(call.database, nomination_id)
    me = call.caller.person_id
    judges = await scores.judges(call.database, nomination_id, me)
    if judges and not await _sees_scores(call, await found_edition(call.database, nomination.edition_id)):
        return await scores.of_nomination(call.database, nomination_id, judge_id=me)
    if not judges:
        edition = await found_edition(call.database, nomination.edition_id)
        award = await found_award(call.database, edition.award_id)
        await call.access.require(READ_SCORES, unit=award.unit_id)
    return await scores.of_nomination(call.database, nomination_id)


async def get_trace(call: Call, nomination_id: UUID) -> Trace:
    """Where the scores of a nomination come from, as far as the caller may see it."""
    nomination = await found_nomination(call.database, nomination_id)
    await _require_reading(call, nomination)
    nomination.check_submitted()
    edition = await found_edition(call.database, nomination.edition_id)
    if edition.captured_at is None:
        raise EditionStateError(edition_id=edition.edition_id, state=edition.state)
    ballot = await ballot_of(call.database, edition)
    return trace(
        nomination,
        edition,
        standings(ballot)[nomination_id],
        facts_of(ballot.facts, nomination_id),
        await scores.of_nomination(call.database, nomination_id),
        sees_scores=await _sees_scores(call, edition),
    )


async def _sees_scores(call: Call, edition: Edition) -> bool:
    award = await found_award(call.database, edition.award_id)
    return await call.access.holds(READ_SCORES, unit=award.unit_id)


async def _require_reading(call: Call, nomination: Nomination) -> None:
    judges = await scores.judges(call.database, nomination.nomination_id, call.caller.person_id)
    await call.access.require(READ, unit=nomination.unit_id, relation=judges)


def _state(nomination: Nomination) -> dict[str, Any]:
    return {"unit_id": str(nomination.unit_id), "state": nomination.state, "version": nomination.version}


def _given(score: JudgeScore | None) -> dict[str, Any] | None:
    if score is None:
        return None
    return {
        "criterion": score.criterion,
        "score": f"{score.score:f}",
        "remark": score.remark,
        "version": score.version,
    }
