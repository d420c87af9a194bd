"""What lies below a unit is answered from the closure, and is what walking down the parents finds."""

from datetime import date, datetime

from organization.domain.units import State
from organization.repository import units
from shuyuan.organization.v1 import unit_service_pb2
from tests.integration.organization.world import Campus, World, stamp


async def below(world: World, unit_id: str, day: date, known_at: datetime | None = None) -> set[str]:
    request = unit_service_pb2.ListUnitsRequest(
        below_unit_id=unit_id,
        as_of=day.isoformat(),
        known_at=None if known_at is None else stamp(known_at),
        page_size=200,
    )
    answer = await world.ask(world.stubs.units.ListUnits, request)
    return {unit.unit_id for unit in answer.units}


async def test_the_closure_says_what_walking_finds_on_every_day(world: World, campus: Campus) -> None:
    moving = await campus.branch(world, "2021级党支部")
    ending = await campus.branch(world, "2022级党支部", cohort_year=2022)
    planned = await campus.branch(world, "2023级党支部", cohort_year=2023, on=date(2030, 1, 1))
    carried = await world.establish(
        "branch",
        "联合党支部",
        campus.general_branch.unit_id,
        form="joint_teacher_student",
        sponsors=[(campus.school.unit_id, "sponsor"), (campus.academy.unit_id, "sponsor")],
    )
    move = unit_service_pb2.MoveUnitRequest(
        unit_id=moving.unit_id,
        parent_unit_id=campus.other_general_branch.unit_id,
        effective_on="2024-09-01",
    )
    await world.ask(world.stubs.units.MoveUnit, move, etag=moving.etag)
    await world.dissolve(ending, carried, on=date(2024, 9, 1))
    now = world.instant()

    for above in (
        str(world.root),
        campus.community.unit_id,
        campus.general_branch.unit_id,
        campus.other_general_branch.unit_id,
        campus.school.unit_id,
    ):
        for day in (date(2019, 1, 1), date(2024, 8, 31), date(2024, 9, 1), date(2030, 1, 1)):
            assert await below(world, above, day) == await below(world, above, day, now)
    assert planned.unit_id in await below(world, campus.general_branch.unit_id, date(2030, 1, 1))
    assert moving.unit_id in await below(world, campus.other_general_branch.unit_id, date(2024, 9, 1))


def test_nothing_is_walked_to_answer_it() -> None:
    asked = units._page_query("name", State.ACTIVE, ("below_id",), follows=False, then=False, everywhere=True)

    assert "RECURSIVE" not in asked.sql
