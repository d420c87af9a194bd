import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import httpx2
import pytest

from chassis.errors import (
    AlreadyExistsError,
    ConflictError,
    EtagMismatchError,
    IdempotencyInFlightError,
    IdempotencyMismatchError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    ResourceExhaustedError,
    RulesError,
    ServiceError,
    StateError,
    UnavailableError,
    UnimplementedError,
)
from chassis.violations import Violation
from gateway.app import Gateway
from shuyuan.organization.v1 import reorganization_service_pb2, unit_pb2, unit_service_pb2
from shuyuan.rules.v1 import verdict_pb2
from tests.unit.gateway.conftest import client_of
from tests.unit.gateway.upstreams import FakeService

UNIT = "0192f0c1-2b7a-7cc3-8000-0123456789ab"
EVENT = "organization/0192f0c1-2b7a-7cc3-8000-0123456789ac"
PROBLEM = "application/problem+json"
BODY = {"reason": "合并"}
HEADERS = {"if-match": '"3"', "idempotency-key": "k-1"}


def unit() -> unit_service_pb2.GetUnitResponse:
    return unit_service_pb2.GetUnitResponse(unit=unit_pb2.Unit(unit_id=UNIT, name="求真书院", etag="3"))


class TestRead:
    async def test_answers_the_bare_resource_with_its_etag(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        service.answers["GetUnit"] = unit()

        answer = await client.get(f"/v1/units/{UNIT}")

        assert answer.status_code == 200
        assert answer.headers["etag"] == '"3"'
        assert answer.headers["content-type"] == "application/json"
        assert answer.json()["name"] == "求真书院"
        assert service.requests[0].unit_id == UNIT

    async def test_what_the_caller_has_is_not_sent_again(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        service.answers["GetUnit"] = unit()

        answer = await client.get(f"/v1/units/{UNIT}", headers={"if-none-match": '"2", W/"3"'})

        assert (answer.status_code, answer.content) == (304, b"")

    async def test_passes_on_who_asks_and_what_for(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        headers = {"traceparent": traceparent, "x-request-id": "r-1", "after-event": EVENT}

        await client.get(f"/v1/units/{UNIT}", headers=headers)

        sent = {name: service.metadata[name] for name in ("authorization", "accept-language", *headers)}
        assert sent == {"authorization": "Bearer good", "accept-language": "en", **headers}

    @pytest.mark.parametrize(
        ("proxies", "forwarded", "told"),
        [
            (0, [], "127.0.0.1"),
            (0, ["203.0.113.9"], "127.0.0.1"),
            (1, ["203.0.113.9"], "203.0.113.9"),
            (1, ["203.0.113.9, 198.51.100.7"], "198.51.100.7"),
            (1, ["203.0.113.9", "198.51.100.7"], "198.51.100.7"),
            (2, ["2001:db8::1, 198.51.100.7"], "2001:db8::1"),
            (1, [], "127.0.0.1"),
            (1, ["nobody at all"], "127.0.0.1"),
        ],
    )
    async def test_tells_from_where_as_the_outermost_of_our_own_proxies_saw_it(
        self,
        make_app: Callable[..., Gateway],
        service: FakeService,
        proxies: int,
        forwarded: list[str],
        told: str,
    ) -> None:
        headers = [("x-forwarded-for", each) for each in forwarded]
        async with client_of(make_app(http_proxies=proxies)) as client:
            await client.get(f"/v1/units/{UNIT}", headers=headers)

        assert service.metadata["x-forwarded-for"] == told

    async def test_tells_nothing_of_whoever_casts_a_secret_ballot(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        headers = {"x-request-id": "r-1", "x-forwarded-for": "203.0.113.9", "idempotency-key": "k-1"}
        answer = await client.post(f"/v1/elections/{UNIT}:castBallot", json={"slip": UNIT}, headers=headers)

        assert answer.status_code == 200
        assert set(service.metadata) - {"user-agent"} == {"accept-language"}

    async def test_reads_query_parameters(self, client: httpx2.AsyncClient, service: FakeService) -> None:
        answer = await client.get("/v1/units?pageSize=7&kind=KIND_BRANCH&asOf=2026-09-01&name=%E6%B1%82")

        assert answer.status_code == 200
        request = service.requests[0]
        assert (request.page_size, request.as_of, request.name) == (7, "2026-09-01", "求")

    @pytest.mark.parametrize(
        ("query", "pointer"),
        [
            ("pageSize=-1", "/pageSize"),
            ("pageSize=201", "/pageSize"),
            ("page_size=1", "/page_size"),
            ("kind=KIND_NONSENSE", "/kind"),
            ("asOf=20260901", "/asOf"),
            ("name=%00", "/name"),
            ("name=%FF", ""),
            ("x=" + "&x=" * 300, ""),
        ],
    )
    async def test_refuses_a_query_and_names_the_parameter(
        self, client: httpx2.AsyncClient, service: FakeService, query: str, pointer: str
    ) -> None:
        answer = await client.get(f"/v1/units?{query}")

        assert answer.status_code == 400
        assert (answer.json()["violations"][0]["in"], answer.json()["violations"][0]["pointer"]) == (
            "query",
            pointer,
        )
        assert service.calls == 0


class TestWrite:
    async def test_a_custom_verb_carries_its_headers(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        service.trailing = (("event-id", EVENT),)

        answer = await client.post(f"/v1/units/{UNIT}:dissolve", json=BODY, headers=HEADERS)

        assert answer.status_code == 200
        assert answer.headers["event-id"] == EVENT
        assert (service.metadata["if-match"], service.metadata["idempotency-key"]) == ('"3"', "k-1")
        assert (service.requests[0].unit_id, service.requests[0].reason) == (UNIT, "合并")

    async def test_an_update_without_if_match_is_refused(self, client: httpx2.AsyncClient) -> None:
        answer = await client.post(f"/v1/units/{UNIT}:dissolve", json=BODY)

        assert (answer.status_code, answer.json()["reason"]) == (428, "IF_MATCH_REQUIRED")

    async def test_every_violation_is_answered_with_its_place(self, client: httpx2.AsyncClient) -> None:
        answer = await client.post(
            f"/v1/units/{UNIT}:dissolve",
            json={"nonsense": 1},
            headers={"if-match": "3", "idempotency-key": "a b"},
        )

        places = {(violation["in"], violation["pointer"]) for violation in answer.json()["violations"]}
        assert places == {
            ("header", "/If-Match"),
            ("header", "/Idempotency-Key"),
            ("body", "/nonsense"),
            ("body", "/reason"),
        }

    async def test_a_body_that_is_not_json_by_its_own_word_is_refused(
        self, client: httpx2.AsyncClient
    ) -> None:
        answer = await client.post("/v1/units", content=b"{}", headers={"content-type": "text/plain"})

        assert (answer.status_code, answer.json()["reason"]) == (415, "MEDIA_TYPE_NOT_SUPPORTED")

    @pytest.mark.parametrize("is_announced", [True, False])
    async def test_a_body_that_is_too_large_is_refused(
        self, make_app: Callable[..., Gateway], is_announced: bool
    ) -> None:
        async def pieces() -> Any:
            for _ in range(4):
                yield b" " * 1000

        async with client_of(make_app(http_max_body_bytes=2000)) as client:
            content = b" " * 4000 if is_announced else pieces()
            answer = await client.post(
                "/v1/units", content=content, headers={"content-type": "application/json"}
            )

        assert (answer.status_code, answer.json()["reason"]) == (413, "BODY_TOO_LARGE")

    async def test_a_body_with_a_violation_found_by_the_service_points_into_the_body(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        found = [
            Violation("reason", "撤销原因不妥", "reason is unfit"),
            Violation("unit_id", "不妥", "unfit"),
        ]
        service.answers["DissolveUnit"] = InvalidArgumentError(found)

        answer = await client.post(f"/v1/units/{UNIT}:dissolve", json=BODY, headers=HEADERS)

        assert answer.json()["violations"] == [
            {"in": "body", "pointer": "/reason", "detail": "reason is unfit"},
            {"in": "path", "pointer": "/unitId", "detail": "unfit"},
        ]


class TestAddresses:
    @pytest.mark.parametrize(
        ("method", "path", "status"),
        [
            ("GET", "/v1/units/x", 404),
            ("GET", f"/v1/units/{UNIT.upper()}", 404),
            ("GET", f"/v1/units/{UNIT.replace('-', '')}", 404),
            ("GET", "/v1/units/x:dissolve", 405),
            ("POST", f"/v1/units/{UNIT}:unknown", 404),
            ("GET", "/v1/units/", 404),
            ("GET", "/v1/nothing", 404),
            ("GET", "/nothing", 404),
            ("GET", "/", 404),
            ("DELETE", "/v1/units", 405),
            ("HEAD", "/v1/units", 405),
            ("OPTIONS", "/v1/units", 405),
            ("GET", "/v1/nonsense/events", 404),
            ("GET", "/docs/static/..%2Fopenapi.json", 404),
            ("GET", "/docs/static/nothing", 404),
            ("POST", "/healthz", 405),
        ],
    )
    async def test_what_is_not_served_is_a_problem(
        self, client: httpx2.AsyncClient, method: str, path: str, status: int
    ) -> None:
        answer = await client.request(method, path)

        assert answer.status_code == status
        assert answer.headers["content-type"] == PROBLEM
        if status == 405:
            assert answer.headers["allow"]

    async def test_a_refused_verb_lists_the_others(self, client: httpx2.AsyncClient) -> None:
        answer = await client.put("/v1/units", json={})

        assert answer.headers["allow"] == "GET, POST"


class TestTokens:
    async def test_no_token_is_asked_for(self, client: httpx2.AsyncClient, service: FakeService) -> None:
        answer = await client.get("/v1/units", headers={"authorization": ""})

        assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")
        assert answer.headers["www-authenticate"] == 'Bearer realm="shuyuan"'
        assert service.calls == 0

    async def test_an_expired_token_is_told_from_a_bad_one(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/v1/units", headers={"authorization": "bearer expired"})

        assert (answer.status_code, answer.json()["reason"]) == (401, "TOKEN_EXPIRED")
        assert "invalid_token" in answer.headers["www-authenticate"]


CASES = [
    (InvalidArgumentError(), 400),
    (PermissionDeniedError(permission="organization.unit.read"), 403),
    (NotFoundError(), 404),
    (AlreadyExistsError(), 409),
    (ConflictError(), 409),
    (EtagMismatchError(seen=2, current=3), 412),
    (StateError(), 409),
    (IdempotencyMismatchError(), 422),
    (IdempotencyInFlightError(), 409),
    (ResourceExhaustedError(), 429),
    (UnimplementedError(), 503),
    (InternalError(), 500),
]


class TestFailures:
    @pytest.mark.parametrize(("error", "status"), CASES, ids=lambda value: getattr(value, "reason", value))
    async def test_a_category_has_its_status(
        self, client: httpx2.AsyncClient, service: FakeService, error: ServiceError, status: int
    ) -> None:
        service.answers["GetUnit"] = error

        answer = await client.get(f"/v1/units/{UNIT}")

        assert answer.status_code == status
        assert answer.headers["content-type"] == PROBLEM
        assert answer.json()["status"] == status
        assert answer.json()["reason"] == error.reason
        assert answer.json()["instance"] == f"/v1/units/{UNIT}"
        assert len(answer.json()["traceId"]) == 32

    async def test_rules_answer_their_verdicts(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        verdict = verdict_pb2.Verdict(
            rule_id="BR-03", severity=verdict_pb2.SEVERITY_BLOCK, seen="2", needed="3"
        )
        service.answers["EstablishUnit"] = RulesError([verdict])
        body = {"parentUnitId": UNIT, "unit": {"name": "甲", "kind": "KIND_BRANCH"}}

        answer = await client.post("/v1/units", json=body)

        assert answer.status_code == 422, answer.text
        assert answer.json()["verdicts"][0]["ruleId"] == "BR-03"

    async def test_speaks_the_language_asked_for(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        service.answers["GetUnit"] = PermissionDeniedError(permission="p")

        english = await client.get(f"/v1/units/{UNIT}")
        chinese = await client.get(f"/v1/units/{UNIT}", headers={"accept-language": "zh"})

        assert (english.json()["title"], english.headers["content-language"]) == ("Not permitted", "en")
        assert chinese.json()["detail"] == "您没有执行此操作的权限（p）。"

    async def test_a_defect_of_a_service_says_nothing_of_itself(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        async def fail(request: Any, context: Any) -> Any:
            raise RuntimeError("SELECT secret")

        service.answers["GetUnit"] = fail

        answer = await client.get(f"/v1/units/{UNIT}")

        assert answer.status_code == 500
        assert "secret" not in answer.text

    async def test_a_slow_service_is_not_waited_for(
        self, make_app: Callable[..., Gateway], service: FakeService
    ) -> None:
        async def wait(request: Any, context: Any) -> Any:
            await asyncio.Event().wait()

        service.answers["GetUnit"] = wait

        async with client_of(make_app(http_request_seconds=0.2)) as client:
            answer = await client.get(f"/v1/units/{UNIT}")

        assert (answer.status_code, answer.json()["reason"]) == (504, "DEADLINE_EXCEEDED")

    async def test_a_body_that_never_ends_keeps_nobody_elses_place(
        self, make_app: Callable[..., Gateway], service: FakeService
    ) -> None:
        async def stalled() -> AsyncIterator[bytes]:
            yield b"{"
            await asyncio.Event().wait()

        async with client_of(make_app(http_request_seconds=0.2)) as client:
            async with asyncio.timeout(10):
                answer = await client.post(
                    "/v1/units", content=stalled(), headers={"content-type": "application/json"}
                )

        assert (answer.status_code, answer.json()["reason"]) == (504, "DEADLINE_EXCEEDED")
        assert service.calls == 0

    async def test_what_is_about_many_resources_may_take_longer(
        self, make_app: Callable[..., Gateway], service: FakeService
    ) -> None:
        left: list[float] = []

        async def tell(request: Any, context: Any) -> Any:
            left.append(context.time_remaining())
            return reorganization_service_pb2.SimulateReorganizationResponse()

        service.answers["SimulateReorganization"] = tell

        async with client_of(make_app(http_request_seconds=2.0, http_file_seconds=20.0)) as client:
            answer = await client.post(f"/v1/reorganizations/{UNIT}:simulate", json={})

        assert answer.status_code == 200, answer.text
        assert 2.0 < left[0] <= 20.0

    async def test_a_read_is_asked_again_when_a_service_restarts(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        async def once(request: Any, context: Any) -> Any:
            if service.calls == 1:
                await context.abort(grpc.StatusCode.CANCELLED, "")
            return unit()

        service.answers["GetUnit"] = once

        assert (await client.get(f"/v1/units/{UNIT}")).status_code == 200

    async def test_a_write_is_never_asked_again(
        self, client: httpx2.AsyncClient, service: FakeService
    ) -> None:
        service.answers["DissolveUnit"] = UnavailableError()

        answer = await client.post(f"/v1/units/{UNIT}:dissolve", json=BODY, headers=HEADERS)

        assert (answer.status_code, answer.headers["retry-after"], service.calls) == (503, "1", 1)

    async def test_too_many_at_once_are_refused(
        self, make_app: Callable[..., Gateway], service: FakeService
    ) -> None:
        async with client_of(app := make_app(http_max_concurrent=1)) as client:

            async def ask_again(request: Any, context: Any) -> Any:
                inner.append(await client.get(f"/v1/units/{UNIT}"))
                inner.append(await client.get("/healthz"))
                return unit()

            inner: list[httpx2.Response] = []
            service.answers["GetUnit"] = ask_again
            outer = await client.get(f"/v1/units/{UNIT}")

        assert app is not None
        assert [outer.status_code, *(answer.status_code for answer in inner)] == [200, 429, 200]


class TestSilentService:
    async def test_is_left_alone_and_the_others_are_not_touched(
        self, make_app: Callable[..., Gateway], service: FakeService
    ) -> None:
        async def wait(request: Any, context: Any) -> Any:
            await asyncio.Event().wait()

        service.answers["GetUnit"] = wait

        async with client_of(make_app(http_request_seconds=0.05)) as client:
            answers = [await client.get(f"/v1/units/{UNIT}") for _ in range(6)]
            other = await client.get("/v1/members")

        assert [answer.status_code for answer in answers] == [504] * 5 + [503]
        assert answers[-1].headers["retry-after"] == "1"
        assert other.status_code == 200
