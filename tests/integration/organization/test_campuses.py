"""Campuses over gRPC on a real database."""

import pytest

from chassis.errors import AlreadyExistsError
from shuyuan.organization.v1 import unit_pb2, unit_service_pb2
from tests.integration.organization.world import World


@pytest.mark.covers("S38")
async def test_a_campus_code_is_taken_once(world: World) -> None:
    request = unit_service_pb2.CreateCampusRequest(campus=unit_pb2.Campus(code="yanta", name="雁塔校区"))
    created = (await world.ask(world.stubs.campuses.CreateCampus, request)).campus

    with pytest.raises(AlreadyExistsError):
        await world.ask(world.stubs.campuses.CreateCampus, request)
    update = unit_service_pb2.UpdateCampusRequest(
        campus_id=created.campus_id, campus=unit_pb2.Campus(code="yanta", name="雁塔")
    )
    changed = (await world.ask(world.stubs.campuses.UpdateCampus, update, etag=created.etag)).campus

    assert (changed.name, changed.version) == ("雁塔", 2)
    listed = await world.ask(world.stubs.campuses.ListCampuses, unit_service_pb2.ListCampusesRequest())
    assert [campus.name for campus in listed.campuses] == ["雁塔"]
