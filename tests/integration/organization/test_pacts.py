"""Pacts of co-building over gRPC on a real database."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import PermissionDeniedError, StateError
from shuyuan.organization.v1 import grant_service_pb2, pact_pb2, pact_service_pb2, role_pb2
from tests.integration.organization.world import FOUNDED, Campus, World

State = pact_pb2.Pact.State
SECRETARY = "partner-secretary"


async def propose(world: World, lead: Any, *partners: Any, least: int = 1, **fields: Any) -> Any:
    request = pact_service_pb2.ProposePactRequest(
        unit_id=lead.unit_id,
        title="1+X共建",
        plan="联学联做",
        partner_unit_ids=[each.unit_id for each in partners],
        least_partners=least,
        **fields,
    )
    return (await world.ask(world.stubs.pacts.ProposePact, request)).pact


async def consent(world: World, pact: Any, partner: Any, **how: Any) -> Any:
    request = pact_service_pb2.ConsentToPactRequest(pact_id=pact.pact_id, unit_id=partner.unit_id)
    return (await world.ask(world.stubs.pacts.ConsentToPact, request, **how)).pact


async def listed(world: World, *, by: str = "admin", **wanted: Any) -> list[str]:
    request = pact_service_pb2.ListPactsRequest(**wanted)
    answer = await world.ask(world.stubs.pacts.ListPacts, request, by=by)
    return [each.pact_id for each in answer.pacts]


async def secretary_of(world: World, unit: Any) -> None:
    request = grant_service_pb2.GrantRoleRequest(
        person_id=str(await world.person(SECRETARY)),
        unit_id=unit.unit_id,
        role=role_pb2.ROLE_BRANCH_SECRETARY,
        valid_from=FOUNDED.isoformat(),
        reason="任职",
    )
    await world.ask(world.stubs.grants.GrantRole, request)


async def test_a_partner_answers_for_itself_and_for_nobody_else(world: World, campus: Campus) -> None:
    lead, one, two = [await campus.branch(world, name) for name in ("甲支部", "乙支部", "丙支部")]
    await secretary_of(world, one)
    pact = await propose(world, lead, one, two)
    elsewhere = await propose(world, lead, two)

    assert await listed(world, by=SECRETARY) == [pact.pact_id]
    with pytest.raises(PermissionDeniedError):
        await consent(world, pact, two, by=SECRETARY)
    with pytest.raises(PermissionDeniedError):
        request = pact_service_pb2.GetPactRequest(pact_id=elsewhere.pact_id)
        await world.ask(world.stubs.pacts.GetPact, request, by=SECRETARY)
    agreed = await consent(world, pact, one, by=SECRETARY)

    assert agreed.state == State.STATE_STANDING
    assert [event["verb"] for event in await world.events("pact")] == ["proposed", "proposed", "consented"]


async def test_partners_who_answer_at_once_see_each_other(world: World, campus: Campus) -> None:
    lead, *partners = [await campus.branch(world, f"支部{number}") for number in range(5)]
    pact = await propose(world, lead, *partners, least=4)

    await asyncio.gather(*(consent(world, pact, each) for each in partners))

    request = pact_service_pb2.GetPactRequest(pact_id=pact.pact_id)
    after = (await world.ask(world.stubs.pacts.GetPact, request)).pact
    assert (after.state, after.version) == (State.STATE_STANDING, 5)


async def test_a_pact_is_listed_on_exactly_the_days_on_which_it_stands(world: World, campus: Campus) -> None:
    lead, one, two = [await campus.branch(world, name) for name in ("甲支部", "乙支部", "丙支部")]
    pact = await propose(world, lead, one, two, least=2)
    await consent(world, pact, one)
    await consent(world, pact, two)
    today = world.clock.today()
    leaves = today + timedelta(days=3)
    request = pact_service_pb2.LeavePactRequest(
        pact_id=pact.pact_id, unit_id=two.unit_id, leaves_on=leaves.isoformat(), reason="调整"
    )
    await world.ask(world.stubs.pacts.LeavePact, request)

    days = [today + timedelta(days=number) for number in (-1, 0, 2, 3)]
    stands = [bool(await listed(world, as_of=day.isoformat())) for day in days]
    shown = [
        (
            await world.ask(
                world.stubs.pacts.GetPact,
                pact_service_pb2.GetPactRequest(pact_id=pact.pact_id, as_of=day.isoformat()),
            )
        ).pact.state
        for day in days
    ]

    assert stands == [False, True, True, False]
    assert [state == State.STATE_STANDING for state in shown] == stands
    with pytest.raises(StateError) as refused:
        await world.ask(world.stubs.pacts.LeavePact, request)
    assert refused.value.reason == "PACT_NOT_JOINED"
