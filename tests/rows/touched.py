"""What the covering test that runs now has touched: gateway routes, RPCs and events.

Test clients call `note` and its relatives; outside a covering test, or without the plugin, they do nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal, Protocol, get_args
from urllib.parse import urlsplit

Kind = Literal["route", "rpc", "event"]
Touches = dict[Kind, set[str]]
KINDS: tuple[Kind, ...] = get_args(Kind)

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_PARAMETER = re.compile(r"\{[^{}]*\}")
_current: Touches | None = None


class _Url(Protocol):
    @property
    def path(self) -> str: ...


class _Request(Protocol):
    @property
    def method(self) -> str: ...

    @property
    def url(self) -> _Url: ...


class Response(Protocol):
    """As much of an httpx2 response as is read here."""

    @property
    def request(self) -> _Request: ...


def note(kind: Kind, name: str) -> None:
    """Note one touch: a route "POST /v1/units", an RPC "package.Service/Method", an event's subject."""
    if kind not in KINDS:
        raise ValueError(f"touch kind {kind!r} is not one of {', '.join(KINDS)}")
    if _current is not None:
        _current[kind].add(name)


def note_response(method: str, route_template: str) -> None:
    """Note a route by its template; parameter names do not matter: /v1/units/{unit_id} is /v1/units/{id}."""
    note("route", f"{method.upper()} {_PARAMETER.sub('{id}', route_template)}")


def note_path(method: str, path: str) -> None:
    """Note a route by a raw path or address: UUIDs become {id}, a :verb stays, a query is dropped."""
    note_response(method, _UUID.sub("{id}", urlsplit(path).path))


def on_response(response: Response) -> None:
    """Note an answer's route; for `Client(event_hooks={"response": [on_response]})`."""
    note_path(response.request.method, response.request.url.path)


async def on_response_async(response: Response) -> None:
    """Note an answer's route; for `AsyncClient(event_hooks={"response": [on_response_async]})`."""
    on_response(response)


@contextmanager
def recording() -> Iterator[Touches]:
    """Collect the touches made in the block; a recording inside another has its own."""
    global _current
    outer, touches = _current, {kind: set[str]() for kind in KINDS}
    _current = touches
    try:
        yield touches
    finally:
        _current = outer
