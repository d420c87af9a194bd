"""Nominating, approving, displaying and revoking model posts."""

from collections.abc import Callable
from datetime import date
from typing import Final, Protocol
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from evaluation.domain.model_posts import ModelPost, ModelPostState, check_nomination
from evaluation.domain.recorded import RollMember
from evaluation.errors import ModelPostExistsError, ModelPostNotFoundError
from evaluation.events import model_posts as facts
from evaluation.operations.finding import check_persons_known, known_unit
from evaluation.repository import model_posts
from evaluation.repository.model_posts import ModelPostFilter

READ: Final = "evaluation.model_post.read"
APPROVE: Final = "evaluation.model_post.approve"
DISPLAY: Final = "evaluation.model_post.display"
REVOKE: Final = "evaluation.model_post.revoke"


class Rolls(Protocol):
    """Who is a member where, as its owner says."""

    async def roll(self, unit_id: UUID | None, as_of: date) -> list[RollMember]:
        """The members of a unit on a day."""
        ...


async def nominate(
    call: Call, unit_id: UUID, *, person_id: UUID, post: str, basis: str, pledge: str, rolls: Rolls
) -> ModelPost:
    """Nominate a member of a branch; the contract asks for the permission before."""
    unit = await known_unit(call.database, unit_id)
    await check_persons_known(call.database, [person_id])
    today = call.clock.today()
    # Only a branch's roll is asked for: it is short.
    members = await rolls.roll(unit_id, today) if unit.kind == "branch" else []
    check_nomination(unit, person_id, {member.person_id for member in members}, today)
    async with call.transaction() as work:
        nomination = ModelPost(
            model_post_id=new_id(),
            unit_id=unit_id,
            person_id=person_id,
            post=post,
            basis=basis,
            pledge=pledge,
            state=ModelPostState.NOMINATED,
            nominated_on=work.today,
            decided_on=None,
            days=None,
            document_number="",
            displayed_on=None,
            display_place="",
            reason="",
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await _check_alone(work, nomination, Interval(work.today))
        await model_posts.add(work, nomination)
        work.emit(facts.nominated(nomination))
        work.audit_change(
            "model_post", nomination.model_post_id, None, _audited(nomination), sensitive=["reason"]
        )
        return work.answer(nomination)


async def _check_alone(work: UnitOfWork, post: ModelPost, days: Interval) -> None:
    # Two who decide about one person at once meet here, and the second finds what the first kept.
    await work.lock(f"model posts of {post.person_id}")
    found = await model_posts.other(work, post, days)
    if found is not None:
        raise ModelPostExistsError(model_post_id=found)


def _audited(post: ModelPost) -> dict[str, object]:
    return {
        "unit_id": post.unit_id,
        "person_id": post.person_id,
        "post": post.post,
        "state": post.state.value,
        "days": None if post.days is None else [post.days.start, post.days.end],
        "display_place": post.display_place,
        "reason": post.reason,
    }


async def approve(
    call: Call,
    model_post_id: UUID,
    *,
    valid_from: date | None,
    valid_until: date | None,
    document_number: str,
) -> ModelPost:
    """Approve a nomination from a day on."""
    return await _changed(
        call,
        model_post_id,
        APPROVE,
        lambda post, work: post.approved(
            valid_from or work.today, valid_until, document_number, work.today, work.now
        ),
        facts.approved,
    )


async def refuse(call: Call, model_post_id: UUID, *, reason: str) -> ModelPost:
    """Refuse a nomination."""
    return await _changed(
        call,
        model_post_id,
        APPROVE,
        lambda post, work: post.refused(reason, work.today, work.now),
        facts.refused,
    )


async def display(call: Call, model_post_id: UUID, *, place: str, displayed_on: date | None) -> ModelPost:
    """Say where and since when a model post is on display."""
    return await _changed(
        call,
        model_post_id,
        DISPLAY,
        lambda post, work: post.displayed(place, displayed_on or work.today, work.today, work.now),
        facts.displayed,
    )


async def revoke(call: Call, model_post_id: UUID, *, ends_on: date | None, reason: str) -> ModelPost:
    """Take a model post back from a day on."""
    return await _changed(
        call,
        model_post_id,
        REVOKE,
        lambda post, work: post.revoked(ends_on or work.today, reason, work.today, work.now),
        facts.revoked,
    )


async def _changed(
    call: Call,
    model_post_id: UUID,
    permission: str,
    change: Callable[[ModelPost, UnitOfWork], ModelPost],
    announce: Callable[[ModelPost], Event],
) -> ModelPost:
    seen = await _present(call, model_post_id, permission)
    await call.access.require(permission, unit=seen.unit_id)
    async with call.transaction() as work:
        before = await model_posts.lock(work, model_post_id)
        assert before is not None, "a model post is never deleted"
        call.check_etag(before.version)
        after = change(before, work)
        if after.state is ModelPostState.APPROVED and after.days is not None:
            await _check_alone(work, after, after.days)
        await model_posts.save(work, after)
        work.emit(announce(after))
        work.audit_change(
            "model_post", model_post_id, _audited(before), _audited(after), sensitive=["reason"]
        )
        return work.answer(after)


async def _present(call: Call, model_post_id: UUID, permission: str) -> ModelPost:
    post = await model_posts.find(call.database, model_post_id)
    if post is None:
        await call.access.require(permission, unit=None)
        raise ModelPostNotFoundError(model_post_id=model_post_id)
    return post


async def get_model_post(call: Call, model_post_id: UUID) -> ModelPost:
    """Read a model post; its holder may."""
    post = await _present(call, model_post_id, READ)
    await call.access.require(READ, unit=post.unit_id, relation=post.person_id == call.caller.person_id)
    return post


async def list_model_posts(call: Call, wanted: ModelPostFilter, *, size: int, token: str) -> Page[ModelPost]:
    """List model posts of branches on which the caller may read them, and the caller's own."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await model_posts.page(
        call.database,
        await call.access.filters(READ),
        wanted,
        own_id=call.caller.person_id,
        today=call.clock.today(),
        after=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda post: (post.model_post_id,))
