"""Class links and plaques: when they may end."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from organization.domain.class_links import ClassLink, check_end
from organization.domain.plaques import Plaque, check_issue, check_withdrawal
from organization.errors import ClassLinkEndedError, PlaqueWithdrawnError

ID = UUID(int=1)
DAY = date(2024, 9, 1)
NEXT = DAY + timedelta(days=1)
NOW = datetime(2024, 9, 1, tzinfo=UTC)


def link(days: Interval) -> ClassLink:
    return ClassLink(ID, ID, ID, ID, days, NOW, NOW, 1)


def plaque(withdrawn_on: date | None = None) -> Plaque:
    return Plaque(ID, ID, ID, ID, DAY, withdrawn_on, "", NOW, NOW, 1)


def test_a_link_lasts_a_day_at_least() -> None:
    check_end(link(Interval(DAY)), NEXT)

    with pytest.raises(InvalidArgumentError):
        check_end(link(Interval(DAY)), DAY)


def test_a_link_ends_once() -> None:
    with pytest.raises(ClassLinkEndedError):
        check_end(link(Interval(DAY, NEXT)), NEXT)


def test_a_plaque_hangs_from_today_at_the_latest() -> None:
    check_issue(DAY, DAY)

    with pytest.raises(InvalidArgumentError):
        check_issue(NEXT, DAY)


@pytest.mark.parametrize(("on", "today"), [(DAY, NEXT), (NEXT, DAY)])
def test_a_plaque_is_withdrawn_after_it_hung_and_not_ahead(on: date, today: date) -> None:
    with pytest.raises(InvalidArgumentError):
        check_withdrawal(plaque(), on, today)


def test_a_plaque_is_withdrawn_once() -> None:
    with pytest.raises(PlaqueWithdrawnError):
        check_withdrawal(plaque(NEXT), NEXT, NEXT)
