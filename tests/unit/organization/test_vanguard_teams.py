"""Vanguard teams: who belongs to one when, and that somebody leads it on every day."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import InvalidArgumentError, ServiceError
from chassis.intervals import Interval
from organization.domain.units import Form, Kind, Outline
from organization.domain.vanguard_teams import (
    Team,
    TeamMember,
    beginning,
    check_team,
    departed,
    disbanded,
    joined,
    led_by,
)
from organization.errors import (
    VanguardTeamDisbandedError,
    VanguardTeamMemberAbsentError,
    VanguardTeamMemberOverlapsError,
    VanguardTeamNeedsLeaderError,
)

DAY = date(2024, 9, 1)
EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
NOW = datetime(2024, 9, 1, tzinfo=UTC)
LEADER, MEMBER, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)


def team(life: Interval | None = None) -> Team:
    life = life or Interval(DAY)
    members = beginning(LEADER, [MEMBER], life)
    return Team(UUID(int=9), UUID(int=8), "先锋队", "", life, "", members, NOW, NOW, 1)


def test_another_leader_takes_over_and_the_one_before_stays() -> None:
    after = led_by(team(), MEMBER, on=NEXT, at=NOW)

    assert set(after.members) == {
        TeamMember(LEADER, True, Interval(DAY, NEXT)),
        TeamMember(MEMBER, False, Interval(DAY, NEXT)),
        TeamMember(MEMBER, True, Interval(NEXT)),
        TeamMember(LEADER, False, Interval(NEXT)),
    }
    with pytest.raises(InvalidArgumentError):
        led_by(team(), MEMBER, on=DAY, at=NOW)
    with pytest.raises(VanguardTeamMemberOverlapsError):
        led_by(team(), LEADER, on=NEXT, at=NOW)


def test_somebody_comes_in_the_team_s_life_and_once() -> None:
    assert TeamMember(OTHER, False, Interval(DAY)) in joined(team(), OTHER, on=DAY, at=NOW).members
    with pytest.raises(InvalidArgumentError):
        joined(team(), OTHER, on=EVE, at=NOW)
    with pytest.raises(VanguardTeamMemberOverlapsError):
        joined(team(), MEMBER, on=NEXT, at=NOW)


def test_somebody_leaves_after_the_first_day_and_the_leader_not_at_all() -> None:
    after = departed(team(), MEMBER, on=NEXT, at=NOW)

    assert TeamMember(MEMBER, False, Interval(DAY, NEXT)) in after.members
    with pytest.raises(InvalidArgumentError):
        departed(team(), MEMBER, on=DAY, at=NOW)
    with pytest.raises(VanguardTeamMemberAbsentError):
        departed(after, MEMBER, on=NEXT, at=NOW)
    with pytest.raises(VanguardTeamNeedsLeaderError):
        departed(team(), LEADER, on=NEXT, at=NOW)


def test_a_disbanded_team_ends_for_everybody_and_once() -> None:
    after = disbanded(team(), on=NEXT, at=NOW, reason="任务完成")

    assert after.life == Interval(DAY, NEXT)
    assert {each.days.end for each in after.members} == {NEXT}
    with pytest.raises(InvalidArgumentError):
        disbanded(team(), on=DAY, at=NOW, reason="任务完成")
    with pytest.raises(VanguardTeamDisbandedError):
        disbanded(after, on=NEXT, at=NOW, reason="任务完成")


@pytest.mark.parametrize(
    ("kind", "life", "members", "field"),
    [
        (Kind.CLUB, Interval(DAY), [], "unit_id"),
        (Kind.BRANCH, Interval(NEXT), [], "unit_id"),
        (Kind.BRANCH, Interval(EVE, DAY), [], "unit_id"),
        (Kind.BRANCH, Interval(DAY), [LEADER], "member_person_ids[0]"),
        (Kind.GENERAL_BRANCH, Interval(DAY), [MEMBER, MEMBER], "member_person_ids[1]"),
    ],
)
def test_a_team_stands_under_a_party_organisation_and_names_each_once(
    kind: Kind, life: Interval, members: list[UUID], field: str
) -> None:
    unit = Outline(UUID(int=8), kind, Form.STAFF if kind is Kind.BRANCH else None, life)

    with pytest.raises(InvalidArgumentError) as refused:
        check_team(unit, LEADER, members, registered={LEADER, MEMBER}, formed_on=DAY)

    assert [each.field for each in refused.value.violations] == [field]


def test_a_team_is_of_people_who_are_registered() -> None:
    unit = Outline(UUID(int=8), Kind.BRANCH, Form.STAFF, Interval(DAY))

    with pytest.raises(InvalidArgumentError) as refused:
        check_team(unit, LEADER, [MEMBER, OTHER], registered={MEMBER}, formed_on=DAY)

    assert [each.field for each in refused.value.violations] == ["leader_person_id", "member_person_ids[1]"]


_PEOPLE = st.sampled_from([LEADER, MEMBER, OTHER])
_DAYS = st.integers(0, 8).map(lambda days: DAY + timedelta(days=days))
_CHANGES: list[Callable[[Team, UUID, date], Team]] = [
    lambda team, person, on: joined(team, person, on=on, at=NOW),
    lambda team, person, on: departed(team, person, on=on, at=NOW),
    lambda team, person, on: led_by(team, person, on=on, at=NOW),
    lambda team, person, on: disbanded(team, on=on, at=NOW, reason="任务完成"),
]


@given(st.lists(st.tuples(st.sampled_from(_CHANGES), _PEOPLE, _DAYS), max_size=12))
def test_on_every_day_of_its_life_one_leads_and_nobody_is_in_it_twice(
    changes: list[tuple[Callable[[Team, UUID, date], Team], UUID, date]],
) -> None:
    now = team()
    for change, person, on in changes:
        try:
            now = change(now, person, on)
        except ServiceError:
            continue
        for day in (DAY + timedelta(days=number) for number in range(12)):
            present = [each for each in now.members if day in each.days]
            assert len({each.person_id for each in present}) == len(present)
            assert sum(each.leads for each in present) == (day in now.life)
