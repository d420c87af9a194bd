"""What every call meets between the socket and the servicer, on a real service with a real database."""

import asyncio
import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import asyncpg
import grpc
import httpx2
import pytest
from google.rpc import error_details_pb2, status_pb2

from chassis.access import put_account, put_grant, replace_edges
from chassis.calls import answer, current, system_call
from chassis.grpc_server import PortTakenError
from chassis.ids import new_id, number_key
from chassis.runtime import Service
from chassis.serving import Serving
from chassis.settings import Settings
from tests.integration.chassis_storage.conftest import MIGRATIONS
from tests.integration.chassis_wire import lamps
from tests.integration.chassis_wire.conftest import ROLES
from tests.integration.chassis_wire.issuer import NAME, TestIssuer
from tests.integration.chassis_wire.lamps import LampServicer, lamp, method
from tests.support.broker import NatsServer

KEY = b"0123456789abcdef"
EVER = date(2000, 1, 1)


@dataclass
class House:
    """A running service of lamps with a university of two units and a keeper of the first."""

    serving: Serving
    servicer: LampServicer
    issuer: TestIssuer
    channel: grpc.aio.Channel
    running: "asyncio.Task[int]"
    root: Any = field(default_factory=new_id)
    unit: Any = field(default_factory=new_id)
    keeper: Any = field(default_factory=new_id)

    async def call(self, name: str, request: Any = None, *, token: str | None = "", **metadata: str) -> Any:
        """Call as the keeper, as whoever the token names, or (None) as nobody."""
        sent = {key.replace("_", "-"): value for key, value in metadata.items()}
        if token is not None:
            sent["authorization"] = f"Bearer {token or self.issuer.sign('keeper')}"
        request = lamp() if request is None else request
        return await method(self.channel, name)(request, metadata=tuple(sent.items()), timeout=10)

    async def fails(self, name: str, request: Any = None, **more: Any) -> tuple[str, str, status_pb2.Status]:
        """The status, reason and details of a call that must fail."""
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await self.call(name, request, **more)
        return told(raised.value)


def told(error: grpc.aio.AioRpcError) -> tuple[str, str, status_pb2.Status]:
    trailing = dict(error.trailing_metadata() or ())
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    info = error_details_pb2.ErrorInfo()
    status.details[0].Unpack(info)
    assert info.domain == "lamps.shuyuan"
    return error.code().name, info.reason, status


@pytest.fixture
async def issuer() -> AsyncIterator[TestIssuer]:
    issuer = TestIssuer()
    await issuer.start()
    yield issuer
    await issuer.stop()


def settings_for(url: str, issuer: TestIssuer, **more: Any) -> Settings:
    values: dict[str, Any] = {
        "environment": "test",
        "database_url": url,
        "issuer": NAME,
        "jwks_url": issuer.url,
        "token_url": issuer.url,
        "client_id": "lamps",
        "identity_key": base64.b64encode(KEY).decode(),
        "drain_seconds": 0.01,
        "log_level": "warning",
        **more,
    }
    return Settings(**values)


@pytest.fixture
async def house(database_url: str, issuer: TestIssuer) -> AsyncIterator[House]:
    servicer = LampServicer()
    settings = settings_for(database_url, issuer)
    service = Service("lamps", settings, [(lamps.add_to_server, servicer)], migrations=MIGRATIONS)
    serving = Serving(service)
    running = asyncio.create_task(serving.run())
    context = await serving.started()
    context.control.roles = ROLES
    assert serving.server is not None
    channel = grpc.aio.insecure_channel(f"127.0.0.1:{serving.server.port}")
    house = House(serving, servicer, issuer, channel, running)
    async with system_call(context, "test").transaction() as work:
        await replace_edges(work, house.root, [])
        await replace_edges(work, house.unit, [(house.root, EVER, None)])
        await put_account(work, NAME, number_key(KEY, NAME, "keeper"), house.keeper, True)
        await put_grant(work, new_id(), house.keeper, "ROLE_KEEPER", house.unit, EVER, None, False)
    yield house
    await channel.close()
    serving.stop()
    assert await running == 0


