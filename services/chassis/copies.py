"""Copies of other services' data: what they announce, applied here once and in order per resource.

Each source has one active follower (see `follower`), which applies a batch of events and moves its watermark
in one transaction. `Copies` owns the followers of a process and answers whether an event has arrived.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any
from uuid import UUID

from chassis import access
from chassis.errors import (
    AfterEventNotSeenError,
    InvalidArgumentError,
    NotFoundError,
    ServiceError,
    UnavailableError,
)
from chassis.received import ReceivedEvent as ReceivedEvent
from chassis.violations import Violation

if TYPE_CHECKING:
    from chassis.database import UnitOfWork
    from chassis.follower import Follower

Handler = Callable[["UnitOfWork", ReceivedEvent], Awaitable[None]]
Reset = Callable[["UnitOfWork"], Awaitable[None]]

# A reader that waits gives the broker this long before the log is asked.
PATIENCE_SECONDS = 0.03
LOOK_AGAIN_SECONDS = 0.02


@dataclass(frozen=True, slots=True)
class Copy:
    """A row of a service's `consumers.py`: which noun of which source is heard, and by whom."""

    source: str
    noun: str
    handler: Handler
    # Empties what the handler keeps, when the source's log begins a new life and all of it is applied again.
    reset: Reset | None = None


class Copies:
    """The followers of one process."""

    def __init__(self, followers: Iterable["Follower"]) -> None:
        self.followers = {follower.source: follower for follower in followers}

    async def wait_for(self, source: str, event_id: UUID, seconds: float = 1.0) -> None:
        """Return when our copies include the event; AFTER_EVENT_NOT_SEEN when they do not in time."""
        follower = self.followers.get(source)
        if follower is None or follower.has_applied(event_id):
            # Of a source we copy nothing from there is nothing to wait for.
            return
        try:
            async with asyncio.timeout(seconds):
                await self._wait(follower, event_id)
        except (TimeoutError, UnavailableError):
            raise AfterEventNotSeenError(event_id=event_id) from None

    async def _wait(self, follower: "Follower", event_id: UUID) -> None:
        epoch, position = await _located(follower, event_id)
        impatient_at = time.monotonic() + PATIENCE_SECONDS
        while not (follower.has_applied(event_id) or await follower.has_reached(epoch, position)):
            if time.monotonic() > impatient_at:
                follower.expect(position)
            await follower.moved(LOOK_AGAIN_SECONDS)


async def _located(follower: "Follower", event_id: UUID) -> tuple[int, int]:
    while True:
        try:
            return await follower.locate(event_id)
        except NotFoundError:
            text = Violation("after_event", "没有此事件", "names no event")
            raise InvalidArgumentError([text]) from None
        except ServiceError as error:
            if error.reason != "EVENT_NOT_NUMBERED":
                raise UnavailableError(needed=follower.source) from None
            await asyncio.sleep(LOOK_AGAIN_SECONDS)


def _periods(rows: Sequence[dict[str, Any]], unit_field: str) -> list[tuple[UUID, date, date | None]]:
    return [(UUID(row[unit_field]), _day(row["validFrom"]), _end(row.get("validUntil"))) for row in rows]


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _end(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


async def _apply_unit(work: "UnitOfWork", event: ReceivedEvent) -> None:
    unit = event.resource
    dissolved = _end(unit.get("dissolvedOn"))
    successors = unit.get("successorUnitIds", []) if dissolved else []
    # The superior keeps its reach over what a dissolved unit left: that parentage has no end here.
    parents = [
        (parent, begins, None if dissolved is not None and ends == dissolved else ends)
        for parent, begins, ends in _periods(unit.get("parents", []), "parentUnitId")
    ]
    await access.replace_edges(
        work,
        event.resource_id,
        parents,
        _periods(unit.get("sponsors", []), "sponsorUnitId"),
        [(UUID(each), dissolved, None) for each in successors if dissolved],
    )


async def _apply_grant(work: "UnitOfWork", event: ReceivedEvent) -> None:
    grant = event.resource
    await access.put_grant(
        work,
        grant_id=event.resource_id,
        person_id=UUID(grant["personId"]),
        role=grant["role"],
        unit_id=UUID(grant["unitId"]),
        valid_from=_day(grant["validFrom"]),
        valid_until=_end(grant.get("validUntil")),
        revoked=bool(grant.get("revoked", False)),
    )


async def _apply_account(work: "UnitOfWork", event: ReceivedEvent) -> None:
    account = event.resource
    if event.verb == "erased":
        await access.drop_account(work, account["issuer"], account["numberKey"])
        return
    await access.put_account(
        work,
        issuer=account["issuer"],
        number_key=account["numberKey"],
        person_id=UUID(account["personId"]),
        active=bool(account.get("active", False)),
    )


def access_copies() -> list[Copy]:
    """What every service keeps in order to authorize by itself; the owner of a noun keeps its own."""
    return [
        Copy("organization", "unit", _apply_unit, access.forget_units),
        Copy("organization", "grant", _apply_grant, access.forget_grants),
        Copy("membership", "account", _apply_account, access.forget_accounts),
    ]
