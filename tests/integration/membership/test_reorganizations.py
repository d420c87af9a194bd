"""A reorganisation at membership: as many statements for many as for few, as it was previewed, with its units held."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from google.protobuf.message import Message

from chassis.calls import Caller
from membership.consumers import consumers
from membership.domain.members import MovePlan, RollMove
from membership.errors import UnitBeingReorganizedError, UnitFrozenError
from membership.operations.reorganizations import apply_moves
from membership.operations.rolls import preview_moves
from shuyuan.membership.v1 import member_pb2, person_pb2
from shuyuan.membership.v1 import roll_service_pb2 as pb
from shuyuan.organization.v1 import events_pb2, reorganization_pb2
from tests.integration.membership.campus import Campus
from tests.integration.membership.office import Office
from tests.support import counting

DAY = date(2024, 10, 8)
ACADEMY = person_pb2.AFFILIATION_KIND_ACADEMY


class Reorganization:
    """Old branches whose residents of an academy go to one new branch, and all others to another."""

    def __init__(self, office: Office) -> None:
        self.office, self.reorganization_id, self.process_id = office, uuid4(), uuid4()
        self.old: list[UUID] = []
        self.moves: list[RollMove] = []

    async def prepare(self, branches: int, members: int) -> None:
        academy = await self.office.unit("academy")
        functional = await self.office.unit("branch", form="functional")
        self.new = [await self.office.unit("branch", form="staff") for _ in range(2)]
        for _ in range(branches):
            old = await self.office.unit("branch", form="major")
            self.old.append(old)
            residents = [
                await self.office.person(f"住{n}", affiliations=((ACADEMY, academy),)) for n in range(members)
            ]
            await self.enter(old, residents)
            (guest,) = await self.office.members(old, 1)
            part = pb.AddParticipationRequest(
                person_id=str(guest), unit_id=str(functional), valid_from="2024-10-01"
            )
            await self.office.ask("RollService/AddParticipation", part, if_match="1")
            self.moves += [
                RollMove(uuid4(), old, self.new[0], affiliated_unit_id=academy),
                RollMove(uuid4(), old, self.new[1]),
            ]
        # What people take part in ends too, where it is dissolved with the rest.
        self.left = [*self.old, functional]

    async def enter(self, unit_id: UUID, people: list[UUID]) -> None:
        members = [
            pb.RelationshipInput(
                person_id=str(person),
                unit_id=str(unit_id),
                relationship_from="2023-09-01",
                status=member_pb2.MEMBERSHIP_STATUS_FULL,
                standing_from="2022-06-01",
            )
            for person in people
        ]
        request = pb.EstablishRelationshipsRequest(members=members)
        await self.office.ask("RollService/EstablishRelationships", request)

    async def preview(self) -> MovePlan:
        call = self.office.call(Caller("system", service="membership"))
        return await preview_moves(call, self.moves, effective_on=DAY)

    async def apply(self) -> None:
        async with self.office.call(Caller("system", service="membership")).transaction() as work:
            await apply_moves(
                work,
                self.office.means,
                self.reorganization_id,
                self.moves,
                effective_on=DAY,
                dissolved_unit_ids=self.left,
            )

    async def hear(self, message: Message) -> None:
        """What the follower does with an event of the organization service."""
        (row,) = [each for each in consumers(self.office.means) if each.noun == "reorganization"]
        event: Any = SimpleNamespace(message=message)
        async with self.office.call(Caller("system", service="membership")).transaction() as work:
            await row.handler(work, event)

    def shape(self) -> reorganization_pb2.Reorganization:
        return reorganization_pb2.Reorganization(
            reorganization_id=str(self.reorganization_id),
            process_id=str(self.process_id),
            effective_on=DAY.isoformat(),
            dissolves_unit_ids=[str(unit) for unit in self.left],
            moves=[
                reorganization_pb2.RollMove(
                    move_id=str(move.move_id),
                    from_unit_id=str(move.from_unit_id),
                    to_unit_id=str(move.to_unit_id),
                    affiliated_unit_id=None
                    if move.affiliated_unit_id is None
                    else str(move.affiliated_unit_id),
                )
                for move in self.moves
            ],
        )


async def members_of(office: Office, unit_id: UUID) -> int:
    request = pb.GetUnitRollRequest(unit_id=str(unit_id), as_of=DAY.isoformat())
    roll: pb.UnitRoll = (await office.ask("RollService/GetUnitRoll", request)).roll
    return roll.full_members


async def test_it_asks_as_much_of_the_database_for_many_as_for_few(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    for branches, members in ((1, 1), (4, 6)):
        change = Reorganization(office)
        await change.prepare(branches, members)
        with monkeypatch.context() as patch:
            statements = counting.count(patch)
            await change.apply()
        asked.append(len(statements))
        assert [await members_of(office, unit) for unit in change.new] == [branches * members, branches]

    assert asked[0] == asked[1]


@pytest.mark.covers("S22")
async def test_what_is_applied_is_what_was_previewed(office: Office) -> None:
    change = Reorganization(office)
    await change.prepare(2, 3)
    campus = await Campus.found(office)
    await campus.apply()
    change.moves.append(RollMove(uuid4(), campus.branch, change.new[1]))
    promised = await change.preview()
    before = len(await office.events())

    await change.apply()

    coming = {
        unit: sum(len(place.people) for place in promised.placements if place.move.to_unit_id == unit)
        for unit in change.new
    }
    applicants = sum(len(place.case_ids) for place in promised.placements)
    assert [await members_of(office, unit) for unit in change.new] == [
        coming[change.new[0]],
        coming[change.new[1]] - applicants,
    ]
    events = (await office.events())[before:]
    assert events.count("member.moved") == sum(coming.values()) - applicants
    assert events.count("admission_case.moved") == applicants == 1
    assert events.count("member.participation_changed") == 2


async def test_its_units_are_held_from_its_start_to_its_end(office: Office) -> None:
    change = Reorganization(office)
    await change.prepare(1, 1)
    newcomers = [await office.person(f"新{n}") for n in range(2)]

    started = events_pb2.ReorganizationStarted(
        process_id=str(change.process_id), reorganization=change.shape()
    )
    await change.hear(started)
    for unit in (change.old[0], change.new[0]):
        with pytest.raises(UnitFrozenError):
            await change.enter(unit, newcomers[:1])
    await change.hear(
        events_pb2.ReorganizationExecuted(
            reorganization_id=str(change.reorganization_id),
            process_id=str(change.process_id),
            effective_on=DAY.isoformat(),
            reorganization=change.shape(),
        ),
    )
    await change.enter(change.new[0], newcomers[:1])

    assert await members_of(office, change.new[0]) == 2


async def test_units_of_one_that_is_undone_are_free_again(office: Office) -> None:
    change = Reorganization(office)
    await change.prepare(1, 1)
    started = events_pb2.ReorganizationStarted(
        process_id=str(change.process_id), reorganization=change.shape()
    )
    await change.hear(started)
    await change.hear(events_pb2.ReorganizationUndone(reorganization=change.shape()))

    await change.enter(change.old[0], [await office.person("新")])

    assert await members_of(office, change.old[0]) == 3


@pytest.mark.covers("S22")
async def test_what_its_units_hold_from_its_day_on_is_told_when_it_is_done(office: Office) -> None:
    change = Reorganization(office)
    await change.prepare(1, 1)
    started = events_pb2.ReorganizationStarted(
        process_id=str(change.process_id), reorganization=change.shape()
    )

    async def told(unit: UUID, day: date) -> bool:
        request = pb.GetUnitRollRequest(unit_id=str(unit), as_of=day.isoformat())
        try:
            await office.ask("RollService/GetUnitRoll", request)
        except UnitBeingReorganizedError:
            return False
        return True

    await change.hear(started)
    for unit in (change.old[0], change.new[0], change.left[-1]):
        days = [DAY - timedelta(days=1), DAY, DAY + timedelta(days=1)]
        assert [await told(unit, day) for day in days] == [True, False, False]
    trace = pb.TraceRollSizesRequest(unit_ids=[str(change.old[0])], as_of=DAY.isoformat())
    with pytest.raises(UnitBeingReorganizedError):
        await office.ask("RollService/TraceRollSizes", trace)
    await change.hear(events_pb2.ReorganizationUndone(reorganization=change.shape()))

    assert await told(change.old[0], DAY)
    assert len((await office.ask("RollService/TraceRollSizes", trace)).sizes) == 1
