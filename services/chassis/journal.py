"""What a unit of work records about itself at its commit, written by one statement.

Events, one audit row for the command, and the answer kept under the idempotency key. Nothing here commits.
Whoever announces tens of thousands of events has them written before, part by part.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson

from chassis.events import Event, Rendered, rendered

if TYPE_CHECKING:
    from chassis.calls import Call

# How long a repetition of a request gets the first answer.
KEPT_FOR = timedelta(hours=24)
# Half of what the broker takes in one message: an event it refuses would hold up all that follow.
MOST_EVENT_BYTES = 512 * 1024

# The order of insertion inside one command is the order of emission.
_STATEMENT = """WITH logged AS (
    INSERT INTO event_log (event_id, noun, verb, type, resource_id, resource_version, data,
                           occurred_at, actor_id, traceparent)
    SELECT e.event_id, e.noun, e.verb, e.type, e.resource_id, e.resource_version, e.data, $8, $9, $10
      FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::uuid[], $6::int[], $7::text[])
           WITH ORDINALITY AS e (event_id, noun, verb, type, resource_id, resource_version, data, n)
     ORDER BY e.n
), audited AS (
    INSERT INTO audit_log (recorded_at, outcome, principal, person_id, method, noun, resource_id, changes,
                           event_ids, remote_address, request_id, traceparent)
    VALUES ($8::timestamptz, 'allowed', $11::text, $9::uuid, $12::text, $13::text, $14::uuid, $15::jsonb,
            $23::uuid[], $16::text, $17::text, $10::text)
), kept AS (
    INSERT INTO idempotency_key AS k (principal, method, key, request_hash, answer, event_id, expires_at)
    SELECT $11, $12, $18::text, $19::bytea, $20::bytea, $21::uuid, $22::timestamptz
     WHERE $18 IS NOT NULL
    ON CONFLICT (principal, method, key) DO UPDATE
       SET request_hash = excluded.request_hash, answer = excluded.answer, event_id = excluded.event_id,
           expires_at = excluded.expires_at
     WHERE k.expires_at <= now()
    RETURNING 1
)
SELECT count(*) FROM kept
"""

# The same columns, for COPY.
EVENT_COLUMNS = (
    *("event_id", "noun", "verb", "type", "resource_id", "resource_version", "data"),
    *("occurred_at", "actor_id", "traceparent"),
)

_NO_ANSWER = object()


@dataclass(frozen=True, slots=True)
class Written:
    """What a commit wrote about itself."""

    anything: bool = False
    last_event_id: UUID | None = None


def size_of(event: Event) -> int:
    """How many bytes the event takes in the log; more than MOST_EVENT_BYTES cannot be announced."""
    return len(rendered(event).data)


class Entries:
    """Collects what happens in one unit of work."""

    __slots__ = ("_answer", "_changes", "_event_ids", "_events", "_first")

    def __init__(self) -> None:
        # As they are written: id, noun, verb, type, resource, version, data. Tens of thousands are smaller so.
        self._events: list[tuple[UUID, str, str, str, UUID, int, str]] = []
        # Of all events, also of those that were taken out to be written before the commit.
        self._event_ids: list[UUID] = []
        # What the first event was about.
        self._first: tuple[str | None, UUID | None] = (None, None)
        self._changes: list[dict[str, Any]] = []
        self._answer: Any = _NO_ANSWER

    def emit(self, event: Event | Rendered) -> None:
        """Take an event and render it; a defect of it shows here, where it is."""
        ready = event if isinstance(event, Rendered) else rendered(event)
        kind, event_id = ready.kind, ready.event_id
        if len(ready.data) > MOST_EVENT_BYTES:
            raise RuntimeError(f"{kind.name} of {ready.resource_id} is too large to announce")
        if not self._event_ids:
            self._first = kind.noun, ready.resource_id
        self._event_ids.append(event_id)
        self._events.append(
            (event_id, kind.noun, kind.verb, kind.name, ready.resource_id, ready.version, ready.data.decode())
        )

    def taken_out(self, call: "Call", now: datetime) -> list[tuple[Any, ...]]:
        """The events so far as rows of EVENT_COLUMNS; whoever takes them out writes them."""
        taken, self._events = self._events, []
        known = _is_known(call)
        told = (now, call.caller.person_id if known else None, call.traceparent if known else None)
        return [(*event, *told) for event in taken]

    def change(
        self,
        noun: str,
        resource_id: UUID,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
        sensitive: frozenset[str],
        digest_key: bytes | None,
    ) -> None:
        """Take a change of one resource, with digests in place of its sensitive fields."""
        self._changes.append(
            {
                "noun": noun,
                "id": str(resource_id),
                "before": digested(before, sensitive, digest_key),
                "after": digested(after, sensitive, digest_key),
            }
        )

    def answer(self, value: object) -> None:
        """Take the answer of the operation."""
        self._answer = value

    def statement(self, call: "Call", now: datetime) -> tuple[str | None, list[Any], Written]:
        """The statement that writes everything, its parameters, and what it writes; None when nothing is to be."""
        # A timer that changed nothing did nothing; an anonymous act is not told by when it was.
        is_command = call.caller.kind not in ("system", "anonymous") or call.idempotency_key is not None
        if not (self._event_ids or self._changes or is_command):
            return None, [], Written()
        last = self._event_ids[-1] if self._event_ids else None
        known = _is_known(call)
        noun, resource_id = self._subject()
        params = [
            *self._event_columns(),
            now,
            call.caller.person_id if known else None,
            call.traceparent if known else None,
            call.caller.principal,
            call.method,
            noun,
            resource_id,
            self._changes,
            call.remote_address if known else None,
            call.request_id if known else None,
            *self._kept(call, last),
            self._event_ids,
        ]
        return _STATEMENT, params, Written(anything=True, last_event_id=last)

    def _event_columns(self) -> list[list[Any]]:
        if not self._events:
            return [[], [], [], [], [], [], []]
        return [list(column) for column in zip(*self._events, strict=True)]

    def _subject(self) -> tuple[str | None, UUID | None]:
        # What the command was about: the first thing it changed or announced.
        if self._changes:
            return self._changes[0]["noun"], UUID(self._changes[0]["id"])
        return self._first

    def _kept(self, call: "Call", last: UUID | None) -> list[Any]:
        if call.idempotency_key is None:
            return [None, None, None, None, None]
        if self._answer is _NO_ANSWER or call.respond is None:
            raise RuntimeError(f"{call.method} must answer inside its unit of work to be repeatable")
        answer = call.respond(self._answer).SerializeToString(deterministic=True)
        return [call.idempotency_key, call.request_hash, answer, last, datetime.now(UTC) + KEPT_FOR]


def _is_known(call: "Call") -> bool:
    # An anonymous act (a secret ballot) leaves no trace of who, from where and within what.
    return call.caller.kind != "anonymous"


def digested(
    values: Mapping[str, Any] | None, sensitive: frozenset[str], key: bytes | None
) -> dict[str, Any] | None:
    """The values with a keyed digest in place of each sensitive one: equal values show as equal, no more."""
    if values is None:
        return None
    return {
        name: _digest(name, value, key) if name in sensitive and value is not None else value
        for name, value in values.items()
    }


def _digest(name: str, value: object, key: bytes | None) -> dict[str, str | None]:
    if key is None:
        return {"digest": None}
    text = orjson.dumps([name, value], default=str, option=orjson.OPT_SORT_KEYS)
    return {"digest": hmac.new(key, text, hashlib.sha256).hexdigest()}
