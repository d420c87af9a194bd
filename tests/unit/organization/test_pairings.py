"""Pairings: who leads, and when a pairing may end."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval
from organization.domain.pairings import Pairing, check_end, check_leads
from organization.domain.posts import PostKind
from organization.domain.units import Kind
from organization.errors import PairingEndedError

ID = UUID(int=1)
DAY = date(2024, 9, 1)
NEXT = DAY + timedelta(days=1)
NOW = datetime(2024, 9, 1, tzinfo=UTC)


def pairing(days: Interval) -> Pairing:
    return Pairing(ID, ID, ID, ID, "", days, "", NOW, NOW, 1)


@pytest.mark.parametrize(
    "site",
    [
        (PostKind.COMMITTEE_MEMBER, Kind.STANDING_COMMITTEE),
        (PostKind.VICE_PRESIDENT, Kind.UNIVERSITY),
        (PostKind.DEPUTY_HEAD, Kind.DEPARTMENT),
    ],
)
def test_leaders_of_the_university_and_of_departments_lead(site: tuple[PostKind, Kind]) -> None:
    check_leads(site, is_held=True)

    with pytest.raises(InvalidArgumentError):
        check_leads(site, is_held=False)


@pytest.mark.parametrize(
    "site",
    [None, (PostKind.STAFF, Kind.DEPARTMENT), (PostKind.HEAD, Kind.ACADEMY), (PostKind.HEAD, Kind.CLUB)],
)
def test_nobody_else_does(site: tuple[PostKind, Kind] | None) -> None:
    with pytest.raises(InvalidArgumentError):
        check_leads(site, is_held=True)


def test_a_pairing_lasts_a_day_at_least_and_ends_once() -> None:
    check_end(pairing(Interval(DAY)), NEXT)

    with pytest.raises(InvalidArgumentError):
        check_end(pairing(Interval(DAY)), DAY)
    with pytest.raises(PairingEndedError):
        check_end(pairing(Interval(DAY, NEXT)), NEXT)
