"""What becomes of honours, posts and scores when membership makes two persons one, or two again.

Each thing that says something else afterwards is announced, so that every copy of it follows.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.subject_moves import Moved
from evaluation.events import facts
from evaluation.events import model_posts as post_facts
from evaluation.repository import editions, honours, model_posts, scores
from evaluation.repository.merged_rows import MOVES

# Says how something that is another person's now is announced: from whom it went, and to whom.
_Tell = Callable[[UnitOfWork, UUID, UUID, UUID], Awaitable[Event]]


async def follow(work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID) -> None:
    """Let everything that names the merged person name the one who remains."""
    moved = await MOVES.forth(work, merge_id, kept=kept, merged=merged)
    await _announce(work, moved, before=merged, after=kept)


async def go_back(work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID) -> None:
    """Let exactly what followed name the person again who is one of their own."""
    moved = await MOVES.back(work, merge_id, kept=kept, merged=merged)
    await _announce(work, moved, before=kept, after=merged)


async def _announce(work: UnitOfWork, moved: Moved, *, before: UUID, after: UUID) -> None:
    for noun, tell in _TOLD.items():
        for resource_id in moved.get(noun, ()):
            work.emit(await tell(work, resource_id, before, after))


async def _honour(work: UnitOfWork, honour_id: UUID, before: UUID, after: UUID) -> Event:
    honour = await honours.find(work, honour_id)
    assert honour is not None, "an honour is never deleted"
    return facts.honour_reassigned(honour, before, after)


async def _model_post(work: UnitOfWork, model_post_id: UUID, before: UUID, after: UUID) -> Event:
    post = await model_posts.find(work, model_post_id)
    assert post is not None, "a model post is never deleted"
    return post_facts.reassigned(post, before, after)


async def _score(work: UnitOfWork, score_id: UUID, before: UUID, after: UUID) -> Event:
    score = await scores.find(work, score_id)
    assert score is not None, "a score is never deleted"
    return facts.score_reassigned(score, before, after)


async def _panel(work: UnitOfWork, edition_id: UUID, before: UUID, after: UUID) -> Event:
    edition = await editions.lock(work, edition_id)
    assert edition is not None, "an edition is never deleted"
    reassigned = edition.reassigned(work.now)
    await editions.change(work, reassigned)
    panel = await scores.panel(work, edition_id)
    return facts.edition_judges_assigned(reassigned, {judge for judges in panel.values() for judge in judges})


_TOLD: dict[str, _Tell] = {
    "honour": _honour,
    "model_post": _model_post,
    "judge_score": _score,
    "edition": _panel,
}
