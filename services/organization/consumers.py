"""What the organization service keeps of other services' events: who calls, that people have moved, who is what."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, cast
from uuid import UUID

from chassis.copies import Copy, ReceivedEvent
from chassis.database import UnitOfWork
from chassis.intervals import Interval
from organization.operations import copying, execution, merging, party_group_members
from shuyuan.membership.v1 import events_pb2

# Whoever is suspended or under a sanction carries no Party work into a class.
_CARRYING = ("MEMBERSHIP_STATUS_PROBATIONARY", "MEMBERSHIP_STATUS_FULL")


async def apply_roll_move(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Membership has moved everybody of a reorganisation."""
    if event.verb == "applied":
        applied = cast(events_pb2.RollMoveApplied, event.message)
        await execution.complete(
            work,
            UUID(applied.reorganization_id),
            moved_persons=applied.moved_persons,
            moved_cases=applied.moved_cases,
        )


def _days(row: Mapping[str, Any]) -> Interval | None:
    end = row.get("validUntil")
    return Interval.of(date.fromisoformat(row["validFrom"]), date.fromisoformat(end) if end else None)


def _ties(rows: Iterable[Mapping[str, Any]]) -> list[tuple[UUID, Interval]]:
    return [(UUID(row["unitId"]), days) for row in rows if (days := _days(row)) is not None]


async def apply_person(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Somebody was registered, corrected, or belongs elsewhere."""
    if event.verb in ("erased", "withdrawn"):
        await copying.drop_person(work, event.resource_id)
        return
    person = event.resource
    classes = [row for row in person.get("affiliations", []) if row["kind"] == "AFFILIATION_KIND_CLASS"]
    kind = person.get("kind", "").removeprefix("PERSON_KIND_").lower()
    await copying.keep_person(work, event.resource_id, kind, _ties(classes))
    if event.verb in ("merged", "restored"):
        await _follow(work, event)


async def _follow(work: UnitOfWork, event: ReceivedEvent) -> None:
    message = event.message
    is_reversed = isinstance(message, events_pb2.PersonRestored)
    if isinstance(message, events_pb2.PersonRestored):
        kept = message.from_person_id
    else:
        kept = cast(events_pb2.PersonMerged, message).into_person_id
    merge_id = UUID(cast(events_pb2.PersonMerged, message).merge_id)
    await merging.follow(work, merge_id, kept=UUID(kept), merged=event.resource_id, is_reversed=is_reversed)


async def apply_member(work: UnitOfWork, event: ReceivedEvent) -> None:
    """Somebody is a member, no longer one, or takes part elsewhere; where they moved to does not matter here."""
    if event.verb == "moved":
        return
    member = event.resource
    carrying = [_days(row) for row in member.get("statuses", []) if row["status"] in _CARRYING]
    periods = [days for days in carrying if days is not None]
    await copying.keep_member(work, event.resource_id, periods, _ties(member.get("participations", [])))


async def follow_member(work: UnitOfWork, event: ReceivedEvent) -> None:
    """The same, and who left a branch leaves its Party groups."""
    member = event.resource
    belonging = _ties([*member.get("relationships", []), *member.get("participations", [])])
    # Between two entries of one person nobody leaves: what they are follows with the merge, said right after.
    if event.verb != "reassigned":
        await party_group_members.follow(work, event.resource_id, belonging, said_at=event.time)
    await apply_member(work, event)


CONSUMERS = [
    Copy("membership", "roll_move", apply_roll_move),
    Copy("membership", "person", apply_person, copying.forget_persons),
    Copy("membership", "member", follow_member, copying.forget_members),
]
