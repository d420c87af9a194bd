"""Form vanguard teams, change who belongs to them, disband and read them."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.clients import Membership
from organization.domain import vanguard_teams as decide
from organization.domain.posts import Appointees
from organization.domain.units import Findings
from organization.domain.vanguard_teams import Team
from organization.errors import VanguardTeamNotFoundError
from organization.events import vanguard_teams as facts
from organization.facts import appointees
from organization.repository import units, vanguard_teams

READ = "organization.vanguard_team.read"
UPDATE = "organization.vanguard_team.update"


@dataclass(frozen=True, slots=True)
class NewTeam:
    """What a team is formed with; its first day is today when none is given."""

    unit_id: UUID
    name: str
    mission: str
    leader_id: UUID
    member_ids: tuple[UUID, ...]
    formed_on: date | None

    @property
    def person_ids(self) -> list[UUID]:
        """Everybody who is to belong to it."""
        return [self.leader_id, *self.member_ids]

    def on_mission(self, usual: str) -> "NewTeam":
        """The team with the usual mission, unless it has one of its own."""
        return replace(self, mission=self.mission or usual)


async def form_team(call: Call, membership: Membership, new: NewTeam) -> Team:
    """Form a team of a unit with its leader and members."""
    people = await appointees(call.database, membership, new.person_ids)
    async with call.transaction() as work:
        return work.answer(await form(work, new, people=people))


async def form(work: UnitOfWork, new: NewTeam, *, people: Appointees, path: str = "") -> Team:
    """Keep and announce a new team; the caller may form it there."""
    life = Interval(new.formed_on or work.today)
    await units.lock(work, new.unit_id)
    await ensure_free(work, new.unit_id)
    unit = (await units.outlines(work, [new.unit_id])).get(new.unit_id)
    decide.check_team(unit, new.leader_id, new.member_ids, registered=people, formed_on=life.start, path=path)
    team = Team(
        team_id=new_id(),
        unit_id=new.unit_id,
        name=new.name,
        mission=new.mission,
        life=life,
        reason="",
        members=decide.beginning(new.leader_id, new.member_ids, life),
        created_at=work.now,
        updated_at=work.now,
        version=1,
    )
    await vanguard_teams.add(work, team)
    work.emit(facts.team_formed(team))
    work.audit_change("vanguard_team", team.team_id, None, _kept(team))
    return team


def _kept(team: Team) -> dict[str, object]:
    return {
        "unit_id": team.unit_id,
        "name": team.name,
        "life": [team.life.start, team.life.end],
        "reason": team.reason,
        "members": [[each.person_id, each.leads, each.days.start, each.days.end] for each in team.members],
    }


async def add_member(
    call: Call, membership: Membership, team_id: UUID, *, person_id: UUID, valid_from: date | None
) -> Team:
    """Let somebody belong to a team from a day on."""
    on = valid_from or call.clock.today()
    await _check_known(call, membership, team_id, person_id)
    return await _changed(
        call,
        team_id,
        UPDATE,
        lambda team, work: decide.joined(team, person_id, on=on, at=work.now),
        lambda team: facts.team_joined(team, person_id, on),
    )


async def end_member(call: Call, team_id: UUID, *, person_id: UUID, ends_on: date | None) -> Team:
    """Let somebody no longer belong to a team from a day on."""
    on = ends_on or call.clock.today()
    return await _changed(
        call,
        team_id,
        UPDATE,
        lambda team, work: decide.departed(team, person_id, on=on, at=work.now),
        lambda team: facts.team_left(team, person_id, on),
    )


async def change_leader(
    call: Call, membership: Membership, team_id: UUID, *, person_id: UUID, valid_from: date | None
) -> Team:
    """Let another person lead a team from a day on."""
    on = valid_from or call.clock.today()
    await _check_known(call, membership, team_id, person_id)
    return await _changed(
        call,
        team_id,
        UPDATE,
        lambda team, work: decide.led_by(team, person_id, on=on, at=work.now),
        lambda team: facts.team_leader_changed(team, person_id, on),
    )


async def disband_team(call: Call, team_id: UUID, *, disbanded_on: date | None, reason: str) -> Team:
    """Disband a team from a day on."""
    on = disbanded_on or call.clock.today()
    return await _changed(
        call,
        team_id,
        "organization.vanguard_team.disband",
        lambda team, work: decide.disbanded(team, on=on, at=work.now, reason=reason),
        lambda team: facts.team_disbanded(team, on),
    )


async def _check_known(call: Call, membership: Membership, team_id: UUID, person_id: UUID) -> None:
    """Refuse somebody whom membership does not know; only whoever may change the team learns that."""
    seen = await _present(call, team_id)
    await call.access.require(UPDATE, unit=seen.unit_id)
    findings = Findings()
    people = await appointees(call.database, membership, [person_id])
    findings.check_registered(person_id, people, "person_id")
    findings.refuse_if_any()


async def _changed(
    call: Call,
    team_id: UUID,
    permission: str,
    change: Callable[[Team, UnitOfWork], Team],
    fact: Callable[[Team], Event],
) -> Team:
    seen = await _present(call, team_id)
    await call.access.require(permission, unit=seen.unit_id)
    async with call.transaction() as work:
        await vanguard_teams.lock(work, team_id)
        before = await vanguard_teams.find(work, team_id)
        assert before is not None, "a team is never deleted"
        call.check_etag(before.version)
        return work.answer(await _keep(work, before, change(before, work), fact))


async def _keep(work: UnitOfWork, before: Team, after: Team, fact: Callable[[Team], Event]) -> Team:
    await vanguard_teams.change(work, after)
    work.emit(fact(after))
    work.audit_change("vanguard_team", after.team_id, _kept(before), _kept(after))
    return after


async def disband(work: UnitOfWork, team_id: UUID, *, on: date, reason: str) -> None:
    """Disband a team on a day, unless it has an end already; the caller may."""
    await vanguard_teams.lock(work, team_id)
    before = await vanguard_teams.find(work, team_id)
    assert before is not None, "a team is never deleted"
    if before.life.end is None:
        after = decide.disbanded(before, on=on, at=work.now, reason=reason)
        await _keep(work, before, after, lambda team: facts.team_disbanded(team, on))


async def _present(call: Call, team_id: UUID) -> Team:
    team = await vanguard_teams.find(call.database, team_id)
    if team is None:
        await call.access.require(READ, unit=None)
        raise VanguardTeamNotFoundError(team_id=team_id)
    return team


async def get_team(call: Call, team_id: UUID) -> Team:
    """Read a team; whoever ever belonged to it may."""
    team = await _present(call, team_id)
    own = any(each.person_id == call.caller.person_id for each in team.members)
    await call.access.require(READ, unit=team.unit_id, relation=own)
    return team


async def list_teams(
    call: Call,
    *,
    unit_id: UUID | None,
    person_id: UUID | None,
    campus_id: UUID | None,
    as_of: date | None,
    size: int,
    token: str,
) -> Page[Team]:
    """List teams of units on which the caller may read them."""
    after = decode_token(token, UUID)
    most = page_size(size)
    found = await vanguard_teams.page(
        call.database,
        await call.access.filters(READ),
        unit_id=unit_id,
        person_id=person_id,
        campus_id=campus_id,
        on=as_of,
        today=call.clock.today(),
        after_id=after[0] if after else None,
        most=most + 1,
    )
    return page_of(found, most, lambda team: (team.team_id,))
