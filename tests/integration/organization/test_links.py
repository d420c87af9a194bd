"""Class links and plaques over gRPC on a real database."""

from datetime import date, timedelta
from typing import Any

import pytest

from chassis.errors import InvalidArgumentError, PermissionDeniedError, StateError
from shuyuan.organization.v1 import (
    class_link_service_pb2,
    place_service_pb2,
    plaque_service_pb2,
)
from tests.integration.organization.estate import Estate
from tests.integration.organization.world import ADMIN, FOUNDED, Campus, World, stamp

SEP = date(2024, 9, 1)


class TestClassLinks:
    @staticmethod
    async def _link(world: World, branch: Any, group: Any, *, on: date = FOUNDED, **fields: Any) -> Any:
        request = class_link_service_pb2.LinkClassRequest(
            unit_id=branch.unit_id,
            class_unit_id=group.unit_id,
            contact_person_id=str(await world.person("contact")),
            valid_from=on.isoformat(),
            **fields,
        )
        return (await world.ask(world.stubs.class_links.LinkClass, request)).class_link

    @staticmethod
    async def _end(world: World, link: Any, on: date) -> Any:
        request = class_link_service_pb2.EndClassLinkRequest(link_id=link.link_id, ends_on=on.isoformat())
        answer = await world.ask(world.stubs.class_links.EndClassLink, request, etag=link.etag)
        return answer.class_link

    @staticmethod
    async def _listed(world: World, group: Any, **when: Any) -> list[str]:
        request = class_link_service_pb2.ListClassLinksRequest(class_unit_id=group.unit_id, **when)
        answer = await world.ask(world.stubs.class_links.ListClassLinks, request)
        return [link.link_id for link in answer.class_links]

    @pytest.mark.covers("S79")
    async def test_several_branches_may_look_after_a_class_each_once(
        self, world: World, campus: Campus
    ) -> None:
        group = await world.establish("class", "机械2101", campus.school.unit_id)
        one, two = await campus.branch(world, "甲支部"), await campus.branch(world, "乙支部")

        links = [await self._link(world, one, group), await self._link(world, two, group)]
        with pytest.raises(StateError) as refused:
            await self._link(world, one, group, on=SEP)

        assert refused.value.reason == "CLASS_LINK_OVERLAPS"
        assert await self._listed(world, group) == [link.link_id for link in links]

    @pytest.mark.covers("S79")
    async def test_an_ended_link_is_remembered_as_it_was_believed(self, world: World, campus: Campus) -> None:
        group = await world.establish("class", "机械2101", campus.school.unit_id)
        link = await self._link(world, await campus.branch(world, "甲支部"), group)
        before = world.instant()

        ended = await self._end(world, link, SEP)

        assert (ended.valid_until, ended.version) == ("2024-09-01", 2)
        assert await self._listed(world, group, as_of="2024-08-31") == [link.link_id]
        assert await self._listed(world, group, as_of="2024-09-01") == []
        assert await self._listed(world, group, as_of="2024-09-01", known_at=stamp(before)) == [link.link_id]
        with pytest.raises(StateError) as refused:
            await self._end(world, ended, SEP)
        assert refused.value.reason == "CLASS_LINK_ENDED"
        assert [event["verb"] for event in await world.events("class_link")] == ["made", "ended"]

    async def test_what_is_no_class_is_not_linked(self, world: World, campus: Campus) -> None:
        with pytest.raises(InvalidArgumentError) as refused:
            await self._link(world, await campus.branch(world, "甲支部"), campus.club)

        assert [each.field for each in refused.value.violations] == ["class_unit_id"]


