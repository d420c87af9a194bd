"""A gateway in this process, in front of a fake service that speaks real gRPC."""

import functools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

import grpc
import httpx2
import pytest
import pytest_asyncio

from chassis.errors import UnauthenticatedError
from chassis.settings import SERVICES
from chassis.tokens import Claims, TokenExpiredError
from gateway.app import Gateway
from gateway.server import assemble
from gateway.settings import GatewaySettings
from gateway.upstream import Upstream, connect
from tests.unit.gateway.upstreams import FakeService


class FakeVerifier:
    """Takes the token `good`; calls one `expired`."""

    async def verify(self, token: str) -> Claims:
        """Decide by the word."""
        if token == "expired":
            raise TokenExpiredError()
        if token != "good":
            raise UnauthenticatedError()
        return Claims("issuer", "subject", 0.0)


@dataclass(frozen=True)
class Targets:
    """Every service at one address."""

    address: str

    def target(self, service: str) -> str:
        """The address."""
        return self.address


def _gateway(upstreams: dict[str, Upstream], **settings: object) -> Gateway:
    chosen = GatewaySettings(environment="test", **settings)  # type: ignore[arg-type]
    return assemble(chosen, FakeVerifier(), upstreams, lambda: {"key_set": True})


@asynccontextmanager
async def _channels_to(service: FakeService) -> AsyncIterator[dict[str, Upstream]]:
    server = grpc.aio.server(handlers=[service])
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    made = connect(Targets(f"127.0.0.1:{port}"), SERVICES)
    yield made
    for upstream in made.values():
        await upstream.close()
    await server.stop(0)


@pytest.fixture(scope="session")
def lasting_service() -> FakeService:
    """The fake service of all tests; they take it by `service`."""
    return FakeService()


@pytest.fixture
def service(lasting_service: FakeService) -> FakeService:
    """A fake service with no answers set yet."""
    lasting_service.forget()
    return lasting_service


@pytest_asyncio.fixture
async def upstreams(service: FakeService) -> AsyncIterator[dict[str, Upstream]]:
    """Channels to the fake service under the name of every service."""
    async with _channels_to(service) as made:
        yield made


MakeClient = Callable[..., httpx2.AsyncClient]


@pytest.fixture
def make_app(upstreams: dict[str, Upstream]) -> Callable[..., Gateway]:
    """Make a gateway with some settings."""
    return functools.partial(_gateway, upstreams)


@pytest_asyncio.fixture(scope="session")
async def ordinary_app(lasting_service: FakeService) -> AsyncIterator[Gateway]:
    """A gateway with ordinary settings, made once: it has a route for every RPC."""
    async with _channels_to(lasting_service) as upstreams:
        yield _gateway(upstreams)


def client_of(app: Gateway, **headers: str) -> httpx2.AsyncClient:
    """A client inside this process; its token is good."""
    return httpx2.AsyncClient(
        transport=httpx2.ASGITransport(app=app),
        base_url="http://gateway",
        headers={"authorization": "Bearer good", "accept-language": "en", **headers},
    )


@pytest_asyncio.fixture
async def client(ordinary_app: Gateway, service: FakeService) -> AsyncIterator[httpx2.AsyncClient]:
    """A client of a gateway with ordinary settings."""
    del service
    async with client_of(ordinary_app) as made:
        yield made
