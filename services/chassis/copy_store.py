"""The rows behind copies: watermarks and the dead-letter table; all SQL about them.

Whoever applies events locks the watermark's row first, so that a fetcher which lost its lock, and a replay
by command, can never apply an event twice or overtake each other.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record
from chassis.statements import query

if TYPE_CHECKING:
    from chassis.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Watermark:
    """How far the events of a source are applied."""

    epoch: int = 0
    position: int = 0


_READ = query(sa.text('SELECT epoch, "position" FROM copy_watermark WHERE source = :source'))
_LOCK = query(sa.text('SELECT epoch, "position" FROM copy_watermark WHERE source = :source FOR UPDATE'))
_ENSURE = query(
    sa.text(
        """INSERT INTO copy_watermark (source, epoch, "position") VALUES (:source, 0, 0)
           ON CONFLICT (source) DO NOTHING"""
    )
)
_MOVE = query(
    sa.text(
        """UPDATE copy_watermark SET epoch = :epoch, "position" = :position, moved_at = now()
            WHERE source = :source"""
    )
)
_PARKED_RESOURCES = query(
    sa.text(
        """SELECT DISTINCT resource_id FROM parked_event
            WHERE source = :source AND resource_id = ANY (CAST(:resource_ids AS uuid[]))"""
    )
)
_PARK = query(
    sa.text(
        """INSERT INTO parked_event (event_id, source, epoch, "position", noun, resource_id, document, reason)
           VALUES (:event_id, :source, :epoch, :position, :noun, :resource_id, :document, :reason)
           ON CONFLICT (event_id) DO NOTHING"""
    )
)
_COUNT = query(sa.text("SELECT count(*)::int FROM parked_event WHERE source = :source"))
_LIST = query(
    sa.text(
        """SELECT event_id, source, "position", noun, resource_id, reason, attempts, parked_at
             FROM parked_event ORDER BY source, resource_id, "position" LIMIT 1000"""
    )
)
_SHOW = query(sa.text("SELECT * FROM parked_event WHERE event_id = :event_id"))
_OLDEST = query(
    sa.text(
        """SELECT event_id, document FROM parked_event
            WHERE source = :source AND resource_id = :resource_id ORDER BY epoch, "position" LIMIT 1"""
    )
)
_QUEUES = query(sa.text("SELECT DISTINCT source, resource_id FROM parked_event ORDER BY 1, 2"))
_DROP = query(sa.text("DELETE FROM parked_event WHERE event_id = :event_id"))
_CLEAR = query(sa.text("DELETE FROM parked_event WHERE source = :source"))
_FAILED_AGAIN = query(
    sa.text("UPDATE parked_event SET attempts = attempts + 1, reason = :reason WHERE event_id = :event_id")
)


async def read(reader: Reader, source: str) -> Watermark:
    """The watermark of a source; zero where nothing is applied yet."""
    row = await reader.fetch_one(_READ, source=source)
    return Watermark() if row is None else Watermark(row["epoch"], row["position"])


async def lock(work: "UnitOfWork", source: str) -> Watermark:
    """The watermark, its row held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, source=source)
    if row is None:
        await work.execute(_ENSURE, source=source)
        row = await work.fetch_one(_LOCK, source=source)
    assert row is not None
    return Watermark(row["epoch"], row["position"])


async def move(work: "UnitOfWork", source: str, mark: Watermark) -> None:
    """Set the watermark; part of the transaction that applied what it says."""
    await work.execute(_MOVE, source=source, epoch=mark.epoch, position=mark.position)


async def parked_among(reader: Reader, source: str, resource_ids: Collection[UUID]) -> set[UUID]:
    """Those of the resources whose events have to queue behind a parked one."""
    rows = await reader.fetch(_PARKED_RESOURCES, source=source, resource_ids=list(resource_ids))
    return {row["resource_id"] for row in rows}


async def park(work: "UnitOfWork", source: str, noun: str, document: Mapping[str, Any], reason: str) -> None:
    """Put an event into the dead-letter table."""
    await work.execute(
        _PARK,
        event_id=UUID(document["id"]),
        source=source,
        epoch=int(document["epoch"]),
        position=int(document["position"]),
        noun=noun,
        resource_id=UUID(document["subject"]),
        document=dict(document),
        reason=reason,
    )


async def count_parked(reader: Reader, source: str) -> int:
    """How many events of a source wait."""
    count: int = await reader.fetch_value(_COUNT, source=source)
    return count


async def list_parked(reader: Reader) -> Sequence[Record]:
    """Waiting events, those of one resource together and in order."""
    return await reader.fetch(_LIST)


async def show_parked(reader: Reader, event_id: UUID) -> Record | None:
    """One waiting event with its document."""
    return await reader.fetch_one(_SHOW, event_id=event_id)


async def oldest_parked(work: "UnitOfWork", source: str, resource_id: UUID) -> Record | None:
    """The event of a resource that has to be applied next."""
    return await work.fetch_one(_OLDEST, source=source, resource_id=resource_id)


async def queues(reader: Reader) -> list[tuple[str, UUID]]:
    """Every (source, resource) that has waiting events."""
    return [(row["source"], row["resource_id"]) for row in await reader.fetch(_QUEUES)]


async def drop(work: "UnitOfWork", event_id: UUID) -> bool:
    """Remove a waiting event; answers whether there was one."""
    return await work.execute(_DROP, event_id=event_id) > 0


async def clear(work: "UnitOfWork", source: str) -> None:
    """Remove every waiting event of a source whose log is applied again from its beginning."""
    await work.execute(_CLEAR, source=source)


async def failed_again(work: "UnitOfWork", event_id: UUID, reason: str) -> None:
    """Note that a waiting event could not be applied this time either."""
    await work.execute(_FAILED_AGAIN, event_id=event_id, reason=reason)
