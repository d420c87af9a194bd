"""Pairings of leaders with branches over gRPC on a real database."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from chassis.errors import InvalidArgumentError, PermissionDeniedError, StateError
from shuyuan.organization.v1 import pairing_service_pb2
from tests.integration.organization.world import ADMIN, FOUNDED, Campus, World

SEP = date(2024, 9, 1)


async def leader(world: World, number: str = "leader") -> tuple[UUID, str]:
    """Somebody with an account who is at the head of a department, and so sees no branch by office."""
    person = await world.person(number)
    department = await world.establish("department", f"部门{number}", function="other")
    post = await world.post(department.unit_id, "head")
    await world.appoint(post.post_id, person)
    return person, post.post_id


async def pair(world: World, branch: Any, person: UUID, post_id: str, on: date = FOUNDED) -> Any:
    request = pairing_service_pb2.PairLeaderRequest(
        unit_id=branch.unit_id, person_id=str(person), post_id=post_id, valid_from=on.isoformat()
    )
    return (await world.ask(world.stubs.pairings.PairLeader, request)).pairing


async def listed(world: World, *, by: str = ADMIN, **wanted: Any) -> list[str]:
    request = pairing_service_pb2.ListPairingsRequest(**wanted)
    answer = await world.ask(world.stubs.pairings.ListPairings, request, by=by)
    return [each.pairing_id for each in answer.pairings]


async def test_two_are_paired_once_on_any_day(world: World, campus: Campus) -> None:
    branch, (person, post_id) = await campus.branch(world, "支部"), await leader(world)
    first = await pair(world, branch, person, post_id)

    with pytest.raises(StateError) as refused:
        await pair(world, branch, person, post_id, on=SEP)
    request = pairing_service_pb2.EndPairingRequest(
        pairing_id=first.pairing_id, ends_on=SEP.isoformat(), reason="届满"
    )
    await world.ask(world.stubs.pairings.EndPairing, request, etag=first.etag)
    second = await pair(world, branch, person, post_id, on=SEP)

    assert refused.value.reason == "PAIRING_OVERLAPS"
    assert await listed(world, as_of="2024-08-31") == [first.pairing_id]
    assert await listed(world, as_of="2024-09-01") == [second.pairing_id]
    assert [event["verb"] for event in await world.events("pairing")] == ["made", "ended", "made"]
    assert "届满" not in await world.audited()


async def test_who_does_not_hold_a_leading_post_is_not_paired(world: World, campus: Campus) -> None:
    branch, (_, post_id) = await campus.branch(world, "支部"), await leader(world)

    with pytest.raises(InvalidArgumentError) as refused:
        await pair(world, branch, await world.person("other"), post_id)

    assert [each.field for each in refused.value.violations] == ["post_id"]


async def test_leaders_read_their_own_pairings_and_nobody_elses(world: World, campus: Campus) -> None:
    branch = await campus.branch(world, "支部")
    own = await pair(world, branch, *await leader(world))
    other = await pair(world, branch, *await leader(world, "other"))

    request = pairing_service_pb2.GetPairingRequest(pairing_id=other.pairing_id)
    assert await listed(world, by="leader") == [own.pairing_id]
    with pytest.raises(PermissionDeniedError):
        await world.ask(world.stubs.pairings.GetPairing, request, by="leader")
