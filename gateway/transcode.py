"""One RPC as an HTTP endpoint: everything that can be prepared is prepared once for each route."""

import asyncio
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from urllib.parse import parse_qsl

from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from chassis.errors import DeadlineExceededError, UnauthenticatedError
from chassis.protojson import RejectedError, decoder, encoder, parameter_reader
from chassis.protojson.fields import Field, fields_by_name
from chassis.tokens import Claims
from chassis.violations import Violation
from gateway.contract import HTTP_BODY, Route
from gateway.headers import Headers
from gateway.problems import Header, Places, RejectedRequestError
from gateway.statuses import (
    BodyTooLargeError,
    IfMatchRequiredError,
    MediaTypeNotSupportedError,
    RouteNotFoundError,
)
from gateway.upstream import Invoke

_MOST_PARAMETERS = 200
_JSON = b"application/json"
_NOT_UTF8 = Violation("", "查询参数应为 UTF-8 编码", "The query must be percent-encoded UTF-8.")
_TOO_MANY = Violation("", "查询参数过多", "The query has too many parameters.")


class Verifier(Protocol):
    """Decides whether a token is good."""

    async def verify(self, token: str) -> Claims: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """What a request may cost."""

    body_bytes: int
    seconds: float
    # A file is read through, or put together, or many resources are changed, while the caller waits.
    long_seconds: float


class Reply(NamedTuple):
    """What is answered over HTTP."""

    status: int
    headers: list[Header]
    body: bytes


Receive = Callable[[], Any]
Scope = MutableMapping[str, Any]


class Asking:
    """What every route does with a request: it finds out who asks, and reads what is asked."""

    def __init__(self, route: Route, verifier: Verifier, limits: Limits) -> None:
        self.route = route
        self.places = Places(
            route.method.input_type,
            path=[field.name for field in route.path_fields],
            query=[field.name for field in route.query_fields],
            body=route.body,
        )
        self._verifier = verifier
        self._limits = limits
        self._make = GetMessageClass(route.method.input_type)
        self._forwarded = _forwarded_headers(route)
        self._read_path = _path_reader(route)
        query = [field.name for field in route.query_fields]
        self._read_query = parameter_reader(route.method.input_type, query)
        self._needs_query = any(field.rules.required for field in route.query_fields)
        self._file = route.file_field
        self._read_body = None if route.file_field is not None else _body_reader(route)

    async def admit(
        self, scope: Scope, receive: Receive, headers: Headers, values: tuple[str, ...]
    ) -> tuple[Message, list[tuple[str, str]]]:
        """Answer the request as its message, and what the service must be told of its caller."""
        metadata = await self._authenticate(headers)
        return await self._read(scope, receive, headers, values, metadata), metadata

    async def _authenticate(self, headers: Headers) -> list[tuple[str, str]]:
        if self.route.is_public:
            # A secret ballot carries nothing that names its voter: no token, no address, no trace.
            return [("accept-language", headers.language)]
        token = headers.token()
        if token is None:
            raise UnauthenticatedError()
        await self._verifier.verify(token)
        return [("authorization", f"Bearer {token}"), *headers.metadata()]

    async def _read(
        self,
        scope: Scope,
        receive: Receive,
        headers: Headers,
        values: tuple[str, ...],
        metadata: list[tuple[str, str]],
    ) -> Message:
        found: list[tuple[str, Violation]] = []
        metadata += headers.checked(self._forwarded, found)
        if self.route.access.if_match and headers.get("if-match") is None:
            raise IfMatchRequiredError()
        request = self._make()
        if self._file is not None:
            await read_file(receive, headers, self._file, request, self._limits.long_seconds)
        elif self._read_body is not None:
            body = await read_body(receive, headers, self._limits.body_bytes, self._limits.seconds)
            self._read_body(request, body, found)
        if self._read_path is not None:
            self._read_path(request, values)
        raw_query = scope["query_string"]
        if raw_query or self._needs_query:
            found += [("query", violation) for violation in self._query(request, raw_query)]
        if found:
            raise RejectedRequestError(found)
        return request

    def _query(self, request: Message, raw: bytes) -> list[Violation]:
        try:
            pairs = parse_qsl(
                raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
            )
        except UnicodeError:
            return [_NOT_UTF8]
        except ValueError:
            return [_TOO_MANY]
        return self._read_query(request, pairs)


