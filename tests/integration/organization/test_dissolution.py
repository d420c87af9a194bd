"""Units are dissolved by a process: frozen, asked about once more, dissolved, or set free again."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from chassis import process
from chassis.calls import system_call
from chassis.errors import InvalidArgumentError, StateError, UnavailableError
from chassis.process import Process
from chassis.statements import query
from organization.errors import MembershipUnavailableError
from organization.operations import dissolution
from shuyuan.organization.v1 import unit_pb2, unit_service_pb2
from tests.integration.organization.world import FOUNDED, Campus, World

SEP = date(2024, 9, 1)
_END = query(
    sa.text("UPDATE unit SET dissolved_on = :day WHERE unit_id = CAST(:unit_id AS uuid) RETURNING unit_id")
)
_LATE = query(
    sa.text(
        """UPDATE process SET deadline_at = now() - interval '1 second'
            WHERE process_id = CAST(:process_id AS uuid) RETURNING process_id"""
    )
)


class TestDissolve:
    @pytest.mark.covers("S22")
    async def test_a_dissolved_unit_names_its_successors_and_stays_readable(
        self, world: World, campus: Campus
    ) -> None:
        old = await campus.branch(world, "旧支部")
        new = await campus.joint(world, "新支部")

        dissolved = await world.dissolve(old, new, on=SEP)

        assert dissolved.dissolved_on == SEP.isoformat()
        assert list(dissolved.successor_unit_ids) == [new.unit_id]
        assert (await world.unit(old.unit_id, as_of=FOUNDED)).state == unit_pb2.Unit.STATE_ACTIVE
        assert (await world.unit(old.unit_id)).state == unit_pb2.Unit.STATE_DISSOLVED
        lineage = await world.ask(
            world.stubs.units.ListUnitLineage, unit_service_pb2.ListUnitLineageRequest(unit_id=new.unit_id)
        )
        (step,) = lineage.steps
        assert (step.from_unit_id, step.kind) == (old.unit_id, unit_pb2.Lineage.KIND_SUCCESSION)

    async def test_a_unit_without_successor_stays_readable_for_its_superior(
        self, world: World, campus: Campus
    ) -> None:
        old = await campus.branch(world, "旧支部")

        await world.dissolve(old, on=SEP)

        assert (await world.unit(old.unit_id)).name == "旧支部"

    async def test_before_it_was_recorded_the_end_was_unknown(self, world: World, campus: Campus) -> None:
        old = await campus.branch(world, "旧支部")
        before = world.instant()
        await world.dissolve(old, on=SEP)

        then = await world.unit(old.unit_id, as_of=date(2025, 1, 1), known_at=before)

        assert then.state == unit_pb2.Unit.STATE_ACTIVE
        assert not then.HasField("dissolved_on")

    async def test_a_unit_with_units_below_it_stays(self, world: World, campus: Campus) -> None:
        await campus.branch(world, "支部")

        with pytest.raises(StateError) as refused:
            await world.dissolve(campus.general_branch, on=SEP)

        assert (refused.value.reason, refused.value.metadata["count"]) == ("UNIT_HAS_CHILDREN", "1")

    async def test_a_sponsor_of_others_stays(self, world: World, campus: Campus) -> None:
        await campus.joint(world, "联合支部")

        with pytest.raises(StateError) as refused:
            await world.dissolve(campus.school, on=SEP)

        assert refused.value.reason == "UNIT_IN_USE"

    async def test_a_unit_with_members_stays(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "支部")
        world.membership.rolls[UUID(branch.unit_id)] = 3

        with pytest.raises(StateError) as refused:
            await world.dissolve(branch, on=SEP)

        assert (refused.value.reason, refused.value.metadata["count"]) == ("UNIT_HAS_MEMBERS", "3")

    async def test_nothing_is_dissolved_while_membership_is_away(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "支部")
        world.membership.failure = MembershipUnavailableError()

        with pytest.raises(UnavailableError):
            await world.dissolve(branch, on=SEP)

        assert not (await world.unit(branch.unit_id)).HasField("dissolved_on")

    async def test_the_university_stays(self, world: World) -> None:
        root = await world.unit(world.root)

        with pytest.raises(InvalidArgumentError):
            await world.dissolve(root, on=SEP)

    async def test_what_is_dissolved_is_not_dissolved_again(self, world: World, campus: Campus) -> None:
        old = await campus.branch(world, "旧支部")
        dissolved = await world.dissolve(old, on=SEP)

        with pytest.raises(StateError) as refused:
            await world.dissolve(dissolved, on=SEP)

        assert refused.value.reason == "UNIT_ALREADY_DISSOLVED"

    async def test_a_name_is_free_again_after_the_end(self, world: World, campus: Campus) -> None:
        old = await campus.branch(world, "支部")
        await world.dissolve(old, on=SEP)

        again = await campus.branch(world, "支部", on=SEP)

        assert again.unit_id != old.unit_id


async def _process(world: World, unit: Any) -> Process:
    return await process.get(world.database, UUID(unit.frozen_by_process_id))


class TestRace:
    async def test_the_second_question_is_asked_after_the_freezing_is_known(
        self, world: World, campus: Campus
    ) -> None:
        branch = await campus.branch(world, "支部")

        await world.dissolve(branch, on=SEP)

        (begun,) = [event for event in await world.events("unit") if event["verb"] == "dissolution_begun"]
        assert world.membership.waited_for == [None, begun["event_id"]]

    @pytest.mark.covers("S22")
    async def test_whoever_joined_before_the_freezing_keeps_the_unit(
        self, world: World, campus: Campus
    ) -> None:
        branch = await campus.branch(world, "支部")
        frozen = await world.begin_dissolving(branch, on=SEP)
        world.membership.rolls[UUID(branch.unit_id)] = 1

        await world.work_off()

        kept = await world.unit(branch.unit_id)
        assert frozen.HasField("frozen_by_process_id")
        assert not kept.HasField("dissolved_on")
        assert not kept.HasField("frozen_by_process_id")
        undone = (await world.events("unit"))[-1]
        assert (undone["verb"], '"UNIT_HAS_MEMBERS"' in undone["data"]) == ("dissolution_undone", True)
        assert (await _process(world, frozen)).status == "done"

    async def test_a_frozen_unit_is_left_alone(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "支部")
        frozen = await world.begin_dissolving(branch, on=SEP)

        with pytest.raises(StateError) as renamed:
            await world.ask(
                world.stubs.units.UpdateUnit,
                unit_service_pb2.UpdateUnitRequest(unit_id=branch.unit_id, name="另名"),
                etag=frozen.etag,
            )
        with pytest.raises(StateError) as again:
            await world.begin_dissolving(frozen, on=SEP)
        with pytest.raises(StateError) as below:
            await world.establish("party_group", "第一党小组", branch.unit_id)

        assert {error.value.reason for error in (renamed, again, below)} == {"RESOURCE_FROZEN"}

    async def test_a_successor_that_is_gone_meanwhile_undoes_it(self, world: World, campus: Campus) -> None:
        old, new = await campus.branch(world, "旧支部"), await campus.branch(world, "新支部")
        await world.begin_dissolving(old, new, on=SEP)
        await world.runner.run_one()
        async with system_call(world.context, "test").transaction() as work:
            await work.fetch_value(_END, unit_id=UUID(new.unit_id), day=SEP)

        await world.work_off()

        kept = await world.unit(old.unit_id)
        assert (kept.HasField("dissolved_on"), kept.HasField("frozen_by_process_id")) == (False, False)

    @pytest.mark.parametrize("step", [dissolution.ASK, dissolution.COMMIT])
    async def test_a_runner_that_dies_at_a_step_is_replaced(
        self, world: World, campus: Campus, step: str
    ) -> None:
        branch = await campus.branch(world, "支部")
        frozen = await world.begin_dissolving(branch, on=SEP)
        if step == dissolution.COMMIT:
            await world.runner.run_one()
        begun = await _process(world, frozen)
        assert begun.step == step
        # The dead runner did the step, and nobody noted it; another does it again.
        call = system_call(world.context, "test")
        if step == dissolution.ASK:
            await dissolution.ask_membership(call, world.membership, begun)
        else:
            await dissolution.commit(call, begun)

        await world.work_off()

        assert (await world.unit(branch.unit_id)).dissolved_on == SEP.isoformat()
        verbs = [event["verb"] for event in await world.events("unit")][-2:]
        assert verbs == ["dissolution_begun", "dissolved"]

    async def test_without_an_answer_in_time_the_unit_is_set_free(self, world: World, campus: Campus) -> None:
        branch = await campus.branch(world, "支部")
        frozen = await world.begin_dissolving(branch, on=SEP)
        async with system_call(world.context, "test").transaction() as work:
            await work.fetch_value(_LATE, process_id=UUID(frozen.frozen_by_process_id))

        await world.work_off()

        undone = (await world.events("unit"))[-1]
        assert (undone["verb"], '"MEMBERSHIP_UNAVAILABLE"' in undone["data"]) == ("dissolution_undone", True)
