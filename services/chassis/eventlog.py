"""The event log of a service: reading it, and rendering an event as its CloudEvents document.

One function renders for the broker and for `ListEvents`, from columns that never change again, so that both
give the same bytes. Numbering and publishing are the relay's.
"""

import asyncio
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import sqlalchemy as sa

from chassis.calls import current, parse_uuid
from chassis.database import Database, Reader, Record
from chassis.deadlines import RESERVE_SECONDS
from chassis.errors import InvalidArgumentError, NotFoundError, UnavailableError, Violation
from chassis.statements import Query, query
from shuyuan.events.v1 import event_log_service_pb2 as pb
from shuyuan.events.v1 import event_log_service_pb2_grpc as grpc_stubs

if TYPE_CHECKING:
    from grpc.aio import ServicerContext

DEFAULT_PAGE = 100
MOST_PER_PAGE = 1_000
# How often the log is looked at for those who wait. The relay that numbers may be in another process.
LOOK_SECONDS = 0.1

# What `render` needs.
COLUMNS = """event_id, epoch, "position", previous_position, type, noun, verb, resource_id, resource_version,
    occurred_at, actor_id, traceparent, data"""

# An answer fits into one message of gRPC (4 MiB, with what a document has around its data), whatever its events hold.
MOST_PAGE_BYTES = 2 * 1024 * 1024


def _after(where: str) -> Query:
    # The first event is always on the page: the journal takes none that is longer than the bound.
    return query(
        sa.text(
            f"""SELECT {COLUMNS} FROM (
                   SELECT {COLUMNS}, sum(octet_length(data)) OVER (ORDER BY "position") AS bytes FROM (
                       SELECT {COLUMNS} FROM event_log WHERE {where} AND "position" > CAST(:after AS int)
                        ORDER BY "position" LIMIT CAST(:most AS int)) page) sized
                 WHERE bytes <= {MOST_PAGE_BYTES} ORDER BY "position"
            """
        )
    )


_AFTER, _AFTER_OF_NOUN = _after("true"), _after("noun = :noun")
_HEAD = query(
    sa.text(
        """SELECT (SELECT max(epoch) FROM epoch) AS epoch,
                  coalesce((SELECT max("position") FROM event_log WHERE "position" IS NOT NULL), 0) AS head"""
    )
)
LOCATE = query(sa.text('SELECT "position", epoch FROM event_log WHERE event_id = :event_id'))


class EventNotFoundError(NotFoundError):
    """No such event is committed."""

    reason = "EVENT_NOT_FOUND"


class EventNotNumberedError(UnavailableError):
    """The event is committed and the relay has not given it a position yet."""

    reason = "EVENT_NOT_NUMBERED"


def subject_of(service: str, noun: str, verb: str) -> str:
    """The NATS subject of an event; no personal data, only what happened to what kind of thing."""
    return f"shuyuan.{service}.v1.{noun}.{verb}"


def render(service: str, row: Record) -> bytes:
    """The CloudEvents 1.0 document of a numbered event, in structured JSON mode."""
    document: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(row["event_id"]),
        "source": service,
        "type": row["type"],
        "subject": str(row["resource_id"]),
        "time": row["occurred_at"],
        "datacontenttype": "application/json",
        "dataschema": f"urn:shuyuan:proto:{row['type']}",
        "position": row["position"],
        "previousposition": row["previous_position"],
        "epoch": row["epoch"],
        "resourceversion": row["resource_version"],
    }
    if row["actor_id"] is not None:
        document["actor"] = str(row["actor_id"])
    if row["traceparent"] is not None:
        document["traceparent"] = row["traceparent"]
    document["data"] = orjson.Fragment(row["data"])
    return orjson.dumps(document, option=orjson.OPT_UTC_Z)


async def list_events(reader: Reader, *, after: int, most: int, noun: str = "") -> list[Record]:
    """Numbered events after a position, oldest first; of one noun or of all. Fewer than `most` where they are long."""
    if noun:
        return await reader.fetch(_AFTER_OF_NOUN, after=after, most=most, noun=noun)
    return await reader.fetch(_AFTER, after=after, most=most)


