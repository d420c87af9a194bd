"""Leaders who go down to branches, and officers who lead temporary branches, in the running system."""

import pytest

from tests.integration.organization.test_gateway_organization import DAY, FOUNDED, Office, office

__all__ = ["office"]


async def _post(office: Office, unit: str, kind: str, person: str) -> str:
    body = {"unitId": office.id(unit), "kind": f"KIND_{kind}", "validFrom": FOUNDED}
    post = await office.post("/v1/posts", body)
    appointment = {
        "postId": post["postId"],
        "personId": person,
        "method": "METHOD_APPOINTED",
        "validFrom": FOUNDED,
    }
    await office.post("/v1/appointments", appointment)
    found: str = post["postId"]
    return found


@pytest.mark.covers("S42")
async def test_a_member_of_the_standing_committee_is_paired_with_a_branch(office: Office) -> None:
    await office.establish("STANDING_COMMITTEE", "常委会", office.id("党委"))
    person, branch = await office.register(), (await office.branch("支部"))["unitId"]
    post = await _post(office, "常委会", "COMMITTEE_MEMBER", person)
    body = {"unitId": branch, "personId": person, "postId": post, "plan": "每学期一次", "validFrom": FOUNDED}

    pairing = await office.post("/v1/pairings", body)
    again = await office.api.post("/v1/pairings", body)
    other = await office.api.post("/v1/pairings", {**body, "personId": await office.register()})
    path = f"/v1/pairings/{pairing['pairingId']}"
    end = {"endsOn": DAY, "reason": "届满"}
    unguarded = await office.api.post(f"{path}:end", end)
    await office.post(f"{path}:end", end, etag=pairing["etag"])
    eve = await office.get("/v1/pairings", personId=person, asOf="2024-08-31")
    day = await office.get("/v1/pairings", unitId=branch, asOf=DAY)

    assert (again.status_code, again.json()["reason"]) == (409, "PAIRING_OVERLAPS")
    assert (other.status_code, other.json()["violations"][0]["pointer"]) == (400, "/postId")
    assert unguarded.status_code == 428
    assert ([each["pairingId"] for each in eve["pairings"]], day["pairings"]) == ([pairing["pairingId"]], [])


@pytest.mark.covers("S40")
async def test_a_deputy_head_of_the_academy_becomes_secretary_by_virtue_of_the_post(office: Office) -> None:
    person = await office.register()
    deputy = await _post(office, "书院", "DEPUTY_HEAD", person)
    team = await office.establish("TASK_TEAM", "志愿者", office.id("书院"))
    body = {
        "parentUnitId": office.id("党总支"),
        "establishedOn": DAY,
        "unit": {
            "kind": "KIND_BRANCH",
            "form": "FORM_TEMPORARY",
            "name": f"临时党支部{office.mark}",
            "purpose": "PURPOSE_MAJOR_EVENT",
            "hostUnitId": team["unitId"],
            "task": "校园疫情防控",
        },
        "secretary": {"personId": person, "basisPostId": deputy},
    }
    stranger = {**body, "secretary": {"personId": await office.register(), "basisPostId": deputy}}

    refused = await office.api.post("/v1/units", stranger)
    branch = await office.post("/v1/units", body)
    composition = await office.get(f"/v1/units/{branch['unitId']}/composition", asOf=DAY)

    assert (refused.status_code, refused.json()["violations"][0]["pointer"]) == (
        400,
        "/secretary/basisPostId",
    )
    (seat,) = composition["seats"]
    assert [(each["personId"], each["basisPostId"]) for each in seat["holders"]] == [(person, deputy)]
