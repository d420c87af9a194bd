"""The touch notes: how routes are written, and that nothing happens outside a recording."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.rows import touched

UNIT = "0198F3c2-7b1e-7c3a-9d2e-5a1b2c3d4e5f"


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/units", "/v1/units"),
        ("/v1/units?asOf=2021-12-31", "/v1/units"),
        (f"/v1/units/{UNIT}", "/v1/units/{id}"),
        (f"/v1/units/{UNIT}:dissolve", "/v1/units/{id}:dissolve"),
        ("/v1/units:batchGet", "/v1/units:batchGet"),
        (f"/v1/units/{UNIT}/seats/{UNIT}", "/v1/units/{id}/seats/{id}"),
        (f"http://127.0.0.1:8000/v1/persons/{UNIT}?x=1#y", "/v1/persons/{id}"),
        ("/v1/organization/events", "/v1/organization/events"),
    ],
)
def test_raw_paths_collapse_to_routes(path: str, route: str) -> None:
    with touched.recording() as touches:
        touched.note_path("post", path)
    assert touches["route"] == {f"POST {route}"}


def test_a_template_and_a_raw_path_are_the_same_route() -> None:
    with touched.recording() as touches:
        touched.note_response("GET", "/v1/units/{unit_id}:x")
        touched.note_path("GET", f"/v1/units/{UNIT}:x")
    assert touches["route"] == {"GET /v1/units/{id}:x"}


async def test_response_hooks_note_the_request() -> None:
    def answer(method: str) -> Any:
        return SimpleNamespace(
            request=SimpleNamespace(method=method, url=SimpleNamespace(path=f"/v1/units/{UNIT}"))
        )

    with touched.recording() as touches:
        touched.on_response(answer("GET"))
        await touched.on_response_async(answer("PATCH"))
    assert touches["route"] == {"GET /v1/units/{id}", "PATCH /v1/units/{id}"}


def test_nothing_is_kept_outside_a_recording() -> None:
    touched.note("event", "before")
    with touched.recording() as touches:
        pass
    touched.note("event", "after")
    assert touches == {"route": set(), "rpc": set(), "event": set()}


def test_a_recording_inside_another_has_its_own_touches() -> None:
    with touched.recording() as outer:
        with touched.recording() as inner:
            touched.note("rpc", "p.S/Inner")
        touched.note("rpc", "p.S/Outer")
    assert (inner["rpc"], outer["rpc"]) == ({"p.S/Inner"}, {"p.S/Outer"})


def test_an_unknown_kind_is_refused() -> None:
    kind: Any = "path"
    with pytest.raises(ValueError, match="'path' is not one of route, rpc, event"):
        touched.note(kind, "x")
