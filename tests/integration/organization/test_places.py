"""Places and zones over gRPC on a real database: what lies where, and which branch answers for it."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import (
    AlreadyExistsError,
    ConflictError,
    InvalidArgumentError,
    NotFoundError,
    PermissionDeniedError,
    StateError,
)
from shuyuan.organization.v1 import (
    grant_service_pb2,
    place_pb2,
    place_service_pb2,
    role_pb2,
    unit_service_pb2,
    zone_service_pb2,
)
from tests.integration.organization.estate import Estate
from tests.integration.organization.world import FOUNDED, Campus, World, stamp

SEP = date(2024, 9, 1)
NOWHERE = str(UUID(int=7))


@pytest.fixture
async def estate(world: World, campus: Campus) -> Estate:
    return await Estate.build(world, campus)


class TestPlaces:
    @pytest.mark.covers("S48", "S49")
    async def test_a_members_home_and_a_workstation_are_registered_in_a_building(
        self, world: World, estate: Estate
    ) -> None:
        building = await estate.place("building", "东21舍")
        hours = [place_pb2.OpeningHours(weekday=3, opens_at="19:00", closes_at="24:00")]

        home = await estate.place("member_home", "党员之家", building, capacity=40, opening_hours=hours)
        station = await estate.place("workstation", "党员工作站")

        request = place_service_pb2.GetPlaceRequest(place_id=home.place_id)
        read = (await world.ask(world.stubs.places.GetPlace, request)).place
        assert read == home
        assert (read.capacity, read.parent_place_id) == (40, building.place_id)
        assert [(each.weekday, each.closes_at) for each in read.opening_hours] == [(3, "24:00")]
        assert not station.HasField("parent_place_id") and not station.HasField("capacity")
        assert [event["verb"] for event in await world.events("place")] == ["registered"] * 3

    async def test_the_tree_shows_parents_first_and_siblings_by_name(
        self, world: World, estate: Estate
    ) -> None:
        building = await estate.place("building", "东21舍")
        second = await estate.place("floor", "2层", building)
        first = await estate.place("floor", "1层", building)
        await estate.place("room", "201", second)
        await estate.place("room", "102", first)
        await estate.place("room", "101", first)

        request = place_service_pb2.GetPlaceTreeRequest(place_id=building.place_id)
        tree = await world.ask(world.stubs.places.GetPlaceTree, request)

        assert [(node.place.name, node.depth) for node in tree.nodes] == [
            ("东21舍", 0),
            ("1层", 1),
            ("101", 2),
            ("102", 2),
            ("2层", 1),
            ("201", 2),
        ]

    async def test_pages_follow_each_other_without_gap_or_overlap(self, world: World, estate: Estate) -> None:
        made = [(await estate.place("building", f"{number}舍")).place_id for number in range(5)]

        seen: list[str] = []
        token = ""
        while True:
            request = place_service_pb2.ListPlacesRequest(
                campus_id=estate.campus_id, page_size=2, page_token=token
            )
            page = await world.ask(world.stubs.places.ListPlaces, request)
            seen += [place.place_id for place in page.places]
            token = page.next_page_token
            if not token:
                break

        assert seen == made

    async def test_two_open_places_at_one_spot_have_different_names(self, estate: Estate) -> None:
        building, other = await estate.place("building", "东21舍"), await estate.place("building", "西1舍")
        await estate.place("room", "101", building)
        await estate.place("room", "101", other)

        with pytest.raises(AlreadyExistsError) as refused:
            await estate.place("room", "101", building)

        assert refused.value.reason == "PLACE_NAME_TAKEN"

    async def test_a_change_needs_the_newest_version(self, world: World, estate: Estate) -> None:
        place = await estate.place("building", "东21舍")
        request = place_service_pb2.UpdatePlaceRequest(place_id=place.place_id, name="东22舍", capacity=900)

        changed = (await world.ask(world.stubs.places.UpdatePlace, request, etag=place.etag)).place
        with pytest.raises(ConflictError):
            await world.ask(world.stubs.places.UpdatePlace, request, etag=place.etag)

        assert (changed.name, changed.capacity, changed.version) == ("东22舍", 900, 2)

    async def test_a_place_in_use_is_not_closed(self, world: World, campus: Campus, estate: Estate) -> None:
        building = await estate.place("building", "东21舍")
        room = await estate.place("room", "101", building)
        zone = await estate.zone(await campus.branch(world, "支部"), room)

        for place in (building, room):
            with pytest.raises(StateError) as refused:
                await self._close(world, place, SEP)
            assert refused.value.reason == "PLACE_IN_USE"

        await estate.end_zone(zone, SEP)
        closed = await self._close(world, room, SEP)
        assert closed.state == place_pb2.Place.STATE_CLOSED
        assert (await self._close(world, building, SEP)).closed_on == "2024-09-01"

    @staticmethod
    async def _close(world: World, place: place_pb2.Place, on: date) -> Any:
        request = place_service_pb2.ClosePlaceRequest(place_id=place.place_id, closed_on=on.isoformat())
        return (await world.ask(world.stubs.places.ClosePlace, request, etag=place.etag)).place

    async def test_a_closed_place_is_listed_only_when_asked_for(self, world: World, estate: Estate) -> None:
        await self._close(world, await estate.place("building", "东21舍"), SEP)

        async def count(**fields: Any) -> int:
            request = place_service_pb2.ListPlacesRequest(campus_id=estate.campus_id, **fields)
            return len((await world.ask(world.stubs.places.ListPlaces, request)).places)

        assert (await count(), await count(show_closed=True)) == (0, 1)

    async def test_who_leads_nothing_registers_nothing(self, world: World, estate: Estate) -> None:
        await world.person("student")

        with pytest.raises(PermissionDeniedError):
            await estate.place("building", "东21舍", by="student")

    async def test_an_unknown_place_is_not_found(self, world: World, estate: Estate) -> None:
        for method, request in (
            (world.stubs.places.GetPlace, place_service_pb2.GetPlaceRequest(place_id=NOWHERE)),
            (world.stubs.places.GetPlaceTree, place_service_pb2.GetPlaceTreeRequest(place_id=NOWHERE)),
            (
                world.stubs.places.GetResponsibleBranch,
                place_service_pb2.GetResponsibleBranchRequest(place_id=NOWHERE),
            ),
        ):
            with pytest.raises(NotFoundError) as refused:
                await world.ask(method, request)
            assert refused.value.reason == "PLACE_NOT_FOUND"


class TestResponsibleBranch:
    @pytest.mark.covers("S50")
    async def test_the_nearest_assigned_place_decides(
        self, world: World, campus: Campus, estate: Estate
    ) -> None:
        building = await estate.place("building", "东21舍")
        floor = await estate.place("floor", "2层", building)
        room = await estate.place("room", "201", floor)
        home = await estate.place("member_home", "党员之家", room)
        whole, part = await campus.branch(world, "楼宇支部"), await campus.branch(world, "楼层支部")

        nobody = await estate.responsible(home)
        await estate.zone(whole, building)
        by_building = await estate.responsible(home)
        await estate.zone(part, floor)
        by_floor = await estate.responsible(home)

        assert not nobody.HasField("unit_id")
        assert (by_building.unit_id, by_building.assigned_place_id) == (whole.unit_id, building.place_id)
        assert (by_floor.unit_id, by_floor.assigned_place_id) == (part.unit_id, floor.place_id)
        assert (await estate.responsible(building)).unit_id == whole.unit_id

    async def test_it_takes_one_statement(
        self, world: World, campus: Campus, estate: Estate, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        place = await estate.place("building", "东21舍")
        await estate.zone(await campus.branch(world, "支部"), place)
        await estate.responsible(place)
        asked = 0
        fetch_one = world.database.fetch_one

        async def counting(*arguments: Any, **values: Any) -> Any:
            nonlocal asked
            asked += 1
            return await fetch_one(*arguments, **values)

        monkeypatch.setattr(world.database, "fetch_one", counting)
        await estate.responsible(place)

        assert asked == 1

    @pytest.mark.covers("S50")
    async def test_it_answers_for_a_day_and_as_believed_at_an_instant(
        self, world: World, campus: Campus, estate: Estate
    ) -> None:
        place = await estate.place("building", "东21舍")
        old, new = await campus.branch(world, "甲支部"), await campus.branch(world, "乙支部")
        zone = await estate.zone(old, place)
        before = world.instant()
        await estate.end_zone(zone, SEP)
        await estate.zone(new, place, on=SEP)

        async def answers(**when: Any) -> str:
            found: str = (await estate.responsible(place, **when)).unit_id
            return found

        assert await answers(as_of="2024-08-31") == old.unit_id
        assert await answers(as_of="2024-09-01") == new.unit_id
        assert await answers(as_of="2024-09-01", known_at=stamp(before)) == old.unit_id

    async def test_a_dissolved_branch_answers_for_nothing(
        self, world: World, campus: Campus, estate: Estate
    ) -> None:
        place = await estate.place("building", "东21舍")
        branch = await campus.branch(world, "支部")
        await estate.zone(branch, place)
        request = unit_service_pb2.DissolveUnitRequest(
            unit_id=branch.unit_id, dissolved_on=SEP.isoformat(), reason="合并"
        )
        await world.ask(world.stubs.units.DissolveUnit, request, etag=branch.etag)
        await world.work_off()

        assert (await estate.responsible(place, as_of="2024-08-31")).unit_id == branch.unit_id
        assert not (await estate.responsible(place, as_of="2024-09-01")).HasField("unit_id")


class TestZones:
    async def test_one_branch_answers_on_any_day(self, world: World, campus: Campus, estate: Estate) -> None:
        place = await estate.place("building", "东21舍")
        branch = await campus.branch(world, "支部")
        await estate.zone(branch, place, valid_until=SEP.isoformat())

        with pytest.raises(StateError) as refused:
            await estate.zone(branch, place, on=date(2024, 8, 31))
        await estate.zone(branch, place, on=SEP)

        assert refused.value.reason == "ZONE_OVERLAPS"

    @pytest.mark.covers("S50")
    async def test_a_class_is_a_zone_too(self, world: World, campus: Campus, estate: Estate) -> None:
        group = await world.establish("class", "机械2101", campus.school.unit_id)
        branch = await campus.branch(world, "支部")

        zone = await estate.zone(branch, class_unit_id=group.unit_id)

        request = zone_service_pb2.ListZonesRequest(class_unit_id=group.unit_id, as_of=SEP.isoformat())
        assert list((await world.ask(world.stubs.zones.ListZones, request)).zones) == [zone]

    async def test_only_branches_answer_and_only_for_classes(
        self, world: World, campus: Campus, estate: Estate
    ) -> None:
        place = await estate.place("building", "东21舍")
        branch = await campus.branch(world, "支部")

        with pytest.raises(InvalidArgumentError) as refused:
            await estate.zone(campus.academy, place)
        assert [each.field for each in refused.value.violations] == ["unit_id"]
        with pytest.raises(InvalidArgumentError) as refused:
            await estate.zone(branch, class_unit_id=campus.club.unit_id)
        assert [each.field for each in refused.value.violations] == ["class_unit_id"]

    async def test_a_secretary_reads_the_zones_of_the_own_branch_and_assigns_none(
        self, world: World, campus: Campus, estate: Estate
    ) -> None:
        own, other = await campus.branch(world, "甲支部"), await campus.branch(world, "乙支部")
        place, next_place = await estate.place("building", "东21舍"), await estate.place("building", "西1舍")
        zone, foreign = await estate.zone(own, place), await estate.zone(other, next_place)
        request = grant_service_pb2.GrantRoleRequest(
            person_id=str(await world.person("secretary")),
            role=role_pb2.ROLE_BRANCH_SECRETARY,
            unit_id=own.unit_id,
            valid_from=FOUNDED.isoformat(),
            reason="书记",
        )
        await world.ask(world.stubs.grants.GrantRole, request)

        listed = await world.ask(
            world.stubs.zones.ListZones, zone_service_pb2.ListZonesRequest(), by="secretary"
        )
        assert [each.zone_id for each in listed.zones] == [zone.zone_id]
        with pytest.raises(PermissionDeniedError):
            await world.ask(
                world.stubs.zones.GetZone,
                zone_service_pb2.GetZoneRequest(zone_id=foreign.zone_id),
                by="secretary",
            )
        with pytest.raises(PermissionDeniedError):
            await estate.zone(own, next_place, by="secretary")

    async def test_an_ended_zone_tells_when(self, world: World, campus: Campus, estate: Estate) -> None:
        zone = await estate.zone(await campus.branch(world, "支部"), await estate.place("building", "东21舍"))

        ended = await estate.end_zone(zone, SEP)
        with pytest.raises(StateError) as refused:
            await estate.end_zone(ended, SEP)

        assert refused.value.reason == "ZONE_ENDED"
        (_, event) = await world.events("zone")
        assert event["verb"] == "ended" and '"endsOn":"2024-09-01"' in event["data"]
