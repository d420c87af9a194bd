"""The story, scene by scene, through the gateway; and what a subscriber outside heard of it."""

import asyncio
from collections.abc import Iterator

import pytest

from deploy.local.stack import Stack
from deploy.local.story.__main__ import SCENES
from deploy.local.story.stage import Scene, Stage
from tests.e2e.conftest import stage_of
from tests.e2e.hearing import heard_all

# The rows that each scene shows, by the function that plays it.
ROWS = {
    "build_three_tiers": ("S23", "S24", "S26", "F1"),
    "fill_the_branches": ("S16", "F4", "F21"),
    "draft_the_reorganization": ("S22", "F20"),
    "execute_the_reorganization": ("S22", "S25", "F2", "F3", "F5"),
    "appoint_the_officers": ("F8", "F78"),
    "apply": ("F22", "F86"),
    "talk": ("S30", "F24"),
    "become_activist": ("S28", "F25", "F27", "F28", "F33"),
    "be_cultivated": ("S84", "F30", "F36"),
    "be_reviewed": ("S29", "F29", "F31", "F32"),
    "vote_in_vain": ("S55", "F51"),
    "approve": ("F23",),
    "swear": ("S60", "F38"),
    "convert": ("F34", "F36"),
    "archive": ("F46", "F81"),
    "open_an_edition": ("S62", "F69"),
    "nominate_and_judge": ("F70",),
    "rank_and_publish": ("S62", "F71"),
    "open_the_score": ("F72",),
}


def _as_parameter(scene: Scene) -> object:
    name = scene.play.__name__
    marks = [pytest.mark.covers(*ROWS[name])] if name in ROWS else []
    return pytest.param(scene, id=name, marks=marks)


@pytest.fixture(scope="module")
def stage(theatre: Stack) -> Iterator[Stage]:
    with stage_of(theatre) as stage:
        yield stage


@pytest.fixture(scope="module")
def played() -> list[str]:
    """The scenes that went as told."""
    return []


@pytest.mark.parametrize("scene", [_as_parameter(scene) for scene in SCENES])
async def test_scene(stage: Stage, scene: Scene, played: list[str]) -> None:
    number = SCENES.index(scene)
    if len(played) != number:
        pytest.skip(f"an earlier scene failed: {SCENES[len(played)].title}")

    await asyncio.to_thread(scene.play, stage)

    played.append(scene.title)


@pytest.mark.covers("F84")
async def test_an_outside_subscriber_hears_the_whole_story(theatre: Stack, stage: Stage) -> None:
    answered = stage.gateway.ask("GET", "/v1/organization/events?pageSize=1000", by="admin")

    events = await heard_all(theatre, stage.gateway.event_ids)

    assert len(stage.gateway.event_ids) > 60
    logged = [event["cloudEvent"] for event in answered.body["events"]]
    assert events["organization"][: len(logged)] == logged
