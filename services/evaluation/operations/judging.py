"""From the closing of nominations to the ranking: capturing facts, setting the panel, ranking."""

import asyncio
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader
from chassis.errors import ConflictError
from evaluation.domain import recorded
from evaluation.domain.editions import Edition, EditionState
from evaluation.domain.nominations import Nomination, Panel, check_panel_keeps, panel_of
from evaluation.domain.ranking import Ballot, Candidate, GivenScore, rank
from evaluation.domain.recorded import CapturedFact, RollMember, UnitActivity
from evaluation.events import facts
from evaluation.operations.editions import changed
from evaluation.operations.finding import check_persons_known, locked_edition, require_on_award
from evaluation.repository import nominations, scores

CLOSE: Final = "evaluation.edition.close"
ASSIGN: Final = "evaluation.edition.assign_judges"
RANK: Final = "evaluation.edition.rank"
READ_SCORES: Final = "evaluation.score.read"

# Siblings answer other callers too; more at once would only queue there.
ASKED_AT_ONCE = 8


class Recorders(Protocol):
    """Those who recorded the facts."""

    async def unit_activity(self, unit_id: UUID, period_from: date, period_until: date) -> UnitActivity:
        """What the unit did in the period."""
        ...

    async def roll(
        self, unit_id: UUID | None, as_of: date, known_at: datetime | None = None
    ) -> list[RollMember]:
        """The members of a unit and of those below it on a day; of everywhere for None."""
        ...


async def close_nominations(call: Call, edition_id: UUID, recorders: Recorders) -> Edition:
    """Close the nominations and capture the facts of everybody nominated."""
    _, seen = await require_on_award(call, edition_id, CLOSE)
    call.check_etag(seen.version)
    nominated = await nominations.submitted(call.database, edition_id)
    seen.check_closable(nominations=len(nominated), today=call.clock.today())
    captured = await _captured(call, seen, nominated, recorders)
    async with call.transaction() as work:
        before = await locked_edition(work, edition_id)
        call.check_etag(before.version)
        before.check_closable(nominations=len(nominated), today=work.today)
        if await nominations.submitted(work, edition_id) != nominated:
            # Somebody was nominated or withdrew while we asked for facts.
            raise ConflictError(edition_id=edition_id)
        after = before.captured(work.now)
        await nominations.replace_facts(work, edition_id, captured)
        digest = recorded.digest_of_all(captured)
        return await changed(
            work, before, after, facts.edition_judging_started(after, len(nominated), digest)
        )


async def capture_facts(call: Call, edition_id: UUID, recorders: Recorders) -> Edition:
    """Capture the facts again, in place of those captured before."""
    _, seen = await require_on_award(call, edition_id, CLOSE)
    call.check_etag(seen.version)
    seen.check_state(EditionState.JUDGING)
    # Nobody is nominated or withdraws any more.
    nominated = await nominations.submitted(call.database, edition_id)
    captured = await _captured(call, seen, nominated, recorders)
    async with call.transaction() as work:
        before = await locked_edition(work, edition_id)
        call.check_etag(before.version)
        before.check_state(EditionState.JUDGING)
        after = before.captured(work.now)
        await nominations.replace_facts(work, edition_id, captured)
        digest = recorded.digest_of_all(captured)
        return await changed(work, before, after, facts.edition_facts_captured(after, digest))


async def _captured(
    call: Call, edition: Edition, nominated: Sequence[Nomination], recorders: Recorders
) -> list[CapturedFact]:
    wanted = {criterion.fact for criterion in edition.criteria if criterion.fact}
    services = recorded.services_of(wanted)
    start, until = edition.period
    now = call.clock.now()
    gate = asyncio.Semaphore(ASKED_AT_ONCE)

    async def of(nomination: Nomination) -> tuple[CapturedFact, ...]:
        async with gate:
            activity, roll = UnitActivity(), list[RollMember]()
            if "activity" in services:
                activity = await recorders.unit_activity(nomination.unit_id, start, until)
            if "membership" in services:
                roll = await recorders.roll(nomination.unit_id, until - timedelta(days=1))
            return recorded.capture(
                nomination.nomination_id,
                wanted,
                activity=activity,
                roll=roll,
                period_from=start,
                period_until=until,
                now=now,
            )

    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(of(nomination)) for nomination in nominated]
    except ExceptionGroup as failed:
        # The others were cancelled; the first says what was wrong.
        raise failed.exceptions[0] from None
    return [fact for task in tasks for fact in task.result()]


async def assign_judges(
    call: Call, edition_id: UUID, assignments: Sequence[tuple[UUID, tuple[UUID, ...]]]
) -> Edition:
    """Set the panel; a judge who has scored a nomination stays."""
    await require_on_award(call, edition_id, ASSIGN)
    judges = {judge for judge, _ in assignments}
    async with call.transaction() as work:
        before = await locked_edition(work, edition_id)
        call.check_etag(before.version)
        after = before.panel_set(work.now)
        await check_persons_known(work, judges)
        nominated = await nominations.submitted(work, edition_id)
        panel = panel_of(assignments, [each.nomination_id for each in nominated])
        check_panel_keeps(panel, scores.given_by(await scores.of_edition(work, edition_id)))
        await scores.set_panel(work, edition_id, panel)
        return await changed(work, before, after, facts.edition_judges_assigned(after, judges))


async def list_judges(call: Call, edition_id: UUID) -> Panel:
    """Read who judges what."""
    await require_on_award(call, edition_id, READ_SCORES)
    return await scores.panel(call.database, edition_id)


async def rank_edition(call: Call, edition_id: UUID) -> Edition:
    """Close the scoring and compute the ranking."""
    await require_on_award(call, edition_id, RANK)
    async with call.transaction() as work:
        before = await locked_edition(work, edition_id)
        call.check_etag(before.version)
        ballot = await ballot_of(work, before)
        before.check_rankable(_judges(ballot.panel))
        after = before.ranked(rank(ballot), work.now)
        return await changed(work, before, after, facts.edition_ranked(after))


def _judges(panel: Panel) -> Collection[UUID]:
    return {judge for judges in panel.values() for judge in judges}


async def ballot_of(reader: Reader, edition: Edition) -> Ballot:
    """Everything that goes into the ranking of an edition, as it is stored."""
    assert edition.policy is not None and edition.tie_rule is not None, "only past editions lack them"
    nominated = await nominations.submitted(reader, edition.edition_id)
    given = await scores.of_edition(reader, edition.edition_id)
    return Ballot(
        criteria=edition.criteria,
        policy=edition.policy,
        tie_rule=edition.tie_rule,
        quota=edition.quota,
        candidates=tuple(Candidate(each.nomination_id, each.unit_id, each.unit_name) for each in nominated),
        facts=await nominations.facts(reader, edition.edition_id),
        panel=await scores.panel(reader, edition.edition_id),
        scores=tuple(
            GivenScore(each.nomination_id, each.criterion, each.judge_id, each.score) for each in given
        ),
    )
