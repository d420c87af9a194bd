"""Creating awards and keeping their criteria."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from chassis import paging
from chassis.calls import Call
from chassis.ids import new_id
from evaluation.domain.awards import Award, Catalogue, Level
from evaluation.errors import AwardNameTakenError, AwardNotFoundError
from evaluation.events import facts
from evaluation.operations.finding import found_award, known_unit, require_somewhere
from evaluation.repository import awards

READ: Final = "evaluation.award.read"
UPDATE: Final = "evaluation.award.update"


@dataclass(frozen=True, slots=True)
class NewAward:
    """What an award is created with."""

    unit_id: UUID
    name: str
    level: Level
    eligible_kinds: tuple[str, ...]
    first_year: int
    catalogue: Catalogue


async def create_award(call: Call, new: NewAward) -> Award:
    """Create an award; the contract asks for the permission on the unit before."""
    async with call.transaction() as work:
        await work.lock(f"awards of {new.unit_id}")
        await known_unit(work, new.unit_id)
        if await awards.is_named(work, new.unit_id, new.name):
            raise AwardNameTakenError(name=new.name)
        award = Award(
            award_id=new_id(),
            unit_id=new.unit_id,
            name=new.name,
            level=new.level,
            eligible_kinds=new.eligible_kinds,
            first_year=new.first_year,
            catalogue=new.catalogue,
            criteria_version=1 if new.catalogue.criteria else 0,
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await awards.add(work, award)
        work.emit(facts.award_created(award))
        work.audit_change("award", award.award_id, None, _state(award))
        return work.answer(award)


async def get_award(call: Call, award_id: UUID) -> Award:
    """Read an award."""
    award = await found_award(call.database, award_id)
    await require_somewhere(call, READ, award.unit_id)
    return award


async def list_awards(
    call: Call, *, unit_id: UUID | None, page_size: int, page_token: str
) -> tuple[Sequence[Award], str]:
    """List awards, and the token of the next page."""
    await require_somewhere(call, READ, unit_id)
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, UUID)
    found = await awards.page(call.database, unit_id=unit_id, after=key[0] if key else None, most=size + 1)
    if len(found) <= size:
        return found, ""
    return found[:size], paging.encode_token(found[size - 1].award_id)


async def set_criteria(call: Call, award_id: UUID, catalogue: Catalogue) -> Award:
    """Give an award a new catalogue."""
    award = await found_award(call.database, award_id)
    await call.access.require(UPDATE, unit=award.unit_id)
    async with call.transaction() as work:
        before = await awards.lock(work, award_id)
        if before is None:
            raise AwardNotFoundError(award_id=award_id)
        call.check_etag(before.version)
        after = before.with_criteria(catalogue, work.now)
        await awards.change(work, after)
        work.emit(facts.award_criteria_set(after))
        work.audit_change("award", award_id, _state(before), _state(after))
        return work.answer(after)


def _state(award: Award) -> dict[str, Any]:
    return {"name": award.name, "criteria_version": award.criteria_version, "version": award.version}
