"""The calls that the gateway serves itself, by asking the services."""

from typing import Any

import httpx2
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.errors import StateError
from chassis.settings import SERVICES
from shuyuan.clock.v1 import clock_service_pb2
from shuyuan.events.v1 import event_log_service_pb2
from shuyuan.processes.v1 import process_service_pb2
from tests.unit.gateway.upstreams import FakeService

UNIT = "0192f0c1-2b7a-7cc3-8000-0123456789ab"


class TestComposed:
    async def test_lists_the_events_of_a_service(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        event = event_log_service_pb2.LoggedEvent(event_id=UNIT, position=1, cloud_event='{"id": "x"}')
        service.answers["ListEvents"] = event_log_service_pb2.ListEventsResponse(
            events=[event], head_position=1
        )

        answer = await client.get("/v1/organization/events?afterPosition=0&noun=unit")

        assert answer.json()["events"][0]["cloudEvent"] == {"id": "x"}
        assert service.requests[0].noun == "unit"

    async def test_moves_every_clock(self, client: httpx2.AsyncClient, service: FakeService) -> None:
        service.answers["AdvanceClock"] = clock_service_pb2.AdvanceClockResponse(
            now_time=Timestamp(seconds=0), today="1970-01-01"
        )

        answer = await client.post("/v1/clock:advance", json={"toTime": "2026-09-01T00:00:00Z"})

        assert answer.json()["today"] == "1970-01-01"
        assert [clock["service"] for clock in answer.json()["services"]] == [
            "organization",
            "membership",
            "activity",
            "evaluation",
        ]
        assert service.calls == 4

    async def test_a_clock_that_cannot_be_moved_is_said(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        service.answers["AdvanceClock"] = StateError()

        answer = await client.post("/v1/clock:advance", json={"toTime": "2026-09-01T00:00:00Z"})

        assert answer.status_code == 409


class TestProcesses:
    async def test_lists_those_of_every_service_one_after_the_other(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        async def pages(request: Any, context: Any) -> Any:
            process = process_service_pb2.Process(process_id=UNIT)
            more = "" if request.page_token else "inner"
            return process_service_pb2.ListProcessesResponse(processes=[process], next_page_token=more)

        service.answers["ListProcesses"] = pages
        seen, token = [], ""
        while True:
            answer = (await client.get("/v1/processes", params={"pageSize": 3, "pageToken": token})).json()
            seen += [item["service"] for item in answer["processes"]]
            token = answer["nextPageToken"]
            if not token:
                break

        assert seen == [name for name in SERVICES for _ in range(2)]

    async def test_a_token_of_another_list_is_refused(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/v1/processes?pageToken=x")

        assert answer.json()["violations"][0]["pointer"] == "/pageToken"

    async def test_resumes_one_at_its_service(self, client: httpx2.AsyncClient, service: FakeService) -> None:
        service.answers["ResumeProcess"] = process_service_pb2.ResumeProcessResponse(
            process=process_service_pb2.Process(process_id=UNIT)
        )

        answer = await client.post(f"/v1/membership/processes/{UNIT}:resume")

        assert answer.json()["processId"] == UNIT
        assert service.requests[0].process_id == UNIT
