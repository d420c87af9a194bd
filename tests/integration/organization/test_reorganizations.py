"""A reorganisation from its draft to its end: who moves, what is frozen, what is undone, and lineage."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from chassis import process
from chassis.calls import system_call
from chassis.errors import InvalidArgumentError, StateError
from organization.domain.reorganizations import Obstacle, Preview, PreviewedMove
from organization.errors import MembershipUnavailableError
from organization.operations import execution
from shuyuan.organization.v1 import reorganization_pb2, unit_pb2, unit_service_pb2
from shuyuan.organization.v1 import reorganization_service_pb2 as pb
from tests.integration.organization.world import Campus, World
from tests.support import counting

DAY = date(2024, 9, 1)
State = reorganization_pb2.Reorganization.State


class Change:
    """Two cohort branches that become one joint branch."""

    def __init__(self, world: World, campus: Campus) -> None:
        self.world, self.campus = world, campus

    async def prepare(self, mark: str = "") -> None:
        self.first = await self.campus.branch(self.world, f"2021级{mark}党支部")
        self.second = await self.campus.branch(self.world, f"2022级{mark}党支部", cohort_year=2022)
        self.world.membership.answer = lambda moves: Preview(
            tuple(PreviewedMove(move.move_id, (uuid4(),), (), staff=1, students=2) for move in moves), (), ()
        )

    def plan(self, **changes: Any) -> pb.ReorganizationPlan:
        sponsors = [self.campus.school.unit_id, self.campus.academy.unit_id]
        return pb.ReorganizationPlan(
            effective_on=DAY.isoformat(),
            establishes=[
                reorganization_pb2.PlannedUnit(
                    key="joint",
                    parent_unit_id=self.campus.general_branch.unit_id,
                    unit=unit_pb2.UnitInput(
                        kind=unit_pb2.Unit.KIND_BRANCH,
                        form=unit_pb2.Unit.FORM_JOINT_TEACHER_STUDENT,
                        name=changes.get("name", "彭康师生联合第一党支部"),
                        sponsors=[
                            unit_pb2.SponsorInput(sponsor_unit_id=each)
                            for each in changes.get("sponsors", sponsors)
                        ],
                    ),
                )
            ],
            dissolves_unit_ids=[self.first.unit_id, self.second.unit_id],
            moves=[
                reorganization_pb2.RollMoveInput(from_unit_id=each.unit_id, to_key="joint")
                for each in (self.first, self.second)
            ],
        )

    async def draft(self, plan: pb.ReorganizationPlan | None = None) -> Any:
        request = pb.DraftReorganizationRequest(
            unit_id=self.campus.community.unit_id, title="书院联合党支部调整", plan=plan or self.plan()
        )
        answer = await self.world.ask(self.world.stubs.reorganizations.DraftReorganization, request)
        return answer.reorganization

    async def do(self, verb: str, of: reorganization_pb2.Reorganization, **fields: Any) -> Any:
        request = getattr(pb, f"{verb}ReorganizationRequest")(
            reorganization_id=of.reorganization_id, **fields
        )
        method = getattr(self.world.stubs.reorganizations, f"{verb}Reorganization")
        etag = None if verb in ("Get", "Simulate") else of.etag
        answer = await self.world.ask(method, request, etag=etag)
        return answer if verb == "Simulate" else answer.reorganization

    async def executing(self) -> Any:
        approved = await self.do("Approve", await self.draft())
        return await self.do("Execute", approved)

    async def answered(self, reorganization: reorganization_pb2.Reorganization) -> None:
        """What the consumer of membership's event does."""
        async with system_call(self.world.context, "test").transaction() as work:
            await execution.complete(
                work, UUID(reorganization.reorganization_id), moved_persons=5, moved_cases=2
            )


@pytest.fixture
async def change(world: World, campus: Campus) -> Change:
    change = Change(world, campus)
    await change.prepare()
    return change


@pytest.mark.covers("S22", "S25")
async def test_branches_become_a_joint_branch_with_its_lineage(world: World, change: Change) -> None:
    started = await change.executing()
    await world.work_off()
    await change.answered(started)

    done = await change.do("Get", started)
    (planned,) = done.establishes
    new = await world.unit(planned.unit_id, as_of=DAY)
    old = await world.unit(change.first.unit_id)
    assert State.Name(done.state) == "STATE_COMPLETED"
    assert (done.moved_persons, done.moved_cases) == (5, 2)
    assert new.name == "彭康师生联合第一党支部"
    assert (old.dissolved_on, list(old.successor_unit_ids)) == (DAY.isoformat(), [new.unit_id])
    lineage = await world.ask(
        world.stubs.units.ListUnitLineage, unit_service_pb2.ListUnitLineageRequest(unit_id=new.unit_id)
    )
    assert {step.kind for step in lineage.steps} == {unit_pb2.Lineage.KIND_MERGE}
    assert {step.from_unit_id for step in lineage.steps} == {change.first.unit_id, change.second.unit_id}


