"""What becomes of what was done together when membership makes two persons one, or two again.

Each thing that says something else afterwards is announced, so that every copy of it follows. Talks and target lists say
to nobody outside who was there: of those nothing is announced but the numbers of a list.
"""

from collections.abc import Awaitable, Callable
from uuid import UUID

from activity.domain.selections import RosterState
from activity.events import facts
from activity.events import selections as selection_facts
from activity.repository import attendances, ceremonies, class_hours, consents, meetings, selections
from activity.repository.merged_rows import MOVES
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.subject_moves import Moved

# Raises the version of what says something else now, and says how it is announced: from whom it went, and to whom.
_Tell = Callable[[UnitOfWork, UUID, UUID, UUID], Awaitable[Event | None]]


async def follow(work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID) -> None:
    """Let everything that names the merged person name the one who remains."""
    moved = await MOVES.forth(work, merge_id, kept=kept, merged=merged)
    await _announce(work, moved, before=merged, after=kept)


async def go_back(work: UnitOfWork, merge_id: UUID, *, kept: UUID, merged: UUID) -> None:
    """Let exactly what followed name the person again who is one of their own."""
    moved = await MOVES.back(work, merge_id, kept=kept, merged=merged)
    await _announce(work, moved, before=kept, after=merged)


async def _announce(work: UnitOfWork, moved: Moved, *, before: UUID, after: UUID) -> None:
    for noun, tell in _TOLD.items():
        for resource_id in moved.get(noun, ()):
            event = await tell(work, resource_id, before, after)
            if event is not None:
                work.emit(event)


async def _meeting(work: UnitOfWork, meeting_id: UUID, before: UUID, after: UUID) -> Event:
    meeting = await meetings.lock(work, meeting_id)
    assert meeting is not None, "a meeting is never deleted"
    recounted = meeting.recounted(*await attendances.counts(work, meeting_id), work.now)
    await meetings.save(work, recounted)
    of_both = await attendances.attendances_of(work, meeting_id, [before, after])
    return facts.meeting_reassigned(recounted, of_both, before, after)


async def _class_hour(work: UnitOfWork, class_hour_id: UUID, before: UUID, after: UUID) -> Event:
    return facts.class_hour_reassigned(await class_hours.reassigned(work, class_hour_id), before, after)


async def _ceremony(work: UnitOfWork, ceremony_id: UUID, before: UUID, after: UUID) -> Event:
    ceremony = await ceremonies.lock(work, ceremony_id)
    assert ceremony is not None, "a ceremony is never deleted"
    reassigned = ceremony.reassigned(work.now)
    await ceremonies.save(work, reassigned, before=ceremony)
    return facts.ceremony_reassigned(reassigned, before, after)


async def _consent(work: UnitOfWork, consent_id: UUID, before: UUID, after: UUID) -> Event:
    consent = await consents.find(work, consent_id)
    assert consent is not None, "a consent is never deleted"
    return selection_facts.consent_reassigned(consent, before, after)


async def _roster(work: UnitOfWork, roster_id: UUID, before: UUID, after: UUID) -> Event | None:
    """A draft is filled again, where one of two places became free."""
    roster = await selections.lock(work, roster_id)
    assert roster is not None, "a list is never deleted"
    if roster.state is not RosterState.DRAFT:
        return None
    entries = (await selections.entries_of(work, [roster_id]))[roster_id]
    filled, seated = roster.filled(entries, work.now)
    if (filled.quotas, seated) == (roster.quotas, tuple(entries)):
        return None
    await selections.save(work, filled, seated)
    return selection_facts.roster_changed(filled)


_TOLD: dict[str, _Tell] = {
    "meeting": _meeting,
    "class_hour": _class_hour,
    "ceremony": _ceremony,
    "selection_consent": _consent,
    "selection_roster": _roster,
}
