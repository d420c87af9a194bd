"""Resources on a real database: who sees and uses them, never two at once, and how much they were used."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest
import sqlalchemy as sa

from activity.errors import (
    ResourceBookedError,
    ResourceBookingNotFoundError,
    ResourceCapacityExceededError,
    ResourceExistsError,
    ResourceNotFoundError,
    ResourceNotSharedError,
    ResourceRetiredError,
    ShareGrantOverlapsError,
    UnitUnknownError,
)
from chassis.errors import EtagMismatchError, InvalidArgumentError, PermissionDeniedError
from chassis.ids import new_id
from chassis.message_values import stamp
from chassis.statements import query
from shuyuan.activity.v1 import resource_booking_pb2, resource_pb2
from shuyuan.activity.v1 import resource_booking_service_pb2 as booking_pb
from shuyuan.activity.v1 import resource_service_pb2 as pb
from tests.integration.activity.desk import NOW, Desk

TODAY = date(2026, 11, 24)
TOMORROW = NOW + timedelta(days=1)
DIRECT, ASKING = resource_pb2.ShareGrant.SCOPE_DIRECT, resource_pb2.ShareGrant.SCOPE_ON_APPROVAL
Booking = resource_booking_pb2.ResourceBooking


class Yard:
    """The committee's resources, with officers of the branches and of the university who want them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.owner = desk.committee_secretary
        self.guest_unit, self.guest, self.leader = new_id(), new_id(), new_id()

    async def open(self) -> None:
        desk = self.desk
        await desk.keep_unit(self.guest_unit, "ACADEMY", desk.university)
        await desk.grant(self.guest, "ROLE_UNIT_LEADER", self.guest_unit)
        await desk.grant(self.leader, "ROLE_UNIVERSITY_LEADER", desk.university)

    async def ask(self, method: str, request: Any, by: UUID, **values: Any) -> Any:
        service = "ResourceBookingService" if "Booking" in method else "ResourceService"
        return await self.desk.ask(f"{service}/{method}", request, by=by, **values)

    async def register(self, name: str = "报告厅", **values: Any) -> resource_pb2.Resource:
        given: dict[str, Any] = {
            "unit_id": str(self.desk.committee),
            "kind": resource_pb2.Resource.KIND_PLACE,
            "origin": resource_pb2.Resource.ORIGIN_INSIDE,
            "name": name,
            "capacity": 100,
        }
        request = pb.RegisterResourceRequest(**(given | values))
        made: resource_pb2.Resource = (await self.ask("RegisterResource", request, self.owner)).resource
        return made

    async def share(self, resource: resource_pb2.Resource, scope: Any = DIRECT, **values: Any) -> Any:
        request = pb.GrantShareRequest(
            resource_id=resource.resource_id,
            **({"grantee_unit_id": str(self.guest_unit), "scope": scope} | values),
        )
        return (await self.ask("GrantShare", request, self.owner)).share_grant

    async def book(
        self,
        resource: resource_pb2.Resource,
        *,
        by: UUID | None = None,
        unit: UUID | None = None,
        start: datetime = TOMORROW,
        hours: float = 2,
        attendees: int = 20,
    ) -> Any:
        request = booking_pb.RequestBookingRequest(
            resource_id=resource.resource_id,
            user_unit_id=str(unit or self.guest_unit),
            start_time=stamp(start),
            end_time=stamp(start + timedelta(hours=hours)),
            attendee_count=attendees,
            purpose="联合党课",
        )
        return (await self.ask("RequestBooking", request, by or self.guest)).booking

    async def decide(self, verb: str, booking: Any, by: UUID, **values: Any) -> Any:
        request = getattr(booking_pb, f"{verb}BookingRequest")(booking_id=booking.booking_id, **values)
        return (await self.ask(f"{verb}Booking", request, by)).booking

    async def seen(self, by: UUID, **narrow: Any) -> list[str]:
        answer = await self.ask("ListResources", pb.ListResourcesRequest(**narrow), by)
        return [each.name for each in answer.resources]


@pytest.fixture
async def yard(desk: Desk) -> Yard:
    made = Yard(desk)
    await made.open()
    return made


