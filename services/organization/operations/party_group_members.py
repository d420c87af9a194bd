"""Assign members of a branch to its Party groups, take them out, and let those go who leave the branch."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.clients import Membership
from organization.domain.party_groups import Enlisted, GroupMember, check_group, check_of_branch
from organization.domain.units import Unit
from organization.errors import PartyGroupMemberAbsentError
from organization.events import party_groups as facts
from organization.operations import founding
from organization.repository import party_group_members as members
from organization.repository import units

# What membership commits while it is asked may bear an earlier instant than the question.
_SLACK = timedelta(minutes=1)


async def assign(
    call: Call, membership: Membership, unit_id: UUID, person_ids: Sequence[UUID], *, valid_from: date | None
) -> list[GroupMember]:
    """Let members of the branch belong to a group from a day on."""
    on = valid_from or call.clock.today()
    seen = await _group(call.database, unit_id, on)
    # Membership is asked before the unit of work; who leaves the branch since leaves the group by its event.
    asked_at = call.clock.now() - _SLACK
    check_of_branch(person_ids, await membership.members(_branch(seen), on), on)
    async with call.transaction() as work:
        group = await _held(work, unit_id, on)
        days = Interval(on, group.life.end)
        enrolled = await members.enrol(work, _branch(group), person_ids, checked_at=asked_at)
        done = [await _assigned(work, enrolled[each], unit_id, days, asked_at) for each in person_ids]
        return work.answer(done)


async def _group(reader: Reader, unit_id: UUID, on: date) -> Unit:
    group = await founding.present(reader, unit_id, on)
    check_group(group, on)
    return group


def _branch(group: Unit) -> UUID:
    assert group.parent_id is not None, "a group stands below its branch"
    return group.parent_id


async def _held(work: UnitOfWork, unit_id: UUID, on: date) -> Unit:
    await units.lock(work, unit_id)
    await ensure_free(work, unit_id)
    return await _group(work, unit_id, on)


async def _assigned(
    work: UnitOfWork, member: GroupMember, unit_id: UUID, days: Interval, asked_at: datetime
) -> GroupMember:
    if member.is_in(unit_id, days):
        return member
    await members.put(work, member, days, unit_id)
    after = await members.changed(work, member, checked_at=max(asked_at, member.checked_at))
    work.emit(facts.assigned(after, unit_id, days.start))
    work.audit_change("party_group_member", member.member_id, _kept(member), _kept(after))
    return after


def _kept(member: GroupMember) -> dict[str, object]:
    return {
        "person_id": member.person_id,
        "stays": [[stay.unit_id, stay.days.start, stay.days.end] for stay in member.stays],
    }


async def remove(call: Call, unit_id: UUID, person_id: UUID, *, ends_on: date | None) -> GroupMember:
    """Let somebody belong to the group no longer from a day on."""
    async with call.transaction() as work:
        on = ends_on or work.today
        group = await _held(work, unit_id, on)
        member = await members.of_branch(work, _branch(group), person_id)
        days = [] if member is None else member.days_in(unit_id, on)
        if member is None or not days:
            raise PartyGroupMemberAbsentError(person_id=person_id, day=on)
        return work.answer(await _left(work, member, days, member.checked_at))


async def _left(
    work: UnitOfWork, member: GroupMember, days: Iterable[Interval], checked_at: datetime
) -> GroupMember:
    for stretch in days:
        await members.put(work, member, stretch, None)
    after = await members.changed(work, member, checked_at=checked_at)
    work.emit(facts.left(after))
    work.audit_change("party_group_member", member.member_id, _kept(member), _kept(after))
    return after


async def follow(
    work: UnitOfWork, person_id: UUID, belonging: Sequence[tuple[UUID, Interval]], *, said_at: datetime
) -> None:
    """
    Let somebody who left a branch belong to its groups no longer, or who did not leave it, after all, go on to.

    Called for membership's events. What membership said before it was last asked is old, for example when its whole log
    is applied again.
    """
    for member in await members.of_person(work, person_id):
        if said_at <= member.checked_at:
            continue
        theirs = [days for unit_id, days in belonging if unit_id == member.branch_id]
        going_on = await _resumed(work, member, theirs, said_at)
        outside = going_on.outside(theirs)
        if outside:
            await members.note_cut(work, going_on, outside)
            await _left(work, going_on, outside, said_at)


async def _resumed(
    work: UnitOfWork, member: GroupMember, belonging: Sequence[Interval], said_at: datetime
) -> GroupMember:
    cuts = await members.cuts(work, member.member_id)
    stays = member.resumed(cuts, belonging)
    for stay in stays:
        await members.put(work, member, stay.days, stay.unit_id)
    if not stays:
        return member
    after = await members.changed(work, member, checked_at=said_at)
    await members.keep_cuts(work, member.member_id, after.still_cut(cuts))
    work.emit(facts.assigned(after, stays[0].unit_id, stays[0].days.start))
    work.audit_change("party_group_member", member.member_id, _kept(member), _kept(after))
    return after


async def list_members(
    call: Call, unit_id: UUID, *, as_of: date | None, known_at: datetime | None, size: int, token: str
) -> Page[Enlisted]:
    """List who belongs to a group on a day."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await members.page(
        call.database,
        unit_id,
        day=as_of or call.clock.today(),
        known_at=known_at,
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda each: (each.person_id,))