class TestParsing:
    async def test_malformed_bytes_are_an_invalid_argument(self, house: House) -> None:
        call = method(house.channel, "AskOwnLamp", raw=True)

        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await call(
                b"\xff\xff\xff", metadata=(("authorization", f"Bearer {house.issuer.sign('keeper')}"),)
            )

        assert told(raised.value)[:2] == ("INVALID_ARGUMENT", "MESSAGE_MALFORMED")

    async def test_a_broken_field_rule_names_the_field(self, house: House) -> None:
        code, reason, status = await house.fails("AskOwnLamp", lamp(note="x" * 41))

        bad = error_details_pb2.BadRequest()
        assert any(detail.Unpack(bad) for detail in status.details)
        assert (code, reason) == ("INVALID_ARGUMENT", "INVALID_ARGUMENT")
        assert bad.field_violations[0].field == "note"

    async def test_people_are_told_in_both_languages(self, house: House) -> None:
        _, _, status = await house.fails("AskOwnLamp", token=None)

        said = {}
        for detail in status.details:
            local = error_details_pb2.LocalizedMessage()
            if detail.Unpack(local):
                said[local.locale] = local.message
        assert said == {"zh-CN": "请先登录。", "en": "Sign in first."}


class TestWhoCalls:
    async def test_nobody_is_refused_but_where_it_is_public(self, house: House) -> None:
        assert (await house.fails("AskOwnLamp", token=None))[0] == "UNAUTHENTICATED"
        await house.call("CastLamp", token=None)

    async def test_a_public_call_knows_nothing_of_its_caller(self, house: House) -> None:
        seen: dict[str, Any] = {}

        async def cast(_: Any) -> Any:
            call = current()
            seen.update(
                caller=call.caller.kind,
                address=call.remote_address,
                trace=call.traceparent,
                key=call.idempotency_key,
                request=call.request_id,
            )
            return lamp()

        house.servicer.does["CastLamp"] = cast
        await house.call(
            "CastLamp", idempotency_key="k", x_request_id="r", traceparent=f"00-{'a' * 32}-{'b' * 16}-01"
        )

        assert seen == {"caller": "anonymous", "address": None, "trace": None, "key": None, "request": None}

    async def test_what_is_told_once_is_kept_under_no_key(self, house: House) -> None:
        seen: list[str | None] = []

        async def tell(_: Any) -> Any:
            seen.append(current().idempotency_key)
            return lamp()

        house.servicer.does |= {"TellLamp": tell, "AskOwnLamp": tell}
        await house.call("TellLamp", idempotency_key="k")
        await house.call("AskOwnLamp", idempotency_key="k")

        assert seen == [None, "k"]

    async def test_a_token_names_the_person_of_the_account(self, house: House) -> None:
        seen: list[Any] = []

        async def ask(_: Any) -> Any:
            seen.append(current().person_id)
            return lamp()

        house.servicer.does["AskOwnLamp"] = ask
        await house.call("AskOwnLamp")

        assert seen == [house.keeper]

    async def test_somebody_unknown_may_ask_about_themselves_only(self, house: House) -> None:
        stranger = house.issuer.sign("stranger")

        await house.call("AskOwnLamp", token=stranger)

        assert (await house.fails("PutLamp", lamp(house.unit), token=stranger))[0] == "PERMISSION_DENIED"

    async def test_services_pass_only_where_the_contract_names_them(self, house: House) -> None:
        named, other = (house.issuer.service_token(name) for name in ("membership", "activity"))

        await house.call("SyncLamps", token=named)
        await house.call("PutLamp", lamp(house.unit), token=named)

        assert (await house.fails("SyncLamps", token=other))[0] == "PERMISSION_DENIED"
        assert (await house.fails("SyncLamps"))[0] == "PERMISSION_DENIED"
        assert (await house.fails("CountLamps", token=named))[0] == "PERMISSION_DENIED"

    async def test_a_number_that_looks_like_a_service_is_nobody(self, house: House) -> None:
        assert (await house.fails("SyncLamps", token=house.issuer.sign("service:membership")))[
            0
        ] == "UNAUTHENTICATED"


