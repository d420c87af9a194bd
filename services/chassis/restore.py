"""After the database was restored to an earlier moment: opens the next life of the event log.

The stream then holds events the log has lost. They happened to everybody who received them, so they are listed
for people to settle; nothing here makes them happen again or takes them back.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
import sqlalchemy as sa
from nats.js import JetStreamContext
from nats.js.errors import NotFoundError as NotInStreamError

from chassis import eventlog
from chassis.database import Reader
from chassis.statements import query
from chassis.stream import name_of, parse_tail

_OPEN = query(
    sa.text(
        """WITH opened AS (
               INSERT INTO epoch (epoch, after_position, reason)
               SELECT greatest((SELECT max(epoch) FROM epoch), CAST(:seen AS int)) + 1,
                      coalesce((SELECT max("position") FROM event_log WHERE "position" IS NOT NULL), 0),
                      'restored'
               RETURNING epoch, after_position
           ), marked AS (
               UPDATE relay_state
                  SET published_position = least(published_position, (SELECT after_position FROM opened))
           )
           SELECT epoch, after_position FROM opened"""
    )
)


@dataclass(frozen=True, slots=True)
class LostEvent:
    """An event that siblings and integrators may have acted on, and that the restored log does not have."""

    event_id: UUID
    epoch: int
    position: int
    type: str
    resource_id: str
    time: str


@dataclass(frozen=True, slots=True)
class Restored:
    """The new life of the log: it goes on after `kept_position`."""

    epoch: int
    kept_position: int
    lost: list[LostEvent]


async def restore_finish(reader: Reader, stream: JetStreamContext, service: str) -> Restored:
    """Open a new epoch after a restore, and list what the stream has beyond the log.

    The service must have been restored before it was started. Its relay goes on by itself.
    """
    lost, newest = await _beyond(reader, stream, service)
    row = await reader.fetch_one(_OPEN, seen=newest)
    assert row is not None
    return Restored(epoch=row["epoch"], kept_position=row["after_position"], lost=lost)


async def _beyond(reader: Reader, stream: JetStreamContext, service: str) -> tuple[list[LostEvent], int]:
    # Backwards from the end until an event that the log has: what lies before it, it has as well.
    lost: list[LostEvent] = []
    try:
        state = (await stream.stream_info(name_of(service))).state
    except NotInStreamError:
        # The broker was lost as well: there is nothing to compare with.
        return lost, 0
    newest = 0
    for sequence in range(state.last_seq, max(state.first_seq, 1) - 1, -1):
        document = await _document(stream, service, sequence)
        if document is None:
            continue
        tail = parse_tail(document)
        if tail is None:
            continue
        newest = max(newest, tail.epoch)
        row = await reader.fetch_one(eventlog.LOCATE, event_id=tail.event_id)
        if row is not None and row["position"] == tail.position:
            break
        lost.append(_lost(orjson.loads(document)))
    return lost[::-1], newest


async def _document(stream: JetStreamContext, service: str, sequence: int) -> bytes | None:
    try:
        message = await stream.get_msg(name_of(service), seq=sequence)
    except NotInStreamError:
        return None
    return message.data


def _lost(event: dict[str, Any]) -> LostEvent:
    return LostEvent(
        event_id=UUID(event["id"]),
        epoch=event["epoch"],
        position=event["position"],
        type=event["type"],
        resource_id=event["subject"],
        time=event["time"],
    )
