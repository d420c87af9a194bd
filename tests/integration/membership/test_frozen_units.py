"""Units that are being dissolved, or whose end is known: nobody comes in, and nobody slips past the freezing."""

import asyncio
from datetime import date
from uuid import UUID, uuid4

import pytest

from chassis.calls import Caller
from chassis.intervals import Interval
from membership.domain.units import Use
from membership.errors import UnitFrozenError, UnitNotInForceError
from membership.facts import usable_unit
from membership.repository import members
from shuyuan.membership.v1 import member_pb2
from shuyuan.membership.v1 import roll_service_pb2 as pb
from tests.integration.membership.office import Office

DAY = date(2024, 10, 1)


async def establish(office: Office, unit_id: UUID) -> None:
    person = await office.person()
    given = pb.RelationshipInput(
        person_id=str(person),
        unit_id=str(unit_id),
        relationship_from="2023-09-01",
        status=member_pb2.MEMBERSHIP_STATUS_FULL,
        standing_from="2022-06-01",
    )
    request = pb.EstablishRelationshipsRequest(members=[given])
    await office.ask("RollService/EstablishRelationships", request)


async def test_a_frozen_branch_takes_nobody(office: Office) -> None:
    branch = await office.unit("branch", form="staff", frozen_by=uuid4())
    with pytest.raises(UnitFrozenError):
        await establish(office, branch)


async def test_a_branch_whose_end_is_known_takes_nobody_even_before_it(office: Office) -> None:
    branch = await office.unit("branch", form="staff", until=date(2030, 1, 1))
    with pytest.raises(UnitNotInForceError):
        await establish(office, branch)


@pytest.mark.covers("S22")
async def test_a_freezing_is_heard_after_whoever_is_joining_and_before_whoever_comes_next(
    office: Office,
) -> None:
    first, second = [await office.unit("branch", form="staff") for _ in range(2)]
    (ahead,) = await office.members(first, 1)
    async with office.call(Caller("system", service="membership")).transaction() as joining:
        await usable_unit(joining, second, Use.FORMAL_RELATIONSHIP, day=DAY)
        freezing = asyncio.create_task(
            office.unit("branch", form="staff", unit_id=second, version=2, frozen_by=uuid4())
        )
        done, _ = await asyncio.wait([freezing], timeout=0.2)
        assert not done
        await members.relate(joining, ahead, Interval(DAY), second)
    await freezing

    held = await office.ask(
        "RollService/CountUnitRoll", pb.CountUnitRollRequest(unit_id=str(second), as_of=DAY.isoformat())
    )
    assert held.relationships == 1
    with pytest.raises(UnitFrozenError):
        await establish(office, second)
