"""How many statements the busiest calls send: each is a round trip, and a page must not ask once for each row."""

from collections.abc import Callable
from typing import Any

import pytest

from chassis import database
from shuyuan.organization.v1 import coverage_service_pb2, unit_pb2, unit_service_pb2
from tests.integration.organization.world import Campus, World

Sent = list[str]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    """Every statement of every connection; to be asked for before the world, which opens them."""
    seen: Sent = []
    prepare: Callable[..., Any] = database._prepare

    async def prepare_and_listen(connection: Any) -> None:
        await prepare(connection)
        connection.add_query_logger(lambda query: note(query.query))

    def note(text: str) -> None:
        # The client asks once for each connection what the server's types are, and turns compilation off for that.
        if not any(word in text for word in ("pg_type", "typeinfo", "'jit'")):
            seen.append(text)

    monkeypatch.setattr(database, "_prepare", prepare_and_listen)
    return seen


async def test_a_unit_is_read_by_one_statement_beside_the_checks(
    sent: Sent, world: World, campus: Campus
) -> None:
    sent.clear()

    await world.unit(campus.school.unit_id)

    # Who asks, whether he may, and the unit with its histories.
    assert len(sent) == 3


async def test_what_was_allowed_just_now_is_not_asked_again(sent: Sent, world: World, campus: Campus) -> None:
    for _ in range(20):
        await world.unit(campus.school.unit_id)

    # The checks are remembered for half a second; the slowest machine repeats them some times.
    assert len(sent) < 60


async def test_a_page_of_units_is_as_many_statements_as_one_unit(
    sent: Sent, world: World, campus: Campus
) -> None:
    sent.clear()

    answer = await world.ask(world.stubs.units.ListUnits, unit_service_pb2.ListUnitsRequest())

    assert len(answer.units) > 5
    # Who asks, where he may read, and the units with their histories; whoever reads everywhere is not limited.
    assert len(sent) == 3
    assert "access_closure" not in sent[-1]


async def test_establishing_a_unit_takes_seven_statements(sent: Sent, world: World, campus: Campus) -> None:
    request = unit_service_pb2.EstablishUnitRequest(
        parent_unit_id=str(world.root),
        unit=unit_pb2.UnitInput(
            kind=unit_pb2.Unit.KIND_DEPARTMENT,
            name="保卫处",
            function=unit_pb2.Unit.FUNCTION_OTHER,
        ),
        established_on="2024-09-01",
    )
    sent.clear()

    await world.ask(world.stubs.units.EstablishUnit, request, key="once")

    # Two checks and the look for an earlier answer; then in the unit of work BEGIN with the locks, what it comes
    # among, everything it writes, COMMIT.
    assert len(sent) == 7, sent


async def test_what_is_answered_about_a_new_unit_is_what_is_read_afterwards(
    world: World, campus: Campus
) -> None:
    new = await campus.joint(world, "第一联合党支部")

    assert await world.unit(new.unit_id) == new


async def test_a_page_of_coverage_gaps_is_one_statement_beside_the_checks(
    sent: Sent, world: World, campus: Campus
) -> None:
    for number in range(5):
        await world.establish("class", f"机械210{number}", campus.school.unit_id)
    sent.clear()

    request = coverage_service_pb2.ListCoverageGapsRequest()
    answer = await world.ask(world.stubs.coverage.ListCoverageGaps, request)

    assert len(answer.gaps) == 6
    assert len([each for each in sent if "EXCEPT" in each]) == 1
    assert len(sent) <= 3
