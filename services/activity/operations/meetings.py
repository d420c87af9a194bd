"""Convening, changing, running and reading meetings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from activity.domain import meetings as domain
from activity.domain.meetings import Attendance, Closing, Meeting, MeetingKind
from activity.domain.plans import AgendaItem, Capacity, Participant, Plan, Session, check_named_once
from activity.errors import MeetingNotFoundError
from activity.events import facts
from activity.operations import crediting
from activity.operations.people import Register, ensure_known
from activity.operations.units import known_unit
from activity.repository import attendances, meetings
from activity.repository.meetings import MeetingFilter, Reach
from chassis import paging
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id

CONVENE: Final = "activity.meeting.convene"
READ: Final = "activity.meeting.read"
UPDATE: Final = "activity.meeting.update"
RUN: Final = "activity.meeting.run"
EXCEPT: Final = "activity.agenda_exception.allow"


@dataclass(frozen=True, slots=True)
class NewMeeting:
    """What a meeting is convened with."""

    unit_id: UUID
    kind: MeetingKind
    plan: Plan
    participants: tuple[Participant, ...]
    exception_reason: str | None


@dataclass(frozen=True, slots=True)
class MeetingChange:
    """What changes of a planned meeting; None stays."""

    title: str | None = None
    start: datetime | None = None
    end: datetime | None = None
    place: str | None = None
    online_link: str | None = None
    agenda: tuple[AgendaItem, ...] | None = None
    sessions: tuple[Session, ...] | None = None
    participants: tuple[Participant, ...] | None = None
    exception_reason: str | None = None

    def applied_to(self, plan: Plan) -> Plan:
        """The plan with the change; a meeting that is moved counts as a whole unless sessions are sent."""
        moved = self.start is not None or self.end is not None
        sessions = self.sessions if self.sessions is not None else (() if moved else plan.sessions)
        return Plan(
            title=self.title or plan.title,
            start=self.start or plan.start,
            end=self.end or plan.end,
            agenda=self.agenda or plan.agenda,
            place=plan.place if self.place is None else self.place,
            online_link=self.online_link or plan.online_link,
            sessions=sessions,
            themes=plan.themes,
        )

    def exception_after(self, meeting: Meeting) -> str | None:
        """Why the agenda may break the rules: what is said now, or what was said of an agenda that stays."""
        if self.exception_reason is not None or self.agenda is not None:
            return self.exception_reason
        return meeting.exception_reason


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """What checking in did."""

    meeting: Meeting
    attendances: tuple[Attendance, ...]
    added: int

    @property
    def already(self) -> int:
        """How many of those named were there before."""
        return len(self.attendances) - self.added


@dataclass(frozen=True, slots=True)
class Page:
    """A page of meetings and the token of the next."""

    meetings: tuple[Meeting, ...]
    next_token: str


@dataclass(frozen=True, slots=True)
class AttendancePage:
    """A page of attendances and the token of the next."""

    attendances: tuple[Attendance, ...]
    next_token: str


async def convene_meeting(call: Call, new: NewMeeting, register: Register) -> Meeting:
    """Convene a meeting; the contract asks for the permission on the unit before."""
    check_named_once(new.participants, "participants")
    if new.exception_reason is not None:
        await call.access.require(EXCEPT, unit=new.unit_id)
    await ensure_known(call, register, (each.person_id for each in new.participants))
    async with call.transaction() as work:
        unit = await known_unit(work, new.unit_id)
        meeting = domain.convene(
            meeting_id=new_id(),
            unit=unit,
            kind=new.kind,
            plan=new.plan,
            exception_reason=new.exception_reason,
            expected_count=len(new.participants),
            convener_id=call.caller.person_id,
            today=work.today,
            now=work.now,
        )
        await meetings.add(work, meeting)
        await attendances.expect(work, meeting.meeting_id, new.participants)
        work.emit(facts.meeting_convened(meeting, new.participants))
        _audit(work, None, meeting)
        return work.answer(meeting)


async def get_meeting(call: Call, meeting_id: UUID) -> Meeting:
    """Read a meeting; those expected or present may."""
    meeting = await meetings.find(call.database, meeting_id)
    if meeting is None:
        raise MeetingNotFoundError(meeting_id=meeting_id)
    await _require_reading(call, meeting_id, meeting.unit_id)
    return meeting


async def list_meetings(
    call: Call, wanted: MeetingFilter, *, latest_first: bool, page_size: int, page_token: str
) -> Page:
    """List meetings of the units on which the caller may read, or the caller's own."""
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, datetime, UUID)
    access = await call.access.filters(READ)
    person_id = call.caller.person_id
    reach = Reach(
        access,
        everywhere=await call.access.control.root() in access["access_units"],
        own=person_id is not None and wanted.person_id == person_id,
    )
    found = await meetings.list_page(
        call.database,
        wanted,
        latest_first=latest_first,
        after=(key[0], key[1]) if key else None,
        size=size + 1,
        reach=reach,
    )
    token = ""
    if len(found) > size:
        found = found[:size]
        token = paging.encode_token(found[-1].plan.start, found[-1].meeting_id)
    return Page(tuple(found), token)


