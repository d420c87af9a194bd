"""The public shape of each resource; events carry it and answers are it. Ids as text, days as YYYY-MM-DD."""

from datetime import UTC, date, datetime
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from google.protobuf.descriptor import EnumDescriptor
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.intervals import Interval
from chassis.verdicts import to_message
from organization.domain.grants import Grant
from organization.domain.posts import Appointment, Post
from organization.domain.reorganizations import PlannedUnit, Reorganization, RollMove
from organization.domain.units import Campus, NewUnit, Unit
from shuyuan.organization.v1 import (
    appointment_pb2,
    grant_pb2,
    reorganization_pb2,
    role_pb2,
    unit_pb2,
)

E = TypeVar("E", bound=StrEnum)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def _numbers(enum: EnumDescriptor) -> dict[str, int]:
    """The number of each value by its name in the domain: KIND_BRANCH is `branch`."""
    prefix = enum.values[0].name.removesuffix("UNSPECIFIED")
    return {value.name.removeprefix(prefix).lower(): value.number for value in enum.values if value.number}


def number(enum: EnumDescriptor, value: StrEnum | None) -> Any:
    """The enum's number for a domain value, 0 for none."""
    return 0 if value is None else _numbers(enum)[value]


@cache
def _values(enum: EnumDescriptor, kind: type[E]) -> dict[int, E]:
    return {number: kind(name) for name, number in _numbers(enum).items()}


def value(enum: EnumDescriptor, kind: type[E], given: int) -> E | None:
    """The domain value for an enum's number, None for 0."""
    return _values(enum, kind)[given] if given else None


_KIND = unit_pb2.Unit.Kind.DESCRIPTOR
_FORM = unit_pb2.Unit.Form.DESCRIPTOR
_STATE = unit_pb2.Unit.State.DESCRIPTOR
_FUNCTION = unit_pb2.Unit.Function.DESCRIPTOR
_PURPOSE = unit_pb2.Unit.Purpose.DESCRIPTOR
_PART = unit_pb2.Sponsorship.Part.DESCRIPTOR
_POST_KIND = appointment_pb2.Post.Kind.DESCRIPTOR
_BACKGROUND = appointment_pb2.Appointment.Background.DESCRIPTOR
_METHOD = appointment_pb2.Appointment.Method.DESCRIPTOR
_APPOINTMENT_STATE = appointment_pb2.Appointment.State.DESCRIPTOR
_BASIS = grant_pb2.Grant.Basis.DESCRIPTOR
_REORGANIZATION_STATE = reorganization_pb2.Reorganization.State.DESCRIPTOR
_KINDS: dict[str, Any] = _numbers(_KIND)
_STATES: dict[str, Any] = _numbers(_STATE)


def text(id_: UUID | None) -> str | None:
    """An id as text; None stays absent."""
    return None if id_ is None else str(id_)


def day(value: date | None) -> str | None:
    """A day as text; None stays absent."""
    return None if value is None else value.isoformat()


def instant(value: datetime | None) -> Timestamp | None:
    """An instant by integer arithmetic, exact to the microsecond; None stays absent."""
    if value is None:
        return None
    stamp = Timestamp()
    _stamp(stamp, value)
    return stamp


def _stamp(stamp: Timestamp, value: datetime) -> None:
    since = value - _EPOCH
    stamp.seconds = since.days * 86_400 + since.seconds
    stamp.nanos = since.microseconds * 1_000


def unit_message(unit: Unit) -> unit_pb2.Unit:
    """A unit as everybody sees it."""
    # Only what the unit has is touched: a field that is set to None costs as much as one that is set.
    message = unit_pb2.Unit()
    version = unit.version
    message.unit_id = str(unit.unit_id)
    message.kind = _KINDS[unit.kind]
    message.name = unit.name
    message.short_name = unit.short_name
    message.state = _STATES[unit.state]
    message.established_on = unit.life.start.isoformat()
    message.version = version
    message.etag = str(version)
    _stamp(message.create_time, unit.created_at)
    _stamp(message.update_time, unit.updated_at)
    for parentage in unit.parents:
        days = parentage.days
        parent = message.parents.add(
            parent_unit_id=str(parentage.parent_id), valid_from=days.start.isoformat()
        )
        if days.end is not None:
            parent.valid_until = days.end.isoformat()
    for each in unit.sponsors:
        part = number(_PART, each.part)
        _add_days(message.sponsors.add(sponsor_unit_id=str(each.sponsor_id), part=part), each.days)
    if unit.successor_ids:
        message.successor_unit_ids.extend(str(each) for each in unit.successor_ids)
    parent_id = unit.parent_id
    if parent_id is not None:
        message.parent_unit_id = str(parent_id)
    _add_particulars(message, unit)
    return message


def _add_particulars(message: unit_pb2.Unit, unit: Unit) -> None:
    # What only some units have.
    if unit.form is not None:
        message.form = number(_FORM, unit.form)
    if unit.function is not None:
        message.function = number(_FUNCTION, unit.function)
    if unit.purpose is not None:
        message.purpose = number(_PURPOSE, unit.purpose)
    if unit.campus_id is not None:
        message.campus_id = str(unit.campus_id)
    if unit.life.end is not None:
        message.dissolved_on = unit.life.end.isoformat()
    if unit.cohort_year is not None:
        message.cohort_year = unit.cohort_year
    if unit.major_code is not None:
        message.major_code = unit.major_code
    if unit.host_id is not None:
        message.host_unit_id = str(unit.host_id)
    if unit.task is not None:
        message.task = unit.task
    if unit.planned_end_on is not None:
        message.planned_end_on = unit.planned_end_on.isoformat()
    if unit.frozen_by is not None:
        message.frozen_by_process_id = str(unit.frozen_by)


