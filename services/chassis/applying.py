"""Applying events of one source: a batch in one transaction, and what to do with the one that cannot be.

A batch that fails is done again event by event. What fails for a passing reason is raised, so that the
follower waits and tries again; anything else is a poison event: it parks its resource, and others go on.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import UUID

import structlog

from chassis import calls, copy_store, metrics, received
from chassis.calls import ServiceContext
from chassis.copy_store import Watermark
from chassis.database import RETRYABLE
from chassis.logs import failure
from chassis.received import UnreadableEventError
from chassis.wire_errors import classify

if TYPE_CHECKING:
    from chassis.copies import Copy
    from chassis.database import UnitOfWork

log = structlog.get_logger()

Document = Mapping[str, Any]
_PASSING = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "ABORTED", "RESOURCE_EXHAUSTED")


class OvertakenError(Exception):
    """Somebody else has moved the watermark: read it again and go on from there."""


def is_passing(error: BaseException) -> bool:
    """Whether the same event may well be applied in a moment."""
    if isinstance(error, RETRYABLE):
        return True
    known = classify(error)
    return known is not None and known.status in _PASSING


class Applier:
    """Applies documents of one source for a service."""

    def __init__(self, context: ServiceContext, source: str, rows: Sequence["Copy"]) -> None:
        self._context = context
        self.source = source
        self._rows = rows
        self._handlers: dict[str, list[Copy]] = {}
        for row in rows:
            self._handlers.setdefault(row.noun, []).append(row)

    async def apply(self, since: Watermark, documents: Sequence[Document]) -> Watermark:
        """Apply documents that follow `since` without a hole; answers the new watermark."""
        if not documents:
            return since
        try:
            return await self._apply_together(since, documents)
        except OvertakenError:
            raise
        except Exception as error:
            if is_passing(error):
                raise
            log.info("copy.batch_split", source=self.source, events=len(documents), **failure(error))
        mark = since
        for document in documents:
            mark = await self._apply_alone(mark, document)
        return mark

    async def _apply_together(self, since: Watermark, documents: Sequence[Document]) -> Watermark:
        async with self._call(documents).transaction() as work:
            await self._claim(work, since)
            subjects = {_subject(document) for document in documents}
            parked = await copy_store.parked_among(work, self.source, subjects)
            for document in documents:
                if _subject(document) in parked:
                    await self._park(work, document, "behind a parked event")
                else:
                    await self._handle(work, document)
            mark = Watermark(since.epoch, documents[-1]["position"])
            await copy_store.move(work, self.source, mark)
        self._count(documents)
        return mark

    async def _apply_alone(self, since: Watermark, document: Document) -> Watermark:
        try:
            return await self._apply_together(since, [document])
        except OvertakenError:
            raise
        except Exception as error:
            if is_passing(error):
                raise
            return await self._set_aside(since, document, error)

    async def _set_aside(self, since: Watermark, document: Document, error: Exception) -> Watermark:
        details = failure(error)
        log.error(
            "copy.event_parked", source=self.source, event_id=document["id"], type=document["type"], **details
        )
        mark = Watermark(since.epoch, document["position"])
        async with self._call([document]).transaction() as work:
            await self._claim(work, since)
            await self._park(work, document, f"{details['error']} at {details['where']}"[:2000])
            await copy_store.move(work, self.source, mark)
        metrics.copy_parked.labels(self.source).set(
            await copy_store.count_parked(self._context.database, self.source)
        )
        return mark

    async def begin_again(self, since: Watermark, epoch: int) -> Watermark:
        """Empty the copies of the source, because its log has begun a new life; all of it will be applied."""
        mark = Watermark(epoch, 0)
        async with self._call([]).transaction() as work:
            await self._claim(work, since)
            for row in self._rows:
                if row.reset is not None:
                    await row.reset(work)
            await copy_store.clear(work, self.source)
            await copy_store.move(work, self.source, mark)
        return mark

    async def replay(self, resource_id: UUID) -> tuple[int, bool]:
        """Apply the waiting events of a resource, oldest first; answers how many, and whether none is left."""
        done = 0
        while True:
            event_id: UUID | None = None
            try:
                async with self._call([]).transaction() as work:
                    await copy_store.lock(work, self.source)
                    row = await copy_store.oldest_parked(work, self.source, resource_id)
                    if row is None:
                        return done, True
                    event_id = row["event_id"]
                    await self._handle(work, row["document"])
                    await copy_store.drop(work, row["event_id"])
            except Exception as error:
                if event_id is None or is_passing(error):
                    raise
                await self._note_failure(event_id, error)
                return done, False
            done += 1

    async def _note_failure(self, event_id: UUID, error: Exception) -> None:
        details = failure(error)
        log.error("copy.replay_failed", source=self.source, event_id=str(event_id), **details)
        async with self._call([]).transaction() as work:
            await copy_store.failed_again(work, event_id, f"{details['error']} at {details['where']}"[:2000])

    def _call(self, documents: Sequence[Document]) -> calls.Call:
        # What a batch announces belongs to no single request; one event alone hands its trace on.
        traceparent = documents[0].get("traceparent") if len(documents) == 1 else None
        call = calls.system_call(self._context, f"copies/{self.source}", traceparent=traceparent)
        calls.enter(call)
        return call

    async def _claim(self, work: "UnitOfWork", since: Watermark) -> None:
        if await copy_store.lock(work, self.source) != since:
            raise OvertakenError()

    async def _handle(self, work: "UnitOfWork", document: Document) -> None:
        event = received.read(document, self._handlers)
        for row in self._handlers.get(event.noun, ()):
            await row.handler(work, event)

    async def _park(self, work: "UnitOfWork", document: Document, reason: str) -> None:
        try:
            noun = received.read(document, self._handlers).noun
        except UnreadableEventError:
            noun = ""
        await copy_store.park(work, self.source, noun, document, reason)

    def _count(self, documents: Sequence[Document]) -> None:
        metrics.copy_applied.labels(self.source).inc(len(documents))
        try:
            happened = received.read(documents[-1], self._handlers).time
        except UnreadableEventError:
            return
        lag = self._context.clock.now() - happened
        metrics.copy_lag_seconds.labels(self.source).observe(max(0.0, lag.total_seconds()))


def _subject(document: Document) -> UUID:
    return UUID(document["subject"])
