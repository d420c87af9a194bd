"""The story's way to the gateway: requests by a person, repeated with the same key until they are answered.

It knows HTTP and nothing of the domain. What may pass (503, 504, a cut connection) is tried again until its
patience ends; every write carries an idempotency key, so trying again never does anything twice.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx2

# Answers that pass by themselves: a service that is away, busy, or still hears of what another has done.
PASSING = frozenset({429, 503, 504})
# The collections of each service: a request waits for what the others have announced, not for its own.
COLLECTIONS = {
    "organization": {"units", "campuses", "posts", "appointments", "grants", "reorganizations"},
    "membership": {"persons", "members", "rolls", "admissionCases", "accounts"},
    "activity": {"meetings", "ceremonies", "classHours", "talks"},
    "evaluation": {"awards", "editions", "nominations", "honours", "indicators"},
}


class StoryError(AssertionError):
    """The system did not answer as the story says it does."""


@dataclass(frozen=True)
class Answer:
    """A status, a body, and the headers that the story looks at."""

    status: int
    body: Any
    event_id: str | None

    @property
    def reason(self) -> str:
        """The machine-readable reason of a problem."""
        return str(self.body.get("reason", "")) if isinstance(self.body, dict) else ""


def owner(path: str) -> str | None:
    """The service that answers a path, where one does."""
    noun = path.split("/")[2].partition(":")[0].partition("?")[0]
    return next((service for service, nouns in COLLECTIONS.items() if noun in nouns), None)


@dataclass
class Gateway:
    """Asks the gateway as whoever holds a campus number."""

    url: str
    tokens: Callable[[str], str]
    patience: float = 30.0
    pause: float = 0.1
    # Told of each request, method and path.
    observe: Callable[[str, str], None] | None = None
    # The newest event of each service that the story caused.
    heard: dict[str, str] = field(default_factory=dict)
    event_ids: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._client = httpx2.Client(base_url=self.url, timeout=10, trust_env=False)

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        by: str,
        etag: str | None = None,
        key: str | None = None,
        language: str = "en",
    ) -> Answer:
        """One request until it is answered; the same key is sent each time."""
        headers = {"Accept-Language": language}
        if method != "GET":
            headers["Idempotency-Key"] = key or secrets.token_hex(16)
        if etag is not None:
            headers["If-Match"] = f'"{etag}"'
        after = self._to_wait_for(path)
        if after is not None:
            headers["After-Event"] = after
        if self.observe is not None:
            self.observe(method, path)
        deadline = time.monotonic() + self.patience
        while True:
            answer = self._try(method, path, body, headers | {"Authorization": f"Bearer {self.tokens(by)}"})
            if answer is not None and not self._passes(answer):
                break
            if time.monotonic() > deadline:
                seen = "nothing" if answer is None else f"{answer.status} {answer.body}"
                raise StoryError(f"{method} {path} was answered {seen} for {self.patience:.0f} s")
            time.sleep(self.pause)
        self._remember(answer)
        return answer

    @staticmethod
    def _passes(answer: Answer) -> bool:
        return answer.status in PASSING or answer.reason == "IDEMPOTENCY_KEY_IN_FLIGHT"

    def _to_wait_for(self, path: str) -> str | None:
        own = owner(path)
        others = [event for service, event in self.heard.items() if service != own]
        return others[-1] if others else None

    def _try(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer | None:
        try:
            answer = self._client.request(method, path, json=body, headers=headers)
        except httpx2.TransportError:
            return None
        found = answer.json() if answer.content else None
        return Answer(answer.status_code, found, answer.headers.get("Event-Id"))

    def _remember(self, answer: Answer) -> None:
        if answer.event_id is not None:
            service = answer.event_id.partition("/")[0]
            # Last in the order of insertion is newest.
            self.heard.pop(service, None)
            self.heard[service] = answer.event_id
            if answer.event_id not in self.event_ids:
                self.event_ids.append(answer.event_id)
