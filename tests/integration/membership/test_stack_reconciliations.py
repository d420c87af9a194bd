"""An export for comparing with the national system, with what all four services hold, through the gateway."""

import io
import zipfile
from collections.abc import Callable

import pytest

from chassis import sheets
from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.integration.membership.test_stack import until
from tests.support.http import Api


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


@pytest.mark.covers("DAT-01", "F79")
async def test_every_record_set_of_the_members_of_a_branch_comes_from_its_service(city: City) -> None:
    member, unit = city.people["secretary"], city.units["staff"]
    entry = {"recordSet": "RECORD_SET_FAMILY", "word": "母亲", "description": "教师"}
    await city.post("secretary", f"/v1/persons/{member}/recordEntries", entry)
    post = {"unitId": city.units["committee"], "kind": "KIND_DEPUTY_SECRETARY", "validFrom": city.ago(400)}
    made = await city.post("admin", "/v1/posts", post)
    appointment = {
        "postId": made["postId"],
        "personId": member,
        "method": "METHOD_ELECTED",
        "validFrom": city.ago(300),
    }
    await city.post("admin", "/v1/appointments", appointment)
    honour = {
        "personId": member,
        "kind": "HONOUR_KIND_MODEL_STUDENT",
        "title": "优秀党务工作者",
        "issuer": "示范大学",
        "level": "AWARD_LEVEL_UNIVERSITY",
        "year": 2024,
        "awardedOn": city.ago(200),
    }
    body = {"unitId": city.units["school"], "honours": [honour]}
    await city.post("admin", "/v1/honours:batchRecord", body)
    refused = await city.send("secretary", "/v1/reconciliations", {"unitId": unit, "purpose": "对账"})
    assert refused.status_code == 403
    part = {"unitId": unit, "purpose": "对账", "recordSets": ["RECORD_SET_DUES"]}
    refused = await city.send("admin", "/v1/reconciliations", part)
    assert (refused.status_code, refused.json()["reason"]) == (
        422,
        "RECONCILIATION_FORBIDDEN_BY_RULES",
    )
    assert refused.json()["verdicts"][0]["ruleId"] == "DAT-01"

    asked = {"unitId": unit, "purpose": "与全国系统对账", "unmasked": True, "format": "FORMAT_XLSX"}
    begun = await city.post("admin", "/v1/reconciliations", asked)
    path = f"/v1/reconciliations/{begun['reconciliationId']}"
    done = await until(lambda: city.get("admin", path), lambda found: found["state"] == "STATE_READY")
    assert done["members"] == 2
    answer = await city.api_as("admin").get(f"{path}/file")
    assert answer.status_code == 200, answer.text

    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        files = {
            name: sheets.read(archive.read(name), sheets.XLSX, most_rows=100).rows
            for name in archive.namelist()
        }
    assert len(files) == 9
    assert city.numbers["secretary"] in {row[1] for _, row in files["党员基本信息.xlsx"]}
    assert [row[2:4] for _, row in files["家庭成员.xlsx"]] == [("母亲", "教师")]
    assert [(row[3], row[4]) for _, row in files["党内职务.xlsx"]] == [
        (made["title"], appointment["validFrom"])
    ]
    assert [row[2] for _, row in files["奖惩情况.xlsx"]] == ["优秀党务工作者"]
    seen = await city.get("secretary", f"/v1/persons/{member}/disclosures")
    assert [item["purpose"] for item in seen["disclosures"]] == ["与全国系统对账"]
