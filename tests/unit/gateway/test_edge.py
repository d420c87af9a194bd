from collections.abc import Callable

import httpx2
import pytest

from gateway.app import Gateway
from gateway.settings import GatewaySettings
from tests.unit.gateway.conftest import client_of
from tests.unit.gateway.upstreams import FakeService

PORTAL = "https://portal.example.edu"
ASK = {"access-control-request-method": "POST", "access-control-request-headers": "authorization"}


class TestPages:
    @pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"])
    async def test_is_answered_without_a_token(self, client: httpx2.AsyncClient, path: str) -> None:
        assert (await client.get(path, headers={"authorization": ""})).status_code == 200

    async def test_the_docs_page_needs_no_internet(self, client: httpx2.AsyncClient) -> None:
        page = (await client.get("/docs")).text
        links = [part.split('"')[0] for part in page.split('src="')[1:] + page.split('href="')[1:]]

        answers = [await client.get(link) for link in links]

        assert "://" not in page
        assert len(links) == 4
        assert {answer.status_code for answer in answers} == {200}

    async def test_metrics_name_the_operations(self, client: httpx2.AsyncClient) -> None:
        await client.get("/v1/units")

        assert (
            'shuyuan_http_seconds_count{operation="organization_listUnits"'
            in (await client.get("/metrics")).text
        )


class TestOrigins:
    async def test_a_listed_page_may_ask(self, make_app: Callable[..., Gateway]) -> None:
        async with client_of(make_app(cors_origins=PORTAL)) as client:
            preflight = await client.options("/v1/units", headers={"origin": PORTAL, **ASK})
            answer = await client.get("/v1/units", headers={"origin": PORTAL})

        assert preflight.status_code == 204
        assert "Idempotency-Key" in preflight.headers["access-control-allow-headers"]
        assert answer.headers["access-control-allow-origin"] == PORTAL
        assert "ETag" in answer.headers["access-control-expose-headers"]

    async def test_another_page_may_not(self, make_app: Callable[..., Gateway]) -> None:
        async with client_of(make_app(cors_origins=PORTAL)) as client:
            preflight = await client.options("/v1/units", headers={"origin": "https://evil.example", **ASK})
            answer = await client.get("/v1/units", headers={"origin": "https://evil.example"})

        assert preflight.status_code == 403
        assert "access-control-allow-origin" not in answer.headers

    @pytest.mark.parametrize("origins", ["*", "https://*.example.edu", "portal.example.edu", PORTAL + "/"])
    def test_only_exact_origins_can_be_set(self, origins: str) -> None:
        with pytest.raises(ValueError, match="no exact origin"):
            GatewaySettings(cors_origins=origins)


class TestEveryAnswer:
    @pytest.mark.parametrize("path", ["/v1/units", "/nothing", "/healthz", "/docs"])
    async def test_has_the_common_headers(self, client: httpx2.AsyncClient, path: str) -> None:
        answer = await client.get(path, headers={"x-request-id": "r-7"})

        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["x-request-id"] == "r-7"

    async def test_a_wild_request_id_is_replaced(self, client: httpx2.AsyncClient) -> None:
        answer = await client.get("/healthz", headers={"x-request-id": "a b\tc"})

        assert len(answer.headers["x-request-id"]) == 16

    async def test_a_defect_of_the_gateway_is_a_problem(
        self, client: httpx2.AsyncClient, service: FakeService, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail(*_: object) -> bytes:
            raise RuntimeError("secret")

        monkeypatch.setattr("gateway.pages.generate_latest", fail)

        answer = await client.get("/metrics")

        assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
        assert "secret" not in answer.text
