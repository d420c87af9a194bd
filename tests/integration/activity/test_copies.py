"""What this service keeps of the events of others, heard as they arrive."""

from datetime import date
from uuid import UUID

import sqlalchemy as sa

from activity.consumers import CONSUMERS
from activity.repository import copies
from chassis.ids import new_id
from chassis.statements import query
from tests.integration.activity.desk import Desk

TALK = query(
    sa.text(
        """WITH made AS (
               INSERT INTO talk (talk_id, unit_id, kind, held_on, summary, created_at)
               VALUES (:talk_id, :unit_id, 'among_members', DATE '2026-01-01', '', now())
               RETURNING talk_id)
           INSERT INTO talk_participant (talk_id, person_id)
           SELECT talk_id, unnest(CAST(:person_ids AS uuid[])) FROM made RETURNING talk_id"""
    )
)
PARTICIPANTS = query(
    sa.text("SELECT talk_id, person_id FROM talk_participant WHERE talk_id = ANY (CAST(:talk_ids AS uuid[]))")
)


async def test_a_unit_is_kept_with_its_life(desk: Desk) -> None:
    unit_id = new_id()
    unit = {"kind": "KIND_BRANCH", "establishedOn": "2021-03-01", "dissolvedOn": "2024-07-01"}

    await desk.receive("organization", "unit", unit_id, {"unit": unit})

    kept = await copies.find_unit(desk.database, unit_id)
    assert kept is not None
    assert (kept.kind, kept.established_on, kept.dissolved_on) == (
        "BRANCH",
        date(2021, 3, 1),
        date(2024, 7, 1),
    )


async def test_a_person_is_known_after_being_registered(desk: Desk) -> None:
    person_id, stranger = new_id(), new_id()

    await desk.receive("membership", "person", person_id, {"person": {}})

    assert await copies.unknown_persons(desk.database, [person_id, stranger]) == [stranger]


async def test_of_whoever_is_off_the_register_nothing_new_is_written(desk: Desk) -> None:
    withdrawn, merged, kept = await desk.people(3)
    merge_id = new_id()
    told = {"mergeId": str(merge_id), "intoPersonId": str(kept), "person": {}}

    await desk.receive("membership", "person", withdrawn, {"person": {}}, verb="withdrawn")
    await desk.receive("membership", "person", merged, told, verb="merged")

    assert set(await copies.unknown_persons(desk.database, [withdrawn, merged, kept])) == {withdrawn, merged}
    told = {"mergeId": str(merge_id), "fromPersonId": str(kept), "person": {}}
    await desk.receive("membership", "person", merged, told, verb="restored")
    assert await copies.unknown_persons(desk.database, [merged]) == []


async def test_a_members_relationships_are_those_believed_last(desk: Desk) -> None:
    person_id = new_id()
    first = [_relationship(desk.branch, "2021-01-01")]
    corrected = [
        _relationship(desk.branch, "2021-01-01", "2022-01-01"),
        _relationship(desk.other, "2022-01-01"),
    ]

    await desk.receive("membership", "member", person_id, {"member": {"relationships": first}})
    await desk.receive("membership", "member", person_id, {"member": {"relationships": corrected}})

    assert await copies.branch_of(desk.database, person_id, date(2021, 12, 31)) == desk.branch
    assert await copies.branch_of(desk.database, person_id, date(2022, 1, 1)) == desk.other
    assert await copies.branch_of(desk.database, person_id, date(2020, 12, 31)) is None


async def test_what_names_a_merged_person_follows_and_goes_back(desk: Desk) -> None:
    merge_id, kept, merged = new_id(), new_id(), new_id()
    alone, both = new_id(), new_id()
    for person_id in (kept, merged):
        await desk.receive("membership", "person", person_id, {"person": {}})
    await desk.database.fetch(TALK, talk_id=alone, unit_id=desk.branch, person_ids=[merged])
    await desk.database.fetch(TALK, talk_id=both, unit_id=desk.branch, person_ids=[kept, merged])
    before = await _participants(desk, alone, both)
    told = {"mergeId": str(merge_id), "intoPersonId": str(kept), "person": {}}
    for _ in range(2):
        # Told twice, as after a rebuild, it is the same.
        await desk.receive("membership", "person", merged, told, verb="merged")
        # Who talked with themselves took part once.
        assert await _participants(desk, alone, both) == {alone: {kept}, both: {kept}}
    told = {"mergeId": str(merge_id), "fromPersonId": str(kept), "person": {}}
    await desk.receive("membership", "person", merged, told, verb="restored")
    assert await _participants(desk, alone, both) == before


async def _participants(desk: Desk, *talk_ids: UUID) -> dict[UUID, set[UUID]]:
    rows = await desk.database.fetch(PARTICIPANTS, talk_ids=list(talk_ids))
    return {talk: {row["person_id"] for row in rows if row["talk_id"] == talk} for talk in talk_ids}


async def test_copies_are_emptied_before_a_log_is_applied_again(desk: Desk) -> None:
    async with desk.system().transaction() as work:
        for row in CONSUMERS:
            if row.reset is not None:
                await row.reset(work)

    assert await copies.find_unit(desk.database, desk.branch) is None
    assert await copies.unknown_persons(desk.database, [desk.member]) == [desk.member]
    assert await copies.branch_of(desk.database, desk.member, date(2026, 1, 1)) is None


def _relationship(unit_id: UUID, start: str, end: str | None = None) -> dict[str, str]:
    row = {"unitId": str(unit_id), "validFrom": start}
    return row if end is None else row | {"validUntil": end}