@pytest.mark.covers("S22")
async def test_a_simulation_says_who_moves_and_changes_nothing(world: World, change: Change) -> None:
    draft = await change.draft()
    before = len(await world.events())

    seen = await change.do("Simulate", draft)

    assert seen.executable
    assert [(len(move.person_ids), move.staff, move.students) for move in seen.moves] == [
        (1, 1, 2),
        (1, 1, 2),
    ]
    assert {verdict.rule_id for verdict in seen.verdicts} >= {"SEED-04", "SEED-04.academy", "SEED-04.members"}
    assert len(await world.events()) == before


async def test_a_simulation_shows_what_stands_against_it(world: World, change: Change) -> None:
    draft = await change.draft()
    lost, held = uuid4(), uuid4()
    world.membership.answer = lambda moves: Preview(
        (), (lost,), (Obstacle(held, moves[0].from_unit_id, "MOVED_LATER"),)
    )

    seen = await change.do("Simulate", draft)

    assert not seen.executable
    assert list(seen.unplaced_person_ids) == [str(lost)]
    assert seen.obstacles[0].reason == "MOVED_LATER"


@pytest.mark.covers("S22")
async def test_its_units_are_frozen_until_it_is_over(world: World, change: Change) -> None:
    started = await change.executing()
    rename = unit_service_pb2.UpdateUnitRequest(unit_id=change.first.unit_id, name="另名")

    with pytest.raises(StateError) as refused:
        await world.ask(world.stubs.units.UpdateUnit, rename, etag=change.first.etag)
    await world.work_off()
    with pytest.raises(StateError):
        await world.ask(world.stubs.units.UpdateUnit, rename)
    await change.answered(started)
    renamed = await world.ask(
        world.stubs.units.UpdateUnit,
        unit_service_pb2.UpdateUnitRequest(
            unit_id=change.first.unit_id, name="另名", effective_on="2024-01-01"
        ),
    )

    assert refused.value.reason == "RESOURCE_FROZEN"
    assert refused.value.metadata["process_id"] == started.process_id
    assert renamed.unit.version == 3


async def test_people_who_cannot_move_undo_it_before_anything_changes(world: World, change: Change) -> None:
    started = await change.executing()
    world.membership.answer = lambda moves: Preview((), (uuid4(),), ())

    await world.work_off()

    undone = await change.do("Get", started)
    assert (State.Name(undone.state), undone.failure) == ("STATE_UNDONE", "PEOPLE_UNPLACED")
    first = await world.unit(change.first.unit_id)
    assert (first.version, first.HasField("dissolved_on")) == (1, False)
    rename = unit_service_pb2.UpdateUnitRequest(unit_id=change.first.unit_id, name="另名")
    assert (await world.ask(world.stubs.units.UpdateUnit, rename)).unit.version == 2


async def test_a_rule_about_the_people_undoes_it(world: World, change: Change) -> None:
    started = await change.executing()
    world.membership.answer = lambda moves: Preview(
        tuple(PreviewedMove(move.move_id, (uuid4(),), (), staff=0, students=2) for move in moves), (), ()
    )

    await world.work_off()

    undone = await change.do("Get", started)
    assert undone.failure == "ORGANIZATION_RULE_REFUSED"


async def test_a_change_of_the_organisation_undoes_it(world: World, change: Change) -> None:
    started = await change.executing()
    taken = await change.campus.branch(world, "彭康师生联合第一党支部", on=DAY)

    await world.work_off()

    undone = await change.do("Get", started)
    assert (State.Name(undone.state), undone.failure) == ("STATE_UNDONE", "UNIT_NAME_TAKEN")
    assert (await world.unit(taken.unit_id)).version == 1
    assert not (await world.unit(change.first.unit_id)).HasField("dissolved_on")


async def test_it_waits_for_membership_and_goes_on_later(world: World, change: Change) -> None:
    started = await change.executing()
    world.membership.failure = MembershipUnavailableError()

    await world.work_off()

    assert State.Name((await change.do("Get", started)).state) == "STATE_EXECUTING"
    assert world.membership.asked == 1


async def test_the_moves_are_announced_once(world: World, change: Change) -> None:
    started = await change.executing()
    await world.work_off()
    await change.answered(started)
    await change.answered(started)

    verbs = [event["verb"] for event in await world.events("reorganization")]
    assert verbs == ["drafted", "approved", "started", "executed", "completed"]


@pytest.mark.parametrize("step", [execution.ASK, execution.COMMIT])
async def test_a_step_done_again_after_a_crash_changes_nothing(
    world: World, change: Change, step: str
) -> None:
    started = await change.executing()
    begun = await process.get(world.database, UUID(started.process_id))
    await world.work_off()
    before = len(await world.events())

    await world.process.steps[step](system_call(world.context, "test"), replace(begun, step=step))

    assert len(await world.events()) == before
    assert (await process.get(world.database, UUID(started.process_id))).step == execution.AWAIT