@pytest.mark.covers("S18")
async def test_a_shared_resource_is_booked_by_those_below_and_by_nobody_else(yard: Yard) -> None:
    room = await yard.register()
    below = new_id()
    await yard.desk.keep_unit(below, "BRANCH", yard.guest_unit)
    with pytest.raises(ResourceNotSharedError):
        await yard.book(room)

    grant = await yard.share(room)
    booked = await yard.book(room, unit=below)

    assert (booked.state, booked.basis) == (Booking.STATE_APPROVED, Booking.BASIS_SHARE)
    assert booked.share_grant_id == grant.share_grant_id
    with pytest.raises(PermissionDeniedError):
        await yard.book(room, by=yard.desk.secretary)


@pytest.mark.covers("S18")
async def test_a_share_holds_on_its_days(yard: Yard) -> None:
    room = await yard.register()
    until = (TODAY + timedelta(days=2)).isoformat()
    await yard.share(room, valid_until=until)
    midnight = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)  # between the last day and the day after

    await yard.book(room, start=midnight - timedelta(hours=1), hours=1)
    with pytest.raises(ResourceNotSharedError):
        await yard.book(room, start=midnight - timedelta(hours=3), hours=3.5)
    with pytest.raises(ResourceNotSharedError):
        await yard.book(room, start=midnight, hours=1)


@pytest.mark.covers("S18")
async def test_the_owner_is_asked_where_the_grant_says_so(yard: Yard) -> None:
    room = await yard.register()
    await yard.share(room, ASKING)

    asked = await yard.book(room)
    assert asked.state == Booking.STATE_REQUESTED
    with pytest.raises(PermissionDeniedError):
        await yard.decide("Approve", asked, yard.guest)
    approved = await yard.decide("Approve", asked, yard.owner, note="请爱护设备")

    assert (approved.state, approved.decider_person_id) == (Booking.STATE_APPROVED, str(yard.owner))
    refused = await yard.decide(
        "Refuse", await yard.book(room, start=TOMORROW + timedelta(hours=2)), yard.owner, reason="自用"
    )
    assert refused.state == Booking.STATE_REFUSED


@pytest.mark.covers("S13", "S18")
async def test_no_two_have_a_resource_at_once(yard: Yard) -> None:
    room = await yard.register()
    await yard.share(room)
    first = await yard.book(room, hours=2)

    for start, hours in (
        (TOMORROW, 2),
        (TOMORROW + timedelta(hours=1.9), 1),
        (TOMORROW - timedelta(hours=1), 1.1),
    ):
        with pytest.raises(ResourceBookedError) as refused:
            await yard.book(room, start=start, hours=hours)
        assert refused.value.metadata["booking_id"] == first.booking_id
    await yard.book(room, start=TOMORROW + timedelta(hours=2), hours=1)
    await yard.decide("Cancel", first, yard.guest, reason="改期")
    await yard.book(room, hours=1)


async def test_of_many_at_once_one_gets_it(yard: Yard) -> None:
    room = await yard.register()
    await yard.share(room)

    answers = await asyncio.gather(*(yard.book(room) for _ in range(6)), return_exceptions=True)

    refused = [answer for answer in answers if isinstance(answer, ResourceBookedError)]
    assert len(refused) == 5


async def test_the_database_itself_keeps_two_apart(yard: Yard) -> None:
    room = await yard.register()
    await yard.share(room, ASKING)
    for _ in range(2):
        await yard.book(room)

    with pytest.raises(asyncpg.ExclusionViolationError):
        async with yard.desk.system().transaction() as work:
            await work.execute(query(sa.text("UPDATE resource_booking SET state = 'approved'")))


@pytest.mark.covers("S13")
async def test_the_leader_in_charge_gives_what_was_asked_for(yard: Yard) -> None:
    base = await yard.register(
        "红色教育基地", origin=resource_pb2.Resource.ORIGIN_OUTSIDE, provider="市纪念馆", offered=True
    )
    asked = await yard.book(base)
    rival = await yard.book(base, by=yard.desk.secretary, unit=yard.desk.branch)
    assert rival.basis == Booking.BASIS_OWN
    for nobody in (yard.guest, yard.owner):
        with pytest.raises(PermissionDeniedError):
            await yard.decide("Allocate", asked, nobody, reason="统筹")
    with pytest.raises(ResourceBookedError):
        await yard.decide("Allocate", asked, yard.leader, reason="统筹")

    await yard.decide("Refuse", asked, yard.owner, reason="已占用")
    await yard.decide("Cancel", rival, yard.owner, reason="让出")
    given = await yard.decide("Allocate", asked, yard.leader, reason="统筹安排")

    assert (given.state, given.basis) == (Booking.STATE_APPROVED, Booking.BASIS_COORDINATION)
    names = [name for name, _ in await yard.desk.events() if name.startswith("resource_booking.")]
    verbs = ["requested", "requested", "refused", "cancelled", "allocated"]
    assert names == [f"resource_booking.{verb}" for verb in verbs]


