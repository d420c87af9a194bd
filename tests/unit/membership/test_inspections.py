"""When a committee's next inspection is due, and whether one was in time."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest

from membership.domain.duties import SubjectKind
from membership.domain.inspections import InspectionDuty, Level, items_of_duty
from membership.errors import DayOutOfOrderError
from membership.errors.inspections import InspectionDutyEndedError
from rulebook import RuleBook

RULES = RuleBook.shipped().in_force(date(2026, 6, 20))
NOW = datetime(2026, 6, 20, tzinfo=UTC)
DAY = timedelta(days=1)


def duty(level: Level = Level.COUNTY_OR_CITY, starts_on: date = date(2024, 8, 31)) -> InspectionDuty:
    bare = InspectionDuty(uuid4(), uuid4(), level, "市委组织部", starts_on, NOW, NOW)
    return bare.after(None, RULES)


@pytest.mark.parametrize(
    ("level", "due"),
    [(Level.COUNTY_OR_CITY, date(2025, 2, 28)), (Level.PROVINCE, date(2025, 8, 31))],
)
def test_each_level_has_its_period_and_its_last_day_is_in_time(level: Level, due: date) -> None:
    found = duty(level)
    assert found.due_on == due
    assert [found.is_overdue(day) for day in (due - DAY, due, due + DAY)] == [False, False, True]
    judged = [found.judged(day, None, RULES) for day in (due - DAY, due, due + DAY)]
    assert [[each.satisfied for each in every] for every in judged] == [[True], [True], [False]]


def test_periods_run_from_the_newest_inspection_and_never_chain() -> None:
    found = duty().after(date(2025, 4, 10), RULES)
    assert (found.last_inspected_on, found.due_on) == (date(2025, 4, 10), date(2025, 10, 10))
    (late,) = found.judged(date(2025, 4, 10), None, RULES)
    assert (late.rule_id, late.satisfied) == ("DEV-36", False)


def test_the_committee_finds_by_when_its_inspection_is_due() -> None:
    found = duty(Level.PROVINCE)
    (item,) = items_of_duty(found, RULES)
    assert (item.subject.kind, item.subject.subject_id) == (
        SubjectKind.INSPECTION_DUTY,
        found.inspection_duty_id,
    )
    assert (item.person_id, item.unit_id, item.duty.due_on) == (None, found.unit_id, found.due_on)
    later = replace(found, due_on=None).after(date(2025, 1, 1), RULES)
    assert items_of_duty(later, RULES)[0].item_id == item.item_id


def test_an_ended_duty_waits_for_nothing_and_ends_once() -> None:
    found = duty().after(date(2025, 1, 1), RULES)
    with pytest.raises(DayOutOfOrderError):
        found.ended(date(2024, 12, 31), "撤并", today=date(2025, 6, 1))
    over = found.ended(date(2025, 1, 1), "撤并", today=date(2025, 6, 1))
    assert (over.due_on, over.is_overdue(date(2030, 1, 1)), items_of_duty(over, RULES)) == (None, False, [])
    with pytest.raises(InspectionDutyEndedError):
        over.ended(date(2025, 2, 1), "撤并", today=date(2025, 6, 1))