class Endpoint(Asking):
    """Serves one route: reads the request, asks the service, prints the answer."""

    def __init__(self, route: Route, invoke: Invoke, verifier: Verifier, limits: Limits) -> None:
        super().__init__(route, verifier, limits)
        self._invoke = invoke
        is_about_a_file = self._file is not None or route.answer_message.full_name == HTTP_BODY
        self._takes_long = is_about_a_file or route.access.takes_long
        self._print = _printer(route)
        self._has_etag = "etag" in fields_by_name(route.answer_message)

    async def serve(self, scope: Scope, receive: Receive, headers: Headers, values: tuple[str, ...]) -> Reply:
        """Answer one request; every failure is an exception that `problems` understands."""
        request, metadata = await self.admit(scope, receive, headers, values)
        seconds = self._limits.long_seconds if self._takes_long else self._limits.seconds
        answer, trailing = await self._invoke(request, metadata, seconds)
        if self.route.response_body:
            answer = getattr(answer, self.route.response_body)
        replied: list[Header] = []
        if "event-id" in trailing:
            replied.append((b"event-id", trailing["event-id"].encode()))
        if self._has_etag:
            tag = f'"{answer.etag}"'  # type: ignore[attr-defined]  # _has_etag has looked
            replied.append((b"etag", tag.encode()))
            if self.route.is_read and _matches(headers.get("if-none-match"), tag):
                return Reply(304, replied, b"")
        media_type, body = self._print(answer)
        replied.append((b"content-type", media_type))
        return Reply(200, replied, body)


async def read_body(receive: Receive, headers: Headers, most: int, seconds: float) -> bytes:
    """Read a JSON body of at most `most` bytes, which comes in time."""
    body = await _read_bytes(receive, headers, most, seconds)
    if body and not _is_json(headers.get("content-type")):
        raise MediaTypeNotSupportedError()
    return body


async def read_file(
    receive: Receive, headers: Headers, field: Field, request: Message, seconds: float
) -> None:
    """Read a body of bytes into its field; one of another type or size than the contract takes is refused."""
    media_type = (headers.get("content-type") or "").partition(";")[0].strip().lower()
    if media_type not in field.rules.media_types:
        raise MediaTypeNotSupportedError()
    file = getattr(request, field.name)
    file.data = await _read_bytes(receive, headers, field.rules.max_bytes, seconds)
    file.content_type = media_type


async def _read_bytes(receive: Receive, headers: Headers, most: int, seconds: float) -> bytes:
    announced = headers.get("content-length")
    if announced is not None and announced.isdecimal() and int(announced) > most:
        raise BodyTooLargeError(limit=most)
    body = bytearray()
    try:
        # Whoever begins a body and never ends it would keep a place among those that are answered.
        async with asyncio.timeout(seconds):
            more = True
            while more and len(body) <= most:
                message = await receive()
                body += message.get("body", b"")
                more = message.get("more_body", False)
    except TimeoutError:
        raise DeadlineExceededError() from None
    if len(body) > most:
        raise BodyTooLargeError(limit=most)
    return bytes(body)


def _is_json(header: str | None) -> bool:
    media_type, _, parameters = (header or "").partition(";")
    if media_type.strip().lower() != "application/json":
        return False
    name, _, value = parameters.strip().lower().partition("=")
    return name != "charset" or value.strip('"') in ("utf-8", "utf8")


def _matches(header: str | None, tag: str) -> bool:
    if header is None:
        return False
    return any(one.strip().removeprefix("W/") in ("*", tag) for one in header.split(","))


def _forwarded_headers(route: Route) -> tuple[str, ...]:
    if route.is_public:
        return ()
    if route.is_read or route.access.told_once:
        return ("after-event",)
    if route.access.if_match:
        return ("after-event", "idempotency-key", "if-match")
    return ("after-event", "idempotency-key")


def _path_reader(route: Route) -> Callable[[Message, tuple[str, ...]], None] | None:
    # An id that is no UUID names nothing: 404, as for one that nobody has.
    if not route.path_fields:
        return None
    names = [field.json_name for field in route.path_fields]
    read = parameter_reader(route.method.input_type, [field.name for field in route.path_fields])

    def read_path(request: Message, values: tuple[str, ...]) -> None:
        if read(request, list(zip(names, values, strict=True))):
            raise RouteNotFoundError()

    return read_path


def _body_reader(route: Route) -> Callable[[Message, bytes, list[tuple[str, Violation]]], None] | None:
    descriptor = route.body_message
    if descriptor is None:
        return None
    without = [field.name for field in route.path_fields] if route.body == "*" else []
    decode = decoder(descriptor, without=without)

    def read(request: Message, body: bytes, found: list[tuple[str, Violation]]) -> None:
        try:
            document = decode(body)
        except RejectedError as error:
            found += [("body", violation) for violation in error.violations]
            return
        if route.body == "*":
            request.CopyFrom(document)
        else:
            getattr(request, route.body).CopyFrom(document)

    return read


def _printer(route: Route) -> Callable[[Any], tuple[bytes, bytes]]:
    if route.answer_message.full_name == HTTP_BODY:
        # A service that names no type means the usual one.
        usual = route.answer_media_types[0].replace("*/*", "application/octet-stream")
        return lambda answer: ((answer.content_type or usual).encode(), answer.data)
    encode = encoder(route.answer_message)
    return lambda answer: (_JSON, encode(answer))
