"""Programmes: who may answer for one, on which days a unit takes part, and which years it assesses."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from organization.domain.posts import PostKind
from organization.domain.programmes import (
    Participation,
    Programme,
    Status,
    check_assessment,
    check_end,
    check_leaving,
    check_life,
    check_open,
    check_participation,
    check_posts,
)
from organization.domain.units import Kind, Outline
from organization.errors import ParticipationNotFoundError, ProgrammeEndedError

DAY = date(2020, 9, 1)
EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
NOW = datetime(2020, 9, 1, tzinfo=UTC)
UNIT, FIRST, LEADER = UUID(int=1), UUID(int=2), UUID(int=3)
SITES = {
    FIRST: (PostKind.FIRST_RESPONSIBLE, Kind.UNIVERSITY),
    LEADER: (PostKind.LEADER_IN_CHARGE, Kind.UNIVERSITY),
}


def outline(life: Interval) -> Outline:
    return Outline(UNIT, Kind.ACADEMY, None, life)


def programme(*parts: Interval, days: Interval | None = None) -> Programme:
    return Programme(
        programme_id=UUID(int=9),
        unit_id=UUID(int=8),
        code="一站式",
        name="“一站式”学生社区综合管理模式建设",
        issuer="教育部",
        first_responsible_id=FIRST,
        leader_in_charge_id=LEADER,
        days=days or Interval(DAY),
        participations=tuple(Participation(UNIT, 1, Status.PILOT, part) for part in parts),
        created_at=NOW,
        updated_at=NOW,
        version=1,
    )


def test_a_programme_is_answered_for_by_posts_of_the_kind() -> None:
    check_posts(programme(), SITES)
    check_posts(replace(programme(), first_responsible_id=None, leader_in_charge_id=None), {})

    for wrong in (
        replace(programme(), first_responsible_id=LEADER),
        replace(programme(), first_responsible_id=UNIT),
    ):
        with pytest.raises(InvalidArgumentError) as refused:
            check_posts(wrong, SITES)
        assert [each.field for each in refused.value.violations] == ["first_responsible_post_id"]


def test_the_carrying_unit_exists_on_the_first_day() -> None:
    check_life(outline(Interval(DAY)), Interval(DAY))

    for unit in (None, outline(Interval(NEXT)), outline(Interval(EVE, DAY))):
        with pytest.raises(InvalidArgumentError):
            check_life(unit, Interval(DAY))


def test_a_programme_runs_until_the_day_before_its_end_and_a_day_at_least() -> None:
    ended = programme(days=Interval(EVE, NEXT))

    check_open(ended, DAY)
    check_end(programme(), NEXT)
    with pytest.raises(ProgrammeEndedError):
        check_open(ended, NEXT)
    with pytest.raises(InvalidArgumentError):
        check_end(programme(), DAY)


@pytest.mark.parametrize(
    ("days", "life", "wrong"),
    [
        (Interval(DAY), Interval(DAY), []),
        (Interval(DAY, NEXT), Interval(DAY, NEXT), []),
        (Interval(DAY), Interval(DAY, NEXT), []),
        (Interval(EVE), Interval(EVE), ["valid_from"]),
        (Interval(DAY), Interval(NEXT), ["unit_id"]),
        (Interval(DAY, NEXT + timedelta(days=1)), Interval(DAY, NEXT), ["unit_id"]),
    ],
)
def test_a_unit_takes_part_while_it_exists_and_the_programme_runs(
    days: Interval, life: Interval, wrong: list[str]
) -> None:
    if not wrong:
        check_participation(programme(), outline(life), days)
        return
    with pytest.raises(InvalidArgumentError) as refused:
        check_participation(programme(), outline(life), days)
    assert [each.field for each in refused.value.violations] == wrong


def test_only_who_takes_part_leaves() -> None:
    joined = programme(Interval(DAY, NEXT))

    check_leaving(joined, UNIT, DAY)
    with pytest.raises(ParticipationNotFoundError):
        check_leaving(joined, UNIT, NEXT)
    with pytest.raises(ParticipationNotFoundError):
        check_leaving(joined, FIRST, DAY)


def test_a_unit_assesses_the_years_in_which_it_took_part_and_none_ahead() -> None:
    joined = programme(Interval(date(2020, 12, 31), date(2022, 1, 1)))
    today = date(2022, 6, 1)

    for year in (2020, 2021):
        check_assessment(joined, UNIT, year, today)
    for year in (2019, 2022):
        with pytest.raises(ParticipationNotFoundError):
            check_assessment(joined, UNIT, year, today)
    with pytest.raises(InvalidArgumentError):
        check_assessment(joined, UNIT, 2023, today)
