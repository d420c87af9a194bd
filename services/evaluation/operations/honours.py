"""Recording honours of persons, and withdrawing what was recorded by mistake."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from chassis import paging
from chassis.calls import Call
from chassis.ids import new_id
from evaluation.domain.honours import Honour, HonourKind, NewHonour, check_new
from evaluation.errors import HonourNotFoundError
from evaluation.events import facts
from evaluation.operations.finding import check_persons_known, known_unit
from evaluation.repository import honours

READ: Final = "evaluation.honour.read"
WITHDRAW: Final = "evaluation.honour.withdraw"


@dataclass(frozen=True, slots=True)
class HonourFilter:
    """Which honours are wanted, as known at an instant; None for now."""

    person_id: UUID | None
    kind: HonourKind | None
    year: int | None
    known_at: datetime | None


async def record_honours(call: Call, unit_id: UUID, new: Sequence[NewHonour]) -> tuple[Honour, ...]:
    """Record honours: all of them or none; the contract asks for the permission on the unit before."""
    check_new(new, call.clock.today())
    async with call.transaction() as work:
        await known_unit(work, unit_id)
        await check_persons_known(work, {each.person_id for each in new})
        # Two who record the same honour at once meet here, and the second finds it.
        await work.lock(*{f"honours of {each.person_id}" for each in new})
        taken = await honours.first_on_record(work, new)
        if taken is not None:
            raise taken.exists()
        recorded = tuple(
            Honour(
                honour_id=new_id(),
                unit_id=unit_id,
                person_id=each.person_id,
                kind=each.kind,
                title=each.title,
                issuer=each.issuer,
                level=each.level,
                year=each.year,
                awarded_on=each.awarded_on,
                evidence=each.evidence,
                recorded_at=work.now,
                withdrawn_at=None,
                withdraw_reason="",
                version=1,
            )
            for each in new
        )
        await honours.add_all(work, recorded)
        for honour in recorded:
            work.emit(facts.honour_recorded(honour))
            work.audit_change("honour", honour.honour_id, None, _state(honour))
        return work.answer(recorded)


async def get_honour(call: Call, honour_id: UUID) -> Honour:
    """Read an honour; the person it is about may."""
    honour = await honours.find(call.database, honour_id)
    if honour is None:
        raise HonourNotFoundError(honour_id=honour_id)
    own = honour.person_id == call.caller.person_id
    await call.access.require(READ, unit=honour.unit_id, relation=own)
    return honour


async def list_honours(
    call: Call, wanted: HonourFilter, *, page_size: int, page_token: str
) -> tuple[Sequence[Honour], str]:
    """List honours that the caller may read or has, and the token of the next page."""
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, UUID)
    found = await honours.page(
        call.database,
        await call.access.filters(READ),
        own_id=call.caller.person_id,
        person_id=wanted.person_id,
        kind=wanted.kind,
        year=wanted.year,
        known_at=wanted.known_at or call.clock.now(),
        after=key[0] if key else None,
        most=size + 1,
    )
    if len(found) <= size:
        return found, ""
    return found[:size], paging.encode_token(found[size - 1].honour_id)


async def withdraw_honour(call: Call, honour_id: UUID, reason: str) -> Honour:
    """Withdraw an honour that was recorded by mistake."""
    seen = await honours.find(call.database, honour_id)
    if seen is None:
        raise HonourNotFoundError(honour_id=honour_id)
    await call.access.require(WITHDRAW, unit=seen.unit_id)
    async with call.transaction() as work:
        before = await honours.lock(work, honour_id)
        assert before is not None, "no honour is ever removed"
        call.check_etag(before.version)
        after = before.withdrawn(reason, work.now)
        await honours.change(work, after)
        work.emit(facts.honour_withdrawn(after))
        work.audit_change("honour", honour_id, _state(before), _state(after))
        return work.answer(after)


def _state(honour: Honour) -> dict[str, Any]:
    return {
        "person_id": str(honour.person_id),
        "kind": honour.kind,
        "title": honour.title,
        "year": honour.year,
        "withdrawn": honour.withdrawn_at is not None,
        "version": honour.version,
    }
