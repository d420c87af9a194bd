"""Vanguard teams: who belongs to one when, and that exactly one person leads it on every day of its life."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from chassis.intervals import Interval
from organization.domain.structure import PARTY_KINDS
from organization.domain.units import Findings, Kind, Outline, refuse
from organization.errors import (
    VanguardTeamDisbandedError,
    VanguardTeamMemberAbsentError,
    VanguardTeamMemberOverlapsError,
    VanguardTeamNeedsLeaderError,
)

# A Party group acts through its branch, a standing committee through its committee.
TEAM_KINDS = PARTY_KINDS - {Kind.PARTY_GROUP, Kind.STANDING_COMMITTEE}


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody belongs to a team on some days, in one part."""

    person_id: UUID
    leads: bool
    days: Interval


@dataclass(frozen=True, slots=True)
class Team:
    """A vanguard team with everybody who ever belonged to it."""

    team_id: UUID
    unit_id: UUID
    name: str
    mission: str
    life: Interval
    reason: str
    members: tuple[TeamMember, ...]
    created_at: datetime
    updated_at: datetime
    version: int


def check_team(
    unit: Outline | None,
    leader_id: UUID,
    member_ids: Sequence[UUID],
    *,
    registered: Container[UUID],
    formed_on: date,
    path: str = "",
) -> None:
    """Refuse a team of what is no Party organisation in being, or with somebody unknown or named twice."""
    findings = Findings()
    if unit is None or unit.kind not in TEAM_KINDS or formed_on not in unit.life:
        findings.add(
            f"{path}unit_id",
            "不是当日存续的党支部、党总支或党委。",
            "It is no branch, general branch or committee in being on the day.",
        )
    findings.check_registered(leader_id, registered, f"{path}leader_person_id")
    for number, member_id in enumerate(member_ids):
        findings.check_registered(member_id, registered, f"{path}member_person_ids[{number}]")
        if member_id == leader_id or member_id in member_ids[:number]:
            findings.add(
                f"{path}member_person_ids[{number}]", "人员重复。", "The person is named twice, or leads it."
            )
    findings.refuse_if_any()


def beginning(leader_id: UUID, member_ids: Sequence[UUID], days: Interval) -> tuple[TeamMember, ...]:
    """Who belongs to a new team."""
    return _ordered(
        [TeamMember(leader_id, True, days), *(TeamMember(each, False, days) for each in member_ids)]
    )


def joined(team: Team, person_id: UUID, *, on: date, at: datetime) -> Team:
    """The team after somebody came to it for good."""
    _check_life(team, on, path="valid_from")
    new = Interval(on)
    if any(each.person_id == person_id and each.days.overlaps(new) for each in team.members):
        raise VanguardTeamMemberOverlapsError(person_id=person_id)
    return _with(team, [*team.members, TeamMember(person_id, False, new)], at)


def departed(team: Team, person_id: UUID, *, on: date, at: datetime) -> Team:
    """The team after somebody who does not lead it left."""
    _check_existing(team)
    rest = Interval(on)
    theirs = [each for each in team.members if each.person_id == person_id and each.days.overlaps(rest)]
    if not theirs:
        raise VanguardTeamMemberAbsentError(person_id=person_id)
    if any(each.leads for each in theirs):
        raise VanguardTeamNeedsLeaderError(person_id=person_id)
    if any(on <= each.days.start for each in theirs):
        refuse("ends_on", "须晚于其入队日期。", "It lies after the person's first day in the team.")
    return _with(team, _without(team.members, person_id, rest), at)


def led_by(team: Team, person_id: UUID, *, on: date, at: datetime) -> Team:
    """The team after another person began to lead it; whoever led it before stays as a member."""
    _check_life(team, on, path="valid_from")
    rest = Interval(on)
    (before,) = [each for each in team.members if each.leads and each.days.overlaps(rest)][-1:]
    if before.person_id == person_id:
        raise VanguardTeamMemberOverlapsError(person_id=person_id)
    if on <= before.days.start:
        refuse("valid_from", "须晚于现任队长任职日期。", "It lies after the first day of the leader before.")
    members = _without(_without(team.members, person_id, rest), before.person_id, rest)
    new = [TeamMember(person_id, True, rest), TeamMember(before.person_id, False, rest)]
    return _with(team, [*members, *new], at)


def disbanded(team: Team, *, on: date, at: datetime, reason: str) -> Team:
    """The team after its end was decided."""
    _check_life(team, on, path="disbanded_on")
    if any(on <= each.days.start for each in team.members):
        refuse(
            "disbanded_on",
            "须晚于成立日期及所有人员变动日期。",
            "It lies after the team was formed and after every change in it.",
        )
    members = [replace(each, days=kept) for each in team.members if (kept := _until(each.days, on))]
    return replace(_with(team, members, at), life=Interval(team.life.start, on), reason=reason)


def _check_existing(team: Team) -> None:
    if team.life.end is not None:
        raise VanguardTeamDisbandedError(team_id=team.team_id, disbanded_on=team.life.end)


def _check_life(team: Team, on: date, *, path: str) -> None:
    _check_existing(team)
    if on not in team.life:
        refuse(path, "不能早于成立日期。", "It does not lie before the team was formed.")


def _until(days: Interval, on: date) -> Interval | None:
    return days if days.end is not None and days.end <= on else Interval.of(days.start, on)


def _without(members: Sequence[TeamMember], person_id: UUID, rest: Interval) -> list[TeamMember]:
    kept: list[TeamMember] = []
    for each in members:
        days = each.days.minus(rest) if each.person_id == person_id else (each.days,)
        kept += [replace(each, days=stretch) for stretch in days]
    return kept


def _ordered(members: Sequence[TeamMember]) -> tuple[TeamMember, ...]:
    return tuple(sorted(members, key=lambda each: (each.days.start, not each.leads, each.person_id)))


def _with(team: Team, members: Sequence[TeamMember], at: datetime) -> Team:
    return replace(team, members=_ordered(members), updated_at=at, version=team.version + 1)