class TestPlaques:
    @pytest.fixture
    async def estate(self, world: World, campus: Campus) -> Estate:
        return await Estate.build(world, campus)

    @staticmethod
    async def _issue(
        world: World, branch: Any, room: Any, person: Any, *, on: date = FOUNDED, by: str = ADMIN
    ) -> Any:
        request = plaque_service_pb2.IssuePlaqueRequest(
            unit_id=branch.unit_id,
            place_id=room.place_id,
            person_id=str(person),
            issued_on=on.isoformat(),
        )
        return (await world.ask(world.stubs.plaques.IssuePlaque, request, by=by)).plaque

    @staticmethod
    async def _withdraw(world: World, plaque: Any, on: date) -> Any:
        request = plaque_service_pb2.WithdrawPlaqueRequest(
            plaque_id=plaque.plaque_id, withdrawn_on=on.isoformat(), reason="搬离"
        )
        return (await world.ask(world.stubs.plaques.WithdrawPlaque, request, etag=plaque.etag)).plaque

    @pytest.mark.covers("S53")
    async def test_a_member_who_moves_gets_another_plaque_after_the_first_is_withdrawn(
        self, world: World, campus: Campus, estate: Estate
    ) -> None:
        building = await estate.place("building", "东21舍")
        old, new = await estate.place("room", "101", building), await estate.place("room", "102", building)
        branch, member = await campus.branch(world, "支部"), await world.person("member")
        plaque = await self._issue(world, branch, old, member)

        with pytest.raises(StateError) as refused:
            await self._issue(world, branch, new, member, on=SEP)
        withdrawn = await self._withdraw(world, plaque, SEP)
        second = await self._issue(world, branch, new, member, on=SEP)

        assert refused.value.reason == "PLAQUE_OVERLAPS"
        assert (withdrawn.withdrawn_on, withdrawn.reason) == ("2024-09-01", "搬离")
        request = plaque_service_pb2.ListPlaquesRequest(person_id=str(member), as_of="2024-09-01")
        listed = (await world.ask(world.stubs.plaques.ListPlaques, request)).plaques
        assert [each.plaque_id for each in listed] == [second.plaque_id]
        with pytest.raises(StateError) as refused:
            await self._withdraw(world, withdrawn, SEP)
        assert refused.value.reason == "PLAQUE_WITHDRAWN"
        assert "搬离" not in await world.audited()

    @pytest.mark.covers("S53")
    async def test_members_read_their_own_plaque_and_nobody_elses(
        self, world: World, campus: Campus, estate: Estate
    ) -> None:
        building = await estate.place("building", "东21舍")
        room, branch = await estate.place("room", "101", building), await campus.branch(world, "支部")
        own = await self._issue(world, branch, room, await world.person("member"))
        other = await self._issue(world, branch, room, await world.person("other"))

        request = plaque_service_pb2.ListPlaquesRequest()
        listed = (await world.ask(world.stubs.plaques.ListPlaques, request, by="member")).plaques

        assert [each.plaque_id for each in listed] == [own.plaque_id]
        for_other = plaque_service_pb2.GetPlaqueRequest(plaque_id=other.plaque_id)
        with pytest.raises(PermissionDeniedError):
            await world.ask(world.stubs.plaques.GetPlaque, for_other, by="member")

    async def test_a_plaque_hangs_at_a_room_and_never_ahead(
        self, world: World, campus: Campus, estate: Estate
    ) -> None:
        building = await estate.place("building", "东21舍")
        room, branch = await estate.place("room", "101", building), await campus.branch(world, "支部")
        member = await world.person("member")

        with pytest.raises(InvalidArgumentError) as refused:
            await self._issue(world, branch, building, member)
        assert [each.field for each in refused.value.violations] == ["place_id"]
        with pytest.raises(InvalidArgumentError) as refused:
            await self._issue(world, branch, room, member, on=world.clock.today() + timedelta(days=1))
        assert [each.field for each in refused.value.violations] == ["issued_on"]

    async def test_a_room_with_a_plaque_is_in_use(self, world: World, campus: Campus, estate: Estate) -> None:
        room = await estate.place("room", "101", await estate.place("building", "东21舍"))
        await self._issue(world, await campus.branch(world, "支部"), room, await world.person("member"))

        request = place_service_pb2.ClosePlaceRequest(place_id=room.place_id)
        with pytest.raises(StateError) as refused:
            await world.ask(world.stubs.places.ClosePlace, request, etag=room.etag)

        assert refused.value.reason == "PLACE_IN_USE"
