"""Form vanguard teams, change who belongs to them, disband and read them."""

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from chassis.calls import Call
from chassis.database import UnitOfWork
from chassis.events import Event
from chassis.ids import new_id
from chassis.intervals import Interval
from chassis.paging import Page, decode_token, page_of, page_size
from chassis.process import ensure_free
from organization.domain import vanguard_teams as decide
from organization.domain.vanguard_teams import Team
from organization.errors import VanguardTeamNotFoundError
from organization.events import vanguard_teams as facts
from organization.repository import units, vanguard_teams

READ = "organization.vanguard_team.read"
UPDATE = "organization.vanguard_team.update"


async def form_team(
    call: Call,
    unit_id: UUID,
    *,
    name: str,
    mission: str,
    leader_id: UUID,
    member_ids: Sequence[UUID],
    formed_on: date | None,
) -> Team:
    """Form a team of a unit with its leader and members."""
    async with call.transaction() as work:
        life = Interval(formed_on or work.today)
        await units.lock(work, unit_id)
        await ensure_free(work, unit_id)
        unit = (await units.outlines(work, [unit_id])).get(unit_id)
        decide.check_team(unit, leader_id, member_ids, formed_on=life.start)
        team = Team(
            team_id=new_id(),
            unit_id=unit_id,
            name=name,
            mission=mission,
            life=life,
            reason="",
            members=decide.beginning(leader_id, member_ids, life),
            created_at=work.now,
            updated_at=work.now,
            version=1,
        )
        await vanguard_teams.add(work, team)
        work.emit(facts.team_formed(team))
        work.audit_change("vanguard_team", team.team_id, None, _kept(team))
        return work.answer(team)


def _kept(team: Team) -> dict[str, object]:
    return {
        "unit_id": team.unit_id,
        "name": team.name,
        "life": [team.life.start, team.life.end],
        "reason": team.reason,
        "members": [[each.person_id, each.leads, each.days.start, each.days.end] for each in team.members],
    }


async def add_member(call: Call, team_id: UUID, *, person_id: UUID, valid_from: date | None) -> Team:
    """Let somebody belong to a team from a day on."""
    on = valid_from or call.clock.today()
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


async def change_leader(call: Call, team_id: UUID, *, person_id: UUID, valid_from: date | None) -> Team:
    """Let another person lead a team from a day on."""
    on = valid_from or call.clock.today()
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
        after = change(before, work)
        await vanguard_teams.change(work, after)
        work.emit(fact(after))
        work.audit_change("vanguard_team", team_id, _kept(before), _kept(after))
        return work.answer(after)


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
