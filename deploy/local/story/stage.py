"""The stage on which the scenes play: who is there, which day it is, and how a scene asks and is refused."""

import datetime as dt
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from deploy.local.story.asking import Answer, Gateway, StoryError

CAMPUS = dt.timezone(dt.timedelta(hours=8))
ADMINISTRATOR = "admin"


@dataclass(frozen=True)
class Scene:
    """One step of the story; it can be played once, after the scenes before it."""

    title: str
    play: Callable[["Stage"], None]


@dataclass
class Stage:
    """What the scenes have made so far. Ids by short names, so that a scene reads as a sentence."""

    gateway: Gateway
    say: Callable[[str], None] = print
    run: str = field(default_factory=lambda: secrets.token_hex(3))
    units: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)
    things: dict[str, Any] = field(default_factory=dict)
    today: dt.date = dt.date.min

    def number(self, name: str) -> str:
        """The campus number of somebody in the story."""
        return ADMINISTRATOR if name == ADMINISTRATOR else f"{self.run}-{name}"

    # ── asking ───────────────────────────────────────────────────────────────────────────────────────────

    def get(self, path: str, *, by: str = ADMINISTRATOR) -> Any:
        """The body of a successful read."""
        return self._body("GET", path, self.gateway.ask("GET", path, by=self.number(by)))

    def post(
        self, path: str, body: Any = None, *, by: str, etag: str | None = None, key: str | None = None
    ) -> Any:
        """The body of a successful write."""
        answer = self.gateway.ask("POST", path, body or {}, by=self.number(by), etag=etag, key=key)
        return self._body("POST", path, answer)

    def _body(self, method: str, path: str, answer: Answer) -> Any:
        if not 200 <= answer.status < 300:
            raise StoryError(f"{method} {path} was refused with {answer.status}: {answer.body}")
        return answer.body

    def refused(
        self,
        path: str,
        body: Any = None,
        *,
        by: str,
        status: int,
        etag: str | None = None,
        reason: str | None = None,
        rule: str | None = None,
        key: str | None = None,
    ) -> Any:
        """The problem of a write that must be refused, told with its reason."""
        answer = self.gateway.ask("POST", path, body or {}, by=self.number(by), etag=etag, key=key)
        problem = answer.body
        if answer.status != status or (reason is not None and answer.reason != reason):
            raise StoryError(f"POST {path}: expected {status} {reason}, got {answer.status}: {problem}")
        self.say(f"    refused {status}: {problem['detail']}")
        broken = [verdict for verdict in problem.get("verdicts", []) if not verdict["satisfied"]]
        for verdict in broken:
            clears = f", from {verdict['clearsOn']}" if "clearsOn" in verdict else ""
            source = f"{verdict['source']['document']} {verdict['source']['article']}"
            self.say(f"      {verdict['ruleId']} ({source}): {verdict['message']}{clears}")
        if rule is not None and rule not in {verdict["ruleId"] for verdict in broken}:
            raise StoryError(f"POST {path}: {rule} is not among the verdicts: {problem}")
        return problem

    # ── days ─────────────────────────────────────────────────────────────────────────────────────────────

    def look_at_clock(self) -> dt.date:
        """The business day of the system."""
        self.today = dt.date.fromisoformat(self.get("/v1/clock")["today"])
        return self.today

    def go_to(self, day: dt.date) -> str:
        """Move the business clock to nine o'clock of a day; answers the day as it is written."""
        if day > self.today:
            instant = dt.datetime.combine(day, dt.time(9), CAMPUS).astimezone(dt.UTC)
            moved = self.post(
                "/v1/clock:advance", {"toTime": instant.strftime("%Y-%m-%dT%H:%M:%SZ")}, by=ADMINISTRATOR
            )
            self.today = dt.date.fromisoformat(moved["today"])
            self.say(f"  {self.today}")
        return self.today.isoformat()

    def after(self, days: int) -> str:
        """Let days pass."""
        return self.go_to(self.today + dt.timedelta(days=days))

    def ago(self, days: int) -> str:
        """A day in the past."""
        return (self.today - dt.timedelta(days=days)).isoformat()

    # ── waiting for what other services do ───────────────────────────────────────────────────────────────

    def until(self, read: Callable[[], Any], done: Callable[[Any], bool], what: str) -> Any:
        """Read again until it is as wanted: a process that spans services ends by its events."""
        deadline = time.monotonic() + self.gateway.patience
        while True:
            found = read()
            if done(found):
                return found
            if time.monotonic() > deadline:
                raise StoryError(f"{what} did not happen: {found}")
            time.sleep(self.gateway.pause)

    # ── people and units ─────────────────────────────────────────────────────────────────────────────────

    def establish(self, name: str, parent: str, unit: dict[str, Any], *, by: str) -> str:
        """Establish a unit two years ago and remember it under a short name."""
        body = {"parentUnitId": self.units[parent], "unit": unit, "establishedOn": self.ago(730)}
        self.units[name] = self.post("/v1/units", body, by=by)["unitId"]
        return self.units[name]

    def grant(self, person: str, role: str, unit: str, *, by: str = ADMINISTRATOR) -> None:
        """Give somebody a role over a unit and what is below it."""
        body = {
            "personId": self.people[person],
            "role": role,
            "unitId": self.units[unit],
            "reason": "故事中的职责",
        }
        self.post("/v1/grants", body, by=by)


def first(found: Any, collection: str) -> Any | None:
    """The first of a list, None when it is empty."""
    return next(iter(found[collection]), None)


def every(stage: Stage, path: str, collection: str, *, by: str = ADMINISTRATOR) -> Iterator[Any]:
    """Everything of a paged list."""
    token = ""
    while True:
        page = stage.get(f"{path}&pageToken={token}" if token else path, by=by)
        yield from page[collection]
        token = page["nextPageToken"]
        if not token:
            return
