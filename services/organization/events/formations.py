"""Templates and temporary branches: their public shape, and the facts about them as events of the contract."""

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from chassis.events import Event
from chassis.intervals import Interval
from organization.domain.formation_templates import Template
from organization.domain.temporary_branches import Hindrance, TemporaryBranch
from organization.domain.units import Unit
from organization.events.shapes import day, instant, number, text, unit_message
from shuyuan.organization.v1 import (
    appointment_pb2,
    events_pb2,
    formation_template_pb2,
    temporary_branch_pb2,
    unit_pb2,
)

_KIND = formation_template_pb2.FormationTemplate.Kind.DESCRIPTOR
_PURPOSE = unit_pb2.Unit.Purpose.DESCRIPTOR
_STATE = unit_pb2.Unit.State.DESCRIPTOR
_POST_KIND = appointment_pb2.Post.Kind.DESCRIPTOR


def template_message(template: Template) -> formation_template_pb2.FormationTemplate:
    """A template as everybody sees it."""
    says = template.says
    return formation_template_pb2.FormationTemplate(
        template_id=str(template.template_id),
        kind=number(_KIND, says.kind),
        name=says.name,
        purpose=number(_PURPOSE, says.purpose),
        task=says.task,
        posts=[
            formation_template_pb2.TemplatePost(
                kind=number(_POST_KIND, post.kind), title=post.title, seats=post.seats
            )
            for post in says.posts
        ],
        default_length=says.default_length,
        retired_on=day(template.retired_on),
        create_time=instant(template.created_at),
        update_time=instant(template.updated_at),
        version=template.version,
        etag=str(template.version),
    )


def _hindrances(given: Iterable[Hindrance]) -> list[temporary_branch_pb2.Hindrance]:
    return [temporary_branch_pb2.Hindrance(reason=each.reason, count=each.count) for each in given]


def branch_message(branch: TemporaryBranch) -> temporary_branch_pb2.TemporaryBranch:
    """A temporary branch as whoever may read units sees it."""
    return temporary_branch_pb2.TemporaryBranch(
        unit_id=str(branch.unit_id),
        name=branch.name,
        state=number(_STATE, branch.state),
        purpose=number(_PURPOSE, branch.purpose),
        task=branch.task,
        established_on=branch.established_on.isoformat(),
        planned_end_on=day(branch.planned_end_on),
        dissolved_on=day(branch.dissolved_on),
        template_id=text(branch.template_id),
        hindrances=_hindrances(branch.hindrances),
        hindered_since=day(branch.hindered_since),
        frozen_by_process_id=text(branch.frozen_by),
        version=branch.version,
        etag=str(branch.version),
    )


def template_created(template: Template) -> Event:
    """A template was added."""
    data = events_pb2.FormationTemplateCreated(formation_template=template_message(template))
    return Event(template.template_id, template.version, data)


def template_updated(template: Template) -> Event:
    """What a template says was changed."""
    data = events_pb2.FormationTemplateUpdated(formation_template=template_message(template))
    return Event(template.template_id, template.version, data)


def template_retired(template: Template) -> Event:
    """A template was retired."""
    assert template.retired_on is not None, "a retired template has its day"
    data = events_pb2.FormationTemplateRetired(
        retired_on=template.retired_on.isoformat(), formation_template=template_message(template)
    )
    return Event(template.template_id, template.version, data)


def end_planned(unit: Unit, on: date, reason: str) -> Event:
    """The day on which the task of a temporary branch ends was set or changed."""
    data = events_pb2.UnitEndPlanned(planned_end_on=on.isoformat(), reason=reason, unit=unit_message(unit))
    return Event(unit.unit_id, unit.version, data)


def members_assigned(unit: Unit, person_ids: Iterable[UUID], days: Interval) -> Event:
    """People take part in a project."""
    data = events_pb2.UnitMembersAssigned(
        person_ids=[str(each) for each in person_ids],
        valid_from=days.start.isoformat(),
        valid_until=day(days.end),
        unit=unit_message(unit),
    )
    return Event(unit.unit_id, unit.version, data)


def members_reassigned(unit: Unit, before: UUID, after: UUID) -> Event:
    """Who takes part in a project is another entry of the same person."""
    data = events_pb2.UnitMembersReassigned(
        from_person_id=str(before), to_person_id=str(after), unit=unit_message(unit)
    )
    return Event(unit.unit_id, unit.version, data)


def member_left(unit: Unit, person_id: UUID, on: date) -> Event:
    """Somebody takes part in a project no longer."""
    data = events_pb2.UnitMemberLeft(
        person_id=str(person_id), ends_on=on.isoformat(), unit=unit_message(unit)
    )
    return Event(unit.unit_id, unit.version, data)


def dissolution_hindered(unit: Unit, ended_on: date, hindrances: Iterable[Hindrance]) -> Event:
    """A temporary branch whose task is over cannot be dissolved by itself."""
    data = events_pb2.UnitDissolutionHindered(
        planned_end_on=ended_on.isoformat(), hindrances=_hindrances(hindrances), unit=unit_message(unit)
    )
    return Event(unit.unit_id, unit.version, data)
