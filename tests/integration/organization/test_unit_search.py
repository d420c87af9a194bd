"""Units are found by a part of their name and by pinyin initials, in a database that knows no letters but ASCII too."""

from collections.abc import AsyncIterator
from datetime import date

import pytest

from chassis import migrate
from deploy.local import sql
from shuyuan.organization.v1 import unit_service_pb2
from tests.integration.organization.conftest import Built, serving
from tests.integration.organization.world import Campus, World
from tests.support.databases import DatabaseServer

TO = "TEMPLATE template0 LOCALE_PROVIDER libc LOCALE 'C' ENCODING 'UTF8'"


@pytest.fixture(params=["as the server has it", "C"])
async def place(
    request: pytest.FixtureRequest, postgres: DatabaseServer, built_organization: Built
) -> AsyncIterator[World]:
    """A university in a database of either locale."""
    if request.param == "C":
        url = postgres.create_database("organization_c")
        name = url.rpartition("/")[2]
        sql.execute(postgres.admin_url, f"DROP DATABASE {sql.quoted(name)}")
        sql.execute(postgres.admin_url, f"CREATE DATABASE {sql.quoted(name)} {TO}")
        await migrate.upgrade(url, migrate.folder_of("organization"))
        async with serving(url) as world:
            await world.set_up()
            await Campus.build(world)
            yield world
    else:
        url = postgres.create_database("organization", template=built_organization.url)
        async with serving(url) as world:
            world.root = built_organization.root
            yield world


async def found(world: World, text: str, as_of: str | None = None) -> set[str]:
    request = unit_service_pb2.ListUnitsRequest(name=text, as_of=as_of)
    answer = await world.ask(world.stubs.units.ListUnits, request)
    return {unit.name for unit in answer.units}


async def test_a_part_of_the_name_or_its_initials_finds_a_unit(place: World) -> None:
    school = await place.establish("school", "Ü学院ＡＢ", short_name="微电子")

    assert await found(place, "机械") == {"机械工程学院"}
    assert await found(place, "院") >= {"机械工程学院", "彭康书院", "Ü学院ＡＢ"}
    assert await found(place, "jxgc") == await found(place, "JXGC") == {"机械工程学院"}
    assert await found(place, "pksy") == {"彭康书院", "彭康书院党总支"}
    assert (
        await found(place, "ü学") == await found(place, "院ab") == await found(place, "wdz") == {school.name}
    )
    assert await found(place, "机工") == await found(place, "jg%") == set()


async def test_a_renamed_unit_is_found_by_the_name_of_the_day(place: World) -> None:
    school = await place.establish("school", "老名学院", on=date(2020, 1, 1))
    rename = unit_service_pb2.UpdateUnitRequest(
        unit_id=school.unit_id, name="新称学院", effective_on="2024-09-01"
    )
    await place.ask(place.stubs.units.UpdateUnit, rename, etag=school.etag)

    assert await found(place, "lmxy", "2024-08-31") == {"老名学院"}
    assert await found(place, "lmxy", "2024-09-01") == set()
    assert await found(place, "xcxy", "2024-09-01") == {"新称学院"}
