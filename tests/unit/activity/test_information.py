"""Information between school and academy: what is seen is what was granted, on the days of the grant."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.domain.information import (
    InformationField,
    InformationGrant,
    Reach,
    Record,
    check_grant,
    shown,
)
from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
DAY = timedelta(days=1)
SCHOOL, ACADEMY = UUID(int=1), UUID(int=2)
RECORD = Record(expected=9, attended=8, credited_minutes=120, talks=3)


@pytest.mark.covers("S19")
@given(st.sets(st.sampled_from(list(InformationField)), min_size=1))
def test_what_is_not_granted_is_not_seen(fields: set[InformationField]) -> None:
    reach = Reach(UUID(int=7), UUID(int=8), UUID(int=9), ACADEMY, tuple(sorted(fields)))

    seen = shown(reach, RECORD)

    attendance = InformationField.ATTENDANCE in fields
    assert (seen.expected, seen.attended) == ((9, 8) if attendance else (None, None))
    assert (seen.credited_minutes == 120) == (InformationField.CLASS_HOURS in fields)
    assert (seen.talks == 3) == (InformationField.TALK_COUNT in fields)
    assert (seen.branch_id == UUID(int=8)) == (InformationField.BRANCH in fields)


def grant(start: date = TODAY - DAY, end: date | None = None) -> InformationGrant:
    fields = (InformationField.BRANCH,)
    return InformationGrant(UUID(int=5), ACADEMY, SCHOOL, fields, "", Interval(start, end), "", NOW, NOW, 1)


def test_a_grant_ends_today_or_later_after_it_began_and_before_its_end() -> None:
    assert grant().ended(TODAY, "停", TODAY, NOW).days == Interval(TODAY - DAY, TODAY)
    for wrong, until in (
        (grant(), TODAY - DAY),
        (grant(TODAY), TODAY),
        (grant(end=TODAY + DAY), TODAY + DAY),
    ):
        with pytest.raises(InvalidArgumentError):
            wrong.ended(until, "停", TODAY, NOW)


def test_a_grant_is_to_another_and_begins_today_or_later() -> None:
    check_grant(ACADEMY, SCHOOL, Interval(TODAY), TODAY)
    for viewer, start in ((ACADEMY, TODAY), (SCHOOL, TODAY - DAY)):
        with pytest.raises(InvalidArgumentError):
            check_grant(ACADEMY, viewer, Interval(start), TODAY)
