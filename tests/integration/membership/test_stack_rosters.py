"""Rosters in files through the gateway, as the organisation department brings them in."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from chassis import sheets
from deploy.local.stack import Stack
from tests.integration.membership.city import City
from tests.support.http import Api

PERSONS = ["姓名", "学工号", "人员类别", "人员身份", "出生日期", "学院", "学院起始日期"]
MEMBERS = ["姓名", "学工号", "党支部", "组织关系起始日期", "党员类别", "入党日期", "转正日期"]


@pytest.fixture
async def city(stack: Stack, api_as: Callable[[str], Api]) -> City:
    return await City.found(stack, api_as)


async def upload(
    city: City, kind: str, headers: list[str], rows: list[list[str]], *, who: str = "admin", **options: Any
) -> Any:
    media_type = options.pop("media_type", sheets.XLSX)
    data = options.pop("data", None) or sheets.write(headers, rows, media_type)
    return await city.api_as(city.numbers.get(who, who)).post_file(
        "/v1/rosterImports",
        data,
        media_type,
        headers={"After-Event": city.after} if city.after else None,
        kind=f"ROSTER_KIND_{kind}",
        sourceReference="2026 级名册",
        **options,
    )


def students(city: City, tag: str) -> list[list[str]]:
    school = city.units["school"]
    return [[f"新生{n}", f"{tag}-{n}", "学生", "本科生", "2007/3/1", school, city.ago(30)] for n in range(3)]


@pytest.mark.covers("F44", "F21")
async def test_a_roster_is_previewed_entered_by_its_good_rows_and_taken_back(city: City) -> None:
    tag = uuid4().hex[:8]
    rows = students(city, tag)
    rows[1][4] = "不详"

    refused = await upload(city, "PERSONS", PERSONS, rows, who="secretary")
    assert (refused.status_code, refused.json()["reason"]) == (403, "PERMISSION_DENIED")
    answer = await upload(city, "PERSONS", PERSONS, rows)
    assert answer.status_code == 200, answer.text
    sent = answer.json()
    city.after = answer.headers["Event-Id"]
    assert (sent["state"], sent["rows"], sent["goodRows"]) == ("STATE_CHECKED", 3, 2)
    path = f"/v1/rosterImports/{sent['importId']}"
    listed = await city.get("admin", f"{path}/problems")
    assert [(item["row"], item["column"]) for item in listed["problems"]] == [(3, "出生日期")]

    whole = await city.send(
        "admin", f"{path}:apply", {"policy": "ROSTER_POLICY_ALL_OR_NOTHING"}, etag=sent["etag"]
    )
    assert (whole.status_code, whole.json()["reason"]) == (409, "ROSTER_HAS_PROBLEMS")
    found = await city.get("admin", "/v1/persons", campusNumber=f"{tag}-0")
    assert found["persons"] == []
    done = await city.post(
        "admin", f"{path}:apply", {"policy": "ROSTER_POLICY_ACCEPT_GOOD"}, etag=sent["etag"]
    )
    assert (done["state"], done["enteredRows"]) == ("STATE_APPLIED", 2)
    found = await city.get("admin", "/v1/persons", campusNumber=f"{tag}-0")
    assert found["persons"][0]["name"] == "新生0"

    talk = {
        "unitId": city.units["cohort"],
        "kind": "KIND_AMONG_MEMBERS",
        "heldOn": city.ago(1),
        "summary": "新生谈话",
    }
    second = await upload(city, "PERSONS", PERSONS, students(city, f"{tag}b"))
    city.after = second.headers["Event-Id"]
    other = f"/v1/rosterImports/{second.json()['importId']}"
    body = {"policy": "ROSTER_POLICY_ALL_OR_NOTHING"}
    applied = await city.post("admin", f"{other}:apply", body, etag=second.json()["etag"])
    (person,) = (await city.get("admin", "/v1/persons", campusNumber=f"{tag}b-0"))["persons"]
    taking_part = {"personIds": [person["personId"], city.people["secretary"]]}
    await city.post("secretary", "/v1/talks", talk | taking_part)
    refused = await city.send("admin", f"{other}:rollBack", {"reason": "导错"}, etag=applied["etag"])
    assert (refused.status_code, refused.json()["reason"]) == (409, "ROSTER_STOOD_UPON")
    entered = (await city.get("admin", f"{other}/rows"))["rows"]
    stood = {row["personId"]: row["laterFacts"] for row in entered if row["laterFacts"]}
    assert stood == {person["personId"]: ["activity.talk_participant"]}

    back = await city.post("admin", f"{path}:rollBack", {"reason": "导错"}, etag=done["etag"])
    assert back["state"] == "STATE_ROLLED_BACK"
    found = await city.get("admin", "/v1/persons", campusNumber=f"{tag}-0")
    assert found["persons"] == []
    newest = await city.get("admin", "/v1/rosterImports", pageSize=2)
    assert newest["rosterImports"][1]["fileDigest"] == sent["fileDigest"]


@pytest.mark.covers("F44", "F21")
async def test_members_enter_their_branch_and_what_stands_on_them_stays(city: City) -> None:
    tag = uuid4().hex[:8]
    people = await upload(city, "PERSONS", PERSONS, students(city, tag), media_type=sheets.CSV)
    city.after = people.headers["Event-Id"]
    applied = await city.post(
        "admin",
        f"/v1/rosterImports/{people.json()['importId']}:apply",
        {"policy": "ROSTER_POLICY_ALL_OR_NOTHING"},
        etag=people.json()["etag"],
    )
    branch = city.units["cohort"]
    before = await city.get("secretary", f"/v1/rolls/{branch}")
    rows = [
        [f"新生{n}", f"{tag}-{n}", branch, city.ago(20), "正式党员", city.ago(500), city.ago(100)]
        for n in range(3)
    ]
    sent = await upload(city, "MEMBERS", MEMBERS, rows)
    assert sent.status_code == 200, sent.text
    city.after = sent.headers["Event-Id"]
    await city.post(
        "admin",
        f"/v1/rosterImports/{sent.json()['importId']}:apply",
        {"policy": "ROSTER_POLICY_ALL_OR_NOTHING"},
        etag=sent.json()["etag"],
    )
    after = await city.get("secretary", f"/v1/rolls/{branch}")
    assert after["fullMembers"] == before["fullMembers"] + 3

    path = f"/v1/rosterImports/{people.json()['importId']}"
    refused = await city.send("admin", f"{path}:rollBack", {"reason": "导错"}, etag=applied["etag"])
    assert (refused.status_code, refused.json()["reason"]) == (409, "ROSTER_STOOD_UPON")
    entered = await city.get("admin", f"{path}/rows")
    assert all("member" in row["laterFacts"] for row in entered["rows"])


@pytest.mark.covers("F44")
async def test_bad_files_are_refused_and_leave_nothing(city: City) -> None:
    huge = await upload(city, "PERSONS", [], [], data=bytes(100 * 1024 * 1024))
    assert (huge.status_code, huge.json()["reason"]) == (413, "BODY_TOO_LARGE")
    text = await upload(city, "PERSONS", [], [], data=b"hello", media_type="text/plain")
    assert text.status_code == 415
    broken = await upload(city, "PERSONS", [], [], data=b"PK\x03\x04 no workbook")
    assert (broken.status_code, broken.json()["reason"]) == (400, "ROSTER_FILE_REFUSED")
    assert broken.json()["violations"][0]["in"] == "body"
    headers = await upload(city, "MEMBERS", PERSONS, [])
    assert headers.json()["reason"] == "ROSTER_FILE_REFUSED"
    unsaid = await upload(city, "NONSENSE", PERSONS, [])
    assert unsaid.status_code == 400


@pytest.mark.covers("F91", "F21")
async def test_a_branch_exports_its_official_roster_and_it_is_taken_again(city: City) -> None:
    api = city.api_as(city.numbers["secretary"])
    unpurposed = await api.get("/v1/rosters:export", kind="ROSTER_KIND_MEMBERS")
    assert unpurposed.status_code == 400
    asked: dict[str, Any] = {
        "kind": "ROSTER_KIND_MEMBERS",
        "purpose": "换届名册",
        "unitId": city.units["cohort"],
    }

    answer = await api.get("/v1/rosters:export", headers={"After-Event": city.after}, **asked)

    assert answer.headers["content-type"] == sheets.XLSX
    sheet = sheets.read(answer.content, sheets.XLSX, most_rows=100)
    assert sheet.headers == ("序号", *MEMBERS)
    assert len(sheet.rows) == 7
    nobody = await city.api_as(city.numbers["applicant"]).get("/v1/rosters:export", **asked)
    assert sheets.read(nobody.content, sheets.XLSX, most_rows=100).rows == []

    taken = await upload(city, "MEMBERS", [], [], data=answer.content)
    assert (taken.status_code, taken.json()["rows"], taken.json()["ignoredColumns"]) == (200, 7, ["序号"])
