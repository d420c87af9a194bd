"""Vanguard teams: their public shape, and the facts about them as events of the contract."""

from datetime import date
from uuid import UUID

from chassis.events import Event
from organization.domain.vanguard_teams import Team
from organization.events.shapes import day, instant
from shuyuan.organization.v1 import events_pb2, vanguard_team_pb2


def team_message(team: Team) -> vanguard_team_pb2.VanguardTeam:
    """A team as everybody who may read teams sees it."""
    return vanguard_team_pb2.VanguardTeam(
        team_id=str(team.team_id),
        unit_id=str(team.unit_id),
        name=team.name,
        mission=team.mission,
        formed_on=team.life.start.isoformat(),
        disbanded_on=day(team.life.end),
        reason=team.reason,
        members=[
            vanguard_team_pb2.VanguardTeamMember(
                person_id=str(each.person_id),
                leads=each.leads,
                valid_from=each.days.start.isoformat(),
                valid_until=day(each.days.end),
            )
            for each in team.members
        ],
        create_time=instant(team.created_at),
        update_time=instant(team.updated_at),
        version=team.version,
        etag=str(team.version),
    )


def team_formed(team: Team) -> Event:
    """A team was formed."""
    data = events_pb2.VanguardTeamFormed(vanguard_team=team_message(team))
    return Event(team.team_id, team.version, data)


def team_joined(team: Team, person_id: UUID, on: date) -> Event:
    """Somebody belongs to a team."""
    data = events_pb2.VanguardTeamJoined(
        person_id=str(person_id), valid_from=on.isoformat(), vanguard_team=team_message(team)
    )
    return Event(team.team_id, team.version, data)


def team_reassigned(team: Team, before: UUID, after: UUID) -> Event:
    """A member of a team is another entry of the same person."""
    data = events_pb2.VanguardTeamReassigned(
        from_person_id=str(before), to_person_id=str(after), vanguard_team=team_message(team)
    )
    return Event(team.team_id, team.version, data)


def team_left(team: Team, person_id: UUID, on: date) -> Event:
    """Somebody no longer belongs to a team."""
    data = events_pb2.VanguardTeamLeft(
        person_id=str(person_id), ends_on=on.isoformat(), vanguard_team=team_message(team)
    )
    return Event(team.team_id, team.version, data)


def team_leader_changed(team: Team, person_id: UUID, on: date) -> Event:
    """Another person leads a team."""
    data = events_pb2.VanguardTeamLeaderChanged(
        person_id=str(person_id), valid_from=on.isoformat(), vanguard_team=team_message(team)
    )
    return Event(team.team_id, team.version, data)


def team_disbanded(team: Team, on: date) -> Event:
    """A team was disbanded."""
    data = events_pb2.VanguardTeamDisbanded(disbanded_on=on.isoformat(), vanguard_team=team_message(team))
    return Event(team.team_id, team.version, data)
