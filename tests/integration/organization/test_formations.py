"""Templates and temporary branches at the service: set up in one step, ended by the timetable, and what hinders it."""

from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from chassis.days import CAMPUS
from chassis.errors import (
    AlreadyExistsError,
    InvalidArgumentError,
    NotFoundError,
    StateError,
    UnavailableError,
)
from chassis.schedule import ScheduleRunner
from organization.errors import MembershipUnavailableError
from organization.schedule import schedule
from shuyuan.organization.v1 import appointment_pb2, formation_template_pb2, temporary_branch_pb2, unit_pb2
from shuyuan.organization.v1 import formation_template_service_pb2 as templates_pb
from shuyuan.organization.v1 import temporary_branch_service_pb2 as pb
from tests.integration.organization.world import Campus, World

Post = appointment_pb2.Post


def template_input(**changes: Any) -> formation_template_pb2.FormationTemplateInput:
    fields: dict[str, Any] = {
        "kind": formation_template_pb2.FormationTemplate.KIND_TEMPORARY_BRANCH,
        "name": "支教团临时党支部",
        "purpose": unit_pb2.Unit.PURPOSE_CULTIVATION_CONTINUITY,
        "task": "研究生支教",
        "posts": [
            formation_template_pb2.TemplatePost(kind=Post.KIND_SECRETARY),
            formation_template_pb2.TemplatePost(kind=Post.KIND_COMMITTEE_MEMBER, seats=2),
        ],
        "default_length": "P1M",
    }
    return formation_template_pb2.FormationTemplateInput(**(fields | changes))


class Task:
    """A template, a body with a task, and what is set up for it."""

    def __init__(self, world: World, campus: Campus) -> None:
        self.world, self.campus = world, campus
        self.timed = schedule(world.membership, world.dissolution)[1]
        self.template: Any = None
        self.team: Any = None

    @classmethod
    async def prepare(cls, world: World, campus: Campus) -> "Task":
        task = cls(world, campus)
        task.template = await task.add_template()
        task.team = await world.establish("task_team", "支教团")
        return task

    async def add_template(self, **changes: Any) -> Any:
        request = templates_pb.CreateFormationTemplateRequest(template=template_input(**changes))
        return (await self.world.ask(self.world.stubs.templates.CreateFormationTemplate, request)).template

    async def set_up(self, *people: UUID, name: str = "支教团临时党支部", **changes: Any) -> Any:
        kinds = [Post.KIND_SECRETARY, Post.KIND_COMMITTEE_MEMBER, Post.KIND_COMMITTEE_MEMBER]
        fields: dict[str, Any] = {
            "template_id": self.template.template_id,
            "parent_unit_id": self.campus.general_branch.unit_id,
            "host_unit_id": self.team.unit_id,
            "name": name,
            "officers": [
                temporary_branch_pb2.OfficerInput(post_kind=kind, person_id=str(person))
                for kind, person in zip(kinds, people, strict=False)
            ],
        }
        request = pb.SetUpTemporaryBranchRequest(
            branch=temporary_branch_pb2.TemporaryBranchInput(**(fields | changes))
        )
        return (await self.world.ask(self.world.stubs.temporary.SetUpTemporaryBranch, request)).branch

    async def end_task(self, branch: Any, on: date | None = None) -> Any:
        request = pb.EndTemporaryTaskRequest(
            unit_id=branch.unit_id, ends_on=on.isoformat() if on else None, reason="任务完成"
        )
        method = self.world.stubs.temporary.EndTemporaryTask
        return (await self.world.ask(method, request, etag=branch.etag)).branch

    async def read(self, branch: Any) -> Any:
        request = pb.GetTemporaryBranchRequest(unit_id=branch.unit_id)
        return (await self.world.ask(self.world.stubs.temporary.GetTemporaryBranch, request)).branch

    async def go_to(self, day: str) -> None:
        morning = datetime.combine(date.fromisoformat(day), time(9), tzinfo=CAMPUS)
        await self.world.clock.advance(self.world.database, morning)

    async def pass_to(self, day: str) -> None:
        """Let the clock come to a day, and do what the timetable has for it."""
        await self.go_to(day)
        await ScheduleRunner(self.world.context, [self.timed]).run_due(self.timed)
        await self.world.work_off()

    async def heard(self, branch: Any) -> list[str]:
        return [
            event["verb"]
            for event in await self.world.events("unit")
            if event["resource_id"] == UUID(branch.unit_id)
        ]


