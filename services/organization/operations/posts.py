"""Create, end and read posts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.domain.posts import (
    Post,
    PostKind,
    check_post,
    default_role,
)
from organization.domain.rules import (
    composition_verdicts,
    refuse_if_newly_blocked,
)
from organization.domain.units import Findings, Kind, Unit, refuse
from organization.errors import (
    PostIsBoundError,
    PostNotFoundError,
)
from organization.events import facts
from organization.operations import founding, grants, terms
from organization.repository import posts, units
from rulebook import Verdict

READ = "organization.post.read"


@dataclass(frozen=True, slots=True)
class NewPost:
    """What a post is created with; without a role it brings what its kind brings in the kind of unit."""

    kind: PostKind
    title: str
    seats: int
    role: str | None = None
    role_unit_id: UUID | None = None
    bound_post_id: UUID | None = None


async def create_post(call: Call, unit_id: UUID, new: NewPost, *, valid_from: date | None) -> Post:
    """Create a post in a unit."""
    if new.role is not None or new.role_unit_id is not None:
        findings = Findings()
        if new.role is None:
            findings.add("role", "填写角色范围时须填写角色。", "It is required with a unit of the role.")
        if new.bound_post_id is not None:
            findings.add("role", "对应职务的席位不带角色。", "A seat that follows a post brings no role.")
        findings.refuse_if_any()
        await grants.require_may_give(call, new.role or "", new.role_unit_id or unit_id)
    async with call.transaction() as work:
        await units.lock(work, unit_id)
        await ensure_free(work, unit_id)
        unit = await founding.present(work, unit_id, work.today)
        return work.answer(await create(work, unit, new, on=valid_from or work.today))


async def create(work: UnitOfWork, unit: Unit, new: NewPost, *, on: date) -> Post:
    """Keep and announce a new post of a unit."""
    days = Interval(on, unit.life.end) if on in unit.life else Interval(on)
    bound = None if new.bound_post_id is None else await _bound(work, new.bound_post_id)
    check_post(new.kind, unit.outline, bound, seats=new.seats, days=days)
    await _check_chairs(work, unit, on, more=new.seats if new.kind is PostKind.CHAIR else 0)
    role = new.role or (None if bound is not None else default_role(new.kind, unit.kind))
    post = Post(
        post_id=new_id(),
        unit_id=unit.unit_id,
        kind=new.kind,
        title=new.title,
        seats=new.seats,
        role=role,
        role_unit_id=(new.role_unit_id or unit.unit_id) if role else None,
        bound_post_id=new.bound_post_id,
        days=Interval(on),
        version=1,
    )
    await posts.add_post(work, post)
    work.emit(facts.post_created(post))
    work.audit_change("post", post.post_id, None, {"unit_id": unit.unit_id, "kind": post.kind, "role": role})
    return post


async def _bound(work: UnitOfWork, post_id: UUID) -> Post:
    bound = await posts.lock_post(work, post_id)
    if bound is None:
        refuse("bound_post_id", "没有此职务。", "There is no such post.")
    return bound


async def _check_chairs(work: UnitOfWork, unit: Unit, on: date, *, more: int) -> None:
    """Refuse a change of chairs that breaks a rule which was kept."""
    if unit.kind is Kind.LEADING_GROUP and more:
        present = chairs(await posts.posts_of(work, [unit.unit_id], since=on), on)
        refuse_if_newly_blocked(
            composed(unit, present, on),
            composed(unit, present + more, on),
        )


def chairs(present: list[Post], on: date) -> int:
    """How many chairs there are on a day."""
    return sum(post.seats for post in present if post.kind is PostKind.CHAIR and on in post.days)


def composed(unit: Unit, seats: int, on: date) -> list[Verdict]:
    """What the rules say of a leading group with so many chairs."""
    return composition_verdicts(chairs=seats, departments=len(unit.sponsors_on(on)), on=on)


async def abolish_post(call: Call, post_id: UUID, *, abolished_on: date | None) -> Post:
    """End a post from a day on, and with it the appointments to it."""
    seen = await known(call, post_id)
    await call.access.require("organization.post.abolish", unit=seen.unit_id)
    async with call.transaction() as work:
        await units.lock(work, seen.unit_id)
        await ensure_free(work, seen.unit_id)
        post = await locked(work, post_id)
        call.check_etag(post.version)
        on = abolished_on or work.today
        unit = await founding.present(work, post.unit_id, work.today)
        if post.kind is PostKind.CHAIR:
            await _check_chairs(work, unit, on, more=-post.seats)
        return work.answer(await _end_post(work, post, on=on, reason="", path="abolished_on"))


async def end_posts_of(work: UnitOfWork, unit_ids: Sequence[UUID], *, on: date, reason: str) -> None:
    """End every post of units that are dissolved."""
    for post in await posts.posts_of(work, unit_ids, since=on):
        await _end_post(work, post, on=on, reason=reason, path="dissolved_on")


async def _end_post(work: UnitOfWork, post: Post, *, on: date, reason: str, path: str) -> Post:
    bound_by = await posts.seat_bound_to(work, post.post_id, since=on)
    if bound_by is not None:
        raise PostIsBoundError(post_id=post.post_id, bound_by_post_id=bound_by)
    appointments = [
        each
        for each in await posts.held(work, [post.post_id], on=None, day=work.today)
        if each.term.end is None or each.term.end > on
    ]
    rest = post.days.intersection(Interval(on))
    if rest is None or on <= post.days.start or any(each.term.start >= on for each in appointments):
        refuse(
            path,
            "日期须在职务设立之后、撤销之前，且其后没有已定的任职。",
            "The post exists before and on the day, and no appointment to it begins on the day or later.",
        )
    for appointment in appointments:
        await terms.end(work, appointment, on=on, reason=reason)
    await posts.end_post(work, post.post_id, on)
    after = replace(post, days=Interval(post.days.start, on), version=post.version + 1)
    work.emit(facts.post_abolished(after, on))
    work.audit_change("post", post.post_id, {"until": post.days.end}, {"until": on})
    return after


async def get_post(call: Call, post_id: UUID) -> Post:
    """Read a post."""
    post = await known(call, post_id)
    await call.access.require(READ, unit=post.unit_id)
    return post


async def list_posts(
    call: Call,
    *,
    unit_id: UUID | None,
    kind: PostKind | None,
    as_of: date | None,
    size: int,
    token: str,
) -> Page[Post]:
    """List posts that the caller may read."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await posts.posts_page(
        call.database,
        await call.access.filters(READ),
        unit_id=unit_id,
        kind=kind,
        day=as_of,
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda post: (post.post_id,))


async def locked(work: UnitOfWork, post_id: UUID) -> Post:
    """The post; nobody else changes it or who holds it until the commit."""
    post = await posts.lock_post(work, post_id)
    assert post is not None, "a post is never deleted"
    return post


async def known(call: Call, post_id: UUID) -> Post:
    """The post; that there is none, only whoever may read all of them is told."""
    post = await posts.find_post(call.database, post_id)
    if post is None:
        await call.access.require(READ, unit=None)
        raise PostNotFoundError(post_id=post_id)
    return post
