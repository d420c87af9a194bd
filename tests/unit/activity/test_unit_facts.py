from datetime import date
from uuid import UUID

import pytest

from activity.domain.meetings import MeetingKind
from activity.domain.unit_facts import HeldMeeting, UnitFacts, check_period
from chassis.errors import InvalidArgumentError


def found(*, expected: int = 0, present: int = 0, meetings: tuple[HeldMeeting, ...] = ()) -> UnitFacts:
    return UnitFacts(
        UUID(int=1), date(2026, 1, 1), date(2027, 1, 1), meetings, expected, present, 0, 0, (), 0, 0
    )


@pytest.mark.parametrize(
    ("present", "expected", "rate"),
    [(0, 0, None), (0, 3, "0.0"), (2, 3, "66.7"), (1, 8, "12.5"), (1, 2000, "0.1"), (3, 3, "100.0")],
)
def test_the_rate_is_rounded_half_up_to_a_tenth(present: int, expected: int, rate: str | None) -> None:
    assert found(expected=expected, present=present).attendance_rate == rate


def test_meetings_are_told_apart_by_kind_and_first_item() -> None:
    lecture = HeldMeeting(UUID(int=2), MeetingKind.PARTY_LECTURE, False)
    theme_day = HeldMeeting(UUID(int=3), MeetingKind.THEME_DAY, True)

    facts = found(meetings=(theme_day, lecture))

    assert facts.by_kind == {
        MeetingKind.PARTY_LECTURE: [lecture.meeting_id],
        MeetingKind.THEME_DAY: [theme_day.meeting_id],
    }
    assert facts.breaches == [lecture.meeting_id]


@pytest.mark.parametrize("until", [date(2026, 1, 1), date(2025, 12, 31), date(2037, 1, 1)])
def test_a_period_is_neither_empty_nor_endless(until: date) -> None:
    with pytest.raises(InvalidArgumentError):
        check_period(date(2026, 1, 1), until)
