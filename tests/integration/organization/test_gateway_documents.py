"""The registry of documents through the gateway: the two documents of the published case."""

from collections.abc import Callable
from typing import Any

import pytest

from deploy.local.stack import Stack
from tests.integration.organization.test_gateway_organization import FOUNDED, Office
from tests.support.http import Api

ISSUED, DUE = "2021-09-01", "2022-09-01"


class Registry:
    """The committee's registry; numbers are new in every test, because the stack is shared."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def register(self, number: str, title: str, **fields: Any) -> Any:
        body = {
            "unitId": self.office.id("党委"),
            "number": f"{number}{self.office.mark}",
            "title": title,
            "issuedOn": ISSUED,
            "effectiveOn": ISSUED,
            **fields,
        }
        return await self.office.post("/v1/documents", body)

    async def change(self, document: Any, verb: str, body: dict[str, Any]) -> Any:
        path = f"/v1/documents/{document['documentId']}:{verb}"
        return await self.office.post(path, body, etag=document["etag"])

    async def due(self, by: str, *, on: str) -> list[str]:
        found = await self.office.get("/v1/documents", unitId=self.office.id("党委"), reviewDueBy=by, asOf=on)
        return [each["title"] for each in found["documents"]]


@pytest.fixture
async def registry(stack: Stack, api_as: Callable[[str], Api]) -> Registry:
    office = Office(api_as("admin"))
    root = (await office.get("/v1/units", kind="KIND_UNIVERSITY"))["units"][0]["unitId"]
    await office.establish("UNIVERSITY_COMMITTEE", "党委", root)
    return Registry(office)


@pytest.mark.covers("S14", "F19")
async def test_a_governing_document_leads_to_rules_and_duties(registry: Registry) -> None:
    office = registry.office
    duty = await office.post(
        "/v1/duties", {"unitId": office.id("党委"), "title": "协同育人", "validFrom": FOUNDED}
    )
    clauses = [
        {"article": "第一条", "text": "成立领导小组，实行双组长制。", "ruleIds": ["SEED-02", "SEED-03"]},
        {"article": "第二条", "text": "学院书院协同育人。", "dutyIds": [duty["dutyId"]]},
    ]
    document = await registry.register("举措", "党建引领加强学院书院协同育人举措", clauses=clauses)
    by_duty = await office.get("/v1/clauses", dutyId=duty["dutyId"])
    body = {"article": "第二条", "ruleIds": ["SEED-04"], "dutyIds": [duty["dutyId"]]}

    linked = await registry.change(document, "linkClause", body)

    asked = {"documentId": document["documentId"]}
    by_rule = await office.get("/v1/clauses", ruleId="SEED-04", **asked)
    assert [each["article"] for each in by_duty["clauses"]] == ["第二条"]
    assert by_duty["clauses"][0]["documentNumber"] == document["number"]
    assert linked["ruleIds"] == ["SEED-04"]
    assert [each["article"] for each in by_rule["clauses"]] == ["第二条"]
    unknown = [{"article": "第一条", "text": "……", "ruleIds": ["NONE-99"]}]
    answer = await office.api.post(
        "/v1/documents",
        {
            "unitId": office.id("党委"),
            "number": f"另{office.mark}",
            "title": "另",
            "issuedOn": ISSUED,
            "effectiveOn": ISSUED,
            "clauses": unknown,
        },
    )
    assert answer.status_code == 400
    assert [each["pointer"] for each in answer.json()["violations"]] == ["/clauses/0/ruleIds/0"]


@pytest.mark.covers("S14", "F19")
async def test_a_revised_document_keeps_its_earlier_edition(registry: Registry) -> None:
    office = registry.office
    first = [{"article": "第一条", "text": "初版。"}]
    document = await registry.register("举措", "举措", clauses=first)
    again = {"issuedOn": DUE, "effectiveOn": DUE, "clauses": [{"article": "第一条", "text": "修订版。"}]}

    await registry.change(document, "revise", again)

    path, asked = f"/v1/documents/{document['documentId']}", {"documentId": document["documentId"]}
    assert [(await office.get(path, asOf=day))["edition"] for day in ("2022-08-31", DUE)] == [1, 2]
    before = await office.get("/v1/clauses", asOf="2022-08-31", **asked)
    after = await office.get("/v1/clauses", asOf=DUE, **asked)
    assert [each["text"] for each in (*before["clauses"], *after["clauses"])] == ["初版。", "修订版。"]
    stale = await office.api.post(f"{path}:revise", again, headers={"If-Match": f'"{document["etag"]}"'})
    assert stale.status_code == 412


@pytest.mark.covers("S15", "F19")
async def test_a_document_on_trial_is_due_for_review_until_it_is_confirmed(registry: Registry) -> None:
    title = "学院书院协同育人工作方案（试行）"
    trial = await registry.register("方案", title, trial=True, reviewDueOn=DUE)
    await registry.register("举措", "举措")

    assert await registry.due("2022-08-31", on="2022-08-31") == []
    assert await registry.due(DUE, on="2022-03-01") == [title]
    assert await registry.due(DUE, on=DUE) == [title]
    body = {"outcome": "OUTCOME_CONFIRMED", "conclusion": "转为正式"}
    confirmed = await registry.change(trial, "review", body)

    assert (trial["trial"], confirmed["trial"]) == (True, False)
    reviewed = confirmed["reviews"][0]["reviewedOn"]
    assert await registry.due(reviewed, on=reviewed) == []
    again = await registry.office.api.post(
        f"/v1/documents/{trial['documentId']}:review", body, headers={"If-Match": f'"{confirmed["etag"]}"'}
    )
    assert (again.status_code, again.json()["reason"]) == (409, "DOCUMENT_NOT_ON_TRIAL")
