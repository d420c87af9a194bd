"""Planning, opening and cancelling editions, and taking past ones over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from chassis import paging
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from evaluation.domain.awards import Award, MissingScorePolicy, TieRule
from evaluation.domain.editions import (
    Edition,
    EditionState,
    PastEdition,
    Result,
    check_period,
    judge_numbers,
)
from evaluation.domain.rules import refuse_if_forbidden
from evaluation.domain.units import Unit
from evaluation.errors import AwardNotFoundError
from evaluation.events import facts
from evaluation.operations.finding import (
    found_award,
    found_edition,
    known_units,
    locked_edition,
    require_on_award,
    require_somewhere,
)
from evaluation.repository import awards, editions

CREATE: Final = "evaluation.edition.create"
IMPORT: Final = "evaluation.edition.import"
READ: Final = "evaluation.edition.read"
OPEN: Final = "evaluation.edition.open"
CANCEL: Final = "evaluation.edition.cancel"


@dataclass(frozen=True, slots=True)
class NewEdition:
    """What an edition is planned with."""

    award_id: UUID
    number: int
    year: int
    quota: int
    period_from: date
    period_until: date
    policy: MissingScorePolicy
    tie_rule: TieRule


async def create_edition(call: Call, new: NewEdition) -> Edition:
    """Plan an edition."""
    check_period(new.period_from, new.period_until)
    await _require(call, new.award_id, CREATE)
    async with call.transaction() as work:
        award = await _locked_award(work, new.award_id)
        known = await editions.numbers(work, award.award_id)
        judgements = judge_numbers(award, known, [(new.number, new.year)], work.today)
        refuse_if_forbidden(judgements)
        edition = Edition(
            edition_id=new_id(),
            award_id=new.award_id,
            number=new.number,
            year=new.year,
            quota=new.quota,
            state=EditionState.DRAFT,
            period_from=new.period_from,
            period_until=new.period_until,
            policy=new.policy,
            tie_rule=new.tie_rule,
            judgements=judgements,
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await editions.add(work, edition)
        return work.answer(noted(work, None, edition, facts.edition_planned(edition)))


async def import_editions(call: Call, award_id: UUID, past: Sequence[PastEdition]) -> tuple[Edition, ...]:
    """Take past editions over: all of them or none."""
    for index, each in enumerate(past):
        each.check(call.clock.today(), f"editions[{index}]")
    await _require(call, award_id, IMPORT)
    async with call.transaction() as work:
        award = await _locked_award(work, award_id)
        known = await editions.numbers(work, award_id)
        numbered = [(each.number, each.year) for each in past]
        refuse_if_forbidden(judge_numbers(award, known, numbered, work.today))
        named = {result.unit_id for each in past for result in each.results if result.unit_id}
        units = await known_units(work, named)
        taken = []
        for each in sorted(past, key=lambda each: each.number):
            edition = _imported(each, award, work.now)
            await editions.add(work, edition)
            results = [_named(result, units) for result in each.results]
            await editions.add_results(work, edition.edition_id, results)
            taken.append(noted(work, None, edition, facts.edition_imported(edition, len(results))))
        return work.answer(tuple(taken))


def _imported(past: PastEdition, award: Award, now: datetime) -> Edition:
    return Edition(
        edition_id=new_id(),
        award_id=award.award_id,
        number=past.number,
        year=past.year,
        quota=past.quota,
        state=EditionState.PUBLISHED,
        awarded_on=past.awarded_on,
        imported=True,
        partial=past.partial,
        evidence=past.evidence,
        created_at=now,
        updated_at=now,
        version=1,
    )


def _named(result: Result, units: dict[UUID, Unit]) -> Result:
    if result.unit_name.strip() or result.unit_id is None:
        return result
    return Result(result.unit_id, units[result.unit_id].name, result.winner, result.place, result.total)


async def get_edition(call: Call, edition_id: UUID) -> Edition:
    """Read an edition."""
    edition = await found_edition(call.database, edition_id)
    award = await found_award(call.database, edition.award_id)
    await require_somewhere(call, READ, award.unit_id)
    return edition


async def list_editions(
    call: Call,
    *,
    award_id: UUID | None,
    state: EditionState | None,
    year: int | None,
    page_size: int,
    page_token: str,
) -> tuple[Sequence[Edition], str]:
    """List editions, and the token of the next page."""
    await require_somewhere(call, READ, None)
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, UUID, int, UUID)
    found = await editions.page(
        call.database,
        award_id=award_id,
        state=state,
        year=year,
        after=(key[0], key[1], key[2]) if key else None,
        most=size + 1,
    )
    if len(found) <= size:
        return found, ""
    last = found[size - 1]
    return found[:size], paging.encode_token(last.award_id, last.number, last.edition_id)


async def open_edition(call: Call, edition_id: UUID) -> Edition:
    """Open an edition with the award's criteria of this moment."""
    await require_on_award(call, edition_id, OPEN)
    async with call.transaction() as work:
        before = await locked_edition(work, edition_id)
        call.check_etag(before.version)
        after = before.opened(await found_award(work, before.award_id), work.now)
        return await changed(work, before, after, facts.edition_opened(after))


async def cancel_edition(call: Call, edition_id: UUID, reason: str) -> Edition:
    """Cancel an edition that is not ranked."""
    await require_on_award(call, edition_id, CANCEL)
    async with call.transaction() as work:
        before = await locked_edition(work, edition_id)
        call.check_etag(before.version)
        after = before.cancelled(reason, work.now)
        return await changed(work, before, after, facts.edition_cancelled(after))


async def changed(work: UnitOfWork, before: Edition, after: Edition, event: Event) -> Edition:
    """Keep, announce and answer the next state of an edition."""
    await editions.change(work, after)
    return work.answer(noted(work, before, after, event))


def noted(work: UnitOfWork, before: Edition | None, after: Edition, event: Event) -> Edition:
    """Announce and audit what happened to an edition."""
    work.emit(event)
    work.audit_change("edition", after.edition_id, _state(before), _state(after))
    return after


def _state(edition: Edition | None) -> dict[str, Any] | None:
    if edition is None:
        return None
    return {
        "number": edition.number,
        "year": edition.year,
        "state": edition.state,
        "ranking_digest": edition.digest,
        "version": edition.version,
    }


async def _require(call: Call, award_id: UUID, permission: str) -> None:
    award = await found_award(call.database, award_id)
    await call.access.require(permission, unit=award.unit_id)


async def _locked_award(work: UnitOfWork, award_id: UUID) -> Award:
    # Whoever numbers an edition holds the award, so that two of them cannot take one number.
    award = await awards.lock(work, award_id)
    if award is None:
        raise AwardNotFoundError(award_id=award_id)
    return award
