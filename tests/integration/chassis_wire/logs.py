"""A source of events for the tests: an ordered log that can be heard in any order, several times, or not at all."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import orjson

from chassis.errors import UnavailableError
from chassis.eventlog import EventNotFoundError
from shuyuan.events.v1 import event_log_service_pb2 as pb


class Source:
    """Lamps that are lit to a brightness; each event carries the lamp after it."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.epoch = 1
        self.documents: list[dict[str, Any]] = []
        self.versions: dict[UUID, int] = {}
        self.asked = 0
        self.away = False

    def light(self, lamp: UUID, brightness: int | str) -> dict[str, Any]:
        """Announce that a lamp is lit; the document is in the log from now on."""
        version = self.versions[lamp] = self.versions.get(lamp, 0) + 1
        document = {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": self.name,
            "type": "tests.lamps.v1.LampLit",
            "subject": str(lamp),
            "time": "2026-01-01T00:00:00Z",
            "position": len(self.documents) + 1,
            "previousposition": len(self.documents),
            "epoch": self.epoch,
            "resourceversion": version,
            "data": {"lamp": {"lampId": str(lamp), "brightness": brightness}},
        }
        self.documents.append(document)
        return document

    def truth(self) -> dict[UUID, tuple[int, int]]:
        """What the copy must hold in the end: brightness and version of each lamp."""
        return {
            UUID(each["subject"]): (each["data"]["lamp"]["brightness"], each["resourceversion"])
            for each in self.documents
        }

    def messages(self) -> Iterator[tuple[str, bytes]]:
        """Every event as the broker would deliver it."""
        for document in self.documents:
            yield self.message(document)

    def message(self, document: dict[str, Any]) -> tuple[str, bytes]:
        """One event as the broker would deliver it."""
        return f"shuyuan.{self.name}.v1.lamp.lit", orjson.dumps(document)

    async def ListEvents(self, request: pb.ListEventsRequest) -> pb.ListEventsResponse:
        """The log as its owner serves it."""
        self.asked += 1
        self._must_be_there()
        after, size = request.after_position, request.page_size or 100
        page = self.documents[after : after + size]
        return pb.ListEventsResponse(
            events=[
                pb.LoggedEvent(
                    event_id=each["id"],
                    position=each["position"],
                    epoch=each["epoch"],
                    cloud_event=orjson.dumps(each).decode(),
                )
                for each in page
            ],
            head_position=len(self.documents),
            epoch=self.epoch,
        )

    async def LocateEvent(self, request: pb.LocateEventRequest) -> pb.LocateEventResponse:
        """Where one event stands."""
        self._must_be_there()
        for each in self.documents:
            if each["id"] == request.event_id:
                return pb.LocateEventResponse(position=each["position"], epoch=each["epoch"])
        raise EventNotFoundError(event_id=request.event_id)

    def _must_be_there(self) -> None:
        if self.away:
            raise UnavailableError(needed=self.name)