async def update_meeting(call: Call, meeting_id: UUID, change: MeetingChange, register: Register) -> Meeting:
    """Change a planned meeting."""
    unit_id = await _require(call, meeting_id, UPDATE)
    if change.exception_reason is not None:
        await call.access.require(EXCEPT, unit=unit_id)
    if change.participants is not None:
        check_named_once(change.participants, "participants.items")
        await ensure_known(call, register, (each.person_id for each in change.participants))
    async with call.transaction() as work:
        meeting = await _locked(work, meeting_id)
        call.check_etag(meeting.version)
        changed = meeting.changed(
            change.applied_to(meeting.plan),
            exception_reason=change.exception_after(meeting),
            expected_count=(
                meeting.expected_count if change.participants is None else len(change.participants)
            ),
            today=work.today,
            now=work.now,
        )
        unit = await known_unit(work, unit_id)
        unit.check_in_force(changed.planned_on)
        if change.participants is not None:
            await attendances.expect_instead(work, meeting_id, change.participants)
        await meetings.save(work, changed)
        work.emit(facts.meeting_updated(changed, await attendances.expected(work, meeting_id)))
        _audit(work, meeting, changed)
        return work.answer(changed)


async def open_meeting(call: Call, meeting_id: UUID) -> Meeting:
    """Open a planned meeting."""
    await _require(call, meeting_id, RUN)
    async with call.transaction() as work:
        meeting = await _locked(work, meeting_id)
        opened = meeting.opened(work.now)
        await meetings.save(work, opened)
        work.emit(facts.meeting_opened(opened))
        _audit(work, meeting, opened)
        return work.answer(opened)


async def check_in(
    call: Call, meeting_id: UUID, participants: Sequence[Participant], register: Register
) -> CheckedIn:
    """Check people in at an open meeting; somebody who is there already changes nothing."""
    check_named_once(participants, "participants")
    unit_id = await _unit_of(call, meeting_id)
    own = await _is_own_check_in(call, meeting_id, participants)
    await call.access.require(RUN, unit=unit_id, relation=own)
    person_ids = [each.person_id for each in participants]
    await ensure_known(call, register, person_ids)
    async with call.transaction() as work:
        meeting = await _locked(work, meeting_id)
        meeting.check_state(domain.MeetingState.OPEN)
        added = await attendances.check_in(work, meeting_id, participants, work.now)
        if added:
            before, meeting = meeting, meeting.checked_in(len(added), work.now)
            await meetings.save(work, meeting)
            work.emit(facts.meeting_checked_in(meeting, added))
            _audit(work, before, meeting)
        named = await attendances.attendances_of(work, meeting_id, person_ids)
        return work.answer(CheckedIn(meeting, tuple(named), len(added)))


async def add_minutes(call: Call, meeting_id: UUID, minutes: str) -> Meeting:
    """Write the minutes in place of former ones."""
    await _require(call, meeting_id, RUN)
    async with call.transaction() as work:
        meeting = await _locked(work, meeting_id)
        call.check_etag(meeting.version)
        written = meeting.with_minutes(minutes, work.now)
        await meetings.save(work, written)
        work.emit(facts.meeting_minutes_added(written))
        _audit(work, meeting, written)
        return work.answer(written)


