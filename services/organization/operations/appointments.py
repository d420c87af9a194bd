"""Appoint people to posts, end and correct appointments, read who holds what."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from chassis.bitemporal import period
from chassis.calls import Call
from chassis.database import Reader, UnitOfWork
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.clients import Membership
from organization.domain.elections import Background
from organization.domain.posts import (
    Appointees,
    Appointment,
    Method,
    Post,
    PostKind,
    Seat,
    chairs_following,
    check_cancellable,
    check_seats,
    check_stands,
    check_term,
)
from organization.domain.rules import seating_verdicts
from organization.domain.units import Kind, Unit, refuse
from organization.errors import (
    AppointmentEndedError,
    AppointmentNotFoundError,
)
from organization.events import facts
from organization.facts import appointees
from organization.operations import founding, grants, terms
from organization.operations import posts as post_operations
from organization.repository import posts
from rulebook import Verdict

READ = "organization.appointment.read"


@dataclass(frozen=True, slots=True)
class NewSecretary:
    """The secretary with whom a temporary branch is founded, and the title of the post."""

    person_id: UUID
    title: str
    basis_post_id: UUID | None = None
    document_number: str = ""
    background: Background | None = None


@dataclass(frozen=True, slots=True)
class Composition:
    """The seats of a unit on a day, and what the rules say of them."""

    seats: list[Seat]
    verdicts: list[Verdict]


async def appoint(
    call: Call, membership: Membership, post_id: UUID, new: terms.NewAppointment
) -> Appointment:
    """Appoint a person to a post for a term."""
    seen = await post_operations.known(call, post_id)
    await call.access.require("organization.appointment.appoint", unit=seen.unit_id)
    if new.override_reason:
        await call.access.require("organization.appointment.override", unit=seen.unit_id)
    judged = [new.person_id] if seen.kind is PostKind.SECRETARY else []
    people = await appointees(call.database, membership, [new.person_id], secretaries=judged)
    async with call.transaction() as work:
        await ensure_free(work, seen.unit_id)
        post = await post_operations.locked(work, post_id)
        unit = await founding.present(work, post.unit_id, work.today)
        return work.answer(await terms.begin(work, unit, post, new, path="", people=people))


async def seat_secretary(
    work: UnitOfWork, unit: Unit, secretary: NewSecretary, *, on: date, people: Appointees
) -> Appointment:
    """Create the post of secretary in a new temporary branch and appoint to it."""
    post = await post_operations.create(
        work, unit, post_operations.NewPost(PostKind.SECRETARY, secretary.title, seats=1), on=on
    )
    new = terms.NewAppointment(
        person_id=secretary.person_id,
        method=Method.APPOINTED,
        valid_from=on,
        basis_post_id=secretary.basis_post_id,
        document_number=secretary.document_number,
        background=secretary.background,
    )
    return await terms.begin(work, unit, post, new, path="secretary.", people=people)


async def end_appointment(
    call: Call, appointment_id: UUID, *, ends_on: date | None, reason: str
) -> Appointment:
    """End an appointment from a day on."""
    seen = await _appointment(call, appointment_id)
    await call.access.require("organization.appointment.end", unit=seen.unit_id)
    async with call.transaction() as work:
        appointment = await _taken(work, seen)
        on = ends_on or work.today
        if appointment.term.end is not None and appointment.term.end <= on:
            raise AppointmentEndedError(appointment_id=appointment_id, valid_until=appointment.term.end)
        if on <= appointment.term.start:
            refuse("ends_on", "离任日期须晚于任职日期。", "It lies after the first day of the term.")
        return work.answer(await terms.end(work, appointment, on=on, reason=reason))


async def cancel_appointment(call: Call, appointment_id: UUID, *, reason: str) -> Appointment:
    """Cancel an appointment whose term has not begun."""
    seen = await _appointment(call, appointment_id)
    await call.access.require("organization.appointment.end", unit=seen.unit_id)
    async with call.transaction() as work:
        appointment = await _taken(work, seen)
        check_cancellable(appointment, work.today)
        return work.answer(await terms.cancel(work, appointment, reason=reason))


async def correct_appointment(
    call: Call, appointment_id: UUID, *, valid_from: date, valid_until: date | None, reason: str
) -> Appointment:
    """Correct the days of a term; what was believed before stays readable."""
    seen = await _appointment(call, appointment_id)
    await call.access.require("organization.appointment.correct", unit=seen.unit_id)
    async with call.transaction() as work:
        appointment = await _taken(work, seen)
        post = await post_operations.locked(work, appointment.post_id)
        term = period(valid_from, valid_until)
        check_term(term, post)
        held = await posts.held(work, [post.post_id], on=None, day=work.today)
        others = [each for each in held if each.appointment_id != appointment_id]
        if any(each.person_id == appointment.person_id and each.term.overlaps(term) for each in others):
            refuse(
                "valid_until",
                "此人在这些日子已另任此职务。",
                "The person holds the post in some of these days already.",
            )
        check_seats(post, [each.term for each in others], term)
        after = await terms.change(work, appointment, term, reason=reason)
        work.emit(facts.appointment_corrected(after))
        await grants.follow(work, after)
        return work.answer(after)


async def _taken(work: UnitOfWork, seen: Appointment) -> Appointment:
    """The appointment, for whoever changes it: nobody else changes who holds its post."""
    await ensure_free(work, seen.unit_id)
    await post_operations.locked(work, seen.post_id)
    appointment = await posts.find(work, seen.appointment_id, day=work.today)
    assert appointment is not None, "an appointment is never deleted"
    work.call.check_etag(appointment.version)
    check_stands(appointment)
    return appointment


async def _appointment(call: Call, appointment_id: UUID, *, known_at: datetime | None = None) -> Appointment:
    found = await posts.find(call.database, appointment_id, day=call.clock.today(), known_at=known_at)
    if found is None:
        await call.access.require(READ, unit=None)
        raise AppointmentNotFoundError(appointment_id=appointment_id)
    return found


async def get_appointment(call: Call, appointment_id: UUID, *, known_at: datetime | None) -> Appointment:
    """Read an appointment; people read their own wherever it is."""
    appointment = await _appointment(call, appointment_id, known_at=known_at)
    own = appointment.person_id == call.caller.person_id
    await call.access.require(READ, unit=appointment.unit_id, relation=own)
    return appointment


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a page of appointments is asked for; None asks for any."""

    unit_id: UUID | None = None
    post_id: UUID | None = None
    person_id: UUID | None = None
    kind: PostKind | None = None
    as_of: date | None = None
    known_at: datetime | None = None


