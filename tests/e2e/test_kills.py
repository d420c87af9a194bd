"""Whatever is killed, and whenever: the story goes on when it is started again, with nothing lost or doubled.

The short form kills one process before every scene, another one each time, and each cross-service process at
every one of its steps. The long form (`make chaos`) plays the story once for each process and scene.
"""

import asyncio
import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID

import pytest

from chassis.database import lock_number
from deploy.local.stack import Stack
from deploy.local.story import admission, organization
from deploy.local.story.__main__ import SCENES
from deploy.local.story.asking import StoryError
from deploy.local.story.stage import Scene, Stage
from tests.e2e.conftest import stage_of
from tests.e2e.hearing import heard_all
from tests.support.standstill import deaf, held, stands_at, until

VICTIMS = ("organization", "membership", "activity", "evaluation", "gateway", "nats", "postgres")
# The short form turns through the victims once; the long form begins the turn at each of them.
TURNS = range(len(VICTIMS)) if os.environ.get("SHUYUAN_LONG") else range(1)


def play(stack: Stack, stage: Stage, scenes: list[Scene], victims: Iterator[str]) -> None:
    """Play each scene while a process is being killed and started again."""
    with ThreadPoolExecutor(1) as hands:
        for scene in scenes:
            victim = next(victims)
            stack.kill(victim)
            started = hands.submit(stack.start, victim)
            scene.play(stage)
            started.result(60)


@pytest.mark.parametrize("turn", TURNS)
@pytest.mark.covers("F86", "F84")
async def test_the_story_survives_a_kill_at_every_scene(theatre: Stack, turn: int) -> None:
    order = [*VICTIMS[turn:], *VICTIMS[:turn]]
    victims = (order[number % len(order)] for number in range(len(SCENES)))
    with stage_of(theatre, patience=90) as stage:
        await asyncio.to_thread(play, theatre, stage, list(SCENES), victims)
        events = await heard_all(theatre, stage.gateway.event_ids)

    told = stage.things["case"]
    verbs = [event["type"] for event in events["membership"] if event["subject"] == told]
    assert verbs.count("shuyuan.membership.v1.AdmissionCaseSworn") == 1
    assert verbs.count("shuyuan.membership.v1.AdmissionCaseArchived") == 1


# ── the processes that span services ─────────────────────────────────────────────────────────────────────


async def kill_and_start(stack: Stack, *names: str) -> None:
    """Kill them, then start them again."""
    for name in names:
        stack.kill(name)
    await asyncio.gather(*(asyncio.to_thread(stack.start, name) for name in names))


@pytest.fixture
def stage(theatre: Stack) -> Iterator[Stage]:
    with stage_of(theatre, patience=120) as stage:
        yield stage


async def play_until(stage: Stage, scenes: list[Scene], last: Callable[[Stage], None]) -> Scene:
    """Play the scenes before the one that `last` plays; answers that one."""
    for scene in scenes:
        if scene.play is last:
            return scene
        await asyncio.to_thread(scene.play, stage)
    raise LookupError(last)


async def withheld(stack: Stack, stage: Stage) -> None:
    """The units have changed and their people have not: of those, only what was before is told."""
    roll = f"/v1/rolls/{stage.units['cohort']}?asOf="
    today, yesterday = stage.today.isoformat(), stage.ago(1)
    with stage_of(stack, patience=5) as reader:
        old = await asyncio.to_thread(reader.get, f"/v1/units/{stage.units['cohort']}?asOf={today}")
        before = await asyncio.to_thread(reader.get, roll + yesterday)
        with pytest.raises(StoryError, match="UNIT_BEING_REORGANIZED"):
            await asyncio.to_thread(reader.get, roll + today)
    assert (old["state"], before["fullMembers"]) == ("STATE_DISSOLVED", len(organization.COHORT))


@pytest.mark.covers("F3")
async def test_a_reorganization_survives_a_kill_at_each_of_its_steps(theatre: Stack, stage: Stage) -> None:
    scene = await play_until(stage, organization.SCENES, organization.execute_the_reorganization)

    async with deaf(theatre, "organization", "membership"):
        async with contextlib.AsyncExitStack() as hearing:
            lock = lock_number("organization.structure")
            async with held(theatre, "organization", "SELECT pg_advisory_xact_lock($1)", lock):
                theatre.kill("membership")
                playing = asyncio.create_task(asyncio.to_thread(scene.play, stage))
                await stands_at(theatre, "organization", "ask")
                await kill_and_start(theatre, "organization")
                await asyncio.to_thread(theatre.start, "membership")
                await stands_at(theatre, "organization", "commit")
                # It has heard of the plan and holds its units; of the units' change it hears when it is killed again.
                await hearing.enter_async_context(deaf(theatre, "membership", "organization"))
                await kill_and_start(theatre, "organization")
            await stands_at(theatre, "organization", "await_people")
            await kill_and_start(theatre, "organization", "membership")
            await withheld(theatre, stage)
        await until(theatre, "membership", "SELECT count(*) > 0 FROM event_log WHERE noun = 'roll_move'")
        await kill_and_start(theatre, "organization", "membership")
    await playing

    await heard_all(theatre, stage.gateway.event_ids)


@pytest.mark.covers("S60")
async def test_an_oath_survives_a_kill_at_each_of_its_steps(theatre: Stack, stage: Stage) -> None:
    for each in organization.SCENES:
        await asyncio.to_thread(each.play, stage)
    scene = await play_until(stage, admission.SCENES, admission.swear)
    ceremony = UUID(stage.things["ceremony"])

    async with deaf(theatre, "activity", "membership"):
        async with deaf(theatre, "membership", "activity"):
            playing = asyncio.create_task(asyncio.to_thread(scene.play, stage))
            await stands_at(theatre, "activity", "await_roll")
            await kill_and_start(theatre, "activity", "membership")
        sworn = "SELECT count(*) > 0 FROM event_log WHERE noun = 'oath_roll' AND resource_id = $1"
        await until(theatre, "membership", sworn, ceremony)
        await kill_and_start(theatre, "activity", "membership")
    await playing

    events = await heard_all(theatre, stage.gateway.event_ids)
    types = [event["type"] for event in events["membership"] if event["subject"] == stage.things["case"]]
    assert types.count("shuyuan.membership.v1.AdmissionCaseSworn") == 1