async def test_what_is_seen_is_ones_own_the_shared_and_the_offered(yard: Yard) -> None:
    await yard.register("自用室")
    shared = await yard.register("共享室")
    await yard.register("开放室", offered=True)
    await yard.share(shared)
    stranger = await yard.desk.people(1)

    assert await yard.seen(yard.owner) == ["自用室", "共享室", "开放室"]
    assert await yard.seen(yard.guest) == ["共享室", "开放室"]
    assert await yard.seen(stranger[0]) == []
    await yard.ask("GetResource", pb.GetResourceRequest(resource_id=shared.resource_id), yard.guest)
    with pytest.raises(PermissionDeniedError):
        await yard.ask("GetResource", pb.GetResourceRequest(resource_id=shared.resource_id), stranger[0])
    assert await yard.seen(yard.owner, unit_id=str(yard.guest_unit)) == []
    outside = resource_pb2.Resource.ORIGIN_OUTSIDE
    assert await yard.seen(yard.owner, origin=outside) == []


@pytest.mark.covers("S18")
async def test_usage_counts_minutes_within_the_period_and_those_of_others(yard: Yard) -> None:
    room, idle = await yard.register(), await yard.register("闲置室")
    await yard.share(room)
    midnight = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    await yard.book(room, start=midnight - timedelta(hours=1), hours=3, attendees=30)
    await yard.book(room, start=midnight + timedelta(hours=3), hours=1, attendees=5,
                    by=yard.desk.secretary, unit=yard.desk.branch)  # fmt: skip
    cancelled = await yard.book(room, start=midnight + timedelta(hours=6))
    await yard.decide("Cancel", cancelled, yard.guest, reason="误")

    period: dict[str, Any] = {"from": "2026-11-26", "to": "2026-11-27"}
    request = pb.ListResourceUsageRequest(unit_id=str(yard.desk.committee), **period)
    answer = await yard.ask("ListResourceUsage", request, yard.owner)

    busy, unused = answer.usages
    assert (busy.resource_id, unused.resource_id) == (room.resource_id, idle.resource_id)
    assert (busy.booking_count, busy.minutes, busy.attendee_count) == (2, 180, 35)
    assert (busy.shared_count, busy.shared_minutes, busy.unit_count) == (1, 120, 2)
    assert (unused.booking_count, unused.minutes) == (0, 0)
    request.page_size = 1
    first = await yard.ask("ListResourceUsage", request, yard.owner)
    request.page_token = first.next_page_token
    rest = await yard.ask("ListResourceUsage", request, yard.owner)
    assert [each.resource_id for each in (*first.usages, *rest.usages)] == [
        room.resource_id,
        idle.resource_id,
    ]


async def test_bookings_are_listed_for_both_sides_by_their_beginning(yard: Yard) -> None:
    room = await yard.register()
    await yard.share(room)
    starts = [TOMORROW + timedelta(days=days) for days in (2, 0, 1)]
    made = [await yard.book(room, start=start) for start in starts]
    by_start = [made[index].booking_id for index in (1, 2, 0)]

    async def listed(by: UUID, **narrow: Any) -> list[str]:
        answer = await yard.ask("ListBookings", booking_pb.ListBookingsRequest(**narrow), by)
        return [each.booking_id for each in answer.bookings]

    assert await listed(yard.owner) == await listed(yard.guest) == by_start
    assert await listed(yard.desk.secretary) == []
    assert await listed(yard.owner, **{"from": "2026-11-26", "to": "2026-11-27"}) == by_start[1:2]
    request = booking_pb.ListBookingsRequest(page_size=2)
    first = await yard.ask("ListBookings", request, yard.guest)
    request.page_token = first.next_page_token
    rest = await yard.ask("ListBookings", request, yard.guest)
    assert [each.booking_id for each in (*first.bookings, *rest.bookings)] == by_start
    await yard.ask("GetBooking", booking_pb.GetBookingRequest(booking_id=by_start[0]), yard.guest)
    with pytest.raises(PermissionDeniedError):
        await yard.ask(
            "GetBooking", booking_pb.GetBookingRequest(booking_id=by_start[0]), yard.desk.secretary
        )


