"""Calls to siblings: tokens, retries of reads, deadlines, errors as categories."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
import pytest

from chassis import calls, wire_errors
from chassis.calls import Caller, ServiceContext, system_call
from chassis.errors import (
    DeadlineExceededError,
    EtagMismatchError,
    InternalError,
    InvalidArgumentError,
    NotFoundError,
    RulesError,
    ServiceError,
    UnavailableError,
)
from chassis.grpc_client import Siblings, open_channel
from chassis.settings import Settings
from chassis.tokens import TokenSource
from chassis.violations import Violation
from shuyuan.rules.v1 import verdict_pb2
from tests.integration.chassis_wire import lamps
from tests.integration.chassis_wire.issuer import TestIssuer
from tests.integration.chassis_wire.lamps import LampServicer, lamp, method


class Sibling:
    """A bare server that answers what a test says and remembers what came."""

    def __init__(self) -> None:
        self.servicer = LampServicer()
        self.server = grpc.aio.server()
        self.seen: list[dict[str, Any]] = []
        self.answers: list[ServiceError | grpc.StatusCode | None] = []
        self.note = "answered"
        self.servicer.handler = self._handler  # type: ignore[method-assign]
        lamps.add_to_server(self.servicer, self.server)
        self.port = self.server.add_insecure_port("127.0.0.1:0")

    def _handler(self, name: str) -> Any:
        async def serve(_: Any, context: Any) -> Any:
            self.seen.append({**dict(context.invocation_metadata()), "left": context.time_remaining()})
            answer = self.answers.pop(0) if self.answers else None
            if isinstance(answer, ServiceError):
                status = wire_errors.to_status(answer, "lamps", "en")
                trailing = ((wire_errors.DETAILS, status.SerializeToString()),)
                await context.abort(wire_errors.CODES[answer.status], status.message, trailing)
            if answer is not None:
                await context.abort(answer, "")
            return lamp(note=self.note)

        return grpc.unary_unary_rpc_method_handler(serve, lamps.Lamp.FromString, lamps.Lamp.SerializeToString)


@pytest.fixture
async def issuer() -> AsyncIterator[TestIssuer]:
    issuer = TestIssuer()
    await issuer.start()
    yield issuer
    await issuer.stop()


@pytest.fixture
async def sibling() -> AsyncIterator[Sibling]:
    sibling = Sibling()
    await sibling.server.start()
    yield sibling
    await sibling.server.stop(0)


@pytest.fixture
def tokens(issuer: TestIssuer) -> TokenSource:
    return TokenSource(Settings(token_url=issuer.url, client_id="membership", client_secret="s"))


Ask = Callable[..., Any]


@pytest.fixture
async def ask(sibling: Sibling, tokens: TokenSource) -> AsyncIterator[Ask]:
    channel = open_channel(f"127.0.0.1:{sibling.port}", tokens)

    async def ask(name: str = "GetLamp", **more: Any) -> Any:
        return await method(channel, name)(lamp(), **more)

    yield ask
    await channel.close()


async def alone(work: Any, call: calls.Call | None = None) -> Any:
    """Run in a context of its own, with or without a call being served."""

    async def inside() -> Any:
        if call is not None:
            calls.enter(call)
        return await work()

    return await asyncio.create_task(inside())


@pytest.fixture
def served(context: ServiceContext) -> calls.Call:
    call = system_call(context, "test")
    call.caller = Caller("person", token="the-person's")
    call.language = "en"
    call.request_id = "r1"
    return call


async def test_without_a_person_the_service_speaks_for_itself(
    ask: Ask, sibling: Sibling, issuer: TestIssuer
) -> None:
    await alone(ask)
    await alone(ask)

    token = sibling.seen[0]["authorization"]
    assert token == sibling.seen[1]["authorization"]
    assert token.startswith("Bearer ey")
    assert issuer.grants == 1, "the token is kept"


async def test_with_a_person_their_token_goes_along(ask: Ask, sibling: Sibling, served: calls.Call) -> None:
    await alone(ask, served)

    seen = sibling.seen[0]
    assert seen["authorization"] == "Bearer the-person's"
    assert (seen["accept-language"], seen["x-request-id"]) == ("en", "r1")


async def test_what_is_left_of_the_time_goes_along(ask: Ask, sibling: Sibling, served: calls.Call) -> None:
    served.deadline = asyncio.get_running_loop().time() + 1.0

    await alone(ask, served)
    await alone(ask)

    assert sibling.seen[0]["left"] < 1.0
    assert 4.0 < sibling.seen[1]["left"] < 5.5


async def test_a_read_is_tried_again_when_the_sibling_goes_away(ask: Ask, sibling: Sibling) -> None:
    sibling.answers = [grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED]

    assert (await alone(ask)).note == "answered"
    assert len(sibling.seen) == 3


async def test_a_write_is_not_tried_again_unless_it_carries_its_key(ask: Ask, sibling: Sibling) -> None:
    sibling.answers = [grpc.StatusCode.UNAVAILABLE]
    with pytest.raises(UnavailableError):
        await alone(lambda: ask("PutLamp"))
    assert len(sibling.seen) == 1

    sibling.answers = [grpc.StatusCode.UNAVAILABLE]
    await alone(lambda: ask("PutLamp", metadata=(("idempotency-key", "k"),)))
    assert len(sibling.seen) == 3


async def test_an_outage_does_not_multiply_calls(ask: Ask, sibling: Sibling) -> None:
    calls_made = 100
    sibling.answers = [grpc.StatusCode.UNAVAILABLE] * 1000

    for _ in range(calls_made):
        with pytest.raises(UnavailableError):
            await alone(ask)

    assert len(sibling.seen) <= calls_made * 1.2


async def test_a_refused_service_token_is_fetched_anew(
    ask: Ask, sibling: Sibling, issuer: TestIssuer
) -> None:
    sibling.answers = [None, grpc.StatusCode.UNAUTHENTICATED]

    await alone(ask)
    assert (await alone(ask)).note == "answered"

    assert issuer.grants == 2


class LampGoneError(NotFoundError):
    reason = "LAMP_GONE"


async def test_an_error_comes_back_as_its_category_with_its_reason(ask: Ask, sibling: Sibling) -> None:
    sibling.answers = [LampGoneError(lamp_id="7")]

    with pytest.raises(NotFoundError) as raised:
        await alone(ask)

    assert raised.value.reason == "LAMP_GONE"
    assert raised.value.metadata == {"lamp_id": "7"}
    assert raised.value.domain == "lamps.shuyuan"


async def test_violations_and_verdicts_survive_the_way(ask: Ask, sibling: Sibling) -> None:
    sibling.answers = [
        InvalidArgumentError([Violation("note", "太长", "too long")]),
        RulesError([verdict_pb2.Verdict(rule_id="DEV-09", severity=verdict_pb2.SEVERITY_BLOCK)]),
        EtagMismatchError(seen=1, current=2),
    ]

    with pytest.raises(InvalidArgumentError) as wrong:
        await alone(ask)
    with pytest.raises(RulesError) as ruled:
        await alone(ask)
    with pytest.raises(EtagMismatchError):
        await alone(ask)

    assert wrong.value.violations == [Violation("note", "太长", "too long")]
    assert [verdict.rule_id for verdict in ruled.value.verdicts] == ["DEV-09"]


@pytest.mark.parametrize(
    ("code", "kind"),
    [(grpc.StatusCode.DEADLINE_EXCEEDED, DeadlineExceededError), (grpc.StatusCode.UNKNOWN, InternalError)],
)
async def test_a_bare_status_is_a_category_too(
    ask: Ask, sibling: Sibling, code: grpc.StatusCode, kind: type[ServiceError]
) -> None:
    sibling.answers = [code]

    with pytest.raises(kind):
        await alone(ask)


async def test_a_sibling_without_an_address_is_unavailable(tokens: TokenSource) -> None:
    with pytest.raises(UnavailableError):
        Siblings(Settings(), tokens).channel("organization")


async def test_an_issuer_that_is_away_is_unavailable(sibling: Sibling) -> None:
    tokens = TokenSource(Settings(token_url="http://127.0.0.1:9/"))
    channel = open_channel(f"127.0.0.1:{sibling.port}", tokens)

    with pytest.raises(UnavailableError):
        await alone(lambda: method(channel, "GetLamp")(lamp()))

    await channel.close()


async def test_an_answer_about_a_whole_university_is_taken(ask: Ask, sibling: Sibling) -> None:
    # The ids of who moves with whom, of more than a hundred thousand people.
    sibling.note = "0" * 5 * 1024 * 1024

    answer = await alone(ask)

    assert len(answer.note) == len(sibling.note)
