"""What a removal ended, as it was before: kept with the standing case until the removal is corrected."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import UnitOfWork
from chassis.statements import query

_KEEP = query(
    sa.text(
        """INSERT INTO removal_end (standing_case_id, noun, resource_id, version, before)
           VALUES (:standing_case_id, :noun, :resource_id, :version, :before)"""
    )
)
_TAKE = query(
    sa.text(
        """DELETE FROM removal_end WHERE standing_case_id = :standing_case_id
           RETURNING noun, resource_id, version, before"""
    )
)


@dataclass(frozen=True, slots=True)
class Ended:
    """One thing that a removal ended: which, the version that it left, and what was so before."""

    noun: str
    resource_id: UUID
    version: int
    before: Mapping[str, Any]


async def keep(work: UnitOfWork, standing_case_id: UUID, ended: Ended) -> None:
    """Keep what was so before."""
    await work.execute(
        _KEEP,
        standing_case_id=standing_case_id,
        noun=ended.noun,
        resource_id=ended.resource_id,
        version=ended.version,
        before=dict(ended.before),
    )


async def take(work: UnitOfWork, standing_case_id: UUID) -> list[Ended]:
    """What the removal of a case ended, which goes on now; it is kept no more."""
    rows = await work.fetch(_TAKE, standing_case_id=standing_case_id)
    return sorted((Ended(**dict(row)) for row in rows), key=lambda each: (each.noun, each.resource_id))
