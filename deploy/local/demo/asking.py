"""The loader's way to the gateway: a few connections, requests with keys of their own, tried again while that helps.

The same request has the same key in every run, so an interrupted load is called again and does nothing twice
(the services keep answers for a day). It knows HTTP and nothing of the domain.
"""

import http.client
import json
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, TypeVar

from deploy.local.demonstration import Progress
from deploy.local.errors import LocalStackError
from deploy.local.logins import ADMINISTRATOR_NUMBER

Item = TypeVar("Item")
Result = TypeVar("Result")

CONNECTIONS = 6
# Large writes of one kind wait for each other at the service: more of them at once would only wait too long.
LARGE_AT_ONCE = 2
TIMEOUT = 60.0
PATIENCE = 60.0
# A large load is ahead of those who hear of it by minutes.
LONG_PATIENCE = 1800.0
PAUSE = 0.1
PASSING = frozenset({429, 503, 504})


class LoadError(LocalStackError):
    """The gateway refused a part of the demonstration."""


@dataclass
class Gateway:
    """Asks the gateway as whoever holds a campus number; `prefix` makes the keys of one size its own."""

    url: str
    tokens: Callable[[str], str]
    progress: Progress
    prefix: str
    _own: threading.local = field(default_factory=threading.local)
    _connections: list[http.client.HTTPConnection] = field(default_factory=list)
    # The newest event of each connection and service: what another service has yet to hear.
    _heard: dict[tuple[str, int], str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="demo")
        self._tokens_lock = threading.Lock()

    def close(self) -> None:
        """Give up what has not begun, and hang up."""
        self._pool.shutdown(cancel_futures=True)
        for connection in self._connections:
            connection.close()

    def each(
        self, stage: str, items: Iterable[Item], do: Callable[[Item], Result], *, at_once: int = CONNECTIONS
    ) -> list[Result]:
        """Do it for every item, a few at a time; answers in their order."""
        turn = threading.Semaphore(at_once)

        def in_turn(item: Item) -> Result:
            with turn:
                return do(item)

        waiting = [self._pool.submit(in_turn, item) for item in items]
        self.progress(stage, 0, len(waiting))
        done = []
        try:
            for number, one in enumerate(waiting, 1):
                done.append(one.result())
                self.progress(stage, number, len(waiting))
        finally:
            for one in waiting:
                one.cancel()
        return done

    def get(self, path: str, *, by: str = ADMINISTRATOR_NUMBER) -> Any:
        """The body of a read."""
        return self._ask("GET", path, None, by, {})

    def post(
        self, path: str, body: Any, *, key: str, by: str = ADMINISTRATOR_NUMBER, etag: str | None = None
    ) -> Any:
        """The body of a write; the key names it among all writes of the load."""
        headers = {"Idempotency-Key": f"{self.prefix}-{key}", "Content-Type": "application/json"}
        if etag is not None:
            headers["If-Match"] = f'"{etag}"'
        return self._ask("POST", path, json.dumps(body).encode(), by, headers)

    def upload(self, path: str, data: bytes, media_type: str, *, key: str) -> Any:
        """The body of a write whose own body is a file."""
        headers = {"Idempotency-Key": f"{self.prefix}-{key}", "Content-Type": media_type}
        return self._ask("POST", path, data, ADMINISTRATOR_NUMBER, headers)

    def every(self, path: str, collection: str) -> list[Any]:
        """Everything of a paged list."""
        found: list[Any] = []
        token = ""
        while True:
            page = self.get(f"{path}&pageSize=200&pageToken={token}")
            found += page[collection]
            token = urllib.parse.quote(page["nextPageToken"])
            if not token:
                return found

    def settle(self, *paths: str) -> None:
        """Wait until the services that answer these paths have heard of everything written so far."""
        events = list(self._heard.values())
        for path in paths:
            for event in events:
                heard = {"After-Event": event}
                self._ask("GET", path, None, ADMINISTRATOR_NUMBER, heard, LONG_PATIENCE)
        self._heard.clear()

    def until(self, read: Callable[[], Any], done: Callable[[Any], bool], what: str) -> Any:
        """Read again until it is as wanted: a process over several services ends by itself."""
        deadline = time.monotonic() + LONG_PATIENCE
        while not done(found := read()):
            if time.monotonic() > deadline:
                raise LoadError(f"The demonstration was not loaded: {what} did not end.")
            time.sleep(PAUSE)
        return found

    def _ask(
        self,
        method: str,
        path: str,
        body: bytes | None,
        by: str,
        headers: dict[str, str],
        patience: float = PATIENCE,
    ) -> Any:
        deadline = time.monotonic() + patience
        while True:
            status, found = self._try(
                method, path, body, headers | {"Authorization": f"Bearer {self._token(by)}"}
            )
            if 200 <= status < 300:
                return found
            if not self._passes(status, found) or time.monotonic() > deadline:
                raise LoadError(
                    f"The demonstration was not loaded: {method} {path} by {by}: {_said(status, found)}"
                )
            time.sleep(PAUSE)

    def _token(self, number: str) -> str:
        with self._tokens_lock:
            return self.tokens(number)

    @staticmethod
    def _passes(status: int, found: Any) -> bool:
        in_flight = isinstance(found, dict) and found.get("reason") == "IDEMPOTENCY_KEY_IN_FLIGHT"
        return status == 0 or status in PASSING or in_flight

    def _try(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, Any]:
        """Status and body; status 0 where there was no answer."""
        connection = self._connection()
        try:
            connection.request(method, path, body=body, headers=headers)
            answer = connection.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException):
            # It connects again with the next request.
            connection.close()
            return 0, None
        self._remember(answer.headers.get("Event-Id"))
        return answer.status, json.loads(text) if text else None

    def _connection(self) -> http.client.HTTPConnection:
        """The connection of this thread."""
        found: http.client.HTTPConnection | None = getattr(self._own, "connection", None)
        if found is None:
            where = urllib.parse.urlsplit(self.url)
            found = self._own.connection = http.client.HTTPConnection(where.netloc, timeout=TIMEOUT)
            self._connections.append(found)
        return found

    def _remember(self, event: str | None) -> None:
        if event is not None:
            self._heard[event.partition("/")[0], threading.get_ident()] = event


def _said(status: int, found: Any) -> str:
    if not isinstance(found, dict):
        return f"{status or 'no answer'}."
    details: Sequence[Any] = found.get("violations", []) or found.get("verdicts", [])
    broken = [str(each) for each in details if not isinstance(each, dict) or not each.get("satisfied")]
    return f"{status} {found.get('reason', '')} {found.get('detail', '')} {'; '.join(broken)[:800]}"


def batched(items: Iterable[Item], size: int) -> Iterator[tuple[Item, ...]]:
    """The items in their order, so many at a time."""
    rest = iter(items)
    while batch := tuple(islice(rest, size)):
        yield batch
