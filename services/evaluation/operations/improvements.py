"""Proposing improvement items from low scores, what units do about them, and what the next edition says."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.paging import Page, decode_token, page_of, page_size
from evaluation.domain.editions import Edition
from evaluation.domain.improvements import (
    ImprovementItem,
    check_announced,
    check_threshold,
    low_scores,
)
from evaluation.errors import ImprovementItemNotFoundError
from evaluation.events import improvements as facts
from evaluation.operations.finding import found_award, locked_edition, require_on_award
from evaluation.repository import improvements
from evaluation.repository.improvements import ImprovementFilter

PROPOSE: Final = "evaluation.improvement_item.propose"
READ: Final = "evaluation.improvement_item.read"
PLAN: Final = "evaluation.improvement_item.plan"
REPORT: Final = "evaluation.improvement_item.report"
DECIDE: Final = "evaluation.improvement_item.decide"

Change = Callable[[ImprovementItem, UnitOfWork], ImprovementItem]
Announce = Callable[[ImprovementItem], Event]


@dataclass(frozen=True, slots=True)
class Proposed:
    """What came of proposing."""

    new: int
    already: int


async def propose(call: Call, edition_id: UUID, threshold: Decimal) -> Proposed:
    """Propose an item for each score of an edition below a threshold."""
    await require_on_award(call, edition_id, PROPOSE)
    check_threshold(threshold)
    async with call.transaction() as work:
        # Two who propose at once queue here, and the second finds what the first kept.
        edition = await locked_edition(work, edition_id)
        check_announced(edition)
        known = await improvements.known(work, edition_id)
        low = low_scores(edition, threshold, now=work.now)
        items = [item for item in low if item.place not in known]
        await improvements.add_many(work, items)
        for item in items:
            work.emit(facts.proposed(item))
            work.audit_change("improvement_item", item.improvement_item_id, None, _audited(item))
        return work.answer(Proposed(len(items), len(low) - len(items)))


async def follow_up(work: UnitOfWork, edition: Edition) -> None:
    """Give the items of units that stand in an edition the score that it says."""
    entries = {entry.unit_id: entry for entry in edition.entries}
    before = await improvements.open_before(work, edition, list(entries))
    after = [item.followed_up(edition, entries[item.unit_id], work.now) for item in before]
    await improvements.save_many(work, after)
    for old, new in zip(before, after, strict=True):
        work.emit(facts.followed_up(new))
        work.audit_change("improvement_item", new.improvement_item_id, _audited(old), _audited(new))


async def plan(call: Call, item_id: UUID, measure: str, due_on: date) -> ImprovementItem:
    """Say what the unit is going to do, and by when."""
    await _require_on_unit(call, item_id, PLAN)

    def change(item: ImprovementItem, work: UnitOfWork) -> ImprovementItem:
        return item.planned(measure, due_on, today=work.today, now=work.now)

    return await _changed(call, item_id, change, facts.planned)


async def report(call: Call, item_id: UUID, text: str) -> ImprovementItem:
    """Say what the unit did."""
    await _require_on_unit(call, item_id, REPORT)

    def change(item: ImprovementItem, work: UnitOfWork) -> ImprovementItem:
        return item.reported(text, today=work.today, now=work.now)

    return await _changed(call, item_id, change, facts.reported)


async def send_back(call: Call, item_id: UUID, reason: str) -> ImprovementItem:
    """Return a report that is not enough."""
    await _require_on_award(call, item_id)
    return await _changed(call, item_id, lambda item, work: item.returned(reason, work.now), facts.returned)


async def close(call: Call, item_id: UUID) -> ImprovementItem:
    """Accept what was done."""
    await _require_on_award(call, item_id)
    return await _changed(call, item_id, lambda item, work: item.closed(work.now), facts.closed)


async def dismiss(call: Call, item_id: UUID, reason: str) -> ImprovementItem:
    """Say that nothing need be done."""
    await _require_on_award(call, item_id)
    return await _changed(call, item_id, lambda item, work: item.dismissed(reason, work.now), facts.dismissed)


async def _changed(call: Call, item_id: UUID, change: Change, announce: Announce) -> ImprovementItem:
    async with call.transaction() as work:
        before = await improvements.lock(work, item_id)
        assert before is not None, "an item is never deleted"
        call.check_etag(before.version)
        after = change(before, work)
        await improvements.save_many(work, [after])
        work.emit(announce(after))
        work.audit_change("improvement_item", item_id, _audited(before), _audited(after))
        return work.answer(after)


def _audited(item: ImprovementItem) -> dict[str, object]:
    return {
        "edition_id": item.edition_id,
        "unit_id": item.unit_id,
        "criterion_key": item.criterion_key,
        "state": item.state,
        "measure": item.measure,
        "due_on": item.due_on,
        "report": item.report,
        "reason": item.reason,
        "outcome": item.outcome,
    }


async def _present(call: Call, item_id: UUID, permission: str) -> ImprovementItem:
    item = await improvements.find(call.database, item_id)
    if item is None:
        await call.access.require(permission, unit=None)
        raise ImprovementItemNotFoundError(improvement_item_id=item_id)
    return item


async def _require_on_unit(call: Call, item_id: UUID, permission: str) -> ImprovementItem:
    item = await _present(call, item_id, permission)
    await call.access.require(permission, unit=item.unit_id)
    return item


async def _require_on_award(call: Call, item_id: UUID) -> None:
    # Who holds the award decides: nobody accepts their own report.
    item = await _present(call, item_id, DECIDE)
    award = await found_award(call.database, item.award_id)
    await call.access.require(DECIDE, unit=award.unit_id)


async def get_improvement_item(call: Call, item_id: UUID) -> ImprovementItem:
    """Read an item."""
    return await _require_on_unit(call, item_id, READ)


async def list_improvement_items(
    call: Call, wanted: ImprovementFilter, *, size: int, token: str
) -> Page[ImprovementItem]:
    """List items of units on which the caller may read them."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await improvements.page(
        call.database,
        await call.access.filters(READ),
        wanted,
        today=call.clock.today(),
        after=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda item: (item.improvement_item_id,))
