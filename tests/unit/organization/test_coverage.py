"""Coverage: what counts on a day, and which reason is told first."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.intervals import Interval
from chassis.received import ReceivedEvent
from organization import consumers
from organization.domain.coverage import (
    MOST_EVIDENCE,
    CoverageAspect,
    Evidence,
    Obstacle,
    Source,
    SubjectKind,
    findings,
)

DAY = date(2024, 9, 1)
EVE, NEXT = DAY - timedelta(days=1), DAY + timedelta(days=1)
ONE, TWO = UUID(int=1), UUID(int=2)


def evidence(days: Interval, resource: UUID | None = ONE, **answers: Any) -> Evidence:
    return Evidence(CoverageAspect.MEMBER, Source.PLAQUE, resource, None, days, **answers)


@pytest.mark.parametrize(
    ("days", "answers", "obstacle"),
    [
        (Interval(NEXT), {}, Obstacle.NOT_BEGUN),
        (Interval(DAY), {}, None),
        (Interval(EVE, DAY), {}, Obstacle.ENDED),
        (Interval(EVE, NEXT), {}, None),
        (Interval(EVE), {"branch_stands": False, "is_member": False}, Obstacle.BRANCH_GONE),
        (Interval(EVE), {"branch_stands": True, "is_member": False}, Obstacle.NO_MEMBER),
        (Interval(EVE), {"is_staff": False}, Obstacle.NO_STAFF),
        (Interval(EVE), {"branch_stands": True, "is_member": True, "is_staff": True}, None),
    ],
)
def test_what_keeps_evidence_from_counting(
    days: Interval, answers: dict[str, Any], obstacle: Obstacle | None
) -> None:
    assert evidence(days, **answers).obstacle(DAY) is obstacle


@pytest.mark.parametrize(
    ("kind", "aspects"),
    [
        (SubjectKind.BUILDING, "branch zone member"),
        (SubjectKind.CLASS, "branch zone member teacher"),
        (SubjectKind.CLUB, "branch member teacher"),
    ],
)
def test_a_subject_of_which_nothing_is_recorded_lacks_all_that_applies(
    kind: SubjectKind, aspects: str
) -> None:
    found = findings(kind, [], DAY)

    assert [each.aspect for each in found] == aspects.split()
    assert {each.reason for each in found} == {Obstacle.NEVER}


def test_the_nearest_of_what_is_recorded_gives_the_reason() -> None:
    recorded = [
        evidence(Interval(NEXT)),
        evidence(Interval(date(2020, 1, 1), date(2021, 1, 1))),
        evidence(Interval(date(2020, 1, 1), EVE), TWO),
        evidence(Interval(EVE), is_member=False),
    ]
    (_, _, all_four), (_, _, later) = (
        findings(SubjectKind.BUILDING, recorded[:count], DAY) for count in (4, 3)
    )
    (_, _, ahead) = findings(SubjectKind.BUILDING, recorded[:1], DAY)

    assert (all_four.reason, later.reason, ahead.reason) == (
        Obstacle.NO_MEMBER,
        Obstacle.ENDED,
        Obstacle.NOT_BEGUN,
    )
    assert [line.resource_id for line in later.lines] == [TWO, ONE, ONE]


def test_people_are_counted_in_one_line_and_lines_are_few() -> None:
    people = [evidence(Interval(EVE, NEXT), None, is_member=number < 3) for number in range(5)]
    plaques = [evidence(Interval(DAY), UUID(int=100 + number)) for number in range(30)]

    (_, _, counted) = findings(SubjectKind.BUILDING, people, DAY)
    (_, _, cut) = findings(SubjectKind.BUILDING, plaques, DAY)

    assert [(line.count, line.obstacle) for line in counted.lines] == [(3, None), (2, Obstacle.NO_MEMBER)]
    assert counted.is_covered
    assert len(cut.lines) == MOST_EVIDENCE


async def test_where_a_member_moved_to_changes_nothing_here() -> None:
    event = ReceivedEvent(
        ONE,
        "membership",
        "",
        "member",
        "moved",
        ONE,
        1,
        1,
        1,
        datetime(2024, 1, 1, tzinfo=UTC),
        None,
        None,
        {},
    )

    # Nothing is written: there is no unit of work that could.
    await consumers.apply_member(None, event)  # type: ignore[arg-type]
