"""The ranking of an edition, the notice of its winners, and the publication of its results."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from chassis.calls import Call
from chassis.paging import Page, decode_token, page_of, page_size
from evaluation.domain import rules
from evaluation.domain.distributions import EditionDistribution, distribution_of
from evaluation.domain.editions import Edition, EditionState, Result
from evaluation.domain.ranking import choose, rank
from evaluation.errors import EditionStateError
from evaluation.events import facts
from evaluation.operations import improvements
from evaluation.operations.editions import changed
from evaluation.operations.finding import (
    found_award,
    found_edition,
    locked_edition,
    require_on_award,
    require_somewhere,
)
from evaluation.operations.judging import READ_SCORES, ballot_of
from evaluation.repository import copies, editions

READ: Final = "evaluation.result.read"
POST: Final = "evaluation.result.post_notice"
OVERRIDE: Final = "evaluation.result.override"
PUBLISH: Final = "evaluation.result.publish"


@dataclass(frozen=True, slots=True)
class TieDecision:
    """Who wins among too many equals, and why."""

    nomination_ids: tuple[UUID, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Verification:
    """What came of computing a ranking again."""

    announced: str
    computed: str


async def get_ranking(call: Call, edition_id: UUID) -> Edition:
    """The edition with its ranking, for whoever may see it yet."""
    edition = await found_edition(call.database, edition_id)
    award = await found_award(call.database, edition.award_id)
    if edition.public:
        await require_somewhere(call, READ, award.unit_id)
    else:
        await call.access.require(READ_SCORES, unit=award.unit_id)
    if edition.ranked_at is None:
        raise EditionStateError(edition_id=edition_id, state=edition.state)
    return edition


async def verify_ranking(call: Call, edition_id: UUID) -> Verification:
    """Compute the ranking again from what is stored."""
    edition = await get_ranking(call, edition_id)
    again = rank(await ballot_of(call.database, edition))
    return Verification(announced=edition.digest, computed=again.digest)


async def post_notice(
    call: Call, edition_id: UUID, *, decision: TieDecision, override_reason: str
) -> Edition:
    """Post the notice of the winners."""
    award, _ = await require_on_award(call, edition_id, POST)
    if override_reason:
        await call.access.require(OVERRIDE, unit=award.unit_id)
    async with call.transaction() as work:
        before = await locked_edition(work, edition_id)
        call.check_etag(before.version)
        before.check_state(EditionState.RANKED)
        ranking = choose(before.ranking, decision.nomination_ids)
        awarded = sum(entry.winner for entry in ranking.entries)
        units = await copies.count_eligible(work, award.unit_id, award.eligible_kinds, work.today)
        judgements = rules.winners(awarded=awarded, units=units, on=work.today)
        if override_reason:
            judgements = rules.set_aside(judgements, override_reason)
        rules.refuse_if_forbidden(judgements)
        after = before.posted(
            ranking,
            (*before.judgements, *judgements),
            tie_reason=decision.reason,
            now=work.now,
            today=work.today,
        )
        # The scores are public from here on.
        await improvements.follow_up(work, after)
        return await changed(work, before, after, facts.edition_notice_posted(after, override_reason))


async def publish_edition(call: Call, edition_id: UUID) -> Edition:
    """Publish the results once the notice has hung."""
    await require_on_award(call, edition_id, PUBLISH)
    async with call.transaction() as work:
        before = await locked_edition(work, edition_id)
        call.check_etag(before.version)
        before.check_state(EditionState.NOTICE)
        assert before.notice_posted_on is not None, "an edition under notice has its day"
        judgements = rules.publication(posted_on=before.notice_posted_on, on=work.today)
        rules.refuse_if_forbidden(judgements)
        after = before.published(judgements, now=work.now, today=work.today)
        results = after.results()
        await editions.add_results(work, edition_id, results)
        return await changed(work, before, after, facts.edition_published(after, results))


async def list_results(call: Call, edition_id: UUID, *, winners_only: bool) -> Sequence[Result]:
    """The published results of an edition."""
    edition = await found_edition(call.database, edition_id)
    award = await found_award(call.database, edition.award_id)
    await require_somewhere(call, READ, award.unit_id)
    edition.check_state(EditionState.PUBLISHED)
    return await editions.results(call.database, edition_id, winners_only=winners_only)


async def list_distributions(
    call: Call, award_id: UUID, *, size: int, token: str
) -> Page[EditionDistribution]:
    """How the scores of an award's editions are spread, the newest first."""
    award = await found_award(call.database, award_id)
    await require_somewhere(call, READ, award.unit_id)
    after = decode_token(token, int)
    most = page_size(size)
    found = await editions.announced(
        call.database, award_id, below=after[0] if after else None, most=most + 1
    )
    return page_of([distribution_of(edition) for edition in found], most, lambda each: (each.number,))
