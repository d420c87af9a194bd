"""SQL that finds our own events again, so that others can be asked for what they know after them."""

from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader
from chassis.statements import query

# Ids begin with the time of their making: only what was announced since then is looked through.
_SINCE = query(
    sa.text(
        """SELECT event_id FROM event_log
            WHERE event_id >= CAST(:floor AS uuid) AND noun = :noun AND resource_id = :resource_id
            ORDER BY event_id LIMIT 1"""
    )
)
_BITS_AFTER_TIME = 128 - 48


async def since(reader: Reader, noun: str, resource_id: UUID, made: UUID) -> UUID | None:
    """The first event about the resource that was announced with or after the making of another id."""
    floor = UUID(int=made.int >> _BITS_AFTER_TIME << _BITS_AFTER_TIME)
    found: UUID | None = await reader.fetch_value(_SINCE, floor=floor, noun=noun, resource_id=resource_id)
    return found