async def close_meeting(call: Call, meeting_id: UUID, closing: Closing) -> Meeting:
    """Close an open meeting and credit class hours to those who came."""
    await _require(call, meeting_id, RUN)
    async with call.transaction() as work:
        meeting = await _locked(work, meeting_id)
        closed = meeting.closed(closing, await attendances.voters(work, meeting_id), work.now)
        await meetings.save(work, closed)
        credit = await crediting.credit_meeting(work, closed)
        work.emit(facts.meeting_closed(closed, credit))
        if credit is not None:
            work.emit(facts.class_hour_credited(credit))
        _audit(work, meeting, closed)
        return work.answer(closed)


async def cancel_meeting(call: Call, meeting_id: UUID, reason: str) -> Meeting:
    """Cancel a meeting that is planned or open."""
    await _require(call, meeting_id, RUN)
    async with call.transaction() as work:
        meeting = await _locked(work, meeting_id)
        cancelled = meeting.cancelled(reason, work.now)
        await meetings.save(work, cancelled)
        work.emit(facts.meeting_cancelled(cancelled))
        _audit(work, meeting, cancelled)
        return work.answer(cancelled)


async def list_attendances(
    call: Call,
    meeting_id: UUID,
    *,
    capacity: Capacity | None,
    present_only: bool,
    page_size: int,
    page_token: str,
) -> AttendancePage:
    """List who was expected and who came."""
    size = paging.page_size(page_size)
    key = paging.decode_token(page_token, UUID)
    await _require_reading(call, meeting_id, await _unit_of(call, meeting_id))
    found = await attendances.list_attendances(
        call.database,
        meeting_id,
        capacity=capacity,
        present_only=present_only,
        after=key[0] if key else None,
        size=size + 1,
    )
    token = paging.encode_token(found[size - 1].person_id) if len(found) > size else ""
    return AttendancePage(tuple(found[:size]), token)


async def _unit_of(call: Call, meeting_id: UUID) -> UUID:
    unit_id = await meetings.unit_of(call.database, meeting_id)
    if unit_id is None:
        raise MeetingNotFoundError(meeting_id=meeting_id)
    return unit_id


async def _require(call: Call, meeting_id: UUID, permission: str) -> UUID:
    # Outside the unit of work: a refusal is confirmed at another service before it is answered.
    unit_id = await _unit_of(call, meeting_id)
    await call.access.require(permission, unit=unit_id)
    return unit_id


async def _require_reading(call: Call, meeting_id: UUID, unit_id: UUID) -> None:
    person_id = call.caller.person_id
    own = person_id is not None and bool(
        await attendances.attendances_of(call.database, meeting_id, [person_id])
    )
    await call.access.require(READ, unit=unit_id, relation=own)


async def _is_own_check_in(call: Call, meeting_id: UUID, participants: Sequence[Participant]) -> bool:
    """Whether somebody who is expected checks in, alone and in the capacity expected."""
    person_id = call.caller.person_id
    if person_id is None or [each.person_id for each in participants] != [person_id]:
        return False
    expected = await attendances.attendances_of(call.database, meeting_id, [person_id])
    return bool(expected) and expected[0].expected and expected[0].capacity is participants[0].capacity


async def _locked(work: UnitOfWork, meeting_id: UUID) -> Meeting:
    meeting = await meetings.lock(work, meeting_id)
    if meeting is None:
        raise MeetingNotFoundError(meeting_id=meeting_id)
    return meeting


def _audit(work: UnitOfWork, before: Meeting | None, after: Meeting) -> None:
    work.audit_change(
        "meeting",
        after.meeting_id,
        None if before is None else _audited(before),
        _audited(after),
        sensitive=("minutes", "resolution"),
    )


def _audited(meeting: Meeting) -> dict[str, object]:
    plan = meeting.plan
    return {
        "state": meeting.state.value,
        "title": plan.title,
        "planned_start": plan.start.isoformat(),
        "planned_end": plan.end.isoformat(),
        "agenda": [f"{item.kind.value}: {item.title}" for item in plan.agenda],
        "exception_reason": meeting.exception_reason,
        "expected_count": meeting.expected_count,
        "present_count": meeting.present_count,
        "minutes": meeting.minutes,
        "resolution": meeting.resolution,
        "cancel_reason": meeting.cancel_reason,
    }
