"""What becomes of honours, posts and scores when membership makes two persons one, or two again."""

from uuid import UUID

from chassis.database import UnitOfWork
from evaluation.repository.merged_rows import MOVES


async def follow(work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID) -> None:
    """Let everything that names the merged person name the one who remains."""
    await MOVES.forth(work, merge_id, kept=kept, merged=merged)


async def go_back(work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID) -> None:
    """Let exactly what followed name the person again who is one of their own."""
    await MOVES.back(work, merge_id, kept=kept, merged=merged)