async def list_appointments(call: Call, wanted: Wanted, *, size: int, token: str) -> Page[Appointment]:
    """List appointments that the caller may read; those to a bound seat are those to the post it follows."""
    after = decode_token(token, date, UUID)
    most = page_size(size)
    today = call.clock.today()
    if wanted.post_id is not None:
        post = await posts.find_post(call.database, wanted.post_id)
        if post is not None and post.bound_post_id is not None:
            await call.access.require(READ, unit=post.unit_id)
            return Page(await _holders(call.database, post, wanted, today), "")
    found = await posts.page(
        call.database,
        await call.access.filters(READ),
        caller_id=call.caller.person_id,
        unit_id=wanted.unit_id,
        post_id=wanted.post_id,
        person_id=wanted.person_id,
        kind=wanted.kind,
        on=wanted.as_of,
        known_at=wanted.known_at,
        after=(after[0], after[1]) if after else None,
        most=most + 1,
        day=wanted.as_of or today,
    )
    return page_of(found, most, lambda each: (each.term.start, each.appointment_id))


async def _holders(reader: Reader, post: Post, wanted: Wanted, today: date) -> list[Appointment]:
    held = await posts.held(
        reader,
        [post.bound_post_id or post.post_id],
        on=wanted.as_of,
        day=wanted.as_of or today,
        known_at=wanted.known_at,
    )
    return [
        seated(each, post) for each in held if wanted.person_id is None or each.person_id == wanted.person_id
    ]


def seated(appointment: Appointment, seat: Post) -> Appointment:
    """The line that says who sits in a bound seat, by holding the post that it follows."""
    return replace(
        appointment,
        post_id=seat.post_id,
        unit_id=seat.unit_id,
        post_kind=seat.kind,
        method=Method.BY_POST,
        through_post_id=appointment.post_id,
    )


async def get_composition(
    call: Call, unit_id: UUID, *, as_of: date | None, known_at: datetime | None
) -> Composition:
    """Read the posts of a unit and who holds them on a day."""
    day = as_of or call.clock.today()
    unit = await founding.present(call.database, unit_id, day)
    present = [post for post in await posts.posts_of(call.database, [unit_id], since=day) if day in post.days]
    sources = {post.bound_post_id or post.post_id for post in present}
    held = await posts.held(call.database, sources, on=day, day=day, known_at=known_at)
    seats = [
        Seat(
            post,
            tuple(
                each if post.bound_post_id is None else seated(each, post)
                for each in held
                if each.post_id == (post.bound_post_id or post.post_id)
            ),
        )
        for post in present
    ]
    verdicts = await _standing(call.database, unit, present, day) if unit.kind is Kind.LEADING_GROUP else []
    return Composition(seats, verdicts)


async def _standing(reader: Reader, group: Unit, present: list[Post], day: date) -> list[Verdict]:
    """What the rules say of a leading group as it stands on a day."""
    chairs = [post for post in present if post.kind is PostKind.CHAIR]
    sites = await posts.sites(reader, [chair.bound_post_id for chair in chairs if chair.bound_post_id])
    return [
        *post_operations.composed(group, post_operations.chairs(present, day), day),
        *seating_verdicts(
            secretary=chairs_following(chairs, sites, (PostKind.SECRETARY, Kind.UNIVERSITY_COMMITTEE)),
            president=chairs_following(chairs, sites, (PostKind.PRESIDENT, Kind.UNIVERSITY)),
            leads=len(group.leads_on(day)),
            on=day,
        ),
    ]
