"""Repeating a request with the same Idempotency-Key gives the first answer again, byte by byte, for a day.

The answer is written by the unit of work itself (`journal`); here it is found and, when it is old, removed.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Reader
from chassis.errors import IdempotencyMismatchError
from chassis.statements import query
from chassis.tables import idempotency_key

if TYPE_CHECKING:
    from chassis.calls import Call

# Bounds one statement's work; what is left goes with the next round.
REMOVED_AT_ONCE = 5_000

_FIND = query(
    sa.select(idempotency_key.c.request_hash, idempotency_key.c.answer, idempotency_key.c.event_id).where(
        idempotency_key.c.principal == sa.bindparam("principal"),
        idempotency_key.c.method == sa.bindparam("method"),
        idempotency_key.c.key == sa.bindparam("key"),
        idempotency_key.c.expires_at > sa.func.now(),
    )
)
_REMOVE = query(
    sa.text(
        """WITH old AS (
               SELECT ctid FROM idempotency_key WHERE expires_at <= now() LIMIT CAST(:most AS int)
           ), removed AS (
               DELETE FROM idempotency_key k USING old WHERE k.ctid = old.ctid RETURNING 1
           )
           SELECT count(*) FROM removed"""
    )
)


@dataclass(frozen=True, slots=True)
class Kept:
    """The first answer to a request."""

    answer: bytes
    event_id: UUID | None


async def find(reader: Reader, call: "Call") -> Kept | None:
    """The answer already given to this request; refuses a key that was used with another request."""
    if call.idempotency_key is None:
        return None
    row = await reader.fetch_one(
        _FIND, principal=call.caller.principal, method=call.method, key=call.idempotency_key
    )
    if row is None:
        return None
    if row["request_hash"] != call.request_hash:
        raise IdempotencyMismatchError(key=call.idempotency_key)
    return Kept(answer=row["answer"], event_id=row["event_id"])


async def remove_expired(reader: Reader) -> int:
    """Remove the answers nobody can ask for any more; answers how many there were."""
    removed = 0
    while True:
        count: int = await reader.fetch_value(_REMOVE, most=REMOVED_AT_ONCE)
        removed += count
        if count < REMOVED_AT_ONCE:
            return removed