class TestMayThey:
    async def test_the_unit_in_the_request_decides(self, house: House) -> None:
        await house.call("PutLamp", lamp(house.unit))

        assert (await house.fails("PutLamp", lamp(house.root)))[:2] == (
            "PERMISSION_DENIED",
            "PERMISSION_DENIED",
        )
        assert (await house.fails("PutLamp"))[0] == "PERMISSION_DENIED", "no unit is the university"
        assert (await house.fails("PutLamp", lamps.Lamp(unit_id="x")))[0] == "INVALID_ARGUMENT"

    async def test_the_university_is_asked_where_the_contract_says_so(self, house: House) -> None:
        assert (await house.fails("CountLamps"))[0] == "PERMISSION_DENIED"

    @pytest.mark.parametrize("name", ["GetLamp", "ListLamps"])
    async def test_an_answer_without_a_check_is_not_given(self, house: House, name: str) -> None:
        assert (await house.fails(name))[:2] == ("INTERNAL", "INTERNAL")

    async def test_a_write_without_a_check_is_not_committed(self, house: House) -> None:
        async def write(_: Any) -> Any:
            async with current().transaction() as work:
                await put_grant(
                    work, new_id(), house.keeper, "ROLE_ADMINISTRATOR", house.root, EVER, None, False
                )
            current().access.only_public()
            return lamp()

        house.servicer.does["GetLamp"] = write

        assert (await house.fails("GetLamp"))[0] == "INTERNAL"
        assert (await house.fails("CountLamps"))[0] == "PERMISSION_DENIED"

    async def test_a_refusal_is_in_the_audit(self, house: House, database_url: str) -> None:
        await house.fails("CountLamps")

        connection = await asyncpg.connect(database_url)
        row = await connection.fetchrow("SELECT * FROM audit_log WHERE outcome = 'refused'")
        await connection.close()
        assert row is not None
        assert (row["person_id"], row["method"]) == (house.keeper, f"/{lamps.SERVICE}/CountLamps")


class TestFailures:
    async def test_an_unknown_failure_says_nothing_about_itself(self, house: House) -> None:
        async def fail(_: Any) -> Any:
            raise ValueError("张三 110101199003070000")

        house.servicer.does["AskOwnLamp"] = fail
        code, reason, status = await house.fails("AskOwnLamp")

        assert (code, reason) == ("INTERNAL", "INTERNAL")
        assert "110101" not in str(status)

    async def test_a_database_that_is_away_is_unavailable(self, house: House) -> None:
        async def fail(_: Any) -> Any:
            raise asyncpg.ConnectionDoesNotExistError("gone")

        house.servicer.does["AskOwnLamp"] = fail

        assert (await house.fails("AskOwnLamp"))[:2] == ("UNAVAILABLE", "UNAVAILABLE")

    async def test_a_serialization_failure_is_tried_once_more(self, house: House) -> None:
        tries: list[int] = []

        async def flaky(_: Any) -> Any:
            tries.append(1)
            if len(tries) == 1:
                raise asyncpg.SerializationError("again")
            return lamp()

        house.servicer.does["AskOwnLamp"] = flaky
        await house.call("AskOwnLamp")

        assert len(tries) == 2

    async def test_the_callers_deadline_ends_the_query(self, house: House, database_url: str) -> None:
        ended = asyncio.Event()

        async def slow(_: Any) -> Any:
            try:
                await asyncio.sleep(30)
            finally:
                ended.set()

        house.servicer.does["AskOwnLamp"] = slow
        token = (("authorization", f"Bearer {house.issuer.sign('keeper')}"),)
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await method(house.channel, "AskOwnLamp")(lamp(), metadata=token, timeout=0.1)

        assert raised.value.code() is grpc.StatusCode.DEADLINE_EXCEEDED
        await asyncio.wait_for(ended.wait(), 2)

    async def test_an_unknown_method_is_unimplemented(self, house: House) -> None:
        call: Any = house.channel.unary_unary(f"/{lamps.SERVICE}/Smash")

        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await call(b"")

        assert raised.value.code() is grpc.StatusCode.UNIMPLEMENTED


class TestWrites:
    async def test_a_repeated_key_gives_the_first_answer(self, house: House) -> None:
        notes = iter("ab")

        async def put(work_note: str) -> str:
            async with current().transaction() as work:
                return work.answer(work_note)

        async def serve(_: Any) -> Any:
            return await answer(current(), put(next(notes)), lambda note: lamp(note=note))

        house.servicer.does["PutLamp"] = serve
        first = await house.call("PutLamp", lamp(house.unit), idempotency_key="k1")
        again = await house.call("PutLamp", lamp(house.unit), idempotency_key="k1")

        assert (first.note, again.note) == ("a", "a")
        other = await house.fails("PutLamp", lamp(house.unit, note="other"), idempotency_key="k1")
        assert other[:2] == ("FAILED_PRECONDITION", "IDEMPOTENCY_KEY_REUSED")


