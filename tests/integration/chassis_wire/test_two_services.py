"""Two real services, a broker and an issuer: what one announces, the other authorizes by within a second."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.message import Message

from chassis.calls import ServiceContext, system_call
from chassis.events import Event
from chassis.ids import new_id, number_key
from chassis.runtime import Service
from chassis.serving import Serving
from shuyuan.membership.v1 import account_pb2
from shuyuan.membership.v1 import events_pb2 as membership_events
from shuyuan.organization.v1 import events_pb2 as organization_events
from shuyuan.organization.v1 import grant_pb2, role_pb2, unit_pb2
from tests.integration.chassis_storage.conftest import MIGRATIONS
from tests.integration.chassis_wire import lamps
from tests.integration.chassis_wire.issuer import NAME, TestIssuer
from tests.integration.chassis_wire.lamps import LampServicer, lamp, method
from tests.integration.chassis_wire.test_server import KEY, settings_for
from tests.support.broker import NatsServer
from tests.support.databases import DatabaseServer

ROLES = {"ROLE_BRANCH_SECRETARY": ("lamps.lamp.dim",)}


@dataclass
class Running:
    """A service in this process."""

    serving: Serving
    context: ServiceContext
    task: "asyncio.Task[int]"

    @property
    def port(self) -> int:
        assert self.serving.server is not None
        return self.serving.server.port

    async def announce(self, resource_id: UUID, version: int, data: Message) -> UUID:
        """Commit one event, as an operation would."""
        call = system_call(self.context, "test")
        async with call.transaction() as work:
            work.emit(Event(resource_id, version, data))
        assert call.last_event_id is not None
        return call.last_event_id


@dataclass
class Pair:
    """Organization and membership as far as the frame makes them, and the activity service that copies both."""

    organization: Running
    membership: Running
    activity: Running
    issuer: TestIssuer
    channel: grpc.aio.Channel

    async def dims(self, unit: UUID, **metadata: str) -> str:
        """The status of dimming a lamp of the unit as the keeper."""
        sent = {key.replace("_", "-"): value for key, value in metadata.items()}
        sent["authorization"] = f"Bearer {self.issuer.sign('keeper')}"
        try:
            await method(self.channel, "PutLamp")(lamp(unit), metadata=tuple(sent.items()), timeout=10)
        except grpc.aio.AioRpcError as error:
            return error.code().name
        return "OK"


async def run(name: str, url: str, issuer: TestIssuer, nats_url: str, **targets: str) -> Running:
    settings = settings_for(url, issuer, nats_url=nats_url, client_id=name, log_level="warning", **targets)
    service = Service(name, settings, [(lamps.add_to_server, LampServicer())], migrations=MIGRATIONS)
    serving = Serving(service)
    task = asyncio.create_task(serving.run())
    context = await serving.started()
    context.control.roles = ROLES
    return Running(serving, context, task)


@pytest.fixture
async def pair(postgres: DatabaseServer, migrated_wire: str, own_nats: NatsServer) -> AsyncIterator[Pair]:
    issuer = TestIssuer()
    await issuer.start()
    urls = [postgres.create_database("pair", template=migrated_wire) for _ in range(3)]
    organization = await run("organization", urls[0], issuer, own_nats.url)
    membership = await run("membership", urls[1], issuer, own_nats.url)
    activity = await run(
        "activity",
        urls[2],
        issuer,
        own_nats.url,
        organization_target=f"127.0.0.1:{organization.port}",
        membership_target=f"127.0.0.1:{membership.port}",
    )
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{activity.port}")
    yield Pair(organization, membership, activity, issuer, channel)
    await channel.close()
    for running in (activity, membership, organization):
        running.serving.stop()
        assert await running.task == 0
    await issuer.stop()


class Told:
    """A unit, an account and a grant, announced by their owners."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self.unit, self.person, self.grant = new_id(), new_id(), new_id()
        self.versions = 0

    async def the_unit(self) -> UUID:
        unit = unit_pb2.Unit(unit_id=str(self.unit), established_on="2000-01-01")
        data = organization_events.UnitEstablished(unit=unit)
        return await self.pair.organization.announce(self.unit, 1, data)

    async def the_account(self) -> UUID:
        account = account_pb2.Account(
            account_id=str(new_id()),
            person_id=str(self.person),
            issuer=NAME,
            number_key=number_key(KEY, NAME, "keeper"),
            active=True,
        )
        data = membership_events.AccountOpened(account=account)
        return await self.pair.membership.announce(self.person, 1, data)

    async def the_grant(self, *, revoked: bool = False) -> UUID:
        self.versions += 1
        grant = grant_pb2.Grant(
            grant_id=str(self.grant),
            person_id=str(self.person),
            unit_id=str(self.unit),
            role=role_pb2.ROLE_BRANCH_SECRETARY,
            valid_from="2000-01-01",
            revoked=revoked,
        )
        kind: Any = organization_events.GrantRevoked if revoked else organization_events.GrantGiven
        return await self.pair.organization.announce(self.grant, self.versions, kind(grant=grant))


@pytest.fixture
def told(pair: Pair) -> Told:
    return Told(pair)


async def test_who_waits_for_an_event_reads_what_it_brought(pair: Pair, told: Told) -> None:
    assert await pair.dims(told.unit) == "PERMISSION_DENIED"

    await told.the_unit()
    account = await told.the_account()
    grant = await told.the_grant()

    assert await pair.dims(told.unit, after_event=f"membership/{account}") != "UNAVAILABLE"
    assert await pair.dims(told.unit, after_event=f"organization/{grant}") == "OK"


async def test_a_revocation_holds_within_a_second(pair: Pair, told: Told) -> None:
    await told.the_unit()
    account = await told.the_account()
    grant = await told.the_grant()
    await pair.dims(told.unit, after_event=f"membership/{account}")
    assert await pair.dims(told.unit, after_event=f"organization/{grant}") == "OK"

    await told.the_grant(revoked=True)
    began = time.monotonic()
    while await pair.dims(told.unit) == "OK":
        pass

    # Three times the number of the design: machines of tests are shared.
    assert time.monotonic() - began < 3.0


async def test_without_a_broker_events_still_arrive(pair: Pair, told: Told, own_nats: NatsServer) -> None:
    own_nats.kill()

    await told.the_unit()
    account = await told.the_account()
    grant = await told.the_grant()

    async def seen() -> bool:
        await pair.dims(told.unit, after_event=f"membership/{account}")
        return await pair.dims(told.unit, after_event=f"organization/{grant}") == "OK"

    async with asyncio.timeout(10):
        while not await seen():
            pass
    own_nats.start()


async def test_a_burst_is_applied_whole(pair: Pair, told: Told) -> None:
    call = system_call(pair.organization.context, "test")
    units = [new_id() for _ in range(300)]
    async with call.transaction() as work:
        for unit in units:
            message = unit_pb2.Unit(unit_id=str(unit), established_on="2000-01-01")
            work.emit(Event(unit, 1, organization_events.UnitEstablished(unit=message)))
    last = call.last_event_id

    async with asyncio.timeout(20):
        while await pair.dims(units[-1], after_event=f"organization/{last}") == "UNAVAILABLE":
            pass

    root = await pair.activity.context.control.root()
    assert root == min(units)
