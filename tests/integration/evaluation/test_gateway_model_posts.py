"""Model posts in the running system: a branch nominates, the committee approves, all see it until it is revoked."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.evaluation.university import University
from tests.support.http import Api
from tests.support.nats_listener import Listener


@pytest.fixture
async def university(stack: Stack, api_as: Callable[[str], Api]) -> University:
    return await University.found(api_as)


async def officer(university: University, role: str, unit: str) -> str:
    number = f"E{uuid4().hex[:12]}"
    (person,) = await university.register({"campusNumber": number, "kind": "PERSON_KIND_STAFF"})
    grant = {"personId": person, "role": f"ROLE_{role}", "unitId": unit, "reason": "任职"}
    await university.post("/v1/grants", grant)
    return number


@pytest.mark.covers("S51")
async def test_a_member_holds_a_model_post_until_it_is_revoked(stack: Stack, university: University) -> None:
    branch = university.branches[0]
    member, other = await university.register({}, {})
    await university.enrol(branch, [member])
    secretary = await officer(university, "BRANCH_SECRETARY", branch)
    committee = await officer(university, "COMMITTEE_SECRETARY", university.school)
    body: dict[str, Any] = {
        "unitId": branch,
        "personId": member,
        "post": "宿舍楼宇服务岗",
        "basis": "带领宿舍成员共同进步",
        "pledge": "有求必应",
    }
    async with Listener(stack.nats_url, "evaluation") as events:
        nominated = await university.post("/v1/modelPosts", body, by=secretary)
        path = f"/v1/modelPosts/{nominated['modelPostId']}"
        own = await university.api_as(secretary).post(f"{path}:approve", {})
        approved = await university.post(
            f"{path}:approve", {"documentNumber": "党组〔2026〕7号"}, by=committee
        )
        shown = await university.post(
            f"{path}:display", {"place": "一站式大厅"}, by=secretary, etag=approved["etag"]
        )
        displayed = await university.get("/v1/modelPosts", displayedOnly="true", unitId=university.school)
        revoked = await university.post(
            f"{path}:revoke", {"reason": "调离"}, by=committee, etag=shown["etag"]
        )
        await events.wait_for(lambda event: event["type"].endswith(".ModelPostRevoked"))

    assert nominated["state"] == "STATE_NOMINATED" and own.status_code == 403
    assert (approved["state"], approved["documentNumber"]) == ("STATE_APPROVED", "党组〔2026〕7号")
    assert [each["displayPlace"] for each in displayed["modelPosts"]] == ["一站式大厅"]
    assert (revoked["state"], revoked["reason"]) == ("STATE_REVOKED", "调离")
    assert "validFrom" not in revoked, "revoked on its first day, it was never held"
    stranger = await university.api_as(secretary).post("/v1/modelPosts", body | {"personId": other})
    assert (stranger.status_code, stranger.json()["reason"]) == (409, "MODEL_POST_HOLDER_NOT_MEMBER")
    again = await university.post("/v1/modelPosts", body, by=secretary)
    twice = await university.api_as(secretary).post("/v1/modelPosts", body)
    assert (twice.status_code, twice.json()["reason"]) == (409, "MODEL_POST_EXISTS")
    assert again["modelPostId"] in twice.json()["detail"]
