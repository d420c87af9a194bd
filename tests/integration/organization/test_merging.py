"""Elections and plaques of somebody who was entered twice, at the service: one vote, one plaque, and back."""

from typing import Any
from uuid import UUID

import orjson
import pytest
import sqlalchemy as sa

from chassis.calls import system_call
from chassis.errors import ServiceError
from chassis.ids import new_id
from chassis.statements import query
from organization.operations import merging
from tests.integration.organization.polls import Poll
from tests.integration.organization.test_ballots import Booth
from tests.integration.organization.world import Campus, World

_ROLL = query(sa.text("SELECT person_id, ballot_number FROM election_elector"))
_BOXES = query(sa.text("SELECT to_jsonb(b) AS row FROM ballot_box b"))
_PLAQUE = query(
    sa.text(
        """INSERT INTO plaque (plaque_id, unit_id, place_id, person_id, issued_on, reason, created_at, updated_at, version)
           VALUES (:plaque_id, :unit_id, :place_id, :person_id, CAST(:issued_on AS date), '', now(), now(), 1)
           RETURNING plaque_id"""
    )
)
_CAMPUS = query(
    sa.text(
        """INSERT INTO campus (campus_id, code, name, version)
           VALUES (:campus_id, 'test', '兴庆校区', 1) RETURNING campus_id"""
    )
)
_PLACE = query(
    sa.text(
        """INSERT INTO place (place_id, campus_id, unit_id, kind, name, hours, opened_on, created_at, updated_at, version)
           VALUES (:place_id, :campus_id, :unit_id, 'room', '101', '[]', DATE '2020-01-01', now(), now(), 1)
           RETURNING place_id"""
    )
)
_PLAQUES = query(sa.text("SELECT person_id, withdrawn_on, reason FROM plaque ORDER BY plaque_id"))


async def follow(world: World, merge_id: UUID, kept: UUID, merged: UUID, *, back: bool = False) -> None:
    async with system_call(world.context, "test").transaction() as work:
        await merging.follow(work, merge_id, kept=kept, merged=merged, is_reversed=back)


async def roll(world: World, *people: UUID) -> dict[UUID, int]:
    rows = await world.database.fetch(_ROLL)
    return {row["person_id"]: row["ballot_number"] for row in rows if row["person_id"] in people}


async def test_whoever_is_on_the_roll_twice_votes_once(world: World, campus: Campus) -> None:
    booth = await Booth.prepare(world, campus)
    await booth.open()
    kept, merged = booth.poll.people[1], booth.poll.people[2]
    slip = (await booth.issue(2)).slip
    before = await world.database.fetch(_BOXES)

    merge_id = new_id()
    for _ in range(2):
        await follow(world, merge_id, kept, merged)

    assert await roll(world, kept, merged) == {kept: 1, merged: 1}
    with pytest.raises(ServiceError) as refused:
        await booth.issue(1)
    assert refused.value.reason == "BALLOT_ISSUED"
    # What is in the box and which slips are out is nobody's business here.
    assert await world.database.fetch(_BOXES) == before
    await booth.cast(slip, booth.poll.people[0])
    # A slip that was taken stays taken when the two are two again.
    await follow(world, merge_id, kept, merged, back=True)
    assert await roll(world, kept, merged) == {kept: 1, merged: 1}


async def test_a_place_on_the_roll_follows_with_its_mark_and_goes_back(world: World, campus: Campus) -> None:
    booth = await Booth.prepare(world, campus)
    opened = await booth.open()
    kept, merged, merge_id = await world.person("again"), booth.poll.people[9], new_id()

    await follow(world, merge_id, kept, merged)

    assert await roll(world, kept, merged) == {kept: 0}
    told = await world.events("election")
    assert told[-1]["verb"] == "reassigned"
    assert told[-1]["resource_version"] == opened.version + 1
    await follow(world, merge_id, kept, merged, back=True)
    assert await roll(world, kept, merged) == {merged: 0}


async def test_a_candidacy_follows_until_there_are_slips(world: World, campus: Campus) -> None:
    poll = await Poll.prepare(world, campus)
    kept, merged, merge_id = new_id(), poll.people[0], new_id()
    await poll.up_to_approval()

    async def standing() -> set[str]:
        event = (await world.events("election"))[-1]
        return {each["personId"] for each in _data(event)["election"]["candidates"]}

    await follow(world, merge_id, kept, merged)
    assert str(kept) in await standing() and str(merged) not in await standing()
    await follow(world, merge_id, kept, merged, back=True)
    assert str(merged) in await standing() and str(kept) not in await standing()


async def test_candidates_of_an_open_ballot_stay_as_they_are_on_the_slips(
    world: World, campus: Campus
) -> None:
    booth = await Booth.prepare(world, campus)
    await booth.open()
    merged = booth.poll.people[0]
    await follow(world, new_id(), await world.person("again"), merged)
    event = (await world.events("election"))[-1]
    assert str(merged) in {each["personId"] for each in _data(event)["election"]["candidates"]}


def _data(event: Any) -> Any:
    return orjson.loads(event["data"]) if isinstance(event["data"], bytes | str) else event["data"]


async def test_of_two_plaques_the_survivors_hangs(world: World, campus: Campus) -> None:
    unit = await campus.branch(world, "2021级党支部")
    kept, merged, merge_id, place = new_id(), new_id(), new_id(), new_id()
    (campus_id,) = await world.database.fetch(_CAMPUS, campus_id=new_id())
    await world.database.fetch(
        _PLACE, place_id=place, campus_id=campus_id["campus_id"], unit_id=UUID(unit.unit_id)
    )
    for person in (kept, merged):
        await world.database.fetch(
            _PLAQUE, plaque_id=new_id(), unit_id=UUID(unit.unit_id), place_id=place, person_id=person,
            issued_on=world.clock.today(),
        )  # fmt: skip

    await follow(world, merge_id, kept, merged)

    hanging = [tuple(row.values()) for row in await world.database.fetch(_PLAQUES)]
    assert [(person, on is None) for person, on, _ in hanging] == [(kept, True), (kept, False)]
    assert (await world.events("plaque"))[-1]["verb"] == "reassigned"
    await follow(world, merge_id, kept, merged, back=True)
    assert [tuple(row.values()) for row in await world.database.fetch(_PLAQUES)] == [
        (kept, None, ""),
        (merged, None, ""),
    ]
