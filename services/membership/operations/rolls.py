"""Rolls of units: reading them, entering existing members, transfers and participations."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.intervals import Interval
from membership.domain import members as domain
from membership.domain.admission import CaseHead
from membership.domain.members import (
    Elector,
    HeldCounts,
    Member,
    MovePlan,
    NewMember,
    Participation,
    RollMove,
    RollSize,
    UnitRoll,
    plan_moves,
)
from membership.domain.people import check_period
from membership.domain.units import Use
from membership.errors import (
    MemberAlreadyEstablishedError,
    MemberNotFoundError,
    PersonNotFoundError,
    UnitUnknownError,
)
from membership.events import admission as case_events
from membership.events import people as events
from membership.facts import end_of_day, known_unit, usable_unit
from membership.operations.leaving import change_branch
from membership.operations.means import Means, scope_of
from membership.repository import cases, inbox, members, moves, persons, reorganizing, sizes, units

READ = "membership.relationship.read"
PARTICIPATE = "membership.participation.add"


async def unit_roll(call: Call, unit_id: UUID, *, as_of: date | None, known_at: datetime | None) -> UnitRoll:
    """The roll of a unit on a day, counted."""
    await known_unit(call.database, unit_id)
    return await members.roll(call.database, unit_id, as_of=as_of or call.clock.today(), known_at=known_at)


async def list_members(
    call: Call,
    *,
    unit_id: UUID | None,
    status: str | None,
    as_of: date | None,
    known_at: datetime | None,
    after: UUID | None,
    size: int,
) -> list[Member]:
    """A page of members; one more than the size says that another page follows."""
    return await members.page(
        call.database,
        scope=await scope_of(call, READ),
        unit_id=unit_id,
        status=status,
        as_of=as_of or call.clock.today(),
        known_at=known_at,
        after=after,
        size=size + 1,
    )


async def get_member(call: Call, person_id: UUID, *, as_of: date | None, known_at: datetime | None) -> Member:
    """Read a member; members read themselves."""
    await _require_on_member(call, READ, person_id, own=True)
    member = await members.show(call.database, person_id, as_of=as_of, known_at=known_at)
    if member is None:
        raise MemberNotFoundError(person_id=person_id)
    return member


async def _found(reader: Reader, person_id: UUID) -> Member:
    member = await members.find(reader, person_id)
    if member is None:
        raise MemberNotFoundError(person_id=person_id)
    return member


async def _require_on_member(call: Call, permission: str, person_id: UUID, *, own: bool = False) -> None:
    member = await members.find(call.database, person_id)
    # A relationship that begins later gives its branch the say already.
    relationship = None if member is None else member.latest
    await call.access.require(
        permission,
        unit=None if relationship is None else relationship.unit_id,
        relation=own and call.caller.person_id == person_id,
    )


async def establish(call: Call, new: Sequence[NewMember]) -> int:
    """Enter existing members with their standing: all of them or none."""
    async with call.transaction() as work:
        await establish_all(work, new)
        return work.answer(len(new))


async def establish_all(work: UnitOfWork, new: Sequence[NewMember]) -> None:
    """Enter existing members in a unit of work of whoever brings them."""
    for item in new:
        domain.check_new_member(item, today=work.today)
    await work.lock("membership.establish")
    await _check_establishable(work, new)
    await members.add(work, new)
    for member in await members.find_many(work, [item.person_id for item in new]):
        work.emit(events.member_established(member))


async def _check_establishable(work: UnitOfWork, new: Sequence[NewMember]) -> None:
    ids = [item.person_id for item in new]
    missing = set(ids) - set(await persons.known(work, ids))
    if missing:
        raise PersonNotFoundError(person_id=min(missing))
    present = await members.established(work, ids)
    if present or len(set(ids)) < len(ids):
        raise MemberAlreadyEstablishedError(person_id=min(present) if present else ids[0])
    known = await units.find_all(work, {item.unit_id for item in new})
    for item in new:
        unit = known.get(item.unit_id)
        if unit is None:
            raise UnitUnknownError(unit_id=item.unit_id)
        unit.check_in_force(item.relationship_from)
        unit.check_lasts()
        unit.check_use(Use.FORMAL_RELATIONSHIP)
        unit.check_free()


async def move_member(
    work: UnitOfWork, means: Means, before: Member, *, to_unit_id: UUID, effective_on: date
) -> None:
    """Let another branch have a member from a day on; an open case moves along and does not start again."""
    ending = domain.check_transfer(before, to_unit_id=to_unit_id, effective_on=effective_on, today=work.today)
    target = await usable_unit(work, to_unit_id, Use.FORMAL_RELATIONSHIP, day=effective_on)
    target.check_lasts()
    target.check_free()
    (await known_unit(work, ending.unit_id)).check_free()
    person_id = before.person_id
    await members.relate(work, person_id, Interval(effective_on), to_unit_id)
    await members.touch(work, [person_id])
    await inbox.settle_units(work, [person_id])
    after = await _found(work, person_id)
    work.emit(
        events.member_moved(
            after, from_unit_id=ending.unit_id, to_unit_id=to_unit_id, effective_on=effective_on
        )
    )
    await change_branch(work, means, person_id, to_unit_id, effective_on)
    for head in await cases.open_of(work, [person_id]):
        await move_case(work, means, head, to_unit_id, effective_on=effective_on)
    work.audit_change("member", person_id, _audited(before), _audited(after))


async def _locked(work: UnitOfWork, person_id: UUID) -> Member:
    version = await members.lock(work, person_id)
    if version is None:
        raise MemberNotFoundError(person_id=person_id)
    work.call.check_etag(version)
    return await _found(work, person_id)


def _audited(member: Member) -> dict[str, object]:
    return {
        "relationships": [
            {"unit_id": item.unit_id, "from": item.valid_from, "until": item.valid_until}
            for item in member.relationships
        ],
        "statuses": [
            {"status": item.status, "from": item.valid_from, "until": item.valid_until}
            for item in member.statuses
        ],
        "version": member.version,
    }


async def move_case(
    work: UnitOfWork,
    means: Means,
    head: CaseHead,
    to_unit_id: UUID,
    *,
    effective_on: date,
) -> None:
    """Let another branch lead an open case."""
    await cases.move(work, head.case_id, to_unit_id)
    await inbox.move(work, head.case_id, to_unit_id)
    moved = await cases.lock(work, head.case_id)
    assert moved is not None
    case = await cases.whole(work, moved, await means.rules.of(work, moved.pack_digest))
    work.emit(
        case_events.case_moved(
            case, from_unit_id=head.unit_id, effective_on=effective_on, reorganization_id=None
        )
    )


async def participate(call: Call, person_id: UUID, part: Participation) -> Member:
    """Let a member take part in a functional or temporary branch; the formal relationship stays."""
    await call.access.require(PARTICIPATE, unit=part.unit_id)
    check_period(part.valid_from, part.valid_until, field_name="valid_until")
    async with call.transaction() as work:
        before = await _locked(work, person_id)
        unit = await usable_unit(work, part.unit_id, Use.PARTICIPATION, day=part.valid_from)
        unit.check_free()
        days = Interval(part.valid_from, part.valid_until)
        await members.participate(work, person_id, part.unit_id, days, unit.form)
        await members.touch(work, [person_id])
        after = await _found(work, person_id)
        work.emit(events.participation_changed(after, part.unit_id))
        work.audit_change("member", person_id, _audited(before), _audited(after))
        return work.answer(after)


async def count_unit_roll(call: Call, unit_id: UUID, *, as_of: date) -> HeldCounts:
    """What a unit holds on a day or later."""
    return await members.held(call.database, unit_id, day=as_of)


async def list_electors(
    call: Call, unit_id: UUID, *, as_of: date, as_believed_now: bool = False
) -> list[Elector]:
    """Everybody on the rolls of a unit and of those below it on a day, as known then (C14) or as believed now."""
    await known_unit(call.database, unit_id)
    known_at = end_of_day(as_of)
    is_past = known_at < call.clock.now() and not as_believed_now
    known = known_at if is_past else None
    await reorganizing.refuse_below(call.database, unit_id, day=as_of, known_at=known)
    return await members.electors(call.database, unit_id, day=as_of, known_at=known)


async def describe_persons(call: Call, person_ids: Sequence[UUID]) -> dict[UUID, date | None]:
    """Which of the persons are registered, and since when each is a full member."""
    return await members.standings(call.database, person_ids)


async def trace_sizes(call: Call, unit_ids: Sequence[UUID], *, as_of: date) -> list[RollSize]:
    """How many members units had since when."""
    await reorganizing.refuse_among(call.database, unit_ids, day=as_of)
    return await sizes.traced(call.database, unit_ids, until=as_of)


async def preview_moves(call: Call, planned: Sequence[RollMove], *, effective_on: date) -> MovePlan:
    """Who would move, and what stands against it."""
    from_units = list(dict.fromkeys(move.from_unit_id for move in planned))
    people = await moves.movable(call.database, from_units, day=effective_on)
    return plan_moves(planned, people)
