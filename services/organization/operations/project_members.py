"""Say who takes part in projects, and read it."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from chassis.bitemporal import period
from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from organization.clients import Membership
from organization.domain.project_members import (
    ProjectMember,
    check_assignment,
    check_present,
    check_project,
)
from organization.domain.units import Unit
from organization.events import formations as facts
from organization.facts import appointees
from organization.operations import founding
from organization.repository import project_members


async def assign(
    call: Call,
    membership: Membership,
    unit_id: UUID,
    person_ids: Sequence[UUID],
    *,
    task: str,
    valid_from: date | None,
    valid_until: date | None,
) -> Unit:
    """Let people take part in a project from a day on."""
    people = await appointees(call.database, membership, person_ids)
    async with call.transaction() as work:
        before = await _held(work, unit_id)
        days = period(valid_from or work.today, valid_until or before.life.end)
        check_assignment(before, person_ids, days, registered=people)
        await project_members.put_many(work, unit_id, person_ids, days, task)
        after = await founding.announce(
            work, unit_id, lambda unit: facts.members_assigned(unit, person_ids, days), before=before
        )
        return work.answer(after)


async def end(call: Call, unit_id: UUID, person_id: UUID, *, ends_on: date | None) -> Unit:
    """Let somebody take part in a project no longer from a day on."""
    async with call.transaction() as work:
        before = await _held(work, unit_id)
        on = ends_on or work.today
        check_present(person_id, await project_members.of_person(work, unit_id, person_id), on)
        await project_members.put_many(work, unit_id, [person_id], Interval(on), None)
        after = await founding.announce(
            work, unit_id, lambda unit: facts.member_left(unit, person_id, on), before=before
        )
        return work.answer(after)


async def _held(work: UnitOfWork, unit_id: UUID) -> Unit:
    """The project, for whoever changes who takes part in it."""
    project = await founding.take(work, unit_id)
    check_project(project)
    return project


async def list_members(
    call: Call, unit_id: UUID, *, as_of: date | None, known_at: datetime | None, size: int, token: str
) -> Page[ProjectMember]:
    """List who takes part in a project on a day."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await project_members.page(
        call.database,
        unit_id,
        day=as_of or call.clock.today(),
        known_at=known_at,
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda each: (each.person_id,))
