"""Who did what: rows numbered and chained by hash, so that a changed, missing or added row is found.

A command's row is written by its unit of work (`journal`), a refusal's here. The relay numbers and chains
them (`chain_pending`). There is no way to delete one.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from chassis.database import EVENTS, Database, Reader
from chassis.statements import query

if TYPE_CHECKING:
    from chassis.calls import Call

# The hash before the first row.
START = bytes(32)
CHAINED_AT_ONCE = 5_000

# Every column that a row's hash covers; jsonb and instants as text that does not depend on the session.
_COLUMNS = """
    seq, number, hash, outcome, reason, principal, person_id::text AS person_id, method, noun,
    resource_id::text AS resource_id, changes::text AS changes, event_ids::text AS event_ids,
    remote_address, request_id, traceparent,
    (extract(epoch FROM recorded_at) * 1000000)::bigint AS recorded_at,
    (extract(epoch FROM system_at) * 1000000)::bigint AS system_at
"""
_COVERED = (
    "number", "outcome", "reason", "principal", "person_id", "method", "noun", "resource_id", "changes",
    "event_ids", "remote_address", "request_id", "traceparent", "recorded_at", "system_at",
)  # fmt: skip

_PENDING = query(
    sa.text(f"SELECT {_COLUMNS} FROM audit_log WHERE number IS NULL ORDER BY seq LIMIT CAST(:most AS int)")
)
_NUMBERED = query(
    sa.text(
        f"""SELECT {_COLUMNS} FROM audit_log WHERE number > CAST(:after AS bigint)
             ORDER BY number LIMIT CAST(:most AS int)"""
    )
)
_HEAD = query(
    sa.text("SELECT number, hash FROM audit_log WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1")
)
_CHAIN = query(
    sa.text(
        """UPDATE audit_log a SET number = n.number, hash = n.hash
             FROM unnest(CAST(:seqs AS bigint[]), CAST(:numbers AS bigint[]), CAST(:hashes AS bytea[]))
                  AS n (seq, number, hash)
            WHERE a.seq = n.seq AND a.number IS NULL RETURNING a.seq"""
    )
)
_REFUSE = query(
    sa.text(
        """INSERT INTO audit_log (recorded_at, outcome, reason, principal, person_id, method, noun,
                                  resource_id, changes, event_ids, remote_address, request_id, traceparent)
           VALUES (:recorded_at, 'refused', :reason, :principal, :person_id, :method, :noun, :resource_id,
                   '[]', '{}', :remote_address, :request_id, :traceparent) RETURNING seq"""
    )
)


@dataclass(frozen=True, slots=True)
class Head:
    """The newest numbered row: what the relay announces, so that a cut tail is seen."""

    number: int = 0
    hash: bytes = START


def digest(before: bytes, row: Any) -> bytes:
    """The hash of a numbered row over everything it says and the hash before it."""
    covered = orjson.dumps([row[name] for name in _COVERED])
    return hashlib.sha256(before + covered).digest()


async def head(reader: Reader) -> Head:
    """The newest numbered row."""
    row = await reader.fetch_one(_HEAD)
    return Head() if row is None else Head(row["number"], row["hash"])


async def chain_pending(reader: Reader) -> int:
    """Number and chain the committed rows that have no number; only whoever holds the relay's lock may."""
    rows = await reader.fetch(_PENDING, most=CHAINED_AT_ONCE)
    if not rows:
        return 0
    last = await head(reader)
    numbers, hashes = chained(last, rows)
    await reader.fetch(_CHAIN, seqs=[row["seq"] for row in rows], numbers=numbers, hashes=hashes)
    return len(rows)


def chained(last: Head, rows: Sequence[Any]) -> tuple[list[int], list[bytes]]:
    """The numbers and hashes of rows that follow `last`."""
    numbers = list(range(last.number + 1, last.number + 1 + len(rows)))
    hashes, before = [], last.hash
    for number, row in zip(numbers, rows, strict=True):
        before = digest(before, {**row, "number": number})
        hashes.append(before)
    return numbers, hashes


async def verify(reader: Reader, *, announced: Head | None = None) -> int | None:
    """The first number at which the chain is broken, None when it is whole.

    `announced` is a head seen earlier, for instance in a log file: without it a cut tail cannot be seen.
    """
    last = Head()
    while rows := await reader.fetch(_NUMBERED, after=last.number, most=CHAINED_AT_ONCE):
        for row in rows:
            expected = last.number + 1
            if row["number"] != expected or row["hash"] != digest(last.hash, row):
                return expected
            last = Head(expected, row["hash"])
            if announced is not None and announced.number == expected and announced.hash != last.hash:
                return expected
    if announced is not None and announced.number > last.number:
        return last.number + 1
    return None


async def record_refusal(
    database: Database, call: "Call", reason: str, *, noun: str | None = None, resource_id: UUID | None = None
) -> None:
    """Keep that a call was refused; it commits by itself, because nothing of the call does."""
    known = call.caller.kind != "anonymous"
    await database.fetch_value(
        _REFUSE,
        recorded_at=call.clock.now(),
        reason=reason,
        principal=call.caller.principal,
        person_id=call.caller.person_id,
        method=call.method,
        noun=noun,
        resource_id=resource_id,
        remote_address=call.remote_address if known else None,
        request_id=call.request_id if known else None,
        traceparent=call.traceparent if known else None,
    )
    database.wake(EVENTS)
