"""Steps on appointments that several operations share: begin a term, end it, change its days."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.bitemporal import period
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.intervals import Interval
from organization.domain.election_rules import secretary_verdicts
from organization.domain.elections import Background
from organization.domain.posts import (
    Appointees,
    Appointment,
    Method,
    Post,
    PostKind,
    check_seats,
    check_term,
)
from organization.domain.rules import (
    appointment_verdicts,
    refuse_if_blocked,
)
from organization.domain.units import Findings, Unit
from organization.domain.verdicts import kept
from organization.errors import (
    PostIsBoundSeatError,
)
from organization.events import facts
from organization.operations import grants
from organization.repository import posts
from rulebook import blocking


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """What a person is appointed with."""

    person_id: UUID
    method: Method
    valid_from: date | None = None
    valid_until: date | None = None
    basis_post_id: UUID | None = None
    document_number: str = ""
    background: Background | None = None
    override_reason: str = ""


async def begin(
    work: UnitOfWork,
    unit: Unit,
    post: Post,
    new: NewAppointment,
    *,
    path: str,
    people: Appointees | None = None,
) -> Appointment:
    """Keep and announce a new term; whoever an election brings, without `people`, was judged there."""
    if post.bound_post_id is not None:
        raise PostIsBoundSeatError(post_id=post.post_id, bound_post_id=post.bound_post_id)
    term = period(new.valid_from or work.today, new.valid_until)
    check_term(term, post)
    await _check_person(work, post, new, term, path=path, people=people)
    verdicts = appointment_verdicts(unit.form, new.method, term.start)
    if people is not None and post.kind is PostKind.SECRETARY:
        verdicts += secretary_verdicts(
            unit, background=new.background, standing_from=people[new.person_id], on=term.start
        )
    if not new.override_reason:
        refuse_if_blocked(verdicts)
    appointment = Appointment(
        appointment_id=new_id(),
        post_id=post.post_id,
        unit_id=post.unit_id,
        post_kind=post.kind,
        person_id=new.person_id,
        method=new.method,
        term=term,
        basis_post_id=new.basis_post_id,
        document_number=new.document_number,
        reason="",
        updated_at=work.now,
        version=1,
        day=work.today,
        background=new.background,
        verdicts=kept(verdicts),
        # A reason that set nothing aside is none.
        override_reason=new.override_reason if blocking(verdicts) else "",
    )
    await posts.add(work, appointment)
    work.emit(facts.appointment_made(appointment))
    _note(work, None, appointment)
    await grants.bring(work, post, appointment)
    return appointment


async def _check_person(
    work: UnitOfWork,
    post: Post,
    new: NewAppointment,
    term: Interval,
    *,
    path: str,
    people: Appointees | None,
) -> None:
    findings = Findings()
    if people is not None:
        findings.check_registered(new.person_id, people, f"{path}person_id")
    if new.background is not None and post.kind is not PostKind.SECRETARY:
        findings.add(f"{path}background", "只有书记填写此项。", "Only a secretary has it.")
    if new.method is Method.BY_POST:
        findings.add(f"{path}method", "由职务担任的席位不另行任命。", "Nobody is appointed by post.")
    if new.basis_post_id is not None and not await posts.holds(
        work, new.basis_post_id, new.person_id, term.start
    ):
        findings.add(
            f"{path}basis_post_id", "此人当日不任此职务。", "The person does not hold it on the first day."
        )
    others = await posts.held(work, [post.post_id], on=None, day=work.today)
    if any(each.person_id == new.person_id and each.term.overlaps(term) for each in others):
        findings.add(
            f"{path}person_id", "此人在任期内已任此职务。", "The person holds the post in those days already."
        )
    findings.refuse_if_any()
    check_seats(post, [each.term for each in others], term)


def _note(work: UnitOfWork, before: Appointment | None, after: Appointment) -> None:
    # What an erasure empties is kept as a digest.
    work.audit_change(
        "appointment",
        after.appointment_id,
        None if before is None else _kept(before),
        _kept(after),
        sensitive=["reason", "override_reason"],
    )


def _kept(appointment: Appointment) -> dict[str, object]:
    return {
        "post_id": appointment.post_id,
        "person_id": appointment.person_id,
        "term": [appointment.term.start, appointment.term.end],
        "reason": appointment.reason,
        "override_reason": appointment.override_reason,
        "cancelled": appointment.cancelled,
    }


async def end(work: UnitOfWork, appointment: Appointment, *, on: date, reason: str) -> Appointment:
    """End a term on a day, and the roles it brought."""
    after = await change(work, appointment, Interval(appointment.term.start, on), reason=reason)
    work.emit(facts.appointment_ended(after, on))
    await grants.follow(work, after)
    return after


async def cancel(work: UnitOfWork, appointment: Appointment, *, reason: str) -> Appointment:
    """Cancel a term that has not begun, and the roles it would bring."""
    await posts.cancel(work, appointment, reason=reason)
    after = replace(
        appointment,
        cancelled=True,
        reason=reason,
        updated_at=work.now,
        version=appointment.version + 1,
    )
    work.emit(facts.appointment_cancelled(after))
    _note(work, appointment, after)
    await grants.withdraw(work, after)
    return after


async def change(work: UnitOfWork, appointment: Appointment, term: Interval, *, reason: str) -> Appointment:
    """Keep other days of a term, and raise the version."""
    await posts.set_term(work, appointment, term, reason=reason)
    after = replace(
        appointment,
        term=term,
        reason=reason or appointment.reason,
        updated_at=work.now,
        version=appointment.version + 1,
    )
    _note(work, appointment, after)
    return after