class TestWaiting:
    async def test_an_event_that_does_not_come_is_said_within_its_second(self, house: House) -> None:
        """Nobody serves the log of membership here, so the event cannot have arrived."""
        code, reason, _ = await house.fails("AskOwnLamp", after_event=f"membership/{new_id()}")

        assert (code, reason) == ("UNAVAILABLE", "AFTER_EVENT_NOT_SEEN")

    async def test_an_own_event_is_there_already(self, house: House) -> None:
        await house.call("AskOwnLamp", after_event=f"lamps/{new_id()}")

    async def test_what_is_no_event_id_is_a_wrong_argument(self, house: House) -> None:
        assert (await house.fails("AskOwnLamp", after_event="membership/x"))[0] == "INVALID_ARGUMENT"


class TestLoad:
    async def test_more_calls_than_allowed_are_refused_at_once(
        self, database_url: str, issuer: TestIssuer
    ) -> None:
        servicer = LampServicer()
        settings = settings_for(database_url, issuer, grpc_max_concurrent=1)
        serving = Serving(Service("lamps", settings, [(lamps.add_to_server, servicer)]))
        running = asyncio.create_task(serving.run())
        await serving.started()
        assert serving.server is not None
        entered, go_on = asyncio.Event(), asyncio.Event()

        async def slow(_: Any) -> Any:
            entered.set()
            await go_on.wait()
            return lamp(note="done")

        servicer.does["CastLamp"] = slow
        async with grpc.aio.insecure_channel(f"127.0.0.1:{serving.server.port}") as channel:
            first = method(channel, "CastLamp")(lamp())
            await entered.wait()
            with pytest.raises(grpc.aio.AioRpcError) as raised:
                await method(channel, "CastLamp")(lamp())
            go_on.set()
            assert (await first).note == "done"

        assert told(raised.value)[:2] == ("RESOURCE_EXHAUSTED", "OVERLOADED")
        serving.stop()
        assert await running == 0


class TestStreams:
    async def test_pieces_come_and_a_failure_is_a_status(self, house: House) -> None:
        async def watch(_: Any) -> Any:
            yield lamp(note="1")
            raise ValueError("secret")

        house.servicer.does["WatchLamps"] = watch
        token = (("authorization", f"Bearer {house.issuer.sign('keeper')}"),)
        stream = method(house.channel, "WatchLamps")(lamp(), metadata=token)

        assert (await stream.read()).note == "1"
        with pytest.raises(grpc.aio.AioRpcError) as raised:
            await stream.read()
        assert told(raised.value)[0] == "INTERNAL"


class TestOperations:
    async def test_probes_and_metrics_answer(self, house: House) -> None:
        await house.call("AskOwnLamp")
        async with httpx2.AsyncClient(base_url=f"http://127.0.0.1:{house.serving.ops_port}") as client:
            alive, ready, numbers, other = [
                await client.get(path) for path in ("/healthz", "/readyz", "/metrics", "/etc")
            ]

        assert (alive.status_code, other.status_code) == (200, 404)
        assert ready.json()["parts"] == {"database": True, "schema": True, "key_set": True}
        assert f'method="/{lamps.SERVICE}/AskOwnLamp",status="OK"' in numbers.text

    async def test_a_taken_port_is_said_in_one_line(
        self, house: House, database_url: str, issuer: TestIssuer
    ) -> None:
        assert house.serving.server is not None
        settings = settings_for(database_url, issuer, grpc_port=house.serving.server.port)

        with pytest.raises(PortTakenError, match="is the port taken"):
            await Serving(Service("lamps", settings, [])).run()

    async def test_running_calls_end_before_the_service_does(
        self, database_url: str, issuer: TestIssuer, nats_server: NatsServer
    ) -> None:
        servicer = LampServicer()
        settings = settings_for(database_url, issuer, nats_url=nats_server.url)
        serving = Serving(Service("lamps", settings, [(lamps.add_to_server, servicer)]))
        running = asyncio.create_task(serving.run())
        await serving.started()
        assert serving.server is not None
        entered, go_on = asyncio.Event(), asyncio.Event()

        async def slow(_: Any) -> Any:
            entered.set()
            await go_on.wait()
            return lamp(note="done")

        servicer.does["CastLamp"] = slow
        async with grpc.aio.insecure_channel(f"127.0.0.1:{serving.server.port}") as channel:
            call = method(channel, "CastLamp")(lamp())
            await entered.wait()
            serving.stop()
            await asyncio.sleep(0)
            go_on.set()
            assert (await call).note == "done"

        assert await running == 0