@pytest.fixture
async def task(world: World, campus: Campus) -> Task:
    return await Task.prepare(world, campus)


def day_after(text: str, days: int = 1) -> str:
    return (date.fromisoformat(text) + timedelta(days=days)).isoformat()


@pytest.mark.covers("F6", "S34", "BR-10")
async def test_a_branch_is_set_up_with_its_officers_in_one_step(task: Task, world: World) -> None:
    secretary, member = await world.person("secretary"), await world.person("member")

    branch = await task.set_up(secretary, member)

    unit = await world.unit(branch.unit_id)
    assert (unit.task, unit.planned_end_on) == ("研究生支教", branch.planned_end_on)
    assert branch.template_id == task.template.template_id
    assert len(await world.events("appointment")) == 2
    assert await task.heard(branch) == ["established"]


async def test_a_refused_officer_leaves_nothing_behind(task: Task, world: World) -> None:
    before = len(await world.events())
    secretary = await world.person("secretary")

    with pytest.raises(InvalidArgumentError) as refused:
        await task.set_up(
            secretary,
            officers=[
                temporary_branch_pb2.OfficerInput(
                    post_kind=Post.KIND_SECRETARY,
                    person_id=str(secretary),
                    basis_post_id=(await world.post(task.campus.academy.unit_id, "head")).post_id,
                )
            ],
        )

    assert [each.field for each in refused.value.violations] == ["branch.officers[0].basis_post_id"]
    assert len(await world.events()) == before + 1


@pytest.mark.covers("F6", "S34", "BR-11")
async def test_a_branch_is_dissolved_by_itself_on_its_day_and_once(task: Task, world: World) -> None:
    branch = await task.set_up(await world.person("a"))
    # Whoever takes part is on another branch's roll; participation ends with the branch.
    world.membership.participants[UUID(branch.unit_id)] = 12

    await task.pass_to(day_after(branch.planned_end_on, -1))
    still = await task.read(branch)
    await task.pass_to(branch.planned_end_on)
    await task.pass_to(branch.planned_end_on)
    over = await task.read(branch)

    assert (still.state, over.state) == (unit_pb2.Unit.STATE_ACTIVE, unit_pb2.Unit.STATE_DISSOLVED)
    assert over.dissolved_on == branch.planned_end_on
    assert await task.heard(branch) == ["established", "dissolution_begun", "dissolved"]


async def test_what_stands_in_the_way_is_said_once_and_tried_again_every_day(
    task: Task, world: World
) -> None:
    branch = await task.set_up(await world.person("a"))
    world.membership.rolls[UUID(branch.unit_id)] = 2
    group = await world.establish("party_group", "第一小组", branch.unit_id, on=world.clock.today())

    await task.pass_to(branch.planned_end_on)
    await task.pass_to(day_after(branch.planned_end_on))
    stuck = await task.read(branch)
    world.membership.rolls.clear()
    await world.dissolve(await world.unit(group.unit_id), on=world.clock.today())
    await task.pass_to(day_after(branch.planned_end_on, 2))
    over = await task.read(branch)

    assert [(each.reason, each.count) for each in stuck.hindrances] == [
        ("UNIT_HAS_MEMBERS", 2),
        ("UNIT_HAS_CHILDREN", 1),
    ]
    assert (stuck.hindered_since, stuck.HasField("dissolved_on")) == (branch.planned_end_on, False)
    assert over.dissolved_on == day_after(branch.planned_end_on, 2)
    assert not over.hindrances
    assert await task.heard(branch) == [
        "established",
        "dissolution_hindered",
        "dissolution_begun",
        "dissolved",
    ]


async def test_somebody_who_comes_while_it_is_dissolved_keeps_it(task: Task, world: World) -> None:
    branch = await task.set_up(await world.person("a"))
    await task.go_to(branch.planned_end_on)
    await ScheduleRunner(world.context, [task.timed]).run_due(task.timed)
    world.membership.rolls[UUID(branch.unit_id)] = 3
    await world.work_off()

    kept = await task.read(branch)

    assert [(each.reason, each.count) for each in kept.hindrances] == [("UNIT_HAS_MEMBERS", 3)]
    assert not kept.HasField("frozen_by_process_id")
    assert (await task.heard(branch))[-1] == "dissolution_undone"


