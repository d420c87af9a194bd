"""Declare emergencies, set up in one step what they need, read who is in one, and end them.

The path is shortened, not hidden: the approver is named beforehand and stands in every event and in the audit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ProcessKind, ensure_free
from organization.clients import Membership
from organization.domain.emergencies import (
    Emergency,
    EmergencyPerson,
    Formation,
    check_leading,
    check_places,
)
from organization.domain.formation_templates import Template, TemplateKind
from organization.domain.posts import Appointees
from organization.domain.temporary_branches import NewBranch, check_kind
from organization.domain.units import refuse
from organization.errors import EmergencyNotFoundError
from organization.events import emergencies as facts
from organization.operations import founding, temporary_branches, vanguard_teams
from organization.operations.vanguard_teams import NewTeam
from organization.repository import emergencies, formation_templates, units
from organization.repository import temporary_branches as branch_rows

READ = "organization.emergency.read"


@dataclass(frozen=True, slots=True)
class TeamFromTemplate:
    """A vanguard team to be formed; without a mission it has the task of the template."""

    template_id: UUID
    team: NewTeam


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be set up in one step."""

    branches: tuple[NewBranch, ...]
    teams: tuple[TeamFromTemplate, ...]

    @property
    def template_ids(self) -> list[UUID]:
        """The templates that it needs."""
        return [*(each.template_id for each in self.branches), *(each.template_id for each in self.teams)]

    @property
    def team_person_ids(self) -> list[UUID]:
        """Everybody who is to belong to one of the teams."""
        return [person_id for each in self.teams for person_id in each.team.person_ids]


@dataclass(frozen=True, slots=True)
class NewEmergency:
    """What an emergency is declared with."""

    unit_id: UUID
    name: str
    approver_id: UUID
    document_number: str
    started_on: date | None


