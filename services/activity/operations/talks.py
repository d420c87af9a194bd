"""Recording and reading heart-to-heart talks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

from activity.domain import talks as domain
from activity.domain.class_hours import judged_day, year_asked
from activity.domain.talks import Talk, TalkCount, TalkKind
from activity.errors import TalkNotFoundError
from activity.events import facts
from activity.operations.people import Register, ensure_known
from activity.operations.units import known_unit
from activity.repository import copies, talks
from activity.repository.talks import TalkFilter
from chassis import paging
from chassis.calls import Call
from chassis.ids import new_id

RECORD: Final = "activity.talk.record"
READ: Final = "activity.talk.read"


@dataclass(frozen=True, slots=True)
class NewTalk:
    """What a talk is recorded with."""

    unit_id: UUID
    kind: TalkKind
    held_on: date
    person_ids: tuple[UUID, ...]
    summary: str


@dataclass(frozen=True, slots=True)
class Page:
    """A page of talks and the token of the next."""

    talks: tuple[Talk, ...]
    next_token: str


@dataclass(frozen=True, slots=True)
class CountPage:
    """A page of counts and the token of the next."""

    counts: tuple[TalkCount, ...]
    next_token: str


async def record_talk(call: Call, new: NewTalk, register: Register) -> Talk:
    """Record a talk; whoever took part may."""
    own = call.caller.person_id in new.person_ids
    await call.access.require(RECORD, unit=new.unit_id, relation=own)
    domain.check_day(new.held_on, call.clock.today())
    await ensure_known(call, register, new.person_ids)
    async with call.transaction() as work:
        unit = await known_unit(work, new.unit_id)
        unit.check_in_force(new.held_on)
        talk = Talk(
            talk_id=new_id(),
            unit_id=new.unit_id,
            kind=new.kind,
            held_on=new.held_on,
            person_ids=tuple(sorted(new.person_ids)),
            summary=new.summary,
            created_at=work.now,
        )
        await talks.add(work, talk)
        work.emit(facts.talk_recorded(talk))
        work.audit_change(
            "talk",
            talk.talk_id,
            None,
            {"kind": talk.kind.value, "held_on": talk.held_on.isoformat(), "summary": talk.summary},
            sensitive=("summary",),
        )
        return work.answer(talk)


async def get_talk(call: Call, talk_id: UUID) -> Talk:
    """Read a talk; it does not exist for anybody but its participants and the unit's secretary."""
    talk = await talks.find(call.database, talk_id)
    units_held = await _units_held(call)
    if talk is None or not talk.may_be_read_by(call.caller.person_id, units_held):
        raise TalkNotFoundError(talk_id=talk_id)
    return talk


async def list_talks(call: Call, wanted: TalkFilter, *, page_size: int, page_token: str) -> Page:
    """List the talks that the caller may read."""
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, date, UUID)
    found = await talks.list_page(
        call.database,
        wanted,
        after=(key[0], key[1]) if key else None,
        size=size + 1,
        reader_id=call.caller.person_id,
        units_held=await _units_held(call),
    )
    token = ""
    if len(found) > size:
        found = found[:size]
        token = paging.encode_token(found[-1].held_on, found[-1].talk_id)
    return Page(tuple(found), token)


async def list_talk_counts(
    call: Call, unit_id: UUID, year: int, *, page_size: int, page_token: str
) -> CountPage:
    """Count the talks of a unit's people; the contract asks for the permission before."""
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, UUID)
    today = call.clock.today()
    year = year_asked(year, today)
    people = await copies.members_of(
        call.database,
        unit_id,
        day=judged_day(year, today),
        after=key[0] if key else None,
        size=size + 1,
    )
    counts = await talks.counts(call.database, people[:size], year)
    token = paging.encode_token(people[size - 1]) if len(people) > size else ""
    return CountPage(tuple(counts), token)


async def _units_held(call: Call) -> Sequence[UUID]:
    # By a grant on the very unit: what reaches down from above does not open what was said.
    return await call.access.allowed_units(READ)
