"""What is being served: the call, its caller, and the way an operation answers.

The interceptor makes one `Call` per request and puts it into a context variable; consumers and timers make
theirs by `system_call`. Nothing here knows gRPC.
"""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from uuid import UUID

from chassis.errors import (
    EtagMismatchError,
    InternalError,
    InvalidArgumentError,
    PermissionDeniedError,
)
from chassis.violations import Violation

if TYPE_CHECKING:
    from google.protobuf.message import Message

    from chassis.access import Access, AccessControl
    from chassis.clock import Clock
    from chassis.database import Database, UnitOfWork
    from chassis.settings import Settings

Language = Literal["zh-CN", "en"]
T = TypeVar("T")
M = TypeVar("M", bound="Message")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks. A person is known by our own copy of accounts, never by an id somebody sends."""

    kind: Literal["person", "service", "system", "anonymous"]
    person_id: UUID | None = None
    service: str | None = None
    issuer: str | None = None
    subject: str | None = None
    token: str | None = field(default=None, repr=False)
    # The keyed hash of the campus number, by which somebody we know no person for is told from others.
    account_key: str | None = None

    @property
    def principal(self) -> str:
        """A stable name of the caller, for idempotency keys and audit rows; never a campus number."""
        if self.person_id is not None:
            return f"person:{self.person_id}"
        if self.service is not None:
            return f"service:{self.service}"
        return self.kind if self.account_key is None else f"account:{self.account_key}"


ANONYMOUS = Caller("anonymous")


@dataclass(slots=True)
class ServiceContext:
    """What a running service gives to everything that works in it."""

    name: str
    settings: "Settings"
    database: "Database"
    clock: "Clock"
    control: "AccessControl"


@dataclass(slots=True, eq=False)
class Call:
    """One request, event or timed piece of work, from beginning to end."""

    service: str
    method: str
    caller: Caller
    access: "Access"
    database: "Database"
    clock: "Clock"
    language: Language = "zh-CN"
    if_match: str | None = None
    idempotency_key: str | None = None
    request_hash: bytes = b""
    # System time by the event loop's clock after which nobody waits for the answer.
    deadline: float | None = None
    traceparent: str | None = None
    request_id: str | None = None
    remote_address: str | None = None
    # Renders the operation's result, so that the unit of work can keep the answer under the idempotency key.
    respond: "Callable[[Any], Message] | None" = None
    # The last event that a unit of work of this call committed; answered as trailing metadata.
    last_event_id: UUID | None = None

    def transaction(self) -> "UnitOfWork":
        """The unit of work of this call: `async with call.transaction() as work:`."""
        return self.database.transaction(self)

    @property
    def person_id(self) -> UUID:
        """The person who asks; PERMISSION_DENIED when it is not a person we know."""
        if self.caller.person_id is None:
            raise PermissionDeniedError(permission=self.method)
        return self.caller.person_id

    def check_etag(self, version: int) -> None:
        """Refuse when the caller read another version than the present one; nothing to do without If-Match."""
        if self.if_match is None or self.if_match == "*":
            return
        seen = self.if_match.removeprefix("W/").strip('"')
        if seen != str(version):
            raise EtagMismatchError(seen=seen, current=version)


_current: ContextVar[Call] = ContextVar("call")


def current() -> Call:
    """The call being served; outside one it is a defect to ask."""
    try:
        return _current.get()
    except LookupError:
        raise InternalError(cause="no call is being served") from None


def serving() -> Call | None:
    """The call being served, None outside one."""
    return _current.get(None)


def enter(call: Call) -> None:
    """Make `call` the current one of this task; the interceptor and `system_call`'s users do it."""
    _current.set(call)


async def answer(call: Call, value: Awaitable[T], to_message: Callable[[T], M]) -> M:
    """Run the operation and render what it returns; a repeated idempotency key answers the same bytes."""
    call.respond = to_message
    return to_message(await value)


def system_call(context: ServiceContext, method: str, *, traceparent: str | None = None) -> Call:
    """A call without a caller outside: the service itself acts, for a consumer, a timer or a process."""
    caller = Caller("system", service=context.name)
    return Call(
        service=context.name,
        method=method,
        caller=caller,
        access=context.control.access_for(caller),
        database=context.database,
        clock=context.clock,
        traceparent=traceparent,
    )


def parse_uuid(value: str, *, field_name: str) -> UUID:
    """The id in a request field; the rules of the contract refuse a wrong one before, this is the second wall."""
    try:
        return UUID(value)
    except ValueError:
        violation = Violation(field_name, "不是有效的标识", "is not an id")
        raise InvalidArgumentError([violation]) from None
