"""Departures that campus sync proposes and people decide about."""

from collections.abc import Sequence
from dataclasses import asdict
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader, Record, UnitOfWork
from chassis.statements import query
from membership import tables
from membership.domain.sync_batches import DepartureState, SyncDeparture

_NAMES = tuple(column.name for column in tables.sync_departure.c)
_COLUMNS = ", ".join(_NAMES)
_LOCK = query(sa.text(f"SELECT {_COLUMNS} FROM sync_departure WHERE departure_id = :departure_id FOR UPDATE"))
_PAGE = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM sync_departure
             WHERE state = :state
               AND (CAST(:source AS text) IS NULL OR source = CAST(:source AS text))
               AND (CAST(:before AS uuid) IS NULL OR departure_id < CAST(:before AS uuid))
             ORDER BY departure_id DESC LIMIT :size"""
    )
)
_SAVE = query(
    sa.text(
        """UPDATE sync_departure
              SET state = :state, left_on = :left_on, decided_by = :decided_by, reason = :reason,
                  version = :version
            WHERE departure_id = :departure_id"""
    )
)
_ABSENT_NOW = query(
    sa.text(
        """UPDATE person_source s SET departure_id = w.departure_id
             FROM unnest(CAST(:person_ids AS uuid[]), CAST(:departure_ids AS uuid[])) AS w (person_id, departure_id)
            WHERE s.source = :source AND s.person_id = w.person_id"""
    )
)
_RETURNED = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM sync_departure
             WHERE source = :source AND state = 'proposed' AND person_id = ANY (CAST(:person_ids AS uuid[]))
             ORDER BY departure_id FOR UPDATE"""
    )
)
_NAMED_AGAIN = query(
    sa.text(
        """UPDATE person_source SET departure_id = NULL
            WHERE source = :source AND departure_id IS NOT NULL
              AND person_id = ANY (CAST(:person_ids AS uuid[]))"""
    )
)


def _departure(row: Record) -> SyncDeparture:
    return SyncDeparture(**dict(row) | {"state": DepartureState(row["state"])})


async def lock(work: UnitOfWork, departure_id: UUID) -> SyncDeparture | None:
    """A departure, held until the end of the unit of work."""
    row = await work.fetch_one(_LOCK, departure_id=departure_id)
    return None if row is None else _departure(row)


async def page(
    reader: Reader, *, state: str, source: str | None, before: UUID | None, size: int
) -> list[SyncDeparture]:
    """Departures of a state, the newest first."""
    rows = await reader.fetch(_PAGE, state=state, source=source, before=before, size=size)
    return [_departure(row) for row in rows]


async def propose(work: UnitOfWork, source: str, departures: Sequence[SyncDeparture]) -> None:
    """Write new departures, and that the system does not name these persons."""
    values = [asdict(item) | {"state": item.state.value} for item in departures]
    await work.copy(tables.sync_departure, _NAMES, [[item[name] for name in _NAMES] for item in values])
    await work.execute(
        _ABSENT_NOW,
        source=source,
        person_ids=[item.person_id for item in departures],
        departure_ids=[item.departure_id for item in departures],
    )


async def returned(work: UnitOfWork, source: str, person_ids: Sequence[UUID]) -> list[SyncDeparture]:
    """The departures that wait for a decision about persons whom the system names again."""
    rows = await work.fetch(_RETURNED, source=source, person_ids=list(person_ids))
    await work.execute(_NAMED_AGAIN, source=source, person_ids=list(person_ids))
    return [_departure(row) for row in rows]


async def save(work: UnitOfWork, found: SyncDeparture) -> None:
    """Write what was decided."""
    await work.execute(
        _SAVE,
        departure_id=found.departure_id,
        state=found.state.value,
        left_on=found.left_on,
        decided_by=found.decided_by,
        reason=found.reason,
        version=found.version,
    )
