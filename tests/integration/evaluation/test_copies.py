"""What this service keeps of the events of others, heard as they arrive."""

from datetime import date

from chassis.ids import new_id
from evaluation.repository import copies
from tests.integration.evaluation.desk import Desk

UNIT = {"kind": "KIND_BRANCH", "name": "甲支部", "establishedOn": "2021-03-01", "dissolvedOn": "2024-07-01"}


async def test_a_unit_is_kept_with_name_and_life(desk: Desk) -> None:
    unit_id = new_id()

    await desk.receive("organization", "unit", unit_id, {"unit": UNIT})

    kept = (await copies.find_units(desk.database, [unit_id]))[unit_id]
    assert (kept.kind, kept.name) == ("branch", "甲支部")
    assert (kept.established_on, kept.dissolved_on) == (date(2021, 3, 1), date(2024, 7, 1))


async def test_an_older_version_changes_nothing(desk: Desk) -> None:
    unit_id = new_id()

    await desk.receive("organization", "unit", unit_id, {"unit": UNIT}, version=2)
    await desk.receive("organization", "unit", unit_id, {"unit": {**UNIT, "name": "旧名"}}, version=1)

    assert (await copies.find_units(desk.database, [unit_id]))[unit_id].name == "甲支部"


async def test_a_person_is_known_with_their_group_alone(desk: Desk) -> None:
    person, nameless, stranger = new_id(), new_id(), new_id()

    await desk.receive("membership", "person", person, {"person": {"category": "PERSON_CATEGORY_MASTER"}})
    await desk.receive(
        "membership", "person", nameless, {"person": {"category": "PERSON_CATEGORY_UNSPECIFIED"}}
    )

    assert await copies.categories(desk.database, [person, nameless]) == {person: "master", nameless: None}
    assert await copies.first_unknown(desk.database, [person, stranger]) == stranger


async def test_of_whoever_is_off_the_register_nothing_new_is_written(desk: Desk) -> None:
    withdrawn, merged, kept = await desk.people(3)
    told = {"mergeId": str(new_id()), "intoPersonId": str(kept), "person": {}}

    await desk.receive("membership", "person", withdrawn, {"person": {}}, verb="withdrawn")
    await desk.receive("membership", "person", merged, told, verb="merged")

    for person, unknown in ((withdrawn, withdrawn), (merged, merged), (kept, None)):
        assert await copies.first_unknown(desk.database, [person]) == unknown


async def test_a_new_life_of_a_log_begins_with_nothing(desk: Desk) -> None:
    async with desk.system().transaction() as work:
        await copies.forget_units(work)
        await copies.forget_persons(work)

    assert await copies.find_units(desk.database, desk.branches) == {}
    assert await copies.first_unknown(desk.database, [desk.office]) == desk.office


async def test_eligible_units_are_those_of_the_kind_below_the_holder_on_the_day(desk: Desk) -> None:
    today = date(2026, 11, 24)
    await desk.keep_unit(new_id(), "KIND_BRANCH", desk.school, "已撤支部", dissolvedOn="2026-11-24")
    await desk.keep_unit(new_id(), "KIND_BRANCH", desk.school, "新支部", establishedOn="2026-11-25")

    assert await copies.count_eligible(desk.database, desk.university, ["branch"], today) == 10
    assert await copies.count_eligible(desk.database, desk.branches[0], ["branch"], today) == 1
    assert await copies.is_below(desk.database, desk.branches[0], desk.university, today)
    assert not await copies.is_below(desk.database, desk.university, desk.branches[0], today)
