"""Teachers sent into joint branches, through the gateway."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def joint_branch(city: City) -> str:
    """A joint branch of the school and the academy, in the tier below the general branch."""
    body = {
        "parentUnitId": city.units["general"],
        "unit": {
            "kind": "KIND_BRANCH",
            "form": "FORM_JOINT_TEACHER_STUDENT",
            "name": f"联合党支部 {uuid4()}",
            "sponsors": [
                {"sponsorUnitId": city.units["school"]},
                {"sponsorUnitId": city.units["academy"]},
            ],
        },
        "establishedOn": city.ago(1500),
    }
    unit: dict[str, Any] = await city.post("admin", "/v1/units", body)
    return str(unit["unitId"])


async def teacher(city: City) -> str:
    """A teacher of the school who is a full member of the staff branch."""
    city.numbers["teacher"] = f"teacher-{uuid4().hex[:8]}"
    person = {
        "name": "领军教师",
        "campusNumber": city.numbers["teacher"],
        "kind": "PERSON_KIND_STAFF",
        "affiliations": [
            {
                "kind": "AFFILIATION_KIND_SCHOOL",
                "unitId": city.units["school"],
                "validFrom": city.ago(1000),
            }
        ],
    }
    made = await city.post("admin", "/v1/persons", {"person": person})
    member = {
        "personId": made["personId"],
        "unitId": city.units["staff"],
        "relationshipFrom": city.ago(1000),
        "status": "MEMBERSHIP_STATUS_FULL",
        "standingFrom": city.ago(1400),
    }
    await city.post("admin", "/v1/members:batchEstablish", {"members": [member]})
    return str(made["personId"])


@pytest.mark.covers("S27")
async def test_a_school_sends_a_teacher_into_the_joint_branch(city: City) -> None:
    branch, person_id = await joint_branch(city), await teacher(city)
    city.numbers["head"] = f"head-{uuid4().hex[:8]}"
    head = {"name": "院长", "campusNumber": city.numbers["head"], "kind": "PERSON_KIND_STAFF"}
    head_id = (await city.post("admin", "/v1/persons", {"person": head}))["personId"]
    grant = {
        "personId": head_id,
        "role": "ROLE_UNIT_LEADER",
        "unitId": city.units["school"],
        "reason": "聘任",
    }
    await city.post("admin", "/v1/grants", grant)

    body = {
        "fromUnitId": city.units["school"],
        "personId": person_id,
        "toUnitId": branch,
        "purposes": ["SECONDMENT_PURPOSE_CULTIVATION_CONTACT", "SECONDMENT_PURPOSE_TALK"],
        "qualification": "行业领军人物",
        "validFrom": city.ago(800),
    }
    wrong = await city.send("head", "/v1/secondments", body | {"toUnitId": city.units["cohort"]})
    assert (wrong.status_code, wrong.json()["reason"]) == (409, "SECONDMENT_UNITS_UNFIT")
    student = await city.send("head", "/v1/secondments", body | {"personId": city.members[3]})
    assert (student.status_code, student.json()["reason"]) == (409, "SECONDEE_NOT_ELIGIBLE")
    outsider = await city.send("secretary", "/v1/secondments", body)
    assert outsider.status_code == 403

    key = uuid4().hex
    made = await city.post("head", "/v1/secondments", body, key=key)
    assert await city.post("head", "/v1/secondments", body, key=key) == made
    path = f"/v1/secondments/{made['secondmentId']}"
    assert (await city.send("approver", f"{path}:approve", {})).status_code == 428
    approved = await city.post("approver", f"{path}:approve", {}, etag=made["etag"])
    assert (approved["state"], approved["decidedBy"]) == ("STATE_APPROVED", city.people["approver"])

    # The teacher accompanies an applicant of the branch; the view counts it there and nowhere else.
    city.units["cohort"] = branch
    await city.apply()
    await city.up_to_contacts()
    await city.step("secretary", "assignContacts", 0, personIds=[person_id], noDirectRelatives=True)
    shown = await city.get("approver", "/v1/secondmentWorkloads", toUnitId=branch)
    assert [
        (row["personId"], row["toUnitId"], row["applicants"], row["applicantsEverywhere"], row["branches"])
        for row in shown["workloads"]
    ] == [(person_id, branch, 1, 1, 1)]
    mine = await city.get("teacher", "/v1/secondments", state="STATE_APPROVED")
    assert [row["secondmentId"] for row in mine["secondments"]] == [made["secondmentId"]]
    assert (await city.get("applicant", "/v1/secondments"))["secondments"] == []

    ended = await city.post("head", f"{path}:end", {"reason": "工作调整"}, etag=approved["etag"])
    assert (ended["state"], ended["validUntil"]) == ("STATE_ENDED", city.today.isoformat())
    assert (await city.get("approver", "/v1/secondmentWorkloads", toUnitId=branch))["workloads"] == []
    shown = await city.get("head", path)
    assert (shown["version"], shown["qualification"]) == (3, "行业领军人物")