async def test_it_asks_as_much_of_the_database_for_many_branches_as_for_few(
    world: World, campus: Campus, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    for count in (1, 6):
        change = Change(world, campus)
        await change.prepare(f"第{count}批")
        plan = change.plan(name=f"师生联合0-{count}")
        for number in range(1, count):
            old = await campus.branch(world, f"2020级第{number}党支部")
            plan.establishes.add().CopyFrom(plan.establishes[0])
            plan.establishes[-1].key, plan.establishes[-1].unit.name = f"k{number}", f"师生联合{number}"
            plan.dissolves_unit_ids.append(old.unit_id)
            plan.moves.add(from_unit_id=old.unit_id, to_key=f"k{number}")
        started = await change.do("Execute", await change.do("Approve", await change.draft(plan)))
        with monkeypatch.context() as patch:
            statements = counting.count(patch)
            await world.work_off()
        asked.append(len(statements))
        await change.answered(started)
        done = await change.do("Get", started)
        assert (State.Name(done.state), len(done.establishes)) == ("STATE_COMPLETED", count)

    assert asked[0] == asked[1]


async def test_membership_is_asked_after_it_has_heard_of_the_start(world: World, change: Change) -> None:
    await change.executing()
    before = await world.events("reorganization")

    await world.work_off()

    (started,) = [event for event in before if event["verb"] == "started"]
    assert world.membership.waited_for == [started["event_id"]]


async def test_a_plan_too_large_to_announce_is_refused_when_it_is_drafted(change: Change) -> None:
    plan = change.plan()
    people = [str(uuid4()) for _ in range(1000)]
    del plan.moves[:]
    for _ in range(14):
        plan.moves.add(from_unit_id=change.first.unit_id, to_key="joint", person_ids=people)
    for old in (change.first, change.second):
        plan.moves.add(from_unit_id=old.unit_id, to_key="joint")

    assert await TestPlans.refused(change, plan) == ["plan"]


@pytest.mark.parametrize("verb", ["Approve", "Execute", "Withdraw"])
async def test_what_is_over_stays_as_it_is(world: World, change: Change, verb: str) -> None:
    withdrawn = await change.do("Withdraw", await change.draft())

    with pytest.raises(StateError) as refused:
        await change.do(verb, withdrawn)

    assert refused.value.reason == "REORGANIZATION_STATE"


async def test_an_unfit_branch_is_not_approved(change: Change) -> None:
    draft = await change.draft(change.plan(sponsors=[change.campus.school.unit_id]))

    with pytest.raises(StateError) as refused:
        await change.do("Approve", draft)

    assert refused.value.reason == "ORGANIZATION_RULE_REFUSED"


class TestPlans:
    @staticmethod
    async def refused(change: Change, plan: pb.ReorganizationPlan) -> list[str]:
        with pytest.raises(InvalidArgumentError) as error:
            await change.draft(plan)
        return [violation.field for violation in error.value.violations]

    async def test_people_of_a_dissolved_unit_go_somewhere(self, change: Change) -> None:
        plan = change.plan()
        del plan.moves[1]

        assert await self.refused(change, plan) == ["plan.dissolves_unit_ids[1]"]

    async def test_a_move_goes_to_exactly_one_unit(self, change: Change) -> None:
        plan = change.plan()
        plan.moves[0].to_unit_id = change.second.unit_id

        assert await self.refused(change, plan) == ["plan.moves[0].to_key"]

    async def test_nobody_goes_to_what_is_dissolved(self, change: Change) -> None:
        plan = change.plan()
        plan.moves[0].ClearField("to_key")
        plan.moves[0].to_unit_id = change.second.unit_id

        assert await self.refused(change, plan) == ["plan.moves[0].to_unit_id"]

    async def test_nothing_follows_a_move_of_everybody(self, change: Change) -> None:
        plan = change.plan()
        plan.moves.add(from_unit_id=change.first.unit_id, to_key="joint")

        assert await self.refused(change, plan) == ["plan.moves[2]"]

    async def test_a_key_names_one_unit(self, change: Change) -> None:
        plan = change.plan()
        plan.establishes.add().CopyFrom(plan.establishes[0])

        assert "plan.establishes" in await self.refused(change, plan)

    async def test_a_plan_stays_below_its_unit(self, world: World, change: Change) -> None:
        plan = change.plan()
        plan.establishes[0].parent_unit_id = change.campus.committee.unit_id

        assert "plan.establishes[0].parent_unit_id" in await self.refused(change, plan)

    async def test_a_revised_plan_replaces_the_first(self, change: Change) -> None:
        draft = await change.draft()

        revised = await change.do("Revise", draft, plan=change.plan(name="第二联合党支部"))

        assert revised.establishes[0].unit.name == "第二联合党支部"
        assert revised.version == 2