async def test_a_share_is_ended_and_leaves_what_was_booked(yard: Yard) -> None:
    room = await yard.register()
    grant = await yard.share(room)
    booked = await yard.book(room, start=NOW + timedelta(days=5))
    with pytest.raises(ShareGrantOverlapsError):
        await yard.share(room, ASKING)
    request = pb.EndShareGrantRequest(share_grant_id=grant.share_grant_id, reason="期满")

    with pytest.raises(EtagMismatchError):
        await yard.ask("EndShareGrant", request, yard.owner, if_match="7")
    ended = (await yard.ask("EndShareGrant", request, yard.owner, if_match=grant.etag)).share_grant

    assert ended.valid_until == (TODAY + timedelta(days=1)).isoformat()
    with pytest.raises(ResourceNotSharedError):
        await yard.book(room, start=NOW + timedelta(days=6))
    kept = await yard.ask(
        "GetBooking", booking_pb.GetBookingRequest(booking_id=booked.booking_id), yard.guest
    )
    assert kept.booking.state == Booking.STATE_APPROVED
    again = await yard.share(room, ASKING, valid_from=ended.valid_until)
    listing = pb.ListShareGrantsRequest(grantee_unit_id=str(yard.guest_unit), as_of=TODAY.isoformat())
    answer = await yard.ask("ListShareGrants", listing, yard.guest)
    assert [each.share_grant_id for each in answer.share_grants] == [grant.share_grant_id]
    await yard.ask("GetShareGrant", pb.GetShareGrantRequest(share_grant_id=again.share_grant_id), yard.guest)


async def test_a_resource_is_changed_by_its_version_and_retired_once(yard: Yard) -> None:
    room, other = await yard.register(), await yard.register("会议室")
    with pytest.raises(ResourceExistsError):
        await yard.register()
    change = pb.UpdateResourceRequest(resource_id=room.resource_id, name="会议室", offered=True)
    with pytest.raises(ResourceExistsError):
        await yard.ask("UpdateResource", change, yard.owner, if_match="1")
    retire = pb.RetireResourceRequest(resource_id=other.resource_id, reason="改建")
    await yard.ask("RetireResource", retire, yard.owner, if_match="1")

    changed = (await yard.ask("UpdateResource", change, yard.owner, if_match="1")).resource

    assert (changed.name, changed.capacity, changed.version) == ("会议室", 100, 2)
    assert changed.state == resource_pb2.Resource.STATE_OFFERED
    assert await yard.seen(yard.owner) == ["会议室"]
    assert len(await yard.seen(yard.owner, include_retired=True)) == 2
    with pytest.raises(ResourceRetiredError):
        await yard.book(other, by=yard.owner, unit=yard.desk.committee)


async def test_what_cannot_be_is_refused_and_nothing_kept(yard: Yard) -> None:
    room = await yard.register()
    await yard.share(room)
    with pytest.raises(ResourceCapacityExceededError):
        await yard.book(room, attendees=101)
    with pytest.raises(InvalidArgumentError):
        await yard.book(room, start=NOW - timedelta(hours=1))
    with pytest.raises(InvalidArgumentError):
        await yard.register("基地", origin=resource_pb2.Resource.ORIGIN_OUTSIDE)
    with pytest.raises(UnitUnknownError):
        await yard.share(room, grantee_unit_id=str(new_id()))
    await yard.desk.grant(yard.guest, "ROLE_COMMITTEE_SECRETARY", yard.desk.university)
    room.resource_id = str(new_id())
    with pytest.raises(ResourceNotFoundError):
        await yard.book(room)
    with pytest.raises(ResourceBookingNotFoundError):
        await yard.decide("Approve", Booking(booking_id=str(new_id())), yard.guest)
    bookings = await yard.ask("ListBookings", booking_pb.ListBookingsRequest(), yard.owner)
    assert list(bookings.bookings) == []