async def declare_emergency(
    call: Call, membership: Membership, new: NewEmergency, wanted: Wanted
) -> Emergency:
    """Declare an emergency, and set up what is asked for in the same step."""
    # Nobody approves beforehand what they could not establish themselves.
    await call.access.require(temporary_branches.ESTABLISH, unit=new.unit_id)
    people = await temporary_branches.officers_of(
        call, membership, wanted.branches, new.approver_id, *wanted.team_person_ids
    )
    if new.approver_id not in people:
        refuse("approver_person_id", "没有登记此人。", "Nobody is registered under this id.")
    async with call.transaction() as work:
        life = Interval(new.started_on or work.today)
        # Before what it touches, in the order of whoever dissolves units or ends an emergency.
        await work.share(founding.STRUCTURE)
        await ensure_free(work, new.unit_id)
        check_leading((await units.outlines(work, [new.unit_id])).get(new.unit_id), life.start)
        emergency = Emergency(
            emergency_id=new_id(),
            unit_id=new.unit_id,
            name=new.name,
            approver_id=new.approver_id,
            document_number=new.document_number,
            life=life,
            reason="",
            formations=(),
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await emergencies.add(work, emergency)
        work.emit(facts.declared(emergency))
        work.audit_change("emergency", emergency.emergency_id, None, _kept(emergency))
        if wanted.template_ids:
            emergency = await _set_up(work, emergency, wanted, people)
        return work.answer(emergency)


def _kept(emergency: Emergency) -> dict[str, object]:
    return {
        "unit_id": emergency.unit_id,
        "approver_person_id": emergency.approver_id,
        "life": [emergency.life.start, emergency.life.end],
        "formations": [each.formation_id for each in emergency.formations],
        "reason": emergency.reason,
    }


async def set_up_in_emergency(
    call: Call, membership: Membership, emergency_id: UUID, wanted: Wanted
) -> Emergency:
    """Set up branches and teams from templates; the approver may, whatever else they may."""
    await _allowed(call, emergency_id, "organization.emergency.set_up")
    if not wanted.template_ids:
        refuse("branches", "没有要设立的组织。", "Nothing is to be set up.")
    people = await temporary_branches.officers_of(call, membership, wanted.branches, *wanted.team_person_ids)
    async with call.transaction() as work:
        await work.share(founding.STRUCTURE)
        before = await _taken(work, emergency_id)
        before.check_lasts()
        return work.answer(await _set_up(work, before, wanted, people))


async def _set_up(work: UnitOfWork, before: Emergency, wanted: Wanted, people: Appointees) -> Emergency:
    await _check_places(work, before, wanted)
    templates = await formation_templates.find_many(work, wanted.template_ids)
    formed = [
        *await _branches(work, wanted.branches, templates, people),
        *await _teams(work, wanted.teams, templates, people),
    ]
    after = before.formed(formed, at=work.now)
    await emergencies.add_formations(work, after.emergency_id, formed, place=len(before.formations))
    await emergencies.change(work, after)
    work.emit(facts.formed(after, formed))
    work.audit_change("emergency", after.emergency_id, _kept(before), _kept(after))
    return after


async def _check_places(work: UnitOfWork, emergency: Emergency, wanted: Wanted) -> None:
    places = [
        (f"branches[{number}].parent_unit_id", each.parent_id, each.established_on or work.today)
        for number, each in enumerate(wanted.branches)
    ]
    places += [
        (f"teams[{number}].unit_id", each.team.unit_id, each.team.formed_on or work.today)
        for number, each in enumerate(wanted.teams)
    ]
    below = {
        unit_id for unit_id, days in await units.below(work, emergency.unit_id, since=emergency.life.start)
    }
    check_places(emergency, places, below)


async def _branches(
    work: UnitOfWork, wanted: Sequence[NewBranch], templates: dict[UUID, Template], people: Appointees
) -> list[Formation]:
    formed = []
    for number, each in enumerate(wanted):
        found = templates.get(each.template_id)
        path = f"branches[{number}]"
        unit = await temporary_branches.set_up(work, found, each, path=path, people=people)
        formed.append(
            Formation(unit.unit_id, TemplateKind.TEMPORARY_BRANCH, each.template_id, unit.life.start)
        )
    return formed


async def _teams(
    work: UnitOfWork,
    wanted: Sequence[TeamFromTemplate],
    templates: dict[UUID, Template],
    people: Appointees,
) -> list[Formation]:
    formed = []
    for number, each in enumerate(wanted):
        path = f"teams[{number}]"
        template = check_kind(templates.get(each.template_id), TemplateKind.VANGUARD_TEAM, path=path)
        new = each.team.on_mission(template.says.task)
        team = await vanguard_teams.form(work, new, people=people, path=f"{path}.")
        formed.append(Formation(team.team_id, TemplateKind.VANGUARD_TEAM, each.template_id, team.life.start))
    return formed


async def end_emergency(
    call: Call,
    membership: Membership,
    kind: ProcessKind,
    emergency_id: UUID,
    *,
    ended_on: date | None,
    reason: str,
) -> Emergency:
    """End an emergency: disband its teams, and let its branches end on that day."""
    seen = await _allowed(call, emergency_id, "organization.emergency.end", relation=False)
    today = call.clock.today()
    on = ended_on or today
    seen.ended(on, reason, at=call.clock.now())
    branch_ids = seen.of_kind(TemplateKind.TEMPORARY_BRANCH) if on <= today else []
    people = {unit_id: await membership.count_roll(unit_id, on, participants=False) for unit_id in branch_ids}
    async with call.transaction() as work:
        await work.lock(founding.STRUCTURE)
        before = await _taken(work, emergency_id)
        after = before.ended(on, reason, at=work.now)
        for team_id in after.of_kind(TemplateKind.VANGUARD_TEAM):
            await vanguard_teams.disband(work, team_id, on=on, reason=reason)
        # One that was set up since nobody has counted yet: the timetable dissolves it.
        for unit_id in after.of_kind(TemplateKind.TEMPORARY_BRANCH):
            await _end_branch(work, kind, unit_id, on=on, reason=reason, people=people.get(unit_id))
        await emergencies.change(work, after)
        work.emit(facts.ended(after, on))
        work.audit_change("emergency", emergency_id, _kept(before), _kept(after))
        return work.answer(after)


async def _end_branch(
    work: UnitOfWork, kind: ProcessKind, unit_id: UUID, *, on: date, reason: str, people: int | None
) -> None:
    """Let a branch end on the day unless it has ended or is being dissolved; `people` is counted when the day has come."""
    await units.lock(work, unit_id)
    branch = await branch_rows.find(work, unit_id, day=work.today)
    assert branch is not None, "a temporary branch is never deleted"
    if branch.dissolved_on is not None or branch.frozen_by is not None:
        return
    await temporary_branches.plan_end(work, branch, on, reason=reason)
    if people is not None:
        planned = await branch_rows.find(work, unit_id, day=work.today)
        assert planned is not None, "found above"
        await temporary_branches.end(work, kind, planned, people=people, reason=reason)


async def _taken(work: UnitOfWork, emergency_id: UUID) -> Emergency:
    emergency = await emergencies.lock(work, emergency_id)
    assert emergency is not None, "an emergency is never deleted"
    work.call.check_etag(emergency.version)
    return emergency


async def _allowed(call: Call, emergency_id: UUID, permission: str, *, relation: bool = True) -> Emergency:
    """The emergency, for whoever has the permission on its unit, and for its approver where the relation counts."""
    emergency = await emergencies.find(call.database, emergency_id)
    if emergency is None:
        await call.access.require(permission, unit=None)
        raise EmergencyNotFoundError(emergency_id=emergency_id)
    is_approver = relation and emergency.approver_id == call.caller.person_id
    await call.access.require(permission, unit=emergency.unit_id, relation=is_approver)
    return emergency


async def get_emergency(call: Call, emergency_id: UUID) -> Emergency:
    """Read an emergency."""
    return await _allowed(call, emergency_id, READ)


async def list_emergencies(
    call: Call, *, unit_id: UUID | None, as_of: date | None, size: int, token: str
) -> Page[Emergency]:
    """List emergencies of units on which the caller may read them."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await emergencies.page(
        call.database,
        await call.access.filters(READ),
        unit_id=unit_id,
        on=as_of,
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda each: (each.emergency_id,))


async def list_people(
    call: Call, emergency_id: UUID, *, as_of: date | None, size: int, token: str
) -> Page[EmergencyPerson]:
    """List who is in an emergency on a day."""
    emergency = await _allowed(call, emergency_id, READ)
    after = decode_token(token, UUID, UUID, str)
    most = page_size(size)
    found = await emergencies.people(
        call.database,
        emergency_id,
        on=emergency.day_shown(as_of, today=call.clock.today()),
        after=(after[0], after[1], after[2]) if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda each: (each.person_id, each.formation_id, each.part.value))
