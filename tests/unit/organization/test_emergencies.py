"""Emergencies: how long one lasts, where and when something may be set up in it, and when it may end."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from organization.domain.emergencies import Emergency, Formation, check_leading, check_places
from organization.domain.formation_templates import TemplateKind
from organization.domain.units import Form, Kind, Outline
from organization.errors import EmergencyEndedError

NOW = datetime(2021, 12, 20, tzinfo=UTC)
START = date(2021, 12, 20)
DAY = timedelta(days=1)
UNIT = uuid4()


def emergency(*set_up_on: date, until: date | None = None) -> Emergency:
    formations = tuple(Formation(uuid4(), TemplateKind.TEMPORARY_BRANCH, uuid4(), on) for on in set_up_on)
    return Emergency(
        uuid4(), UNIT, "疫情防控", uuid4(), "", Interval(START, until), "", formations, NOW, NOW, 1
    )


@pytest.mark.parametrize("on", [START - DAY, START])
def test_it_ends_after_its_first_day(on: date) -> None:
    with pytest.raises(InvalidArgumentError):
        emergency().ended(on, "结束", at=NOW)
    assert emergency().ended(START + DAY, "结束", at=NOW).life == Interval(START, START + DAY)


def test_it_ends_after_everything_set_up_in_it_and_once() -> None:
    with pytest.raises(InvalidArgumentError):
        emergency(START + 5 * DAY).ended(START + 5 * DAY, "结束", at=NOW)
    over = emergency(START + 5 * DAY).ended(START + 6 * DAY, "结束", at=NOW)
    with pytest.raises(EmergencyEndedError):
        over.ended(START + 9 * DAY, "结束", at=NOW)


def test_who_is_in_it_is_shown_of_today_or_of_its_last_day() -> None:
    lasting, over = emergency(), emergency(until=START + 3 * DAY)
    assert lasting.day_shown(None, today=START + DAY) == START + DAY
    assert over.day_shown(None, today=START + 2 * DAY) == START + 2 * DAY
    assert over.day_shown(None, today=START + 3 * DAY) == START + 2 * DAY
    assert over.day_shown(START, today=START + 3 * DAY) == START


@pytest.mark.parametrize(
    ("unit_id", "on", "good"),
    [
        (UNIT, START, True),
        (UNIT, START - DAY, False),
        (UUID(int=1), START, True),
        (UUID(int=2), START, False),
    ],
)
def test_everything_stands_below_its_unit_from_its_first_day_on(unit_id: UUID, on: date, good: bool) -> None:
    wanted = [("branches[0].parent_unit_id", unit_id, on)]
    if good:
        check_places(emergency(), wanted, {UUID(int=1)})
    else:
        with pytest.raises(InvalidArgumentError):
            check_places(emergency(), wanted, {UUID(int=1)})


def test_a_general_branch_or_committee_in_being_leads_it() -> None:
    general = Outline(UNIT, Kind.GENERAL_BRANCH, None, Interval(START, START + DAY))
    check_leading(general, START)
    for unit, on in (
        (general, START - DAY),
        (general, START + DAY),
        (Outline(UNIT, Kind.BRANCH, Form.STAFF, Interval(START)), START),
        (Outline(UNIT, Kind.SCHOOL, None, Interval(START)), START),
        (None, START),
    ):
        with pytest.raises(InvalidArgumentError):
            check_leading(unit, on)