async def test_a_silent_membership_lets_the_branch_wait_for_the_next_try(task: Task, world: World) -> None:
    branch = await task.set_up(await world.person("a"))
    world.membership.failure = MembershipUnavailableError()
    await task.pass_to(branch.planned_end_on)
    with pytest.raises(UnavailableError):
        await task.end_task(branch)
    assert await task.heard(branch) == ["established"]


class TestEndOfTheTask:
    async def test_a_task_that_is_over_today_ends_the_branch_at_once(self, task: Task, world: World) -> None:
        today = world.clock.today()
        branch = await task.set_up(
            await world.person("a"), established_on=(today - timedelta(days=5)).isoformat()
        )

        ended = await task.end_task(branch)
        await world.work_off()
        over = await task.read(branch)

        assert ended.HasField("frozen_by_process_id")
        assert (over.dissolved_on, over.planned_end_on) == (today.isoformat(), today.isoformat())
        assert await task.heard(branch) == ["established", "end_planned", "dissolution_begun", "dissolved"]
        with pytest.raises(StateError) as refused:
            await task.end_task(over)
        assert refused.value.reason == "UNIT_ALREADY_DISSOLVED"

    async def test_a_task_that_lasts_longer_keeps_the_branch(self, task: Task, world: World) -> None:
        branch = await task.set_up(await world.person("a"))
        later = date.fromisoformat(branch.planned_end_on) + timedelta(days=30)

        longer = await task.end_task(branch, later)
        await task.pass_to(branch.planned_end_on)

        assert longer.planned_end_on == later.isoformat()
        assert (await task.read(branch)).state == unit_pb2.Unit.STATE_ACTIVE
        await task.pass_to(later.isoformat())
        assert (await task.read(branch)).dissolved_on == later.isoformat()

    async def test_the_first_day_is_no_end_and_another_unit_has_none(self, task: Task, world: World) -> None:
        branch = await task.set_up(await world.person("a"))
        with pytest.raises(InvalidArgumentError):
            await task.end_task(branch, date.fromisoformat(branch.established_on))
        with pytest.raises(NotFoundError):
            await task.end_task(task.campus.general_branch)


class TestTemplates:
    async def test_a_template_is_changed_and_retired_without_touching_what_came_of_it(
        self, task: Task, world: World
    ) -> None:
        branch = await task.set_up(await world.person("a"))
        stub = world.stubs.templates
        with pytest.raises(AlreadyExistsError):
            await task.add_template()
        changed = await world.ask(
            stub.UpdateFormationTemplate,
            templates_pb.UpdateFormationTemplateRequest(
                template_id=task.template.template_id, template=template_input(default_length="P1Y")
            ),
            etag=task.template.etag,
        )
        retired = await world.ask(
            stub.RetireFormationTemplate,
            templates_pb.RetireFormationTemplateRequest(template_id=task.template.template_id),
            etag=changed.template.etag,
        )
        with pytest.raises(StateError) as refused:
            await task.set_up(await world.person("b"), name="第二支部")

        assert retired.template.retired_on == world.clock.today().isoformat()
        assert refused.value.reason == "FORMATION_TEMPLATE_RETIRED"
        assert (await task.read(branch)).planned_end_on == branch.planned_end_on
        listed = await world.ask(
            stub.ListFormationTemplates, templates_pb.ListFormationTemplatesRequest(include_retired=True)
        )
        used = await world.ask(stub.ListFormationTemplates, templates_pb.ListFormationTemplatesRequest())
        assert ([len(listed.templates)], list(used.templates)) == ([1], [])


async def test_lists_are_paged_and_filtered(task: Task, world: World) -> None:
    made = [await task.set_up(await world.person(f"p{n}"), name=f"支部{n}") for n in range(3)]
    world.membership.rolls[UUID(made[1].unit_id)] = 1
    await task.pass_to(made[0].planned_end_on)

    async def listed(**filters: Any) -> list[str]:
        seen: list[str] = []
        token = ""
        while True:
            request = pb.ListTemporaryBranchesRequest(page_size=2, page_token=token, **filters)
            page = await world.ask(world.stubs.temporary.ListTemporaryBranches, request)
            seen += [each.unit_id for each in page.branches]
            token = page.next_page_token
            if not token:
                return seen

    assert await listed() == sorted(each.unit_id for each in made)
    assert await listed(hindered=True) == [made[1].unit_id]
    assert await listed(ending_by=made[0].planned_end_on) == [made[1].unit_id]
    assert len(await listed(template_id=task.template.template_id)) == 3
