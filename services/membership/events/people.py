"""Events about persons, logins and members."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from uuid import UUID

from chassis.events import Event, Pattern, Rendered
from membership.domain.members import Member
from membership.domain.people import Account, Affiliation, Person
from membership.events import shapes
from shuyuan.membership.v1 import events_pb2, person_pb2

# Stands for the id of each of many, and is the id of none.
_SOMEBODY = UUID("7e3c1d52-5b1c-4c0e-9f52-1f6a3a0b9d11")


def person_registered(person: Person) -> Event:
    """A person was registered."""
    message = events_pb2.PersonRegistered(person=shapes.person(person))
    return Event(person.person_id, person.version, message)


def persons_registered(people: Iterable[Person]) -> Iterator[Rendered]:
    """The same of many, most of whom differ by nothing but what no event tells: each kind of them is printed once."""
    patterns: dict[Person, Pattern] = {}
    for person in people:
        alike = replace(person, person_id=_SOMEBODY, name="", campus_number=None, birth_date=None)
        pattern = patterns.get(alike)
        if pattern is None:
            pattern = patterns[alike] = Pattern(person_registered(alike))
        yield pattern.of(person.person_id)


def person_updated(person: Person) -> Event:
    """What is written of a person was corrected."""
    return Event(person.person_id, person.version, events_pb2.PersonUpdated(person=shapes.person(person)))


def person_affiliated(person: Person, tie: Affiliation) -> Event:
    """It was stated where a person belongs."""
    message = events_pb2.PersonAffiliated(
        kind=shapes.enum_number(person_pb2.AffiliationKind, "AFFILIATION_KIND", tie.kind),
        unit_id=str(tie.unit_id),
        valid_from=tie.valid_from.isoformat(),
        valid_until=shapes.day_text(tie.valid_until),
        person=shapes.person(person),
    )
    return Event(person.person_id, person.version, message)


def identity_recorded(person: Person) -> Event:
    """The identity number of a person was recorded."""
    message = events_pb2.PersonIdentityRecorded(person=shapes.person(person))
    return Event(person.person_id, person.version, message)


def account_opened(account: Account) -> Event:
    """A login was opened."""
    message = events_pb2.AccountOpened(account=shapes.account(account))
    return Event(account.account_id, account.version, message)


def account_changed(account: Account) -> Event:
    """A login was closed or opened again."""
    message = events_pb2.AccountChanged(account=shapes.account(account))
    return Event(account.account_id, account.version, message)


def member_established(member: Member) -> Event:
    """An existing member was entered into a roll."""
    return Event(member.person_id, member.version, events_pb2.MemberEstablished(member=shapes.member(member)))


def member_admitted(member: Member, case_id: UUID, probation_from: date) -> Event:
    """A person became a probationary member."""
    message = events_pb2.MemberAdmitted(
        case_id=str(case_id), probation_from=probation_from.isoformat(), member=shapes.member(member)
    )
    return Event(member.person_id, member.version, message)


def member_converted(member: Member, case_id: UUID, full_member_from: date) -> Event:
    """A probationary member became a full member."""
    message = events_pb2.MemberConverted(
        case_id=str(case_id), full_member_from=full_member_from.isoformat(), member=shapes.member(member)
    )
    return Event(member.person_id, member.version, message)


def member_revoked(member: Member, case_id: UUID, revoked_on: date) -> Event:
    """A probationary membership was revoked."""
    message = events_pb2.MemberRevoked(
        case_id=str(case_id), revoked_on=revoked_on.isoformat(), member=shapes.member(member)
    )
    return Event(member.person_id, member.version, message)


def member_moved(
    member: Member,
    *,
    from_unit_id: UUID,
    to_unit_id: UUID,
    effective_on: date,
    reorganization_id: UUID | None = None,
) -> Event:
    """A formal relationship moved to another unit."""
    message = events_pb2.MemberMoved(
        from_unit_id=str(from_unit_id),
        to_unit_id=str(to_unit_id),
        effective_on=effective_on.isoformat(),
        reorganization_id=shapes.id_text(reorganization_id),
        member=shapes.member(member),
    )
    return Event(member.person_id, member.version, message)


def participation_changed(member: Member, unit_id: UUID) -> Event:
    """A member takes part in a functional or temporary branch, or no longer does."""
    message = events_pb2.MemberParticipationChanged(unit_id=str(unit_id), member=shapes.member(member))
    return Event(member.person_id, member.version, message)


def roll_move_applied(
    reorganization_id: UUID,
    *,
    effective_on: date,
    moved_persons: int,
    moved_cases: int,
    ended_participations: int,
) -> Event:
    """The rolls followed a reorganisation."""
    result = events_pb2.RollMoveResult(
        reorganization_id=str(reorganization_id),
        effective_on=effective_on.isoformat(),
        moved_persons=moved_persons,
        moved_cases=moved_cases,
        ended_participations=ended_participations,
        version=1,
    )
    message = events_pb2.RollMoveApplied(
        reorganization_id=str(reorganization_id),
        moved_persons=moved_persons,
        moved_cases=moved_cases,
        roll_move=result,
    )
    return Event(reorganization_id, 1, message)
