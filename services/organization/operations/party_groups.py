"""Set up Party groups in branches, name their leaders, and list both."""

from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.clients import Membership
from organization.domain.party_groups import (
    PartyGroup,
    check_branch,
    check_group,
    check_succession,
    leader_on,
)
from organization.domain.posts import Appointees, Appointment, Method, Post, PostKind
from organization.domain.structure import check_parent
from organization.domain.units import Findings, Kind, NewUnit, Unit, check_name
from organization.facts import appointees
from organization.operations import founding, terms
from organization.operations import posts as post_operations
from organization.repository import party_groups, posts, units

_TITLE = "党小组组长"


async def establish(
    call: Call,
    membership: Membership,
    branch_id: UUID,
    *,
    name: str,
    leader_id: UUID,
    established_on: date | None,
) -> PartyGroup:
    """Set up a group in a branch together with its leader."""
    findings = Findings()
    check_name(name, path="name", findings=findings)
    findings.refuse_if_any()
    people = await appointees(call.database, membership, [leader_id])
    async with call.transaction() as work:
        on = established_on or work.today
        site = await founding.reserve(work, branch_id, name, [branch_id], on=on)
        branch = site.known.get(branch_id)
        check_branch(branch)
        check_parent(Kind.PARTY_GROUP, branch, Interval(on), path="established_on", findings=findings)
        findings.refuse_if_any()
        new = NewUnit(kind=Kind.PARTY_GROUP, name=name)
        group = await founding.found(work, new_id(), branch_id, new, on=on, site=site, path="party_group")
        post = await _create_post(work, group, on)
        return work.answer(_standing(group, await _appoint(work, group, post, leader_id, on, people)))


async def _create_post(work: UnitOfWork, group: Unit, on: date) -> Post:
    new = post_operations.NewPost(PostKind.PARTY_GROUP_LEADER, _TITLE, seats=1)
    return await post_operations.create(work, group, new, on=on)


async def _appoint(
    work: UnitOfWork, group: Unit, post: Post, leader_id: UUID, on: date, people: Appointees
) -> Appointment:
    new = terms.NewAppointment(person_id=leader_id, method=Method.APPOINTED, valid_from=on)
    return await terms.begin(work, group, post, new, path="leader_", people=people)


def _standing(group: Unit, leader: Appointment) -> PartyGroup:
    assert group.parents, "a group stands below its branch"
    branch_id = group.parent_id or group.parents[0].parent_id
    return PartyGroup(group.unit_id, branch_id, group.name, group.life.start, leader)


async def name_leader(
    call: Call,
    membership: Membership,
    unit_id: UUID,
    *,
    leader_id: UUID,
    valid_from: date | None,
    reason: str,
) -> PartyGroup:
    """Let somebody lead a group from a day on, in place of whoever led it."""
    people = await appointees(call.database, membership, [leader_id])
    async with call.transaction() as work:
        await units.lock(work, unit_id)
        await ensure_free(work, unit_id)
        on = valid_from or work.today
        group = await founding.present(work, unit_id, work.today)
        check_group(group, on)
        post = next(
            (
                each
                for each in await posts.posts_of(work, [unit_id], since=on)
                if each.kind is PostKind.PARTY_GROUP_LEADER and on in each.days
            ),
            None,
        )
        if post is None:
            post = await _create_post(work, group, on)
        leader = leader_on(await posts.held(work, [post.post_id], on=on, day=work.today), on)
        if leader is not None and leader.person_id == leader_id:
            return work.answer(_standing(group, leader))
        if leader is not None:
            check_succession(leader, on)
            await terms.end(work, leader, on=on, reason=reason)
        return work.answer(_standing(group, await _appoint(work, group, post, leader_id, on, people)))


async def list_groups(
    call: Call, *, branch_id: UUID | None, leader_id: UUID | None, as_of: date | None, size: int, token: str
) -> Page[PartyGroup]:
    """List groups of a day on which the caller may read them."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await party_groups.page(
        call.database,
        await call.access.filters("organization.party_group.read"),
        branch_id=branch_id,
        leader_id=leader_id,
        after_id=after[0] if after else None,
        most=most + 1,
        day=as_of or call.clock.today(),
    )
    return page_of(found, most, lambda group: (group.unit_id,))
