"""Crediting class hours inside the unit of work of whatever earned them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from activity.domain import class_hours as domain
from activity.domain import rules
from activity.domain.class_hours import Credit, Entry, Share
from activity.domain.meetings import Meeting
from activity.domain.plans import Session
from activity.repository import attendances, class_hours
from chassis.database import UnitOfWork
from chassis.ids import new_id


async def credit_meeting(work: UnitOfWork, meeting: Meeting) -> Credit | None:
    """Credit those who came to a meeting; None where nobody earned anything."""
    learned = domain.shares(meeting.plan.sessions)
    present = await attendances.present(work, meeting.meeting_id)
    earners = [each.person_id for each in present if domain.earns_class_hours(each.capacity)]
    if not learned or not earners:
        return None
    entries = await _entries(work, earners, learned, meeting_id=meeting.meeting_id)
    credit = Credit(new_id(), meeting.meeting_id, entries, work.now)
    await class_hours.add(work, credit)
    return credit


async def credit_self_study(work: UnitOfWork, person_id: UUID, session: Session, *, material: str) -> Credit:
    """Credit somebody who studied alone."""
    learned = domain.shares([session])
    entries = await _entries(work, [person_id], learned, material=material)
    credit = Credit(new_id(), None, entries, work.now)
    await class_hours.add(
        work,
        credit,
        person_id=person_id,
        material=material,
        started_at=session.start,
        ended_at=session.end,
    )
    return credit


async def overlapping(work: UnitOfWork, person_id: UUID, start: datetime, end: datetime) -> UUID | None:
    """A record of self-study that shares time with a period; the person is locked against another one."""
    await class_hours.lock_persons(work, [person_id])
    return await class_hours.overlapping_self_study(work, person_id, since=start, until=end)


async def _entries(
    work: UnitOfWork,
    person_ids: Sequence[UUID],
    learned: Sequence[Share],
    *,
    meeting_id: UUID | None = None,
    material: str | None = None,
) -> tuple[Entry, ...]:
    await class_hours.lock_persons(work, person_ids)
    days = {share.learned_on for share in learned}
    already = await class_hours.credited(work, person_ids, days)
    most = {day: rules.half_day_minutes(day) for day in days}
    return tuple(
        entry
        for person_id in person_ids
        for entry in domain.credit(
            person_id,
            learned,
            already=already.get(person_id, {}),
            most=most,
            meeting_id=meeting_id,
            material=material,
        )
    )
