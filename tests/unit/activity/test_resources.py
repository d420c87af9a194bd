"""Resources: by what right one is used, when, and until when it is shared."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activity.domain.bookings import (
    LONGEST,
    Basis,
    Booking,
    BookingState,
    Share,
    Span,
    Wish,
    check_wish,
    report_span,
    requested,
    right_to,
)
from activity.domain.resources import (
    Origin,
    Resource,
    ResourceKind,
    ResourceState,
    ShareGrant,
    ShareScope,
    check_provider,
    check_share,
    share_days,
)
from activity.errors import (
    ResourceBookingWrongStateError,
    ResourceCapacityExceededError,
    ResourceNotSharedError,
    ResourceRetiredError,
)
from chassis.errors import InvalidArgumentError
from chassis.intervals import Interval

NOW = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
OWNER, USER = UUID(int=1), UUID(int=2)
BY = UUID(int=7)


def resource(**values: Any) -> Resource:
    made = Resource(
        resource_id=UUID(int=3),
        unit_id=OWNER,
        kind=ResourceKind.PLACE,
        origin=Origin.INSIDE,
        name="报告厅",
        description="",
        provider="",
        capacity=100,
        state=ResourceState.OFFERED,
        retire_reason="",
        created_at=NOW,
        updated_at=NOW,
        version=1,
    )
    return replace(made, **values)


def wish(start: datetime = NOW + DAY, hours: float = 2, attendees: int = 10) -> Wish:
    return Wish(UUID(int=3), USER, Span(start, start + hours * HOUR), attendees, "联合党课")


def booking(state: BookingState = BookingState.REQUESTED, **values: Any) -> Booking:
    right = right_to(resource(), is_own=False, share=None)
    made = requested(wish(), resource(), right, booking_id=UUID(int=9), by_id=None, now=NOW)
    return replace(made, state=state, **values)


@pytest.mark.covers("S18")
def test_a_right_goes_from_ones_own_over_a_share_to_an_offer() -> None:
    direct = Share(UUID(int=5), ShareScope.DIRECT)
    asking = Share(UUID(int=6), ShareScope.ON_APPROVAL)

    own = right_to(resource(), is_own=True, share=asking)
    shared = right_to(resource(), is_own=False, share=direct)
    asked = right_to(resource(), is_own=False, share=asking)
    offered = right_to(resource(), is_own=False, share=None)

    assert [each.basis for each in (own, shared, asked, offered)] == [
        Basis.OWN, Basis.SHARE, Basis.SHARE, Basis.OFFER,
    ]  # fmt: skip
    assert [each.asks_owner for each in (own, shared, asked, offered)] == [False, False, True, True]
    with pytest.raises(ResourceNotSharedError):
        right_to(resource(state=ResourceState.KEPT), is_own=False, share=None)


def test_a_resource_is_booked_for_what_is_still_to_come_and_up_to_a_month() -> None:
    check_wish(wish(NOW), resource(), NOW)
    check_wish(wish(hours=LONGEST / HOUR), resource(), NOW)
    for wrong in (wish(NOW - timedelta(seconds=1)), wish(hours=0), wish(hours=LONGEST / HOUR + 1)):
        with pytest.raises(InvalidArgumentError):
            check_wish(wrong, resource(), NOW)


def test_more_people_than_there_is_room_for_are_refused_where_room_is_counted() -> None:
    check_wish(wish(attendees=100), resource(), NOW)
    check_wish(wish(attendees=101), resource(capacity=0), NOW)
    with pytest.raises(ResourceCapacityExceededError):
        check_wish(wish(attendees=101), resource(), NOW)


def test_what_is_gone_is_neither_booked_nor_shared_nor_changed() -> None:
    gone = resource(state=ResourceState.RETIRED)
    with pytest.raises(ResourceRetiredError):
        check_wish(wish(), gone, NOW)
    with pytest.raises(ResourceRetiredError):
        check_share(gone, USER, Interval(TODAY), TODAY)
    with pytest.raises(ResourceRetiredError):
        gone.retired("", NOW)


@pytest.mark.covers("S13")
def test_the_leader_in_charge_gives_what_the_owner_refused() -> None:
    refused = booking().refused(BY, "自用", NOW)

    given_ = refused.allocated(BY, "统筹", NOW)

    assert (given_.state, given_.basis, given_.note) == (BookingState.APPROVED, Basis.COORDINATION, "统筹")
    with pytest.raises(ResourceBookingWrongStateError):
        refused.approved(BY, "", NOW)


def test_a_booking_is_decided_once_and_before_it_is_over() -> None:
    approved = booking(BookingState.APPROVED)
    for decide in (approved.approved, approved.allocated, approved.refused):
        with pytest.raises(ResourceBookingWrongStateError):
            decide(BY, "", NOW)
    end = approved.span.end
    assert approved.cancelled("雨", end - timedelta(seconds=1)).state is BookingState.CANCELLED
    for late in (approved.cancelled, booking().cancelled):
        with pytest.raises(ResourceBookingWrongStateError):
            late("雨", end)
    with pytest.raises(ResourceBookingWrongStateError):
        booking().approved(BY, "", end)


def test_the_last_day_of_a_booking_is_the_one_before_midnight() -> None:
    midnight = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    span = Span(midnight - HOUR, midnight)

    assert span.days == (date(2026, 11, 25), date(2026, 11, 25))
    assert Span(midnight - HOUR, midnight + timedelta(seconds=1)).days[1] == date(2026, 11, 26)


def grant(start: date = TODAY - DAY, end: date | None = None) -> ShareGrant:
    return ShareGrant(
        UUID(int=5), UUID(int=3), OWNER, USER, ShareScope.DIRECT, "", Interval(start, end), "", NOW, NOW, 1
    )


def test_a_share_ends_today_or_later_after_it_began_and_before_its_end() -> None:
    assert grant().ended(TODAY, "停", TODAY, NOW).days.end == TODAY
    for wrong, until in (
        (grant(), TODAY - DAY),
        (grant(TODAY), TODAY),
        (grant(end=TODAY + DAY), TODAY + DAY),
    ):
        with pytest.raises(InvalidArgumentError):
            wrong.ended(until, "停", TODAY, NOW)


@given(st.integers(-3, 3), st.one_of(st.none(), st.integers(-3, 6)))
def test_a_share_begins_today_or_later_and_is_never_empty(first: int, length: int | None) -> None:
    start = TODAY + first * DAY
    end = None if length is None else start + length * DAY
    try:
        check_share(resource(), USER, share_days(start, end), TODAY)
    except InvalidArgumentError:
        assert first < 0 or (length is not None and length <= 0)
    else:
        assert first >= 0 and (length is None or length > 0)


def test_nothing_is_shared_with_its_owner() -> None:
    with pytest.raises(InvalidArgumentError):
        check_share(resource(), OWNER, Interval(TODAY), TODAY)


def test_only_what_comes_from_outside_has_a_provider() -> None:
    check_provider(Origin.OUTSIDE, "校友企业")
    check_provider(Origin.INSIDE, "")
    for origin, provider in ((Origin.OUTSIDE, " "), (Origin.INSIDE, "校友企业")):
        with pytest.raises(InvalidArgumentError):
            check_provider(origin, provider)


def test_a_report_is_of_a_year_at_most() -> None:
    report_span(TODAY, TODAY + 366 * DAY)
    for until in (TODAY, TODAY + 367 * DAY):
        with pytest.raises(InvalidArgumentError):
            report_span(TODAY, until)