def _add_days(message: unit_pb2.Sponsorship, days: Interval) -> None:
    message.valid_from = days.start.isoformat()
    if days.end is not None:
        message.valid_until = days.end.isoformat()


def campus_message(campus: Campus) -> unit_pb2.Campus:
    """A campus as everybody sees it."""
    return unit_pb2.Campus(
        campus_id=str(campus.campus_id),
        code=campus.code,
        name=campus.name,
        version=campus.version,
        etag=str(campus.version),
    )


def post_message(post: Post) -> appointment_pb2.Post:
    """A post as everybody sees it."""
    return appointment_pb2.Post(
        post_id=str(post.post_id),
        unit_id=str(post.unit_id),
        kind=number(_POST_KIND, post.kind),
        title=post.title,
        seats=post.seats,
        role=role_pb2.Role.Value(post.role) if post.role else role_pb2.ROLE_UNSPECIFIED,
        role_unit_id=text(post.role_unit_id),
        bound_post_id=text(post.bound_post_id),
        valid_from=post.days.start.isoformat(),
        valid_until=day(post.days.end),
        version=post.version,
        etag=str(post.version),
    )


def appointment_message(appointment: Appointment, language: str = "zh-CN") -> appointment_pb2.Appointment:
    """An appointment as everybody sees it, the rules' words in the language."""
    return appointment_pb2.Appointment(
        appointment_id=str(appointment.appointment_id),
        post_id=str(appointment.post_id),
        unit_id=str(appointment.unit_id),
        post_kind=number(_POST_KIND, appointment.post_kind),
        person_id=str(appointment.person_id),
        method=number(_METHOD, appointment.method),
        valid_from=appointment.term.start.isoformat(),
        valid_until=day(appointment.term.end),
        basis_post_id=text(appointment.basis_post_id),
        document_number=appointment.document_number,
        state=number(_APPOINTMENT_STATE, appointment.state),
        reason=appointment.reason,
        through_post_id=text(appointment.through_post_id),
        update_time=instant(appointment.updated_at),
        version=appointment.version,
        etag=str(appointment.version),
        background=number(_BACKGROUND, appointment.background),
        verdicts=[to_message(verdict, language) for verdict in appointment.verdicts],
        override_reason=appointment.override_reason,
    )


def grant_message(grant: Grant) -> grant_pb2.Grant:
    """A grant as everybody who may read grants sees it."""
    return grant_pb2.Grant(
        grant_id=str(grant.grant_id),
        person_id=str(grant.person_id),
        role=role_pb2.Role.Value(grant.role),
        unit_id=str(grant.unit_id),
        valid_from=grant.days.start.isoformat(),
        valid_until=day(grant.days.end),
        revoked=grant.revoked,
        basis=number(_BASIS, grant.basis),
        appointment_id=text(grant.appointment_id),
        reason=grant.reason,
        create_time=instant(grant.created_at),
        update_time=instant(grant.updated_at),
        version=grant.version,
        etag=str(grant.version),
    )


def move_message(move: RollMove) -> reorganization_pb2.RollMove:
    """A move as everybody sees it."""
    return reorganization_pb2.RollMove(
        move_id=str(move.move_id),
        from_unit_id=str(move.from_unit_id),
        to_unit_id=str(move.to_unit_id),
        affiliated_unit_id=text(move.affiliated_unit_id),
        person_ids=[str(person) for person in move.person_ids],
    )


def new_unit_message(new: NewUnit) -> unit_pb2.UnitInput:
    """What a unit is to be established with, as a plan shows it."""
    return unit_pb2.UnitInput(
        kind=number(_KIND, new.kind),
        form=number(_FORM, new.form),
        name=new.name,
        short_name=new.short_name,
        function=number(_FUNCTION, new.function),
        campus_id=text(new.campus_id),
        sponsors=[
            unit_pb2.SponsorInput(sponsor_unit_id=str(each.sponsor_id), part=number(_PART, each.part))
            for each in new.sponsors
        ],
        cohort_year=new.cohort_year,
        major_code=new.major_code,
        purpose=number(_PURPOSE, new.purpose),
        host_unit_id=text(new.host_id),
        task=new.task,
        planned_end_on=day(new.planned_end_on),
    )


def _planned_message(planned: PlannedUnit) -> reorganization_pb2.PlannedUnit:
    return reorganization_pb2.PlannedUnit(
        unit_id=str(planned.unit_id),
        key=planned.key,
        parent_unit_id=str(planned.parent_id),
        unit=new_unit_message(planned.new),
    )


def reorganization_message(reorganization: Reorganization) -> reorganization_pb2.Reorganization:
    """A reorganisation as everybody sees it."""
    plan = reorganization.plan
    return reorganization_pb2.Reorganization(
        reorganization_id=str(reorganization.reorganization_id),
        unit_id=str(reorganization.unit_id),
        title=reorganization.title,
        effective_on=plan.effective_on.isoformat(),
        establishes=[_planned_message(each) for each in plan.establishes],
        dissolves_unit_ids=[str(each) for each in plan.dissolves],
        moves=[move_message(each) for each in plan.moves],
        state=number(_REORGANIZATION_STATE, reorganization.state),
        approved_by_person_id=text(reorganization.approved_by),
        approve_time=instant(reorganization.approved_at),
        document_number=reorganization.document_number,
        process_id=text(reorganization.process_id),
        moved_persons=reorganization.moved_persons,
        moved_cases=reorganization.moved_cases,
        failure=reorganization.failure,
        create_time=instant(reorganization.created_at),
        update_time=instant(reorganization.updated_at),
        version=reorganization.version,
        etag=str(reorganization.version),
    )