async def head(reader: Reader) -> tuple[int, int]:
    """The present epoch and the newest position."""
    row = await reader.fetch_one(_HEAD)
    assert row is not None
    return row["epoch"], row["head"]


async def locate(reader: Reader, event_id: UUID) -> tuple[int, int]:
    """The position and epoch of an event."""
    row = await reader.fetch_one(LOCATE, event_id=event_id)
    if row is None:
        raise EventNotFoundError(event_id=event_id)
    if row["position"] is None:
        raise EventNotNumberedError(event_id=event_id)
    return row["position"], row["epoch"]


class Tail:
    """The end of the log, looked at once for all who wait for it to move."""

    def __init__(self) -> None:
        self._next: asyncio.Task[tuple[int, int]] | None = None

    async def next_look(self, database: Database) -> tuple[int, int]:
        """The epoch and the newest position a moment from now."""
        if self._next is None or self._next.done():
            self._next = asyncio.create_task(self._look(database))
        # Who gives up waiting takes the look from nobody else.
        return await asyncio.shield(self._next)

    async def _look(self, database: Database) -> tuple[int, int]:
        await asyncio.sleep(LOOK_SECONDS)
        return await head(database)


Asked = pb.ListEventsRequest | pb.AwaitEventsRequest


class EventLogServicer(grpc_stubs.EventLogServiceServicer):
    """Serves the log to siblings and integrators; the interceptor has checked who asks."""

    def __init__(self, service: str) -> None:
        self._service = service
        self._tail = Tail()

    async def ListEvents(
        self, request: pb.ListEventsRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.ListEventsResponse:
        """Numbered events after a position."""
        _check(request)
        # The head first: what is listed then is never beyond it by less than what exists.
        epoch, newest = await head(current().database)
        rows = await self._after(request)
        return pb.ListEventsResponse(
            events=[self._logged(row) for row in rows], head_position=_head_of(rows, newest), epoch=epoch
        )

    async def AwaitEvents(
        self, request: pb.AwaitEventsRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.AwaitEventsResponse:
        """The same, waiting for them while there are none."""
        _check(request)
        until = _end_of_waiting(request.wait_seconds)
        epoch, newest = await head(current().database)
        rows = await self._after(request)
        while not rows and asyncio.get_running_loop().time() < until:
            seen = newest
            epoch, newest = await self._tail.next_look(current().database)
            if newest != seen:
                rows = await self._after(request)
        return pb.AwaitEventsResponse(
            events=[self._logged(row) for row in rows], head_position=_head_of(rows, newest), epoch=epoch
        )

    async def _after(self, request: Asked) -> list[Record]:
        return await list_events(
            current().database,
            after=request.after_position,
            most=request.page_size or DEFAULT_PAGE,
            noun=request.noun,
        )

    def _logged(self, row: Record) -> pb.LoggedEvent:
        return pb.LoggedEvent(
            event_id=str(row["event_id"]),
            position=row["position"],
            previous_position=row["previous_position"],
            epoch=row["epoch"],
            cloud_event=render(self._service, row).decode(),
        )

    async def LocateEvent(
        self, request: pb.LocateEventRequest, context: "ServicerContext[Any, Any]"
    ) -> pb.LocateEventResponse:
        """Where one event stands."""
        event_id = parse_uuid(request.event_id, field_name="event_id")
        position, epoch = await locate(current().database, event_id)
        return pb.LocateEventResponse(position=position, epoch=epoch)


def _check(request: Asked) -> None:
    if request.page_size > MOST_PER_PAGE:
        text = f"at most {MOST_PER_PAGE}"
        raise InvalidArgumentError([Violation("page_size", f"最多 {MOST_PER_PAGE}", text)])
    if request.after_position > 2**31 - 1:
        raise InvalidArgumentError([Violation("after_position", "超出范围", "is out of range")])


def _head_of(rows: list[Record], newest: int) -> int:
    return max(newest, rows[-1]["position"] if rows else 0)


def _end_of_waiting(seconds: int) -> float:
    end = asyncio.get_running_loop().time() + seconds
    deadline = current().deadline
    # One look more is on its way when the time is over.
    return end if deadline is None else min(end, deadline - 2 * LOOK_SECONDS - RESERVE_SECONDS)
